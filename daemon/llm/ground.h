/* ground - does a sentence say no more than the facts that it cites? Pure: text in, a verdict out.
 *
 * A sentence cites facts by number, [2] or [1, 3]. It holds when every fact it cites is there and those facts carry it:
 *
 *   numbers    each is a number of theirs, in the same unit, rounded at most (figures.h)
 *   names      what is no plain word (paths, identifiers, addresses, commands) stands in them letter by letter
 *   direction  up, down, not, well: said only where a fact says a word of the same kind
 *   certainty  what rests on a fact that could or may be is said to be no more than that
 *   subject    most of its words are theirs
 *
 * This finds what is invented, swapped or turned round. It does not understand: words of the facts in another order may still mislead, which is
 * why the facts are always printed beside. */
#ifndef MLWATCH_GROUND_H
#define MLWATCH_GROUND_H

#include <stdint.h>

#include "../base/str.h"

enum { GROUND_FACTS_MAX = 32 };

struct ground_fact {
    const char *text, *cites; /* cites: "finding f1, cause lr_too_high"; its words count as the fact's */
};

enum ground {
    GROUND_HOLDS,
    GROUND_UNREADABLE, /* no plain text, or too long */
    GROUND_CITES_NOTHING,
    GROUND_CITES_UNKNOWN,
    GROUND_NUMBER,
    GROUND_NAME,
    GROUND_DIRECTION,
    GROUND_CERTAINTY,
    GROUND_SUBJECT,
    GROUND_VERDICTS
};

/* ground_judge - one sentence against the facts 1 to n (at most GROUND_FACTS_MAX).
 *   sentence   as sentences.h gives it; hostile
 *   cited      bit i: fact i + 1 is cited;  text  the sentence without its brackets and its full stop is appended
 * Both are written only when it holds. Cost: microseconds, by the lengths of the texts cited. */
enum ground ground_judge(const struct ground_fact *facts, size_t n, struct span sentence, uint32_t *cited, struct str *text);
/* ground_says_all - do these sentences say what the fact says: each of its numbers, and most of its words? Years of publication apart. */
bool ground_says_all(struct span said, struct span fact);
/* ground_why - what a sentence was dropped for: "a number that what it cites lacks"; static. */
const char *ground_why(enum ground g);

#endif
