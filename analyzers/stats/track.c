#include "track.h"

#include "robust.h"

struct track *track_add_own(struct own_track *tracks, uint32_t *n, uint32_t max, const struct point *p)
{
    uint32_t i = 0;
    if (!isfinite(p->value)) return NULL;
    while (i < *n && tracks[i].t.series != p->series) i++;
    if (i == max) return NULL;
    struct own_track *o = &tracks[i];
    if (i == *n || o->curve.segment != p->segment) {
        o->t = (struct track){.series = p->series};
        curve_init(&o->curve, o->buckets, TRACK_BUCKETS);
        o->curve.segment = p->segment;
    }
    if (i == *n) ++*n;
    (void)track_of_own(o);
    curve_add(&o->curve, p->step, p->value, p->line);
    return &o->t;
}

size_t track_means(const struct track *t, double *mean)
{
    for (uint32_t i = 0; i < t->curve->used; i++) mean[i] = t->curve->buckets[i].mean;
    return t->curve->used;
}

size_t track_levels(const struct track *t, double *level)
{
    double mean[TRACK_BUCKETS];
    size_t n = track_means(t, mean);
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? i - 1 : 0, to = i + 2 < n ? i + 2 : n;
        level[i] = robust_median(mean + from, to - from);
    }
    return n;
}

bool track_begins(const struct track *t)
{
    uint32_t n = t->curve->used;
    if (!n) return false;
    int64_t first = t->curve->buckets[0].first_step, last = t->curve->buckets[n - 1].last_step;
    int64_t apart =
        t->curve->points > 1 ? (last - first) / (int64_t)(t->curve->points - 1) : 0; /* a few lie far apart from 0 on */
    return first <= 2 + (apart > (last - first) / 5 ? apart : (last - first) / 5);
}

struct finding track_finding(const struct track *t, const char *kind, size_t onset)
{
    const struct bucket *from = &t->curve->buckets[onset], *last = &t->curve->buckets[t->curve->used - 1];
    return (struct finding){.kind = kind,
                            .episode = t->series->id + 1, /* one of each series */
                            .severity = SEVERITY_INFO,
                            .confidence = 0.6,
                            .series = t->series,
                            .source = t->series->source,
                            .segment = t->curve->segment,
                            .onset_step = from->first_step,
                            .first_step = from->first_step,
                            .last_step = last->last_step,
                            .first_line = from->first_line,
                            .last_line = last->first_line};
}
