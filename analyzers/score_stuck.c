/* score_stuck - a held-out score never gets better although the run goes on.
 *
 * Judged for scores that are shares of a whole, from the beginning of a run: the best level ever is not above the first one by more than its
 * own noise and a small share of the scale, and it is nowhere near the top, where there is nothing to gain. A score that is the
 * same number to the last digit at every evaluation, or at nearly every one of many while the held-out loss stands too, is sure: a model that gives one answer has it. Where the training loss falls meanwhile,
 * loss and score do not speak of the same thing (wrong_loss_function). Where the held-out loss falls by a third and the score makes good
 * next to nothing of what it lacked, what is learned is not what is asked for, however high the score began.
 *
 * A wrong answer costs at least ln 2, for what is right had no more than half of the belief; so a share of wrong answers above the held-out
 * loss over ln 2 contradicts it: then the score is computed wrongly, or the loss is no cross-entropy.
 *
 * A score at chance is sure as well: it stands at 1 / n of the scale for a whole n, and the losses stand at ln n or above, which is what
 * guessing among n classes costs. The two are told by different numbers of the log, and no model that has learned shows both. How far a
 * held-out loss that began at ln n has come below it is told beside: below what guessing costs it knows something, however little; but where all
 * rows get one answer, no more than the shares of the classes. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/track_level.h"

enum { SCORES = 6, LOSSES = 4 };
struct knobs {
    double constant_points, few_points, min_points, second_points, gain, height_sd, top, many, mostly;
    double apart_points, apart_fall, apart_gain, apart_left, stands, at_once;
    double chance_points, chance_sd, chance_band, loss_low, loss_high, began;
};
struct state {
    const struct knobs *knobs;
    struct track score[SCORES], loss[LOSSES];
    uint32_t n, n_loss;
    struct preview preview;
};

static const char *const kinds[] = {"score_stuck", NULL};
static const struct knob knobs[] = {
    {"score_stuck_constant", "points", 6, 4, 1000, 10, 5, offsetof(struct knobs, constant_points),
     "evaluations that must be equal to the last digit", "our choice"},
    {"score_stuck_few", "points", 4, 3, 1000, 6, 4, offsetof(struct knobs, few_points),
     "the same where the held-out loss stands too",
     "a share of 300 rows repeats itself by chance once in ten: four times, once in a thousand"},
    {"score_stuck_many", "points", 8, 6, 1000, 16, 8, offsetof(struct knobs, many), "evaluations of which nearly all must be",
     "our choice"},
    {"score_stuck_mostly", "share", 0.85, 0.6, 1, 0.95, 0.75, offsetof(struct knobs, mostly),
     "of so many evaluations that must be equal then, the last one among them", "our choice"},
    {"score_stuck_points", "points", 12, 6, 10000, 24, 8, offsetof(struct knobs, min_points),
     "evaluations where they only do not rise", "our choice"},
    {"score_stuck_second", "points", 8, 6, 10000, 16, 6, offsetof(struct knobs, second_points),
     "the same where the held-out loss stands too", "as score_chance_points"},
    {"score_stuck_gain", "share", 0.02, 0.001, 0.2, 0.01, 0.04, offsetof(struct knobs, gain),
     "of the scale that counts as no gain", "as loss_not_decreasing_change"},
    {"score_stuck_noise", "sd", 2, 0.5, 10, 1, 3, offsetof(struct knobs, height_sd),
     "of single evaluations that count as no gain", "the best of many levels lies above them by chance"},
    {"score_stuck_top", "share", 0.7, 0.3, 1, 0.5, 0.9, offsetof(struct knobs, top),
     "of the scale above which a score that stands may have converged", "our choice"},
    {"score_stuck_loss", "share", 0.97, 0.5, 1, 0.99, 0.9, offsetof(struct knobs, stands),
     "of its first level that the held-out loss keeps at least, to stand as well", "as score_chance_loss"},
    {"score_stuck_at_once", "share", 0.15, 0.03, 0.9, 0.08, 0.25, offsetof(struct knobs, at_once),
     "of its first value that the held-out loss may have lost by its second and still stand: biases of outputs",
     "seeded training runs: what healthy ones learn before they are looked at twice"},
    {"score_apart_points", "points", 8, 5, 10000, 16, 6, offsetof(struct knobs, apart_points),
     "evaluations where the held-out loss falls and the score does not follow", "our choice"},
    {"score_apart_fall", "share", 0.3, 0.05, 0.95, 0.5, 0.2, offsetof(struct knobs, apart_fall),
     "of its first value that the held-out loss falls meanwhile", "our choice"},
    {"score_apart_gain", "share", 0.02, 0.001, 0.3, 0.01, 0.04, offsetof(struct knobs, apart_gain),
     "of what the score lacked at first that is no gain", "as score_stuck_gain"},
    {"score_apart_left", "share", 0.1, 0.01, 0.9, 0.2, 0.05, offsetof(struct knobs, apart_left),
     "of the scale that it must have lacked", "near the top there is nothing to gain"},
    {"score_chance_points", "points", 8, 4, 1000, 16, 6, offsetof(struct knobs, chance_points),
     "evaluations before a score is said to be at chance", "our choice"},
    {"score_chance_noise", "sd", 2, 0.5, 10, 1.5, 3, offsetof(struct knobs, chance_sd), "standard errors around 1 / n",
     "1 in 20 by chance"},
    {"score_chance_band", "share", 0.1, 0.001, 0.2, 0.03, 0.15, offsetof(struct knobs, chance_band),
     "of 1 / n around it at least", "classes are seldom of equal size to the last row"},
    {"score_chance_loss", "share", 0.97, 0.8, 1, 0.99, 0.95, offsetof(struct knobs, loss_low),
     "of ln n that no loss may be below", "as loss_at_chance_known"},
    {"score_chance_loss_high", "x", 1.3, 1, 10, 1.2, 2, offsetof(struct knobs, loss_high),
     "ln n that the training loss is above at most: beyond it it measures something else", "our choice"},
    {"score_chance_began", "share", 0.05, 0.005, 0.2, 0.03, 0.07, offsetof(struct knobs, began),
     "around ln n, in which the losses began", "the first values are of some steps already"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Do the losses stand where guessing among so many classes puts them? */
static bool losses_at_chance(const struct state *s, double classes)
{
    bool trained = false;
    for (uint32_t i = 0; i < s->n_loss; i++) {
        const struct track *t = &s->loss[i];
        double ratio = track_level(t, 0.5, 1) / log(classes);
        bool train = t->series->role == ROLE_LOSS_TRAIN;
        if (!(ratio >= s->knobs->loss_low) || (train && ratio > s->knobs->loss_high)) return false;
        trained |= train;
    }
    return trained;
}

/* The number of classes at whose chance the score stands, from the first evaluations on; 0 for none. */
static double classes_of(const struct state *s, const struct track *t, double scale)
{
    double mean[TRACK_BUCKETS], now = 0, before = 0, squares = 0;
    size_t n = track_means(t, mean), half = n / 2, late = n - half;
    if ((double)t->curve->points < s->knobs->chance_points || n < 6) return 0;
    for (size_t i = half; i < n; i++) now += mean[i] / scale / (double)late;
    for (size_t i = half; i < n; i++) squares += pow(mean[i] / scale - now, 2) / (double)(late - 1);
    for (size_t i = 0; i < n / 4; i++) before += mean[i] / scale / (double)(n / 4);
    if (!(now > 0) || now > 0.6) return 0;
    double classes = round(1 / now), share = 1 / classes;
    double band = fmin(fmax(s->knobs->chance_sd * sqrt(squares / (double)late), s->knobs->chance_band * share), 0.15 * share);
    double chance = s->knobs->chance_sd * sqrt(squares * (1 / (double)late + 1 / (double)(n / 4)));
    bool at = classes >= 2 && fabs(now - share) <= band && now - before <= fmax(0.1 * share, fmin(chance, share));
    return at && losses_at_chance(s, classes) ? classes : 0;
}

/* Does the score change from one evaluation to the next, most of the time, and to many values, or to more than there are classes? Answers
 * that are all alike give one number, or that of another class. */
static bool moves(const struct track *t, double classes)
{
    uint32_t changed = 0;
    for (uint32_t i = 1; i < t->curve->used; i++) changed += t->curve->buckets[i].last != t->curve->buckets[i - 1].last;
    return 2 * changed >= t->curve->used && (3 * track_distinct(t) > t->curve->used || (double)track_distinct(t) > classes + 1);
}

/* Is it sure that a score at chance knows nothing? Not of two classes whose answers change: what tells 60 of 100 rows right costs 0.97 of ln 2
 * (the entropy of a coin that falls so), nobody may be able to tell more of them, and what a loss has beside that (a penalty, weights of rows)
 * puts it above ln 2. */
static bool knows_nothing(double classes, bool moving) { return classes > 2 || (classes > 0 && !moving); }

/* The least step the score was seen to make: one over the rows it is counted on, or a little more. Infinite when it made none. */
static double least_step(const struct track *t)
{
    double least = INFINITY;
    for (uint32_t i = 1; i < t->curve->used; i++) {
        double step = fabs(t->curve->buckets[i].last - t->curve->buckets[i - 1].last);
        if (step > 0) least = fmin(least, step);
    }
    return least;
}

/* Is the score the same number at nearly every evaluation, the newest too? */
static bool mostly_one(const struct state *s, const struct track *t)
{
    const struct curve *c = t->curve;
    uint32_t same = 0;
    for (uint32_t i = 0; i < c->used; i++) same += c->buckets[i].min == c->buckets[c->used - 1].last;
    return c->width == 1 && (double)c->points >= s->knobs->many && same >= s->knobs->mostly * c->used;
}

/* The held-out loss fell, to the end, and the score made good next to nothing. *fell: share of the loss. */
static bool apart(const struct state *s, const struct track *t, double first, double best, double scale, double *fell)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    if (!l || (double)t->curve->points < s->knobs->apart_points || (double)l->curve->points < s->knobs->apart_points ||
        track_low(l) <= 0)
        return false;
    double now = track_level(l, 0.9, 1);
    *fell = 1 - now / l->curve->buckets[0].mean;
    bool lowest = now <= 1.02 * track_low(l);
    double step = least_step(t);
    if (isfinite(step) && step > s->knobs->apart_gain * scale)
        return false; /* so few rows that one of them is more than a gain */
    return *fell >= s->knobs->apart_fall && lowest && scale - first >= s->knobs->apart_left * scale &&
           best - first <= s->knobs->apart_gain * (scale - first);
}

/* The training loss does not fall any more, though it stands above what the best of these answers would cost: more will not come. Where
 * the score speaks of shares that are right, -ln of it is what those who know nothing more pay. */
static bool training_ended(const struct state *s, double best)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_TRAIN);
    if (!l || (double)l->curve->points < 4 * s->knobs->min_points || track_low(l) <= 0 || !(best > 0)) return false;
    double now = track_level(l, 0.75, 1);
    return now >= s->knobs->stands * track_level(l, 0.5, 0.75) && now >= -s->knobs->loss_high * log(best);
}

/* The held-out loss has not got better either: by both nothing is learned. What it lost before its second evaluation was learned as well. */
static bool loss_stands(const struct state *s)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    if (!l || (double)l->curve->points < s->knobs->few_points || track_low(l) < 0) return false;
    double now = track_level(l, 0.67, 1);
    return now >= s->knobs->stands * track_level(l, 0, 0.34) && now >= (1 - s->knobs->at_once) * l->curve->buckets[0].mean;
}

/* Did the held-out loss get better by what is no bias of the outputs, at whatever time? */
static bool loss_gained(const struct state *s)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    if (!l || (double)l->curve->points < s->knobs->constant_points || track_low(l) < 0) return false;
    return track_level(l, 0.5, 1) < (1 - s->knobs->at_once) * l->curve->buckets[0].mean;
}

#define HALF_AGAIN 1.5
#define FELL       0.8 /* of its first value */
/* Are there far more wrong answers than the held-out loss leaves room for? The loss must have come down, as a cross-entropy that began by
 * guessing does: a squared error is small from the start. By half, or by less where there is room for half of the wrong answers only. */
static bool contradicted(const struct state *s, const struct track *t, double scale)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    const struct track *train = track_of_role(s->loss, s->n_loss, ROLE_LOSS_TRAIN);
    if (!l || !is_accuracy(t->series->metric) || (double)l->curve->points < s->knobs->constant_points || track_low(l) < 0)
        return false;
    double now = track_level(l, 0.75, 1), wrong = 1 - track_level(t, 0.75, 1) / scale;
    double first = fmax(l->curve->buckets[0].max, train ? train->curve->buckets[0].max : 0);
    double room = now / log(2);
    return wrong > room + 0.1 && first > log(2) / 2 && (now < first / 2 || (wrong > HALF_AGAIN * room && now < FELL * first));
}

/* Is the held-out loss one number as well? */
static bool loss_constant(const struct state *s)
{
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    return l && (double)l->curve->points >= s->knobs->constant_points && track_low(l) == track_high(l);
}

/* By what share of ln n, where the losses began, the held-out one now stands below it; 0 where that is not known. */
static double below_guessing(const struct state *s)
{
    static const double usual[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000};
    const struct track *l = track_of_role(s->loss, s->n_loss, ROLE_LOSS_EVAL);
    const struct track *train = track_of_role(s->loss, s->n_loss, ROLE_LOSS_TRAIN);
    if (!l || (double)l->curve->points < s->knobs->constant_points || track_low(l) < 0) return 0;
    double first = fmax(l->curve->buckets[0].mean, train ? train->curve->buckets[0].mean : 0);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (fabs(first / log(usual[i]) - 1) < s->knobs->began) return fmax(0, 1 - track_level(l, 0.75, 1) / log(usual[i]));
    return 0;
}

static void judge(struct state *s, const struct track *t, const struct findings *out)
{
    double mean[TRACK_BUCKETS], level[TRACK_BUCKETS], low = INFINITY, high = -INFINITY, best = -INFINITY, fell = NAN;
    size_t n = track_means(t, mean);
    if (!track_begins(t) || (double)track_levels(t, level) < fmin(5, s->knobs->few_points)) return;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, t->curve->buckets[i].min), high = fmax(high, t->curve->buckets[i].max);
        best = fmax(best, level[i]);
    }
    double scale = high > 1.5 ? 100 : 1, noise = robust_noise(mean, n), first = robust_median(mean, n < 12 ? 2 : n / 6);
    bool stands = loss_stands(s);
    bool constant = (low == high && (double)t->curve->points >= (stands ? s->knobs->few_points : s->knobs->constant_points)) ||
                    (mostly_one(s, t) && stands);
    double enough = fmin(s->knobs->gain * scale, s->knobs->height_sd * noise);
    bool flat = (double)t->curve->points >= (stands ? s->knobs->second_points : s->knobs->min_points) && best - first <= enough &&
                level[n - 1] >= first - s->knobs->gain * scale;
    bool standing = high <= s->knobs->top * scale && (constant || flat),
         parted = low > 0 && apart(s, t, mean[0], high, scale, &fell);
    double classes = low < 0 ? 0 : classes_of(s, t, scale);
    if (low < 0 || (!standing && !parted && classes == 0)) return;
    struct finding f = track_finding(t, "score_stuck", 0);
    constant = constant && standing;
    bool both = standing && (stands || (training_ended(s, best / scale) && !loss_gained(s))),
         moving = classes > 0 && moves(t, classes);
    f.severity = constant || knows_nothing(classes, moving) || parted || both ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = constant ? 0.85 : classes > 0 ? 0.8 : both ? 0.75 : parted ? 0.7 : 0.65;
    finding_add(&f, "loss_fell", parted ? fell : NAN, "share");
    finding_add(&f, "from", first, "");
    finding_add(&f, "to", mean[n - 1], "");
    finding_add(&f, "best", best, "");
    finding_add(&f, "points", (double)t->curve->points, "points");
    finding_add(&f, "constant", constant, "");
    finding_add(&f, "chance_of", classes, "classes");
    if (contradicted(s, t, scale)) finding_add(&f, "contradicted", 1, "");
    else if (constant && loss_constant(s)) finding_add(&f, "loss_constant", 1, "");
    finding_add(&f, "moving", moving, "");
    finding_add(&f, "below_guess", constant ? 0 : below_guessing(s), "share");
    out->emit(out->arg, &f);
}

static void hear(struct state *s, const struct point *p)
{
    if (p->series->role != ROLE_SCORE_EVAL) track_add(s->loss, &s->n_loss, LOSSES, p);
    else if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n, SCORES, p);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n; i++) judge(s, &s->score[i], out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p);
    if (preview_due_at_rest(&s->preview, p, out)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_score_stuck = {.name = "score_stuck",
                                              .summary = "a held-out score never gets better",
                                              .source = "failure knowledge F18, F19; TheDeepChecker (TOSEM 2022)",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL),
                                              .needs = WANTS(ROLE_SCORE_EVAL),
                                              .scope = PER_RUN,
                                              .counts = true,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe,
                                              .finish = finish};
