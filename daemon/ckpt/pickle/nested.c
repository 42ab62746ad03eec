/* Bytes that are unpickled again by a call of this pickle: pickle.loads, torch.storage._load_from_bytes. They are read where they lie, or unescaped
 * first, and what is judged in them counts for the whole. */
#include <stdio.h>

#include "machine.h"
#include "text.h"

enum { NESTED_DEPTH_MAX = 8 };

/* The bytes of a node: bytes, a text's bytes, or _codecs.encode of a text, as protocols 0 to 2 write bytes. false when they cannot be had. */
static bool bytes_of(struct pickle *p, const struct node *n, struct pickle_input *in)
{
    if (global_is(node_class(n), "_codecs", "encode")) {
        struct span text = node_text(node_item(n->call->args, 0));
        char *raw = arena_alloc(p->arena, text.n + 1);
        size_t size = 0;
        if (!raw || !text_latin1(text, raw, &size)) return false;
        *in = (struct pickle_input){.fd = -1, .bytes = raw, .size = size};
        return true;
    }
    if (n->kind != NODE_BYTES && n->kind != NODE_TEXT) return false;
    if (n->text.p) *in = (struct pickle_input){.fd = -1, .bytes = n->text.p, .size = n->n};
    else if (n->text.offset != UINT64_MAX && p->in.in.bytes)
        *in = (struct pickle_input){.fd = -1, .bytes = p->in.in.bytes + n->text.offset, .size = n->n};
    else if (n->text.offset != UINT64_MAX)
        *in = (struct pickle_input){.fd = p->in.in.fd, .base = p->in.in.base + n->text.offset, .size = n->n};
    else return false;
    return true;
}

/* What was judged in the nested pickle, as sentences of the outer one. */
struct relay {
    struct pickle *outer;
    const char *by;
};

static void relay_safety(void *arg, enum ckpt_safety s, const char *why)
{
    const struct relay *r = arg;
    judge_sentence(r->outer, s, "in the bytes given to %s: %s", r->by, why);
}

static void read_all(struct pickle *p, struct pickle *inner, const char *by)
{
    enum { LEGACY_STREAMS = 5, STREAMS_MAX = 64 };
    const struct node *value;
    enum pickle_end end;
    size_t streams = 0, last = STREAMS_MAX;
    while ((end = pickle_next(inner, &value)) == PICKLE_VALUE) {
        if (!streams && pickle_is_torch_magic(value)) last = LEGACY_STREAMS; /* storages follow, which are no pickle */
        if (++streams == last) return;
    }
    if (end != PICKLE_NO_MORE)
        judge_sentence(p, CKPT_SAFETY_UNVERIFIED, "the bytes given to %s could not be read to their end: %s", by, inner->why);
}

void nested_judge(struct pickle *p, const struct node *bytes, const char *by)
{
    struct pickle_input in;
    struct relay relay = {p, by};
    const struct ckpt_sink out = {.arg = &relay, .arena = p->arena, .safety = relay_safety};
    if (!bytes_of(p, bytes, &in)) {
        judge_sentence(p, CKPT_SUSPICIOUS, "calls %s with something that is not written in the pickle", by);
        return;
    }
    if (p->judge.depth >= NESTED_DEPTH_MAX) {
        judge_event(p, EVENT_NESTED_TOO_DEEP);
        return;
    }
    struct pickle *inner = pickle_new(&in, p->max, p->arena, PICKLE_PERSISTENT);
    if (!inner) {
        machine_stop(p, PICKLE_LIMIT, "no memory for a pickle within it");
        return;
    }
    inner->judge.depth = p->judge.depth + 1;
    inner->opcodes = p->opcodes;
    read_all(p, inner, by);
    p->opcodes = inner->opcodes;
    pickle_say(inner, "", CKPT_SAFETY_UNVERIFIED, &out);
    pickle_free(inner);
}
