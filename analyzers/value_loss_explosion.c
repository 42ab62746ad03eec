/* value_loss_explosion - the value function's loss grows without bound.
 *
 * It may grow by right: with the squares of the returns, and from nothing when a sparse reward is first found. It is no such growth when
 * it is a hundred times what it was in the first part of the run, the error is several times larger than any return that was ever
 * logged, and the return is no better than at the start. Without a return the factor must be greater. The explained variance
 * is given as evidence: below 0 the value function is worse than a constant.
 *
 * A leap is no growth: from one moment to the next the loss is a thousand times all that it was, and stays there. Learning does not do
 * that where the agent was paid before (a reward that is found for the first time does), so the scale of the rewards has changed: by the
 * root of the ratio. Where the return that is logged did not leap with it, the two are no longer paid in the same coin.
 *
 * An agent that learns values alone (DQN) logs their error as its training loss. Beside a generator's loss a critic's is a discriminator's
 * (stats/game.h). */
#include <math.h>

#include "stats/told.h"
#include "stats/track_level.h"

enum { TRACKS = 6 };
struct knobs {
    double factor, factor_alone, returns, min_points, leap, settled, paid, far_off;
};
struct state {
    const struct knobs *knobs;
    struct track track[TRACKS];
    uint32_t n;
    struct told told;
    double told_at;
};

static const char *const kinds[] = {"value_loss_explosion", NULL};
static const struct knob knobs[] = {
    {"value_loss_factor", "x", 100, 3, 1e9, 1000, 30, offsetof(struct knobs, factor),
     "above its highest level in the first part of the run", "seeded training runs: up to 3 in healthy ones"},
    {"value_loss_factor_alone", "x", 10000, 10, 1e12, 1e6, 1000, offsetof(struct knobs, factor_alone),
     "the same where no return is logged", "a sparse reward that is found raises it by orders of magnitude"},
    {"value_loss_returns", "x", 4, 0.1, 1e6, 10, 1, offsetof(struct knobs, returns), "the square of the largest return",
     "a value that is off by twice the largest return was learned from nothing"},
    {"value_loss_points", "points", 8, 8, 100000, 30, 8, offsetof(struct knobs, min_points), "values before anything is said",
     "as entropy_collapse_points"},
    {"value_loss_leap", "x", 1000, 30, 1e9, 10000, 300, offsetof(struct knobs, leap), "above all that it was, at once: a leap",
     "seeded training runs: up to 10 from one level to the next in healthy ones"},
    {"value_loss_settled", "share", 0.15, 0.05, 0.9, 0.25, 0.1, offsetof(struct knobs, settled),
     "of the run that must lie before a leap", "our choice: the first values are of an empty buffer"},
    {"value_loss_paid", "share", 0.2, 0.01, 1, 0.4, 0.1, offsetof(struct knobs, paid),
     "of the largest return before a leap that the smallest one must be, for the agent to have been paid all along",
     "a sparse reward is 0 until it is found"},
    {"value_loss_far_off", "share", 0.1, 0.001, 10, 0.5, 0.05, offsetof(struct knobs, far_off),
     "of the square of the largest return before a leap, which the loss must reach",
     "a first success after equal returns raises a loss from next to nothing, by less"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool better_than_at_first(const struct track *r)
{
    double first = track_level(r, 0, 0.1), now = track_level(r, 0.9, 1);
    return now - first > 2 * track_noise(r);
}

static bool beyond_returns(const struct state *s, const struct track *r, double now)
{
    double largest = fmax(fabs(track_low(r)), fabs(track_high(r)));
    return now >= s->knobs->returns * largest * largest && !better_than_at_first(r);
}

static size_t onset_of(const struct track *v, double bound)
{
    double mean[TRACK_BUCKETS];
    size_t i = track_means(v, mean) - 1;
    while (i > 0 && mean[i - 1] >= bound) i--;
    return i;
}

static double highest_early(const struct track *v)
{
    double level[TRACK_BUCKETS], high = 0;
    size_t n = track_levels(v, level), some = (n + 4) / 5;
    for (size_t i = 0; i < some; i++) high = fmax(high, level[i]);
    return high;
}

/* The bucket from which on all stands `leap` times above all that was before, but for the one it happened in; 0 for none. */
static size_t leap_of(const struct state *s, const struct track *v)
{
    double mean[TRACK_BUCKETS], high = 0, least[TRACK_BUCKETS];
    size_t n = track_means(v, mean), from = (size_t)ceil(s->knobs->settled * (double)n);
    for (size_t i = n; i-- > 0;) least[i] = i + 1 < n ? fmin(least[i + 1], mean[i]) : mean[i];
    for (size_t i = 0; i + 2 < n; i++) {
        bool stays =
            robust_median(mean + i + 1, n - i - 1) >= s->knobs->leap * high && least[i + 1] >= s->knobs->leap / 10 * high;
        if (i >= from && i >= 3 && high > 0 && mean[i] >= 10 * high && stays) return i;
        high = fmax(high, mean[i]);
    }
    return 0;
}

/* The largest return before that step, by size, where the agent was paid then: a reward that is not found yet is 0. NAN otherwise. */
static double paid_before(const struct state *s, const struct track *r, int64_t step)
{
    double low = INFINITY, high = 0;
    size_t n = 0;
    for (; n < r->curve->used && r->curve->buckets[n].last_step < step; n++) {
        low = fmin(low, fabs(r->curve->buckets[n].mean));
        high = fmax(high, fabs(r->curve->buckets[n].mean));
    }
    bool paid =
        n >= 3 && high > 0 && (low >= s->knobs->paid * high || fabs(r->curve->buckets[n - 1].mean) >= s->knobs->paid * high);
    return paid ? high : (double)NAN;
}

/* The return that counts as the value loss does, where there is one: a library's own log before its monitor's, by episodes. */
static const struct track *return_beside(const struct state *s, const struct track *v)
{
    const struct track *found = NULL;
    for (uint32_t i = 0; v && i < s->n; i++) {
        const struct series *r = s->track[i].series;
        if (r->role == ROLE_RETURN && r->axis == v->series->axis && (!found || lead_of(r, found->series))) found = &s->track[i];
    }
    return found ? found : track_of_role(s->track, s->n, ROLE_RETURN);
}

/* Do two series count the same thing? A learner may count its updates where its agent counts the steps of the environment, and both are called steps. */
static bool one_clock(const struct track *v, const struct track *r)
{
    double a = (double)v->curve->buckets[v->curve->used - 1].last_step,
           b = (double)r->curve->buckets[r->curve->used - 1].last_step;
    return v->series->axis == r->series->axis && fmax(a, b) <= 2 * fmin(a, b);
}

/* A step of r that surely lies before that bucket of v: by the share of the run, where they count different things. */
static int64_t step_before(const struct track *v, size_t at, const struct track *r)
{
    const struct bucket *a = v->curve->buckets, *b = r->curve->buckets;
    if (one_clock(v, r)) return a[at].first_step;
    double whole = (double)(a[v->curve->used - 1].last_step - a[0].first_step);
    double share = whole > 0 ? (double)(a[at].first_step - a[0].first_step) / whole : 0;
    return b[0].first_step + (int64_t)(0.8 * share * (double)(b[r->curve->used - 1].last_step - b[0].first_step));
}

static bool leaps(const struct state *s, const struct track *v, const struct track *r, struct finding *f)
{
    size_t at = leap_of(s, v);
    if (!at || !r) return false;
    double high = 0, now = track_level(v, 0.9, 1), largest = paid_before(s, r, step_before(v, at, r));
    if (!(now >= s->knobs->far_off * largest * largest)) return false;
    for (size_t i = 0; i < at; i++) high = fmax(high, v->curve->buckets[i].mean);
    *f = track_finding(v, "value_loss_explosion", at);
    f->severity = SEVERITY_WARNING;
    f->confidence = 0.9;
    finding_add(f, "from", high, "");
    finding_add(f, "to", now, "");
    finding_add(f, "ratio", now / high, "x");
    finding_add(f, "leap", 1, "");
    return true;
}

static bool grows(const struct state *s, const struct track *v, const struct track *r, bool over, struct finding *f)
{
    bool known = r && r->curve->used >= 4;
    double early = highest_early(v), now = track_level(v, 0.9, 1), factor = known ? s->knobs->factor : s->knobs->factor_alone;
    if (!(known || over) || !(early > 0) || now < factor * early || (known && !beyond_returns(s, r, now))) return false;
    *f = track_finding(v, "value_loss_explosion", onset_of(v, sqrt(factor) * early));
    f->severity = SEVERITY_WARNING;
    f->confidence = known ? 0.92 : 0.8;
    finding_add(f, "from", early, "");
    finding_add(f, "to", now, "");
    finding_add(f, "ratio", now / early, "x");
    finding_add(f, "leap", 0, "");
    return true;
}

/* The value loss; the training loss of an agent that logs neither it nor one of a policy. */
static const struct track *values_of(const struct state *s)
{
    const struct track *v = track_of_role(s->track, s->n, ROLE_LOSS_VALUE);
    bool alone = !v && track_of_role(s->track, s->n, ROLE_RETURN) && !track_of_role(s->track, s->n, ROLE_LOSS_POLICY);
    return alone ? track_of_role(s->track, s->n, ROLE_LOSS_TRAIN) : v;
}

/* While the run goes on a return may still be logged, so without one it is told at the end. */
static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct track *v = values_of(s), *r = return_beside(s, v), *e = track_of_role(s->track, s->n, ROLE_EXPLAINED_VARIANCE);
    if (!v || (double)v->curve->points < s->knobs->min_points || v->curve->used < 8 || track_low(v) < 0) return;
    if (track_of_role(s->track, s->n, ROLE_LOSS_GENERATOR)) return;
    struct finding f = {0};
    bool is = leaps(s, v, r, &f) || grows(s, v, r, over, &f);
    if (is) finding_add(&f, "explained_variance", e ? track_level(e, 0.8, 1) : (double)NAN, "");
    double now = finding_evidence(&f, "to", 0);
    bool worse = is && (over || now > 10 * s->told_at);
    if (worse) s->told_at = now;
    told_update(&s->told, is, worse, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = track_add(s->track, &s->n, TRACKS, p);
    if ((p->series->role == ROLE_LOSS_VALUE || p->series->role == ROLE_LOSS_TRAIN) && track_fills(t)) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_value_loss_explosion = {.name = "value_loss_explosion",
                                                       .summary = "the value function's loss grows without bound",
                                                       .source = "Henderson 2018; the square of the largest return as the scale",
                                                       .kinds = kinds,
                                                       .wants = WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_RETURN) |
                                                                WANTS(ROLE_EXPLAINED_VARIANCE) | WANTS(ROLE_LOSS_TRAIN) |
                                                                WANTS(ROLE_LOSS_POLICY) | WANTS(ROLE_LOSS_GENERATOR),
                                                       .needs = WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_RETURN),
                                                       .scope = PER_RUN,
                                                       .state_size = sizeof(struct state),
                                                       .knobs = knobs,
                                                       .observe = observe,
                                                       .finish = finish};
