/* note - past failures that people told in words: what happened, what was seen, what was tried and whether it helped.
 *
 * A note belongs to no run. Its id is a hash of what it says, so the same note told twice is one. Back ends answer through
 * note_ops; all strings given are copied, all strings returned live until the call's callback returns. */
#ifndef MLWATCH_NOTE_H
#define MLWATCH_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"

struct store;

enum { NOTE_FIXES_MAX = 16, NOTE_TEXT_BYTES_MAX = 16384 };

struct note {
    char id[12];          /* "n" + 8 base-32 characters; note_identify */
    const char *text;     /* what happened */
    const char *symptoms; /* one a line, or NULL */
    const char *cause;    /* a cause's id, as far as it is known to the teller; or NULL */
    double when;          /* seconds since 1970 */
    struct {
        const char *fix;    /* an id of a fix, or a sentence */
        const char *worked; /* "yes", "no", "worse"; NULL: not told */
    } fixes[NOTE_FIXES_MAX];
    size_t n_fixes;
};

/* Which notes note_each gives. */
enum note_by {
    NOTE_ALL,   /* by id */
    NOTE_ID,    /* the one that `what` names or begins */
    NOTE_WORDS, /* that have one of the words of `what`, the best first (BM25) */
};

/* note_identify - the id of what it says: all but when it was told. */
void note_identify(struct note *n);

/* note_put - keep a note under its id.
 *   fresh   false when it was there already; nothing has changed then.  Errors: E_STORE. Cost: one transaction */
enum status note_put(struct store *s, const struct note *n, bool *fresh, struct err *err);
/* note_each - notes, at most limit of them. Callbacks return false to stop. Any bytes are words. Errors: E_STORE. */
enum status note_each(struct store *s, enum note_by by, const char *what, size_t limit,
                      bool (*each)(void *arg, const struct note *n), void *arg, struct err *err);

/* Vectors, as those of incidents (store.h). */
enum status note_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *id), void *arg,
                            struct err *err);
enum status note_vector(struct store *s, const char *id, const char *model, const float *v, size_t n, struct err *err);
enum status note_vectors(struct store *s, const char *model, size_t dims, bool (*each)(void *arg, const char *id, const float *v),
                         void *arg, struct err *err);

/* What a back end does for them; each as its namesake. */
struct note_ops {
    enum status (*put)(struct store *s, const struct note *n, bool *fresh, struct err *err);
    enum status (*each)(struct store *s, enum note_by by, const char *what, size_t limit,
                        bool (*each)(void *arg, const struct note *n), void *arg, struct err *err);
    enum status (*unembedded)(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *id), void *arg,
                              struct err *err);
    enum status (*vector)(struct store *s, const char *id, const char *model, const float *v, size_t n, struct err *err);
    enum status (*vectors)(struct store *s, const char *model, size_t dims,
                           bool (*each)(void *arg, const char *id, const float *v), void *arg, struct err *err);
};

#endif
