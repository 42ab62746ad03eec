/* loss_plateau - progress stopped early and high.
 *
 * Every run that converges ends on a plateau, so a plateau alone is worth knowing at most. It is a warning when something says that it is no
 * convergence: the loss stopped in the first part of the run, high above where it could be told to have converged, and the gradient
 * norm kept growing meanwhile, which it does not do near a minimum, or the learning rate had come to next to nothing by then. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "fact_key.h"
#include "stats/curve.h"
#include "stats/lead.h"
#include "stats/robust.h"

enum { BUCKETS = 96 };
struct state {
    double min_points, stopped_share, level_ratio, level_alone, grad_growth, score_high;
    double score; /* the newest, of 1 */
    const struct series *score_series;
    struct curve loss, grad;
    struct bucket loss_buckets[BUCKETS], grad_buckets[BUCKETS];
    const struct series *series, *grad_series;
    double rate_gone, rate_by, highest_rate;
    int64_t gone_step; /* since when the rate is next to nothing; INT64_MAX: it is not */
    const struct series *rate;
    uint16_t segment;
    bool told, restrained; /* restrained: the settings drop half of the units or more */
};

static const char *const kinds[] = {"loss_plateau", NULL};
static const struct knob knobs[] = {
    {"loss_plateau_points", "points", 60, 20, 100000, 200, 40, offsetof(struct state, min_points),
     "values before anything is said", "our choice"},
    {"loss_plateau_stopped", "share", 0.4, 0.05, 0.9, 0.25, 0.5, offsetof(struct state, stopped_share),
     "of the run by which nine tenths of all progress were made", "our choice"},
    {"loss_plateau_level", "share", 0.5, 0.05, 1, 0.7, 0.35, offsetof(struct state, level_ratio),
     "of the initial loss at which it stands, or above, where the gradient norm or the dropout tells of it too", "our choice"},
    {"loss_plateau_alone", "share", 0.75, 0.05, 1, 0.85, 0.6, offsetof(struct state, level_alone),
     "the same, where nothing else does", "seeded training runs: healthy ones stood at up to 0.72"},
    {"loss_plateau_grad", "x", 4, 1.5, 1000, 10, 3, offsetof(struct state, grad_growth),
     "that the gradient norm grew while the loss stood", "near a minimum the norm falls or stays"},
    {"loss_plateau_score", "share", 0.9, 0.5, 1, 0.95, 0.8, offsetof(struct state, score_high),
     "of the scale at which a held-out score contradicts a loss that stands so high",
     "a label smoothing of a tenth leaves a fifth of the initial loss"},
    {"loss_plateau_rate", "share", 0.05, 0, 0.5, 0.02, 0.1, offsetof(struct state, rate_gone),
     "of its highest value, below which the learning rate is next to nothing", "schedules end at 0 to 0.1, and at their end"},
    {"loss_plateau_rate_by", "share", 0.4, 0.05, 0.9, 0.25, 0.5, offsetof(struct state, rate_by),
     "of the run by which it came to that, for the rate to be why the loss stands", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Did the rate run out early, and stay so? */
static bool rate_ran_out(const struct state *s, int64_t first, int64_t last)
{
    return s->highest_rate > 0 && s->gone_step != INT64_MAX &&
           (double)(s->gone_step - first) <= s->rate_by * (double)(last - first);
}

static void note_rate(struct state *s, const struct point *p)
{
    if (!s->rate || (p->series != s->rate && lead_of(p->series, s->rate)))
        s->rate = p->series, s->gone_step = INT64_MAX, s->highest_rate = 0;
    if (p->series != s->rate) return;
    s->highest_rate = fmax(s->highest_rate, p->value);
    if (p->value >= s->rate_gone * s->highest_rate) s->gone_step = INT64_MAX;
    else if (s->gone_step == INT64_MAX) s->gone_step = p->step;
}

static double grad_growth_since(const struct state *s, int64_t step)
{
    double y[BUCKETS];
    size_t n = 0;
    for (uint32_t i = 0; i < s->grad.used; i++)
        if (s->grad_buckets[i].last_step >= step && s->grad_buckets[i].mean > 0) y[n++] = log(s->grad_buckets[i].mean);
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

static void judge(struct state *s, const struct findings *out)
{
    double y[BUCKETS];
    size_t n = s->loss.used;
    if (!s->series || (double)s->loss.points < s->min_points || s->loss.nonfinite || n < 20) return;
    for (size_t i = 0; i < n; i++) {
        if (!(s->loss_buckets[i].min > 0)) return;
        y[i] = log(s->loss_buckets[i].mean);
    }
    int64_t first = s->loss_buckets[0].first_step, last = s->loss_buckets[n - 1].last_step;
    if (first > 2 + (last - first) / 5) return;
    double initial = fmax(y[0], robust_median(y, 3)), end = robust_median(y + n - n / 5, n / 5), noise = robust_noise(y, n);
    double near = fmax(0.1 * (initial - end), 2 * noise);
    if (initial - end < 0.02) return; /* loss_not_decreasing's business */
    for (size_t i = 0; i + 3 <= n; i++)
        if (robust_median(y + i, 3) < end - near) return; /* it does not stand: it has risen */
    size_t stop = stop_of(y, n, end, near);
    double share = (double)stop / (double)n, ratio = exp(end - initial),
           growth = grad_growth_since(s, s->loss_buckets[stop].first_step);
    bool contradicted = s->score >= s->score_high, ran_out = rate_ran_out(s, first, last);
    bool corroborated = growth >= s->grad_growth || contradicted || ran_out;
    double least = corroborated || s->restrained ? s->level_ratio : s->level_alone;
    if (share > s->stopped_share || ratio < least || stop + 3 >= n) return;
    struct finding f = {.kind = "loss_plateau",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = corroborated ? SEVERITY_WARNING : SEVERITY_INFO,
                        .confidence = corroborated ? 0.8 : 0.5,
                        .series = s->series,
                        .source = s->series->source,
                        .segment = s->segment,
                        .onset_step = s->loss_buckets[stop].first_step,
                        .first_step = s->loss_buckets[stop].first_step,
                        .last_step = last,
                        .first_line = s->loss_buckets[stop].first_line,
                        .last_line = s->loss_buckets[n - 1].first_line};
    finding_add(&f, "from", exp(initial), "");
    finding_add(&f, "to", exp(end), "");
    finding_add(&f, "level_ratio", ratio, "share");
    finding_add(&f, "progress_share", share, "share");
    finding_add(&f, "grad_growth", growth, "x");
    finding_add(&f, "rate_ran_out", ran_out, "");
    finding_add(&f, "score", contradicted ? s->score : NAN, "share");
    s->told = true;
    out->emit(out->arg, &f);
}

/* Dropout above 0.5 underfits (UMLAUT). */
static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    double share;
    if (fact_canonical(key, value, &key, &value) && strcmp(key, "dropout") == 0 && fact_number(value, &share) && share >= 0.5)
        s->restrained = true;
}

static void follow_score(struct state *s, const struct point *p)
{
    if (!p->series->bounded || p->series->better != BETTER_HIGHER) return;
    if (!s->score_series || lead_of(p->series, s->score_series)) s->score_series = p->series;
    if (p->series == s->score_series) s->score = p->value > 1.5 ? p->value / 100 : p->value;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool grad = p->series->role == ROLE_GRAD_NORM;
    (void)out;
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LEARNING_RATE) {
        note_rate(s, p);
        return;
    }
    if (p->series->role == ROLE_SCORE_EVAL) {
        follow_score(s, p);
        return;
    }
    s->loss.buckets = s->loss_buckets;
    s->grad.buckets = s->grad_buckets;
    if (!s->loss.capacity || p->segment != s->segment) {
        curve_init(&s->loss, s->loss_buckets, BUCKETS), curve_init(&s->grad, s->grad_buckets, BUCKETS);
        s->segment = p->segment;
    }
    if (grad && !s->grad_series) s->grad_series = p->series;
    if (!grad && !s->series) s->series = p->series;
    if (p->series == s->series) curve_add(&s->loss, p->step, p->value, p->line);
    if (p->series == s->grad_series) curve_add(&s->grad, p->step, p->value, p->line);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    s->loss.buckets = s->loss_buckets;
    s->grad.buckets = s->grad_buckets;
    judge(s, out);
}

const struct analyzer analyzer_loss_plateau = {.name = "loss_plateau",
                                               .summary = "progress stopped early and high",
                                               .source = "failure knowledge F16, F31",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM) |
                                                        WANTS(ROLE_LEARNING_RATE) | WANTS(ROLE_SCORE_EVAL),
                                               .scope = PER_RUN,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .fact = fact,
                                               .observe = observe,
                                               .finish = finish};
