#include "held_out.h"

#include "spread.h"
#include "track_level.h"

#define FEW     5.0   /* times as much a gain counts where evaluations are few */
#define FALLS   1.9   /* Mann-Kendall z, one-sided: 1 in 35 by chance; five values in a row that fall have 2.2 */
#define SETTLED 0.003 /* of its level: a held-out loss that weights in motion change by more */
#define RESTS   0.001 /* the same of one that only a bias moves */
#define STANDS  1e-4  /* of its lowest value */
enum { EACH = 10 };   /* evaluations, each better than the one before: by chance 1 in 10! */

double held_out_gain(const struct held_out *h, int64_t by, double few)
{
    double most = -1;
    for (uint32_t i = 0; i < h->n; i++) {
        const struct track *t = &h->of[i];
        double first = t->curve->buckets[0].mean, best = first;
        bool same = track_low(t) == track_high(t);
        if (t->curve->points < 2 || !(first > 0) || (!same && t->curve->buckets[0].first_step > by)) continue;
        for (uint32_t k = 1; k < t->curve->used; k++) best = fmin(best, t->curve->buckets[k].mean);
        most = fmax(most, ((double)t->curve->points < few ? FEW : 1) * (1 - best / first));
    }
    return most;
}

bool held_out_learns(const struct held_out *h, double share, double each)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < h->n; i++) {
        size_t n = track_means(&h->of[i], y), better = 0;
        double best = n ? y[0] : 0;
        for (size_t k = 1; k < n; k++) best = fmin(best, y[k]), better += y[k] < y[k - 1];
        if (n >= EACH && better + 1 == n && best > 0 && best <= (1 - each) * y[0]) return true;
        bool falls = n >= 6 && best > 0 && best <= (1 - share) * y[0] && robust_trend(y, n) < -FALLS;
        if (falls && y[n - 1] - best <= 0.25 * (y[0] - best)) return true;
    }
    return false;
}

/* Does one keep its level in the second half, to this share of it? */
static bool keeps(const struct held_out *h, size_t least, double share)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < h->n; i++) {
        size_t n = track_means(&h->of[i], y), half = n / 2;
        if (n < least) continue;
        struct spread late = spread_of(y + half, n - half);
        if (late.mean > 0 && late.sd <= share * late.mean) return true;
    }
    return false;
}

bool held_out_settles(const struct held_out *h) { return keeps(h, 8, SETTLED); }
bool held_out_rests(const struct held_out *h) { return keeps(h, 6, RESTS); }

/* Two evaluations in one place are of the same weights. */
static bool lie_apart(const struct curve *c, const struct track *train)
{
    const struct curve *l = train->curve;
    return 5 * (c->buckets[c->used - 1].last_step - c->buckets[0].first_step) >=
           l->buckets[l->used - 1].last_step - l->buckets[0].first_step;
}

bool held_out_constant(const struct held_out *h, const struct track *train, double enough)
{
    for (uint32_t i = 0; i < h->n; i++) {
        const struct track *t = &h->of[i];
        const struct curve *c = t->curve;
        bool same = (double)c->points >= enough || (c->points >= 3 && track_is_one_number(t)) ||
                    (c->points == 2 && track_is_one_number(t) && lie_apart(c, train));
        for (uint32_t k = 0; k < c->used; k++)
            same = same && c->buckets[k].min == c->buckets[k].max && c->buckets[k].min == c->buckets[0].min;
        if (same) return true;
    }
    return false;
}

bool held_out_stands(const struct held_out *h, double enough)
{
    for (uint32_t i = 0; i < h->n; i++) {
        double low = track_low(&h->of[i]), high = track_high(&h->of[i]);
        if ((double)h->of[i].curve->points >= enough && low > 0 && high - low <= STANDS * low) return true;
    }
    return false;
}
