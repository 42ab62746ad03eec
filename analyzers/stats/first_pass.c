#include "first_pass.h"

/* What is apart before any row has been seen twice. */
struct pass {
    double last,
        second;   /* the ratio of the two at the last evaluation of the first epoch, and at the least one of the second; NaN */
    size_t apart; /* evaluations of the first epoch */
    int64_t onset;
};

static double epoch_at(const struct early_view *train, const struct epochs *epochs, int64_t step)
{
    if (train->series->axis == AXIS_EPOCH) return (double)(step - train->buckets[0].first_step + 1);
    return (double)step / epochs_steps(epochs);
}

static struct pass pass_of(const struct early_view *eval, const struct early_view *train, const struct epochs *epochs,
                           const struct gap_knobs *k)
{
    struct pass r = {.last = NAN, .second = NAN, .onset = -1};
    for (uint32_t i = 0; i < eval->used; i++) {
        const struct early_bucket *b = &eval->buckets[i];
        double epoch = epoch_at(train, epochs, b->last_step), ratio = b->mean / early_level(train, b->last_step);
        if (!(epoch <= 2.2)) break;
        bool apart = ratio >= (epoch <= 1.1 ? k->pass_apart : k->pass_second);
        if (epoch <= 1.1) r.last = ratio, r.apart = apart ? r.apart + 1 : 0;
        else r.second = fmin(isnan(r.second) ? INFINITY : r.second, ratio);
        if (ratio < sqrt(k->pass_apart)) r.onset = -1;
        else if (r.onset < 0) r.onset = b->first_step;
    }
    return r;
}

bool first_pass_parted(const struct gap *g, const struct gap_knobs *k, const struct early_view *eval,
                       const struct early_view *train, const struct epochs *epochs, size_t *onset)
{
    double lowest = INFINITY;
    if (!eval->used || !train->used) return false;
    struct pass pass = pass_of(eval, train, epochs, k);
    bool at_once = pass.apart >= 2 || (pass.second >= k->pass_second && !(pass.last < 1.1));
    if (!at_once || pass.onset < 0) return false;
    size_t from = 0;
    while (from + 1 < g->n && g->eval->curve->buckets[from].last_step < pass.onset) from++;
    for (size_t i = from; i < g->n; i++) {
        lowest = fmin(lowest, g->e[i]);
        if (i > from && g->e[i] < k->apart * track_at(g->train, g->t, g->eval->curve->buckets[i].first_step)) return false;
    }
    double train_fell = log(early_level(train, pass.onset) / g->now), eval_fell = log(g->e[from] / lowest);
    if (!(eval_fell <= fmax(k->pass_follows * train_fell, 0.05))) return false;
    *onset = from;
    return true;
}
