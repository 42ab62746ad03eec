/* rising - see rising.h. */
#include "rising.h"

#include <math.h>

enum { STEADY = 2 /* values in a row */ };

static bool rate_explains(const struct rising *s, const struct rise *r) { return ahead_raised(&s->ahead, r->then[AHEAD_RATE]); }

/* The three rises that count: of each level above its own best, and of the fast one above the slow one's best, which noise pulls less far
 * down. */
enum { RISES = 3 };
struct height {
    double rise, least, undone; /* least: for its noise */
};

static bool remarkable(const struct rising *s, const struct rise *r)
{
    const struct climb *c = &r->climb;
    const struct climb_level *fast = &c->of[CLIMB_FAST], *slow = &c->of[CLIMB_SLOW];
    double highest = ahead_larger(climb_rise(c, CLIMB_FAST), climb_rise(c, CLIMB_SLOW));
    if (ahead_larger(highest, fast->level - slow->best) < s->least_rise) return false; /* most values of most runs */
    double beside = ahead_told(&s->ahead, r->then),
           factor = log(s->knobs->factor) + beside * log(s->knobs->factor_beside / s->knobs->factor);
    double easier = 1 - s->knobs->easier * beside, sd = easier * climb_sd(c, CLIMB_FAST),
           sd_slow = easier * climb_sd(c, CLIMB_SLOW);
    const struct height of[RISES] = {{fast->level - fast->best, s->knobs->height * sd, fast->undone},
                                     {fast->level - slow->best, s->knobs->height_both * sd, fast->undone},
                                     {slow->level - slow->best, s->knobs->height * sd_slow, slow->undone}};
    if (ahead_warms_up(&s->ahead) && fast->level < c->initial + log(s->knobs->warm_factor)) return false;
    for (int i = 0; i < RISES; i++) {
        double rise = of[i].rise, best = fast->level - rise;
        if (rise < factor || rise < of[i].least || rise < easier * s->knobs->over_undone * of[i].undone) continue;
        if (exp(fast->level) - exp(best) > s->knobs->of_progress * (exp(c->initial) - exp(best))) return true;
    }
    return false;
}

bool rising_by_averages(const struct rising *s, struct rise *r)
{
    if ((double)r->climb.n < s->knobs->min_points || !remarkable(s, r) || rate_explains(s, r)) r->lasted = 0;
    else r->lasted++;
    return r->lasted >= STEADY && climb_goes_on(&r->climb, s->knobs->trend);
}

bool rising_by_values(const struct rising *s, const struct rise *r)
{
    double n = (double)r->climb.n;
    return n >= s->knobs->early_points && n <= s->knobs->few_points && s->ahead.rate.highest <= 1.05 * r->rate &&
           rises_early(&r->few, &s->ahead.norm[AHEAD_GRADIENT], &s->ahead.norm[AHEAD_WEIGHT], s->knobs->few_factor,
                       s->knobs->few_ahead);
}

/* Is a climb of the curve more than the averages came back from by themselves, and, where it is none by the larger factor, a good part of all
 * progress? The fast one follows single points: it comes back from more than a curve of means does. */
static bool matters(const struct rising *s, const struct climb *c, const struct past *past, const struct ramp *ramp)
{
    double rise = ramp->to - ramp->from, low = exp(ramp->from);
    bool single = past->fine->points <= PAST_FINE;
    if (rise < fmax(single ? c->of[CLIMB_FAST].undone : 0, c->of[CLIMB_SLOW].undone)) return false;
    return rise >= log(s->knobs->ramp.factor) || exp(ramp->to) - low >= s->knobs->sure_progress * (exp(c->initial) - low);
}

void rising_hear_held(struct rising *s, const struct point *p)
{
    struct rising_held *h = &s->held;
    if (!h->series) *h = (struct rising_held){.series = p->series, .best = INFINITY, .newest = INFINITY};
    if (h->series != p->series || !isfinite(p->value)) return;
    if (h->newest < h->best) h->best = h->newest;
    h->newest = p->value, h->step = p->step;
}

/* Was a held-out loss evaluated since the climb began, and is it no better than ever before? */
static bool held_agrees(const struct rising *s, const struct rise *r, const struct ramp *ramp)
{
    const struct rising_held *h = &s->held;
    return h->series->axis == r->series->axis && h->step >= ramp->step && h->newest > h->best;
}

/* Less of a climb, of which the newest value is a part, and with it the held-out loss. */
static bool both_tell(const struct rising *s, const struct rise *r, const struct past *past, struct ramp_knobs easier,
                      struct ramp *ramp)
{
    easier.height = s->knobs->held_height, easier.undone = s->knobs->held_undone, easier.row = true;
    return s->held.series && s->held.newest > s->held.best && ramp_of_past(past, &easier, ramp) &&
           matters(s, &r->climb, past, ramp) && ramp->last >= (ramp->from + ramp->to) / 2 && held_agrees(s, r, ramp);
}

/* Is the fast average up? Of most values of most runs it is not, and the curve need not be looked at. The slow one is no help: while a loss
 * falls it lies far above its values, and a rise from there is under way before it turns. */
static bool is_up(const struct rising *s, const struct climb *c) { return climb_rise(c, CLIMB_FAST) >= s->least_rise; }

bool rising_by_curve(const struct rising *s, struct rise *r, const struct past *past)
{
    const struct ramp_knobs *k = &s->knobs->ramp;
    const struct ramp_knobs logs = {log(k->factor), k->height, log(k->sure_factor), k->sure_height, k->leap, k->undone, false};
    const struct climb *c = &r->climb;
    struct ramp ramp;
    if (!past || !is_up(s, c) || ramp_length(past) == r->asked) return false;
    r->asked = ramp_length(past);
    if (rate_explains(s, r) || (ahead_warms_up(&s->ahead) && c->of[CLIMB_FAST].level < c->initial + log(s->knobs->warm_factor)))
        return false;
    bool alone = ramp_of_past(past, &logs, &ramp) && matters(s, c, past, &ramp);
    if (!alone && !both_tell(s, r, past, logs, &ramp)) return false;
    r->onset_step = ramp.step, r->onset_line = ramp.line;
    return true;
}
