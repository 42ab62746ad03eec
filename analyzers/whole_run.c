/* whole_run - no curve by itself says enough, and all of them together do.
 *
 * Every other analyzer waits until one symptom is beyond doubt. A run may show four that are not: a loss that fell by a third, a held-out loss
 * that came back half way, a score that repeats itself, batches that scatter more than they should. Once the run is over its losses, scores
 * and gradient norm are put into numbers without units (stats/whole.h) and weighed together by trees fitted to seeded training runs of known
 * fault, or none (stats/whole_trees.h). What was seen decides what it is called: a loss that hardly fell, or rose, a held-out loss that stands apart
 * from training, or one that gets nowhere. Judged only where the log begins with the run, and told only where nothing else is (engine/judge):
 * a symptom that has a name of its own says more. Source: Friedman 2001 (greedy function approximation: boosted trees). */
#include "whole_run.h"

#include <string.h>

#include "stats/lead.h"
#include "stats/short_steps.h"
#include "stats/track_level.h"
#include "stats/whole_trees.h"

struct knobs {
    double sure, unseen, points, hardly, good, apart, back, knew;
};
struct state {
    const struct knobs *knobs;
    const struct series *series[WHOLE_CURVES];
    const struct past *past[WHOLE_CURVES];
    const struct past *rate; /* of the learning rate; NULL: not logged */
    bool game;
};

static const char *const kinds[] = {"loss_plateau",   "loss_divergence",  "validation_divergence",
                                    "gap_from_start", "loss_oscillation", NULL};
static const struct knob knobs[] = {
    {"whole_run_sure", "share", 0.87, 0.5, 0.999, 0.93, 0.82, offsetof(struct knobs, sure),
     "of runs that look like it that are faulty, for a warning",
     "tests/rates/fit_whole.py, each split by the others: 5 of 1,801 healthy runs are beyond it"},
    {"whole_run_unseen", "share", 0.97, 0.5, 0.999, 0.985, 0.93, offsetof(struct knobs, unseen),
     "the same where a held-out score is logged without its loss",
     "few of the runs that the trees are fitted to are such: 9 of 1,574 healthy ones were beyond the other without theirs, none "
     "beyond it"},
    {"whole_run_points", "points", 6, 3, 1000, 8, 4, offsetof(struct knobs, points), "of a loss, at least", "our choice"},
    {"whole_run_hardly", "share", 0.3, 0.01, 0.9, 0.3, 0.3, offsetof(struct knobs, hardly),
     "of its first value that the training loss fell by, for what it is called", "our choice: names it, and decides nothing"},
    {"whole_run_good", "share", 0.8, 0.1, 0.99, 0.8, 0.8, offsetof(struct knobs, good),
     "of its first value that it fell by where training is good and the held-out loss is not",
     "our choice: names it, and decides nothing"},
    {"whole_run_apart", "x", 2, 1, 100, 2, 2, offsetof(struct knobs, apart),
     "the training loss that the held-out loss is, for the same", "our choice: names it, and decides nothing"},
    {"whole_run_back", "share", 0.15, 0.01, 10, 0.15, 0.15, offsetof(struct knobs, back),
     "of its best that the held-out loss has come back by, for the same; and of its first value that a training loss has risen "
     "by",
     "our choice: names it, and decides nothing"},
    {"whole_run_knew", "nats", 0.4, 0.05, 0.69, 0.5, 0.3, offsetof(struct knobs, knew),
     "below which a held-out loss begins where the weights knew the task before, for a training loss that stands",
     "as loss_not_decreasing_knew; of faulty zoo runs that nothing else finds the lowest begins at 0.47"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double add_up(const struct whole_node *tree, const double *x)
{
    const struct whole_node *n = tree;
    while (n->feature >= 0) n = tree + ((isnan(x[n->feature]) ? n->unknown : (float)x[n->feature] < n->at) ? n->yes : n->no);
    return (double)n->at;
}

/* The share of runs with such numbers that are faulty. */
static double share_faulty(const double *x)
{
    double odds = (double)whole_base;
    for (uint16_t i = 0; i < whole_n_trees; i++) odds += add_up(&whole_nodes[whole_trees[i]], x);
    return 1 / (1 + exp(-odds));
}

static struct track track_at(const struct state *s, enum whole_curve at)
{
    return (struct track){s->series[at], s->past[at] ? &s->past[at]->coarse : NULL};
}

static const char *name_of(const struct state *s, const double *x)
{
    if (!s->past[WHOLE_TRAIN]) return x[WHOLE_HELD_BACK] > s->knobs->back ? "validation_divergence" : "loss_plateau";
    if (x[WHOLE_TRAIN_FELL] > s->knobs->back) return "loss_divergence";
    if (!(x[WHOLE_TRAIN_FELL] < -s->knobs->hardly)) return "loss_plateau";
    bool good = x[WHOLE_TRAIN_FELL] < -s->knobs->good;
    return good && x[WHOLE_GAP_LAST] > log10(s->knobs->apart) && x[WHOLE_HELD_BACK] > s->knobs->back ? "gap_from_start"
                                                                                                     : "loss_oscillation";
}

/* What somebody trained before has next to nothing to learn: it stands as one does that learns nothing, and far below what guessing costs. */
static bool knew_before(const struct state *s, const double *x)
{
    const struct track held = track_at(s, WHOLE_HELD);
    bool low = held.curve && held.curve->used && held.curve->buckets[0].mean < s->knobs->knew;
    return low && strcmp(name_of(s, x), "loss_plateau") == 0;
}

/* A loss that is printed as one number, 0 above all, tells nothing of training. */
static bool moves(const struct curve *c)
{
    for (uint32_t i = 0; i < c->used; i++)
        if (c->buckets[i].min < c->buckets[i].max || c->buckets[i].last != c->buckets[0].last) return true;
    return false;
}

static void finish(void *state, const struct findings *out)
{
    const struct state *s = state;
    const struct track t = track_at(s, s->past[WHOLE_TRAIN] ? WHOLE_TRAIN : WHOLE_HELD);
    const struct track held = track_at(s, WHOLE_HELD);
    double x[WHOLE_FEATURES];
    if (s->game || !curves_open(out) || !t.curve || !t.curve->used || (double)t.curve->points < s->knobs->points ||
        !track_begins(&t) || !moves(t.curve))
        return;
    whole_features(s->past, x);
    double share = share_faulty(x);
    bool unseen = s->past[WHOLE_SCORE] && !s->past[WHOLE_HELD];
    if (share < (unseen ? s->knobs->unseen : s->knobs->sure) || knew_before(s, x)) return;
    struct finding f = track_finding(&t, name_of(s, x), 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = share;
    finding_add(&f, "from", track_level(&t, 0, 0.1), "");
    finding_add(&f, "to", track_level(&t, 0.9, 1), "");
    finding_add(&f, "points", (double)t.curve->points, "points");
    finding_add(&f, "runs_alike", share, "share");
    finding_add(&f, "straight", s->past[WHOLE_HELD] && short_steps_straight(&held, s->rate), "");
    finding_add(&f, "steady", short_steps_steady(s->past[WHOLE_NORM]), "");
    finding_add(&f, "warms_up", short_steps_warm_up(s->rate), "");
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    int at = whole_curve_of(p->series);
    if (p->series->role == ROLE_LEARNING_RATE && !s->rate) s->rate = p->past;
    s->game |= whole_is_game(p->series->role);
    if (at >= 0 && p->past && (!s->series[at] || s->series[at] == p->series || lead_of(p->series, s->series[at])))
        s->series[at] = p->series, s->past[at] = p->past;
    rest_for(out, REST);
}

const struct analyzer analyzer_whole_run = {.name = "whole_run",
                                            .summary = "its curves together look like a faulty run",
                                            .source = "Friedman 2001 (boosted trees); seeded training runs",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL) |
                                                     WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_LEARNING_RATE) |
                                                     WHOLE_GAMES,
                                            .scope = PER_RUN,
                                            .blind = true,
                                            .state_size = sizeof(struct state),
                                            .knobs = knobs,
                                            .observe = observe,
                                            .finish = finish};
