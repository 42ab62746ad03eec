/* loss_starts_high - the first losses of a classifier are far above what guessing costs.
 *
 * An untrained network knows nothing and should say so: its cross-entropy begins near ln n, which is 7 for a thousand classes and 11 for a
 * vocabulary of fifty thousand. One that begins at a hundred is certain of wrong answers before it has seen anything: inputs that are not
 * scaled, weights that are far too large, or a first step that threw it there. Judged only where an accuracy is logged, for the loss
 * of numbers has no such measure, and only where training and held-out loss agree on the height: sums over batches of different number do
 * not. Worth knowing, as a rule; a warning where the loss stays far above what so many wrong answers cost, to the end, and the answers get
 * no better, or not steadily. And a warning where each wrong answer costs the same at every evaluation, fifteen nats or more: all outputs stand
 * at 0 and 1, and what is paid is where the logarithm was clipped (16.1 at 1e-7). Source: Karpathy, A recipe (verify the loss at init); TheDeepChecker. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/past.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define RISEN                                                                                                                    \
    0.002 /* of the first training loss, that the later ones lie above it: the first rows were answered before a step threw the outputs */
#define STEADILY 4 /* Mann-Kendall z: none of 10,000 by chance */
enum { TRAINS = 2, EVALS = 2, SCORES = 2 };
struct knobs {
    double high, agree, falls, min_points, stays, gain, few, clipped, same, thrown, learned;
};
struct state {
    const struct knobs *knobs;
    struct track train[TRAINS], eval[EVALS];
    uint32_t n_train, n_eval;
    bool game, classes;
    struct track score[SCORES];
    uint32_t n_score;
    const struct past *first; /* of the first training loss */
};

static const char *const kinds[] = {"loss_starts_high", NULL};
static const struct knob knobs[] = {
    {"loss_starts_high", "nats", 12, 5, 1000, 20, 8, offsetof(struct knobs, high), "from which the first losses are too high",
     "ln 160,000: no usual number of classes costs as much to guess among"},
    {"loss_starts_agree", "x", 8, 1.5, 100, 5, 12, offsetof(struct knobs, agree),
     "that the first held-out loss and the highest of the first training losses may be apart", "our choice"},
    {"loss_starts_falls", "x", 30, 2, 10000, 60, 15, offsetof(struct knobs, falls),
     "above ln 1,000 beyond which they need not agree", "our choice"},
    {"loss_starts_points", "points", 4, 2, 1000, 8, 3, offsetof(struct knobs, min_points),
     "values of each before anything is said", "our choice"},
    {"loss_starts_stays", "x", 3, 1.5, 100, 6, 2, offsetof(struct knobs, stays),
     "-ln of the held-out accuracy that neither loss ever comes below, for a warning", "who guesses among n pays ln n for 1 / n"},
    {"loss_starts_gain", "share", 0.1, 0.01, 0.5, 0.05, 0.2, offsetof(struct knobs, gain),
     "of the scale that the accuracy gains at most then", "our choice"},
    {"loss_starts_few", "share", 0.4, 0.05, 0.9, 0.3, 0.5, offsetof(struct knobs, few),
     "of the answers that are right at most then", "our choice: two classes are guessed more often"},
    {"loss_starts_clipped", "nats", 15, 11, 1000, 16, 13, offsetof(struct knobs, clipped),
     "for each wrong answer, from which outputs stand at 0 and 1",
     "-ln of what logarithms are clipped at: 2^-23 is 15.9, 1e-7 16.1"},
    {"loss_starts_same", "share", 0.01, 0.001, 0.05, 0.005, 0.02, offsetof(struct knobs, same),
     "by which that cost differs between evaluations at most", "four digits of an accuracy of some hundred rows"},
    {"loss_starts_thrown", "nats", 15, 12, 1000, 25, 12, offsetof(struct knobs, thrown),
     "from which a first training loss is too high that is gone a few values later",
     "as loss_starts_high, and a few more for weights drawn too large: seeded training runs of inputs that are not scaled have "
     "20 and more"},
    {"loss_starts_learned", "share", 0.8, 0.5, 1, 0.7, 0.9, offsetof(struct knobs, learned),
     "of the held-out answers that are right at last, from which on a step that threw the weights did no harm",
     "as softmax_floor_score"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Does each wrong answer of the held-out rows cost the same, and as much as a clipped logarithm does? An honest loss differs from row to row. */
static bool is_clipped(const struct state *s, const struct track *eval)
{
    const struct track *t = track_of_role(s->score, s->n_score, ROLE_SCORE_EVAL);
    const struct curve *l = eval->curve, *a = t ? t->curve : NULL;
    double scale = t && track_high(t) > 1.5 ? 100 : 1, low = INFINITY, high = 0;
    if (!a || track_low(t) == track_high(t)) return false; /* one answer for all is told by loss_not_decreasing */
    if (l->used != a->used || l->width != a->width || (double)l->points < s->knobs->min_points) return false;
    for (uint32_t i = 0; i < l->used; i++) {
        double cost = l->buckets[i].mean / (1 - a->buckets[i].mean / scale);
        if (l->buckets[i].last_step != a->buckets[i].last_step || !isfinite(cost)) return false;
        low = fmin(low, cost), high = fmax(high, cost);
    }
    return low >= s->knobs->clipped && high <= (1 + s->knobs->same) * low;
}

/* Does a loss still come down in the second half? One that is summed over many rows may be high and learn. */
static bool falls_late(const struct state *s)
{
    const struct track *train = track_of_role(s->train, s->n_train, ROLE_LOSS_TRAIN);
    double then = track_level(train, 0.25, 0.5), now = track_level(train, 0.75, 1);
    return now < 0.8 * then;
}

/* Do answers and held-out loss get better all along, however slowly? */
static bool learns(const struct track *score, const struct track *eval)
{
    double y[TRACK_BUCKETS], z[TRACK_BUCKETS];
    size_t n = track_means(score, y), m = track_means(eval, z);
    return n >= 6 && m >= 6 && robust_trend(y, n) > STEADILY && robust_trend(z, m) < -STEADILY;
}

/* Is even the lowest loss far above what the answers of the second half would cost one who guesses, and are they no better than at first? */
static bool stays_high(const struct state *s, const struct track *eval, double lowest)
{
    const struct track *t = track_of_role(s->score, s->n_score, ROLE_SCORE_EVAL);
    if (!t || (double)t->curve->points < 2 * s->knobs->min_points || !track_begins(t)) return false;
    double scale = track_high(t) > 1.5 ? 100 : 1, now = track_level(t, 0.5, 1) / scale, first = track_level(t, 0, 0.25) / scale;
    return now > 0 && now <= s->knobs->few && now - first <= s->knobs->gain && lowest >= -s->knobs->stays * log(now) &&
           !falls_late(s) && !learns(t, eval);
}

/* Does the first training loss stand far above guessing, and all later ones where a mean over rows of classes does? */
static bool was_thrown(const struct state *s, const struct track *train)
{
    enum { NEXT = 5, AT_ONCE = 8 };
    struct past_room room;
    double y[NEXT];
    const struct curve *c = s->first ? past_fine(s->first, &room) : NULL;
    if (!c || c->used <= NEXT || c->buckets[0].n > AT_ONCE || c->buckets[0].max < s->knobs->thrown) return false;
    for (size_t i = 0; i < NEXT; i++) y[i] = c->buckets[1 + i].mean;
    const struct track *t = track_of_role(s->score, s->n_score, ROLE_SCORE_EVAL);
    bool harmless = t && track_level(t, 0.75, 1) >= s->knobs->learned * (track_high(t) > 1.5 ? 100 : 1);
    return robust_median(y, NEXT) <= c->buckets[0].max / 3 && track_level(train, 0.75, 1) <= log(1000) && !harmless;
}

static void judge(struct state *s, const struct findings *out)
{
    const struct track *train = track_of_role(s->train, s->n_train, ROLE_LOSS_TRAIN);
    const struct track *eval = track_of_role(s->eval, s->n_eval, ROLE_LOSS_EVAL);
    if (!train || !eval || !s->classes || s->game || !track_begins(train) || !track_begins(eval)) return;
    if (fmin((double)train->curve->points, (double)eval->curve->points) < s->knobs->min_points ||
        fmin(track_low(train), track_low(eval)) < 0)
        return;
    double begins = fmax(train->curve->buckets[0].max, train->curve->used > 1 ? train->curve->buckets[1].max : 0),
           held = eval->curve->buckets[0].max;
    bool clipped = is_clipped(s, eval), stays = clipped || stays_high(s, eval, fmin(track_low(train), track_low(eval)));
    bool thrown = train->series == s->train[0].series && was_thrown(s, train);
    if (begins < s->knobs->high && held < s->knobs->high && !clipped) return;
    bool agree = stays || (fmax(begins / held, held / begins) <= s->knobs->agree && fmin(begins, held) >= s->knobs->high / 2);
    if (!agree && !thrown && !(held >= s->knobs->falls * log(1000))) return;
    const struct track *higher = begins >= held ? train : eval;
    struct finding f = track_finding(higher, "loss_starts_high", 0);
    if (stays || thrown) f.severity = SEVERITY_WARNING;
    f.confidence = agree ? 0.8 : 0.65; /* and only worth knowing: a loss that is summed over the rows of a batch looks the same */
    finding_add(&f, "from", fmax(begins, held), "");
    finding_add(&f, "to", higher->curve->buckets[higher->curve->used - 1].last, "");
    finding_add(&f, "rose", track_level(train, 0.5, 1) > (1 + RISEN) * train->curve->buckets[0].max, "");
    finding_add(&f, "classes", exp(fmin(fmax(begins, held), 300)), "classes");
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    rest_for(out, REST);
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        track_add(s->train, &s->n_train, TRAINS, p);
        if (p->series == s->train[0].series) s->first = p->past;
        break;
    case ROLE_LOSS_EVAL: track_add(s->eval, &s->n_eval, EVALS, p); break;
    case ROLE_SCORE_EVAL:
        if (is_accuracy(p->series->metric)) track_add(s->score, &s->n_score, SCORES, p);
        s->classes |= is_accuracy(p->series->metric);
        break;
    case ROLE_SCORE_TRAIN: s->classes |= is_accuracy(p->series->metric); break;
    default: s->game = true;
    }
}

static void finish(void *state, const struct findings *out) { judge(state, out); }

const struct analyzer analyzer_loss_starts_high = {.name = "loss_starts_high",
                                                   .summary = "the first losses are far above what guessing costs",
                                                   .source = "Karpathy, A recipe: verify the loss at init; TheDeepChecker",
                                                   .kinds = kinds,
                                                   .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) |
                                                            WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_SCORE_EVAL) | GAMES,
                                                   .needs = WANTS(ROLE_LOSS_EVAL),
                                                   .scope = PER_RUN,
                                                   .state_size = sizeof(struct state),
                                                   .knobs = knobs,
                                                   .observe = observe,
                                                   .finish = finish};
