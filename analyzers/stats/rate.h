/* rate - the course of a learning rate as it comes: its peak, how far it came down and where it rose again, rises one after the other, falls
 * along a line, and since when it is all but 0.
 *
 * A schedule rises to its peak once and comes down. A restart is a rise from far below that peak; a climb is rises in a row, none of them a
 * jump, after the rate had stood or come down. */
#ifndef MLWATCH_RATE_H
#define MLWATCH_RATE_H

#include "../analyzer.h"
#include "bend.h"

struct rate_knobs {
    double fallen;  /* share of its peak to which the rate must have come down before a rise is a restart */
    double risen;   /* times its lowest, that is one */
    double low_end; /* share of its peak at which it is all but 0 */
    double faster;  /* times its first rise, that a climb's newest one is, to be faster than it began */
};
/* Rises in a row. */
struct rate_climb {
    uint64_t rises;
    double from; /* the highest rate before them */
    int64_t step;
    double up;               /* by the first of them */
    uint64_t line, n, stood; /* n: rates before it, stood: of which the last were all the same */
    bool told;               /* for the caller */
    bool faster;             /* than it began, as no warm-up does */
    uint64_t even;           /* rises in a row by the same factor as the one before */
    double grew;             /* the logarithm of the newest one's */
};
/* Rates in a row, each below the one before it. */
struct rate_fall {
    struct line of; /* steps since its first rate, rates */
    int64_t step;
    uint64_t line;
};
struct rate {
    uint64_t n, rises, restarts, leaps; /* rises: the warm-up's; leaps: restarts from the lowest to the peak at once */
    double peak, low, last;             /* low: since the peak */
    int64_t first_step, last_step, peak_step, low_step;
    int64_t restart_step, again_step, newest_step; /* of the restarts: the first, the second, the last */
    int64_t tail_step;
    uint64_t first_line, last_line, restart_line, tail_line, peak_line;
    double restart_from, restart_to;
    uint64_t same;        /* rates in a row that are the newest one */
    bool jumped, resumed; /* resumed: the run was started anew, and with it the schedule */
    struct rate_climb climb;
    struct rate_fall fall;
    struct bend bend;
    bool in_tail; /* the rate is all but 0, since tail_step */
};

/* rate_begin - forget everything; this is the first rate, finite and not negative. It is then given to rate_add as all others are, of later steps.
 * rate_resume - the same where a run begins anew. One that is resumed where it was goes on with the rate it had; one that begins with the highest
 * again has lost its schedule. Cost: O(1), as of all */
void rate_begin(struct rate *r, const struct point *p);
void rate_resume(struct rate *r, const struct rate_knobs *k, const struct point *p);
void rate_add(struct rate *r, const struct rate_knobs *k, const struct point *p);

/* rate_fall_add - the falls in a row, with one more rate. */
static inline void rate_fall_add(struct rate *r, const struct point *p)
{
    if (!(p->value < r->last)) r->fall = (struct rate_fall){0};
    if (r->fall.of.n == 0) r->fall.step = p->step, r->fall.line = p->line;
    line_add(&r->fall.of, (double)(p->step - r->fall.step), p->value);
}
/* rate_tail - is it all but 0? */
static inline void rate_tail(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    bool tail = p->value <= k->low_end * r->peak;
    if (tail && !r->in_tail) r->tail_step = p->step, r->tail_line = p->line;
    r->in_tail = tail;
}
/* rate_goes_on - a rate that stands, or that falls below all since its peak: most are. It ends a climb, begins none, and is no restart; rate_go_on
 * adds it, about 5 ns. */
static inline bool rate_goes_on(const struct rate *r, const struct point *p)
{
    bool lower = p->value < r->low && p->value < r->last && p->value >= 0, stands = r->same > 1 && p->value == r->last;
    return (lower || stands) && !r->climb.rises && p->value <= r->climb.from;
}
static inline void rate_go_on(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    r->n++;
    rate_fall_add(r, p);
    r->same = p->value == r->last ? r->same + 1 : 1;
    if (p->value < r->low) r->low = p->value, r->low_step = p->step;
    rate_tail(r, k, p);
    r->last = p->value, r->last_step = p->step, r->last_line = p->line;
}

#endif
