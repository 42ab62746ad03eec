/* checkpoint_trend - what several checkpoints say in a row that no two of them say beside each other.
 *
 * Each checkpoint that was looked into gives a few numbers of the model as a whole (engine/run/inspected.c): the norm of all weights, what they
 * moved since the checkpoint before over their norm, the gradient's norm by the optimizer's memory. analyzers/checkup judges a pair, by
 * bounds that a slow growth never crosses: weights that double from one to the next are a thousand times as large after ten. Here the
 * newest is held against the first, without the largest jump between two: that one is the pair's, or a save of the weights as they were
 * made, or another model in the same directory. Where the step goes back it begins anew. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/told.h"

struct knobs {
    double grown, warning, critical, shrunk, still, gradient, least;
};
struct state {
    const struct knobs *knobs;
    double first, last, most; /* most: the largest value of all */
    double up, down;          /* the largest and the least ratio of two neighbours */
    int64_t first_step, last_step;
    uint64_t n;
    struct told grows, shrinks, stands;
};

static const char *const kinds[] = {"weights_exploding", "weights_decaying", "update_ratio_low", "grad_explosion", NULL};
static const struct knob knobs[] = {
    {"checkpoint_trend_grown", "x", 5, 2, 1e6, 10, 3, offsetof(struct knobs, grown),
     "of the first checkpoint's norm of all weights that the newest must reach, besides the largest jump between two",
     "as weights_exploding_factor"},
    {"checkpoint_trend_warning", "x", 10, 2, 1e6, 30, 5, offsetof(struct knobs, warning),
     "of all growth, from which it is a warning", "as weights_exploding_warning"},
    {"checkpoint_trend_critical", "x", 100, 2, 1e9, 1000, 50, offsetof(struct knobs, critical),
     "of all growth, from which it is critical", "as weights_exploding_critical"},
    {"checkpoint_trend_shrunk", "x", 0.1, 1e-6, 0.9, 0.03, 0.3, offsetof(struct knobs, shrunk), "that it must have fallen to",
     "as weights_decaying_factor"},
    {"checkpoint_trend_still", "ratio", 1e-6, 1e-12, 1e-2, 1e-7, 1e-5, offsetof(struct knobs, still),
     "of the weights' norm that they move from one checkpoint to the next, below which they hardly move",
     "a step of a run that learns is 1e-3 of the weights; a float32 holds 6e-8"},
    {"checkpoint_trend_gradient", "x", 30, 5, 1e9, 300, 10, offsetof(struct knobs, gradient),
     "of the first checkpoint's gradient that the newest must reach, besides the largest jump", "our choice"},
    {"checkpoint_trend_least", "checkpoints", 4, 3, 1000, 6, 3, offsetof(struct knobs, least), "that it takes", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void absorb(struct state *s, const struct point *p)
{
    if (s->n && p->step > s->last_step) {
        double ratio = s->last > 0 ? p->value / s->last : 1;
        s->up = fmax(s->up, ratio);
        s->down = fmin(s->down, ratio);
        s->most = fmax(s->most, p->value);
    } else {
        s->n = 0;
        s->first = s->most = p->value;
        s->up = s->down = 1;
        s->first_step = p->step;
    }
    s->last = p->value;
    s->last_step = p->step;
    s->n++;
}

static struct finding finding_of(const struct state *s, const char *kind, enum severity severity, const struct point *p)
{
    return (struct finding){.kind = kind,
                            .episode = 1,
                            .severity = severity,
                            .confidence = 0.85,
                            .series = p->series,
                            .source = p->source,
                            .segment = p->segment,
                            .onset_step = s->first_step,
                            .first_step = s->first_step,
                            .last_step = s->last_step};
}

static void tell_ratio(const struct state *s, struct told *t, bool is, struct finding f, const struct findings *out)
{
    finding_add(&f, "from", s->first, "");
    finding_add(&f, "to", s->last, "");
    finding_add(&f, "ratio", s->first > 0 ? s->last / s->first : 0, "x");
    finding_add(&f, "whole", 1, "");
    finding_add(&f, "points", (double)s->n, "checkpoints");
    told_update(t, is, f.severity > t->severity, &f, out);
}

/* Of all growth, what is left without the largest jump. */
static bool grew(const struct state *s, double by)
{
    return (double)s->n >= s->knobs->least && s->first > 0 && s->last / s->first / s->up >= by;
}

static void judge_norm(struct state *s, const struct point *p, const struct findings *out)
{
    double ratio = s->first > 0 ? s->last / s->first : 1;
    bool shrank = (double)s->n >= s->knobs->least && s->down > 0 && ratio / s->down <= s->knobs->shrunk;
    enum severity severity = ratio >= s->knobs->critical  ? SEVERITY_CRITICAL
                             : ratio >= s->knobs->warning ? SEVERITY_WARNING
                                                          : SEVERITY_INFO;
    tell_ratio(s, &s->grows, grew(s, s->knobs->grown), finding_of(s, "weights_exploding", severity, p), out);
    tell_ratio(s, &s->shrinks, shrank, finding_of(s, "weights_decaying", SEVERITY_WARNING, p), out);
}

static void judge_gradient(struct state *s, const struct point *p, const struct findings *out)
{
    tell_ratio(s, &s->grows, grew(s, s->knobs->gradient), finding_of(s, "grad_explosion", SEVERITY_WARNING, p), out);
}

/* Weights of which no bit changes are the checkup's (weights_frozen); a schedule ends in tiny steps by right, so none may have been larger. */
static void judge_change(struct state *s, const struct point *p, const struct findings *out)
{
    struct finding f = finding_of(s, "update_ratio_low", SEVERITY_WARNING, p);
    finding_add(&f, "ratio", s->most, "");
    finding_add(&f, "points", (double)s->n, "points");
    finding_add(&f, "whole", 1, "");
    told_update(&s->stands, (double)s->n + 1 >= s->knobs->least && s->most > 0 && s->most < s->knobs->still, false, &f, out);
}

static const struct {
    const char *metric;
    void (*judge)(struct state *s, const struct point *p, const struct findings *out);
} numbers[] = {
    {"checkpoint/weight_norm", judge_norm}, {"checkpoint/weight_change", judge_change}, {"checkpoint/grad_norm", judge_gradient}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    if (!isfinite(p->value) || p->value < 0) return;
    absorb(state, p);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(p->series->metric, numbers[i].metric) == 0) numbers[i].judge(state, p, out);
}

const struct analyzer analyzer_checkpoint_trend = {.name = "checkpoint_trend",
                                                   .summary = "the weights grow, shrink or hardly move over several checkpoints",
                                                   .source = "failure knowledge F28, F34, F43; as weights_exploding",
                                                   .kinds = kinds,
                                                   .wants = WANTS(ROLE_CHECKPOINT),
                                                   .scope = PER_SERIES,
                                                   .state_size = sizeof(struct state),
                                                   .knobs = knobs,
                                                   .observe = observe};
