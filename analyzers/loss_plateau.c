/* loss_plateau - progress stopped early and high.
 *
 * Every run that converges ends on a plateau, so a plateau alone is worth knowing at most. It is a warning when something says that it is no
 * convergence: the loss stopped in the first part of the run, high above where it could be told to have converged, and the gradient
 * norm kept growing meanwhile, which it does not do near a minimum. */
#include <math.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/robust.h"

enum { BUCKETS = 96 };
struct state {
    double min_points, stopped_share, level_ratio, grad_growth;
    struct curve loss, grad;
    struct bucket loss_buckets[BUCKETS], grad_buckets[BUCKETS];
    const struct series *series, *grad_series;
    uint16_t segment;
    bool told;
};

static const char *const kinds[] = {"loss_plateau", NULL};
static const struct knob knobs[] = {
    {"loss_plateau_points", "points", 60, 20, 100000, 200, 40, offsetof(struct state, min_points),
     "values before anything is said", "our choice"},
    {"loss_plateau_stopped", "share", 0.4, 0.05, 0.9, 0.25, 0.5, offsetof(struct state, stopped_share),
     "of the run by which nine tenths of all progress were made", "our choice"},
    {"loss_plateau_level", "share", 0.5, 0.05, 1, 0.7, 0.35, offsetof(struct state, level_ratio),
     "of the initial loss at which it stands, or above", "our choice"},
    {"loss_plateau_grad", "x", 4, 1.5, 1000, 10, 3, offsetof(struct state, grad_growth),
     "that the gradient norm grew while the loss stood", "near a minimum the norm falls or stays"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double grad_growth_since(const struct state *s, int64_t step)
{
    double y[BUCKETS];
    size_t n = 0;
    for (uint32_t i = 0; i < s->grad.used; i++)
        if (s->grad_buckets[i].last_step >= step && s->grad_buckets[i].mean > 0) y[n++] = log(s->grad_buckets[i].mean);
    if (n < 12) return NAN;
    return exp(robust_median(y + n - n / 4, n / 4) - robust_median(y, n / 4));
}

static void judge(struct state *s, const struct findings *out)
{
    double y[BUCKETS];
    size_t n = s->loss.used, stop = 0;
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
    while (stop + 3 < n && robust_median(y + stop, 3) > end + near) stop++;
    double share = (double)stop / (double)n, ratio = exp(end - initial),
           growth = grad_growth_since(s, s->loss_buckets[stop].first_step);
    if (share > s->stopped_share || ratio < s->level_ratio || stop + 3 >= n) return;
    bool corroborated = growth >= s->grad_growth;
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
    s->told = true;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool grad = p->series->role == ROLE_GRAD_NORM;
    (void)out;
    if (!isfinite(p->value)) return;
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
                                               .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM),
                                               .scope = PER_RUN,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .observe = observe,
                                               .finish = finish};
