/* absent - a build without libhdf5: the superblock is checked, the rest is not looked into, and that is said. */
#include "../h5.h"

#ifndef MLWATCH_HDF5

enum status h5_collect(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct h5 *ret,
                       struct err *err)
{
    (void)f, (void)max, (void)out;
    *ret = (struct h5){0};
    return err_set(err, E_ABSENT, "HDF5 cannot be looked into: this mlwatch was built without libhdf5");
}

#endif
