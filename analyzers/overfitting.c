/* overfitting - a validation loss turned and rises while the training loss goes on falling.
 *
 * Every evaluation loss of the run is held as a curve and compared with its own best level; the training loss of the same metric (else the
 * main one) must have fallen since. The rise counts against the evaluations' own noise, so that one bad epoch is nothing, and against what
 * was undone before: evaluations on a small set wander, because all share its few examples, and a rise no larger than one that came to
 * nothing says nothing. A rise while the score still improves is miscalibration rather than harm, and only worth knowing. What
 * comes back to its best is over. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/lead.h"
#include "stats/robust.h"

#define HOLDS 0.01 /* of its best that a score may lose and still hold: of 150 rows it is one or two */
enum { TRAINS = 6, EVALS = 10, BUCKETS = 48, LEVEL = 3 };
struct track {
    const struct series *series;
    struct curve curve;
    struct bucket buckets[BUCKETS];
    struct verdict {
        bool told;
        uint32_t episode;
        double rise;
        struct finding last;
    } said; /* of an evaluation */
};
struct state {
    double min_points, rise_warning, rise_info, height_sd, train_fall, critical_rise, after_points, over_undone;
    struct track train[TRAINS], eval[EVALS], score[EVALS];
    uint32_t n_train, n_eval, n_score;
    uint16_t segment;
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
                                    {"overfitting_undone", "x", 1.5, 1, 20, 2.5, 1.2, offsetof(struct state, over_undone),
                                     "as large as any rise before that was undone", "seeded curves of small validation sets"},
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

/* The levels of the first n buckets. */
static size_t smooth(const struct track *t, size_t of, double *level, bool logarithm)
{
    double y[BUCKETS];
    size_t n = 0;
    for (size_t i = 0; i < of; i++)
        if (!isnan(t->buckets[i].mean)) y[n++] = logarithm ? log(fmax(t->buckets[i].mean, 1e-12)) : t->buckets[i].mean;
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? i - 1 : 0, to = i + 2 < n ? i + 2 : n;
        if (to - from < LEVEL && n >= LEVEL) from = i ? n - LEVEL : 0, to = from + LEVEL;
        level[i] = robust_median(y + from, to - from);
    }
    return n;
}

/* How many buckets began no later than a step: what is read of another series beyond an evaluation is none of its business. */
static size_t until(const struct track *t, int64_t step)
{
    size_t n = t->curve.used;
    while (n > 0 && t->buckets[n - 1].first_step > step) n--;
    return n;
}

/* The training loss of the same metric, else the main one, by name and not by what was read first. */
static const struct track *train_of(const struct state *s, const struct series *eval)
{
    const struct track *t = NULL;
    for (uint32_t i = 0; i < s->n_train; i++) {
        const struct series *x = s->train[i].series;
        bool same = strcmp(x->metric, eval->metric) == 0, has = t && strcmp(t->series->metric, eval->metric) == 0;
        if (!t || (same && !has) || (same == has && lead_of(x, t->series))) t = &s->train[i];
    }
    return t;
}

/* Natural-log fall of the training loss from a step to another, from level to level; 0 when it is not beyond the noise of levels, NaN when
 * no training loss says anything. */
static double train_fall(const struct state *s, const struct series *eval, int64_t step, int64_t now)
{
    const struct track *t = train_of(s, eval);
    double level[BUCKETS], then = NAN;
    size_t of = t ? until(t, now) : 0;
    if (!of) return NAN;
    bool positive = true;
    for (size_t i = 0; i < of; i++) positive = positive && t->buckets[i].min > 0;
    size_t n = smooth(t, of, level, positive);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || t->buckets[i].first_step <= step) then = level[i];
    double fall = n ? then - level[n - 1] : NAN;
    return fall > 2 * robust_noise(level, n) ? fall : 0;
}

/* Does an evaluation score that should rise still stand at its best? */
static bool score_holds(const struct state *s, int64_t now)
{
    double level[BUCKETS];
    for (uint32_t i = 0; i < s->n_score; i++) {
        size_t n = smooth(&s->score[i], until(&s->score[i], now), level, false), best = 0;
        for (size_t j = 1; j < n; j++)
            if (level[j] > level[best]) best = j;
        double slack = fmax(2 * robust_noise(level, n), HOLDS * fabs(level[best]));
        if (n >= LEVEL && level[n - 1] >= level[best] - slack && level[n - 1] > s->score[i].buckets[0].mean) return true;
    }
    return false;
}

/* The largest rise of the level before its best that was undone; what the first fall of a run does is not counted. */
static double undone(const double *level, size_t best)
{
    double low = INFINITY, largest = 0;
    for (size_t i = 0; i <= best; i++) {
        low = fmin(low, level[i]);
        largest = fmax(largest, level[i] - low);
    }
    return largest;
}

/* The validation loss stands at its best again, or nearly so. */
static void clear(struct verdict *v, const struct bucket *now, const struct findings *out)
{
    v->last.phase = PHASE_CLOSED;
    v->last.severity = SEVERITY_INFO;
    v->last.last_step = now->last_step;
    v->told = false;
    v->episode++;
    out->emit(out->arg, &v->last);
}

struct rise {
    size_t n, best;
    double from, to, height, noise, train_fell;
    bool holds;
};

static enum severity severity_of(const struct state *s, const struct rise *r)
{
    if (r->height < log1p(s->rise_warning) || r->holds) return SEVERITY_INFO;
    return r->height >= log1p(s->critical_rise) ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

static void tell(const struct state *s, const struct track *t, struct verdict *v, const struct rise *r,
                 const struct findings *out)
{
    const struct bucket *b = &t->buckets[r->best], *last = &t->buckets[r->n - 1];
    size_t onset = r->best + 1 < r->n ? r->best + 1 : r->best;
    struct finding f = {.kind = "overfitting",
                        .phase = v->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = (v->episode << 16) + t->series->id + 1, /* one of each evaluation */
                        .severity = severity_of(s, r),
                        .confidence = fmin(0.97, 1 - 0.3 * exp(-0.5 * (r->height / r->noise / s->height_sd - 1))),
                        .series = t->series,
                        .source = t->series->source,
                        .segment = s->segment,
                        .onset_step = t->buckets[onset].first_step,
                        .first_step = t->buckets[onset].first_step,
                        .last_step = last->last_step,
                        .first_line = t->buckets[onset].first_line,
                        .last_line = last->first_line};
    finding_add(&f, "from", r->from, "");
    finding_add(&f, "to", r->to, "");
    finding_add(&f, "best_step", (double)b->first_step, "");
    finding_add(&f, "rise_ratio", exp(r->height), "x");
    finding_add(&f, "rise_sd", r->height / r->noise, "sd");
    finding_add(&f, "train_change", exp(-r->train_fell) - 1, "share");
    finding_add(&f, "best_share", (double)r->best / (double)r->n, "share");
    if (s->n_score) finding_add(&f, "score_holds", r->holds, "");
    v->told = true;
    v->rise = r->height;
    v->last = f;
    out->emit(out->arg, &f);
}

/* One evaluation loss as it stood when it had n buckets. */
static void judge(const struct state *s, const struct track *t, size_t n, struct verdict *v, const struct findings *out)
{
    double level[BUCKETS], y[BUCKETS];
    const struct bucket *now = &t->buckets[n - 1];
    struct rise r = {.n = n};
    if (smooth(t, n, level, true) != n) return;
    for (size_t i = 1; i < n; i++)
        if (level[i] <= level[r.best]) r.best = i;
    for (size_t i = 0; i < n; i++) y[i] = log(fmax(t->buckets[i].mean, 1e-12));
    r.noise = fmax(robust_noise(y, n), 0.002), r.height = level[n - 1] - level[r.best];
    r.from = exp(level[r.best]), r.to = exp(level[n - 1]);
    if (v->told && r.height < log1p(s->rise_info) / 2) clear(v, now, out);
    if ((double)(n - 1 - r.best) < s->after_points || r.height < log1p(s->rise_info) || r.height < s->height_sd * r.noise) return;
    if (r.height < s->over_undone * undone(level, r.best) || (v->told && r.height < v->rise)) return;
    r.train_fell = train_fall(s, t->series, t->buckets[r.best].last_step, now->last_step);
    if (!(r.train_fell >= s->train_fall)) return;
    r.holds = score_holds(s, now->last_step) && r.height < log1p(3 * s->rise_warning);
    tell(s, t, v, &r, out);
}

static bool enough(const struct state *s, const struct track *t)
{
    return (double)t->curve.points >= s->min_points && !t->curve.nonfinite;
}

/* While the run goes on an evaluation is judged once the training loss has been read up to it. */
static void judge_live(struct state *s, struct track *t, const struct findings *out)
{
    const struct track *train = train_of(s, t->series);
    size_t n = t->curve.used;
    if (!enough(s, t) || !train || train->series->axis != t->series->axis) return;
    if (train->buckets[train->curve.used - 1].last_step <
        t->buckets[n - 1].last_step - (t->buckets[n - 1].last_step - t->buckets[0].first_step) / 20)
        return;
    judge(s, t, n, &t->said, out);
}

/* At the end everything that was read is held against the evaluations once more, from the first on: what is found so does not depend on
 * which file was read first. What was told before and is not found so stands as it was told. */
static void keep(void *arg, const struct finding *f) { (void)arg, (void)f; }

static void judge_again(const struct state *s, struct track *t, const struct findings *out)
{
    static const struct findings silent = {NULL, keep};
    struct verdict v = {0};
    size_t least = (size_t)s->min_points;
    if (!enough(s, t)) return;
    for (size_t n = t->curve.width > 1 || t->curve.used < least ? 1 : least; n <= t->curve.used; n++) judge(s, t, n, &v, &silent);
    if (!v.last.kind) return;
    if (t->said.last.kind) v.last.episode = t->said.last.episode;
    if (v.told) v.last.phase = t->said.told ? PHASE_CHANGED : PHASE_OPENED;
    t->said = v;
    out->emit(out->arg, &v.last);
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
        judge_live(s, t, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    fix_pointers(s);
    for (uint32_t i = 0; i < s->n_eval; i++) judge_again(s, &s->eval[i], out);
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
