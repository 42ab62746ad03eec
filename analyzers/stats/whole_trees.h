/* whole_trees - how like a faulty run a run is: boosted trees over its numbers (whole.h), fitted to the zoo's runs by tests/rates/fit_whole.py,
 * which writes whole_trees.c.
 *
 * Three cuts a tree, so that at most three numbers are seen together; and a number that can only speak against a run, as a loss that falls less,
 * is held to that (monotone), so that no odd run of the zoo makes an exception. */
#ifndef MLWATCH_WHOLE_TREES_H
#define MLWATCH_WHOLE_TREES_H

#include <stdint.h>

struct whole_node {
    int16_t feature;  /* of whole.h; -1: a leaf */
    uint16_t yes, no; /* places from the tree's first node: below `at`, or not */
    uint8_t unknown;  /* is a number that is not known taken as below? */
    float at;         /* of a leaf: what it adds to the log odds */
};
extern const struct whole_node whole_nodes[];
extern const uint16_t whole_trees[]; /* the first node of each */
extern const uint16_t whole_n_trees;
extern const float whole_base; /* log odds before any tree */

#endif
