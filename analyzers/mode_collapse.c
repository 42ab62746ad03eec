/* mode_collapse - in a run with a generator and a discriminator, what is generated gets much worse and stays so.
 *
 * Seen by the quality or diversity metric that is logged (FID, inception score, modes covered ...), not by the losses: those hardly
 * move in many collapses. The level of the discriminator's loss is given as evidence, for the diagnosis. Quality collapse is what a
 * metric can show; that it is modes that were lost would need samples. */
#include <string.h>

#include "stats/decline.h"

enum { METRICS = 6 };
struct state {
    double min_points, drop_share, drop_sd, critical_factor;
    struct {
        struct decline d;
        const struct series *series;
    } metric[METRICS];
    uint32_t n_metrics;
    bool generator, discriminator, told;
    double discriminator_level;
    uint16_t segment;
    double worst;
};

static const char *const kinds[] = {"mode_collapse", NULL};
static const struct knob knobs[] = {{"mode_collapse_points", "points", 8, 5, 1000, 12, 6, offsetof(struct state, min_points),
                                     "evaluations before anything is said", "our choice"},
                                    {"mode_collapse_share", "share", 0.5, 0.1, 1, 0.7, 0.3, offsetof(struct state, drop_share),
                                     "of the gain since the start that is lost", "our choice"},
                                    {"mode_collapse_height", "sd", 5, 2, 50, 8, 4, offsetof(struct state, drop_sd),
                                     "against the noise of a level", "as score_drop_height"},
                                    {"mode_collapse_critical", "x", 2, 1, 100, 3, 1.5, offsetof(struct state, critical_factor),
                                     "worse than the best from which it is critical", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void judge(struct state *s, uint32_t i, const struct findings *out)
{
    struct decline_verdict v;
    if (!s->generator || !s->discriminator || !decline_judge(&s->metric[i].d, s->min_points, &v)) return;
    if (v.recovered || v.drop_share < s->drop_share || v.drop_sd < s->drop_sd || (s->told && v.drop_sd < s->worst)) return;
    struct finding f = {.kind = "mode_collapse",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = v.factor >= s->critical_factor ? SEVERITY_CRITICAL : SEVERITY_WARNING,
                        .confidence = fmin(0.95, 1 - 0.35 * exp(-0.5 * (v.drop_sd / s->drop_sd - 1))),
                        .series = s->metric[i].series,
                        .source = s->metric[i].series->source,
                        .segment = s->segment,
                        .onset_step = v.onset_step,
                        .first_step = v.onset_step,
                        .last_step = v.last_step,
                        .first_line = v.onset_line,
                        .last_line = v.onset_line};
    finding_add(&f, "from", v.best, "");
    finding_add(&f, "to", v.now, "");
    finding_add(&f, "best_step", (double)v.best_step, "");
    finding_add(&f, "ratio", v.factor, "x");
    finding_add(&f, "drop_share", v.drop_share, "share");
    finding_add(&f, "discriminator_loss", s->discriminator_level, "");
    finding_add(&f, "best", v.best, "");
    finding_add(&f, "now", v.now, "");
    s->told = true;
    s->worst = v.drop_sd;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    uint32_t i = 0;
    if (p->series->role == ROLE_LOSS_GENERATOR) s->generator = true;
    if (p->series->role == ROLE_LOSS_DISCRIMINATOR && isfinite(p->value)) {
        s->discriminator_level =
            s->discriminator ? s->discriminator_level + 0.05 * (p->value - s->discriminator_level) : p->value;
        s->discriminator = true;
    }
    if (p->series->role != ROLE_SCORE_EVAL || !isfinite(p->value)) return;
    while (i < s->n_metrics && s->metric[i].series != p->series) i++;
    if (i == METRICS) return;
    if (i == s->n_metrics) s->metric[s->n_metrics++].series = p->series;
    uint32_t used = s->metric[i].d.curve.used;
    decline_add(&s->metric[i].d, p);
    s->segment = p->segment;
    if (s->metric[i].d.curve.used != used) judge(s, i, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n_metrics; i++) judge(s, i, out);
}

const struct analyzer analyzer_mode_collapse = {.name = "mode_collapse",
                                                .summary = "the generator's output gets much worse and stays so",
                                                .source = "failure knowledge F29; FID: Heusel 2017",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR) |
                                                         WANTS(ROLE_SCORE_EVAL),
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .knobs = knobs,
                                                .observe = observe,
                                                .finish = finish};
