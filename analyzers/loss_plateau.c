/* loss_plateau - progress stopped early and high.
 *
 * Every run that converges ends on a plateau, so a plateau alone is worth knowing at most. It is a warning when something says that it is no
 * convergence: the loss stopped in the first part of the run, high above where it could be told to have converged, and the gradient
 * norm kept growing meanwhile, which it does not do near a minimum, or the learning rate had come to next to nothing by then, or the
 * settings take more from each weight at a step than it can learn, or name layers so narrow that they pass next to nothing on.
 *
 * A held-out loss that goes on falling says that the training loss only looks as if it stood, for the scatter of its batches.
 *
 * Where no score tells what was learned, a training loss that lost next to nothing at the beginning, and a held-out loss that has not moved
 * since, are no convergence that anybody wants: the answers are hardly better than a constant.
 *
 * A held-out score tells as well. A high one contradicts a loss that stands high: they do not speak of the same thing, unless the
 * held-out loss is low too and training is only made hard by dropout or augmentation, or the loss is a sum and the score that of one
 * part. Where they contradict each other the floor of a softmax applied twice is looked for: ln(1 + (n - 1) / e) for right answers and one
 * more for wrong ones, of which the score tells the share. A low score says that little was learned, where the run began as a model that
 * guesses does: its loss the logarithm of one over its score. Then it may have stopped later, too; and it is worth knowing only: a model
 * that is too small and data that cannot be told apart leave the same log. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "fact_key.h"
#include "stats/accuracy.h"
#include "stats/lead.h"
#include "stats/past.h"
#include "stats/robust.h"
#include "stats/shrink.h"

enum { BUCKETS = 96, CLASSES_MAX = 1000, HELD_MIN = 8 };
#define NARROW     4     /* failure knowledge F16: of a hidden layer */
#define HELD_MOVES 0.005 /* of its level, in the second half of the run, for a held-out loss that stands */
struct knobs {
    double min_points, min_epochs, stopped_share, level_ratio, level_alone, grad_growth, score_high, score_low, level_poor,
        stopped_poor, guesses, shrinks, floor_band, hard, smoothed;
    double still_falls, unexplained;
    double rate_gone, rate_by;
};
struct state {
    const struct knobs *knobs;
    double first_score, score; /* the first and the newest, of 1 */
    uint64_t scores;
    int64_t score_step; /* of the first */
    struct shrink shrink;
    const struct series *score_series, *held_series;
    double held;                                /* the newest held-out loss; 0 before there is one */
    const struct past *loss, *grad, *held_past; /* of this segment; NULL: no value yet */
    const struct series *series, *grad_series;
    const struct series *rate;
    const struct past *rates;
    uint16_t segment;
    bool told, restrained; /* restrained: the settings drop half of the units or more */
    bool narrow;           /* they name layers of NARROW units or fewer */
    bool parts;            /* the loss is logged in parts as well: it is a sum */
};

/* A curve as it is judged. */
struct drawn {
    struct curve curve;
    struct bucket buckets[BUCKETS];
};

static const char *const kinds[] = {"loss_plateau", NULL};
static const struct knob knobs[] = {
    {"loss_plateau_points", "points", 60, 20, 100000, 200, 40, offsetof(struct knobs, min_points),
     "values before anything is said; half of them where the rate or the settings tell why", "our choice"},
    {"loss_plateau_epochs", "points", 20, 12, 1000, 40, 16, offsetof(struct knobs, min_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"loss_plateau_stopped", "share", 0.4, 0.05, 0.9, 0.25, 0.5, offsetof(struct knobs, stopped_share),
     "of the run by which nine tenths of all progress were made", "our choice"},
    {"loss_plateau_level", "share", 0.5, 0.05, 1, 0.7, 0.35, offsetof(struct knobs, level_ratio),
     "of the initial loss at which it stands, or above, where the gradient norm or the dropout tells of it too", "our choice"},
    {"loss_plateau_alone", "share", 0.75, 0.05, 1, 0.85, 0.6, offsetof(struct knobs, level_alone),
     "the same, where nothing else does", "seeded training runs: healthy ones stood at up to 0.72"},
    {"loss_plateau_grad", "x", 4, 1.5, 1000, 10, 3, offsetof(struct knobs, grad_growth),
     "that the gradient norm grew while the loss stood", "near a minimum the norm falls or stays"},
    {"loss_plateau_score", "share", 0.9, 0.5, 1, 0.95, 0.8, offsetof(struct knobs, score_high),
     "of the scale at which a held-out score contradicts a loss that stands so high",
     "a label smoothing of a tenth leaves a fifth of the initial loss"},
    {"loss_plateau_score_low", "share", 0.6, 0.1, 0.95, 0.5, 0.7, offsetof(struct knobs, score_low),
     "of the scale that a held-out score is below where little was learned, and a tenth below the share of the loss that is left",
     "our choice: an honest score makes up for the loss that went"},
    {"loss_plateau_poor", "share", 0.6, 0.05, 1, 0.75, 0.5, offsetof(struct knobs, level_poor),
     "of the initial loss at which it stands, or above, where it does",
     "seeded training runs: 0.65 to 0.95 with one hidden unit, below 0.3 where as much is learned as can be"},
    {"loss_plateau_stopped_poor", "share", 0.8, 0.2, 0.95, 0.6, 0.85, offsetof(struct knobs, stopped_poor),
     "the same as stopped, where it does", "our choice: the last fifth brings nothing any more"},
    {"loss_plateau_guesses", "nats", 0.8, 0.1, 3, 0.5, 1, offsetof(struct knobs, guesses),
     "between the loss at the first evaluation and the logarithm of one over its score, for a model that began by guessing",
     "random outputs cost up to 0.3 more than ln n, and one class in four may be twice as common"},
    {"loss_plateau_shrinks", "share", 0.01, 1e-4, 1, 0.03, 0.003, offsetof(struct knobs, shrinks),
     "of each weight that its decay takes at a step, to be why the loss stands",
     "what is learned is forgotten in 100 steps; usual settings take 1e-7 to 1e-4"},
    {"loss_plateau_floor", "share", 0.06, 0.005, 0.2, 0.04, 0.1, offsetof(struct knobs, floor_band),
     "above the floor of a softmax applied twice", "outputs of such a network stay a little short of certain"},
    {"loss_plateau_hard", "share", 0.6, 0.1, 1, 0.8, 0.4, offsetof(struct knobs, hard),
     "of the training loss that a held-out loss is below where training is made hard on purpose",
     "seeded training runs: 0.4 under dropout and augmentation, 0.9 and more with two softmaxes"},
    {"loss_plateau_smoothed", "share", 0.65, 0.3, 1, 0.75, 0.5, offsetof(struct knobs, smoothed),
     "of the initial loss at which a high score contradicts a loss that is no floor of two softmaxes",
     "a label smoothing of 0.3 leaves 0.61 of the loss of two classes that are guessed, and less of more"},
    {"loss_plateau_unexplained", "share", 0.85, 0.5, 1, 0.92, 0.8, offsetof(struct knobs, unexplained),
     "of the initial loss at which both losses stand where no score is logged",
     "our choice: a seventh of the variance explained"},
    {"loss_plateau_held", "share", 0.15, 0.02, 0.9, 0.1, 0.25, offsetof(struct knobs, still_falls),
     "by which a held-out loss falls on while the training loss stands", "as loss_not_decreasing_learns"},
    {"loss_plateau_rate", "share", 0.05, 0, 0.5, 0.02, 0.1, offsetof(struct knobs, rate_gone),
     "of the rate that it had for a while, below which the learning rate is next to nothing",
     "schedules end at 0 to 0.1, and at their end"},
    {"loss_plateau_rate_by", "share", 0.4, 0.05, 0.9, 0.25, 0.5, offsetof(struct knobs, rate_by),
     "of the run by which it came to that, for the rate to be why the loss stands", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void note_rate(struct state *s, const struct point *p)
{
    if (!s->rate || (p->series != s->rate && lead_of(p->series, s->rate))) s->rate = p->series;
    if (p->series == s->rate) s->rates = p->past;
}

static void draw(const struct past *from, struct drawn *to)
{
    struct past_room room;
    curve_init(&to->curve, to->buckets, BUCKETS);
    if (from) curve_narrow(past_fine(from, &room), &to->curve);
}

/* The value of n that so many others are above. */
static double all_but(const double *y, size_t n, size_t above)
{
    for (size_t i = 0; i < n; i++) {
        size_t higher = 0, as_high = 0;
        for (size_t k = 0; k < n; k++) higher += y[k] > y[i], as_high += y[k] >= y[i];
        if (higher <= above && as_high > above) return y[i];
    }
    return 0;
}

/* Did the rate run out early, and stay so? Measured by what it was for a twentieth of the run: a few steps at many times the rate are no
 * part of a schedule. */
static bool rate_ran_out(const struct state *s, int64_t first, int64_t last)
{
    struct drawn rate;
    double y[BUCKETS];
    draw(s->rates, &rate);
    size_t n = rate.curve.used, above = n / 20, at = n;
    for (size_t i = 0; i < n; i++) y[i] = rate.buckets[i].mean;
    double high = all_but(y, n, above);
    while (n && at > 0 && rate.buckets[at - 1].mean < s->knobs->rate_gone * high) at--;
    return high > 0 && at < n && (double)(rate.buckets[at].first_step - first) <= s->knobs->rate_by * (double)(last - first);
}

static double grad_growth_since(const struct state *s, int64_t step)
{
    double y[BUCKETS];
    size_t n = 0;
    struct drawn grad;
    draw(s->grad, &grad);
    for (uint32_t i = 0; i < grad.curve.used; i++)
        if (grad.buckets[i].last_step >= step && grad.buckets[i].mean > 0) y[n++] = log(grad.buckets[i].mean);
    if (n < 12) return NAN;
    return exp(robust_median(y + n - n / 4, n / 4) - robust_median(y, n / 4));
}

/* The bucket from which on no more than `left` remains to the level at the end. */
static size_t stop_of(const double *y, size_t n, double end, double left)
{
    size_t stop = 0;
    while (stop + 3 < n && robust_median(y + stop, 3) > end + left) stop++;
    return stop;
}

/* Does the held-out loss fall on, from where the training loss came to stand to the end? */
static bool held_falls(const struct state *s, int64_t step)
{
    const struct curve *c = s->held_past ? &s->held_past->coarse : NULL;
    uint32_t at = 0;
    while (c && at < c->used && c->buckets[at].last_step < step) at++;
    if (!c || at + 3 >= c->used) return false;
    return c->buckets[c->used - 1].mean <= (1 - s->knobs->still_falls) * c->buckets[at].mean;
}

/* Has the held-out loss come to a level that it does not leave, above this one? */
static bool held_stands(const struct state *s, double least)
{
    const struct curve *c = s->held_past ? &s->held_past->coarse : NULL;
    double low = INFINITY, high = 0;
    if (!c || c->used < HELD_MIN) return false;
    for (uint32_t i = c->used / 2; i < c->used; i++) low = fmin(low, c->buckets[i].mean), high = fmax(high, c->buckets[i].mean);
    return low >= least && high <= (1 + HELD_MOVES) * low;
}

/* The loss of a model that began by guessing, and whose answers have hardly got better. */
static bool is_poor(const struct state *s, const struct drawn *loss, double left)
{
    uint32_t at = 0;
    while (at + 1 < loss->curve.used && loss->buckets[at].last_step < s->score_step) at++;
    return s->scores >= 4 && !s->parts && is_accuracy(s->score_series->metric) &&
           s->score <= fmin(s->knobs->score_low, left - 0.1) && s->first_score > 0 &&
           fabs(loss->buckets[at].mean + log(s->first_score)) <= s->knobs->guesses;
}

/* The floor of a softmax applied twice on which the loss stands, of n classes at whose chance it began; 0 for none. */
static double softmax_floor(const struct state *s, double initial, double lowest, double end)
{
    for (int n = 2; n <= CLASSES_MAX; n++) {
        double low = log1p((n - 1) / exp(1)), begins = initial / log(n);
        bool stands = end >= 0.995 * low && end <= (1 + s->knobs->floor_band) * low + (1 - s->score);
        if (stands && lowest >= 0.99 * low && begins > 0.75 && begins < 1.1) return low;
    }
    return 0;
}

static double least_points(const struct state *s, bool known)
{
    if (s->series->axis == AXIS_EPOCH) return s->knobs->min_epochs;
    return known ? s->knobs->min_points / 2 : s->knobs->min_points;
}

static void judge(struct state *s, const struct findings *out)
{
    double y[BUCKETS], lowest = INFINITY;
    struct drawn loss;
    draw(s->loss, &loss);
    size_t n = loss.curve.used;
    if (!s->series || n < 16) return;
    for (size_t i = 0; i < n; i++) {
        if (!(loss.buckets[i].min > 0)) return;
        y[i] = log(loss.buckets[i].mean);
        lowest = fmin(lowest, y[i]);
    }
    int64_t first = loss.buckets[0].first_step, last = loss.buckets[n - 1].last_step;
    bool ran_out = rate_ran_out(s, first, last), forgets = shrink_share(&s->shrink) >= s->knobs->shrinks;
    if (first > 2 + (last - first) / 5 || (double)loss.curve.points < least_points(s, ran_out || forgets || s->narrow)) return;
    double initial = fmax(y[0], robust_median(y, 3)), end = robust_median(y + n - n / 5, n / 5), noise = robust_noise(y, n);
    double near = fmax(0.1 * (initial - end), 2 * noise);
    if (initial - end < 0.02) return; /* loss_not_decreasing's business */
    for (size_t i = 0; i + 3 <= n; i++)
        if (robust_median(y + i, 3) < end - near) return; /* it does not stand: it has risen */
    size_t stop = stop_of(y, n, end, near);
    double share = (double)stop / (double)n, ratio = exp(end - initial),
           growth = grad_growth_since(s, loss.buckets[stop].first_step);
    bool hard = s->held > 0 && s->held < s->knobs->hard * exp(end),
         contradicted = s->score >= s->knobs->score_high && !hard && !s->parts;
    bool unexplained = !s->score_series && ratio >= s->knobs->unexplained && held_stands(s, s->knobs->unexplained * exp(initial));
    double floor = contradicted ? softmax_floor(s, loss.buckets[0].max, exp(lowest), exp(end)) : 0;
    contradicted = contradicted && (floor > 0 || ratio >= s->knobs->smoothed);
    bool corroborated = growth >= s->knobs->grad_growth || contradicted || ran_out || forgets || unexplained || s->narrow;
    bool poor = ratio >= s->knobs->level_poor && is_poor(s, &loss, ratio);
    double least = floor > 0                       ? 0
                   : corroborated || s->restrained ? s->knobs->level_ratio
                   : poor                          ? s->knobs->level_poor
                                                   : s->knobs->level_alone;
    if (share > (poor ? s->knobs->stopped_poor : s->knobs->stopped_share) || ratio < least || stop + 3 >= n) return;
    if (held_falls(s, loss.buckets[stop].first_step)) return;
    struct finding f = {.kind = "loss_plateau",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = corroborated ? SEVERITY_WARNING : SEVERITY_INFO,
                        .confidence = corroborated ? 0.8 : 0.5,
                        .series = s->series,
                        .source = s->series->source,
                        .segment = s->segment,
                        .onset_step = loss.buckets[stop].first_step,
                        .first_step = loss.buckets[stop].first_step,
                        .last_step = last,
                        .first_line = loss.buckets[stop].first_line,
                        .last_line = loss.buckets[n - 1].first_line};
    finding_add(&f, "from", exp(initial), "");
    finding_add(&f, "to", exp(end), "");
    finding_add(&f, "level_ratio", ratio, "share");
    finding_add(&f, "progress_share", share, "share");
    finding_add(&f, "grad_growth", growth, "x");
    finding_add(&f, "rate_ran_out", ran_out, "");
    finding_add(&f, "score", contradicted || poor ? s->score : NAN, "share");
    if (floor > 0) finding_add(&f, "softmax_floor", floor, "");
    else finding_add(&f, "forgets", forgets ? shrink_share(&s->shrink) : NAN, "share");
    s->told = true;
    out->emit(out->arg, &f);
}

/* Dropout above 0.5 underfits (UMLAUT). */
static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    double share;
    shrink_fact(&s->shrink, key, value);
    if (!fact_canonical(key, value, &key, &value) || !fact_number(value, &share)) return;
    if (strcmp(key, "dropout") == 0 && share >= 0.5) s->restrained = true;
    if (strcmp(key, "hidden_size") == 0) s->narrow = share >= 1 && share <= NARROW;
}

static void follow_score(struct state *s, const struct point *p)
{
    if (!p->series->bounded || p->series->better != BETTER_HIGHER) return;
    if (!s->score_series || (s->score_series != p->series && lead_of(p->series, s->score_series)))
        s->score_series = p->series, s->scores = 0;
    if (p->series != s->score_series) return;
    s->score = p->value > 1.5 ? p->value / 100 : p->value;
    if (s->scores++ == 0) s->first_score = s->score, s->score_step = p->step;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool grad = p->series->role == ROLE_GRAD_NORM;
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LEARNING_RATE) {
        note_rate(s, p);
        rest_for(out, REST);
        return;
    }
    if (p->series->role == ROLE_LOSS_PART) {
        s->parts = true;
        rest_for(out, REST);
        return;
    }
    if (p->series->role == ROLE_LOSS_EVAL) {
        if (!s->held_series || lead_of(p->series, s->held_series)) s->held_series = p->series;
        if (p->series == s->held_series) s->held = p->value, s->held_past = p->past;
        return;
    }
    if (p->series->role == ROLE_SCORE_EVAL) {
        follow_score(s, p);
        return;
    }
    if (p->segment != s->segment) s->loss = s->grad = NULL, s->segment = p->segment;
    if (grad && !s->grad_series) s->grad_series = p->series;
    if (!grad && !s->series) s->series = p->series;
    if (p->series == s->series) s->loss = p->past;
    if (p->series == s->grad_series) s->grad = p->past;
    rest_for(out, REST);
}

static void finish(void *state, const struct findings *out) { judge(state, out); }

const struct analyzer analyzer_loss_plateau = {.name = "loss_plateau",
                                               .summary = "progress stopped early and high",
                                               .source = "failure knowledge F16, F31",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM) |
                                                        WANTS(ROLE_LEARNING_RATE) | WANTS(ROLE_SCORE_EVAL) |
                                                        WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_LOSS_PART),
                                               .scope = PER_RUN,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .fact = fact,
                                               .observe = observe,
                                               .finish = finish};
