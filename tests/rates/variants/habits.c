/* habits - what some people print instead: a long moving average, bits, a sum over the batch, perplexity, the error, other names; a second set of
 * held-out rows, steps that begin anew when a run is resumed, the last line once more. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/role.h"

enum { AVERAGED_MIN = 200, NATS_MOST = 20 }; /* values that an average over 50 is of; more is no cross-entropy */

/* The only series of this role; -1 for none, and for several. */
static int64_t only(const struct tape *t, enum role role)
{
    int64_t at = -1;
    for (size_t s = 0; s < t->n_series; s++) {
        if (t->series[s].role != role) continue;
        if (at >= 0) return -1;
        at = (int64_t)s;
    }
    return at;
}

static bool average_one(struct tape *t, struct told **p, size_t n, double by)
{
    double sum = 0, weight = 0;
    (void)t;
    for (size_t i = 0; i < n && n >= AVERAGED_MIN; i++) {
        if (i && p[i]->step < p[i - 1]->step) sum = weight = 0;
        sum = by * sum + (1 - by) * p[i]->value, weight = by * weight + 1 - by;
        p[i]->value = sum / weight;
    }
    return n >= AVERAGED_MIN;
}
static bool averaged_long(struct tape *t, double by) { return each_series(t, WANTS(ROLE_LOSS_TRAIN), by, average_one); }

static bool scale_one(struct tape *t, struct told **p, size_t n, double by)
{
    (void)t;
    for (size_t i = 0; i < n; i++) p[i]->value *= by;
    return true;
}
static bool in_bits(struct tape *t, double by) { return !has(t, GAMES) && each_series(t, LOSSES, by, scale_one); }
static bool summed(struct tape *t, double by)
{
    return !has(t, GAMES) && has(t, HELD_OUT) && each_series(t, WANTS(ROLE_LOSS_TRAIN), by, scale_one);
}

static bool is_entropy(struct told **p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(p[i]->value) && !(p[i]->value > 0 && p[i]->value < NATS_MOST)) return false;
    return n > 0;
}

static bool turn(struct tape *t, int64_t series, const char *name, double (*into)(double))
{
    size_t n;
    struct told **p = points_of(t, (uint32_t)series, &n);
    bool can = into != exp || is_entropy(p, n);
    for (size_t i = 0; can && i < n; i++) p[i]->value = into(p[i]->value);
    if (can) t->series[series].name = name;
    free(p);
    return can;
}

static bool perplexity(struct tape *t, double by)
{
    int64_t train = only(t, ROLE_LOSS_TRAIN), held = only(t, ROLE_LOSS_EVAL);
    (void)by;
    return !has(t, GAMES) && train >= 0 && held >= 0 && turn(t, held, "val_perplexity", exp) &&
           turn(t, train, "train_perplexity", exp);
}

static double rest_of_share(double x) { return 1 - x; }
static double rest_of_percent(double x) { return 100 - x; }

static bool is_accuracy_series(const struct tape *t, int64_t series)
{
    return series >= 0 && strstr(t->series[series].name, "acc") && t->series[series].bounded;
}

static bool errors(struct tape *t, double by)
{
    int64_t held = only(t, ROLE_SCORE_EVAL);
    double most = 0;
    size_t n;
    (void)by;
    if (!is_accuracy_series(t, held)) return false;
    struct told **p = points_of(t, (uint32_t)held, &n);
    for (size_t i = 0; i < n; i++) most = fmax(most, p[i]->value);
    free(p);
    return turn(t, held, most > 1 ? "val_error_percent" : "val_error", most > 1 ? rest_of_percent : rest_of_share);
}

static double as_it_was(double x) { return x; }
static bool other_names(struct tape *t, double by)
{
    int64_t train = only(t, ROLE_LOSS_TRAIN), held = only(t, ROLE_LOSS_EVAL), score = only(t, ROLE_SCORE_EVAL);
    (void)by;
    if (has(t, GAMES) || train < 0 || held < 0) return false;
    turn(t, train, "loss/tr", as_it_was), turn(t, held, "loss/dev", as_it_was);
    return !is_accuracy_series(t, score) || turn(t, score, "dev/top1", as_it_was);
}

/* Beside each held-out loss that of a test set, a little higher and with noise of its own. */
static bool two_sets(struct tape *t, double by)
{
    int64_t held = only(t, ROLE_LOSS_EVAL);
    if (held < 0 || has(t, GAMES)) return false;
    struct told *all = malloc(2 * t->n * sizeof *all + 1);
    struct told_series *series = realloc(t->series, (t->n_series + 1) * sizeof *series);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        all[n++] = t->all[i];
        if (t->all[i].what != TOLD_POINT || t->all[i].series != (uint32_t)held) continue;
        all[n] = t->all[i], all[n].series = (uint32_t)t->n_series;
        all[n++].value *= 1 + by + by / 2 * normal(t);
    }
    free(t->all);
    t->all = all, t->n = n, t->room = 2 * n, t->series = series;
    series[t->n_series] = series[held];
    series[t->n_series++].name = "test_loss";
    return true;
}

/* Stopped at this share of it and gone on from a checkpoint, by a loop that counts its steps from the start. */
static bool steps_anew(struct tape *t, double by)
{
    struct span_of_steps reach[AXIS_RECORD + 1];
    bool changed = false;
    reach_of(t, reach);
    const struct span_of_steps *r = &reach[AXIS_STEP];
    if (r->first > r->last || has(t, GAMES)) return false;
    int64_t stopped = r->first + (int64_t)(by * (double)(r->last - r->first));
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (e->what != TOLD_POINT || t->series[e->series].axis != AXIS_STEP || e->step <= stopped) continue;
        e->step -= stopped - r->first;
        changed = true;
    }
    forget_lengths(t);
    return changed;
}

/* The summary behind the end: the last record of each kind once more. */
static bool last_again(struct tape *t, double by)
{
    struct told *all = malloc((2 * t->n + 1) * sizeof *all);
    struct records r = records_of(t);
    size_t n = t->n, *newest = calloc(r.n_kinds + 1, sizeof *newest);
    uint64_t line = 0;
    (void)by;
    memcpy(all, t->all, t->n * sizeof *all);
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].line > line) line = t->all[i].line;
    for (size_t i = 0; i < r.n; i++) newest[r.all[i].kind] = i;
    for (size_t k = 0; k < r.n_kinds; k++) {
        for (size_t j = r.all[newest[k]].first; j < r.all[newest[k]].end; j++) all[n] = t->all[j], all[n++].line = line + 1 + k;
    }
    bool one = r.n_kinds == 1;
    free(newest), records_free(&r), free(t->all);
    t->all = all, t->n = n, t->room = 2 * n;
    return one;
}

const struct way ways_habits[] = {
    {"average of 50", averaged_long, 0.98}, {"in bits", in_bits, 1.4426950408889634},
    {"sum of the batch", summed, 64},       {"perplexity", perplexity, 0},
    {"error for accuracy", errors, 0},      {"other names", other_names, 0},
    {"a test set too", two_sets, 0.01},     {"steps anew at half", steps_anew, 0.5},
    {"last line again", last_again, 0},     {NULL, NULL, 0},
};
