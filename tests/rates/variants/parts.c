#include "parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/fact_key.h"
#include "../../../analyzers/stats/robust.h"

enum { ROOM = 31 }; /* second differences around a place */

bool has(const struct tape *t, uint64_t roles)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_of(t, &t->all[i], roles)) return true;
    return false;
}

struct told **points_of(const struct tape *t, uint32_t series, size_t *n)
{
    struct told **p = malloc((t->n + 1) * sizeof *p);
    *n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_POINT && t->all[i].series == series) p[(*n)++] = &t->all[i];
    return p;
}

bool each_series(struct tape *t, uint64_t roles, double by, bool (*change)(struct tape *, struct told **, size_t, double))
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

bool same_record(const struct told *a, const struct told *b)
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

struct records records_of(const struct tape *t)
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

void records_free(struct records *r)
{
    free(r->all);
    free(r->kinds);
    free(r->of_kind);
}

void reach_of(const struct tape *t, struct span_of_steps reach[AXIS_RECORD + 1])
{
    for (int a = 0; a <= AXIS_RECORD; a++) reach[a] = (struct span_of_steps){INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < t->n; i++) {
        if (!is_of(t, &t->all[i], MEASURED)) continue;
        struct span_of_steps *r = &reach[t->series[t->all[i].series].axis];
        if (t->all[i].step < r->first) r->first = t->all[i].step;
        if (t->all[i].step > r->last) r->last = t->all[i].step;
    }
}

void forget_lengths(struct tape *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const char *key = t->all[i].what == TOLD_FACT ? fact_key(t->all[i].a) : NULL;
        if (key && (strcmp(key, "max_steps") == 0 || strcmp(key, "warmup_steps") == 0 || strcmp(key, "epochs") == 0))
            t->all[i].what = TOLD_NOTHING;
    }
}

/* splitmix64: in (0, 1). */
static double uniform(struct tape *t)
{
    uint64_t z = t->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

double normal(struct tape *t) { return sqrt(-2 * log(uniform(t))) * cos(6.283185307179586 * uniform(t)); }

double own_noise(const double *v, size_t n, size_t at)
{
    double d[ROOM];
    size_t from = at > ROOM / 2 ? at - ROOM / 2 : 1, k = 0;
    if (from < 1) from = 1;
    for (size_t i = from; i + 1 < n && k < ROOM; i++) {
        double x = fabs(v[i] - (v[i - 1] + v[i + 1]) / 2);
        if (isfinite(x)) d[k++] = x;
    }
    if (k < 5) return 0;
    return 1.21 * robust_median(d, k); /* sampled where the log has it: 1.4826 / sqrt(1.5) */
}
