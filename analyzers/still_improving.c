/* still_improving - the loss was still falling when the run ended: what would a fifth more steps have brought?
 *
 * Loss curves are nearly straight over the logarithm of the step in their later part. A line through the last half of the levels tells the
 * gain of the steps to come and its interval, from the spread of the levels around the line. It is told only when nothing speaks against going on:
 * the last quarter falls by itself, no validation loss has turned, the learning rate has not been run down to its end. Worth knowing
 * and no more as a rule: most healthy runs could go on a little. Told at the end only.
 *
 * One case is a warning, for no run that was trained to its end shows it. `straight`: the loss has fallen along a straight line over the
 * step, as fast in the second half as in the first or a few times faster, and is still near where it began; learning that has got anywhere slows down.
 * So has a held-out loss, of however few evaluations, each of which is lower than the one before, and in every part of the run by about as much
 * (stats/even_fall.h). Another is told
 * although the values are too few for the line. `short`: both the training and a held-out loss would fall by a tenth more within a
 * fifth more steps, and much of the loss is left. Of few values each must be lower than the one before; of more, the second half must fall on
 * both sides nearly as fast as the first. Whether so short a run was cut or was meant to be short no log tells, so that is no warning. The rounds of
 * a booster are left out: each takes its share of what is left, so that they fall to the end, and how many there are to be was chosen with
 * the share.
 * Source: Kaplan 2020 (power laws of loss curves), Student's t for the interval with twice its width for neighbouring levels are not independent. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/boosted.h"
#include "stats/even_fall.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define WIDTH 4.0 /* standard errors either way */
enum { LOSSES = 3, EVALS = 2 };
struct knobs {
    double min_points, min_epochs, more, gain, of_progress, rate_end, straight_points, bend, late, left, fallen, straight_sd,
        straight_held, straight_gain, even, even_left, short_points, short_gain, short_left, short_few, short_bend;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    bool game, ended; /* ended: the last training loss is not finite */
    struct track loss[LOSSES], eval[EVALS];
    uint32_t n_loss, n_eval;
    const struct series *rate;
    double last_rate, highest_rate;
};
struct line {
    double at_end, slope, error; /* loss at the last step; per unit of log step; standard error of the slope */
};

static const char *const kinds[] = {"still_improving", NULL};
static const struct knob knobs[] = {
    {"still_improving_points", "points", 100, 16, 100000, 200, 60, offsetof(struct knobs, min_points),
     "values before anything is said", "our choice"},
    {"still_improving_epochs", "points", 20, 16, 100000, 40, 16, offsetof(struct knobs, min_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"still_improving_more", "share", 0.2, 0.05, 2, 0.2, 0.2, offsetof(struct knobs, more),
     "of the steps so far, for which the gain is predicted", "failure knowledge F37: resume for 20 %"},
    {"still_improving_gain", "share", 0.03, 0.005, 0.9, 0.1, 0.02, offsetof(struct knobs, gain),
     "of the loss that is at least to be gained, at the lower end of the interval", "our choice"},
    {"still_improving_progress", "share", 0.03, 0.001, 0.9, 0.06, 0.02, offsetof(struct knobs, of_progress),
     "of the progress so far that it must be as well", "our choice"},
    {"still_improving_rate", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct knobs, rate_end),
     "of the highest learning rate below which the schedule had come to its end", "cosine and linear schedules end at 0 to 0.1"},
    {"still_improving_straight_points", "points", 12, 8, 100000, 24, 8, offsetof(struct knobs, straight_points),
     "values before a fall is called straight", "our choice"},
    {"still_improving_straight_held", "points", 10, 8, 100000, 20, 8, offsetof(struct knobs, straight_held),
     "the same of a held-out loss", "it has no scatter of batches"},
    {"still_improving_straight_gain", "share", 0.002, 0, 0.5, 0.01, 0.001, offsetof(struct knobs, straight_gain),
     "of the loss that is at least to be gained, at the lower end of the interval, for a warning",
     "our choice: less is not worth the steps"},
    {"still_improving_even", "share", 0.75, 0.4, 1, 0.85, 0.7, offsetof(struct knobs, even),
     "of the greatest fall of a held-out loss in a part of the run that its least fall in one is",
     "seeded training runs: 0.69 at most of 1,800 healthy ones; an exponential that has lost half has 0.56"},
    {"still_improving_even_left", "share", 0.5, 0.3, 1, 0.75, 0.5, offsetof(struct knobs, even_left),
     "of its first value that must be left then", "our choice"},
    {"still_improving_bend", "share", 0.7, 0.3, 1, 0.85, 0.6, offsetof(struct knobs, bend),
     "of the slope of the first half that the second half must still have", "an exponential that has lost half has 0.5 or less"},
    {"still_improving_late", "x", 4, 1, 100, 2, 10, offsetof(struct knobs, late),
     "the slope of the first half that the second half has at most: beyond it learning has only begun", "our choice"},
    {"still_improving_left", "share", 0.75, 0.3, 1, 0.85, 0.6, offsetof(struct knobs, left),
     "of the initial loss that must be left", "seeded training runs: healthy straight ones ended below 0.7"},
    {"still_improving_fallen", "share", 0.02, 0.001, 0.5, 0.05, 0.01, offsetof(struct knobs, fallen),
     "of the initial loss by which each half must have fallen", "as loss_not_decreasing_change"},
    {"still_improving_straight_sd", "sd", 3, 1, 20, 5, 2.5, offsetof(struct knobs, straight_sd),
     "standard errors by which the slope of the second half is a fall", "our choice"},
    {"still_improving_short_points", "points", 4, 3, 1000, 6, 4, offsetof(struct knobs, short_points),
     "values of both losses for that", "our choice"},
    {"still_improving_short_gain", "share", 0.08, 0.02, 0.9, 0.15, 0.06, offsetof(struct knobs, short_gain),
     "of the loss that is to be gained on both sides of a short run", "seeded training runs"},
    {"still_improving_short_left", "share", 0.4, 0.1, 1, 0.5, 0.3, offsetof(struct knobs, short_left),
     "of the initial loss that must be left for that", "seeded training runs"},
    {"still_improving_short_few", "points", 8, 4, 1000, 8, 8, offsetof(struct knobs, short_few),
     "values of a loss from which on halves are compared and not neighbours", "our choice"},
    {"still_improving_short_bend", "share", 0.6, 0.3, 1, 0.8, 0.5, offsetof(struct knobs, short_bend),
     "of the slope of the first half that the second half must still have then",
     "an exponential that has lost half has 0.5 or less"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double log_step(const struct track *t, const struct bucket *b)
{
    int64_t first = t->curve->buckets[0].first_step, unit = t->curve->buckets[0].last_step - first + 1;
    return log(((double)b->first_step + (double)b->last_step) / 2 - (double)first + (double)(unit > 0 ? unit : 1));
}

/* Where a bucket lies on the line's own scale, which is the share of the run for a straight fall. */
static double linear_step(const struct track *t, const struct bucket *b)
{
    int64_t first = t->curve->buckets[0].first_step, last = t->curve->buckets[t->curve->used - 1].last_step;
    return (((double)b->first_step + (double)b->last_step) / 2 - (double)first) / fmax((double)(last - first), 1);
}

typedef double place(const struct track *t, const struct bucket *b);

static bool fit(const struct track *t, place *of, size_t from, size_t to, struct line *ret)
{
    size_t m = to - from;
    double sx = 0, sy = 0, sxx = 0, sxy = 0, rss = 0;
    for (size_t i = from; i < to; i++) {
        double x = of(t, &t->curve->buckets[i]), y = t->curve->buckets[i].mean;
        sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    double mx = sx / (double)m, my = sy / (double)m, var = sxx - sx * mx, slope = (sxy - sx * my) / var;
    if (m < 5 || !(var > 1e-9)) return false;
    for (size_t i = from; i < to; i++) {
        double off = t->curve->buckets[i].mean - my - slope * (of(t, &t->curve->buckets[i]) - mx);
        rss += off * off;
    }
    *ret = (struct line){my + slope * (of(t, &t->curve->buckets[to - 1]) - mx), slope, sqrt(rss / (double)(m - 2) / var)};
    return true;
}

/* Has a validation loss left its best level? */
static bool turned(const struct track *t)
{
    double level[TRACK_BUCKETS], mean[TRACK_BUCKETS];
    size_t n = track_levels(t, level), best = 0;
    track_means(t, mean);
    for (size_t i = 1; i < n; i++)
        if (level[i] < level[best]) best = i;
    return n >= 3 && (level[n - 1] > level[best] + robust_noise(mean, n) || best + 1 + n / 4 < n);
}

static void add_gain(struct finding *f, double to, double gain, double wide, double more)
{
    finding_add(f, "to", to, "");
    finding_add(f, "gain", gain, "");
    finding_add(f, "gain_low", gain - wide, "");
    finding_add(f, "gain_high", gain + wide, "");
    finding_add(f, "more", more, "share");
    finding_add(f, "gain_share", gain / fabs(to), "share");
}

static bool judge_straight(const struct state *s, const struct track *t, double least, const struct findings *out)
{
    struct line first, second;
    size_t n = t->curve->used;
    double initial = t->curve->buckets[0].mean;
    if ((double)t->curve->points < least || !track_begins(t) || !(initial > 0)) return false;
    if (!fit(t, linear_step, 0, n / 2, &first) || !fit(t, linear_step, n - n / 2, n, &second)) return false;
    bool falls = -second.slope > s->knobs->straight_sd * second.error && -second.slope / 2 > s->knobs->fallen * initial &&
                 -first.slope > s->knobs->straight_sd * first.error;
    if (!falls || second.slope > s->knobs->bend * first.slope || second.slope < s->knobs->late * first.slope) return false;
    if (second.at_end < s->knobs->left * initial) return false;
    struct finding f = track_finding(t, "still_improving", 0);
    double gain = -second.slope * s->knobs->more, wide = WIDTH * second.error * s->knobs->more;
    f.severity = gain - wide >= s->knobs->straight_gain * second.at_end ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = 0.85;
    add_gain(&f, second.at_end, gain, wide, s->knobs->more);
    finding_add(&f, "straight", 1, "");
    out->emit(out->arg, &f);
    return true;
}

/* Batches may scatter so widely that only the held-out loss shows it. */
static bool held_out_straight(const struct state *s, const struct track *t, const struct findings *out)
{
    bool is = s->n_eval > 0 && track_begins(t) && track_level(t, 0.9, 1) >= s->knobs->left * t->curve->buckets[0].mean;
    return is && judge_straight(s, &s->eval[0], s->knobs->straight_held, out);
}

/* A held-out loss that falls by as much at each evaluation as at the one before. */
static bool falls_evenly(const struct state *s, const struct findings *out)
{
    const struct track *t = &s->eval[0];
    if (!s->n_eval || boosted(&s->boosting, t->series) || !track_begins(t)) return false;
    double begin = t->curve->buckets[0].mean, end = t->curve->buckets[t->curve->used - 1].mean;
    if (!(end >= s->knobs->even_left * begin) || end > (1 - 2 * s->knobs->fallen) * begin || even_fall(t) < s->knobs->even)
        return false;
    double gain = (begin - end) * s->knobs->more;
    struct finding f = track_finding(t, "still_improving", 0);
    f.severity = gain >= s->knobs->straight_gain * end ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = 0.85;
    add_gain(&f, end, gain, (1 - s->knobs->even) * gain, s->knobs->more);
    finding_add(&f, "straight", 1, "");
    out->emit(out->arg, &f);
    return true;
}

/* Of few values: were each fall to shrink as the last one did, what as large a share of more of them would bring (Aitken 1926). */
static double gain_of_few(const struct state *s, const double *y, size_t n)
{
    double before = y[n - 3] - y[n - 2], last = y[n - 2] - y[n - 1], shrinks = before > 0 ? fmin(last / before, 1) : 1;
    return last * shrinks * s->knobs->more * (double)n;
}

/* The loss that a share of more steps would bring, were the last quarter's fall over log step to go on; a share of the last value. */
static double gain_ahead(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), back = n / 4 > 0 ? n / 4 : 1;
    double wide = log_step(t, &t->curve->buckets[n - 1]) - log_step(t, &t->curve->buckets[n - 1 - back]);
    double gain = (y[n - 1 - back] - y[n - 1]) / wide * log1p(s->knobs->more);
    if (n >= 3 && (double)n < s->knobs->short_few) gain = fmin(gain, gain_of_few(s, y, n));
    return gain / fabs(y[n - 1]);
}

/* Does it fall to the end, plainly to see, with much of it left? */
static bool falls_on(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y);
    struct line first, second;
    if ((double)t->curve->points < s->knobs->short_points || n < 3 || !(y[0] > 0) || y[n - 1] < s->knobs->short_left * y[0])
        return false;
    if ((double)n < s->knobs->short_few) {
        for (size_t i = 1; i < n; i++)
            if (y[i] > y[i - 1]) return false;
        return true;
    }
    if (n < 10 || !fit(t, linear_step, 0, n / 2, &first) || !fit(t, linear_step, n - n / 2, n, &second)) return false;
    return second.slope < -s->knobs->straight_sd * second.error && second.slope <= s->knobs->short_bend * first.slope;
}

static bool judge_short(const struct state *s, const struct track *t, const struct findings *out)
{
    double least = INFINITY, y[TRACK_BUCKETS];
    size_t n = track_means(t, y);
    if (!track_begins(t) || boosted(&s->boosting, t->series) || !falls_on(s, t)) return false;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        if (!falls_on(s, &s->eval[i])) return false;
        least = fmin(least, gain_ahead(s, &s->eval[i]));
    }
    double gain = gain_ahead(s, t);
    if (!s->n_eval || fmin(gain, least) < s->knobs->short_gain) return false;
    struct finding f = track_finding(t, "still_improving", n - 2);
    f.severity = SEVERITY_INFO;
    f.confidence = 0.75;
    add_gain(&f, y[n - 1], gain * y[n - 1], fabs(gain - least) * y[n - 1], s->knobs->more);
    finding_add(&f, "straight", 0, "");
    out->emit(out->arg, &f);
    return true;
}

static void judge(struct state *s, const struct track *t, const struct findings *out)
{
    double level[TRACK_BUCKETS];
    size_t n = track_levels(t, level);
    struct line late, last;
    double least = t->series->axis == AXIS_EPOCH ? s->knobs->min_epochs : s->knobs->min_points;
    if (s->rate && s->last_rate < s->knobs->rate_end * s->highest_rate) return;
    for (uint32_t i = 0; i < s->n_eval; i++)
        if (turned(&s->eval[i])) return;
    if (judge_straight(s, t, s->knobs->straight_points, out) || held_out_straight(s, t, out) || falls_evenly(s, out) ||
        judge_short(s, t, out))
        return;
    if ((double)t->curve->points < least || n < 16 || !track_begins(t)) return;
    if (!fit(t, log_step, n / 2, n, &late) || !fit(t, log_step, n - n / 4 - 1, n, &last)) return;
    double ahead = log1p(s->knobs->more), slope = fmax(late.slope, last.slope); /* the flatter of the two */
    double gain = -slope * ahead, wide = WIDTH * fmax(late.error, 0) * ahead, low = gain - wide;
    if (last.slope > -2 * last.error || !(low >= s->knobs->gain * fabs(late.at_end)) ||
        !(low >= s->knobs->of_progress * (level[0] - late.at_end)))
        return;
    struct finding f = track_finding(t, "still_improving", n - n / 4 - 1);
    f.confidence = fmin(0.9, 0.6 + 0.3 * (1 - wide / gain));
    add_gain(&f, late.at_end, gain, wide, s->knobs->more);
    out->emit(out->arg, &f);
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        track_add(s->loss, &s->n_loss, LOSSES, p);
        s->ended = !isfinite(p->value);
        if (!s->ended) rest_for(out, REST);
        break;
    case ROLE_LOSS_EVAL:
        track_add(s->eval, &s->n_eval, EVALS, p);
        rest_for(out, REST);
        break;
    case ROLE_LEARNING_RATE:
        if (!s->rate) s->rate = p->series;
        if (s->rate != p->series || !isfinite(p->value)) break;
        s->last_rate = p->value;
        if (p->value > s->highest_rate) s->highest_rate = p->value; /* fmax is a call */
        break;
    default: s->game = true;
    }
}

/* The loss itself before others beside it; of equals the first by name, whichever was read first. */
static const struct track *main_loss(const struct state *s)
{
    const struct track *best = &s->loss[0];
    for (uint32_t i = 1; i < s->n_loss; i++) {
        const struct series *a = s->loss[i].series, *b = best->series;
        bool is = strcmp(a->metric, "loss") == 0, was = strcmp(b->metric, "loss") == 0;
        if (is != was ? is : strcmp(a->name, b->name) < 0) best = &s->loss[i];
    }
    return best;
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->n_loss && !s->game && !s->ended) judge(s, main_loss(s), out);
}

const struct analyzer analyzer_still_improving = {.name = "still_improving",
                                                  .summary = "the loss was still falling at the end",
                                                  .source = "failure knowledge F37; Kaplan 2020",
                                                  .kinds = kinds,
                                                  .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) |
                                                           WANTS(ROLE_LEARNING_RATE) | GAMES,
                                                  .scope = PER_RUN,
                                                  .state_size = sizeof(struct state),
                                                  .knobs = knobs,
                                                  .fact = fact,
                                                  .observe = observe,
                                                  .finish = finish};
