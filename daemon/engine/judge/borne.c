/* judge_borne - is what would be critical borne by the rest of the run? See context.h. */
#include <math.h>
#include <string.h>

#include "../../../analyzers/stats/robust.h"
#include "context.h"

enum {
    EVALUATIONS = 3, /* after the onset: with fewer nothing is said */
    FALLS_FOR = 8,   /* buckets since the highest, of which a trend can be told, ... */
    FALLS_PART = 8   /* ... and that are one in so many of the run */
};
static const double FALLS = 1.65; /* Mann-Kendall z: 1 in 20 by chance */

/* Since the loss rises, is this score on the mean no worse than just before? */
static bool score_holds(const struct run_series *s, const struct finding *f)
{
    double before = NAN, sum = 0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->curve.used; i++) {
        const struct bucket *b = &s->curve.buckets[i];
        if (b->first_step <= f->onset_step) before = b->mean;
        else sum += b->mean * b->n, n += b->n;
    }
    return n >= EVALUATIONS && sum / (double)n >= before;
}

/* Does every score beside the risen loss hold? */
static bool scores_hold(const struct run *r, const struct finding *f)
{
    bool any = false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        bool score = WANTS((unsigned)s->s.role) & (WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_SCORE_TRAIN));
        if (!score || s->s.better != BETTER_HIGHER || s->s.axis != f->series->axis) continue;
        if (!score_holds(s, f)) return false;
        any = true;
    }
    return any;
}

/* Does it stand above all that it began with? */
static bool is_beyond(const struct run *r, const struct finding *f)
{
    const struct curve *c = judge_levels(r, f->series);
    return c && c->used && c->buckets[c->used - 1].mean > c->buckets[0].max;
}

/* Has the loss come down again, steadily, from the highest it rose to, with half of what it began at below it? A run that runs away does
 * not learn: harder rows were given to it, as far as the loss alone can tell. */
static bool learns_again(const struct run *r, const struct finding *f)
{
    const struct curve *c = judge_levels(r, f->series);
    double mean[PAST_COARSE];
    uint32_t peak = 0, n = c ? c->used : 0;
    for (uint32_t i = 0; i < n; i++)
        if (c->buckets[i].last_step >= f->onset_step && (!peak || c->buckets[i].mean > c->buckets[peak].mean)) peak = i;
    if (!peak || n - peak < FALLS_FOR || (n - peak) * FALLS_PART < n) return false;
    for (uint32_t i = peak; i < n; i++) mean[i - peak] = c->buckets[i].mean;
    double now = robust_median(mean + (n - peak) / 2, n - peak - (n - peak) / 2);
    return now > 0 && now <= c->buckets[0].max / 2 && robust_trend(mean, n - peak) <= -FALLS;
}

static bool gradient_is_borne(const struct run *r)
{
    bool borne = false;
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct finding *other = &r->findings[i].f;
        bool ill = strcmp(other->kind, "loss_divergence") == 0 || strstr(other->kind, "_nonfinite");
        if (ill && other->severity > SEVERITY_INFO) return false;
    }
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || !judge_is_sum(&s->s) || !s->curve.used) continue;
        if (s->nonfinite || !(s->last < s->curve.buckets[0].max)) return false;
        borne = true;
    }
    return borne;
}

bool judge_is_borne(const struct run *r, const struct finding *f)
{
    if (f->severity != SEVERITY_CRITICAL) return false;
    if (strcmp(f->kind, "grad_explosion") == 0) return gradient_is_borne(r);
    if (strcmp(f->kind, "loss_divergence") != 0 || !f->series || is_beyond(r, f)) return false;
    return scores_hold(r, f) || learns_again(r, f);
}
