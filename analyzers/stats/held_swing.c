#include "held_swing.h"

#include "track_pair.h"

#define FALLS 3.0  /* z of Kendall's trend: one in 700 by chance */
#define RISES 1.65 /* the same upwards: one in 20 by chance */
#define GAP   3.0  /* times the training loss: a held-out loss beyond it has a trouble of its own */
#define LEAP  3.0  /* times all other evaluations: a value of its own, as gap_of has it for the training loss */
#define MET   1.5  /* times the training loss, below which the two have met: as gap_apart */

bool held_swing_calm(const struct held_swing *h, const struct held_swing_knobs *k)
{
    double y[TRACK_BUCKETS];
    size_t n = h->held ? track_means(h->held, y) : 0, half = n / 2;
    if (!n || (double)h->held->curve->points < k->points || n - half < 4) return false;
    return swing_of(y + half, n - half).move < k->calm * robust_median(y + half, n - half);
}

/* How much lower the last third of a training loss is than the one before, beyond what its noise may make of it; the largest of
 * several. A median's standard error is 1.25 times that of a mean. */
static double late_fall(const struct held_swing *h)
{
    double most = -INFINITY;
    for (uint32_t i = 0; i < h->n_loss; i++) {
        double then = track_level(&h->loss[i], 0.33, 0.67), now = track_level(&h->loss[i], 0.67, 1);
        double doubt = 2 * 1.25 * track_noise(&h->loss[i]) / sqrt((double)h->loss[i].curve->used / 3);
        if (then > 0) most = fmax(most, 1 - (now + doubt) / then);
    }
    return most;
}

/* Does a training loss fall from value to value nearly, in the second half too? */
static bool falls_all_along(const struct held_swing *h, double share)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < h->n_loss; i++) {
        size_t n = track_means(&h->loss[i], y), half = n / 2;
        if (n - half >= 6 && robust_trend(y + half, n - half) < -FALLS && y[n - 1] < (1 - share) * y[half]) return true;
    }
    return false;
}

/* Is nearly every held-out row answered right? */
static bool is_solved(const struct held_swing *h, double share)
{
    const struct track *score = track_of_role(h->score, h->n_score, ROLE_SCORE_EVAL);
    return score && track_level(score, 0.5, 1) >= share * (track_high(score) > 1.5 ? 100 : 1);
}

/* Did held-out rows ever cost about what the training rows did at the time? Where they never did, it is split_gap's business. */
static bool has_met(const struct held_swing *h)
{
    double y[TRACK_BUCKETS], level[TRACK_BUCKETS];
    const struct track *t = track_of_metric(h->loss, h->n_loss, h->held->series);
    if (!t) return false;
    (void)track_means(t, level);
    size_t n = track_means(h->held, y);
    for (size_t i = 0; i < n; i++)
        if (y[i] < MET * track_at(t, level, h->held->curve->buckets[i].first_step)) return true;
    return false;
}

/* Does a held-out loss come back, in the second half of its values, to twice its best or less, and does not climb as it swings? One that rises is
 * overfitting's. */
static bool comes_back(const double *y, size_t n, size_t from)
{
    double best = INFINITY, late = INFINITY;
    if (robust_trend(y + from, n - from) > RISES) return false;
    for (size_t i = 0; i < n; i++) {
        best = fmin(best, y[i]);
        if (2 * i >= n) late = fmin(late, y[i]);
    }
    return late <= 2 * best;
}

/* Does the training loss get somewhere, or is there nowhere left to get? */
static bool gets_somewhere(const struct held_swing *h, const struct held_swing_knobs *k)
{
    return late_fall(h) > k->fall || falls_all_along(h, k->fall) || is_solved(h, k->score);
}

/* One evaluation that leaps out is no swing: where the highest stands far above the next, the others must swing by themselves. */
static bool swings_without_leap(const double *y, size_t n, double least)
{
    double rest[TRACK_BUCKETS], next = 0;
    size_t highest = 0, m = 0;
    for (size_t i = 1; i < n; i++)
        if (y[i] > y[highest]) highest = i;
    for (size_t i = 0; i < n; i++)
        if (i != highest) rest[m++] = y[i], next = fmax(next, y[i]);
    if (y[highest] <= LEAP * next) return true;
    struct swing w = swing_of(rest, m);
    return w.turns >= 2 && w.move >= least * robust_median(rest, m);
}

bool held_swing_found(const struct held_swing *h, const struct held_swing_knobs *k, double converged, struct held_swing_seen *ret)
{
    double y[TRACK_BUCKETS], top = 0, trained = 0;
    if (!h->held || !h->n_loss || !track_begins(&h->loss[0])) return false;
    if ((double)h->held->curve->points < k->few || track_low(h->held) <= 0) return false;
    bool few = (double)h->held->curve->points < k->points;
    size_t n = track_means(h->held, y), from = few ? 0 : n / 3;
    struct swing w = swing_of(y + from, n - from);
    double level = robust_median(y + from, n - from);
    for (uint32_t i = 0; i < h->n_loss; i++) {
        top = fmax(top, h->loss[i].curve->buckets[0].max);
        trained = fmax(trained, track_level(&h->loss[i], 0.33, 1));
    }
    bool apart = level > GAP * trained; /* what is learned by heart wobbles too, by less */
    double least = few || apart ? k->swing_few : k->swing;
    if (w.move < least * level || w.turns < 2 || w.net > k->net * w.way || level < converged * top ||
        3 * w.turns < (double)(n - from - 2) || !swings_without_leap(y + from, n - from, least))
        return false;
    if (few && y[n - 1] <= w.low) return false; /* of few values the last one is the best: it got somewhere */
    if (apart ? !has_met(h) || !comes_back(y, n, from) : gets_somewhere(h, k)) return false;
    *ret = (struct held_swing_seen){from, w, 2 * (double)(n - from) / fmax(w.turns, 1), level / trained};
    return true;
}
