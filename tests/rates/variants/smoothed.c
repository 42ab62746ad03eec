/* smoothed - as a bar shows it, as a mean of the epoch; or with more of its own noise. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EPOCH_POINTS_MIN = 4, EPOCHS_MIN = 3 };

static bool smooth_one(struct tape *t, struct told **p, size_t n, double by)
{
    double sum = 0, weight = 0;
    (void)t;
    for (size_t i = 0; i < n; i++) {
        if (i && p[i]->step < p[i - 1]->step) sum = weight = 0;
        sum = by * sum + (1 - by) * p[i]->value;
        weight = by * weight + 1 - by;
        p[i]->value = sum / weight;
    }
    return n > RECORDS_MIN;
}
static bool smoothed(struct tape *t, double by) { return each_series(t, WANTS(ROLE_LOSS_TRAIN), by, smooth_one); }

/* As a bar of Keras shows it: the mean since the epoch began, which ends with an evaluation. */
static bool epoch_means(struct tape *t, double by)
{
    size_t epochs = 0, points = 0;
    double *sum = calloc(t->n_series + 1, sizeof *sum), *n = calloc(t->n_series + 1, sizeof *n);
    bool evaluated = false;
    (void)by;
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (is_of(t, e, HELD_OUT)) evaluated = true;
        if (!is_of(t, e, WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_SCORE_TRAIN))) continue;
        if (evaluated) memset(sum, 0, t->n_series * sizeof *sum), memset(n, 0, t->n_series * sizeof *n), epochs++;
        evaluated = false;
        points += role_at(t, e) == ROLE_LOSS_TRAIN;
        e->value = (sum[e->series] += e->value) / ++n[e->series];
    }
    free(sum);
    free(n);
    return epochs >= EPOCHS_MIN && points >= EPOCH_POINTS_MIN * epochs;
}

static bool noise_one(struct tape *t, struct told **p, size_t n, double by)
{
    double *v = malloc((n + 1) * sizeof *v);
    bool positive = true;
    for (size_t i = 0; i < n; i++) positive &= !(p[i]->value <= 0);
    for (size_t i = 0; i < n; i++) v[i] = positive ? log(p[i]->value) : p[i]->value;
    for (size_t i = 0; i < n && n >= TAIL_MIN; i++) {
        double x = v[i] + by * own_noise(v, n, i) * normal(t);
        if (isfinite(p[i]->value)) p[i]->value = positive ? exp(x) : x;
    }
    free(v);
    return n >= TAIL_MIN;
}
static bool noisier(struct tape *t, double by)
{
    return each_series(t, WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_RETURN), by,
                       noise_one);
}

const struct way ways_smoothed[] = {
    {"smoothed", smoothed, 0.7},
    {"means of the epoch", epoch_means, 0},
    {"more noise", noisier, 0.5},
    {NULL, NULL, 0},
};
