/* kind - the vocabulary of findings: what each kind is called, how it is said in one sentence, and what it makes redundant. */
#ifndef MLWATCH_KIND_H
#define MLWATCH_KIND_H

#include "analyzer.h"

struct kind {
    const char *name, *title;
    /* The sentence. {series} {onset} {first} {last} {axis} and {<evidence name>} are replaced; {name%} as a percentage, {name*} as a factor. */
    const char *message;
    /* Kinds that this one explains when they began no earlier than shortly before it, space-separated; they are folded into it. */
    const char *mutes;
};
extern const struct kind kinds[]; /* a NULL name ends the list */

/* kind_of - NULL for a word that is no kind of this version. */
const struct kind *kind_of(const char *name);
/* kind_mutes - does a finding of kind a, by its kind alone, make one of kind b redundant? */
bool kind_mutes(const char *a, const char *b);

#endif
