/* whole - see whole.h. */
#include "whole.h"

#include "robust.h"

/* What is asked of every curve. The last level is the median of its last tenth, for one odd value is no level. */
struct look {
    size_t n;
    double points, first, last, low, high, middle, fell, best, back, half, scatter, same;
};

const char *const whole_names[WHOLE_FEATURES] = {[WHOLE_TRAIN_FELL] = "train_fell",
                                                 [WHOLE_TRAIN_BEST] = "train_best",
                                                 [WHOLE_TRAIN_BACK] = "train_back",
                                                 [WHOLE_TRAIN_HALF] = "train_half",
                                                 [WHOLE_TRAIN_SCATTER] = "train_scatter",
                                                 [WHOLE_TRAIN_SAME] = "train_same",
                                                 [WHOLE_TRAIN_HIGH] = "train_high",
                                                 [WHOLE_TRAIN_POINTS] = "train_points",
                                                 [WHOLE_HELD_FELL] = "held_fell",
                                                 [WHOLE_HELD_BEST] = "held_best",
                                                 [WHOLE_HELD_BACK] = "held_back",
                                                 [WHOLE_HELD_SCATTER] = "held_scatter",
                                                 [WHOLE_HELD_SAME] = "held_same",
                                                 [WHOLE_HELD_POINTS] = "held_points",
                                                 [WHOLE_SCORE_LAST] = "score_last",
                                                 [WHOLE_SCORE_GAIN] = "score_gain",
                                                 [WHOLE_SCORE_BACK] = "score_back",
                                                 [WHOLE_SCORE_SAME] = "score_same",
                                                 [WHOLE_SCORE_MOVES] = "score_moves",
                                                 [WHOLE_TRAINED_LAST] = "trained_last",
                                                 [WHOLE_TRAINED_GAIN] = "trained_gain",
                                                 [WHOLE_GAP_LAST] = "gap_last",
                                                 [WHOLE_GAP_FIRST] = "gap_first",
                                                 [WHOLE_GAP_BEST] = "gap_best",
                                                 [WHOLE_SCORES_APART] = "scores_apart",
                                                 [WHOLE_NORM_FELL] = "norm_fell",
                                                 [WHOLE_NORM_HIGH] = "norm_high",
                                                 [WHOLE_HELD_HALF] = "held_half",
                                                 [WHOLE_SCORE_HALF] = "score_half",
                                                 [WHOLE_NORM_BACK] = "norm_back",
                                                 [WHOLE_DEAR] = "dear"};

static double share(double part, double whole) { return part / (fabs(whole) + 1e-9); }

/* Is it of three digits or fewer, as far as it was printed? That such values are equal says nothing of what they were. */
static bool is_coarse(double y)
{
    double digits = fabs(y) / pow(10, floor(log10(fabs(y))) - 2);
    return y != 0 && fabs(digits - round(digits)) < 1e-6;
}

/* How much of a curve moves from value to value, as a rule, and how much of it does not move at all. */
static void look_at_changes(struct look *l, const double *y, size_t n, bool fine)
{
    double change[PAST_MOST];
    size_t same = 0;
    for (size_t i = 1; i < n; i++) change[i - 1] = fabs(y[i] - y[i - 1]), same += y[i] == y[i - 1] && !(fine && is_coarse(y[i]));
    l->scatter = robust_median(change, n - 1);
    l->same = (double)same / (double)(n - 1);
}

/*   fine   what is equal to three digits only is not known to be the same: of losses; scores are shares of few */
static bool look_at(const struct past *past, bool fine, struct look *l)
{
    struct past_room room;
    double y[PAST_MOST];
    const struct curve *c = past ? past_fine(past, &room) : NULL;
    *l = (struct look){.low = INFINITY, .high = -INFINITY};
    for (uint32_t i = 0; c && i < c->used && l->n < PAST_MOST; i++) {
        const struct bucket *b = &c->buckets[i];
        if (!isfinite(b->mean)) continue;
        y[l->n++] = b->mean;
        l->low = fmin(l->low, b->mean), l->high = fmax(l->high, b->max);
    }
    if (l->n < 2) return false;
    size_t tenth = l->n / 10 ? l->n / 10 : 1, half = l->n / 2;
    l->points = (double)c->points, l->first = y[0];
    l->last = robust_median(y + l->n - tenth, tenth);
    l->middle = robust_median(y, l->n);
    l->fell = share(l->last - l->first, l->first), l->best = share(l->low - l->first, l->first);
    l->back = share(l->last - l->low, l->low);
    l->half = share(l->last - robust_median(y + half, tenth), l->first);
    look_at_changes(l, y, l->n, fine);
    return true;
}

static double log_high(double x) { return log10(fmax(x, 0) + 1e-3); }

static void of_train(const struct look *l, double *x)
{
    x[WHOLE_TRAIN_FELL] = l->fell, x[WHOLE_TRAIN_BEST] = l->best, x[WHOLE_TRAIN_BACK] = l->back, x[WHOLE_TRAIN_HALF] = l->half,
    x[WHOLE_TRAIN_SCATTER] = share(l->scatter, l->middle), x[WHOLE_TRAIN_SAME] = l->same;
    x[WHOLE_TRAIN_HIGH] = log_high(share(l->high - l->first, l->first)), x[WHOLE_TRAIN_POINTS] = log10(l->points);
}

static void of_held(const struct look *l, double *x)
{
    x[WHOLE_HELD_FELL] = l->fell, x[WHOLE_HELD_BEST] = l->best, x[WHOLE_HELD_BACK] = l->back,
    x[WHOLE_HELD_SCATTER] = share(l->scatter, l->middle), x[WHOLE_HELD_SAME] = l->same;
    x[WHOLE_HELD_POINTS] = log10(l->points), x[WHOLE_HELD_HALF] = l->half;
}

static void of_score(const struct look *l, double *x)
{
    double unit = l->high > 1.5 ? 100 : 1;
    x[WHOLE_SCORE_LAST] = l->last / unit, x[WHOLE_SCORE_GAIN] = (l->last - l->first) / unit,
    x[WHOLE_SCORE_BACK] = (l->high - l->last) / unit;
    x[WHOLE_SCORE_SAME] = l->same, x[WHOLE_SCORE_MOVES] = l->scatter / unit,
    x[WHOLE_SCORE_HALF] = l->half * fabs(l->first) / unit;
}

static void of_both(const struct look *train, const struct look *held, double *x)
{
    if (!(train->low > 0) || !(held->low > 0)) return;
    x[WHOLE_GAP_LAST] = log10(held->last / train->last), x[WHOLE_GAP_FIRST] = log10(held->first / train->first),
    x[WHOLE_GAP_BEST] = log10(held->low / train->low);
}

/* Right answers with a share s of all cost -ln s each where that is what the model is sure of. A loss far above it comes from few rows that cost
 * much, one far below from a score of another kind. */
static double dear(const struct look *held, const struct look *score)
{
    double share = score->last / (score->high > 1.5 ? 100 : 1), costs = -log(fmin(fmax(share, 0.001), 0.999));
    return log10(fmax(held->last, 1e-4) / costs);
}

void whole_features(const struct past *const of[WHOLE_CURVES], double x[WHOLE_FEATURES])
{
    struct look l[WHOLE_CURVES];
    bool is[WHOLE_CURVES];
    for (int i = 0; i < WHOLE_FEATURES; i++) x[i] = NAN;
    for (int i = 0; i < WHOLE_CURVES; i++) is[i] = look_at(of[i], i == WHOLE_TRAIN || i == WHOLE_HELD, &l[i]);
    if (is[WHOLE_TRAIN]) of_train(&l[WHOLE_TRAIN], x);
    if (is[WHOLE_HELD]) of_held(&l[WHOLE_HELD], x);
    if (is[WHOLE_SCORE]) of_score(&l[WHOLE_SCORE], x);
    const struct look *s = &l[WHOLE_TRAIN_SCORE], *g = &l[WHOLE_NORM];
    double unit = s->high > 1.5 ? 100 : 1;
    if (is[WHOLE_TRAIN_SCORE]) x[WHOLE_TRAINED_LAST] = s->last / unit, x[WHOLE_TRAINED_GAIN] = (s->last - s->first) / unit;
    if (is[WHOLE_TRAIN] && is[WHOLE_HELD]) of_both(&l[WHOLE_TRAIN], &l[WHOLE_HELD], x);
    if (is[WHOLE_TRAIN_SCORE] && is[WHOLE_SCORE]) x[WHOLE_SCORES_APART] = x[WHOLE_TRAINED_LAST] - x[WHOLE_SCORE_LAST];
    if (is[WHOLE_HELD] && is[WHOLE_SCORE]) x[WHOLE_DEAR] = dear(&l[WHOLE_HELD], &l[WHOLE_SCORE]);
    if (is[WHOLE_NORM])
        x[WHOLE_NORM_FELL] = g->fell, x[WHOLE_NORM_HIGH] = log_high(share(g->high, g->middle)), x[WHOLE_NORM_BACK] = g->back;
}
