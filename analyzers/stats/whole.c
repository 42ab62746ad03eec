/* whole - see whole.h. */
#include "whole.h"

#include "robust.h"

/* What is asked of every curve. The last level is the median of its last tenth, for one odd value is no level. */
struct look {
    size_t n;
    double points, first, last, low, high, middle, fell, best, back, half, scatter, same;
};

const char *const whole_names[WHOLE_FEATURES] = {
    "train_fell",   "train_best", "train_back",  "train_half",   "train_scatter", "train_same",  "train_high", "train_points",
    "held_fell",    "held_best",  "held_back",   "held_scatter", "held_same",     "held_points", "score_last", "score_gain",
    "score_back",   "score_same", "score_moves", "trained_last", "trained_gain",  "gap_last",    "gap_first",  "gap_best",
    "scores_apart", "norm_fell",  "norm_high",   "held_half",    "score_half",    "norm_back"};

static double share(double part, double whole) { return part / (fabs(whole) + 1e-9); }

/* How much of a curve moves from value to value, as a rule, and how much of it does not move at all. */
static void look_at_changes(struct look *l, const double *y, size_t n)
{
    double change[PAST_MOST];
    size_t same = 0;
    for (size_t i = 1; i < n; i++) change[i - 1] = fabs(y[i] - y[i - 1]), same += y[i] == y[i - 1];
    l->scatter = robust_median(change, n - 1);
    l->same = (double)same / (double)(n - 1);
}

static bool look_at(const struct past *past, struct look *l)
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
    look_at_changes(l, y, l->n);
    return true;
}

static double log_high(double x) { return log10(fmax(x, 0) + 1e-3); }

static void of_train(const struct look *l, double *x)
{
    x[0] = l->fell, x[1] = l->best, x[2] = l->back, x[3] = l->half, x[4] = share(l->scatter, l->middle), x[5] = l->same;
    x[6] = log_high(share(l->high - l->first, l->first)), x[7] = log10(l->points);
}

static void of_held(const struct look *l, double *x)
{
    x[8] = l->fell, x[9] = l->best, x[10] = l->back, x[11] = share(l->scatter, l->middle), x[12] = l->same;
    x[13] = log10(l->points), x[27] = l->half;
}

static void of_score(const struct look *l, double *x)
{
    double unit = l->high > 1.5 ? 100 : 1;
    x[14] = l->last / unit, x[15] = (l->last - l->first) / unit, x[16] = (l->high - l->last) / unit;
    x[17] = l->same, x[18] = l->scatter / unit, x[28] = l->half * fabs(l->first) / unit;
}

static void of_both(const struct look *train, const struct look *held, double *x)
{
    if (!(train->low > 0) || !(held->low > 0)) return;
    x[21] = log10(held->last / train->last), x[22] = log10(held->first / train->first), x[23] = log10(held->low / train->low);
}

void whole_features(const struct past *const of[WHOLE_CURVES], double x[WHOLE_FEATURES])
{
    struct look l[WHOLE_CURVES];
    bool is[WHOLE_CURVES];
    for (int i = 0; i < WHOLE_FEATURES; i++) x[i] = NAN;
    for (int i = 0; i < WHOLE_CURVES; i++) is[i] = look_at(of[i], &l[i]);
    if (is[WHOLE_TRAIN]) of_train(&l[WHOLE_TRAIN], x);
    if (is[WHOLE_HELD]) of_held(&l[WHOLE_HELD], x);
    if (is[WHOLE_SCORE]) of_score(&l[WHOLE_SCORE], x);
    const struct look *s = &l[WHOLE_TRAIN_SCORE], *g = &l[WHOLE_NORM];
    double unit = s->high > 1.5 ? 100 : 1;
    if (is[WHOLE_TRAIN_SCORE]) x[19] = s->last / unit, x[20] = (s->last - s->first) / unit;
    if (is[WHOLE_TRAIN] && is[WHOLE_HELD]) of_both(&l[WHOLE_TRAIN], &l[WHOLE_HELD], x);
    if (is[WHOLE_TRAIN_SCORE] && is[WHOLE_SCORE]) x[24] = x[19] - x[14];
    if (is[WHOLE_NORM]) x[25] = g->fell, x[26] = log_high(share(g->high, g->middle)), x[29] = g->back;
}
