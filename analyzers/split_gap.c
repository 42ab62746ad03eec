/* split_gap - training and validation of one metric are a world apart: validation bad from the first evaluation, or too good to be true.
 *
 * gap_from_start: the training loss falls far while no validation is ever better than the untrained model, and the two part at the very first
 * evaluation that follows some progress. Overfitting parts later, after validation has improved too. What parts at once is a fault of
 * the evaluation path (mode, statistics, preprocessing, weights not loaded) more often than of the model. A validation loss that is far worse
 * than the untrained model's needs two evaluations only. One that stands apart from the first evaluation on, yet below the untrained
 * model's, is worth knowing: a small training set shows the same. One that was falling and has turned is overfitting's business.
 *
 * validation_too_good: a validation score far above the training score to the end, or perfect from the first evaluation on while the
 * training score is not. A little above is normal with dropout and augmentation; only what those do not explain is a warning. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum { TRAINS = 2, EVALS = 4, SCORES = 4 };
struct state {
    double min_points, train_fall, apart, useless, worse, worse_points, turned, constant_points, constant_gain, score_apart,
        above_info, above_warning, perfect;
    bool game;
    struct track train[TRAINS], eval[EVALS], train_score[SCORES], eval_score[SCORES];
    uint32_t n_train, n_eval, n_train_score, n_eval_score;
};

static const char *const kinds[] = {"gap_from_start", "validation_too_good", NULL};
static const struct knob knobs[] = {
    {"gap_points", "points", 4, 3, 1000, 6, 3, offsetof(struct state, min_points), "evaluations before anything is said",
     "our choice"},
    {"gap_train_fall", "share", 0.4, 0.05, 1, 0.6, 0.3, offsetof(struct state, train_fall),
     "of its first level that the training loss must have lost", "our choice"},
    {"gap_apart", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct state, apart),
     "that validation loss is above training loss from the first evaluation on", "our choice"},
    {"gap_useless", "share", 0.85, 0.3, 2, 0.95, 0.75, offsetof(struct state, useless),
     "of the untrained model's loss that validation never falls below", "our choice"},
    {"gap_worse", "x", 1.2, 1.05, 100, 1.5, 1.1, offsetof(struct state, worse),
     "the untrained model's loss, above which fewer evaluations are enough",
     "no model that is evaluated rightly is far below guessing"},
    {"gap_worse_points", "points", 2, 2, 1000, 3, 2, offsetof(struct state, worse_points), "evaluations then", "our choice"},
    {"gap_turned", "share", 0.1, 0.01, 1, 0.2, 0.05, offsetof(struct state, turned),
     "by which a validation loss falls, and then rises, to have turned", "as overfitting_rise"},
    {"gap_constant_points", "points", 8, 4, 1000, 16, 6, offsetof(struct state, constant_points),
     "evaluations of a constant gap below the untrained model's loss", "our choice"},
    {"gap_constant_gain", "share", 0.25, 0.01, 0.9, 0.15, 0.3, offsetof(struct state, constant_gain),
     "of its first value by which such a validation loss gets better at most", "our choice"},
    {"gap_score", "share", 0.3, 0.05, 1, 0.4, 0.2, offsetof(struct state, score_apart),
     "of the scale that the training score is above from the first evaluation on", "AutoTrainer calls 0.07 to 0.1 overfitting"},
    {"too_good_info", "share", 0.1, 0.01, 1, 0.2, 0.05, offsetof(struct state, above_info),
     "of the scale that a validation score is above training, to be worth knowing", "UMLAUT: 0.05, which dropout explains"},
    {"too_good_warning", "share", 0.25, 0.05, 1, 0.4, 0.15, offsetof(struct state, above_warning), "to be a warning",
     "our choice"},
    {"too_good_perfect", "share", 0.995, 0.9, 1, 0.999, 0.99, offsetof(struct state, perfect),
     "of the scale from the first evaluation on, while the training score is below",
     "UMLAUT: 0.95 in the first epochs, which easy data reach"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static const struct track *same_metric(const struct track *tracks, uint32_t n, const struct series *series)
{
    for (uint32_t i = 0; i < n; i++)
        if (strcmp(tracks[i].series->metric, series->metric) == 0 && tracks[i].series->axis == series->axis) return &tracks[i];
    return NULL;
}

/* Level of a track at a step; the first one before it begins. */
static double at_step(const struct track *t, const double *level, int64_t step)
{
    double v = level[0];
    for (uint32_t i = 0; i < t->curve.used && t->buckets[i].first_step <= step; i++) v = level[i];
    return v;
}

/* 1, or 100 where a share is told in per cent. */
static double scale_of_score(const struct track *a, const struct track *b)
{
    double most = 0;
    for (uint32_t i = 0; i < a->curve.used; i++) most = fmax(most, a->buckets[i].max);
    for (uint32_t i = 0; b && i < b->curve.used; i++) most = fmax(most, b->buckets[i].max);
    return most > 1.5 ? 100 : 1;
}

/* The two losses side by side, from the first evaluation that follows some progress of the training loss. */
struct pair {
    double e[TRACK_BUCKETS], untrained, now, best, closest; /* closest: the least ratio of the two */
    size_t n, first;
};

static bool pair_up(const struct state *s, const struct track *eval, const struct track *train, struct pair *ret)
{
    double t[TRACK_BUCKETS];
    size_t m = track_levels(train, t), first = 0, n = track_means(eval, ret->e);
    if (m < 4) return false;
    ret->n = n, ret->untrained = fmax(train->buckets[0].max, t[0]), ret->now = t[m - 1];
    if (!(ret->now > 0) || ret->now > (1 - s->train_fall) * t[0]) return false;
    while (first < n && at_step(train, t, eval->buckets[first].first_step) > 0.9 * t[0]) first++;
    ret->first = first, ret->best = ret->closest = INFINITY;
    for (size_t i = first; i < n; i++) {
        ret->best = fmin(ret->best, ret->e[i]);
        ret->closest = fmin(ret->closest, ret->e[i] / at_step(train, t, eval->buckets[i].first_step));
    }
    return first < n;
}

/* It was falling once, not far from where an untrained model stands, and rises now. */
static bool has_turned(const struct state *s, const struct track *eval, const struct pair *p)
{
    double low = INFINITY;
    for (uint32_t i = 1; i < eval->curve.used; i++) low = fmin(low, eval->buckets[i].min);
    return low < 2 * p->untrained && low < (1 - s->turned) * eval->buckets[0].max && p->e[p->n - 1] > (1 + s->turned) * low;
}

/* Apart from the first evaluation on, better than untrained, and hardly ever better than at first. */
static bool is_constant_gap(const struct state *s, const struct track *eval, const struct pair *p)
{
    return (double)eval->curve.points >= s->constant_points && p->first == 0 && track_begins(eval) &&
           p->best >= (1 - s->constant_gain) * p->e[0] && p->e[p->n - 1] <= (1 + s->turned) * p->best;
}

static bool judge_loss_gap(struct state *s, const struct track *eval, const struct findings *out)
{
    struct pair p;
    const struct track *train = same_metric(s->train, s->n_train, eval->series);
    if (!train || !track_begins(train) || !pair_up(s, eval, train, &p) || has_turned(s, eval, &p)) return false;
    bool apart = p.closest >= s->apart, worse = apart && p.best >= s->worse * p.untrained;
    bool useless =
        apart && p.best >= s->useless * p.untrained && p.n - p.first >= 3 && (double)eval->curve.points >= s->min_points;
    worse = worse && (double)eval->curve.points >= s->worse_points;
    bool constant = p.closest >= 0.9 * s->apart && is_constant_gap(s, eval, &p);
    if (!worse && !useless && !constant) return false;
    struct finding f = track_finding(eval, "gap_from_start", p.first);
    f.severity = worse || useless ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = worse || useless ? 0.8 : 0.55;
    finding_add(&f, "from", p.e[p.first], "");
    finding_add(&f, "to", p.e[p.n - 1], "");
    finding_add(&f, "train", p.now, "");
    finding_add(&f, "gap_ratio", p.e[p.n - 1] / p.now, "x");
    finding_add(&f, "of_untrained", p.best / p.untrained, "share");
    out->emit(out->arg, &f);
    return true;
}

static void judge_score_gap(struct state *s, const struct track *eval, const struct findings *out)
{
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS], lowest = INFINITY, highest = -INFINITY, least = INFINITY;
    const struct track *train = same_metric(s->train_score, s->n_train_score, eval->series);
    if (!train || (double)eval->curve.points < s->min_points || (double)train->curve.points < s->min_points) return;
    if (!track_begins(train) || !track_begins(eval)) return;
    size_t n = track_means(eval, e), m = track_levels(train, t);
    double scale = scale_of_score(eval, train);
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, at_step(train, t, eval->buckets[i].first_step) - e[i]);
        lowest = fmin(lowest, e[i]), highest = fmax(highest, e[i]);
    }
    if (least < s->score_apart * scale || highest - lowest > 0.1 * scale || highest > 0.5 * scale) return;
    if (highest == lowest) return; /* the same to the last digit is no gap but a score that says nothing: score_stuck */
    struct finding f = track_finding(eval, "gap_from_start", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "from", e[0], "");
    finding_add(&f, "to", e[n - 1], "");
    finding_add(&f, "train", t[m - 1], "");
    finding_add(&f, "gap_ratio", t[m - 1] / e[n - 1], "x");
    out->emit(out->arg, &f);
}

/* How far the validation score is above the training score in the second half, at least, on the scale; NaN when nothing tells. */
static double above(const struct state *s, const struct track *eval, double scale, double *train_level)
{
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS], off[TRACK_BUCKETS], least = INFINITY;
    const struct track *train = same_metric(s->train_score, s->n_train_score, eval->series);
    if (!train || train->curve.points < 4) return NAN;
    size_t n = track_means(eval, e), m = track_levels(train, t), from = n / 2;
    for (size_t i = from; i < n; i++) {
        off[i] = e[i] - at_step(train, t, eval->buckets[i].last_step);
        least = fmin(least, off[i]);
    }
    *train_level = t[m - 1];
    return least >= s->above_info * scale / 2 ? robust_median(off + from, n - from) / scale : NAN;
}

/* Is the score perfect at every evaluation although the training score was not by then? Easy data are perfect on both sides. */
static bool perfect_at_once(const struct state *s, const struct track *eval, double scale)
{
    double t[TRACK_BUCKETS];
    const struct track *train = same_metric(s->train_score, s->n_train_score, eval->series);
    if (!train || !track_begins(train) || !track_begins(eval)) return false;
    size_t n = eval->curve.used;
    for (size_t i = 0; i < n; i++)
        if (eval->buckets[i].min < s->perfect * scale) return false;
    return track_levels(train, t) >= 3 && at_step(train, t, eval->buckets[n / 4].last_step) < (1 - s->above_info) * scale;
}

/* Precision alone, or recall alone, is perfect for a model that is very careful, or very careless. */
static bool is_one_sided(const struct series *series)
{
    return strstr(series->metric, "precision") || strstr(series->metric, "recall");
}

static void judge_too_good(struct state *s, const struct track *eval, const struct findings *out)
{
    double e[TRACK_BUCKETS], train = NAN;
    if ((double)eval->curve.points < s->min_points || is_one_sided(eval->series)) return;
    size_t n = track_means(eval, e);
    double scale = scale_of_score(eval, same_metric(s->train_score, s->n_train_score, eval->series));
    double over = above(s, eval, scale, &train);
    bool perfect = perfect_at_once(s, eval, scale);
    if (!perfect && !(over >= s->above_info)) return;
    struct finding f = track_finding(eval, "validation_too_good", perfect ? 0 : n / 2);
    f.severity = perfect || over >= s->above_warning ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = f.severity == SEVERITY_WARNING ? 0.8 : 0.6;
    finding_add(&f, "to", e[n - 1], "");
    finding_add(&f, "train", train, "");
    finding_add(&f, "above", over, "share");
    finding_add(&f, "at_once", perfect, "");
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    (void)out;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN: track_add(s->train, &s->n_train, TRAINS, p); break;
    case ROLE_LOSS_EVAL: track_add(s->eval, &s->n_eval, EVALS, p); break;
    case ROLE_SCORE_TRAIN:
        if (p->series->bounded) track_add(s->train_score, &s->n_train_score, SCORES, p);
        break;
    case ROLE_SCORE_EVAL:
        if (p->series->bounded) track_add(s->eval_score, &s->n_eval_score, SCORES, p);
        break;
    default: s->game = true;
    }
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    bool parted = false;
    for (uint32_t i = 0; i < s->n_eval && !s->game; i++) parted |= judge_loss_gap(s, &s->eval[i], out);
    for (uint32_t i = 0; i < s->n_eval_score && !s->game; i++) {
        if (!parted) judge_score_gap(s, &s->eval_score[i], out); /* the losses have said it */
        judge_too_good(s, &s->eval_score[i], out);
    }
}

const struct analyzer analyzer_split_gap = {.name = "split_gap",
                                            .summary = "validation is bad from the start, or too good to be true",
                                            .source = "failure knowledge, section 2; UMLAUT (CHI 2021)",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_TRAIN) |
                                                     WANTS(ROLE_SCORE_EVAL) | GAMES,
                                            .scope = PER_RUN,
                                            .state_size = sizeof(struct state),
                                            .knobs = knobs,
                                            .observe = observe,
                                            .finish = finish};
