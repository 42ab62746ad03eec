#include "pickle_read.h"

enum status pickle_read(const struct pickle_input *in, unsigned options, const char *prefix, const struct state_from *from,
                        const struct ckpt_limits *max, const struct ckpt_sink *out, struct err *err)
{
    enum { STREAMS_MAX = 1 << 16 };
    const struct node *first = NULL, *value = NULL;
    size_t streams = 0;
    enum pickle_end end = PICKLE_VALUE;
    struct pickle *p = pickle_new(in, max, out->arena, options);
    if (!p) return err_set(err, E_MEMORY, "no memory to read a pickle");
    while (streams < STREAMS_MAX && (end = pickle_next(p, &value)) == PICKLE_VALUE)
        if (!streams++) first = value;
    pickle_say(p, prefix, CKPT_SAFETY_UNVERIFIED, out);
    if (pickle_used_joblib(p)) pickle_judge_plainly(in, prefix, max, out);
    pickle_say_end(p, end, streams, prefix, out);
    pickle_free(p);
    if (end == PICKLE_IO) return err_set(err, E_IO, "the bytes of a pickle cannot be read");
    return first ? state_dict_walk(first, from, max, out, err) : OK;
}
