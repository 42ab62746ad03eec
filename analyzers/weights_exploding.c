/* weights_exploding, weights_decaying - the weights grow, or shrink, by an order of magnitude against where they began.
 *
 * Training moves norms: those of seeded networks end between 0.7 and 2.2 times where they began, of single layers at up to 4 times.
 * Ten times as large means steps that throw the weights out, a tenth a decay that outweighs the gradient. One tensor alone may grow from
 * almost nothing by design (a bias, a gate, an adapter that starts at zero), so its factor must be much greater. */
#include <math.h>

#include "analyzer.h"
#include "stats/held.h"
#include "stats/robust.h"

enum { EARLY = 5 };
struct knobs {
    double grown, grown_part, warning, critical, shrunk, min_points, min_share;
};
struct state {
    const struct knobs *knobs;
    double early[EARLY], from; /* sizes of the first values, and their median */
    uint32_t n;
    struct held up, down;
    double far_up, far_down;
    enum severity told; /* of a growth */
};

static const char *const kinds[] = {"weights_exploding", "weights_decaying", NULL};
static const struct knob knobs[] = {
    {"weights_exploding_factor", "x", 5, 2, 1e6, 10, 3, offsetof(struct knobs, grown),
     "of its first level that the norm of all weights must reach",
     "seeded training runs: 0.7 to 2.2 in healthy ones, 5 to 12 in broken ones"},
    {"weights_exploding_warning", "x", 10, 2, 1e6, 30, 5, offsetof(struct knobs, warning),
     "of the norm of all weights; below it is only worth knowing",
     "long training from a small start grows norms by several times"},
    {"weights_exploding_part", "x", 100, 2, 1e9, 1000, 30, offsetof(struct knobs, grown_part), "the same for one tensor",
     "seeded training runs: up to 4 in healthy ones; tensors that start near zero grow by more"},
    {"weights_exploding_critical", "x", 100, 2, 1e9, 1000, 50, offsetof(struct knobs, critical),
     "of the norm of all weights from which it is critical", "our choice"},
    {"weights_decaying_factor", "x", 0.1, 1e-6, 0.9, 0.03, 0.3, offsetof(struct knobs, shrunk),
     "of its first level that the norm must have fallen to", "seeded training runs: not below 0.68 in healthy ones"},
    {"weights_growth_points", "points", 10, 2, 100000, 20, 5, offsetof(struct knobs, min_points), "that it must last",
     "our choice"},
    {"weights_growth_share", "share", 0.02, 0, 1, 0.05, 0.01, offsetof(struct knobs, min_share),
     "of the values, that it must last for", "as loss_divergence_patience_share"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static enum severity severity_of(const struct state *s, bool up, bool whole, double factor)
{
    if (!whole || (up && factor < s->knobs->warning)) return SEVERITY_INFO;
    return up && factor >= s->knobs->critical ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

static void tell(struct held *h, const char *kind, enum held_change change, enum severity severity, double from, double to,
                 const struct point *p, const struct findings *out)
{
    struct finding f = held_finding(h, kind, change, p);
    bool whole = p->series->role == ROLE_WEIGHT_NORM;
    f.severity = change == HELD_OVER ? SEVERITY_INFO : severity;
    f.confidence = whole ? 0.9 : 0.75;
    finding_add(&f, "from", from, "");
    finding_add(&f, "to", to, "");
    finding_add(&f, "ratio", to / from, "x");
    finding_add(&f, "whole", whole, "");
    out->emit(out->arg, &f);
}

static void observe_growth(struct state *s, double size, const struct point *p, const struct findings *out)
{
    bool whole = p->series->role == ROLE_WEIGHT_NORM;
    s->far_up = s->up.row ? fmax(s->far_up, size) : size;
    enum held_change change = held_add(&s->up, p, size >= (whole ? s->knobs->grown : s->knobs->grown_part) * s->from,
                                       s->knobs->min_points, s->knobs->min_share);
    enum severity severity = severity_of(s, true, whole, s->far_up / s->from);
    if (change == HELD_NONE && s->up.open && severity > s->told) change = HELD_GOES_ON;
    if (change == HELD_NONE) return;
    s->told = severity;
    tell(&s->up, "weights_exploding", change, severity, s->from, s->far_up, p, out);
}

static void observe_decay(struct state *s, double size, const struct point *p, const struct findings *out)
{
    bool whole = p->series->role == ROLE_WEIGHT_NORM;
    s->far_down = s->down.row ? fmin(s->far_down, size) : size;
    enum held_change change =
        held_add(&s->down, p, size <= s->knobs->shrunk * s->from, s->knobs->min_points, s->knobs->min_share);
    if (change == HELD_NONE) return;
    tell(&s->down, "weights_decaying", change, severity_of(s, false, whole, 1), s->from, s->far_down, p, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    double size = fabs(p->value);
    if (!isfinite(size)) return;
    if (s->n < EARLY) {
        s->early[s->n++] = size;
        s->from = robust_median(s->early, s->n);
        return;
    }
    if (s->from <= 0) return;
    observe_growth(s, size, p, out);
    observe_decay(s, size, p, out);
}

const struct analyzer analyzer_weights_exploding = {.name = "weights_exploding",
                                                    .summary = "the weights grow or shrink by an order of magnitude",
                                                    .source = "failure knowledge F28, F34; seeded training runs",
                                                    .kinds = kinds,
                                                    .wants = WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART),
                                                    .scope = PER_SERIES,
                                                    .state_size = sizeof(struct state),
                                                    .knobs = knobs,
                                                    .observe = observe};
