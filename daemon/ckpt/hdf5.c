/* hdf5 - an HDF5 file: Keras's .weights.h5 and legacy .h5, and whatever else holds datasets. */
#include "h5.h"
#include "keras_config.h"
#include "list.h"
#include "suffix.h"

static int sniff(const struct ckpt_file *f)
{
    static const size_t at[] = {0, 512, 1024, 2048};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        if (span_starts(span_from(f->head, at[i]), "\x89HDF\r\n\x1a\n")) return i ? 50 : 95;
    return suffix_is(f->path, ".h5") || suffix_is(f->path, ".hdf5") ? 45 : 0;
}

static enum status scan(const struct ckpt_file *f, const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    struct h5 h;
    if (!h5_check_superblock(f, out)) return OK;
    enum status s = h5_collect(f, max, out, &h, err);
    if (s != OK) return s;
    if (h.model_config) keras_judge(h.model_config, out);
    if (h.training_config) keras_judge(h.training_config, out);
    return h5_tell(&h, NULL, out, err);
}

const struct ckpt ckpt_hdf5 = {"hdf5", "HDF5: weights of Keras, and other datasets", sniff, scan};
