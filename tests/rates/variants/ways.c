/* ways - each changes how a run was logged, or how much of it, and not what happened in it. */
#include "ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/fact_key.h"

enum { RECORDS_MIN = 25, ROOM = 31, EPOCH_POINTS_MIN = 4, EPOCHS_MIN = 3, TAIL_MIN = 8, EPOCH_LINES_MIN = 10 };

#define LOSSES   (WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_LOSS_PART))
#define SCORES   (WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_SCORE_EVAL))
#define HELD_OUT (WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL))
#define GRADS    (WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART))
#define WITHIN   (WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART) | WANTS(ROLE_WEIGHT_MEAN) | WANTS(ROLE_UPDATE_RATIO))
#define GAMES                                                                                                                    \
    (WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_POLICY) |                \
     WANTS(ROLE_LOSS_VALUE))
#define MACHINE (WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_STEP_TIME) | WANTS(ROLE_DATA_TIME) | WANTS(ROLE_UTILISATION))
#define COUNTS  (WANTS(ROLE_PROGRESS) | WANTS(ROLE_MEMORY))
#define MEASURED                                                                                                                 \
    (LOSSES | SCORES | GRADS | GAMES | WITHIN | WANTS(ROLE_ENTROPY) | WANTS(ROLE_KL) | WANTS(ROLE_EPISODE_LENGTH) |              \
     WANTS(ROLE_EXPLAINED_VARIANCE))

static enum role role_at(const struct tape *t, const struct told *e) { return t->series[e->series].role; }
static bool is_of(const struct tape *t, const struct told *e, uint64_t roles)
{
    return e->what == TOLD_POINT && roles & WANTS((unsigned)role_at(t, e));
}
static bool has(const struct tape *t, uint64_t roles)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_of(t, &t->all[i], roles)) return true;
    return false;
}

/* ---- chance: splitmix64, and a normal number ---------------------------------------------------------------------------- */

static double uniform(struct tape *t)
{
    uint64_t z = t->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}
static double normal(struct tape *t) { return sqrt(-2 * log(uniform(t))) * cos(6.283185307179586 * uniform(t)); }

/* ---- series as arrays ------------------------------------------------------------------------------------------------------ */

/* The points of one series, in order; free() them. */
static struct told **points_of(const struct tape *t, uint32_t series, size_t *n)
{
    struct told **p = malloc((t->n + 1) * sizeof *p);
    *n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_POINT && t->all[i].series == series) p[(*n)++] = &t->all[i];
    return p;
}

/* For each series of these roles. */
static bool each_series(struct tape *t, uint64_t roles, double by, bool (*change)(struct tape *, struct told **, size_t, double))
{
    bool changed = false;
    for (uint32_t s = 0; s < t->n_series; s++) {
        if (!(roles & WANTS((unsigned)t->series[s].role))) continue;
        size_t n;
        struct told **p = points_of(t, s, &n);
        if (n) changed |= change(t, p, n, by);
        free(p);
    }
    return changed;
}

/* ---- logged less often ------------------------------------------------------------------------------------------------- */

/* What a source tells at one line is a record; records that hold the same series are of one kind. */
struct record {
    size_t first, end, kind;
};
struct records {
    struct record *all;
    size_t n, n_kinds;
    uint64_t *kinds;
    size_t *of_kind;
};

/* A file that is one document tells all of it at one line. */
static bool same_record(const struct told *a, const struct told *b)
{
    return a->what == b->what && a->line == b->line && a->source == b->source && a->step == b->step;
}

static size_t kind_of(struct records *r, uint64_t what)
{
    size_t k = 0;
    while (k < r->n_kinds && r->kinds[k] != what) k++;
    if (k == r->n_kinds) r->kinds[r->n_kinds++] = what, r->of_kind[k] = 0;
    r->of_kind[k]++;
    return k;
}

static struct records records_of(const struct tape *t)
{
    struct records r = {.all = malloc((t->n + 1) * sizeof *r.all),
                        .kinds = malloc((t->n + 1) * sizeof *r.kinds),
                        .of_kind = malloc((t->n + 1) * sizeof *r.of_kind)};
    for (size_t i = 0, end; i < t->n; i = end) {
        const struct told *first = &t->all[i];
        uint64_t what = 0;
        for (end = i; end < t->n && t->all[end].what == TOLD_POINT && same_record(&t->all[end], first); end++)
            what += (t->all[end].series + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ t->all[end].series;
        if (end == i) end++;
        else r.all[r.n++] = (struct record){i, end, kind_of(&r, what)};
    }
    return r;
}

static void records_free(struct records *r)
{
    free(r->all);
    free(r->kinds);
    free(r->of_kind);
}

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

/* ---- less of it is logged ---------------------------------------------------------------------------------------------- */

static bool drop(struct tape *t, uint64_t roles)
{
    bool dropped = false, left = false;
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (is_of(t, e, roles)) e->what = TOLD_NOTHING, t->series[e->series].dropped = dropped = true;
        else left |= is_of(t, e, LOSSES | SCORES | GAMES);
    }
    return dropped && left;
}

static bool loss_alone(struct tape *t, double by)
{
    (void)by;
    return has(t, WANTS(ROLE_LOSS_TRAIN)) && !has(t, GAMES) &&
           drop(t, ~(WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_PROGRESS) | WANTS(ROLE_EVENT)));
}
static bool losses_alone(struct tape *t, double by)
{
    (void)by;
    return has(t, WANTS(ROLE_LOSS_TRAIN)) && has(t, WANTS(ROLE_LOSS_EVAL)) && !has(t, GAMES) &&
           drop(t, ~(WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_PROGRESS) | WANTS(ROLE_EVENT)));
}
static bool no_held_out(struct tape *t, double by) { return (void)by, drop(t, HELD_OUT); }
static bool no_held_out_loss(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_LOSS_EVAL)); }
static bool no_scores(struct tape *t, double by) { return (void)by, drop(t, SCORES); }
static bool no_train_score(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_SCORE_TRAIN)); }
static bool no_grads(struct tape *t, double by) { return (void)by, drop(t, GRADS); }
static bool no_rate(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_LEARNING_RATE)); }

static bool no_settings(struct tape *t, double by)
{
    bool dropped = false;
    (void)by;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_FACT) t->all[i].what = TOLD_NOTHING, dropped = true;
    return dropped;
}

static bool no_clock(struct tape *t, double by)
{
    bool dropped = false;
    (void)by;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_POINT && isfinite(t->all[i].time)) t->all[i].time = NAN, dropped = true;
    return dropped;
}

/* ---- in other units ---------------------------------------------------------------------------------------------------- */

static bool other_share(struct tape *t, struct told **p, size_t n, double by)
{
    double most = 0;
    (void)by;
    if (!t->series[p[0]->series].bounded) return false;
    for (size_t i = 0; i < n; i++)
        if (isfinite(p[i]->value)) most = fmax(most, fabs(p[i]->value));
    if (most == 0 || most > 100 || (most > 1 && most < 2)) return false;
    for (size_t i = 0; i < n; i++) p[i]->value *= most > 1 ? 0.01 : 100;
    return true;
}
static bool shares(struct tape *t, double by) { return each_series(t, SCORES, by, other_share); }

static bool times(struct tape *t, double by)
{
    if (has(t, GAMES)) return false;
    for (size_t i = 0; i < t->n; i++)
        if (is_of(t, &t->all[i], LOSSES | GRADS)) t->all[i].value *= by;
    return has(t, LOSSES);
}

/* As many of its first value more, as a penalty or a constant of the likelihood adds. */
static bool raised(struct tape *t, double by)
{
    double first = NAN;
    if (has(t, GAMES)) return false;
    for (size_t i = 0; i < t->n; i++) {
        if (isnan(first) && is_of(t, &t->all[i], WANTS(ROLE_LOSS_TRAIN))) first = fabs(t->all[i].value);
        if (is_of(t, &t->all[i], WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL)) && isfinite(first))
            t->all[i].value += by * first;
    }
    return isfinite(first);
}

static bool digits(struct tape *t, double by)
{
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (!is_of(t, e, MEASURED) || !isfinite(e->value) || e->value == 0) continue;
        double unit = pow(10, by - 1 - floor(log10(fabs(e->value))));
        e->value = isfinite(unit) ? round(e->value * unit) / unit : e->value;
    }
    return true;
}

/* ---- steps under other numbers ------------------------------------------------------------------------------------------- */

/* Settings that count steps are not told where steps are counted otherwise. */
static void forget_lengths(struct tape *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const char *key = t->all[i].what == TOLD_FACT ? fact_key(t->all[i].a) : NULL;
        if (key && (strcmp(key, "max_steps") == 0 || strcmp(key, "warmup_steps") == 0 || strcmp(key, "epochs") == 0))
            t->all[i].what = TOLD_NOTHING;
    }
}

static bool steps_times(struct tape *t, double by)
{
    bool changed = false;
    forget_lengths(t);
    for (size_t i = 0; i < t->n; i++) {
        if (t->all[i].what != TOLD_POINT || t->series[t->all[i].series].axis != AXIS_STEP) continue;
        t->all[i].step *= (int64_t)by;
        changed = true;
    }
    return changed;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The steps that were logged are counted, from `by` on. */
static bool steps_counted(struct tape *t, double by)
{
    int64_t *steps = malloc((t->n + 1) * sizeof *steps);
    size_t n = 0, kept = 0;
    forget_lengths(t);
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_POINT && t->series[t->all[i].series].axis == AXIS_STEP) steps[n++] = t->all[i].step;
    qsort(steps, n, sizeof *steps, by_number);
    for (size_t i = 0; i < n; i++)
        if (!kept || steps[i] != steps[kept - 1]) steps[kept++] = steps[i];
    for (size_t i = 0; i < t->n && n; i++) {
        if (t->all[i].what != TOLD_POINT || t->series[t->all[i].series].axis != AXIS_STEP) continue;
        int64_t *at = bsearch(&t->all[i].step, steps, kept, sizeof *steps, by_number);
        t->all[i].step = (at - steps) + (int64_t)by;
    }
    free(steps);
    return n != 0;
}

/* ---- smoother, or noisier -------------------------------------------------------------------------------------------------- */

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

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The noise at a place: of the second differences around it, by their median. Sampled where the log has it: 1.4826 / sqrt(1.5). */
static double own_noise(const double *v, size_t n, size_t at)
{
    double d[ROOM];
    size_t from = at > ROOM / 2 ? at - ROOM / 2 : 1, k = 0;
    if (from < 1) from = 1;
    for (size_t i = from; i + 1 < n && k < ROOM; i++) {
        double x = fabs(v[i] - (v[i - 1] + v[i + 1]) / 2);
        if (isfinite(x)) d[k++] = x;
    }
    if (k < 5) return 0;
    qsort(d, k, sizeof *d, by_value);
    return 1.21 * d[k / 2];
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

/* ---- shorter, longer, denser ----------------------------------------------------------------------------------------------- */

struct span_of_steps {
    int64_t first, last;
};

static void reach_of(const struct tape *t, struct span_of_steps reach[AXIS_RECORD + 1])
{
    for (int a = 0; a <= AXIS_RECORD; a++) reach[a] = (struct span_of_steps){INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < t->n; i++) {
        if (!is_of(t, &t->all[i], MEASURED)) continue;
        struct span_of_steps *r = &reach[t->series[t->all[i].series].axis];
        if (t->all[i].step < r->first) r->first = t->all[i].step;
        if (t->all[i].step > r->last) r->last = t->all[i].step;
    }
}

/* Only this share of the run is there yet. */
static bool cut(struct tape *t, double by)
{
    struct span_of_steps reach[AXIS_RECORD + 1];
    size_t left = 0;
    uint64_t *last = calloc(UINT16_MAX + 1, sizeof *last);
    reach_of(t, reach);
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (e->what != TOLD_POINT) continue;
        const struct span_of_steps *r = &reach[t->series[e->series].axis];
        if (r->first <= r->last && (double)(e->step - r->first) > by * (double)(r->last - r->first)) e->what = TOLD_NOTHING;
        else if (e->line > last[e->source]) last[e->source] = e->line;
        left += is_of(t, e, WANTS(ROLE_LOSS_TRAIN) | GAMES | SCORES);
    }
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_EVENT && t->all[i].line > last[t->all[i].source]) t->all[i].what = TOLD_NOTHING;
    free(last);
    return left >= RECORDS_MIN;
}

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

/* ---- a line an epoch ---------------------------------------------------------------------------------------------------------- */

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

/* What a loop of one's own prints: losses and scores, to a few digits, and nothing else. */
static bool bare(struct tape *t, double by)
{
    no_settings(t, 0);
    no_clock(t, 0);
    return drop(t, ~(LOSSES | SCORES | GAMES | WANTS(ROLE_EVENT))) && digits(t, by);
}

/* ---- it goes on as it ended --------------------------------------------------------------------------------------------------- */

/* A line through the last points of a series: where it ends, and what it gains a step. */
struct ending {
    double at, slope;
};

static struct ending ending_of(struct told **p, size_t n)
{
    double mx = 0, my = 0, sxy = 0, sxx = 0;
    for (size_t i = 0; i < n; i++) mx += (double)p[i]->step / (double)n, my += p[i]->value / (double)n;
    for (size_t i = 0; i < n; i++) {
        double dx = (double)p[i]->step - mx;
        sxy += dx * (p[i]->value - my), sxx += dx * dx;
    }
    double slope = sxx > 0 ? sxy / sxx : 0;
    return (struct ending){my + slope * ((double)p[n - 1]->step - mx), slope};
}

/* Its rate is held where it was; a rate that has gone to nothing would be a fault if training went on. */
static bool rate_is_left(const struct tape *t)
{
    double most = 0, last = NAN;
    for (size_t i = 0; i < t->n; i++)
        if (is_of(t, &t->all[i], WANTS(ROLE_LEARNING_RATE))) last = t->all[i].value, most = fmax(most, last);
    return isnan(last) || last > 0.1 * most;
}

static struct told gone_on(const struct tape *t, struct told e, const struct ending *end, const struct told *last, double span)
{
    double line = end->at + end->slope * (double)(e.step - last->step);
    if (is_of(t, &e, COUNTS)) e.value += end->slope * span;
    else if (is_of(t, &e, MEASURED | MACHINE)) e.value = end->at + e.value - line;
    else e.value = last->value;
    return e;
}

/* Its last part, `by` of it, comes once more: the level that it reached, and the noise around it. */
static bool goes_on(struct tape *t, double by)
{
    struct span_of_steps reach[AXIS_RECORD + 1];
    struct ending *end = calloc(t->n_series + 1, sizeof *end);
    struct told **last = calloc(t->n_series + 1, sizeof *last);
    size_t n = t->n, more = 0;
    uint64_t lines = 0;
    reach_of(t, reach);
    for (uint32_t s = 0; s < t->n_series; s++) {
        struct told **p = points_of(t, s, &n);
        size_t from = 0;
        const struct span_of_steps *r = &reach[t->series[s].axis];
        while (from < n && (double)p[from]->step < (double)r->last - by * (double)(r->last - r->first)) from++;
        if (n > from) end[s] = ending_of(p + from, n - from), last[s] = p[n - 1];
        free(p);
    }
    struct told *all = malloc(2 * t->n * sizeof *all + 1);
    memcpy(all, t->all, t->n * sizeof *all);
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].line > lines) lines = t->all[i].line;
    for (size_t i = 0; i < t->n; i++) {
        const struct told *e = &t->all[i];
        if (e->what != TOLD_POINT || !last[e->series]) continue;
        const struct span_of_steps *r = &reach[t->series[e->series].axis];
        double span = by * (double)(r->last - r->first);
        if (r->first > r->last || (double)e->step <= (double)r->last - span) continue;
        struct told on = gone_on(t, *e, &end[e->series], last[e->series], span);
        on.step += (int64_t)span, on.line += lines;
        if (isfinite(on.time) && isfinite(last[e->series]->time)) on.time = NAN;
        all[t->n + more++] = on;
    }
    free(end), free(last), free(t->all);
    t->all = all, t->n += more, t->room = 2 * t->n;
    forget_lengths(t);
    return more >= TAIL_MIN && rate_is_left(t);
}

static bool as_it_is(struct tape *t, double by) { return (void)t, (void)by, true; }

const struct way ways[] = {{"as it is", as_it_is, 0},
                           {"every 2nd record", picked, 2},
                           {"every 3rd record", picked, 3},
                           {"every 5th record", picked, 5},
                           {"means of 2", averaged, 2},
                           {"means of 5", averaged, 5},
                           {"twice as dense", denser, 0},
                           {"training loss alone", loss_alone, 0},
                           {"losses alone", losses_alone, 0},
                           {"no held-out numbers", no_held_out, 0},
                           {"no held-out loss", no_held_out_loss, 0},
                           {"no scores", no_scores, 0},
                           {"no training score", no_train_score, 0},
                           {"no gradient", no_grads, 0},
                           {"no learning rate", no_rate, 0},
                           {"no settings", no_settings, 0},
                           {"no clock", no_clock, 0},
                           {"percent or share", shares, 0},
                           {"loss times 10", times, 10},
                           {"loss times 0.1", times, 0.1},
                           {"loss and a constant", raised, 0.2},
                           {"steps from 0", steps_counted, 0},
                           {"steps from 1", steps_counted, 1},
                           {"steps times 32", steps_times, 32},
                           {"4 digits", digits, 4},
                           {"3 digits", digits, 3},
                           {"smoothed", smoothed, 0.7},
                           {"means of the epoch", epoch_means, 0},
                           {"60 % of it", cut, 0.6},
                           {"80 % of it", cut, 0.8},
                           {"goes on as it ended", goes_on, 0.25},
                           {"more noise", noisier, 0.5},
                           {"a line an epoch", line_an_epoch, 0},
                           {"losses and scores", bare, 4},
                           {NULL, NULL, 0}};
