/* held_out_stops - a held-out loss has become one number, to all its digits, while the training goes on: the weights, which had moved, move no more.
 *
 * The same rows are asked each time, and next to any change of the weights changes the fourth digit of what they cost. One that is the very same
 * at evaluation after evaluation says that nothing is learned any more, whether or not a rate is logged that would tell why: a schedule that has
 * run out, steps that are skipped. It is a plateau, and none of convergence. Where it never moved at all, the training loss must have come down
 * before, in the batches before the first evaluation; what never learned is loss_not_decreasing's. A loss of three digits or fewer stands by its
 * rounding, and one near nothing because there is nothing left; boosters stop adding trees by intention. Worth knowing, and no
 * warning, where it had come to rest before it stopped. */
#include <math.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/preview.h"
#include "stats/track_pair.h"

#define GAMES  (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define BROKEN 20  /* a training loss of which one value in so many is not finite is another trouble: as loss_not_decreasing */
#define NOISES 3.0 /* deviations of a bucket's mean: one in 60 differences by chance */
enum { TRAINS = 2, EVALS = 4, SETTLES = 8 }; /* SETTLES: evaluations before it stops that tell whether it had come to rest */
struct knobs {
    double points, share, fell, left, settled;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    bool game;
    uint64_t finite, broken; /* values of training losses that were, and were not */
    struct track train[TRAINS], eval[EVALS];
    uint32_t n_train, n_eval;
    struct preview preview;
};

static const char *const kinds[] = {"loss_plateau", NULL};
static const struct knob knobs[] = {
    {"held_stops_points", "points", 4, 3, 1000, 8, 3, offsetof(struct knobs, points),
     "evaluations in a row, up to the newest, that give the same number",
     "our choice: four digits agree by chance once in 1,000 each time"},
    {"held_stops_share", "share", 0.5, 0.2, 1, 0.7, 0.4, offsetof(struct knobs, share),
     "of all evaluations that these are, and of the run",
     "seeded training runs: 0.3 of the evaluations in none of 1,200 healthy ones, but of boosters that stopped"},
    {"held_stops_fell", "share", 0.05, 0.01, 0.9, 0.1, 0.03, offsetof(struct knobs, fell),
     "of its first level that the training loss had lost by then, where no evaluation was earlier", "as loss_not_decreasing_end"},
    {"held_stops_left", "share", 0.05, 0.001, 0.5, 0.1, 0.02, offsetof(struct knobs, left),
     "of the first loss that is left at least", "as split_gap's: below it next to all is learned"},
    {"held_stops_settled", "share", 0.02, 0, 0.5, 0.05, 0.01, offsetof(struct knobs, settled),
     "of what it had lost by then, that it lost in the last quarter before it stopped, for a warning",
     "as loss_not_decreasing_change: below it is no change"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Has the number more than three digits? */
static bool has_digits(double x)
{
    double unit = pow(10, floor(log10(fabs(x))) - 2);
    return x != 0 && fabs(x / unit - round(x / unit)) > 1e-4;
}

/* The bucket from which on all values are the newest one; *points: how many there are. */
static uint32_t same_since(const struct track *t, double *points)
{
    const struct bucket *b = t->curve->buckets;
    uint32_t i = t->curve->used;
    double last = b[i - 1].last;
    for (*points = 0; i > 0 && b[i - 1].min == last && b[i - 1].max == last; i--) *points += b[i - 1].n;
    return i;
}

/* Did the training loss come down before the first evaluation, by a good share of its level and far beyond its noise? */
static bool came_down(const struct state *s, const struct track *train, int64_t by)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(train, y), m = 0;
    while (m < n && train->curve->buckets[m].last_step <= by) m++;
    return m >= 3 && y[0] - y[m - 1] >= fmax(s->knobs->fell * y[0], NOISES * track_noise(train));
}

/* Had it come to rest by itself before it stopped? Then nothing is lost by it: some trainers go on behind the end of their schedule. */
static bool had_settled(const struct state *s, const struct bucket *b, uint32_t from)
{
    double value = b[from].mean;
    return from >= SETTLES && b[3 * from / 4].mean - value < s->knobs->settled * (b[0].mean - value);
}

static void judge(const struct state *s, const struct track *eval, const struct findings *out)
{
    double points;
    const struct track *train = track_of_role(s->train, s->n_train, ROLE_LOSS_TRAIN);
    if (!train || train->curve->used < 4 || !track_begins(train) || boosted(&s->boosting, eval->series)) return;
    uint32_t from = same_since(eval, &points);
    const struct bucket *b = eval->curve->buckets, *t = train->curve->buckets;
    double value = b[eval->curve->used - 1].last, first = b[0].mean, began = fmax(first, t[0].max);
    if (points < s->knobs->points || points < s->knobs->share * (double)eval->curve->points || !has_digits(value)) return;
    int64_t begins = t[0].first_step, ends = t[train->curve->used - 1].last_step, stops = b[from].first_step;
    bool beside = train->series->axis == eval->series->axis; /* else the evaluations alone tell how much of the run it is */
    if (beside && (double)(ends - stops) < s->knobs->share * (double)(ends - begins)) return;
    if (value < s->knobs->left * began || (from == 0 && !(beside && came_down(s, train, stops)))) return;
    struct finding f = track_finding(eval, "loss_plateau", from);
    f.severity = had_settled(s, b, from) ? SEVERITY_INFO : SEVERITY_WARNING;
    f.confidence = 0.85;
    finding_add(&f, "to", value, "");
    finding_add(&f, "level_ratio", value / first, "share");
    finding_add(&f, "constant", 1, "");
    finding_add(&f, "points", points, "points");
    out->emit(out->arg, &f);
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->game || BROKEN * s->broken > s->finite) return;
    for (uint32_t i = 0; i < s->n_eval; i++) judge(s, &s->eval[i], out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        if (isfinite(p->value)) s->finite++;
        else s->broken++;
        track_add(s->train, &s->n_train, TRAINS, p);
        break;
    case ROLE_LOSS_EVAL: track_add(s->eval, &s->n_eval, EVALS, p); break;
    default: s->game = true;
    }
    if (preview_due(&s->preview, p)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_held_out_stops = {
    .name = "held_out_stops",
    .summary = "a held-out loss becomes one number: the weights no longer move",
    .source = "failure knowledge F33, F43; the same rows under other weights cost something else",
    .kinds = kinds,
    .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | GAMES,
    .needs = WANTS(ROLE_LOSS_EVAL),
    .scope = PER_RUN,
    .state_size = sizeof(struct state),
    .knobs = knobs,
    .fact = fact,
    .observe = observe,
    .finish = finish};
