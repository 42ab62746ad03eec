#include "held_out.h"

#include <math.h>
#include <string.h>

#include "../../../analyzers/stats/robust.h"

enum {
    EVALUATIONS = 3, /* after the onset: with fewer nothing is said */
    BEGINS = 4       /* values from step 0, within which a log begins at the beginning */
};
static const double IMPROVES =
    0.05; /* share that the held-out loss must have come down by since: more than chance makes of the newest */
static const double LEAPT =
    3; /* times the evaluation before: more than noise, and more than harder rows in training can do to it */
static const double GUESSES =
    3; /* times what the untrained model paid, and no rows are only harder: guessing costs about as much on any */
static const double BEARS = 0.02; /* share by which a held-out loss may rise, and has not noticed */

/* Is the newest value of a held-out loss as low as any, and lower than all before the finding began? Of a rise its newest level, and low but for
 * what single evaluations differ by. Within a source lines tell. */
static bool is_at_best(const struct run_series *s, const struct finding *f)
{
    double before = INFINITY, after = INFINITY, last[3] = {NAN, NAN, NAN};
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->curve.used; i++) {
        const struct bucket *b = &s->curve.buckets[i];
        if (s->s.source == f->source ? b->first_line <= f->first_line : b->first_step <= f->onset_step)
            before = fmin(before, b->min);
        else after = fmin(after, b->min), n += b->n;
        last[0] = last[1], last[1] = last[2], last[2] = b->mean;
    }
    if (n < EVALUATIONS || s->nonfinite || !(before > 0)) return false;
    bool rises = strcmp(f->kind, "loss_divergence") == 0;
    double now = rises ? robust_median(last, 3) : s->last;
    return now < (1 - IMPROVES) * before && now <= (rises ? 1 + IMPROVES : 1) * after;
}

bool judge_held_out_improves(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_EVAL || (s->s.source != f->source && s->s.axis != f->series->axis)) continue;
        if (is_at_best(s, f)) return true;
    }
    return false;
}

/* Did a held-out loss leap with the training loss? Then the weights were worse for a while, and it is not that harder rows came. */
static bool held_out_leapt(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_EVAL || s->s.axis != f->series->axis) continue;
        double before = NAN;
        for (uint32_t k = 0; k < s->curve.used; k++) {
            const struct bucket *b = &s->curve.buckets[k];
            if (b->last_step < f->onset_step) before = b->mean;
            else if (before > 0 && b->max > LEAPT * before) return true;
        }
    }
    return false;
}

/* Is a loss told as higher than guessing could cost? Then rows that are not like the others were trained on, or the weights are lost. A log that
 * goes on from an earlier one does not show what guessing cost. */
static bool is_beyond_guessing(const struct run *r, const struct finding *f, const char *told)
{
    const struct run_series *s = r->series[f->series->id];
    const struct curve *c = &s->curve;
    bool begins = c->used && (double)s->first_step <= BEGINS * judge_apart(s);
    return begins && c->buckets[0].min > 0 && finding_evidence(f, told, 0) > GUESSES * c->buckets[0].min;
}

bool judge_held_out_gains(const struct run *r, const struct finding *f)
{
    return judge_held_out_improves(r, f) && !held_out_leapt(r, f) && !is_beyond_guessing(r, f, "now");
}

/* Is the held-out loss, whenever it was evaluated while the finding lasts, no worse than just before? Then other rows are trained on, and
 * the weights are as good as they were. What began shows a record later at most. */
static bool is_borne_by(const struct run *r, const struct run_series *s, const struct finding *f)
{
    double began = (double)f->onset_step - judge_apart(r->series[f->series->id]);
    bool over = f->phase == PHASE_CLOSED || finding_evidence(f, "recovered", 0) == 1;
    double before = NAN;
    uint64_t n = 0;
    for (uint32_t i = 0; i < s->curve.used; i++) {
        const struct bucket *b = &s->curve.buckets[i];
        if ((double)b->first_step <= began) before = b->mean;
        else if (over && b->first_step > f->last_step) break;
        else if (!(b->max <= (1 + BEARS) * before)) return false;
        else n += b->n;
    }
    return n >= EVALUATIONS && !s->nonfinite;
}

bool judge_held_out_bears(const struct run *r, const struct finding *f)
{
    bool borne = false;
    if (is_beyond_guessing(r, f, "to")) return false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_EVAL || s->s.axis != f->series->axis) continue;
        if (!is_borne_by(r, s, f)) return false;
        borne = true;
    }
    return borne;
}
