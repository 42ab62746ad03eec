#include "heard.h"

#include "lead.h"

uint32_t heard_place(struct heard *table, uint32_t *n, uint32_t max, const struct point *p)
{
    uint32_t i = 0;
    while (i < *n && table[i].series != p->series) i++;
    if (i == max) return max;
    if (i == *n) ++*n;
    table[i] = (struct heard){p->series, p->past};
    return i;
}

const struct heard *heard_beside(const struct heard *table, uint32_t n, const struct series *series)
{
    const struct heard *t = NULL;
    for (uint32_t i = 0; i < n; i++) {
        const struct series *x = table[i].series;
        bool same = strcmp(x->metric, series->metric) == 0, has = t && strcmp(t->series->metric, series->metric) == 0;
        if (!t || (same && !has) || (same == has && lead_of(x, t->series))) t = &table[i];
    }
    return t;
}
