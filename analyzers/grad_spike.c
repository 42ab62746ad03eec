/* grad_spike - the gradient norm jumps and comes back.
 *
 * Isolated jumps are usual where gradients are clipped and mostly leave no mark: those are worth knowing. A jump that the loss answers
 * within the next points is a warning. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/excursion.h"
#include "stats/level.h"
#include "stats/reached.h"

struct knobs {
    struct excursion_knobs excursion;
    double answer_points, loss_factor, loss_height, above_all;
};
struct state {
    const struct knobs *knobs;
    struct reached reached; /* by the norm, outside excursions */
    struct excursion e;
    struct level loss;
    const struct series *series, *loss_series;
    uint64_t loss_points, jumped_at; /* points of the loss when the norm jumped */
    bool told, announced, followed, waiting,
        loss_rose; /* announced: by a setting, the data change on the way; loss_rose: with its newest value */
    double worst, count;
    struct finding f; /* once it is told; behind first_size */
};

static const char *const kinds[] = {"grad_spike", NULL};
static const struct knob knobs[] = {
    {"grad_spike_height", "sd", 10, 3, 100, 20, 8, offsetof(struct knobs, excursion.height_sd),
     "how far above the recent level the norm must jump", "as loss_spike_height, of a noisier series"},
    {"grad_spike_factor", "x", 10, 2, 1e6, 30, 5, offsetof(struct knobs, excursion.height_factor), "and at least this factor",
     "failure knowledge F28: 10 times the rolling median"},
    {"grad_spike_patience", "points", 20, 2, 10000, 20, 20, offsetof(struct knobs, excursion.patience_points),
     "longer than this is no spike", "as loss_spike_patience"},
    {"grad_spike_patience_share", "share", 0.03, 0, 1, 0.03, 0.03, offsetof(struct knobs, excursion.patience_share),
     "nor longer than this share of the run", "as loss_spike_patience_share"},
    {"grad_spike_answer", "points", 5, 1, 100, 3, 10, offsetof(struct knobs, answer_points),
     "of the loss within which it answers", "our choice"},
    {"grad_spike_loss_height", "sd", 6, 2, 100, 8, 5, offsetof(struct knobs, loss_height),
     "the loss answers when it is so far above its level", "our choice"},
    {"grad_spike_loss_factor", "x", 1.3, 1.01, 100, 1.5, 1.1, offsetof(struct knobs, loss_factor), "and by this factor",
     "our choice"},
    {"grad_spike_above", "x", 3, 1, 1e6, 6, 2, offsetof(struct knobs, above_all),
     "of what the norm came to in ordinary steps before, the first ones too, that it must reach to be a warning",
     "as grad_explosion_above"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct state *s, bool recovered, const struct findings *out)
{
    if (!(s = state_whole(s, out))) return;
    const struct excursion *e = &s->e;
    double factor = excursion_factor(e);
    if (!s->told || factor >= s->worst) {
        s->worst = factor;
        s->f = excursion_finding(e, &s->knobs->excursion, "grad_spike", s->series);
        s->f.episode = 1;
        finding_add(&s->f, "height_ratio", factor, "x");
        finding_add(&s->f, "loss_followed", s->followed, "");
        finding_add(&s->f, "recovered", recovered, "");
        finding_add(&s->f, "count", s->count, "spikes");
    }
    s->f.evidence[3].value = s->followed;
    s->f.evidence[5].value = s->count;
    bool beyond = e->scale.linear || e->peak >= log(s->knobs->above_all * s->reached.before);
    s->f.severity = s->followed && beyond && !s->announced ? SEVERITY_WARNING : SEVERITY_INFO;
    s->f.phase = s->told ? PHASE_CHANGED : PHASE_OPENED;
    s->told = true;
    out->emit(out->arg, &s->f);
}

RARELY static void answer(struct state *s, const struct findings *out)
{
    if ((double)(s->loss_points - s->jumped_at) > s->knobs->answer_points) return;
    s->waiting = false;
    s->followed = true;
    tell(s, false, out);
}

static void observe_loss(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->loss_series) s->loss_series = p->series;
    if (p->series != s->loss_series) return;
    s->loss_points++;
    s->loss_rose = level_above(&s->loss, p->value, s->knobs->loss_factor, s->knobs->loss_height);
    level_add(&s->loss, p->value);
    if (s->loss_rose && s->waiting) answer(s, out);
}

RARELY static void judge(struct state *s, const struct point *p, const struct findings *out)
{
    enum excursion_change change = excursion_add(&s->e, &s->knobs->excursion, p);
    if (!s->e.open) reached_add(&s->reached, p->value);
    if (s->e.slow) return;
    if (change == EXCURSION_STARTED) {
        s->count++;
        s->waiting = true;
        s->jumped_at = s->loss_points;
        s->followed = s->followed || s->loss_rose; /* the same record, the loss first */
    }
    if (change == EXCURSION_STARTED || change == EXCURSION_GREW) tell(s, false, out);
    if (change == EXCURSION_RETURNED) tell(s, true, out);
}

static void observe_norm(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->series) s->series = p->series;
    if (p->series != s->series) return;
    if (excursion_passes(&s->e, &s->knobs->excursion, p)) reached_add(&s->reached, p->value);
    else judge(s, p, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LOSS_TRAIN) observe_loss(s, p, out);
    else observe_norm(s, p, out);
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

const struct analyzer analyzer_grad_spike = {.name = "grad_spike",
                                             .summary = "the gradient norm jumps and comes back",
                                             .source = "failure knowledge F28, F36",
                                             .kinds = kinds,
                                             .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_LOSS_TRAIN),
                                             .needs = WANTS(ROLE_GRAD_NORM),
                                             .scope = PER_RUN,
                                             .state_size = sizeof(struct state),
                                             .first_size = offsetof(struct state, f),
                                             .knobs = knobs,
                                             .fact = fact,
                                             .excuses = announced,
                                             .observe = observe};
