/* value_loss_explosion - the value function's loss grows without bound.
 *
 * It may grow by right: with the squares of the returns, and from nothing when a sparse reward is first found. It is no such growth when
 * it is a hundred times what it was in the first part of the run, the error is several times larger than any return that was ever
 * logged, and the return is no better than at the start. Without a return the factor must be greater. The explained variance
 * is given as evidence: below 0 the value function is worse than a constant. */
#include <math.h>

#include "stats/told.h"
#include "stats/track_level.h"

enum { TRACKS = 6 };
struct state {
    double factor, factor_alone, returns, min_points;
    struct track track[TRACKS];
    uint32_t n;
    struct told told;
    double told_at;
};

static const char *const kinds[] = {"value_loss_explosion", NULL};
static const struct knob knobs[] = {
    {"value_loss_factor", "x", 100, 3, 1e9, 1000, 30, offsetof(struct state, factor),
     "above its highest level in the first part of the run", "seeded training runs: up to 3 in healthy ones"},
    {"value_loss_factor_alone", "x", 10000, 10, 1e12, 1e6, 1000, offsetof(struct state, factor_alone),
     "the same where no return is logged", "a sparse reward that is found raises it by orders of magnitude"},
    {"value_loss_returns", "x", 4, 0.1, 1e6, 10, 1, offsetof(struct state, returns), "the square of the largest return",
     "a value that is off by twice the largest return was learned from nothing"},
    {"value_loss_points", "points", 12, 8, 100000, 30, 10, offsetof(struct state, min_points), "values before anything is said",
     "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool better_than_at_first(const struct track *r)
{
    double first = track_level(r, 0, 0.1), now = track_level(r, 0.9, 1);
    return now - first > 2 * track_noise(r);
}

static bool beyond_returns(const struct state *s, const struct track *r, double now)
{
    double largest = fmax(fabs(track_low(r)), fabs(track_high(r)));
    return now >= s->returns * largest * largest && !better_than_at_first(r);
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

/* While the run goes on a return may still be logged, so without one it is told at the end. */
static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct track *v = track_of_role(s->track, s->n, ROLE_LOSS_VALUE), *r = track_of_role(s->track, s->n, ROLE_RETURN),
                       *e = track_of_role(s->track, s->n, ROLE_EXPLAINED_VARIANCE);
    if (!v || (double)v->curve.points < s->min_points || v->curve.used < 8 || track_low(v) < 0) return;
    bool known = r && r->curve.used >= 4;
    double early = highest_early(v), now = track_level(v, 0.9, 1), factor = known ? s->factor : s->factor_alone;
    bool is = (known || over) && early > 0 && now >= factor * early && (!known || beyond_returns(s, r, now));
    struct finding f = {0};
    if (is) {
        f = track_finding(v, "value_loss_explosion", onset_of(v, sqrt(factor) * early));
        f.severity = SEVERITY_WARNING;
        f.confidence = known ? 0.92 : 0.8;
        finding_add(&f, "from", early, "");
        finding_add(&f, "to", now, "");
        finding_add(&f, "ratio", now / early, "x");
        finding_add(&f, "explained_variance", e ? track_level(e, 0.8, 1) : (double)NAN, "");
    }
    bool worse = is && (over || now > 10 * s->told_at);
    if (worse) s->told_at = now;
    told_update(&s->told, is, worse, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = track_add(s->track, &s->n, TRACKS, p);
    if (p->series->role == ROLE_LOSS_VALUE && track_fills(t)) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_value_loss_explosion = {.name = "value_loss_explosion",
                                                       .summary = "the value function's loss grows without bound",
                                                       .source = "Henderson 2018; the square of the largest return as the scale",
                                                       .kinds = kinds,
                                                       .wants = WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_RETURN) |
                                                                WANTS(ROLE_EXPLAINED_VARIANCE),
                                                       .scope = PER_RUN,
                                                       .state_size = sizeof(struct state),
                                                       .knobs = knobs,
                                                       .observe = observe,
                                                       .finish = finish};
