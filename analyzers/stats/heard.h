/* heard - series that an analyzer has heard of, by role; their curves are the host's (past.h). */
#ifndef MLWATCH_HEARD_H
#define MLWATCH_HEARD_H

#include "past.h"

struct heard {
    const struct series *series;
    const struct past *past;
};

/* heard_place - the place of a point's series in a table, made where it has none; max when the table is full.
 *   table, n, max   the table, how many are in use, how many there are. Cost: O(n) pointers */
uint32_t heard_place(struct heard *table, uint32_t *n, uint32_t max, const struct point *p);
/* heard_beside - the one of the same metric, else the main one, by name and not by what was read first; NULL when there is none.
 *   series   of the other split */
const struct heard *heard_beside(const struct heard *table, uint32_t n, const struct series *series);

#endif
