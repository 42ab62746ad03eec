/* overfitting - a validation loss turned and rises while the training loss goes on falling.
 *
 * Every evaluation loss of the run is held as a curve and compared with its own best level; the training loss of the same metric (else the
 * main one) must have fallen since. The rise counts against the evaluations' own noise, so that one bad epoch is nothing. A rise while
 * the score still improves is miscalibration rather than harm, and only worth knowing. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/robust.h"

enum { TRAINS = 6, EVALS = 10, BUCKETS = 48, LEVEL = 3 };
struct track {
    const struct series *series;
    struct curve curve;
    struct bucket buckets[BUCKETS];
};
struct state {
    double min_points, rise_warning, rise_info, height_sd, train_fall, critical_rise, after_points;
    struct track train[TRAINS], eval[EVALS], score[EVALS];
    uint32_t n_train, n_eval, n_score;
    uint16_t segment;
    bool told;
    double told_rise;
};

static const char *const kinds[] = {"overfitting", NULL};
static const struct knob knobs[] = {{"overfitting_points", "points", 6, 4, 1000, 8, 5, offsetof(struct state, min_points),
                                     "evaluations before anything is said", "UMLAUT fires on one epoch: too noisy"},
                                    {"overfitting_after", "points", 3, 2, 1000, 4, 2, offsetof(struct state, after_points),
                                     "evaluations after the best one", "our choice"},
                                    {"overfitting_rise", "share", 0.10, 0.01, 10, 0.2, 0.05, offsetof(struct state, rise_warning),
                                     "of the validation loss from which it is a warning", "seeded training runs"},
                                    {"overfitting_info", "share", 0.04, 0.005, 10, 0.1, 0.02, offsetof(struct state, rise_info),
                                     "from which it is worth knowing", "seeded training runs"},
                                    {"overfitting_height", "sd", 5, 2, 50, 8, 4, offsetof(struct state, height_sd),
                                     "against the noise of the evaluations", "as score_drop_height"},
                                    {"overfitting_train", "share", 0.03, 0, 1, 0.05, 0.02, offsetof(struct state, train_fall),
                                     "that the training loss must have fallen since", "seeded training runs"},
                                    {"overfitting_critical", "share", 1.0, 0.1, 100, 2, 0.5,
                                     offsetof(struct state, critical_rise), "from which it is critical: twice the best loss",
                                     "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static struct track *track_of(struct track *tracks, uint32_t *n, uint32_t max, const struct series *series)
{
    for (uint32_t i = 0; i < *n; i++)
        if (tracks[i].series == series) return &tracks[i];
    if (*n == max) return NULL;
    struct track *t = &tracks[(*n)++];
    t->series = series;
    curve_init(&t->curve, t->buckets, BUCKETS);
    return t;
}

static size_t smooth(const struct track *t, double *level, bool logarithm)
{
    double y[BUCKETS];
    size_t n = 0;
    for (uint32_t i = 0; i < t->curve.used; i++)
        if (!isnan(t->buckets[i].mean)) y[n++] = logarithm ? log(fmax(t->buckets[i].mean, 1e-12)) : t->buckets[i].mean;
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? i - 1 : 0, to = i + 2 < n ? i + 2 : n;
        if (to - from < LEVEL && n >= LEVEL) from = i ? n - LEVEL : 0, to = from + LEVEL;
        level[i] = robust_median(y + from, to - from);
    }
    return n;
}

/* Natural-log fall of the training loss since a step, from level to level; 0 when it is not beyond the noise of levels, NaN when no
 * training loss says anything. */
static double train_fall(struct state *s, const struct series *eval, int64_t step)
{
    struct track *t = NULL;
    double level[BUCKETS], then = NAN;
    for (uint32_t i = 0; i < s->n_train; i++)
        if (!t || strcmp(s->train[i].series->metric, eval->metric) == 0) t = &s->train[i];
    if (!t || !t->curve.used) return NAN;
    bool positive = true;
    for (uint32_t i = 0; i < t->curve.used; i++) positive = positive && t->buckets[i].min > 0;
    size_t n = smooth(t, level, positive);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || t->buckets[i].first_step <= step) then = level[i];
    double fall = n ? then - level[n - 1] : NAN;
    return fall > 2 * robust_noise(level, n) ? fall : 0;
}

/* Does an evaluation score that should rise still stand at its best? */
static bool score_holds(struct state *s)
{
    double level[BUCKETS];
    for (uint32_t i = 0; i < s->n_score; i++) {
        size_t n = smooth(&s->score[i], level, false), best = 0;
        for (size_t j = 1; j < n; j++)
            if (level[j] > level[best]) best = j;
        double noise = robust_noise(level, n);
        if (n >= LEVEL && level[n - 1] >= level[best] - 2 * noise && level[n - 1] > level[0]) return true;
    }
    return false;
}

static void judge(struct state *s, struct track *t, const struct findings *out)
{
    double level[BUCKETS], y[BUCKETS];
    size_t n = t->curve.used, best = 0;
    if ((double)t->curve.points < s->min_points || t->curve.nonfinite || smooth(t, level, true) != n) return;
    for (size_t i = 1; i < n; i++)
        if (level[i] <= level[best]) best = i;
    for (size_t i = 0; i < n; i++) y[i] = log(fmax(t->buckets[i].mean, 1e-12));
    double noise = fmax(robust_noise(y, n), 0.002), rise = level[n - 1] - level[best];
    if ((double)(n - 1 - best) < s->after_points || rise < log1p(s->rise_info) || rise < s->height_sd * noise) return;
    double fell = train_fall(s, t->series, t->buckets[best].last_step);
    if (!(fell >= s->train_fall)) return;
    bool holds = score_holds(s) && rise < log1p(3 * s->rise_warning);
    enum severity severity = rise < log1p(s->rise_warning) || holds ? SEVERITY_INFO
                             : rise >= log1p(s->critical_rise)      ? SEVERITY_CRITICAL
                                                                    : SEVERITY_WARNING;
    if (s->told && rise < s->told_rise) return;
    const struct bucket *b = &t->buckets[best], *last = &t->buckets[n - 1];
    size_t onset = best + 1 < n ? best + 1 : best;
    struct finding f = {.kind = "overfitting",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = severity,
                        .confidence = fmin(0.97, 1 - 0.3 * exp(-0.5 * (rise / noise / s->height_sd - 1))),
                        .series = t->series,
                        .source = t->series->source,
                        .segment = s->segment,
                        .onset_step = t->buckets[onset].first_step,
                        .first_step = t->buckets[onset].first_step,
                        .last_step = last->last_step,
                        .first_line = t->buckets[onset].first_line,
                        .last_line = last->first_line};
    finding_add(&f, "from", exp(level[best]), "");
    finding_add(&f, "to", exp(level[n - 1]), "");
    finding_add(&f, "best_step", (double)b->first_step, "");
    finding_add(&f, "rise_ratio", exp(rise), "x");
    finding_add(&f, "rise_sd", rise / noise, "sd");
    finding_add(&f, "train_change", exp(-fell) - 1, "share");
    finding_add(&f, "best_share", (double)best / (double)n, "share");
    s->told = true;
    s->told_rise = rise;
    out->emit(out->arg, &f);
}

static void fix_pointers(struct state *s)
{
    for (uint32_t i = 0; i < s->n_train; i++) s->train[i].curve.buckets = s->train[i].buckets;
    for (uint32_t i = 0; i < s->n_eval; i++) s->eval[i].curve.buckets = s->eval[i].buckets;
    for (uint32_t i = 0; i < s->n_score; i++) s->score[i].curve.buckets = s->score[i].buckets;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = NULL;
    if (!isfinite(p->value)) return;
    if (p->segment != s->segment) s->n_train = s->n_eval = s->n_score = 0, s->segment = p->segment;
    fix_pointers(s); /* the state may have been copied */
    if (p->series->role == ROLE_LOSS_TRAIN) t = track_of(s->train, &s->n_train, TRAINS, p->series);
    else if (p->series->role == ROLE_LOSS_EVAL) t = track_of(s->eval, &s->n_eval, EVALS, p->series);
    else if (p->series->better == BETTER_HIGHER) t = track_of(s->score, &s->n_score, EVALS, p->series);
    if (!t || (p->series->role == ROLE_LOSS_EVAL && p->value < 0)) return;
    curve_add(&t->curve, p->step, p->value, p->line);
    if (p->series->role == ROLE_LOSS_EVAL && (t->curve.width == 1 || t->buckets[t->curve.used - 1].n == t->curve.width))
        judge(s, t, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    fix_pointers(s);
    for (uint32_t i = 0; i < s->n_eval; i++) judge(s, &s->eval[i], out);
}

const struct analyzer analyzer_overfitting = {.name = "overfitting",
                                              .summary = "validation loss rises while training loss falls",
                                              .source = "failure knowledge F17; Prechelt 1998, Early stopping",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe,
                                              .finish = finish};
