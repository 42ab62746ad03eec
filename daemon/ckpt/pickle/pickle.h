/* pickle - what Python's pickle machine would do with these bytes, without doing any of it.
 *
 * A pickle is a program for a stack machine (Lib/pickletools.py describes every opcode, Modules/_pickle.c is what runs). This machine
 * runs all of protocols 0 to 5 on inert nodes: an import becomes a node that bears the name, a call a node that bears callee and arguments.
 * What is imported and called on the way is judged (policy.h), also where the stream breaks later: CPython would have done it by then.
 * Where CPython's two implementations and this one could read on differently, this one reads on and says so. */
#ifndef MLWATCH_PICKLE_H
#define MLWATCH_PICKLE_H

#include "../ckpt.h"
#include "node.h"

/* Where the bytes are: a stretch of a descriptor, or memory (bytes set) that outlives what is built from it. */
struct pickle_input {
    int fd;
    uint64_t base, size;
    const char *bytes;
};

enum {
    PICKLE_PERSISTENT = 1, /* persistent ids are part of the format; elsewhere only those that look like torch's are known */
    PICKLE_JOBLIB = 2,     /* raw arrays follow their NumpyArrayWrapper within the stream, as joblib writes them */
    PICKLE_HALF = 4        /* the writer's bytes have not all come: what is wrong with them is no damage */
};
enum pickle_end {
    PICKLE_VALUE,   /* a STOP was reached */
    PICKLE_NO_MORE, /* no byte is left */
    PICKLE_CUT,     /* the bytes end before the stream does */
    PICKLE_BROKEN,  /* Python would raise an error here and nothing can be read behind it */
    PICKLE_LIMIT,   /* a limit was met: opcodes, memory, stack */
    PICKLE_IO
};

struct pickle;
/* pickle_new - a machine at the first byte of in; NULL without memory. Nodes live in arena. pickle_free takes NULL. */
struct pickle *pickle_new(const struct pickle_input *in, const struct ckpt_limits *max, struct arena *arena, unsigned options);
void pickle_free(struct pickle *p);
/* pickle_next - the next stream: stack and memo empty, imports and judgements kept. *value is set with PICKLE_VALUE only.
 * Cost  about 20 ns an opcode and 32 to 100 bytes of arena a value. */
enum pickle_end pickle_next(struct pickle *p, const struct node **value);
/* pickle_at - how many bytes were read. */
uint64_t pickle_at(const struct pickle *p);
/* pickle_persistent - a list of all persistent ids so far, as they came. */
const struct node *pickle_persistent(const struct pickle *p);
/* pickle_used_joblib - raw arrays were stepped over (PICKLE_JOBLIB). */
bool pickle_used_joblib(const struct pickle *p);

/* pickle_say - what was judged so far, the worst first, each sentence behind prefix ("" or "in 'a.pkl': "). Says nothing where all is safe.
 *   only  nothing milder than this */
void pickle_say(const struct pickle *p, const char *prefix, enum ckpt_safety only, const struct ckpt_sink *out);

/* pickle_judge - all streams of in, one behind the other, up to its last byte: state and safety said to out, no tensor described.
 *   where  of a member: its name, quoted in every sentence; NULL for a file of its own
 *   n      streams that were read to their end; may be NULL
 * Errors  E_IO, E_MEMORY. A limit is said to out as unverified. */
enum status pickle_judge(const struct pickle_input *in, const char *where, const struct ckpt_limits *max,
                         const struct ckpt_sink *out, size_t *n, struct err *err);
/* pickle_judge_plainly - once more as pickle alone reads it, without PICKLE_JOBLIB: only what is malicious is said. */
void pickle_judge_plainly(const struct pickle_input *in, const char *prefix, const struct ckpt_limits *max,
                          const struct ckpt_sink *out);
/* pickle_say_end - state and safety of how the last stream ended, after `streams` whole ones; says nothing of a clean end. */
void pickle_say_end(struct pickle *p, enum pickle_end end, size_t streams, const char *prefix, const struct ckpt_sink *out);
/* pickle_is_torch_magic - the number that begins a file of legacy torch.save. pickle_zeros_follow - is all that is left zero? */
bool pickle_is_torch_magic(const struct node *n);
bool pickle_zeros_follow(struct pickle *p);
/* pickle_begins - do these first bytes look like a pickle: PROTO and a known version, or an opcode line of protocols 0 and 1? 0..100, as a sniff */
int pickle_begins(struct span head);

#endif
