/* degenerate_output - generated samples repeat one token or pattern, or never end, and it stays so.
 *
 * Logs tell it by numbers about the samples, and the unit of the series says which way is bad: a share of distinct n-grams that falls to
 * nothing, a share of repeated n-grams that rises to all, a share of samples that run into the length limit. Each must stand at its bad end
 * in the last evaluations, and must either have stood better before or be there from the start (a model that was never any
 * good: worth knowing only, for an untrained one repeats itself by right).
 *
 * What a reader measured from texts in the log ("looping", daemon/format/sample.h) says less: who decodes greedily sees loops in healthy
 * trainings. So that must have stood at its good end for as long before, and is else not told at all. It is told while the run goes on
 * too, and taken back when the last samples are good again. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/robust.h"
#include "stats/told.h"
#include "stats/track.h"

enum { SERIES = 6, LAST = 3 };
struct knobs {
    double min_points, distinct, repeated, endless, looping, sound, worse;
};
struct state {
    const struct knobs *knobs;
    struct track samples[SERIES];
    uint32_t n, judged; /* judged: buckets of the series at the last judgement, all together */
    struct told told;
};

static const char *const kinds[] = {"degenerate_output", NULL};
static const struct knob knobs[] = {
    {"degenerate_points", "points", 5, 3, 10000, 10, 4, offsetof(struct knobs, min_points), "values before anything is said",
     "our choice"},
    {"degenerate_distinct", "share", 0.1, 0.001, 0.5, 0.05, 0.2, offsetof(struct knobs, distinct),
     "of distinct tokens or n-grams from which down samples repeat", "Li 2016 (distinct-n): people reach 0.3 and more"},
    {"degenerate_repeated", "share", 0.6, 0.1, 1, 0.8, 0.4, offsetof(struct knobs, repeated), "of repeated n-grams from which up",
     "Welleck 2020: likelihood-trained models 0.44 of 4-grams, people 0.005"},
    {"degenerate_endless", "share", 0.9, 0.2, 1, 0.98, 0.7, offsetof(struct knobs, endless),
     "of samples that run into the length limit", "failure knowledge F30: stop share at least 0.99"},
    {"degenerate_looping", "share", 0.75, 0.3, 1, 0.85, 0.65, offsetof(struct knobs, looping),
     "of 4-grams of a logged text that stood before, from which it loops",
     "measured: prose 0.2, program text 0.55, tables in programs 0.73 at most; loops 0.83 and more"},
    {"degenerate_sound", "share", 0.3, 0.05, 0.7, 0.2, 0.4, offsetof(struct knobs, sound),
     "of such 4-grams up to which texts are sound, as they must have been before",
     "measured: nine of ten texts of prose and programs"},
    {"degenerate_worse", "share", 0.2, 0.01, 1, 0.3, 0.1, offsetof(struct knobs, worse),
     "of the scale by which it must have been better once, to be a warning", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Where on the way from good (0) to bad (1) the share stands, and from where on it is degenerate. */
static double badness(const struct state *s, const struct series *series, double share, double *limit)
{
    if (strcmp(series->unit, "distinct") == 0) return *limit = 1 - s->knobs->distinct, 1 - share;
    *limit = strcmp(series->unit, "endless") == 0   ? s->knobs->endless
             : strcmp(series->unit, "looping") == 0 ? s->knobs->looping
                                                    : s->knobs->repeated;
    return share;
}

/* Was there a time before `from` at which LAST values in a row were sound? */
static bool was_sound(const struct state *s, const double *mean, size_t from)
{
    size_t row = 0;
    for (size_t i = 0; i < from && row < LAST; i++) row = mean[i] <= s->knobs->sound ? row + 1 : 0;
    return row == LAST;
}

static void judge(struct state *s, const struct track *t, struct finding *clearest)
{
    double mean[TRACK_BUCKETS], limit = 1, best = INFINITY, now = INFINITY;
    size_t n = track_means(t, mean), from = n;
    if ((double)t->curve->points < s->knobs->min_points || n < LAST + 1) return;
    double scale = robust_median(mean, n) > 1.5 ? 100 : 1;
    for (size_t i = 0; i < n; i++) best = fmin(best, badness(s, t->series, mean[i] / scale, &limit));
    while (from > 0 && badness(s, t->series, mean[from - 1] / scale, &limit) >= limit) from--;
    for (size_t i = from; i < n; i++) now = fmin(now, badness(s, t->series, mean[i] / scale, &limit));
    bool looping = strcmp(t->series->unit, "looping") == 0;
    if (n - from < LAST || (looping && !was_sound(s, mean, from))) return;
    struct finding f = track_finding(t, "degenerate_output", from);
    bool worse = from > 0 && now - best >= s->knobs->worse;
    f.severity = worse ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = worse ? 0.85 : 0.6;
    finding_add(&f, "from", from > 0 ? mean[from - 1] : mean[0], "");
    finding_add(&f, "to", mean[n - 1], "");
    finding_add(&f, "repeats", strcmp(t->series->unit, "endless") != 0, "");
    finding_add(&f, "worse_by", now - best, "share");
    if (finding_evidence(&f, "worse_by", 0) > finding_evidence(clearest, "worse_by", -INFINITY)) *clearest = f;
}

static bool judge_all(struct state *s, struct finding *f)
{
    for (uint32_t i = 0; i < s->n; i++) judge(s, &s->samples[i], f); /* of several that tell the same, the clearest */
    return f->kind != NULL;
}

/* Are the last values of the series that was told of good again? */
static bool recovered(const struct state *s)
{
    double mean[TRACK_BUCKETS], limit;
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->samples[i].series != s->told.series) continue;
        size_t n = track_means(&s->samples[i], mean), good = 0;
        double scale = robust_median(mean, n) > 1.5 ? 100 : 1;
        while (good < n && badness(s, s->samples[i].series, mean[n - 1 - good] / scale, &limit) < limit) good++;
        return good >= LAST || good == n;
    }
    return true;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct finding f = {0};
    uint32_t buckets = 0;
    track_add(s->samples, &s->n, SERIES, p);
    for (uint32_t i = 0; i < s->n; i++) buckets += s->samples[i].curve->used;
    if (buckets == s->judged) return;
    s->judged = buckets;
    bool is = judge_all(s, &f) && f.severity >= SEVERITY_WARNING;
    if (is || (s->told.open && recovered(s))) told_update(&s->told, is, false, &f, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    struct finding f = {0};
    bool is = judge_all(s, &f);
    if (is || recovered(s)) told_update(&s->told, is, true, &f, out);
}

const struct analyzer analyzer_degenerate_output = {.name = "degenerate_output",
                                                    .summary = "generated samples repeat themselves or never end",
                                                    .source = "failure knowledge F30; Li 2016; Welleck 2020",
                                                    .kinds = kinds,
                                                    .wants = WANTS(ROLE_DIVERSITY),
                                                    .scope = PER_RUN,
                                                    .state_size = sizeof(struct state),
                                                    .knobs = knobs,
                                                    .observe = observe,
                                                    .finish = finish};
