/* epochs - how many steps an epoch has, where the log tells both: "epoch": 0.82 beside "step": 60, or whole epochs that change now and then.
 *
 * Until the first epoch is over no row has been seen twice; much of what a curve may mean depends on it. */
#ifndef MLWATCH_EPOCHS_H
#define MLWATCH_EPOCHS_H

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "../analyzer.h"

struct epochs { /* the first and the last change of the logged epoch */
    double first, last;
    int64_t first_step, last_step;
    uint32_t n;
    uint16_t segment;
    bool whole; /* no fraction was seen */
};

/* epochs_is - does the series count epochs beside steps? */
static inline bool epochs_is(const struct series *s)
{
    if (s->role != ROLE_PROGRESS || s->axis != AXIS_STEP) return false;
    size_t n = strlen(s->name);
    return n >= 5 && (n == 5 || s->name[n - 6] == '/') && strcasecmp(s->name + n - 5, "epoch") == 0;
}

/* epochs_add - one finite value of such a series. Where the first one began is not known: it counts from its first change on. */
static inline void epochs_add(struct epochs *e, const struct point *p)
{
    if (!e->n || p->segment != e->segment) *e = (struct epochs){.segment = p->segment, .whole = true};
    if (e->n && p->value == e->last) return;
    e->whole = e->whole && p->value == floor(p->value);
    if (e->n < 2) e->first = p->value, e->first_step = p->step;
    e->n++;
    e->last = p->value, e->last_step = p->step;
}

/* epochs_join - the same where fractions are told, as most are; false, with nothing done, for another. */
static inline bool epochs_join(struct epochs *e, const struct point *p)
{
    if (e->n < 2 || e->whole || p->segment != e->segment) return false;
    if (p->value != e->last) e->n++, e->last = p->value, e->last_step = p->step;
    return true;
}

/* epochs_steps - steps of one; NaN while it is not known. */
static inline double epochs_steps(const struct epochs *e)
{
    bool known = e->n > 2 && e->last > e->first && e->last_step > e->first_step;
    return known ? (double)(e->last_step - e->first_step) / (e->last - e->first) : (double)NAN;
}

#endif
