/* pickle_read - one pickle of a checkpoint: run, judged, and its value walked for tensors. */
#ifndef MLWATCH_PICKLE_READ_H
#define MLWATCH_PICKLE_READ_H

#include "pickle/pickle.h"
#include "state_dict.h"

/* pickle_read - all streams of in; the value of the first is walked.
 *   prefix  before each sentence, "" or "in 'a/data.pkl': "
 * Errors  as of state_dict_walk; E_IO */
enum status pickle_read(const struct pickle_input *in, unsigned options, const char *prefix, const struct state_from *from,
                        const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err);

#endif
