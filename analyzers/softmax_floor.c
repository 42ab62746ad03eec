/* softmax_floor - the loss stands on the floor of a softmax that is applied twice.
 *
 * A cross-entropy that expects logits and gets probabilities p takes the softmax of p. No p in [0, 1] makes its loss smaller than
 *
 *     ln(1 + (n - 1) / e)          n classes; 1.461 for 10, 0.905 for 5, 0.313 for 2
 *
 * for which p must be certain and right. So a run whose loss began at about ln n, has come down to that floor, never went below it,
 * and whose held-out score is far better than such a loss allows has its softmax twice. Told as loss_plateau, with the floor as evidence.
 * A wrong answer that is certain costs one more than a right one. So a loss that stands above the floor by the share of wrong answers, and of
 * whose many batches the best come down to the floor and none goes below, has it too, however many answers are wrong.
 * Of the held-out rows loss and accuracy are told side by side, and there it is an equation: the loss is the floor and the share of wrong
 * answers, at each evaluation, and for the means of many. Three classes or more have it by no accident, however few the evaluations, as long
 * as no training loss is where no such loss can be. Two classes are often answered about so well as their loss is high: there the equation must hold
 * more closely, and not one training loss may lie below the floor.
 * Source: failure knowledge F20; n from the settings, else from the loss of the untrained model. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "fact_key.h"
#include "stats/accuracy.h"
#include "stats/track_level.h"

#define REACH 1.2 /* beyond what a loss of two softmaxes can be */
enum { SCORES = 4, CLASSES_MAX = 1000, EPISODE = 1 << 16, EQUATION_CLASSES = 50 };
struct knobs {
    double min_points, start, band, errors, least_score, many, touches, equal, equal_points, equal_two, errors_two;
};
struct state {
    const struct knobs *knobs;
    double classes; /* from the settings; 0: not told */
    struct track loss[2], held[2], score[SCORES];
    uint32_t n_loss, n_held, n_score;
};

static const char *const kinds[] = {"loss_plateau", NULL};
static const struct knob knobs[] = {
    {"softmax_floor_points", "points", 20, 8, 100000, 50, 12, offsetof(struct knobs, min_points),
     "values before anything is said", "as loss_at_chance_points"},
    {"softmax_floor_start", "share", 0.08, 0.01, 0.5, 0.04, 0.12, offsetof(struct knobs, start),
     "around ln n in which the loss must begin", "an untrained model guesses; ln 9 and ln 10 lie 0.05 apart"},
    {"softmax_floor_band", "share", 0.05, 0.005, 0.2, 0.03, 0.08, offsetof(struct knobs, band),
     "above the floor in which the loss must end", "a tenth of the answers wrong costs about 0.1"},
    {"softmax_floor_errors", "share", 0.17, 0.02, 1, 0.1, 0.25, offsetof(struct knobs, errors),
     "of the loss that the held-out error is at most: an honest loss of L goes with an error of L / 3 or so", "our choice"},
    {"softmax_floor_score", "share", 0.8, 0.5, 1, 0.9, 0.7, offsetof(struct knobs, least_score),
     "of the scale that the held-out score is above", "our choice"},
    {"softmax_floor_many", "points", 100, 20, 100000, 300, 60, offsetof(struct knobs, many),
     "values of which the lowest must be the floor, where answers are wrong", "our choice"},
    {"softmax_floor_touches", "share", 0.03, 0.002, 0.1, 0.01, 0.05, offsetof(struct knobs, touches),
     "above the floor within which the lowest of them lies", "as softmax_floor_band, of single values"},
    {"softmax_floor_equal", "nats", 0.012, 0.001, 0.05, 0.006, 0.02, offsetof(struct knobs, equal),
     "mean distance of a held-out loss from the floor and its share of wrong answers",
     "seeded training runs: 0.001 to 0.01 with two softmaxes; no other run with three classes or more below 0.02"},
    {"softmax_floor_equal_points", "points", 6, 4, 1000, 10, 5, offsetof(struct knobs, equal_points),
     "evaluations for that, the later half of which counts, or the last third of three times as many", "our choice"},
    {"softmax_floor_equal_two", "nats", 0.008, 0.001, 0.05, 0.004, 0.012, offsetof(struct knobs, equal_two),
     "the same distance where there are two classes",
     "seeded training runs: 0.002 to 0.008 with two softmaxes; of others with such losses the nearest has 0.024"},
    {"softmax_floor_errors_two", "share", 0.36, 0.02, 1, 0.26, 0.4, offsetof(struct knobs, errors_two),
     "of the loss that the held-out error is at most then: two classes that can hardly be told apart have 0.4 and more",
     "seeded training runs"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double floor_of(double classes) { return log1p((classes - 1) / exp(1)); }

static void fact(void *state, const char *key, const char *value)
{
    static const char *const names[] = {"num_classes", "n_classes", "num_labels", "nb_classes", "classes"};
    struct state *s = state;
    double n;
    const char *last = key;
    for (const char *c = key; *c; c++)
        if (*c == '/' || *c == '.') last = c + 1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(last, names[i]) == 0 && fact_number(value, &n) && n >= 2 && n <= CLASSES_MAX) s->classes = n;
}

/* The number of classes whose chance the loss began at and on whose floor it ends; 0 for none. */
static double classes_of(const struct state *s, double begin, double end, double lowest)
{
    for (double n = 2; n <= CLASSES_MAX; n++) {
        double low = floor_of(n);
        if (s->classes >= 2 && n != s->classes) continue;
        if (fabs(begin / log(n) - 1) <= s->knobs->start && end <= (1 + s->knobs->band) * low && end >= 0.995 * low &&
            lowest >= 0.99 * low)
            return n;
    }
    return 0;
}

/* The same where a share of the answers is wrong: the lowest of many values that scatter lies on the floor. */
static double classes_touched(const struct state *s, const struct track *t, double end, double score)
{
    double begin = t->curve->buckets[0].max, lowest = track_low(t);
    if ((double)t->curve->points < s->knobs->many) return 0;
    for (double n = 2; n <= CLASSES_MAX; n++) {
        double low = floor_of(n);
        bool on = lowest >= 0.995 * low && lowest <= (1 + s->knobs->touches) * low && end >= lowest + s->knobs->touches * low;
        if ((s->classes < 2 || n == s->classes) && on && begin >= (1 - s->knobs->start) * log(n) &&
            t->curve->buckets[0].min <= (1 + s->knobs->start) * log(n) && fabs(end - low - (1 - score)) <= s->knobs->band)
            return n;
    }
    return 0;
}

/* The best held-out score, as a share; -1 for none. */
static double score_of(const struct state *s)
{
    double best = -1;
    for (uint32_t i = 0; i < s->n_score; i++) {
        double high = track_high(&s->score[i]);
        best = fmax(best, track_level(&s->score[i], 0.75, 1) / (high > 1.5 ? 100 : 1));
    }
    return best;
}

/* What a wrong answer costs at most is one more than what a right one costs at least: a training loss that begins far above that, or ends below
 * the floor, is of no softmax applied twice. With some room, for what is logged beside it: penalties, means of few batches. */
static bool within_reach(const struct state *s, double low)
{
    for (uint32_t i = 0; i < s->n_loss; i++)
        if (s->loss[i].curve->buckets[0].max > REACH * (low + 1) || track_level(&s->loss[i], 0.75, 1) < low / REACH) return false;
    return true;
}

/* How far off the equation may be. The floors of many classes lie so close together that any loss that stands is near one of them: where no
 * setting says which one is meant, a sixth of the way to the next. */
static double tolerance(const struct state *s, double n)
{
    if (n == 2) return s->knobs->equal_two;
    return s->classes == n ? s->knobs->equal : fmin(s->knobs->equal, (floor_of(n + 1) - floor_of(n)) / 6);
}

/* Of two classes training losses must be there, and none of them below the floor. */
static bool errs_too_often(const struct state *s, double n, double most)
{
    if (n > 2) return most > 1.5 * s->knobs->errors;
    for (uint32_t i = 0; i < s->n_loss; i++)
        if (track_low(&s->loss[i]) < 0.995 * floor_of(n)) return true;
    return s->n_loss == 0 || most > s->knobs->errors_two;
}

/* The number of classes for which loss and accuracy of the held-out rows solve the equation; 0 for none. */
static double classes_by_equation(const struct state *s, const struct track *t, const struct track *score)
{
    const struct curve *l = t->curve, *a = score->curve;
    double scale = track_high(score) > 1.5 ? 100 : 1, begins = l->buckets[0].max;
    if ((double)l->points < s->knobs->equal_points || l->width != a->width || l->used != a->used) return 0;
    uint32_t from =
        l->used < 3 * s->knobs->equal_points ? l->used / 2 : l->used - l->used / 3; /* outputs become certain slowly */
    for (double n = s->classes >= 2 ? s->classes : 2; n <= (s->classes >= 2 ? s->classes : EQUATION_CLASSES); n++) {
        double off = 0, most = 0, late = 0;
        for (uint32_t i = from; i < l->used; i++, late++) {
            double wrong = 1 - a->buckets[i].mean / scale, apart = l->buckets[i].mean - floor_of(n) - wrong;
            if (l->buckets[i].last_step != a->buckets[i].last_step || wrong > 0.5) return 0;
            off += fabs(apart), most = fmax(most, wrong / l->buckets[i].mean);
        }
        if (off <= tolerance(s, n) * late && !errs_too_often(s, n, most) && begins <= (1 + s->knobs->start) * log(n) &&
            within_reach(s, floor_of(n)))
            return n;
    }
    return 0;
}

static void judge_held(const struct state *s, const struct track *t, const struct findings *out)
{
    for (uint32_t i = 0; i < s->n_score; i++) {
        const struct track *score = &s->score[i];
        double classes = is_accuracy(score->series->metric) ? classes_by_equation(s, t, score) : 0;
        if (classes == 0) continue;
        struct finding f = track_finding(t, "loss_plateau", t->curve->used / 2);
        f.episode += EPISODE;
        f.severity = SEVERITY_WARNING;
        f.confidence = 0.9;
        finding_add(&f, "from", t->curve->buckets[0].max, "");
        finding_add(&f, "to", t->curve->buckets[t->curve->used - 1].last, "");
        finding_add(&f, "level_ratio", t->curve->buckets[t->curve->used - 1].last / t->curve->buckets[0].max, "share");
        finding_add(&f, "softmax_floor", floor_of(classes), "");
        finding_add(&f, "classes", classes, "classes");
        finding_add(&f, "score", score_of(s), "share");
        out->emit(out->arg, &f);
        return;
    }
}

/* Returns whether it was told. */
static bool judge(const struct state *s, const struct track *t, const struct findings *out)
{
    double mean[TRACK_BUCKETS], lowest = INFINITY, score = score_of(s), end = track_level(t, 0.75, 1);
    size_t n = track_means(t, mean), from = 0;
    if ((double)t->curve->points < s->knobs->min_points || n < 8 || !track_begins(t)) return false;
    for (size_t i = 0; i < n; i++) lowest = fmin(lowest, mean[i]);
    double classes = classes_of(s, t->curve->buckets[0].max, end, lowest);
    if (score < s->knobs->least_score) return false;
    if (classes == 0 || 1 - score > s->knobs->errors * end) classes = classes_touched(s, t, end, score);
    if (classes == 0) return false;
    while (from + 1 < n && mean[from] > (1 + s->knobs->band) * end) from++;
    struct finding f = track_finding(t, "loss_plateau", from);
    f.episode += EPISODE; /* apart from what loss_plateau tells of the series */
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.9;
    finding_add(&f, "from", t->curve->buckets[0].max, "");
    finding_add(&f, "to", end, "");
    finding_add(&f, "level_ratio", end / t->curve->buckets[0].max, "share");
    finding_add(&f, "softmax_floor", floor_of(classes), "");
    finding_add(&f, "classes", classes, "classes");
    finding_add(&f, "score", score, "share");
    out->emit(out->arg, &f);
    return true;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    rest_for(out, REST);
    if (p->series->role == ROLE_LOSS_TRAIN) track_add(s->loss, &s->n_loss, sizeof s->loss / sizeof *s->loss, p);
    else if (p->series->role == ROLE_LOSS_EVAL) track_add(s->held, &s->n_held, sizeof s->held / sizeof *s->held, p);
    else if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n_score, SCORES, p);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    bool told = false;
    for (uint32_t i = 0; i < s->n_loss; i++) told |= judge(s, &s->loss[i], out);
    for (uint32_t i = 0; i < s->n_held && !told; i++) judge_held(s, &s->held[i], out);
}

const struct analyzer analyzer_softmax_floor = {.name = "softmax_floor",
                                                .summary = "the loss stands on the floor of a softmax applied twice",
                                                .source = "failure knowledge F20",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                                .needs = WANTS(ROLE_SCORE_EVAL),
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .knobs = knobs,
                                                .fact = fact,
                                                .observe = observe,
                                                .finish = finish};
