/* judge_context - see context.h. */
#include "context.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../../analyzers/stats/robust.h"

enum {
    EVALUATIONS = 3, /* after the onset: with fewer nothing is said */
    MANY = 4,        /* losses side by side are terms of something, though nobody logs the sum */
    RECORDS = 4,     /* of an epoch, from which its first one is told apart */
    FALLS_FOR = 8,   /* buckets since the highest, of which a trend can be told, ... */
    FALLS_PART = 8   /* ... and that are one in so many of the run */
};
static const double FALLS = 1.65;   /* Mann-Kendall z: 1 in 20 by chance */
static const double RISEN = 0.5;    /* of its first value, that a loss which never fell has risen by: it does not merely stand */
static const double LEARNED = 1.25; /* times as high began the first run of a log whose later ones go on from what it learned */
static const double SMALL = 0.01;   /* of its first value, at which a loss is as good as solved, wherever it came from */
static const double IMPROVES =
    0.05; /* share that the held-out loss must have come down by since: more than chance makes of the newest */
static const double HALF =
    0.5; /* of the level before, that a training loss must have come down to for a steep gradient to lead downhill */
static const double LEAPT =
    3; /* times the evaluation before: more than noise, and more than harder rows in training can do to it */
static const double GUESSES =
    3; /* times what the untrained model paid, and no rows are only harder: guessing costs about as much on any */
static const double GUESSED =
    0.7; /* of what guessing between two classes costs, that a loss is below where something was learned */
static const double BEARS = 0.02; /* share by which a held-out loss may rise, and has not noticed */

static bool among(const char *kind, const char *const *kinds)
{
    while (*kinds && strcmp(*kinds, kind) != 0) kinds++;
    return *kinds != NULL;
}

static bool is_sum(const struct series *s) { return strcmp(s->metric, "loss") == 0; }

/* A term of a loss that is logged beside it, for as long. */
static bool is_term(const struct run *r, const struct finding *f)
{
    const struct run_series *term = r->series[f->series->id];
    if (is_sum(f->series)) return false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (is_sum(&s->s) && s->s.role == f->series->role && s->s.source == f->source && 2 * s->points >= term->points)
            return true;
    }
    return false;
}

/* One of many losses, of which more than half bear it well. */
static bool is_one_of_many(const struct run *r, const struct finding *f)
{
    size_t losses = 0, ill = 0;
    for (size_t i = 0; i < r->n_series; i++)
        losses += r->series[i]->s.role == f->series->role && r->series[i]->s.source == f->source;
    for (size_t i = 0; i < r->n_findings; i++) {
        const struct finding *other = &r->findings[i].f;
        bool same = other->series && other->series->role == f->series->role && other->source == f->source;
        ill += same && strcmp(other->kind, f->kind) == 0;
    }
    return losses >= MANY && 2 * ill < losses;
}

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

static bool held_out_improves(const struct run *r, const struct finding *f)
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

/* How many steps lie between two values of a series. */
static double apart(const struct run_series *s)
{
    return s->points > 1 ? (double)(s->last_step - s->first_step) / (double)(s->points - 1) : 0;
}

/* Is a loss told as higher than guessing could cost? Then rows that are not like the others were trained on, or the weights are lost. A log that
 * goes on from an earlier one does not show what guessing cost. */
static bool is_beyond_guessing(const struct run *r, const struct finding *f, const char *told)
{
    const struct run_series *s = r->series[f->series->id];
    const struct curve *c = &s->curve;
    bool begins = c->used && (double)s->first_step <= RECORDS * apart(s);
    return begins && c->buckets[0].min > 0 && finding_evidence(f, told, 0) > GUESSES * c->buckets[0].min;
}

static bool held_out_gains(const struct run *r, const struct finding *f)
{
    return held_out_improves(r, f) && !held_out_leapt(r, f) && !is_beyond_guessing(r, f, "now");
}

/* Is the held-out loss, whenever it was evaluated while the finding lasts, no worse than just before? Then other rows are trained on, and
 * the weights are as good as they were. What began shows a record later at most. */
static bool is_borne_by(const struct run *r, const struct run_series *s, const struct finding *f)
{
    double began = (double)f->onset_step - apart(r->series[f->series->id]);
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

static bool held_out_bears(const struct run *r, const struct finding *f)
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

/* A norm that grows while the training loss comes down to half of what it was, and the held-out loss to its best, leads downhill: more of
 * the network is trained, or what is easy has been learned. */
static bool leads_downhill(const struct run *r, const struct finding *f)
{
    if (finding_evidence(f, "adds_up", 0) == 1) return false; /* gradients of all steps before, wherever they lead */
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || !is_sum(&s->s) || s->s.axis != f->series->axis || s->nonfinite) continue;
        double before = NAN;
        for (uint32_t k = 0; k < s->curve.used && s->curve.buckets[k].last_step < f->onset_step; k++)
            before = s->curve.buckets[k].mean;
        if (s->curve.used && s->curve.buckets[s->curve.used - 1].mean <= HALF * before) return held_out_improves(r, f);
    }
    return false;
}

/* Does a held-out score come to its best after the finding began, by more than a twentieth? */
static bool score_improves(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_SCORE_EVAL || s->s.better != BETTER_HIGHER || s->s.source != f->source || s->s.part) continue;
        double before = 0, after = 0;
        for (uint32_t k = 0; k < s->curve.used; k++) {
            const struct bucket *b = &s->curve.buckets[k];
            if (b->first_step <= f->onset_step) before = fmax(before, b->max);
            else after = fmax(after, b->max);
        }
        if (before > 0 && after > (1 + IMPROVES) * before && s->last > before) return true;
    }
    return false;
}

/* A log that holds several runs, or phases of one: did an earlier one bring this loss down to where the one in hand began? */
static bool has_learned(const struct run *r, const struct finding *f)
{
    const struct curve *c = &r->series[f->series->id]->curve;
    double from = finding_evidence(f, "from", NAN);
    return f->segment && from > 0 && c->used && c->buckets[0].first_line < f->first_line && c->buckets[0].mean > LEARNED * from;
}

static bool is_fact(const struct run_fact *t, const struct finding *f, const char *key)
{
    return t->source == f->source && strcmp(t->key, key) == 0;
}

/* Is it the setting of weights that were learned before, and not one that begins from scratch? */
static bool is_of_learned(const struct run_fact *t)
{
    static const char *const keys[] = {"init_from", "init_checkpoint", "finetune_from", "pretrained", "lora_r", "lora_rank"};
    static const char *const none[] = {"", "0", "none", "null", "false", "no", "scratch"};
    const char *last = t->key + strlen(t->key);
    bool known = false;
    while (last > t->key && last[-1] != '/' && last[-1] != '.') last--;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) known |= strcasecmp(last, keys[i]) == 0;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) known &= strcasecmp(t->value, none[i]) != 0;
    return known;
}

/* Was it learned before, as the settings say, what a loss begins with that no guessing comes to? Then there may be little left to learn. */
static bool was_learned(const struct run *r, const struct finding *f)
{
    double from = finding_evidence(f, "from", NAN);
    for (size_t i = 0; i < r->n_facts; i++)
        if (is_of_learned(&r->facts[i])) return from > 0 && from < GUESSED * M_LN2;
    return false;
}

/* Steps of an epoch, as its log tells them; 0 where it does not. */
static int64_t epoch_of(const struct run *r, const struct finding *f)
{
    for (size_t i = 0; i < r->n_facts; i++)
        if (is_fact(&r->facts[i], f, "steps_per_epoch")) return strtoll(r->facts[i].value, NULL, 10);
    return 0;
}

/* The first of several values of an epoch, in a log of the means since the epoch began: it is the mean of the fewest batches. */
static bool opens_epoch(const struct run *r, const struct finding *f)
{
    const struct run_series *s = r->series[f->series->id];
    int64_t steps = epoch_of(r, f);
    double every = apart(s);
    if (steps < 1 || f->onset_step < 0 || !(every > 0) || (double)steps < RECORDS * every) return false;
    return (double)(f->onset_step % steps) < 0.75 * every && finding_evidence(f, "width_points", 0) <= (double)steps / every;
}

/* Does the risen loss stand at next to nothing of what it began with? */
static bool is_small(const struct run *r, const struct finding *f)
{
    const struct curve *c = &r->series[f->series->id]->curve;
    return c->used && c->buckets[0].first_line < f->first_line && finding_evidence(f, "to", NAN) <= SMALL * c->buckets[0].max;
}

/* The word of a score at the end of its name, or at the start; the rest says what it is of. */
static size_t score_word(const char *at)
{
    static const char *const words[] = {"precision", "recall", "accuracy", "f1", "iou", "dice", "ap", "auc"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (strncasecmp(at, words[i], n) == 0 && !isalnum((unsigned char)at[n])) return n;
    }
    return 0;
}

static size_t words_before_last(const char *name)
{
    size_t n = strlen(name);
    while (n && isalnum((unsigned char)name[n - 1])) n--;
    return n;
}

static bool are_of_one(const char *a, const char *b)
{
    size_t n = words_before_last(a), m = words_before_last(b), first = score_word(a), other = score_word(b);
    if (n && n == m && memcmp(a, b, n) == 0 && score_word(a + n) && score_word(b + m)) return true;
    return first && other && a[first] && strcmp(a + first, b + other) == 0;
}

bool judge_is_one_thing(const struct finding *a, const struct finding *b)
{
    if (strcmp(a->kind, "loss_oscillation") == 0 && b->series->role == ROLE_SCORE_EVAL) return true; /* it swings with its loss */
    if (a->series->role != b->series->role) return false;
    if (strcmp(a->kind, "loss_not_decreasing") == 0) return true;
    return strcmp(a->kind, "score_stuck") == 0 && are_of_one(a->series->name, b->series->name);
}

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

/* The levels of a series in this segment; they may have been put away. NULL when memory ran out. */
static const struct curve *levels_of(const struct run *r, const struct series *s)
{
    return curves_open(&r->out) ? &r->series[s->id]->kept.past.coarse : NULL;
}

/* Does it stand above all that it began with? */
static bool is_beyond(const struct run *r, const struct finding *f)
{
    const struct curve *c = levels_of(r, f->series);
    return c && c->used && c->buckets[c->used - 1].mean > c->buckets[0].max;
}

/* Has the loss come down again, steadily, from the highest it rose to, with half of what it began at below it? A run that runs away does
 * not learn: harder rows were given to it, as far as the loss alone can tell. */
static bool learns_again(const struct run *r, const struct finding *f)
{
    const struct curve *c = levels_of(r, f->series);
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
        if (s->s.role != ROLE_LOSS_TRAIN || !is_sum(&s->s) || !s->curve.used) continue;
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

static bool score_beats_term(const struct run *r, const struct finding *f) { return !is_sum(f->series) && score_improves(r, f); }

static bool only_rises(const struct run *r, const struct finding *f)
{
    return finding_evidence(f, "total_change", 0) > RISEN && held_out_improves(r, f);
}

#define TRAIN WANTS(ROLE_LOSS_TRAIN)
#define HELD  WANTS(ROLE_LOSS_EVAL)
#define NORM  WANTS(ROLE_GRAD_NORM)
static const char *const traded[] = {"loss_divergence",       "loss_spike",
                                     "loss_not_decreasing",   "loss_plateau",
                                     "loss_at_chance",        "loss_oscillation",
                                     "validation_divergence", "overfitting",
                                     "gap_from_start",        NULL},
                         *const risen[] = {"loss_divergence", NULL}, *const jumped[] = {"loss_spike", NULL},
                         *const borne[] = {"loss_divergence", "loss_spike", "restart_discontinuity", NULL},
                         *const flat[] = {"loss_not_decreasing", NULL}, *const fitted[] = {"overfitting", NULL},
                         *const steep[] = {"grad_explosion", NULL};

/* Findings of these kinds about a series of these roles are mild where it holds. */
static const struct {
    const char *const *kinds;
    uint64_t roles;
    bool (*holds)(const struct run *r, const struct finding *f);
} milder[] = {
    {traded, TRAIN | HELD, is_term},  {traded, TRAIN | HELD, is_one_of_many},
    {risen, TRAIN, is_small},         {jumped, TRAIN, opens_epoch},
    {flat, TRAIN, has_learned},       {flat, TRAIN, was_learned},
    {fitted, HELD, score_beats_term}, {risen, TRAIN, held_out_gains},
    {flat, TRAIN, only_rises},        {borne, TRAIN, held_out_bears},
    {steep, NORM, leads_downhill},
};

bool judge_is_mild(const struct run *r, const struct finding *f)
{
    if (!f->series || f->severity == SEVERITY_INFO) return false;
    for (size_t i = 0; i < sizeof milder / sizeof *milder; i++)
        if ((milder[i].roles & WANTS((unsigned)f->series->role)) && among(f->kind, milder[i].kinds) && milder[i].holds(r, f))
            return true;
    return false;
}

bool judge_is_meaningless(const struct run *r, const struct finding *f)
{
    static const char *const trends[] = {"loss_plateau",
                                         "loss_not_decreasing",
                                         "loss_divergence",
                                         "loss_spike",
                                         "loss_at_chance",
                                         "loss_oscillation",
                                         "validation_divergence",
                                         "overfitting",
                                         "still_improving",
                                         "gap_from_start",
                                         NULL};
    bool game = r->roles & (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR));
    bool own = f->series && WANTS((unsigned)f->series->role) & (WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR));
    return game && !own && among(f->kind, trends);
}
