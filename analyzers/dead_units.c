/* dead_units - a layer's units are off for every input: nothing passes them, neither forwards nor back.
 *
 * Half of the activations of a healthy ReLU layer are zero, and in a network with room to spare half of its units may never fire, so the
 * bounds lie far above. The share of zeros in a histogram is an upper bound (the bucket around zero may be wide): there it must be all
 * but everything, and where the log names a share of dead units that is believed. A value above 1 is a count of units and says
 * nothing without their number. */
#include <math.h>

#include "analyzer.h"
#include "stats/held.h"

struct knobs {
    double dead, zeros, min_points, min_share;
};
struct state {
    const struct knobs *knobs;
    struct held h;
    double highest;
    bool counts;
};

static const char *const kinds[] = {"dead_units", NULL};
static const struct knob knobs[] = {
    {"dead_units_share", "share", 0.8, 0.3, 1, 0.95, 0.65, offsetof(struct knobs, dead), "of a layer's units that never fire",
     "AutoTrainer 0.7, TheDeepChecker 0.5; seeded training runs: up to 0.55 in healthy layers, 0.98 in dead ones"},
    {"dead_units_zeros", "share", 0.98, 0.5, 1, 0.999, 0.9, offsetof(struct knobs, zeros), "of a layer's activations that are 0",
     "seeded training runs: up to 0.81 in healthy layers, 0.99 in dead ones"},
    {"dead_units_points", "points", 5, 2, 10000, 10, 3, offsetof(struct knobs, min_points), "that it must last", "our choice"},
    {"dead_units_lasted", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct knobs, min_share),
     "of the values, that it must last for", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool named = p->series->role == ROLE_DEAD_SHARE;
    if (!isfinite(p->value)) return;
    s->counts = s->counts || p->value > 1;
    bool beyond = !s->counts && p->value >= (named ? s->knobs->dead : s->knobs->zeros);
    enum held_change change = held_add(&s->h, p, beyond, s->knobs->min_points, s->knobs->min_share);
    s->highest = s->h.row > 1 ? fmax(s->highest, p->value) : p->value;
    if (change == HELD_NONE) return;
    struct finding f = held_finding(&s->h, "dead_units", change, p);
    if (change != HELD_OVER) f.severity = SEVERITY_WARNING;
    f.confidence = named ? 0.92 : 0.85;
    finding_add(&f, "share", s->highest, "share");
    finding_add(&f, "by_zeros", !named, "");
    out->emit(out->arg, &f);
}

const struct analyzer analyzer_dead_units = {.name = "dead_units",
                                             .summary = "a layer's units are off for every input",
                                             .source =
                                                 "failure knowledge F26; AutoTrainer (ICSE 2021); TheDeepChecker (TOSEM 2022)",
                                             .kinds = kinds,
                                             .wants = WANTS(ROLE_DEAD_SHARE) | WANTS(ROLE_ZERO_SHARE),
                                             .scope = PER_SERIES,
                                             .state_size = sizeof(struct state),
                                             .knobs = knobs,
                                             .observe = observe};
