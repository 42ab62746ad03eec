/* text_neat - NEAT-Python's StdOutReporter: a heading for each generation, and the fitness of its population below.
 *
 *      ****** Running generation 3 ******
 *
 *     Population's average fitness: 4.50000 stdev: 3.20000
 *     Best fitness: 9.10000 - size: (3, 5) - species 1 - id 123 */
#ifndef MLWATCH_TEXT_NEAT_H
#define MLWATCH_TEXT_NEAT_H

#include "record.h"

struct text_neat {
    int64_t generation;
    bool open; /* a generation was told */
};

/* text_neat - read a line; false for one that is none of these. Cost: O(1) for any other line. */
bool text_neat(struct text_neat *t, struct text_run *r, const struct text_line *l, const struct format_out *out);

#endif
