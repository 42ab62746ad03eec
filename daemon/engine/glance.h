/* glance - may these lines wait? Lines of the same words as the ones before, with numbers no longer than theirs, may.
 *
 * When thousands of runs are awake, most of what a line costs is not its reading: it is that everything which its turn touches lies cold in
 * memory. Ten lines in one turn cost little more than one. So ordinary lines wait a moment for their turn, and what must not wait is told from
 * them at a glance, by the shape of the line alone: its bytes, where a number counts for its sign, the digits before its point, and its exponent.
 *
 *   {"step": 1200, "loss": 2.31}    {"step": #4, "loss": #1}      read before: may wait
 *   {"step": 1201, "loss": 2.29}    the same                      waits
 *   {"step": 1202, "loss": 84.1}    {"step": #4, "loss": #2}      a shape that is new: at once
 *   {"step": 1203, "loss": NaN}     so is every word: NaN, Infinity, null, Traceback, Killed
 *
 * A glance reads nothing in the sense of the reader: no offset moves, and whatever it thinks of a line, the line has its turn. */
#ifndef MLWATCH_GLANCE_H
#define MLWATCH_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/span.h"

enum { GLANCE_SHAPES = 4 }; /* lines of training, of validation, and two more */

/* Zeroed at first: then nothing may wait. */
struct glance {
    uint32_t shapes[GLANCE_SHAPES]; /* hashes; 0: none */
    uint32_t newest;
};

/* glance_learn - these bytes were read: the shapes of their last whole lines are known from now on. A line that is not whole has none.
 * Cost: about a nanosecond a byte of the last GLANCE_SHAPES lines */
void glance_learn(struct glance *g, struct span read);
/* glance_may_wait - are these lines, from a line's first byte on, all of a known shape? What follows the last line end is not judged, and has
 * to be seen again when it is whole; a byte that no text has never waits.
 *   ret  bytes of whole lines.  Cost: about a nanosecond a byte */
bool glance_may_wait(const struct glance *g, struct span lines, size_t *ret);

#endif
