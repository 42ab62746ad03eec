/* overfitting - a validation loss turned and rises while the training loss goes on falling.
 *
 * Every evaluation loss of the run is held as a curve and compared with its own best level; the training loss of the same metric (else the
 * main one) must have fallen since. The rise counts against the evaluations' own noise, so that one bad epoch is nothing, and against what
 * was undone before: evaluations on a small set wander, because all share its few examples, and a rise no larger than one that came to
 * nothing says nothing. A rise while the score still improves is miscalibration rather than harm, and only worth knowing. What
 * comes back to its best is over.
 *
 * Of four or five evaluations noise cannot be told. There it takes three that each are above the one before, the last of them half as high again as
 * the best. */
#include <math.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/heard.h"
#include "stats/levels.h"
#include "stats/robust.h"

#define ALL_LOST 0.9 /* of what both losses began at */
enum { TRAINS = 6, EVALS = 10 };
/* An evaluation loss, and what was said of it. */
struct evaluation {
    struct heard heard;
    bool negative; /* it is no loss that a rise could be a share of */
    struct verdict {
        bool told;
        uint32_t episode;
        double rise;
        struct finding last;
    } said;
};
struct knobs {
    double min_points, rise_warning, rise_info, height_sd, train_fall, critical_rise, after_points, over_undone, made_good,
        few_points, few_rise, climb_points, climb_sd, climb_z, gained;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    struct heard train[TRAINS], score[EVALS];
    uint32_t n_train, n_eval, n_score;
    uint16_t segment;
    struct evaluation eval[EVALS]; /* behind first_size: room for as many as there were */
};

static const char *const kinds[] = {"overfitting", NULL};
static const struct knob knobs[] = {
    {"overfitting_points", "points", 6, 4, 1000, 8, 5, offsetof(struct knobs, min_points), "evaluations before anything is said",
     "UMLAUT fires on one epoch: too noisy"},
    {"overfitting_after", "points", 3, 2, 1000, 4, 2, offsetof(struct knobs, after_points), "evaluations after the best one",
     "our choice"},
    {"overfitting_rise", "share", 0.10, 0.01, 10, 0.2, 0.05, offsetof(struct knobs, rise_warning),
     "of the validation loss from which it is a warning", "seeded training runs"},
    {"overfitting_info", "share", 0.04, 0.005, 10, 0.1, 0.02, offsetof(struct knobs, rise_info), "from which it is worth knowing",
     "seeded training runs"},
    {"overfitting_height", "sd", 5, 2, 50, 8, 4, offsetof(struct knobs, height_sd), "against the noise of the evaluations",
     "as score_drop_height"},
    {"overfitting_climb_points", "points", 10, 6, 1000, 14, 8, offsetof(struct knobs, climb_points),
     "evaluations from the best one on, for a rise that is told by its order", "Kendall 1975"},
    {"overfitting_climb_sd", "sd", 2, 1, 50, 3, 1.5, offsetof(struct knobs, climb_sd),
     "against the noise of the evaluations that it has at least", "our choice"},
    {"overfitting_climb_z", "sd", 3, 2, 10, 4, 2.5, offsetof(struct knobs, climb_z), "of Kendall's test of a trend",
     "Kendall 1975: 1 in 700 by chance"},
    {"overfitting_train", "share", 0.03, 0, 1, 0.05, 0.02, offsetof(struct knobs, train_fall),
     "that the training loss must have fallen since", "seeded training runs"},
    {"overfitting_critical", "share", 1.0, 0.1, 100, 2, 0.5, offsetof(struct knobs, critical_rise),
     "from which it is critical: twice the best loss", "our choice"},
    {"overfitting_undone", "x", 1.5, 1, 20, 2.5, 1.2, offsetof(struct knobs, over_undone),
     "as large as any rise before that was undone", "seeded curves of small validation sets"},
    {"overfitting_few", "points", 4, 4, 1000, 5, 4, offsetof(struct knobs, few_points),
     "evaluations, fewer than those, of which the last three rise steadily", "3 of 3 rise by chance 1 in 6"},
    {"overfitting_few_rise", "share", 0.5, 0.1, 10, 1, 0.3, offsetof(struct knobs, few_rise),
     "of the best one, by which they must have risen", "five times overfitting_rise: no noise is known"},
    {"overfitting_gained", "share", 0.3, 0.05, 0.9, 0.15, 0.5, offsetof(struct knobs, gained),
     "of an untrained model's loss that held-out rows gain before others are learned by heart",
     "seeded training runs: less in all 15 whose held-out rows came in another shape and whose loss rose"},
    {"overfitting_made_good", "share", 0.2, 0, 0.9, 0.3, 0.1, offsetof(struct knobs, made_good),
     "of the rise that was told (on the logarithm) that is left when it is over", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* NULL when there are too many, or memory ran out; else *s is where the state is now. */
static struct evaluation *evaluation_of(struct state **state, const struct point *p, const struct findings *out)
{
    struct state *s = *state;
    uint32_t i = 0;
    while (i < s->n_eval && s->eval[i].heard.series != p->series) i++;
    if (i == EVALS || !(s = state_room(s, out, offsetof(struct state, eval) + (i + 1) * sizeof *s->eval))) return NULL;
    *state = s;
    if (i == s->n_eval) s->eval[s->n_eval++] = (struct evaluation){.said = s->eval[i].said};
    s->eval[i].heard = (struct heard){p->series, p->past};
    return &s->eval[i];
}

static const struct heard *train_of(const struct state *s, const struct series *eval)
{
    return heard_beside(s->train, s->n_train, eval);
}

/* As levels_fell; NaN when no training loss says anything. */
static double train_fell(const struct state *s, const struct series *eval, int64_t from, int64_t to)
{
    const struct heard *train = train_of(s, eval);
    return train ? levels_fell(train, from, to) : NAN;
}

/* What an untrained model costs: the most among the first values of the training loss. NaN when there is none. */
static double untrained(const struct state *s, const struct series *eval)
{
    const struct heard *train = train_of(s, eval);
    struct levels t;
    if (!train) return NAN;
    levels_of(train, &t);
    return t.buckets[0].max;
}

/* What the training loss has left, as a share of an untrained model's, where held-out rows gained next to nothing; 0 where they gained, and of
 * boosters. Rows that are learned by heart leave next to nothing of it. */
static double left_ungained(const struct state *s, const struct series *eval, double best, int64_t now)
{
    const struct heard *train = train_of(s, eval);
    struct levels t;
    double y[LEVELS_OF];
    if (!train || boosted(&s->boosting, eval)) return 0;
    levels_of(train, &t);
    size_t n = levels_until(&t, now), few = n < LEVELS_OF ? n : LEVELS_OF;
    if (!few || !(best >= (1 - s->knobs->gained) * t.buckets[0].max)) return 0;
    for (size_t i = 0; i < few; i++) y[i] = t.buckets[n - few + i].mean;
    return robust_median(y, few) / t.buckets[0].max;
}

/* Does an evaluation score that should rise still stand at its best? */
static bool score_holds(const struct state *s, int64_t now)
{
    for (uint32_t i = 0; i < s->n_score; i++)
        if (levels_hold(&s->score[i], now)) return true;
    return false;
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
    bool ordered;       /* told by its order, not by its height */
    bool scored, holds; /* a held-out score is at its best; and the loss has not risen far */
};

static enum severity severity_of(const struct state *s, const struct rise *r)
{
    if (r->height < log1p(s->knobs->rise_warning) || r->holds) return SEVERITY_INFO;
    return r->height >= log1p(s->knobs->critical_rise) && !r->scored && !r->ordered ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

static void tell(const struct state *s, const struct levels *t, struct verdict *v, const struct rise *r,
                 const struct findings *out)
{
    const struct bucket *b = &t->buckets[r->best], *last = &t->buckets[r->n - 1];
    size_t onset = r->best + 1 < r->n ? r->best + 1 : r->best;
    struct finding f = {.kind = "overfitting",
                        .phase = v->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = (v->episode << 16) + t->series->id + 1, /* one of each evaluation */
                        .severity = severity_of(s, r),
                        .confidence = fmin(0.97, 1 - 0.3 * exp(-0.5 * (r->height / r->noise / s->knobs->height_sd - 1))),
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
    finding_add(&f, "jumps", r->noise, "share"); /* from one evaluation to the next, around the level */
    finding_add(&f, "train_change", exp(-r->train_fell) - 1, "share");
    finding_add(&f, "of_untrained", r->from / untrained(s, t->series), "x"); /* the best */
    finding_add(&f, "left_ungained", left_ungained(s, t->series, r->from, last->last_step), "share");
    finding_add(&f, "gained", 1 - r->from / t->buckets[0].max, "share"); /* of the first evaluation, at the best */
    if (s->n_score) finding_add(&f, "score_holds", r->holds, "");
    v->told = true;
    v->rise = r->height;
    v->last = f;
    out->emit(out->arg, &f);
}

/* The rounds of a booster have no noise: of the best bucket the best round counts, which may be the very first. */
static void level_of_rounds(const struct levels *t, size_t n, double *level)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (t->buckets[i].min < t->buckets[best].min) best = i;
    if (t->buckets[best].min > 0) level[best] = fmin(level[best], t->buckets[best].min);
}

/* Has the held-out loss come back to about where both losses began, while the training loss has all but gone? Then all that was gained there is
 * lost again, whatever a score says. */
static bool all_is_lost(const struct state *s, const struct levels *t, const struct rise *r)
{
    return r->to >= ALL_LOST * untrained(s, t->series) && r->to >= ALL_LOST * t->buckets[0].max && r->train_fell >= log(10);
}

/* Noise grows with an overfitted loss, and hides the height of its rise. What goes up from evaluation to evaluation, one after the other, does not
 * do so by chance. */
static bool climbs(const struct state *s, const double *y, size_t n, const struct rise *r)
{
    return (double)n >= s->knobs->climb_points && r->height >= log1p(s->knobs->rise_warning) &&
           r->height >= s->knobs->climb_sd * r->noise && robust_trend(y, n) >= s->knobs->climb_z;
}

/* One evaluation loss as it stood when it had n buckets. Levels are as logged: the order is that of their logarithms, and those are taken
 * where a rise may matter. */
static void judge(const struct state *s, const struct levels *t, size_t n, struct verdict *v, const struct findings *out)
{
    double level[LEVELS_MOST], y[LEVELS_MOST] = {0};
    const struct bucket *now = &t->buckets[n - 1];
    struct rise r = {.n = n};
    for (size_t i = 0; i < n; i++) y[i] = t->buckets[i].mean > LEVELS_LEAST ? t->buckets[i].mean : LEVELS_LEAST;
    levels_smooth(y, n, level);
    if (boosted(&s->boosting, t->series)) level_of_rounds(t, n, level);
    for (size_t i = 1; i < n; i++)
        if (level[i] <= level[r.best]) r.best = i;
    r.height = log(level[n - 1] / level[r.best]), r.from = level[r.best], r.to = level[n - 1];
    if (v->told && r.height < fmax(log1p(s->knobs->rise_info) / 2, s->knobs->made_good * v->rise)) clear(v, now, out);
    if ((double)(n - 1 - r.best) < s->knobs->after_points || r.height < log1p(s->knobs->rise_info)) return;
    if (r.height < s->knobs->over_undone * log(levels_undone(level, r.best)) || (v->told && r.height < v->rise)) return;
    r.noise = levels_noise(y, n);
    r.ordered = r.height < s->knobs->height_sd * r.noise;
    if (r.ordered && !climbs(s, y + r.best, n - r.best, &r)) return;
    r.train_fell = train_fell(s, t->series, t->buckets[r.best].last_step, now->last_step);
    if (!(r.train_fell >= s->knobs->train_fall)) return;
    r.scored = score_holds(s, now->last_step);
    r.holds = r.scored && r.height < log1p(3 * s->knobs->rise_warning) && !all_is_lost(s, t, &r);
    tell(s, t, v, &r, out);
}

/* The same of too few to know their noise: each of the last three is above the one before, and the last far above the best. */
static void judge_few(const struct state *s, const struct levels *t, struct verdict *v, const struct findings *out)
{
    enum { RISING = 3 };
    struct rise r = {.n = t->n};
    for (size_t i = 1; i < t->n; i++)
        if (t->buckets[i].mean < t->buckets[r.best].mean) r.best = i;
    r.from = t->buckets[r.best].mean, r.to = t->buckets[t->n - 1].mean;
    if (r.best + 1 + RISING > t->n || !(r.from > LEVELS_LEAST)) return;
    for (size_t i = r.best + 1; i < t->n; i++)
        if (t->buckets[i].mean <= t->buckets[i - 1].mean) return;
    r.height = log(r.to / r.from), r.noise = r.height / s->knobs->height_sd;
    if (r.height < log1p(s->knobs->few_rise) || (v->told && r.height < v->rise)) return;
    r.train_fell = train_fell(s, t->series, t->buckets[r.best].last_step, t->buckets[t->n - 1].last_step);
    r.scored = score_holds(s, t->buckets[t->n - 1].last_step);
    if (r.train_fell >= s->knobs->train_fall && !r.scored) tell(s, t, v, &r, out);
}

static bool is_few(const struct state *s, const struct levels *t)
{
    return t->width == 1 && (double)t->n < s->knobs->min_points && (double)t->n >= s->knobs->few_points;
}

static bool enough(const struct state *s, const struct evaluation *e)
{
    return !e->negative && (double)e->heard.past->fine->points >= fmin(s->knobs->min_points, s->knobs->few_points);
}

/* While the run goes on an evaluation is judged once the training loss has been read up to it. */
static void judge_live(struct state *s, struct evaluation *e, const struct findings *out)
{
    const struct heard *train = train_of(s, e->heard.series);
    struct levels t;
    if (!enough(s, e) || !train || train->series->axis != e->heard.series->axis) return;
    int64_t from = past_begins(e->heard.past), to = past_last(e->heard.past)->last_step;
    if (past_last(train->past)->last_step < to - (to - from) / 20) return;
    levels_of(&e->heard, &t);
    if (is_few(s, &t)) judge_few(s, &t, &e->said, out);
    else judge(s, &t, t.n, &e->said, out);
}

/* At the end everything that was read is held against the evaluations once more, from the first on: what is found so does not depend on
 * which file was read first. What was told before and is not found so stands as it was told. */
static void keep(void *arg, const struct finding *f) { (void)arg, (void)f; }

static void judge_again(const struct state *s, struct evaluation *e, const struct findings *out)
{
    static const struct findings silent = {.emit = keep};
    struct verdict v = {0};
    struct levels t;
    size_t least = (size_t)s->knobs->min_points;
    if (!enough(s, e)) return;
    levels_of(&e->heard, &t);
    if (is_few(s, &t)) judge_few(s, &t, &v, &silent);
    for (size_t n = t.width > 1 ? 1 : least; n <= t.n; n++) judge(s, &t, n, &v, &silent);
    if (!v.last.kind) return;
    if (e->said.last.kind) v.last.episode = e->said.last.episode;
    if (v.told) v.last.phase = e->said.told ? PHASE_CHANGED : PHASE_OPENED;
    e->said = v;
    out->emit(out->arg, &v.last);
}

static void observe_eval(struct state *s, const struct point *p, const struct findings *out)
{
    struct evaluation *e = evaluation_of(&s, p, out);
    if (!e) return;
    e->negative = e->negative || p->value < 0;
    if (p->past->fine->points % levels_width(p->past->fine) == 0) judge_live(s, e, out); /* a bucket is complete */
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value) || !p->past) return;
    if (p->segment != s->segment) s->n_train = s->n_eval = s->n_score = 0, s->segment = p->segment;
    if (p->series->role == ROLE_LOSS_EVAL) {
        observe_eval(s, p, out);
        return;
    }
    if (p->series->role == ROLE_LOSS_TRAIN) heard_place(s->train, &s->n_train, TRAINS, p);
    else if (p->series->better == BETTER_HIGHER) heard_place(s->score, &s->n_score, EVALS, p);
    rest_for(out, REST);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n_eval; i++) judge_again(s, &s->eval[i], out);
}

const struct analyzer analyzer_overfitting = {.name = "overfitting",
                                              .summary = "validation loss rises while training loss falls",
                                              .source = "failure knowledge F17; Prechelt 1998, Early stopping",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                              .needs = WANTS(ROLE_LOSS_EVAL),
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .first_size = offsetof(struct state, eval),
                                              .knobs = knobs,
                                              .fact = fact,
                                              .observe = observe,
                                              .finish = finish};
