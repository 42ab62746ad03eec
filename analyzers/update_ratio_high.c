/* update_ratio_high, update_ratio_low - the steps are too large, or too small, for the weights they change.
 *
 * The size of a step over the size of the weights is near 1e-3 in a run that learns. Above a tenth a few steps replace the
 * weights; below 1e-5 they do not move in any time one would wait. A schedule ends in tiny steps by right: too small is
 * only a ratio that was never larger. The common logarithm is logged too: then all values are negative. */
#include <math.h>

#include "analyzer.h"
#include "stats/held.h"

struct knobs {
    double high, low, low_part, min_points, min_share;
};
struct state {
    const struct knobs *knobs;
    struct held up, down;
    double highest; /* of those since the first values */
    bool logarithm, plain;
};

static const char *const kinds[] = {"update_ratio_high", "update_ratio_low", NULL};
static const struct knob knobs[] = {
    {"update_ratio_high", "ratio", 0.1, 0.01, 1, 0.3, 0.03, offsetof(struct knobs, high), "above which steps are too large",
     "TheDeepChecker: log10 above -1; seeded training runs: up to 0.013 in healthy layers"},
    {"update_ratio_low", "ratio", 1e-5, 1e-9, 1e-3, 3e-6, 3e-5, offsetof(struct knobs, low),
     "below which the steps of the whole model are too small",
     "TheDeepChecker has log10 below -4; seeded training runs: down to 1e-4 in healthy ones, 1e-7 where nothing moves"},
    {"update_ratio_low_part", "ratio", 1e-7, 1e-12, 1e-3, 1e-8, 1e-6, offsetof(struct knobs, low_part), "the same for one layer",
     "seeded training runs: down to 8e-6 in healthy layers"},
    {"update_ratio_points", "points", 20, 3, 100000, 50, 10, offsetof(struct knobs, min_points), "that it must last",
     "a schedule's warm-up begins with tiny steps"},
    {"update_ratio_lasted", "share", 0.05, 0, 1, 0.1, 0.02, offsetof(struct knobs, min_share),
     "of the values, that it must last for", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct held *h, const char *kind, enum held_change change, double ratio, const struct point *p,
                 const struct findings *out)
{
    struct finding f = held_finding(h, kind, change, p);
    bool whole = !p->series->part;
    if (whole && change != HELD_OVER) f.severity = SEVERITY_WARNING;
    f.confidence = whole ? 0.88 : 0.75;
    finding_add(&f, "ratio", ratio, "");
    finding_add(&f, "points", (double)h->row, "points");
    finding_add(&f, "whole", whole, "");
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    s->logarithm = p->value < 0 && !s->plain;
    s->plain = s->plain || p->value > 0;
    double ratio = s->logarithm ? pow(10, fmax(p->value, -300)) : fabs(p->value);
    s->highest = s->down.points ? fmax(s->highest, ratio) : ratio;
    enum held_change up = held_add(&s->up, p, ratio > s->knobs->high, s->knobs->min_points, s->knobs->min_share);
    if (p->series->part && ratio == 0) return; /* a frozen layer: weights_frozen says so where its norm is logged */
    double low = p->series->part ? s->knobs->low_part : s->knobs->low;
    enum held_change down = held_add(&s->down, p, ratio < low && s->highest < low, s->knobs->min_points, 0.9);
    if (up != HELD_NONE) tell(&s->up, "update_ratio_high", up, ratio, p, out);
    if (down != HELD_NONE) tell(&s->down, "update_ratio_low", down, s->highest, p, out);
}

const struct analyzer analyzer_update_ratio_high = {.name = "update_ratio_high",
                                                    .summary = "steps are too large or too small for the weights",
                                                    .source = "TheDeepChecker (TOSEM 2022); seeded training runs",
                                                    .kinds = kinds,
                                                    .wants = WANTS(ROLE_UPDATE_RATIO),
                                                    .scope = PER_SERIES,
                                                    .state_size = sizeof(struct state),
                                                    .knobs = knobs,
                                                    .observe = observe};
