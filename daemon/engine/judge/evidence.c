/* judge_evidence - see evidence.h. */
#include "evidence.h"

#include <math.h>

#include "../../../analyzers/stats/robust.h"
#include "../../../analyzers/stats/short_steps.h"

enum { FEW = 4 }; /* values below which a curve has no end to be compared with its beginning */
static const double GONE =
    0.01; /* of its highest, below which a rate moves next to nothing; a cosine is there for its last sixteenth */

/* Is the training loss there, and finite throughout? One that comes to exactly 0 is none: a NaN that was masked is logged so. */
static bool training_is_finite(const struct run *r)
{
    bool any = false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || !s->points) continue;
        if (s->nonfinite || s->last == 0) return false;
        any = true;
    }
    return any;
}

/* A training loss that was logged as 0 from some value on: where it stood before.
 *   highest   of its values, 0 where there is no such loss
 *   rose      its last value but 0, as often as the first */
struct masked {
    double highest, rose;
};
static struct masked before_masked(const struct run *r)
{
    struct masked m = {0, NAN};
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || !s->points || s->last != 0) continue;
        for (uint32_t j = 0; j < s->curve.used; j++) {
            m.highest = fmax(m.highest, s->curve.buckets[j].max);
            if (s->curve.buckets[j].min > 0 && s->curve.buckets[0].max > 0)
                m.rose = s->curve.buckets[j].mean / s->curve.buckets[0].max;
        }
    }
    return m;
}

/* The series of a role with the most values; NULL where none has enough of them, all finite. */
static const struct run_series *longest(const struct run *r, enum role role)
{
    const struct run_series *found = NULL;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role == role && !s->nonfinite && s->curve.used >= FEW && (!found || s->points > found->points)) found = s;
    }
    return found;
}

/* The level of the last eighth. */
static double level_at_end(const struct curve *c)
{
    double y[PAST_FINE];
    size_t n = 0;
    for (uint32_t i = c->used - (c->used + 7) / 8; i < c->used && n < PAST_FINE; i++) y[n++] = c->buckets[i].mean;
    return robust_median(y, n);
}

static double lowest(const struct curve *c)
{
    double low = INFINITY;
    for (uint32_t i = 0; i < c->used; i++) low = fmin(low, c->buckets[i].min);
    return low;
}

/* Its first value, and where several were put together the highest of them: a loss begins high. */
static double first(const struct curve *c) { return c->buckets[0].max; }

/* add - in the place of an item of the name that could not be told, or behind all. */
static void add(struct finding *f, const char *name, double value)
{
    for (size_t i = 0; i < f->n_evidence; i++)
        if (strcmp(f->evidence[i].name, name) == 0 && isnan(f->evidence[i].value)) {
            f->evidence[i].value = value;
            return;
        }
    finding_add(f, name, value, "");
}

static void loss_nonfinite(const struct run *r, struct finding *f)
{
    if (!f->series || f->series->role != ROLE_LOSS_EVAL) return;
    struct masked m = before_masked(r);
    if (training_is_finite(r)) add(f, "held_out_alone", 1);
    else add(f, "trained_at", m.highest);
    if (!isnan(m.rose) && isnan(finding_evidence(f, "rose", NAN))) add(f, "rose", m.rose);
}

/* The share of the log, to its end, for which the rate stood at next to nothing of its highest. */
static double rate_gone(const struct run *r)
{
    const struct run_series *s = longest(r, ROLE_LEARNING_RATE);
    if (!s) return 0;
    const struct curve *c = &s->curve;
    double highest = 0, length = (double)(c->buckets[c->used - 1].last_step - c->buckets[0].first_step);
    uint32_t from = c->used;
    for (uint32_t i = 0; i < c->used; i++) highest = fmax(highest, c->buckets[i].max);
    while (from && c->buckets[from - 1].max < GONE * highest) from--;
    return from < c->used && length > 0 ? (double)(c->buckets[c->used - 1].last_step - c->buckets[from].first_step) / length : 0;
}

static void loss_not_decreasing(const struct run *r, struct finding *f)
{
    double gone = rate_gone(r);
    if (gone > 0) add(f, "rate_gone", gone);
}

static void score_stuck(const struct run *r, struct finding *f)
{
    const struct run_series *held = longest(r, ROLE_LOSS_EVAL), *rate = longest(r, ROLE_LEARNING_RATE);
    if (!held || !(first(&held->curve) > 0)) return;
    const struct track t = {&held->s, judge_levels(r, &held->s)};
    add(f, "loss_fell", 1 - held->last / first(&held->curve));
    add(f, "straight", t.curve && t.curve->used && short_steps_straight(&t, rate ? &rate->kept.past : NULL));
}

static void loss_plateau(const struct run *r, struct finding *f)
{
    const struct run_series *held = f->severity > SEVERITY_INFO ? longest(r, ROLE_LOSS_EVAL) : NULL;
    if (held && first(&held->curve) > 0) add(f, "held_fell", 1 - lowest(&held->curve) / first(&held->curve));
}

static void validation_divergence(const struct run *r, struct finding *f)
{
    const struct run_series *train = longest(r, ROLE_LOSS_TRAIN);
    if (train && first(&train->curve) > 0) add(f, "train_rose", level_at_end(&train->curve) / first(&train->curve));
}

static void restart_discontinuity(const struct run *r, struct finding *f)
{
    const struct run_series *s = f->series ? r->series[f->series->id] : NULL;
    double to = finding_evidence(f, "to", NAN);
    if (s && s->curve.used >= FEW && !s->nonfinite && to > 0) add(f, "learned_again", 1 - level_at_end(&s->curve) / to);
}

static void loss_at_chance(const struct run *r, struct finding *f)
{
    const struct run_series *train = longest(r, ROLE_LOSS_TRAIN);
    double to = finding_evidence(f, "to", NAN);
    if (train && to > 0) add(f, "began", first(&train->curve) / to);
}

static const struct {
    const char *kind;
    void (*add)(const struct run *r, struct finding *f);
} kinds[] = {{"loss_not_decreasing", loss_not_decreasing},
             {"loss_nonfinite", loss_nonfinite},
             {"score_stuck", score_stuck},
             {"loss_plateau", loss_plateau},
             {"validation_divergence", validation_divergence},
             {"restart_discontinuity", restart_discontinuity},
             {"loss_at_chance", loss_at_chance}};

struct finding judge_evidence(const struct run *r, const struct finding *f)
{
    struct finding seen = *f;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, f->kind) == 0) kinds[i].add(r, &seen);
    return seen;
}
