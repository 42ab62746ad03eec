/* judge_context - see context.h. */
#include "context.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "held_out.h"

enum {
    MANY = 4,   /* losses side by side are terms of something, though nobody logs the sum */
    RECORDS = 4 /* of an epoch, from which its first one is told apart */
};
static const double RISEN = 0.5;    /* of its first value, that a loss which never fell has risen by: it does not merely stand */
static const double LEARNED = 1.25; /* times as high began the first run of a log whose later ones go on from what it learned */
static const double SMALL = 0.01;   /* of its first value, at which a loss is as good as solved, wherever it came from */
static const double IMPROVES =
    0.05; /* share that a held-out score must be above all before: more than chance makes of the newest */
static const double HALF =
    0.5; /* of the level before, that a training loss must have come down to for a steep gradient to lead downhill */
static const double GUESSED =
    0.7; /* of what guessing between two classes costs, that a loss is below where something was learned */

static bool among(const char *kind, const char *const *kinds)
{
    while (*kinds && strcmp(*kinds, kind) != 0) kinds++;
    return *kinds != NULL;
}

/* A term of a loss that is logged beside it, for as long. */
static bool is_term(const struct run *r, const struct finding *f)
{
    const struct run_series *term = r->series[f->series->id];
    if (judge_is_sum(f->series)) return false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (judge_is_sum(&s->s) && s->s.role == f->series->role && s->s.source == f->source && 2 * s->points >= term->points)
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

/* A norm that grows while the training loss comes down to half of what it was, and the held-out loss to its best, leads downhill: more of
 * the network is trained, or what is easy has been learned. */
static bool leads_downhill(const struct run *r, const struct finding *f)
{
    if (finding_evidence(f, "adds_up", 0) == 1) return false; /* gradients of all steps before, wherever they lead */
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || !judge_is_sum(&s->s) || s->s.axis != f->series->axis || s->nonfinite) continue;
        double before = NAN;
        for (uint32_t k = 0; k < s->curve.used && s->curve.buckets[k].last_step < f->onset_step; k++)
            before = s->curve.buckets[k].mean;
        if (s->curve.used && s->curve.buckets[s->curve.used - 1].mean <= HALF * before) return judge_held_out_improves(r, f);
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
static bool came_down_before(const struct run_series *s, uint64_t line, double from)
{
    const struct curve *c = &s->curve;
    return from > 0 && c->used && c->buckets[0].first_line < line && c->buckets[0].mean > LEARNED * from;
}

static bool has_learned(const struct run *r, const struct finding *f)
{
    return f->segment && came_down_before(r->series[f->series->id], f->first_line, finding_evidence(f, "from", NAN));
}

/* The same of what is judged by where its own run began, as loops have it that count their steps anew when they are resumed. */
static bool began_learned(const struct run *r, const struct finding *f)
{
    bool by_beginning = strcmp(f->kind, "loss_plateau") == 0 || strcmp(f->kind, "score_stuck") == 0;
    if (!f->segment || (!by_beginning && isnan(finding_evidence(f, "runs_alike", NAN)))) return false;
    for (size_t i = 0; i < r->n_series; i++) {
        const struct run_series *s = r->series[i];
        if (s->s.role != ROLE_LOSS_TRAIN || s->s.source != f->source || s->kept.segment != f->segment) continue;
        const struct curve *now = judge_levels(r, &s->s);
        if (now && now->used && came_down_before(s, now->buckets[0].first_line, now->buckets[0].mean)) return true;
    }
    return false;
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
    double every = judge_apart(s);
    if (steps < 1 || f->onset_step < 0 || !(every > 0) || (double)steps < RECORDS * every) return false;
    return (double)(f->onset_step % steps) < 0.75 * every && finding_evidence(f, "width_points", 0) <= (double)steps / every;
}

/* In a log of the means since the epoch began: a leap of a mean of few values, as the single losses are, and back where the means were. */
static bool is_mean_of_few(const struct run *r, const struct finding *f)
{
    const struct since *s = run_mean_of_epoch(r->series[f->series->id]);
    if (!s || finding_evidence(f, "slow", 0) == 1 || !since_is_usual(s)) return false;
    return strcmp(f->kind, "loss_spike") == 0 || f->phase == PHASE_CLOSED || since_is_low(s);
}

/* Does the risen loss stand at next to nothing of what it began with? */
static bool is_small(const struct run *r, const struct finding *f)
{
    const struct curve *c = &r->series[f->series->id]->curve;
    return c->used && c->buckets[0].first_line < f->first_line && finding_evidence(f, "to", NAN) <= SMALL * c->buckets[0].max;
}

static bool score_beats_term(const struct run *r, const struct finding *f)
{
    return !judge_is_sum(f->series) && score_improves(r, f);
}

static bool only_rises(const struct run *r, const struct finding *f)
{
    return finding_evidence(f, "total_change", 0) > RISEN && judge_held_out_improves(r, f);
}

#define TRAIN WANTS(ROLE_LOSS_TRAIN)
#define HELD  WANTS(ROLE_LOSS_EVAL)
#define NORM  WANTS(ROLE_GRAD_NORM)
#define SCORE WANTS(ROLE_SCORE_EVAL)
static const char *const traded[] = {"loss_divergence",       "loss_spike",
                                     "loss_not_decreasing",   "loss_plateau",
                                     "loss_at_chance",        "loss_oscillation",
                                     "validation_divergence", "overfitting",
                                     "gap_from_start",        NULL},
                         *const risen[] = {"loss_divergence", NULL}, *const jumped[] = {"loss_spike", NULL},
                         *const borne[] = {"loss_divergence", "loss_spike", "restart_discontinuity", NULL},
                         *const flat[] = {"loss_not_decreasing", NULL}, *const fitted[] = {"overfitting", NULL},
                         *const steep[] = {"grad_explosion", NULL}, *const leapt[] = {"loss_divergence", "loss_spike", NULL},
                         *const begun[] = {"loss_plateau", "loss_oscillation", "score_stuck", "gap_from_start", NULL};

/* Findings of these kinds about a series of these roles are mild where it holds. */
static const struct {
    const char *const *kinds;
    uint64_t roles;
    bool (*holds)(const struct run *r, const struct finding *f);
} milder[] = {
    {traded, TRAIN | HELD, is_term},
    {traded, TRAIN | HELD, is_one_of_many},
    {begun, TRAIN | HELD | SCORE, began_learned},
    {risen, TRAIN, is_small},
    {jumped, TRAIN, opens_epoch},
    {leapt, TRAIN, is_mean_of_few},
    {flat, TRAIN, has_learned},
    {flat, TRAIN, was_learned},
    {fitted, HELD, score_beats_term},
    {risen, TRAIN, judge_held_out_gains},
    {flat, TRAIN, only_rises},
    {borne, TRAIN, judge_held_out_bears},
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
