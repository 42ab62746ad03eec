/* judge - what a pickle imports, calls and touches, collected while it runs and told afterwards, the worst first. */
#ifndef MLWATCH_JUDGE_H
#define MLWATCH_JUDGE_H

#include "../ckpt.h"
#include "node.h"

struct pickle;
enum { JUDGE_BUCKETS = 256, JUDGE_SENTENCES = 24 };

/* What is judged besides imports; each is told once. */
enum event {
    EVENT_FRAME,           /* an operand that crosses the end of its frame */
    EVENT_PERSISTENT,      /* a persistent id where nobody defines them */
    EVENT_EXTENSION,       /* a code of copyreg's registry */
    EVENT_BUFFER,          /* out-of-band data */
    EVENT_LONG_NAME,       /* an import by a name that is too long to keep */
    EVENT_NESTED_TOO_DEEP, /* pickles within pickles within pickles */
    EVENTS
};
enum touch { TOUCH_BUILD, TOUCH_SETITEM, TOUCH_APPEND };
enum how { HOW_CALL, HOW_INSTANCE, HOW_INST };

struct sentence {
    enum ckpt_safety safety;
    const char *text;
};
struct judge {
    struct global *first, *last; /* in the order they came */
    struct global *buckets[JUDGE_BUCKETS];
    size_t n_globals;
    uint32_t events;                            /* a bit for each */
    struct sentence sentences[JUDGE_SENTENCES]; /* of touches and of nested streams */
    size_t n_sentences;
    int depth; /* of nested pickles */
};

/* judge_import - the node of an imported name; a second import of it gives the same one. NULL stops the machine. */
struct node *judge_import(struct pickle *p, struct span module, struct span name);
/* judge_call - callee is called with args (mostly a tuple), or an instance of it is made. */
void judge_call(struct pickle *p, struct node *callee, const struct node *args, enum how how);
void judge_event(struct pickle *p, enum event e);
/* judge_touched - an imported object is changed, or a method of it is called, without a call being written. */
void judge_touched(struct pickle *p, const struct node *object, enum touch t);
/* judge_computed - an import whose module or name is not written in the pickle but made by it. */
void judge_computed(struct pickle *p, const struct node *module, const struct node *name);
/* judge_sentence - anything else; text is copied; the same text is kept once. */
void judge_sentence(struct pickle *p, enum ckpt_safety s, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* judge_worst - of all that was collected. */
enum ckpt_safety judge_worst(const struct pickle *p);

#endif
