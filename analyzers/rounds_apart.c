/* rounds_apart - the rounds of a booster bring the rows it learns from something, and held-out rows nothing at all.
 *
 * A round takes its share of what is left, the strongest relation first, and what holds in general is stronger than what holds of single rows. So
 * where a relation was there to be found the first rounds lower both losses nearly alike, however soon held-out rows part from the others
 * then: that is overfitting. A held-out loss that gains next to nothing, from the very first round on, was never reached by what is learned. Two faults do so, and how the training loss falls tells which.
 *   It falls evenly: there is nothing to be found first, every tree learns a few rows by heart. Labels and rows do not belong together in
 *   training, or the columns say nothing of them. No score gets better: score_stuck.
 *   It falls steeply first, as it does where there is a relation: held-out rows come in another shape, by their preparation or their
 *   labels. The two losses never met: gap_from_start.
 * Only where the log has the first round: behind it the best may have been. And not where a round takes much of all there is, or where the
 * rows have been learned by heart: there the first round has brought already what there was to gain.
 * Source: Friedman 2001 (shrinkage). */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/heard.h"
#include "stats/preview.h"
#include "stats/track.h"

enum { TRAINS = 4, EVALS = 6 };
struct knobs {
    double points, fell, by_heart, round, begun, gains, gain, even;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    struct heard train[TRAINS], eval[EVALS];
    uint32_t n_train, n_eval;
    struct preview preview;
};

static const char *const kinds[] = {"gap_from_start", "score_stuck", NULL};
static const struct knob knobs[] = {
    {"rounds_points", "points", 6, 4, 1000, 10, 5, offsetof(struct knobs, points), "values of both losses", "our choice"},
    {"rounds_fell", "share", 0.03, 0.005, 0.5, 0.05, 0.02, offsetof(struct knobs, fell),
     "of its first value that the training loss must have lost", "as overfitting_train"},
    {"rounds_by_heart", "share", 0.88, 0.5, 1, 0.8, 0.92, offsetof(struct knobs, by_heart),
     "of its first value that it has lost at most: beyond it rows are learned by heart",
     "seeded training runs: those that overfitted from the first round on had lost 0.89 and more"},
    {"rounds_round", "share", 0.2, 0.02, 0.9, 0.1, 0.25, offsetof(struct knobs, round),
     "of all that it loses that a round takes at most", "our choice: two thirds of XGBoost's own learning rate"},
    {"rounds_begun", "share", 0.1, 0.01, 0.9, 0.2, 0.05, offsetof(struct knobs, begun),
     "of all that it loses, from which on the two are compared", "our choice: before it a few held-out rows decide"},
    {"rounds_gains", "share", 0.1, 0, 0.9, 0.05, 0.15, offsetof(struct knobs, gains),
     "of what the training loss has lost that the held-out loss has at most",
     "seeded training runs: 0.6 at least in 150 healthy ones, when a quarter or half was lost; rounds of weak relations: 0.1 to "
     "0.24"},
    {"rounds_gain", "share", 0.005, 0, 0.1, 0.002, 0.01, offsetof(struct knobs, gain),
     "of its first value that the held-out loss ever gains at most", "as rounds_gains: 0.007 to 0.04 of weak relations"},
    {"rounds_even", "share", 0.61, 0.5, 0.95, 0.6, 0.63, offsetof(struct knobs, even),
     "of the fall of its logarithm that the first half of the rounds brings at most, to be even",
     "0.5 is a constant rate; seeded training runs: 0.51 to 0.59 of shuffled labels, 0.64 to 0.92 of a relation"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The two losses round by round, in buckets of the fine curves. */
struct pair {
    const struct curve *t, *e;
    double first, held_first; /* the values of the first round */
    double last, fell;        /* of the training loss; the share that it lost */
};

/* May the losses be compared: positive, of several rounds, from the first one on? */
static bool is_whole(const struct curve *c, double least)
{
    if ((double)c->points < least || c->used < 4 || c->buckets[0].first_step > 1) return false;
    for (uint32_t i = 0; i < c->used; i++)
        if (!(c->buckets[i].min > 0)) return false;
    return c->buckets[c->used - 1].last_step > c->buckets[0].last_step;
}

static bool pair_up(const struct curve *train, const struct curve *eval, double least, struct pair *ret)
{
    if (!is_whole(train, least) || !is_whole(eval, least)) return false;
    *ret = (struct pair){train, eval, train->buckets[0].max, eval->buckets[0].max, train->buckets[train->used - 1].mean, 0};
    ret->fell = 1 - ret->last / ret->first;
    return true;
}

static int64_t middle(const struct bucket *b) { return b->first_step + (b->last_step - b->first_step) / 2; }

/* The training loss at a round, between the rounds that were logged along a straight line. */
static double at(const struct pair *p, int64_t round)
{
    const struct bucket *b = p->t->buckets;
    uint32_t i = 0;
    while (i + 1 < p->t->used && middle(&b[i]) < round) i++;
    if (i == 0 || middle(&b[i]) <= round) return b[i].mean;
    int64_t from = middle(&b[i - 1]);
    return b[i - 1].mean + (b[i].mean - b[i - 1].mean) * (double)(round - from) / (double)(middle(&b[i]) - from);
}

/* The share of all it loses that the training loss loses in its first round. */
static double of_a_round(const struct pair *p)
{
    double rounds = (double)(middle(&p->t->buckets[1]) - p->t->buckets[0].first_step);
    double left = 1 - (1 - p->t->buckets[1].mean / p->first) / p->fell;
    return 1 - pow(fmax(left, 0), 1 / fmax(rounds, 1));
}

/* The most that the held-out loss ever had of what the training loss had lost. */
static double most_gained(const struct pair *p, double begun)
{
    double most = -INFINITY;
    for (uint32_t i = 1; i < p->e->used; i++) {
        double fell = 1 - at(p, middle(&p->e->buckets[i])) / p->first;
        if (fell >= begun * p->fell) most = fmax(most, (1 - p->e->buckets[i].mean / p->held_first) / fell);
    }
    return most;
}

/* The share of its first value that the held-out loss ever gained. */
static double held_gain(const struct pair *p)
{
    double best = p->held_first;
    for (uint32_t i = 1; i < p->e->used; i++) best = fmin(best, p->e->buckets[i].min);
    return 1 - best / p->held_first;
}

/* The share of the fall of its logarithm in the first half of the rounds. */
static double first_half(const struct pair *p)
{
    int64_t begins = p->t->buckets[0].first_step, ends = p->t->buckets[p->t->used - 1].last_step;
    return log(p->first / at(p, begins + (ends - begins) / 2)) / log(p->first / p->last);
}

static bool tell(const struct state *s, const struct heard *train, const struct heard *eval, const struct findings *out)
{
    struct past_room room, held_room;
    struct pair p;
    if (!pair_up(past_fine(train->past, &room), past_fine(eval->past, &held_room), s->knobs->points, &p)) return false;
    if (p.fell < s->knobs->fell || p.fell > s->knobs->by_heart || of_a_round(&p) > s->knobs->round) return false;
    double gained = most_gained(&p, s->knobs->begun), half = first_half(&p);
    if (gained > s->knobs->gains || held_gain(&p) > s->knobs->gain) return false;
    bool even = half <= s->knobs->even;
    struct track t = {eval->series, &eval->past->coarse};
    struct finding f = track_finding(&t, even ? "score_stuck" : "gap_from_start", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.85;
    finding_add(&f, "from", p.held_first, "");
    finding_add(&f, "to", p.e->buckets[p.e->used - 1].last, "");
    finding_add(&f, "train", p.t->buckets[p.t->used - 1].last, "");
    finding_add(&f, "points", (double)p.e->points, "points");
    finding_add(&f, "gained", gained, "share");
    finding_add(&f, "first_half", half, "share");
    out->emit(out->arg, &f);
    return true;
}

static void say_all(void *state, const struct findings *out)
{
    const struct state *s = state;
    for (uint32_t i = 0; i < s->n_eval; i++)
        for (uint32_t j = 0; j < s->n_train; j++) {
            const struct series *e = s->eval[i].series, *t = s->train[j].series;
            if (strcmp(e->metric, t->metric) != 0 || !boosted(&s->boosting, t) || !boosted_smoothly(t)) continue;
            if (tell(s, &s->train[j], &s->eval[i], out)) return;
        }
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value) || !p->past) return;
    if (p->series->role == ROLE_LOSS_TRAIN) (void)heard_place(s->train, &s->n_train, TRAINS, p);
    else (void)heard_place(s->eval, &s->n_eval, EVALS, p);
    if (preview_due_at_rest(&s->preview, p, out)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_rounds_apart = {.name = "rounds_apart",
                                               .summary = "a booster's rounds bring held-out rows nothing",
                                               .source = "Friedman 2001 (shrinkage); failure knowledge F07, F09",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL),
                                               .needs = WANTS(ROLE_LOSS_EVAL),
                                               .scope = PER_RUN,
                                               .counts = true,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .fact = fact,
                                               .observe = observe,
                                               .finish = finish};
