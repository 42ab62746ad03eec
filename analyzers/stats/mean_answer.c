#include "mean_answer.h"

#include <math.h>

#define NEAR   0.05 /* of 1, what a training loss may stand from it: targets are standardised with a few rows left out */
#define ERRORS 2.0  /* standard errors of its mean that it may stand from there */
#define BLUNT  0.06 /* a standard error above which the mean tells nothing */
#define OWN    0.1  /* of 1: the variance of 300 held-out rows has a standard error of 0.08 */
#define GAINS  0.05 /* of its level that a held-out loss came down from the first quarter on, or was ever below it, at most */
enum { FEW = 6 };

struct mean {
    double at, error;
};

static struct mean mean_of(const double *y, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += y[i] / (double)n;
    for (size_t i = 0; i < n; i++) squares += (y[i] - sum) * (y[i] - sum);
    return (struct mean){sum, sqrt(squares / (double)(n > 1 ? n - 1 : 1) / (double)n)};
}

static bool around_one(const double *y, size_t n)
{
    struct mean m = mean_of(y, n);
    return m.error <= BLUNT && fabs(m.at - 1) <= NEAR + ERRORS * m.error;
}

bool mean_answer(const struct track *train, const struct track *held)
{
    double t[TRACK_BUCKETS], e[TRACK_BUCKETS], lowest = INFINITY;
    if (train->curve->points < FEW || held->curve->points < FEW || !track_begins(train) || !track_begins(held)) return false;
    size_t n = track_means(train, t), m = track_means(held, e), quarter = m / 4;
    if (!around_one(t + n / 2, n - n / 2) || !around_one(t + n / 4, n - n / 4)) return false;
    double late = mean_of(e + m / 2, m - m / 2).at, first = mean_of(e + quarter, m / 2 - quarter + 1).at;
    for (size_t i = 0; i < m; i++) lowest = fmin(lowest, e[i]);
    return fabs(late - 1) <= OWN && first - late <= GAINS * late && lowest >= (1 - GAINS) * late;
}
