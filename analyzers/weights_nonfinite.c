/* weights_nonfinite - a norm, an extreme or a mean of the weights is NaN or infinite.
 *
 * There is no way back from it: NaN in a weight makes every output that uses it NaN, so one value is enough. */
#include <math.h>

#include "analyzer.h"
#include "stats/nonfinite.h"

struct knobs {
    double calm_points;
};
struct state {
    const struct knobs *knobs;
    struct nonfinite n;
};

static const char *const kinds[] = {"weights_nonfinite", NULL};
static const struct knob knobs[] = {{"weights_nonfinite_calm", "points", 10, 1, 1000, 10, 10, offsetof(struct knobs, calm_points),
                                     "finite values in a row after which it is over", "as grad_nonfinite_calm"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (nonfinite_add(&s->n, p, s->knobs->calm_points, out)) {
    case NONFINITE_FIRST: nonfinite_emit(&s->n, "weights_nonfinite", SEVERITY_CRITICAL, 0.95, PHASE_OPENED, p, out); break;
    case NONFINITE_MORE: nonfinite_emit(&s->n, "weights_nonfinite", SEVERITY_CRITICAL, 0.99, PHASE_CHANGED, p, out); break;
    case NONFINITE_GONE: nonfinite_emit(&s->n, "weights_nonfinite", SEVERITY_WARNING, 0.8, PHASE_CLOSED, p, out); break;
    default: break;
    }
}

const struct analyzer analyzer_weights_nonfinite = {.name = "weights_nonfinite",
                                                    .summary = "weights are NaN or infinite",
                                                    .source = "IEEE 754: NaN spreads through every sum it enters",
                                                    .kinds = kinds,
                                                    .wants = WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART) |
                                                             WANTS(ROLE_WEIGHT_MEAN),
                                                    .scope = PER_SERIES,
                                                    .state_size = sizeof(struct state),
                                                    .knobs = knobs,
                                                    .observe = observe};
