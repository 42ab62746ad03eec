#include "thresholds.h"

#include <stdatomic.h>
#include <stdlib.h>

struct thresholds {
    atomic_int owners;
    double values[]; /* of one analyzer behind the other, as many as reach to its last knob */
};

static size_t values_of(const struct analyzer *a)
{
    size_t n = 0;
    for (const struct knob *k = a->knobs; k && k->name; k++)
        if (k->offset / sizeof(double) >= n) n = k->offset / sizeof(double) + 1;
    return n;
}

struct thresholds *thresholds_new(const struct config *c, enum sensitivity s)
{
    size_t n = 0;
    for (size_t i = 0; analyzers[i]; i++) n += values_of(analyzers[i]);
    struct thresholds *t = calloc(1, sizeof *t + n * sizeof *t->values);
    double *to = t ? t->values : NULL;
    for (size_t i = 0; t && analyzers[i]; to += values_of(analyzers[i++]))
        for (const struct knob *k = analyzers[i]->knobs; k && k->name; k++)
            to[k->offset / sizeof *to] = config_knob(c, k, s, NULL);
    if (t) t->owners = 1;
    return t;
}

struct thresholds *thresholds_share(struct thresholds *t)
{
    t->owners++;
    return t;
}

void thresholds_release(struct thresholds *t)
{
    if (t && --t->owners == 0) free(t);
}

const void *thresholds_of(const struct thresholds *t, const struct analyzer *a)
{
    const double *at = t->values;
    for (size_t i = 0; analyzers[i] && analyzers[i] != a; i++) at += values_of(analyzers[i]);
    return at;
}
