#include "rate.h"

#define EVEN  0.05 /* of a rise, on the logarithm, by which the next one differs that is by the same factor: logs are rounded */
#define STEEP 1.1  /* at each rise: of less a straight line looks alike */
#define PEAK  0.9  /* of the peak that a restart comes back to, to be a leap */

static void restart(struct rate *r, const struct rate_knobs *k, double from, int64_t step, const struct point *p)
{
    if (r->last <= k->fallen * r->peak && p->value >= PEAK * r->peak) r->leaps++;
    if (r->restarts++ == 0) r->restart_step = step, r->restart_line = p->line, r->restart_from = from;
    if (r->restarts == 2) r->again_step = step;
    r->newest_step = step;
    r->restart_to = p->value;
    r->peak = r->low = p->value;
}

/* They begin when the rate leaves the highest it was. */
static void follow_climb(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    struct rate_climb *c = &r->climb;
    bool rises = p->value > r->last && p->value < k->risen * r->last && r->n > r->rises + 2;
    if (!rises) c->rises = 0, c->told = false;
    else if (p->value > c->from && c->rises++ == 0)
        c->step = p->step, c->line = p->line, c->n = r->n - 1, c->stood = r->same, c->up = p->value - r->last;
    double grew = rises ? log(p->value / r->last) : 0;
    bool even = grew >= log(STEEP) && fabs(grew - c->grew) <= EVEN * grew;
    c->even = even ? c->even + 1 : 0, c->grew = grew;
    c->faster = rises && p->value - r->last >= k->faster * c->up;
    r->same = p->value == r->last ? r->same + 1 : 1;
    if (!c->rises && p->value > c->from) c->from = p->value;
}

/* The newest rate against the course so far. */
static void follow(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    bool warms_up = r->rises + 2 >= r->n, rises = p->value > r->last;
    follow_climb(r, k, p);
    rate_fall_add(r, p);
    bend_add(&r->bend, p->step, p->value, p->line);
    if (rises && warms_up) r->rises++;
    if (r->peak > 0 && r->low <= k->fallen * r->peak && p->value >= k->risen * r->low && p->value > k->fallen * r->peak)
        restart(r, k, r->low, r->low_step, p);
    if (rises && !warms_up && r->last > 0 && p->value >= k->risen * r->last && p->value > r->peak) {
        r->jumped = r->jumped || !r->restarts;
        restart(r, k, r->last, p->step, p);
    }
    if (p->value > r->peak && r->low >= k->fallen * r->peak) {
        r->peak = r->low = p->value;
        r->peak_step = p->step, r->peak_line = p->line;
    }
    if (p->value < r->low) r->low = p->value, r->low_step = p->step;
    rate_tail(r, k, p);
}

void rate_add(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    if (r->n++) follow(r, k, p);
    r->last = p->value, r->last_step = p->step, r->last_line = p->line;
}

void rate_begin(struct rate *r, const struct point *p)
{
    r->n = r->rises = r->restarts = r->leaps = 0;
    r->jumped = r->resumed = false;
    r->climb = (struct rate_climb){.from = p->value};
    r->fall = (struct rate_fall){0};
    bend_begin(&r->bend, p->step, p->value);
    r->same = 1;
    r->peak = r->low = r->last = p->value;
    r->first_step = r->peak_step = r->low_step = p->step;
    r->first_line = r->peak_line = p->line;
    r->in_tail = false;
}

void rate_resume(struct rate *r, const struct rate_knobs *k, const struct point *p)
{
    double last = r->last, peak = r->peak;
    bool goes_on = (double)(p->step - r->first_step) > 0.1 * (double)(r->last_step - r->first_step);
    int64_t step = r->last_step;
    rate_begin(r, p);
    if (goes_on && last > 0 && p->value >= k->risen * last && p->value >= PEAK * peak)
        restart(r, k, last, step, p), r->resumed = true;
}
