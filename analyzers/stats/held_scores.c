#include "held_scores.h"

#include "accuracy.h"

#define UNGUESSED 0.5 /* nats, below which no model begins that guesses among classes of like size */

bool held_scores_trained(const struct track *scores, uint32_t n, const struct gap *g)
{
    if (g->untrained >= UNGUESSED) return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct track *t = &scores[i];
        double scale = track_high(t) > 1.5 ? 100 : 1, first = t->curve->buckets[0].mean / scale;
        if (!is_accuracy(t->series->metric) || t->curve->buckets[0].first_step > g->eval->curve->buckets[0].last_step) continue;
        double entropy = -first * log(first) - (1 - first) * log1p(-fmin(first, 1 - 1e-9));
        if (first >= 0.75 && g->e[0] <= 0.95 * entropy && track_level(t, 0.75, 1) / scale >= first - 0.05) return true;
    }
    return false;
}

bool held_scores_rise(const struct track *scores, uint32_t n, const struct held_scores_knobs *k)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct track *t = &scores[i];
        if (t->series->better != BETTER_HIGHER || (double)t->curve->points < k->points || !track_begins(t)) continue;
        if (strstr(t->series->metric, "recall") || strstr(t->series->metric, "precision")) continue;
        double scale = track_high(t) > 1.5 ? 100 : 1, first = t->curve->buckets[0].mean, late = track_level(t, 0.9, 1);
        double gain = late - first;
        if (gain >= k->gain * (scale - first) && late >= track_high(t) - k->left * gain) return true;
    }
    return false;
}
