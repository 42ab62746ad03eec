/* validation_divergence - a validation loss jumps far up and stays, whatever the training loss does.
 *
 * The excursion of loss_divergence on evaluations, which are few: fewer points are enough, and a larger factor is asked for. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/excursion.h"
#include "stats/jump.h"
#include "stats/past.h"

struct knobs {
    struct excursion_knobs excursion;
    double left_factor, left_points, for_good;
};
struct state {
    const struct knobs *knobs;
    struct excursion e;
    const struct series *series;
    uint32_t episode;
    bool told;
    const struct past *past;
    double best, least_later; /* as logged; of the values behind the best */
    uint64_t n, best_at;
    int64_t left_step, last_step; /* the first behind the best; the newest */
    uint64_t left_line, last_line;
    uint16_t segment; /* that the best is of */
};

static const char *const kinds[] = {"validation_divergence", NULL};
static const struct knob knobs[] = {
    {"validation_divergence_height", "sd", 8, 3, 100, 12, 6, offsetof(struct knobs, excursion.height_sd),
     "how far above the recent level", "as loss_spike_height"},
    {"validation_divergence_factor", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, excursion.height_factor),
     "and at least this factor", "our choice"},
    {"validation_divergence_undone", "share", 0.25, 0, 1, 0.4, 0.2, offsetof(struct knobs, excursion.undone),
     "and this share of the progress so far", "as loss_divergence_undone"},
    {"validation_divergence_patience", "points", 2, 1, 1000, 4, 2, offsetof(struct knobs, excursion.patience_points),
     "for more evaluations than this", "our choice"},
    {"validation_divergence_patience_share", "share", 0.05, 0, 1, 0.1, 0.02, offsetof(struct knobs, excursion.patience_share),
     "and for this share of the run", "our choice"},
    {"validation_divergence_left", "x", 2, 1.2, 100, 3, 1.5, offsetof(struct knobs, left_factor),
     "an early best value that every later one is above", "as the loss doubling"},
    {"validation_divergence_left_points", "points", 5, 3, 1000, 8, 4, offsetof(struct knobs, left_points),
     "evaluations later than that", "our choice"},
    {"validation_divergence_for_good", "share", 0.5, 0.1, 1, 0.8, 0.4, offsetof(struct knobs, for_good),
     "of all progress that every later evaluation has lost", "as loss_divergence_for_good"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct state *s, enum phase phase, const struct findings *out)
{
    const struct excursion *e = &s->e;
    struct finding f = excursion_finding(e, &s->knobs->excursion, "validation_divergence", s->series);
    f.phase = phase;
    f.episode = s->episode;
    f.severity = SEVERITY_WARNING;
    finding_add(&f, "rise_ratio", excursion_factor(e), "x");
    finding_add(&f, "height_sd", excursion_height_sd(e), "sd");
    finding_add(&f, "recovered", phase == PHASE_CLOSED, "");
    s->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static void follow_best(struct state *s, const struct point *p)
{
    if (p->segment != s->segment) s->n = 0, s->segment = p->segment;
    if (!s->n++ || p->value <= s->best) s->best = p->value, s->best_at = s->n, s->least_later = INFINITY;
    else if (s->n == s->best_at + 1) s->left_step = p->step, s->left_line = p->line;
    if (s->n > s->best_at) s->least_later = fmin(s->least_later, p->value);
    s->last_step = p->step, s->last_line = p->line;
}

static bool tell_jump(struct state *s, const struct findings *out)
{
    struct excursion *e = &s->e;
    struct jump jump;
    if (s->told || e->scale.linear || !s->past ||
        !curve_jumps(&s->past->coarse, s->knobs->for_good, s->knobs->left_factor, &jump))
        return false;
    e->from = log(jump.from), e->peak = log(jump.to), e->sd = fmax(e->sd, 0.1);
    e->onset_step = jump.step, e->onset_line = jump.line;
    e->last_step = jump.last_step, e->last_line = jump.last_line;
    s->episode++;
    tell(s, PHASE_OPENED, out);
    return true;
}

/* It was good early and never again, by a factor: too uneven for a level, but no noise. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    struct excursion *e = &s->e;
    if (tell_jump(s, out)) return;
    bool early = 3 * s->best_at <= s->n, enough = (double)(s->n - s->best_at) >= s->knobs->left_points;
    if (s->told || e->scale.linear || !early || !enough || !(s->best > 0) || s->least_later < s->knobs->left_factor * s->best)
        return;
    e->from = log(s->best), e->peak = log(s->least_later), e->sd = 0.1;
    e->onset_step = s->left_step, e->onset_line = s->left_line;
    e->last_step = s->last_step, e->last_line = s->last_line;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    s->series = p->series, s->past = p->past;
    follow_best(s, p);
    enum excursion_change change = excursion_add(&s->e, &s->knobs->excursion, p);
    if (s->e.slow) return; /* a slow rise is overfitting's business */
    if (change == EXCURSION_SETTLED) s->episode++, tell(s, PHASE_OPENED, out);
    else if (change == EXCURSION_GREW && s->told) tell(s, PHASE_CHANGED, out);
    else if (change == EXCURSION_RETURNED && s->told) tell(s, PHASE_CLOSED, out);
}

const struct analyzer analyzer_validation_divergence = {.name = "validation_divergence",
                                                        .summary = "a validation loss jumps up and stays",
                                                        .source = "as loss_divergence",
                                                        .kinds = kinds,
                                                        .wants = WANTS(ROLE_LOSS_EVAL),
                                                        .scope = PER_SERIES,
                                                        .state_size = sizeof(struct state),
                                                        .knobs = knobs,
                                                        .observe = observe,
                                                        .finish = finish};
