/* sampled - records are left out, told as means, or put between; a line an epoch. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>

enum { EPOCH_LINES_MIN = 10 };

/* Of as many records of a kind as `by` only the last is told: as it is, or with the mean of them. */
static bool thin(struct tape *t, double by, bool mean)
{
    struct records r = records_of(t);
    size_t every = (size_t)by, *seen = calloc(r.n_kinds + 1, sizeof *seen);
    double *sum = calloc(t->n_series + 1, sizeof *sum);
    bool changed = false;
    for (size_t i = 0; i < r.n; i++) {
        if (r.of_kind[r.all[i].kind] < RECORDS_MIN * every) continue;
        bool told = ++seen[r.all[i].kind] % every == 0;
        for (struct told *e = &t->all[r.all[i].first]; e < &t->all[r.all[i].end]; e++) {
            changed |= is_of(t, e, WANTS(ROLE_LOSS_TRAIN) | GAMES);
            sum[e->series] += e->value;
            if (told && mean && is_of(t, e, MEASURED)) e->value = sum[e->series] / by;
            if (told) sum[e->series] = 0;
            else e->what = TOLD_NOTHING;
        }
    }
    free(sum);
    free(seen);
    records_free(&r);
    return changed;
}
static bool picked(struct tape *t, double by) { return thin(t, by, false); }
static bool averaged(struct tape *t, double by) { return thin(t, by, true); }

/* What a reader would have logged half way: the mean of two neighbours, and of what is measured the noise that the mean took away. */
static double half_way(struct tape *t, const struct told *e, double before, double noise)
{
    const uint64_t smooth = MEASURED | MACHINE | WANTS(ROLE_LEARNING_RATE) | WANTS(ROLE_PROGRESS);
    double middle = (e->value + before) / 2, lowest = fmin(e->value, before);
    if (!isfinite(middle) || !is_of(t, e, smooth)) return e->value;
    double with_noise = is_of(t, e, MEASURED) ? middle + 0.7 * noise * normal(t) : middle;
    return lowest >= 0 && with_noise < 0 ? middle : with_noise;
}

/* The noise of each series at each of its points, in the order of the tape; free() it. */
static double *noise_of(const struct tape *t)
{
    double *noise = calloc(t->n + 1, sizeof *noise), *v = malloc((t->n + 1) * sizeof *v);
    for (uint32_t s = 0; s < t->n_series; s++) {
        size_t n;
        struct told **p = points_of(t, s, &n);
        for (size_t i = 0; i < n; i++) v[i] = p[i]->value;
        for (size_t i = 0; i < n && n >= TAIL_MIN; i++) noise[p[i] - t->all] = own_noise(v, n, i);
        free(p);
    }
    free(v);
    return noise;
}

/* Before each record of the main loops one more, half way from the one before. */
static bool denser(struct tape *t, double by)
{
    struct told *all = malloc(2 * t->n * sizeof *all + 1);
    double *before = malloc((t->n_series + 1) * sizeof *before), *noise = noise_of(t);
    struct records r = records_of(t);
    size_t n = 0, at = 0;
    (void)by;
    for (size_t s = 0; s < t->n_series; s++) before[s] = NAN;
    for (size_t i = 0; i <= r.n; i++) {
        while (at < (i < r.n ? r.all[i].first : t->n)) all[n++] = t->all[at++];
        if (i == r.n) break;
        for (size_t j = at; j < r.all[i].end && r.of_kind[r.all[i].kind] >= RECORDS_MIN; j++) {
            struct told e = t->all[j];
            if (isnan(before[e.series])) continue;
            e.value = half_way(t, &e, before[e.series], noise[j]);
            e.step = 2 * e.step - 1, e.line = 2 * e.line - 1;
            all[n++] = e;
        }
        for (; at < r.all[i].end; at++) {
            struct told e = t->all[at];
            before[e.series] = e.value;
            e.step *= 2, e.line *= 2;
            all[n++] = e;
        }
    }
    for (size_t i = 0; i < n; i++)
        if (all[i].what == TOLD_EVENT) all[i].line *= 2;
    records_free(&r);
    free(before), free(noise), free(t->all);
    t->all = all, t->n = n, t->room = 2 * n;
    forget_lengths(t);
    return has(t, WANTS(ROLE_LOSS_TRAIN) | GAMES);
}

/* The held-out series with most values; -1 for none, or where several files tell of the run: what one holds is not in order with another. */
static int64_t evaluations_of(const struct tape *t)
{
    size_t *n = calloc(t->n_series + 1, sizeof *n);
    bool several = false;
    int64_t most = -1;
    for (size_t i = 0; i < t->n; i++) {
        if (t->all[i].what != TOLD_POINT) continue;
        several |= t->all[i].source != t->all[0].source;
        if (is_of(t, &t->all[i], HELD_OUT)) n[t->all[i].series]++;
    }
    for (size_t s = 0; s < t->n_series; s++)
        if (n[s] >= EPOCH_LINES_MIN && !several && (most < 0 || n[s] > n[most])) most = (int64_t)s;
    free(n);
    return most;
}

/* What an epoch's line says of a series: the mean of what is measured, the last of anything else. */
struct in_epoch {
    double sum, n;
    struct told last;
};

static size_t end_epoch(const struct tape *t, struct in_epoch *of, struct told *out, int64_t epoch)
{
    size_t n = 0;
    for (size_t s = 0; s < t->n_series; s++) {
        if (of[s].n == 0) continue;
        out[n] = of[s].last;
        if (is_of(t, &of[s].last, MEASURED | MACHINE)) out[n].value = of[s].sum / of[s].n;
        out[n].step = epoch, out[n].line = (uint64_t)epoch;
        of[s].sum = of[s].n = 0, n++;
    }
    return n;
}

/* One line at each evaluation, with the means since the one before, as loops print it that log once an epoch. */
static bool line_an_epoch(struct tape *t, double by)
{
    int64_t held = evaluations_of(t), epoch = 0;
    struct in_epoch *of = calloc(t->n_series + 1, sizeof *of);
    struct told *all = malloc(2 * t->n * sizeof *all + 1);
    size_t n = 0;
    (void)by;
    for (size_t i = 0; i < t->n && held >= 0; i++) {
        struct told e = t->all[i];
        if (e.what == TOLD_EVENT) e.line = (uint64_t)epoch + 1;
        if (e.what != TOLD_POINT) all[n++] = e;
        else of[e.series].sum += e.value, of[e.series].n++, of[e.series].last = e;
        bool ends = i + 1 == t->n || !same_record(&t->all[i + 1], &t->all[i]);
        if (e.what == TOLD_POINT && ends && of[held].n > 0) n += end_epoch(t, of, all + n, ++epoch);
    }
    for (size_t s = 0; s < t->n_series; s++) t->series[s].axis = AXIS_EPOCH;
    free(of), free(t->all);
    t->all = all, t->n = n, t->room = 2 * n;
    forget_lengths(t);
    return held >= 0 && has(t, WANTS(ROLE_LOSS_TRAIN)) && !has(t, GAMES);
}

const struct way ways_sampled[] = {
    {"every 2nd record", picked, 2},       {"every 3rd record", picked, 3},
    {"every 5th record", picked, 5},       {"means of 2", averaged, 2},
    {"means of 5", averaged, 5},           {"twice as dense", denser, 0},
    {"a line an epoch", line_an_epoch, 0}, {NULL, NULL, 0},
};
