/* units - the same numbers in other units, to fewer digits, and under other steps. */
#include "parts.h"

#include <math.h>
#include <stdlib.h>

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

bool ways_digits(struct tape *t, double by)
{
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (!is_of(t, e, MEASURED) || !isfinite(e->value) || e->value == 0) continue;
        double unit = pow(10, by - 1 - floor(log10(fabs(e->value))));
        e->value = isfinite(unit) ? round(e->value * unit) / unit : e->value;
    }
    return true;
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

const struct way ways_units[] = {
    {"percent or share", shares, 0},     {"loss times 10", times, 10},
    {"loss times 0.1", times, 0.1},      {"loss and a constant", raised, 0.2},
    {"steps from 0", steps_counted, 0},  {"steps from 1", steps_counted, 1},
    {"steps times 32", steps_times, 32}, {"4 digits", ways_digits, 4},
    {"3 digits", ways_digits, 3},        {NULL, NULL, 0},
};
