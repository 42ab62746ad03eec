/* validation_too_good - held-out data are answered better than data can be that the model has not seen.
 *
 * A validation score far above the training score to the end, or perfect from the first evaluation on while the training score is not. A
 * little above is normal with dropout and augmentation; only what those do not explain is a warning.
 * Flawless is worth knowing: hardly a held-out row wrong and next to nothing left of the held-out loss, for half of the run. Real data have
 * rows that nobody could get right, but made ones and easy ones have none: a warning only where it was so from the beginning, and where
 * rows that were trained on cost about as little: an answer that has leaked is in both, but a few easy held-out rows cost far less. Only where
 * the loss is one of classes: that of noiseless numbers may well go to 0.
 *
 * How soon is told by evaluations, or, however few of them there are, by the training loss: where next to nothing was left of it while most of the
 * run was still to come, and rows never seen cost as little, nothing was there to be learned. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/boosted.h"
#include "stats/preview.h"
#include "stats/track_pair.h"

#define GAMES     (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define UNGUESSED 0.5 /* nats, below which no model begins that guesses among classes of like size */
enum { TRAINS = 2, EVALS = 4, SCORES = 4 };
struct knobs {
    double min_points, above_info, above_warning, perfect, flawless_score, flawless_loss, flawless_soon, even_left, even, cheaper,
        known_left, known_soon;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    bool game;
    struct track train[TRAINS], eval[EVALS], train_score[SCORES], eval_score[SCORES];
    uint32_t n_train, n_eval, n_train_score, n_eval_score;
    struct preview preview;
};

static const char *const kinds[] = {"validation_too_good", NULL};
static const struct knob knobs[] = {
    {"too_good_points", "points", 4, 3, 1000, 6, 3, offsetof(struct knobs, min_points), "evaluations before anything is said",
     "as gap_points"},
    {"too_good_info", "share", 0.1, 0.01, 1, 0.2, 0.05, offsetof(struct knobs, above_info),
     "of the scale that a validation score is above training, to be worth knowing", "UMLAUT: 0.05, which dropout explains"},
    {"too_good_warning", "share", 0.25, 0.05, 1, 0.4, 0.15, offsetof(struct knobs, above_warning), "to be a warning",
     "our choice"},
    {"too_good_perfect", "share", 0.995, 0.9, 1, 0.999, 0.99, offsetof(struct knobs, perfect),
     "of the scale from the first evaluation on, while the training score is below",
     "UMLAUT: 0.95 in the first epochs, which easy data reach"},
    {"too_good_flawless", "share", 0.998, 0.9, 1, 0.9995, 0.995, offsetof(struct knobs, flawless_score),
     "of the scale in the second half of the run", "0.993 at most on healthy calibration runs with 100 held-out rows or more"},
    {"too_good_soon", "share", 0.1, 0, 1, 0.02, 0.3, offsetof(struct knobs, flawless_soon),
     "of the evaluations before it is flawless, for a warning: easy data are learned as well, but not at once", "our choice"},
    {"too_good_loss", "share", 0.001, 0.00001, 0.1, 0.0003, 0.003, offsetof(struct knobs, flawless_loss),
     "of the first loss that is left of the held-out one then; of the rounds of a booster, which come down evenly, six times "
     "that",
     "0.033 at least on healthy calibration runs, 0.0026 on toy data without a single error"},
    {"too_good_even_left", "share", 0.03, 0.001, 0.3, 0.01, 0.05, offsetof(struct knobs, even_left),
     "of the first loss of a booster, below which rows it has not seen cost more than those it has", "our choice"},
    {"too_good_even", "x", 1.02, 1, 1.5, 1.01, 1.05, offsetof(struct knobs, even),
     "the training loss that its held-out loss is then at most", "trees fit the rows that they see"},
    {"too_good_cheaper", "x", 30, 2, 10000, 10, 100, offsetof(struct knobs, cheaper),
     "what held-out rows cost that training rows do, beyond which the held-out ones are few and easy",
     "seeded training runs: 0.02 to 1.5 with the answer in a column; 330 and more with sixteen rows"},
    {"too_good_known", "share", 0.0002, 0.00001, 0.01, 0.0001, 0.0005, offsetof(struct knobs, known_left),
     "of the first loss that is left of the held-out one, however few evaluations there are, for rows that nothing was learned "
     "for",
     "seeded training runs: 0.00012 at most with the answer in a column and few evaluations, 0.00048 at least on healthy ones"},
    {"too_good_known_soon", "share", 0.3, 0.05, 1, 0.2, 0.4, offsetof(struct knobs, known_soon),
     "of the run before the training loss has come to too_good_loss of its first, then",
     "seeded training runs: 0.25 at most with the answer in a column, 0.37 at least on healthy ones that come as near to 0"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* How far the validation score is above the training score in the second half, at least, on the scale; NaN when nothing tells. */
static double above(const struct state *s, const struct track *eval, double scale, double *train_level)
{
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS], off[TRACK_BUCKETS], least = INFINITY;
    const struct track *train = track_of_score(s->train_score, s->n_train_score, eval);
    if (!train || train->curve->points < 4) return NAN;
    size_t n = track_means(eval, e), m = track_levels(train, t), from = n / 2;
    for (size_t i = from; i < n; i++) {
        off[i] = e[i] - track_at(train, t, eval->curve->buckets[i].last_step);
        least = fmin(least, off[i]);
    }
    *train_level = t[m - 1];
    return least >= s->knobs->above_info * scale / 2 ? robust_median(off + from, n - from) / scale : NAN;
}

/* Is the score perfect at every evaluation although the training score was not by then? Easy data are perfect on both sides. */
static bool perfect_at_once(const struct state *s, const struct track *eval, double scale)
{
    double t[TRACK_BUCKETS];
    const struct track *train = track_of_score(s->train_score, s->n_train_score, eval);
    if (!train || !track_begins(train) || !track_begins(eval)) return false;
    size_t n = eval->curve->used;
    for (size_t i = 0; i < n; i++)
        if (eval->curve->buckets[i].min < s->knobs->perfect * scale) return false;
    return track_levels(train, t) >= 3 &&
           track_at(train, t, eval->curve->buckets[n / 4].last_step) < (1 - s->knobs->above_info) * scale;
}

/* What is left of a held-out loss at the end, as a share of where training began. */
static double left_of(const struct state *s, const struct track *eval)
{
    double e[TRACK_BUCKETS];
    const struct track *train = track_of_metric(s->train, s->n_train, eval->series);
    size_t n = track_levels(eval, e);
    if (!train || !track_begins(train) || n < 6 || track_low(eval) < 0) return NAN;
    double now = boosted(&s->boosting, eval->series) ? eval->curve->buckets[eval->curve->used - 1].last : e[n - 1];
    return now / fmax(e[0], train->curve->buckets[0].max);
}

/* Does a share of right answers tell of rows that are wrong? Of a curve's area, or a score of several classes, that is not known. */
static bool some_are_wrong(const struct state *s, const struct track *eval)
{
    for (uint32_t i = 0; i < s->n_eval_score; i++) {
        const struct track *t = &s->eval_score[i];
        if (t == eval || t->series->axis != eval->series->axis || !is_accuracy(t->series->metric)) continue;
        if (track_level(t, 0.5, 1) < s->knobs->flawless_score * (track_high(t) > 1.5 ? 100 : 1)) return true;
    }
    return false;
}

/* Hardly a row wrong in the second half, and next to nothing left of the held-out loss. */
static bool is_flawless(const struct state *s, const struct track *eval, double scale)
{
    bool little = false;
    if (some_are_wrong(s, eval)) return false;
    for (uint32_t i = 0; i < s->n_eval; i++)
        if (s->eval[i].series->axis == eval->series->axis) little |= left_of(s, &s->eval[i]) <= s->knobs->flawless_loss;
    return little && track_level(eval, 0.5, 1) >= s->knobs->flawless_score * scale;
}

/* Do the rows that are trained on cost many times what the held-out ones do? Only while training makes nothing hard on purpose is that odd,
 * but where it does, nothing can be told. */
static bool held_out_cheaper(const struct state *s, const struct track *eval)
{
    const struct track *train = NULL, *held = NULL;
    for (uint32_t i = 0; i < s->n_eval && !held; i++)
        if (s->eval[i].series->axis == eval->series->axis)
            held = &s->eval[i], train = track_of_metric(s->train, s->n_train, held->series);
    return train && track_level(train, 0.5, 1) > s->knobs->cheaper * track_level(held, 0.5, 1);
}

/* Had the training loss lost all but a thousandth of where it began, while most of the run was to come? */
static bool is_soon_known(const struct state *s, const struct track *train, double began)
{
    const struct bucket *b = train->curve->buckets;
    uint32_t i = 0, n = train->curve->used;
    while (i < n && !(b[i].mean <= s->knobs->flawless_loss * began)) i++;
    if (i == n) return false;
    return (double)(b[i].first_step - b[0].first_step) <= s->knobs->known_soon * (double)(b[n - 1].last_step - b[0].first_step);
}

/* Is next to nothing left of this held-out loss, as little as of the training loss, and was it so at once? Values that are printed as 0 may be
 * anything below. */
static bool is_known(const struct state *s, const struct track *held)
{
    const struct track *train = track_of_metric(s->train, s->n_train, held->series);
    if (!train || !track_begins(train) || train->curve->used < 4 || track_low(train) < 0 || track_low(held) < 0) return false;
    double began = fmax(train->curve->buckets[0].max, UNGUESSED), left = s->knobs->known_left * began;
    double seen = track_level(train, 0.5, 1), unseen = track_level(held, 0.5, 1);
    bool alike = seen <= left && (seen <= 0 || unseen <= s->knobs->cheaper * seen);
    return unseen <= left && alike && is_soon_known(s, train, began);
}

static bool any_known(const struct state *s, enum axis axis)
{
    for (uint32_t i = 0; i < s->n_eval; i++)
        if (s->eval[i].series->axis == axis && !boosted(&s->boosting, s->eval[i].series) && is_known(s, &s->eval[i])) return true;
    return false;
}

/* Do unseen rows cost what seen ones do, to a hundredth, where hardly anything is left of either? */
static bool is_even(const struct state *s, const struct track *eval, double left)
{
    const struct track *train = track_of_metric(s->train, s->n_train, eval->series);
    if (!train || !(left <= s->knobs->even_left)) return false;
    return eval->curve->buckets[eval->curve->used - 1].last <=
           s->knobs->even * train->curve->buckets[train->curve->used - 1].last;
}

/* A booster logs one value; that it is a loss of classes, its name tells. Where it has no name less must be left: trees come near to numbers
 * step by step, and never so near on rows that they have not seen. */
static bool is_told_the_answer(const struct state *s, const struct track *eval, double left)
{
    if (!boosted(&s->boosting, eval->series)) return false;
    bool classes = boosted_classes(&s->boosting, eval->series);
    if (!classes) return s->boosting.unnamed && (left <= s->knobs->flawless_loss || is_even(s, eval, left));
    return left <= 6 * s->knobs->flawless_loss || is_even(s, eval, left);
}

static void judge_rounds(const struct state *s, const struct track *eval, const struct findings *out)
{
    double left = left_of(s, eval);
    if (!is_told_the_answer(s, eval, left)) return;
    struct finding f = track_finding(eval, "validation_too_good", eval->curve->used / 2);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "to", eval->curve->buckets[eval->curve->used - 1].last, "");
    finding_add(&f, "left", left, "share");
    finding_add(&f, "flawless", 1, "");
    out->emit(out->arg, &f);
}

/* Precision alone, or recall alone, is perfect for a model that is very careful, or very careless. */
static bool is_one_sided(const struct series *series)
{
    return strstr(series->metric, "precision") || strstr(series->metric, "recall");
}

/* A score that never changes is that of one answer to everything, however many rows of it are right. */
static bool never_changes(const struct track *eval)
{
    const struct bucket *b = eval->curve->buckets;
    for (size_t i = 0; i < eval->curve->used; i++)
        if (b[i].min != b[0].min || b[i].max != b[0].min) return false;
    return true;
}

static void judge(struct state *s, const struct track *eval, const struct findings *out)
{
    double e[TRACK_BUCKETS], train = NAN;
    if (is_one_sided(eval->series)) return;
    size_t n = track_means(eval, e);
    double scale = track_share_scale(eval, track_of_score(s->train_score, s->n_train_score, eval));
    bool known = track_level(eval, 0.5, 1) >= s->knobs->flawless_score * scale && any_known(s, eval->series->axis);
    bool many = (double)eval->curve->points >= s->knobs->min_points;
    if (!many && !known) return;
    double over = many ? above(s, eval, scale, &train) : (double)NAN;
    bool perfect = many && perfect_at_once(s, eval, scale), flawless = known || is_flawless(s, eval, scale);
    if (!perfect && !flawless && (!(over >= s->knobs->above_info) || never_changes(eval))) return;
    size_t from = perfect ? 0 : n / 2;
    while (flawless && from > 0 && eval->curve->buckets[from - 1].min >= s->knobs->flawless_score * scale) from--;
    struct finding f = track_finding(eval, "validation_too_good", from);
    bool soon = flawless && (double)from <= s->knobs->flawless_soon * (double)n && !held_out_cheaper(s, eval);
    bool sure = perfect || over >= s->knobs->above_warning;
    f.severity = sure || soon || known ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = sure ? 0.8 : soon || known ? 0.75 : 0.6;
    finding_add(&f, "to", e[n - 1], "");
    finding_add(&f, "train", train, "");
    finding_add(&f, "above", over, "share");
    finding_add(&f, "at_once", perfect, "");
    finding_add(&f, "flawless", flawless, "");
    finding_add(&f, "known", known, "");
    out->emit(out->arg, &f);
}

/* Is every answer right by the end, of rows that were trained on? */
static bool seen_flawless(const struct state *s)
{
    bool all = s->n_train_score > 0;
    for (uint32_t i = 0; i < s->n_train_score; i++)
        all &= track_level(&s->train_score[i], 0.5, 1) >= s->knobs->flawless_score * track_share_scale(&s->train_score[i], NULL);
    return all;
}

/* The same of a held-out loss beside which no score is told but that of the training rows. */
static void judge_unscored(const struct state *s, const struct track *held, const struct findings *out)
{
    if (s->n_eval_score || !seen_flawless(s) || boosted(&s->boosting, held->series) || !is_known(s, held)) return;
    struct finding f = track_finding(held, "validation_too_good", held->curve->used / 2);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "to", held->curve->buckets[held->curve->used - 1].last, "");
    finding_add(&f, "flawless", 1, "");
    finding_add(&f, "known", 1, "");
    out->emit(out->arg, &f);
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void hear(struct state *s, const struct point *p)
{
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN: track_add(s->train, &s->n_train, TRAINS, p); break;
    case ROLE_LOSS_EVAL: track_add(s->eval, &s->n_eval, EVALS, p); break;
    case ROLE_SCORE_TRAIN:
        if (p->series->bounded) track_add(s->train_score, &s->n_train_score, SCORES, p);
        break;
    case ROLE_SCORE_EVAL:
        if (p->series->bounded) track_add(s->eval_score, &s->n_eval_score, SCORES, p);
        break;
    default: s->game = true;
    }
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n_eval && !s->game; i++) judge_rounds(s, &s->eval[i], out), judge_unscored(s, &s->eval[i], out);
    for (uint32_t i = 0; i < s->n_eval_score && !s->game; i++) judge(s, &s->eval_score[i], out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p);
    if (preview_due_at_rest(&s->preview, p, out) && !s->game) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_validation_too_good = {.name = "validation_too_good",
                                                      .summary = "validation is too good to be true",
                                                      .source = "failure knowledge F01, F02; UMLAUT (CHI 2021)",
                                                      .kinds = kinds,
                                                      .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) |
                                                               WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_SCORE_EVAL) | GAMES,
                                                      .needs = WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                                      .scope = PER_RUN,
                                                      .counts = true,
                                                      .state_size = sizeof(struct state),
                                                      .knobs = knobs,
                                                      .fact = fact,
                                                      .observe = observe,
                                                      .finish = finish};
