/* score_drop - accuracy, FID, return ... falls far from its best and stays there, or dips and returns.
 *
 * Judged by decline.h. A return that never rose has nothing to lose: that is return_flat. */
#include "stats/decline.h"

#include "analyzer.h"

struct state {
    double min_points, drop_share, drop_sd, critical_share, critical_lasted;
    struct decline d;
    const struct series *series;
    uint16_t source, segment;
    bool told, was_lost;
};

static const char *const kinds[] = {"score_drop", NULL};
static const struct knob knobs[] = {{"score_drop_points", "points", 8, 5, 1000, 12, 6, offsetof(struct state, min_points),
                                     "values before anything is said", "our choice"},
                                    {"score_drop_share", "share", 0.5, 0.1, 1, 0.7, 0.3, offsetof(struct state, drop_share),
                                     "of the gain since the start that is lost", "our choice"},
                                    {"score_drop_height", "sd", 5, 2, 50, 8, 4, offsetof(struct state, drop_sd),
                                     "against the noise of a level", "as restart_height"},
                                    {"score_drop_critical", "share", 0.7, 0.1, 10, 1, 0.5, offsetof(struct state, critical_share),
                                     "lost for good, from which it is critical", "our choice"},
                                    {"score_drop_lasted", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct state, critical_lasted),
                                     "of the run that it lasted to be critical", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void judge(struct state *s, const struct findings *out)
{
    struct decline_verdict v;
    if (!s->series || !decline_judge(&s->d, s->min_points, &v)) return;
    bool lost = !v.recovered && v.drop_share >= s->drop_share && v.drop_sd >= s->drop_sd;
    bool dipped = v.recovered && v.trough_share >= s->drop_share && v.trough_sd >= s->drop_sd;
    bool over = s->told && s->was_lost && !lost && !dipped; /* it looked lost, and it was not */
    if (!lost && !dipped && !over) return;
    double sd = lost ? v.drop_sd : v.trough_sd;
    bool critical = lost && v.drop_share >= s->critical_share && v.lasted_share >= s->critical_lasted;
    struct finding f = {.kind = "score_drop",
                        .phase = over      ? PHASE_CLOSED
                                 : s->told ? PHASE_CHANGED
                                           : PHASE_OPENED,
                        .severity = over       ? SEVERITY_INFO
                                    : critical ? SEVERITY_CRITICAL
                                               : SEVERITY_WARNING,
                        .confidence = fmin(0.97, 1 - 0.35 * exp(-0.5 * (sd / s->drop_sd - 1))),
                        .series = s->series,
                        .source = s->source,
                        .segment = s->segment,
                        .onset_step = v.onset_step,
                        .first_step = v.onset_step,
                        .last_step = v.last_step,
                        .first_line = v.onset_line,
                        .last_line = v.onset_line,
                        .episode = 1};
    finding_add(&f, "from", v.best, "");
    finding_add(&f, "to", lost ? v.now : v.trough, "");
    finding_add(&f, "now", v.now, "");
    finding_add(&f, "best_step", (double)v.best_step, "");
    finding_add(&f, "drop_share", lost ? v.drop_share : v.trough_share, "share");
    finding_add(&f, "drop_sd", sd, "sd");
    finding_add(&f, "recovered", dipped, "");
    finding_add(&f, "best", v.best, "");
    s->told = !over;
    s->was_lost = lost;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    uint32_t used = s->d.curve.used;
    decline_add(&s->d, p);
    s->series = p->series, s->source = p->source, s->segment = p->segment;
    if (s->d.curve.used != used) judge(s, out); /* a bucket is complete */
}

static void finish(void *state, const struct findings *out) { judge(state, out); }

const struct analyzer analyzer_score_drop = {.name = "score_drop",
                                             .summary = "a score falls from its best",
                                             .source = "change in units of the gain; robust levels",
                                             .kinds = kinds,
                                             .wants = WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_RETURN),
                                             .scope = PER_SERIES,
                                             .state_size = sizeof(struct state),
                                             .knobs = knobs,
                                             .observe = observe,
                                             .finish = finish};
