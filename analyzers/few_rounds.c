/* few_rounds - a booster, or a network of scikit-learn, was given a handful of rounds, and each of them still helped.
 *
 * How long a run was meant to be no log of a training loop tells, and most could go on a little (still_improving). Two kinds of tools are
 * asked for a number of rounds by one argument, which defaults to a hundred and more: a run of a few of them that stopped while every
 * round still lowered the loss was given too few.
 *   A booster: the held-out loss is as far from its end as the training loss; of the fall of the first half the second half still had a good part,
 *   and much of the loss is left. Each round takes a constant share of what is left, so that the fall of the halves tells how much that is.
 *   However many its rounds: where a handful of values is logged, and both losses fall along a straight line, learning has hardly begun.
 *   A network of scikit-learn, which tells the training loss alone: the library itself warned that it stopped before it had converged. Some
 *   long runs end with that warning too; a held-out score that was better before says that going on is of no use.
 * Judged at the end only. Source: Friedman 2001 (shrinkage and number of rounds); scikit-learn's ConvergenceWarning. */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/track.h"

enum { TRAINS = 4, EVALS = 6, SCORES = 2 };
struct knobs {
    double rounds, points, fit_points, more, gain, bend, left, fit_left, straight_points, line_points, straight_bend,
        straight_left, straight_fallen;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    double stopped_at; /* iterations, as the library's warning says; 0: it gave none */
    uint32_t n_train, n_eval, n_score;
    struct track train[TRAINS], eval[EVALS], score[SCORES]; /* behind first_size but for the first of training */
};
enum { FIRST_SIZE = offsetof(struct state, train) + sizeof(struct track) };
/* How a loss falls. */
struct fall {
    double to, slope, bend, left; /* slope: a round, in the last quarter; bend: of the second half, by the first half's */
    double rounds, values;        /* from the first to the last round; how many of them were logged */
    bool straight;                /* told for that */
};

static const char *const kinds[] = {"still_improving", NULL};
static const struct knob knobs[] = {
    {"few_rounds", "steps", 25, 5, 1000, 15, 30, offsetof(struct knobs, rounds), "that are few",
     "a quarter of the fewest that an estimator has by default: 100 of XGBoost, LightGBM and scikit-learn's trees"},
    {"few_rounds_points", "points", 3, 3, 100, 5, 3, offsetof(struct knobs, points), "values of both losses of a booster",
     "two halves; rounds have no noise"},
    {"few_rounds_fit", "points", 6, 4, 100, 8, 5, offsetof(struct knobs, fit_points), "values of a network's loss",
     "three falls in a row come by chance once in 24"},
    {"few_rounds_more", "share", 0.2, 0.05, 2, 0.2, 0.2, offsetof(struct knobs, more),
     "of the rounds so far, for which the gain is predicted", "as still_improving_more"},
    {"few_rounds_gain", "share", 0.03, 0.005, 0.9, 0.06, 0.02, offsetof(struct knobs, gain),
     "of the loss that they bring at least", "as still_improving_gain"},
    {"few_rounds_bend", "share", 0.25, 0.05, 1, 0.4, 0.2, offsetof(struct knobs, bend),
     "of the fall of the first half that the second half must still have",
     "an exponential has a sixteenth of it all to come then"},
    {"few_rounds_left", "share", 0.2, 0.05, 1, 0.4, 0.1, offsetof(struct knobs, left), "of its first value that must be left",
     "our choice"},
    {"few_rounds_fit_left", "share", 0.1, 0.01, 1, 0.3, 0.05, offsetof(struct knobs, fit_left),
     "the same of a network's training loss", "seeded training runs: below it their scores were 0.01 from their best"},
    {"few_rounds_straight_points", "points", 4, 4, 100, 6, 4, offsetof(struct knobs, straight_points),
     "values before a booster's fall is called straight", "two of each half; rounds have no noise"},
    {"few_rounds_line_points", "points", 33, 4, 1000, 10, 33, offsetof(struct knobs, line_points), "from which on it is not",
     "a curve holds no more values than that one by one, and of more still_improving has a line"},
    {"few_rounds_straight_bend", "share", 0.7, 0.3, 1, 0.85, 0.6, offsetof(struct knobs, straight_bend),
     "of the fall of the first half that the second half must have then, and no more than its inverse",
     "as still_improving_bend"},
    {"few_rounds_straight_left", "share", 0.75, 0.3, 1, 0.85, 0.6, offsetof(struct knobs, straight_left),
     "of the first value that must be left then", "as still_improving_left"},
    {"few_rounds_straight_fallen", "share", 0.02, 0.001, 0.5, 0.05, 0.01, offsetof(struct knobs, straight_fallen),
     "of the first value that it must have lost", "as still_improving_fallen"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double slope(const struct bucket *from, const struct bucket *to)
{
    return (from->mean - to->mean) / (double)(to->first_step - from->first_step);
}

/* fall_of - false where not every value is known, from the first round on, or where a round of the second half did not lower it. */
static bool fall_of(const struct track *t, double least, struct fall *ret)
{
    const struct bucket *b = t->curve->buckets;
    uint32_t n = t->curve->used, half = 0;
    if (!n || (double)n < least || t->curve->width != 1 || b[0].first_step > 1 || !(b[n - 1].mean > 0)) return false;
    double rounds = (double)(b[n - 1].first_step - b[0].first_step);
    if (rounds < 2) return false;
    while (half + 2 < n && 2 * (b[half + 1].first_step - b[0].first_step) <= b[n - 1].first_step - b[0].first_step) half++;
    if (half == 0) half = 1;
    for (uint32_t i = half; i < n; i++)
        if (b[i].first_step <= b[i - 1].first_step || b[i].mean >= b[i - 1].mean) return false;
    uint32_t late = n > 4 ? n - 1 - n / 4 : n - 2;
    *ret = (struct fall){.to = b[n - 1].mean,
                         .slope = slope(&b[late], &b[n - 1]),
                         .bend = slope(&b[half], &b[n - 1]) / slope(&b[0], &b[half]),
                         .left = b[n - 1].mean / b[0].mean,
                         .rounds = rounds,
                         .values = n};
    return true;
}

static double gain_of(const struct state *s, const struct fall *f) { return f->slope * s->knobs->more * (f->rounds + 1); }

static bool tell(const struct state *s, const struct track *t, const struct fall *f, const struct findings *out)
{
    double gain = gain_of(s, f);
    struct finding told = track_finding(t, "still_improving", t->curve->used - 1);
    told.severity = SEVERITY_WARNING;
    told.confidence = 0.85;
    finding_add(&told, "to", f->to, "");
    finding_add(&told, "gain", gain, "");
    finding_add(&told, "gain_low", gain * fmin(f->bend, 1), "");
    finding_add(&told, "gain_high", gain, "");
    finding_add(&told, "more", s->knobs->more, "share");
    finding_add(&told, "gain_share", gain / f->to, "share");
    finding_add(&told, "straight", f->straight, "");
    out->emit(out->arg, &told);
    return true;
}

/* has_far_to_go - of few rounds. */
static bool has_far_to_go(const struct state *s, const struct fall *f, double left)
{
    return f->rounds + 1 <= s->knobs->rounds && f->left >= left && gain_of(s, f) >= s->knobs->gain * f->to;
}

/* has_hardly_begun - a straight fall of any number of rounds, of too few values for still_improving's line. */
static bool has_hardly_begun(const struct state *s, const struct fall *f)
{
    return f->values >= s->knobs->straight_points && f->values < s->knobs->line_points && f->bend >= s->knobs->straight_bend &&
           f->bend <= 1 / s->knobs->straight_bend && f->left >= s->knobs->straight_left &&
           f->left <= 1 - s->knobs->straight_fallen;
}

static bool goes_on(const struct state *s, const struct track *t, struct fall *f)
{
    if (!fall_of(t, s->knobs->points, f)) return false;
    f->straight = has_hardly_begun(s, f);
    return f->straight || (f->bend >= s->knobs->bend && has_far_to_go(s, f, s->knobs->left));
}

/* Each held-out loss of a booster must go on as the training loss does; the first one is told. */
static bool judge_booster(const struct state *s, const struct track *train, const struct findings *out)
{
    struct fall f, of_first;
    const struct track *first = NULL;
    if (!boosted(&s->boosting, train->series) || !boosted_smoothly(train->series) || !goes_on(s, train, &f)) return false;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        if (strcmp(s->eval[i].series->metric, train->series->metric) != 0) continue;
        if (!goes_on(s, &s->eval[i], &f)) return false;
        if (!first) first = &s->eval[i], of_first = f;
    }
    return first && tell(s, first, &of_first, out);
}

/* Is a held-out score, where there is one, at its best in the last quarter? */
static bool scores_go_on(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_score; i++) {
        const struct curve *c = s->score[i].curve;
        uint32_t best = 0;
        for (uint32_t j = 1; j < c->used; j++)
            if (c->buckets[j].mean >= c->buckets[best].mean) best = j;
        if (4 * (best + 1) < 3 * c->used) return false;
    }
    return true;
}

static bool judge_fit(const struct state *s, const struct track *train, const struct findings *out)
{
    struct fall f;
    if (!fall_of(train, s->knobs->fit_points, &f) || !has_far_to_go(s, &f, s->knobs->fit_left) || !scores_go_on(s)) return false;
    double ends = (double)train->curve->buckets[train->curve->used - 1].last_step;
    return fabs(ends - s->stopped_at) <= 1 && tell(s, train, &f, out); /* iterations are counted from 0 or 1 */
}

static void finish(void *state, const struct findings *out)
{
    const struct state *s = state;
    for (uint32_t i = 0; i < s->n_train; i++)
        if (judge_booster(s, &s->train[i], out) || (s->stopped_at > 0 && judge_fit(s, &s->train[i], out))) return;
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    boosting_fact(&s->boosting, key, value);
    if (strcmp(key, "stopped_at_iterations") == 0) s->stopped_at = strtod(value, NULL);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool first = p->series->role == ROLE_LOSS_TRAIN && (!s->n_train || s->train[0].series == p->series);
    if (!first && !(s = state_whole(s, out))) return;
    if (p->series->role == ROLE_LOSS_TRAIN) track_add(s->train, &s->n_train, TRAINS, p);
    else if (p->series->role == ROLE_LOSS_EVAL) track_add(s->eval, &s->n_eval, EVALS, p);
    else if (p->series->better == BETTER_HIGHER) track_add(s->score, &s->n_score, SCORES, p);
    rest_for(out, REST);
}

const struct analyzer analyzer_few_rounds = {.name = "few_rounds",
                                             .summary = "a booster or a fit was given too few rounds",
                                             .source = "failure knowledge F37; Friedman 2001",
                                             .kinds = kinds,
                                             .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                             .needs = WANTS(ROLE_LOSS_TRAIN),
                                             .scope = PER_RUN,
                                             .state_size = sizeof(struct state),
                                             .first_size = FIRST_SIZE,
                                             .knobs = knobs,
                                             .fact = fact,
                                             .observe = observe,
                                             .finish = finish};
