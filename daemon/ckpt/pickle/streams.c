/* All streams of a file or a member, one behind the other, judged. */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"

bool pickle_is_torch_magic(const struct node *n)
{
    static const char magic[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
    return n && n->kind == NODE_BIG && n->n == sizeof magic - 1 && n->text.p && memcmp(n->text.p, magic, sizeof magic - 1) == 0;
}

bool pickle_zeros_follow(struct pickle *p)
{
    char block[4096];
    uint64_t at = p->in.at;
    size_t n = 0;
    while (at < p->in.in.size && (n = window_read(&p->in, at, block, sizeof block)) > 0) {
        for (size_t i = 0; i < n; i++)
            if (block[i]) return false;
        at += n;
    }
    return n > 0;
}

void pickle_say_end(struct pickle *p, enum pickle_end end, size_t streams, const char *prefix, const struct ckpt_sink *out)
{
    char first = 0;
    uint64_t left = window_left(&p->in);
    window_read(&p->in, p->began, &first, 1);
    bool half = p->options & PICKLE_HALF, zeros = end == PICKLE_BROKEN && pickle_zeros_follow(p);
    bool named =
        first == (char)0x80 || (p->judge.n_globals && judge_worst(p) != CKPT_SAFETY_UNVERIFIED); /* what imports is a pickle */
    if (p->flaw[0] && end <= PICKLE_NO_MORE && !half)
        ckpt_say_state(out, CKPT_CORRUPT, "%sPython would refuse it: %s", prefix, p->flaw);
    if (end <= PICKLE_NO_MORE) return;
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "%sthe pickle could not be read to its end: %s", prefix, p->why);
    if (end == PICKLE_LIMIT || end == PICKLE_IO)
        ckpt_say_state(out, CKPT_STATE_UNVERIFIED, "%sthe pickle was not read to its end: %s", prefix, p->why);
    else if (half) ckpt_say_state(out, CKPT_INCOMPLETE, "%s%s", prefix, p->why);
    else if (zeros)
        ckpt_say_state(out, CKPT_INCOMPLETE, "%sends in %" PRIu64 " zero bytes where pickle should go on", prefix, left);
    else if (streams && !named)
        ckpt_say_state(out, CKPT_CORRUPT, "%swhat follows the last pickle at byte %" PRIu64 " is none: %s", prefix, p->began,
                       p->why);
    else if (!named && (p->flaw[0] || end == PICKLE_BROKEN))
        ckpt_say_state(out, CKPT_STATE_UNVERIFIED, "%sis no pickle that could be read: %s", prefix, p->why);
    else ckpt_say_state(out, end == PICKLE_CUT ? CKPT_INCOMPLETE : CKPT_CORRUPT, "%s%s", prefix, p->why);
}

static enum pickle_end read_all(struct pickle *p, size_t *streams)
{
    enum { LEGACY_STREAMS = 5, STREAMS_MAX = 1 << 16 };
    const struct node *value = NULL;
    enum pickle_end end;
    size_t last = STREAMS_MAX;
    while ((end = pickle_next(p, &value)) == PICKLE_VALUE) {
        if (!*streams && pickle_is_torch_magic(value)) last = LEGACY_STREAMS; /* storages follow */
        if (++*streams == last) break;
    }
    return end;
}

enum status pickle_judge(const struct pickle_input *in, const char *where, const struct ckpt_limits *max,
                         const struct ckpt_sink *out, size_t *n, struct err *err)
{
    char prefix[160] = "";
    size_t streams = 0;
    struct pickle *p = pickle_new(in, max, out->arena, PICKLE_JOBLIB);
    if (!p) return err_set(err, E_MEMORY, "no memory to read a pickle");
    if (where) snprintf(prefix, sizeof prefix, "in '%.140s': ", where);
    enum pickle_end end = read_all(p, &streams);
    pickle_say(p, prefix, CKPT_SAFETY_UNVERIFIED, out);
    if (p->used_joblib) pickle_judge_plainly(in, prefix, max, out);
    pickle_say_end(p, end, streams, prefix, out);
    if (n) *n = streams;
    enum status s = p->in.failed == E_IO ? err_set(err, E_IO, "the bytes of a pickle cannot be read") : OK;
    pickle_free(p);
    return s;
}

/* joblib's arrays are opcodes to whoever loads the file with pickle alone. Only what is known to be bad counts: most of it is noise. */
void pickle_judge_plainly(const struct pickle_input *in, const char *prefix, const struct ckpt_limits *max,
                          const struct ckpt_sink *out)
{
    size_t streams = 0;
    struct pickle *p = pickle_new(in, max, out->arena, 0);
    if (!p) {
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "%sno memory to read its arrays as opcodes", prefix);
        return;
    }
    read_all(p, &streams);
    pickle_say(p, prefix, CKPT_MALICIOUS, out);
    pickle_free(p);
}

/* Protocols 2 and above say so; older ones are known by what their first bytes do. */
int pickle_begins(struct span head)
{
    enum { NAMED = 70, NAMED_IN_FULL = 80, BY_OPCODES = 40, OPCODES_MIN = 3, ARENA_BYTES = 1 << 20 };
    static const struct ckpt_limits few = {.header_bytes = 1 << 20, .opcodes = 4096};
    if (head.n >= 2 && head.p[0] == (char)0x80)
        return (unsigned char)head.p[1] > 5 ? 0 : head.n > 2 && opcodes[(unsigned char)head.p[2]].name ? NAMED_IN_FULL : NAMED;
    if (!head.n || !opcodes[(unsigned char)head.p[0]].name) return 0;
    const struct node *value;
    struct arena arena;
    struct pickle_input in = {.fd = -1, .size = head.n, .bytes = head.p};
    arena_init(&arena, ARENA_BYTES);
    struct pickle *p = pickle_new(&in, &few, &arena, 0);
    enum pickle_end end = p ? pickle_next(p, &value) : PICKLE_LIMIT;
    bool read =
        p && !p->flaw[0] && p->opcodes >= OPCODES_MIN && (end == PICKLE_VALUE || end == PICKLE_CUT || end == PICKLE_LIMIT);
    bool bad = p && judge_worst(p) == CKPT_MALICIOUS;
    pickle_free(p);
    arena_done(&arena);
    return read || bad ? BY_OPCODES : 0;
}
