/* score_swings - a held-out score goes up and down from one evaluation to the next, by far more than its rows can make it, and gets nowhere.
 *
 * The same rows are asked each time, so what a share of right answers moves by is the weights, and the chance of so many rows: two models that
 * know nothing of each other and are right as often differ by sqrt(2 p (1 - p) / n), two states of one model by less. Scores tell it before
 * losses do: those of a healthy run swing too, where a few rows cost most, while the rows that are answered right hardly change. It is told where the
 * middle one of its moves lies far beyond that chance and is worth speaking of, where it turns at every other evaluation, and where the last
 * ones are no better than the first by more than a move and a half. How many rows there are the shares themselves tell (stats/quantum.h); where they do
 * not, nothing is said. Source: the binomial distribution; failure knowledge F35. */
#include "stats/preview.h"
#include "stats/quantum.h"
#include "stats/swing.h"
#include "stats/track_level.h"

#define NORMAL 0.6745 /* the middle one of sizes, in standard deviations */
enum { SCORES = 4 };
struct knobs {
    double min_points, begins, move, chance, turns, net;
};
struct state {
    const struct knobs *knobs;
    struct track score[SCORES];
    uint32_t n;
    struct preview preview;
};

static const char *const kinds[] = {"loss_oscillation", NULL};
static const struct knob knobs[] = {
    {"score_swings_points", "points", 10, 8, 100000, 16, 9, offsetof(struct knobs, min_points),
     "evaluations before anything is said", "as loss_oscillation_held"},
    {"score_swings_begins", "share", 0.34, 0, 0.9, 0.5, 0.25, offsetof(struct knobs, begins), "of the run that is left out",
     "a score that rises is no swing"},
    {"score_swings_move", "share", 0.05, 0.005, 0.9, 0.1, 0.03, offsetof(struct knobs, move),
     "of the scale that the middle one of its moves is at least",
     "our choice: what no good step does to one answer in twenty, every other time"},
    {"score_swings_chance", "sd", 2.2, 1, 20, 3, 1.8, offsetof(struct knobs, chance),
     "of the difference of two models that share nothing", "seeded training runs: up to 2.0 in healthy ones that turn as often"},
    {"score_swings_turns", "share", 0.5, 0.1, 1, 0.6, 0.4, offsetof(struct knobs, turns), "of the evaluations at which it turns",
     "two thirds for noise alone"},
    {"score_swings_net", "x", 1.6, 0.1, 100, 1, 2, offsetof(struct knobs, net),
     "the move that the last third lies from the first one, at most", "our choice: more is a way to somewhere"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* A score that stands between two moves turns nowhere. */
static double turns_of(const double *y, size_t n)
{
    double turns = 0;
    for (size_t i = 2; i < n; i++) turns += (y[i] - y[i - 1]) * (y[i - 1] - y[i - 2]) < 0;
    return turns;
}

static double third_from_third(const double *y, size_t n)
{
    size_t third = (n + 2) / 3;
    return fabs(robust_median(y + n - third, third) - robust_median(y, third));
}

/* What two models would differ by that are right as often and share nothing else, over the rows of this score; infinite where nobody can tell. */
static double chance_of(const struct track *t, double scale, double level)
{
    struct quantum q = {.n = 0};
    for (uint32_t i = 0; i < t->curve->used; i++) quantum_add(&q, t->curve->buckets[i].last / scale);
    double rows = quantum_examples(&q), p = fmin(fmax(level / scale, 1 / (rows + 1)), rows / (rows + 1));
    return rows > 0 ? scale * sqrt(2 * p * (1 - p) / rows) : (double)INFINITY;
}

static void judge(const struct state *s, const struct track *t, const struct findings *out)
{
    double y[TRACK_BUCKETS], scale = track_high(t) > 1.5 ? 100 : 1;
    size_t n = t->curve->used, from = (size_t)(s->knobs->begins * (double)n);
    for (size_t i = 0; i < n; i++)
        y[i] = t->curve->buckets[i].last; /* of many evaluations one of each stretch: their mean swings less */
    if ((double)t->curve->points < s->knobs->min_points || n < 8 || !track_begins(t) || track_low(t) < 0) return;
    struct swing w = swing_of(y + from, n - from);
    double turns = turns_of(y + from, n - from), net = third_from_third(y + from, n - from);
    if (w.move < s->knobs->move * scale || turns < s->knobs->turns * (double)(n - from - 2) || net > s->knobs->net * w.move)
        return;
    if (w.move < s->knobs->chance * NORMAL * chance_of(t, scale, robust_median(y + from, n - from))) return;
    struct finding f = track_finding(t, "loss_oscillation", from);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.8;
    finding_add(&f, "from", w.low, "");
    finding_add(&f, "to", w.high, "");
    finding_add(&f, "waves", round(turns / 2), "waves");
    finding_add(&f, "period", 2 * (double)(n - from) / fmax(turns, 1), "points");
    finding_add(&f, "move", w.move, "");
    out->emit(out->arg, &f);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n; i++) judge(s, &s->score[i], out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n, SCORES, p);
    if (preview_due_at_rest(&s->preview, p, out)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_score_swings = {.name = "score_swings",
                                               .summary = "a held-out score swings and gets nowhere",
                                               .source = "binomial distribution; failure knowledge F35",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_SCORE_EVAL),
                                               .scope = PER_RUN,
                                               .counts = true,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .observe = observe,
                                               .finish = finish};
