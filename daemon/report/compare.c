#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

enum { NOISE_BUCKETS = 1024 };
#define NORMAL_MAD 0.6745 /* median of |x| of a standard normal */

static const char *const verifications[] = {"none", "met", "not_yet", "failed"};
static const char *const states[] = {"gone", "there", "not_reached"};
const char *verification_name(enum verification v) { return verifications[v]; }
const char *symptom_state_name(enum symptom_state s) { return states[s]; }

/* ---- settings ------------------------------------------------------------------------------------------------------------ */

static const char *fact_of(const struct view *v, const char *key)
{
    for (size_t i = 0; i < v->n_facts; i++)
        if (strcmp(v->facts[i].key, key) == 0) return v->facts[i].value;
    return NULL;
}

static void compare_setting(struct comparison *c, const char *key)
{
    const char *old = fact_of(c->old, key), *new = fact_of(c->new, key);
    if ((old && new &&strcmp(old, new) == 0) || c->n_settings == COMPARE_SETTINGS) return;
    for (size_t i = 0; i < c->n_settings; i++)
        if (strcmp(c->settings[i].key, key) == 0) return;
    c->settings[c->n_settings++] = (struct setting_pair){key, old, new};
}

/* ---- curves -------------------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Standard deviation of a bucket's mean, from the differences of neighbours: a slow trend hardly counts in them. */
static double noise_of(const struct curve *c)
{
    double d[NOISE_BUCKETS];
    size_t n = 0;
    for (uint32_t i = 1; i < c->used && n < NOISE_BUCKETS; i++) {
        double x = fabs(c->buckets[i].mean - c->buckets[i - 1].mean);
        if (isfinite(x)) d[n++] = x;
    }
    if (!n) return 0;
    qsort(d, n, sizeof *d, ascending);
    return d[n / 2] / NORMAL_MAD / sqrt(2);
}

/* The mean of a curve over steps [first, last], by buckets that begin in it; NaN when there are none. */
static double mean_over(const struct curve *c, int64_t first, int64_t last)
{
    double sum = 0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        if (b->last_step < first || b->first_step > last || b->n == b->nonfinite) continue;
        sum += b->mean * (b->n - b->nonfinite);
        n += b->n - b->nonfinite;
    }
    return n ? sum / (double)n : (double)NAN;
}

static bool apart(double a, double b, double noise)
{
    return isfinite(a) && isfinite(b) && fabs(a - b) > PARTED_SD * noise && fabs(a - b) > PARTED_SHARE * fabs(a);
}

static void find_parting(struct curve_pair *p)
{
    const struct curve *wide = p->old->curve, *other = p->new->curve;
    bool old_is_wide = wide->width >= other->width;
    if (!old_is_wide) wide = p->new->curve, other = p->old->curve;
    double noise = hypot(noise_of(wide), noise_of(other));
    uint32_t row = 0;
    for (uint32_t i = 0; i < wide->used && row < PARTED_BUCKETS; i++) {
        const struct bucket *b = &wide->buckets[i];
        double here = b->mean, there = mean_over(other, b->first_step, b->last_step);
        if (!isfinite(here) || !isfinite(there)) continue;
        p->old_end = old_is_wide ? here : there, p->new_end = old_is_wide ? there : here;
        if (!apart(p->old_end, p->new_end, noise)) row = 0;
        else if (row++ == 0) p->step = b->first_step, p->was = p->old_end, p->is = p->new_end;
    }
    p->parted = row == PARTED_BUCKETS;
}

/* Over the last twentieth of what both have. */
static void end_means(struct curve_pair *p)
{
    int64_t last = p->old->last_step < p->new->last_step ? p->old->last_step : p->new->last_step;
    int64_t first = p->old->first_step > p->new->first_step ? p->old->first_step : p->new->first_step;
    int64_t from = last - (last > first ? (last - first) / 20 : 0);
    p->old_end = mean_over(p->old->curve, from, last);
    p->new_end = mean_over(p->new->curve, from, last);
}

static size_t of_role(const struct view *v, enum role role)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_series; i++) n += v->series[i].series.role == role && v->series[i].points;
    return n;
}

/* By name; else, where each run has but one of the role, by that: "loss" in one is "train/loss" in the other. */
static const struct series_view *counterpart(const struct comparison *c, const struct series_view *s)
{
    bool alone = of_role(c->old, s->series.role) == 1 && of_role(c->new, s->series.role) == 1;
    for (size_t i = 0; i < c->new->n_series; i++)
        if (c->new->series[i].curve && strcmp(c->new->series[i].series.name, s->series.name) == 0) return &c->new->series[i];
    for (size_t i = 0; alone && i < c->new->n_series; i++)
        if (c->new->series[i].curve && c->new->series[i].series.role == s->series.role) return &c->new->series[i];
    return NULL;
}

/* The curves that people look at have a role. */
static void compare_series(struct comparison *c, const struct series_view *s)
{
    if (!series_shown(s) || s->series.role == ROLE_NONE || !s->curve || c->n_curves == COMPARE_CURVES) return;
    const struct series_view *t = counterpart(c, s);
    if (!t || t->series.axis != s->series.axis) return;
    struct curve_pair *p = &c->curves[c->n_curves++];
    *p = (struct curve_pair){.old = s, .new = t, .old_end = NAN, .new_end = NAN};
    find_parting(p);
    end_means(p);
}

/* ---- findings ------------------------------------------------------------------------------------------------------------ */

/* The same trouble: of one kind, about series of one role. */
static const struct finding_view *same_trouble(const struct view *v, const struct finding *f)
{
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *g = &v->findings[i].finding;
        bool same = !f->series || !g->series || f->series->role == g->series->role;
        if (strcmp(f->kind, g->kind) == 0 && same) return &v->findings[i];
    }
    return NULL;
}

static size_t only_in(const struct view *v, const struct view *other, const struct finding_view **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_findings && n < COMPARE_FINDINGS; i++)
        if (!same_trouble(other, &v->findings[i].finding)) ret[n++] = &v->findings[i];
    return n;
}

/* Did the new run come past the place where the old one had the trouble? Only steps of one kind can be held against each other. */
static bool passed(const struct comparison *c, const struct finding *f)
{
    return view_axis(c->old) == view_axis(c->new) && c->new->last_step >= f->first_step;
}

static void add_symptom(struct comparison *c, const struct finding_view *f)
{
    if (c->n_symptoms == COMPARE_SYMPTOMS || f->finding.severity < SEVERITY_WARNING) return;
    const struct finding_view *there = same_trouble(c->new, &f->finding);
    bool serious = there && there->finding.severity >= SEVERITY_WARNING;
    enum symptom_state state = serious ? SYMPTOM_THERE : passed(c, &f->finding) ? SYMPTOM_GONE : SYMPTOM_NOT_REACHED;
    c->symptoms[c->n_symptoms++] = (struct symptom){f, serious ? there : NULL, state};
}

static void find_symptoms(struct comparison *c)
{
    const struct view *v = c->old;
    c->cause = v->n_causes ? &v->causes[0] : NULL;
    for (size_t i = 0; c->cause && i < c->cause->diagnosis.n_because; i++)
        if (c->cause->diagnosis.because[i] < v->n_findings) add_symptom(c, &v->findings[c->cause->diagnosis.because[i]]);
    for (size_t i = 0; !c->n_symptoms && !c->cause && i < v->n_findings; i++) add_symptom(c, &v->findings[i]);
}

static enum verification verify(const struct comparison *c)
{
    bool waiting = false;
    if (!c->n_symptoms) return VERIFICATION_NONE;
    for (size_t i = 0; i < c->n_symptoms; i++) {
        if (c->symptoms[i].state == SYMPTOM_THERE) return VERIFICATION_FAILED;
        waiting = waiting || c->symptoms[i].state == SYMPTOM_NOT_REACHED;
    }
    return waiting ? VERIFICATION_NOT_YET : VERIFICATION_MET;
}

void compare_runs(const struct view *old, const struct view *new, struct comparison *ret)
{
    *ret = (struct comparison){.old = old, .new = new};
    for (size_t i = 0; i < old->n_facts; i++) compare_setting(ret, old->facts[i].key);
    for (size_t i = 0; i < new->n_facts; i++) compare_setting(ret, new->facts[i].key);
    for (size_t i = 0; i < old->n_series; i++) compare_series(ret, &old->series[i]);
    ret->n_only_old = only_in(old, new, ret->only_old);
    ret->n_only_new = only_in(new, old, ret->only_new);
    find_symptoms(ret);
    ret->verification = verify(ret);
}
