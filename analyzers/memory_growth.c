/* memory_growth - memory use climbs all the time: something is kept that should be let go.
 *
 * Memory fills at the start of every run and then stays; a peak climbs now and then. A leak is a ramp: after the first quarter the
 * slope (Theil-Sen) is beyond chance (Mann-Kendall), every third of the rest stands above the one before, and the last third climbs no
 * less than half as fast as the whole. Source: failure knowledge F46. */
#include <math.h>

#include "analyzer.h"
#include "stats/told.h"
#include "stats/track_level.h"

enum { SERIES = 4, LIVE = 5 };
struct knobs {
    double min_points, growth_info, growth_warning, trend_z;
};
struct state {
    const struct knobs *knobs;
    struct track memory[SERIES];
    uint32_t n;
    struct told told;
};

static const char *const kinds[] = {"memory_growth", NULL};
static const struct knob knobs[] = {
    {"memory_points", "points", 10, 8, 100000, 24, 8, offsetof(struct knobs, min_points), "values before anything is said",
     "our choice: of the eight behind the first quarter each third is still two values"},
    {"memory_info", "share", 0.1, 0.01, 10, 0.2, 0.05, offsetof(struct knobs, growth_info),
     "grown since the first quarter of the run, to be worth knowing", "our choice"},
    {"memory_warning", "share", 0.19, 0.02, 100, 0.5, 0.1, offsetof(struct knobs, growth_warning), "grown, to be a warning",
     "our choice: a quarter, of which the first quarter of the run is not counted"},
    {"memory_trend", "z", 4, 2, 20, 6, 3, offsetof(struct knobs, trend_z), "of the trend, by Mann-Kendall",
     "failure knowledge F46: p < 0.01, and neighbouring levels are not independent"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Steps until the level has doubled, at this slope. */
static double steps_to_double(const struct track *t, size_t from, double growth)
{
    double steps = (double)(t->curve->buckets[t->curve->used - 1].last_step - t->curve->buckets[from].first_step);
    return growth > 0 ? steps / growth : INFINITY;
}

/* The trend that is beyond chance; of few values that each is above the one before, which of eight are once in 40,000. */
static double enough(const struct state *s, size_t n)
{
    double pairs = (double)(n * (n - 1)) / 2, sd = sqrt((double)(n * (n - 1) * (2 * n + 5)) / 18);
    return fmin(s->knobs->trend_z, (pairs - 1) / sd);
}

static void judge(struct state *s, const struct track *t, struct finding *clearest)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), from = n / 4, m = n - from, third = m / 3;
    if ((double)t->curve->points < s->knobs->min_points || third < 2) return;
    const double *rest = y + from;
    double start = robust_median(rest, 3), slope = robust_slope(rest, m), growth = slope * (double)(m - 1) / start;
    if (!(start > 0) || growth < s->knobs->growth_info || robust_trend(rest, m) < enough(s, m) - 1e-9) return;
    double a = robust_median(rest, third), b = robust_median(rest + third, third), c = robust_median(rest + m - third, third);
    if (b - a < 0.25 * (c - a) || c - b < 0.25 * (c - a)) return;  /* a stair */
    if (robust_slope(rest + m - third, third) < slope / 2) return; /* it fills up */
    struct finding f = track_finding(t, "memory_growth", from);
    f.severity = growth >= s->knobs->growth_warning ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = fmin(0.9, 0.6 + 0.3 * growth);
    finding_add(&f, "from", start, t->series->unit);
    finding_add(&f, "to", y[n - 1], t->series->unit);
    finding_add(&f, "growth", growth, "share");
    finding_add(&f, "doubles_in", steps_to_double(t, from, growth), "steps");
    if (finding_evidence(&f, "growth", 0) > finding_evidence(clearest, "growth", -INFINITY)) *clearest = f;
}

/* Of several series that tell the same, the clearest. While the run goes on only a warning is told, over LIVE times as many points: memory fills up
 * at the start of a run. */
static void judge_all(struct state *s, bool over, const struct findings *out)
{
    struct finding f = {0};
    for (uint32_t i = 0; i < s->n; i++)
        if (over || (double)s->memory[i].curve->points >= LIVE * s->knobs->min_points) judge(s, &s->memory[i], &f);
    bool is = f.kind && (over || f.severity >= SEVERITY_WARNING);
    if (is) f.episode = 1;
    told_update(&s->told, is, over || f.series != s->told.series, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (track_fills(track_add(s->memory, &s->n, SERIES, p))) judge_all(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge_all(state, true, out); }

const struct analyzer analyzer_memory_growth = {.name = "memory_growth",
                                                .summary = "memory use climbs all the time",
                                                .source = "failure knowledge F46; Sen 1968; Kendall 1975",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_MEMORY),
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .knobs = knobs,
                                                .observe = observe,
                                                .finish = finish};
