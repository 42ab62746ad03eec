/* grad_nonfinite - the gradient norm is NaN or infinite.
 *
 * With dynamic loss scaling a single infinite norm is routine: the step is skipped and the scale halved, about every 2,000 steps and a
 * dozen times at the start. So a lone one is worth knowing; several in a row mean that no step is taken any more. */
#include <math.h>

#include "analyzer.h"
#include "stats/nonfinite.h"

struct knobs {
    double calm_points, row_points, warmup_points;
};
struct state {
    const struct knobs *knobs;
    struct nonfinite n;
};

static const char *const kinds[] = {"grad_nonfinite", NULL};
static const struct knob knobs[] = {
    {"grad_nonfinite_calm", "points", 10, 1, 1000, 10, 10, offsetof(struct knobs, calm_points),
     "finite values in a row after which it is over", "our choice"},
    {"grad_nonfinite_row", "points", 3, 1, 100, 5, 2, offsetof(struct knobs, row_points), "in a row before it is critical",
     "dynamic loss scaling: two halvings in a row are usual, more are not"},
    {"grad_nonfinite_warmup", "points", 30, 0, 1000, 50, 20, offsetof(struct knobs, warmup_points),
     "at the start, while the loss scale is found, more are usual", "2^16 to 2^1 in at most 16 skipped steps, with hysteresis 2"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static enum severity severity_of(const struct state *s)
{
    double allowed = (double)s->n.points <= s->knobs->warmup_points ? s->knobs->warmup_points : s->knobs->row_points;
    return (double)s->n.in_a_row >= allowed ? SEVERITY_CRITICAL : SEVERITY_INFO;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = nonfinite_whole(state, p, out);
    if (!s) return;
    switch (nonfinite_add(&s->n, p, s->knobs->calm_points, out)) {
    case NONFINITE_FIRST: nonfinite_emit(&s->n, "grad_nonfinite", severity_of(s), 0.9, PHASE_OPENED, p, out); break;
    case NONFINITE_MORE:
        if (severity_of(s) > s->n.told || s->n.told == SEVERITY_CRITICAL)
            nonfinite_emit(&s->n, "grad_nonfinite", SEVERITY_CRITICAL, 0.98, PHASE_CHANGED, p, out);
        break;
    case NONFINITE_GONE:
        nonfinite_emit(&s->n, "grad_nonfinite", s->n.told == SEVERITY_CRITICAL ? SEVERITY_WARNING : SEVERITY_INFO, 0.9,
                       PHASE_CLOSED, p, out);
        break;
    default: break;
    }
}

const struct analyzer analyzer_grad_nonfinite = {.name = "grad_nonfinite",
                                                 .summary = "the gradient norm is NaN or infinite",
                                                 .source = "Micikevicius 2018, Mixed precision training (loss scaling)",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART),
                                                 .scope = PER_SERIES,
                                                 .state_size = sizeof(struct state),
                                                 .first_size = offsetof(struct state, n.in_a_row),
                                                 .knobs = knobs,
                                                 .observe = observe};
