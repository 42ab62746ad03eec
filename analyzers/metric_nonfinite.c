/* metric_nonfinite - another number of the log is NaN or infinite.
 *
 * Many are so by right: a perplexity overflows, a z-score has no window yet, a class is absent from a batch. So it is worth knowing
 * only for a score that had been finite, and a warning only when it stays so. A return is the mean of the episodes that ended since the last
 * record, and of none of them it is NaN: one finite value tells that the agent goes on, and from then on NaN is worth knowing only. */
#include <math.h>

#include "analyzer.h"
#include "stats/nonfinite.h"

struct knobs {
    double calm_points, row_points;
};
struct state {
    const struct knobs *knobs;
    struct nonfinite n;
};

static const char *const kinds[] = {"metric_nonfinite", NULL};
static const struct knob knobs[] = {{"metric_nonfinite_calm", "points", 3, 1, 1000, 3, 3, offsetof(struct knobs, calm_points),
                                     "finite values in a row after which it is over", "our choice"},
                                    {"metric_nonfinite_row", "points", 3, 1, 100, 5, 2, offsetof(struct knobs, row_points),
                                     "NaN in a row before it is a warning", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Is this a return that was NaN before and came back? */
static bool is_of_no_episode(const struct state *s, const struct point *p)
{
    return p->series->role == ROLE_RETURN && s->n.episode > 1;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = nonfinite_whole(state, p, out);
    if (!s) return;
    switch (nonfinite_add(&s->n, p, p->series->role == ROLE_RETURN ? 1 : s->knobs->calm_points, out)) {
    case NONFINITE_FIRST:
    case NONFINITE_MORE:
        if (s->n.bad == s->n.points || !isnan(p->value) || (double)s->n.in_a_row < s->knobs->row_points) return;
        nonfinite_emit(&s->n, "metric_nonfinite", is_of_no_episode(s, p) ? SEVERITY_INFO : SEVERITY_WARNING, 0.9,
                       (double)s->n.in_a_row == s->knobs->row_points ? PHASE_OPENED : PHASE_CHANGED, p, out);
        break;
    case NONFINITE_GONE:
        if (s->n.told) nonfinite_emit(&s->n, "metric_nonfinite", SEVERITY_INFO, 0.9, PHASE_CLOSED, p, out);
        break;
    default: break;
    }
}

const struct analyzer analyzer_metric_nonfinite = {.name = "metric_nonfinite",
                                                   .summary = "a score became NaN",
                                                   .source = "failure knowledge: metric_computation_bug",
                                                   .kinds = kinds,
                                                   .wants = WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_SCORE_EVAL) |
                                                            WANTS(ROLE_RETURN) | WANTS(ROLE_ENTROPY) | WANTS(ROLE_KL),
                                                   .scope = PER_SERIES,
                                                   .state_size = sizeof(struct state),
                                                   .first_size = offsetof(struct state, n.in_a_row),
                                                   .knobs = knobs,
                                                   .observe = observe};
