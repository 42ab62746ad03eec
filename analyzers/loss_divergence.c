/* loss_divergence - the training loss rises and stays up, at once or slowly.
 *
 * The same excursion as loss_spike's, judged by whether it ends: a level far above the baseline for longer than patience, or the
 * slow rise of the level above the best one ever (CUSUM). A run that ends while its loss is far up is told at the end. */
#include <string.h>

#include "analyzer.h"
#include "stats/excursion.h"

struct state {
    struct excursion_knobs knobs;
    double critical_factor;
    struct excursion e;
    uint32_t episode;
    bool told, recedes; /* recedes: told as being on its way back */
    const struct series *series;
};

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"loss_divergence_height", "sd", 6, 3, 100, 10, 5, offsetof(struct state, knobs.height_sd),
     "how far above the recent level the loss must be", "as loss_spike_height"},
    {"loss_divergence_factor", "x", 1.3, 1.05, 100, 2, 1.2, offsetof(struct state, knobs.height_factor),
     "and at least this factor", "seeded training runs"},
    {"loss_divergence_undone", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct state, knobs.undone),
     "and this share of the progress so far", "seeded training runs"},
    {"loss_divergence_patience", "points", 10, 2, 10000, 20, 5, offsetof(struct state, knobs.patience_points),
     "for more points than this", "seeded training runs"},
    {"loss_divergence_patience_share", "share", 0.02, 0, 1, 0.05, 0.01, offsetof(struct state, knobs.patience_share),
     "and for this share of the run", "seeded training runs"},
    {"loss_divergence_critical", "x", 2, 1, 1000, 3, 1.5, offsetof(struct state, critical_factor),
     "from this factor on it is critical", "TheDeepChecker: loss at twice its minimum"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static enum severity severity_of(const struct state *s, enum phase phase, double factor)
{
    if (phase == PHASE_CLOSED) return s->e.slow ? SEVERITY_INFO : SEVERITY_WARNING;
    return factor >= s->critical_factor && !s->recedes ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

static void tell(struct state *s, enum phase phase, const struct findings *out)
{
    const struct excursion *e = &s->e;
    double now = e->scale.linear ? e->last - e->from : exp(e->last - e->from), factor = excursion_factor(e);
    struct finding f = excursion_finding(e, &s->knobs, "loss_divergence", s->series);
    f.phase = phase;
    f.episode = s->episode;
    f.severity = severity_of(s, phase, factor);
    finding_add(&f, "rise_ratio", factor, "x");
    finding_add(&f, "now", scale_back(&e->scale, e->last), "");
    finding_add(&f, "steps", (double)(e->last_step - e->onset_step), "");
    finding_add(&f, "from_best", e->scale.linear ? now : exp(e->last - e->best), "x");
    finding_add(&f, "height_sd", excursion_height_sd(e), "sd");
    finding_add(&f, "slow", e->slow, "");
    s->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    s->series = p->series;
    switch (excursion_add(&s->e, &s->knobs, p)) {
    case EXCURSION_SETTLED:
        s->episode++;
        s->recedes = excursion_recedes(&s->e);
        tell(s, PHASE_OPENED, out);
        break;
    case EXCURSION_GREW:
        if (s->told) tell(s, PHASE_CHANGED, out);
        break;
    case EXCURSION_RETURNED:
        if (s->told) tell(s, PHASE_CLOSED, out);
        break;
    default:
        if (!s->told || s->recedes == excursion_recedes(&s->e)) break;
        s->recedes = !s->recedes;
        tell(s, PHASE_CHANGED, out);
    }
}

/* The run ends while the loss is up: more than two points outside, or one by an order of magnitude, are no coincidence. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->told || !s->series) return;
    if (s->e.n < EXCURSION_EARLY && !s->e.open) {
        struct excursion early = s->e;
        if (excursion_early(&early, &s->knobs) && early.open && early.length > 2) s->e = early;
    }
    if (!s->e.open || s->e.back || (s->e.length < 3 && excursion_factor(&s->e) < 10)) return;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

const struct analyzer analyzer_loss_divergence = {.name = "loss_divergence",
                                                  .summary = "the training loss rises and stays up",
                                                  .source = "Page 1954 (CUSUM); Hampel 1974",
                                                  .kinds = kinds,
                                                  .wants = WANTS(ROLE_LOSS_TRAIN),
                                                  .scope = PER_SERIES,
                                                  .state_size = sizeof(struct state),
                                                  .knobs = knobs,
                                                  .observe = observe,
                                                  .finish = finish};
