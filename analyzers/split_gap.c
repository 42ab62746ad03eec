/* split_gap - training and validation of one metric are a world apart: validation is bad from the first evaluation on.
 *
 * The training loss falls far while no validation is ever better than the untrained model, and the two part at the very first
 * evaluation that follows some progress. Overfitting parts later, after validation has improved too. What parts at once is a fault of
 * the evaluation path (mode, statistics, preprocessing, weights not loaded) more often than of the model. A validation loss that is far worse
 * than the untrained model's needs two evaluations only. One that stands apart from the first evaluation on, yet below the untrained
 * model's, is worth knowing: a small training set shows the same; it is a warning where it jumps about its level, neither better nor
 * worse, while the training loss is halved, or where that loss comes to a quarter of it and less: whether those rows are learned by heart or
 * the others are read wrongly, nothing was learned for them. One that was falling and has turned is overfitting's business. So are the rounds of a
 * booster, each of which sees all rows.
 *
 * Until the first epoch is over, no row has been seen twice, and the training loss is measured on rows that are as new to the model as the
 * held-out ones: the two must agree. Where epochs are known and they part within the first one, nothing was learned by heart, however
 * the validation loss goes on.
 *
 * A held-out loss is a mean over many rows, a logged training loss often that of one batch: where single batches cost many times the middle
 * one, and more than the held-out rows do, the two are alike. And near nothing a ratio means nothing. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/early.h"
#include "stats/epochs.h"
#include "stats/first_pass.h"
#include "stats/gap.h"
#include "stats/gap_shape.h"
#include "stats/held_scores.h"
#include "stats/preview.h"
#include "stats/track_pair.h"

#define GAMES  (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define SOLVED 0.05 /* of the untrained model's loss, below which next to all is learned for the held-out rows as well */
enum { TRAINS = 2, EVALS = 4, SCORES = 4, BEGINNINGS = TRAINS + EVALS };
struct knobs {
    struct gap_knobs gap;
    struct held_scores_knobs rises;
    double rises_risen, score_apart;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    bool game;
    uint16_t segment; /* of the first training loss, when it was heard last */
    struct track train[TRAINS], eval[EVALS], train_score[SCORES], eval_score[SCORES];
    uint32_t n_train, n_eval, n_train_score, n_eval_score;
    struct epochs epochs;
    const struct series *counts; /* the newest series that counts epochs: its name is read once */
    struct preview preview;
    struct early early[BEGINNINGS];                       /* of the training losses, and behind these of the others */
    struct early_bucket pool[BEGINNINGS * EARLY_BUCKETS]; /* of all of them; behind first_size: room for as many as there were */
};

static const char *const kinds[] = {"gap_from_start", NULL};
static const struct knob knobs[] = {
    {"gap_points", "points", 4, 3, 1000, 6, 3, offsetof(struct knobs, gap.min_points), "evaluations before anything is said",
     "our choice"},
    {"gap_train_fall", "share", 0.4, 0.05, 1, 0.6, 0.3, offsetof(struct knobs, gap.train_fall),
     "of its first level that the training loss must have lost", "our choice"},
    {"gap_apart", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, gap.apart),
     "that validation loss is above training loss from the first evaluation on", "our choice"},
    {"gap_useless", "share", 0.85, 0.3, 2, 0.95, 0.75, offsetof(struct knobs, gap.useless),
     "of the untrained model's loss that validation never falls below", "our choice"},
    {"gap_worse", "x", 1.2, 1.05, 100, 1.5, 1.1, offsetof(struct knobs, gap.worse),
     "the untrained model's loss, above which fewer evaluations are enough",
     "no model that is evaluated rightly is far below guessing"},
    {"gap_worse_points", "points", 2, 2, 1000, 3, 2, offsetof(struct knobs, gap.worse_points), "evaluations then", "our choice"},
    {"gap_far_worse", "x", 2, 1.5, 100, 4, 1.5, offsetof(struct knobs, gap.far_worse),
     "the untrained model's loss, above which one evaluation is enough",
     "seeded training runs: of 1,900 healthy ones none whose training loss had fallen by then came to 1.4 at its first"},
    {"gap_turned", "share", 0.1, 0.01, 1, 0.2, 0.05, offsetof(struct knobs, gap.turned),
     "by which a validation loss falls, and then rises, to have turned", "as overfitting_rise"},
    {"gap_epoch", "x", 1.5, 1, 10, 2, 1.3, offsetof(struct knobs, gap.epoch),
     "the first value of a log by epochs that an untrained model's loss is: that value is a mean over an epoch of learning",
     "the middle one of 322 healthy seeded training runs that log steps and epochs"},
    {"gap_constant_points", "points", 8, 4, 1000, 16, 6, offsetof(struct knobs, gap.constant_points),
     "evaluations of a constant gap below the untrained model's loss", "our choice"},
    {"gap_constant_gain", "share", 0.25, 0.01, 0.9, 0.15, 0.3, offsetof(struct knobs, gap.constant_gain),
     "of its first value by which such a validation loss gets better at most", "our choice"},
    {"gap_constant_train", "x", 2, 1.5, 100, 5, 1.5, offsetof(struct knobs, gap.constant_train),
     "that the training loss falls meanwhile, to be a warning", "our choice"},
    {"gap_constant_noise", "share", 0.05, 0.01, 1, 0.1, 0.03, offsetof(struct knobs, gap.constant_noise),
     "of its level by which it jumps from one evaluation to the next, to be one",
     "the same rows under smoothly changing weights: statistics that do not follow them jump, a small training set does not"},
    {"gap_wide", "x", 4, 2, 1000, 10, 3, offsetof(struct knobs, gap.wide),
     "the training loss that such a validation loss comes to, to be one as well",
     "seeded training runs: 1 of 430 healthy ones that stood at half of the untrained model's loss or above"},
    {"gap_wide_left", "share", 0.5, 0.2, 1, 0.7, 0.4, offsetof(struct knobs, gap.wide_left),
     "of the untrained model's loss that it never falls below then", "as gap_wide"},
    {"gap_wide_gain", "share", 0.1, 0.01, 0.5, 0.05, 0.2, offsetof(struct knobs, gap.wide_gain),
     "of its first value by which such a validation loss gets better at most", "as gap_turned: what a step of noise brings"},
    {"gap_wide_rise", "share", 0.25, 0.05, 2, 0.15, 0.4, offsetof(struct knobs, gap.wide_rise),
     "above its lowest that it ends at most: one that rises further is overfitting", "our choice"},
    {"gap_never_train", "share", 0.1, 0.02, 0.9, 0.3, 0.05, offsetof(struct knobs, gap.never_train),
     "of its first level that the training loss must have lost, where validation was never as good as untrained",
     "no model that learns is worse than one that has not, on rows that are evaluated rightly"},
    {"gap_never_untrained", "x", 1.1, 1, 100, 1.3, 1.05, offsetof(struct knobs, gap.never_untrained),
     "the untrained model's loss that validation is above then, from the first evaluation on",
     "as gap_worse, of more evaluations"},
    {"gap_never_gain", "share", 0.1, 0.01, 0.9, 0.05, 0.2, offsetof(struct knobs, gap.never_gain),
     "of its first value by which it gets better at most: a loss in other units falls as the training loss does",
     "as gap_turned"},
    {"gap_never_ratio", "x", 2, 1.2, 100, 3, 1.6, offsetof(struct knobs, gap.never_ratio),
     "the training loss at the end that a validation loss near the untrained model's is, wherever the two parted", "our choice"},
    {"gap_shaky_gain", "share", 0.4, 0.1, 0.9, 0.25, 0.5, offsetof(struct knobs, gap.shaky_gain),
     "of its first value by which a validation loss gets better at most that jumps, at several times the training loss",
     "as gap_wide"},
    {"gap_mostly", "share", 0.9, 0.6, 1, 1, 0.8, offsetof(struct knobs, gap.mostly),
     "of many evaluations that are worse than untrained by gap_worse, at gap_wide times the training loss",
     "our choice: one may be lucky"},
    {"gap_flat_points", "points", 3, 2, 1000, 6, 3, offsetof(struct knobs, gap.flat_points),
     "evaluations at gap_wide times a training loss that had come to rest before its first line",
     "seeded training runs: 3.0 times at most, at each evaluation, of 1,400 healthy ones"},
    {"gap_score_points", "points", 10, 4, 1000, 8, 16, offsetof(struct knobs, rises.points),
     "evaluations of a score that rises to the end, beside which a gap is worth knowing only", "our choice"},
    {"gap_score_gain", "share", 0.3, 0.05, 1, 0.2, 0.5, offsetof(struct knobs, rises.gain),
     "of what it lacked at first that such a score has gained",
     "as loss_not_decreasing: what a score that knows is above guessing"},
    {"gap_score_left", "share", 0.1, 0.01, 0.5, 0.2, 0.05, offsetof(struct knobs, rises.left),
     "of its gain that it stands below its best at most", "our choice"},
    {"gap_score_risen", "x", 1.5, 1, 10, 2, 1.2, offsetof(struct knobs, rises_risen),
     "its first value that the loss is below then: one that rises is another trouble", "as gap_apart"},
    {"gap_first_epoch", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, gap.pass_apart),
     "that validation is above training while no row has been seen twice", "1.32 at most on the healthy calibration runs"},
    {"gap_second_epoch", "x", 2, 1.1, 100, 3, 1.6, offsetof(struct knobs, gap.pass_second), "the same in the second epoch",
     "1.53 on the healthy calibration runs that were apart before"},
    {"gap_follows", "share", 0.5, 0.05, 1, 0.3, 0.7, offsetof(struct knobs, gap.pass_follows),
     "of the training loss's fall (of its logarithm) that validation follows at most", "1 where only the units differ"},
    {"gap_score", "share", 0.3, 0.05, 1, 0.4, 0.2, offsetof(struct knobs, score_apart),
     "of the scale that the training score is above from the first evaluation on", "AutoTrainer calls 0.07 to 0.1 overfitting"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static struct early_view beginning_of(const struct state *s, const struct series *series)
{
    for (const struct early *e = s->early; e < s->early + BEGINNINGS; e++)
        if (e->series == series) return (struct early_view){series, s->pool + e->at, e->used};
    return (struct early_view){0};
}

/* In which ways the two are apart from the start. */
struct ways {
    bool at_once;        /* before any row was seen twice */
    bool worse, useless; /* than an untrained model; hardly better than one */
    bool constant;       /* better, and neither closing nor opening */
    bool goes_on;        /* so, and too long or too wide for a small training set */
    size_t from;         /* evaluation */
};

/* Is it another trouble that parts the two, or none: the units, single batches, rows that the model knew before? */
static bool is_none(const struct state *s, const struct gap *g)
{
    return g->late < SOLVED * g->untrained || gap_has_long_tail(g) || held_scores_trained(s->eval_score, s->n_eval_score, g);
}

static struct ways ways_of(const struct state *s, const struct gap *g)
{
    const struct gap_knobs *k = &s->knobs->gap;
    struct ways none = {0}, w = {0};
    const struct early_view held = beginning_of(s, g->eval->series), begins = beginning_of(s, g->train->series);
    double points = (double)g->eval->curve->points;
    bool rounds = boosted(&s->boosting, g->eval->series), mostly = gap_shape_mostly_worse(g, k),
         never = !rounds && (gap_shape_never_as_good(g, k) || mostly), shaky = gap_shape_shaky(g, k);
    if (!g->fallen) return (struct ways){.worse = !rounds && gap_shape_beside_flat(g, k)};
    if (!never && !gap_has_fallen(g, k->train_fall)) return none;
    w.at_once = first_pass_parted(g, k, &held, &begins, &s->epochs, &w.from);
    if (!w.at_once && !never && (rounds || (!shaky && gap_has_turned(g, k)))) return none;
    if (!w.at_once && gap_follows(g, k) && !mostly) return none;
    if (!w.at_once) w.from = never ? 0 : g->first;
    bool apart = g->closest >= k->apart;
    w.worse = never || (apart && g->best >= k->worse * g->untrained && points >= k->worse_points) ||
              (apart && g->best >= k->far_worse * g->untrained);
    w.useless = (apart && g->lowest >= k->useless * g->untrained && g->n - g->first >= 3 && points >= k->min_points) ||
                gap_shape_learns_nothing(g, k);
    w.constant = g->closest >= 0.9 * k->apart && gap_shape_constant(g, k);
    w.goes_on = (w.constant && gap_shape_stays_constant(g, k)) || (g->closest >= 1 && gap_shape_left_behind(g, k)) || shaky;
    return w;
}

static bool judge_loss_gap(const struct state *s, const struct track *eval, const struct findings *out)
{
    struct gap g;
    const struct track *train = track_of_metric(s->train, s->n_train, eval->series);
    if (!train || !track_begins(train)) return false;
    struct early_view begins = beginning_of(s, train->series);
    if (!gap_of(eval, train, &begins, &s->knobs->gap, &g) || is_none(s, &g)) return false;
    struct ways w = ways_of(s, &g);
    bool warns = w.worse || w.useless || w.at_once || w.goes_on;
    if (!warns && !w.constant) return false;
    struct finding f = track_finding(eval, "gap_from_start", w.from);
    double risen = g.e[g.n - 1] / g.e[w.from];
    f.severity = warns ? SEVERITY_WARNING : SEVERITY_INFO;
    if ((w.at_once || w.worse) && risen >= 2)
        f.severity = SEVERITY_CRITICAL; /* as a validation loss that rose so far is anyway */
    if (risen < s->knobs->rises_risen && held_scores_rise(s->eval_score, s->n_eval_score, &s->knobs->rises))
        f.severity = SEVERITY_INFO;
    f.confidence = w.at_once ? 0.98 : w.worse || w.useless ? 0.8 : w.goes_on ? 0.7 : 0.55;
    finding_add(&f, "from", g.e[w.from], "");
    finding_add(&f, "to", g.e[g.n - 1], "");
    finding_add(&f, "train", g.now, "");
    finding_add(&f, "gap_ratio", g.e[g.n - 1] / g.now, "x");
    finding_add(&f, "of_untrained", g.best / g.untrained, "share");
    finding_add(&f, "first_epoch", w.at_once, "");
    out->emit(out->arg, &f);
    return true;
}

/* The same of a score: far below the training score at each evaluation, low, and standing there. */
static void judge_score_gap(const struct state *s, const struct track *eval, const struct findings *out)
{
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS], lowest = INFINITY, highest = -INFINITY, least = INFINITY;
    const struct track *train = track_of_score(s->train_score, s->n_train_score, eval);
    if (!train || (double)eval->curve->points < s->knobs->gap.min_points ||
        (double)train->curve->points < s->knobs->gap.min_points)
        return;
    if (!track_begins(train) || !track_begins(eval)) return;
    size_t n = track_means(eval, e), m = track_levels(train, t);
    double scale = track_share_scale(eval, train);
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, track_at(train, t, eval->curve->buckets[i].first_step) - e[i]);
        lowest = fmin(lowest, e[i]), highest = fmax(highest, e[i]);
    }
    if (least < s->knobs->score_apart * scale || highest - lowest > 0.1 * scale || highest > 0.5 * scale) return;
    if (highest == lowest) return; /* the same to the last digit is no gap but a score that says nothing: score_stuck */
    struct finding f = track_finding(eval, "gap_from_start", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "from", e[0], "");
    finding_add(&f, "to", e[n - 1], "");
    finding_add(&f, "train", t[m - 1], "");
    finding_add(&f, "gap_ratio", t[m - 1] / e[n - 1], "x");
    out->emit(out->arg, &f);
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void hear_progress(struct state *s, const struct point *p)
{
    if (p->series != s->counts && !epochs_is(p->series)) return;
    s->counts = p->series;
    if (isfinite(p->value)) epochs_add(&s->epochs, p);
}

/* Returns the state, which may be at another place now; NULL, with nothing kept, when memory ran out. */
static struct state *add_early(struct state *s, size_t i, const struct point *p, const struct findings *out)
{
    const struct early *last = &s->early[BEGINNINGS - 1];
    uint32_t more = early_more(&s->early[i], p);
    if (more && !(s = state_room(s, out, offsetof(struct state, pool) + (last->at + last->room + more) * sizeof *s->pool)))
        return NULL;
    if (more) early_grow(&s->early[i], (uint32_t)(BEGINNINGS - 1 - i), s->pool, more);
    early_add(&s->early[i], s->pool, p);
    return s;
}

/* As add_early. */
RARELY static struct state *hear(struct state *s, const struct point *p, const struct findings *out)
{
    struct track *t;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        t = track_add(s->train, &s->n_train, TRAINS, p);
        if (t) return add_early(s, (size_t)(t - s->train), p, out);
        break;
    case ROLE_LOSS_EVAL:
        t = track_add(s->eval, &s->n_eval, EVALS, p);
        if (t) return add_early(s, TRAINS + (size_t)(t - s->eval), p, out);
        break;
    case ROLE_PROGRESS: hear_progress(s, p); break;
    case ROLE_SCORE_TRAIN:
        if (p->series->bounded) track_add(s->train_score, &s->n_train_score, SCORES, p);
        break;
    case ROLE_SCORE_EVAL:
        if (p->series->bounded) track_add(s->eval_score, &s->n_eval_score, SCORES, p);
        break;
    default: s->game = true;
    }
    return s;
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    bool parted = false;
    for (uint32_t i = 0; i < s->n_eval && !s->game; i++) parted |= judge_loss_gap(s, &s->eval[i], out);
    for (uint32_t i = 0; i < s->n_eval_score && !s->game && !parted; i++) /* else the losses have said it */
        judge_score_gap(s, &s->eval_score[i], out);
}

RARELY static void say_now(struct state *s, const struct findings *out) { preview_judge(&s->preview, s, say_all, out); }

/* Most are of the first training loss, or of the epoch. */
static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    const struct track *t = &s->train[0];
    bool loss = p->series == t->series && p->past && t->curve == &p->past->coarse && s->segment == p->segment;
    bool joined = false;
    if (loss && isfinite(p->value)) joined = early_join(&s->early[0], s->pool, p);
    else if (p->series == s->counts && isfinite(p->value)) joined = epochs_join(&s->epochs, p);
    if (!joined && !(s = hear(s, p, out))) return;
    if (!joined && p->series == s->train[0].series && isfinite(p->value)) s->segment = p->segment;
    if (preview_due(&s->preview, p) && !s->game) say_now(s, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_split_gap = {.name = "split_gap",
                                            .summary = "validation is bad from the start",
                                            .source = "failure knowledge, section 2: validation is bad, training is good",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_TRAIN) |
                                                     WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_PROGRESS) | GAMES,
                                            .needs = WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_PROGRESS),
                                            .scope = PER_RUN,
                                            .state_size = sizeof(struct state),
                                            .first_size = offsetof(struct state, pool),
                                            .knobs = knobs,
                                            .fact = fact,
                                            .observe = observe,
                                            .finish = finish};
