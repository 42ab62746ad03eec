/* loss_scale_collapse - the scale of half-precision gradients is halved again and again and does not recover.
 *
 * A dynamic scale is halved when a gradient overflows and doubled after a thousand good steps or so; at the start many halvings in a row
 * find the level. Far below a level that had held means that the gradients overflow at any scale: they are NaN, not
 * large. A scale that stays at 1 (bfloat16, or none), and -1 for "not used", say nothing. */
#include <math.h>

#include "analyzer.h"
#include "stats/held.h"

struct knobs {
    double factor, floor, least, min_points, min_share, settle_points;
};
struct state {
    const struct knobs *knobs;
    struct held h;
    double level, lowest; /* the highest scale since the start was over */
    uint64_t n;
};

static const char *const kinds[] = {"loss_scale_collapse", NULL};
static const struct knob knobs[] = {
    {"loss_scale_factor", "x", 1024, 16, 1e9, 65536, 256, offsetof(struct knobs, factor),
     "below its level that the scale must have fallen", "ten halvings: they come one in some hundred steps when all is well"},
    {"loss_scale_floor", "scale", 1, 1e-6, 1024, 0.01, 4, offsetof(struct knobs, floor),
     "at or below which it is critical: gradients are no longer scaled up at all",
     "Micikevicius 2018: the scale keeps gradients above 6e-8"},
    {"loss_scale_least", "scale", 128, 2, 65536, 1024, 16, offsetof(struct knobs, least),
     "that must once have held for a fall to mean anything", "our choice; scales that hold are 2^7 to 2^20"},
    {"loss_scale_points", "points", 5, 2, 10000, 10, 3, offsetof(struct knobs, min_points), "that it must last", "our choice"},
    {"loss_scale_lasted", "share", 0.01, 0, 1, 0.03, 0.005, offsetof(struct knobs, min_share),
     "of the values, that it must last for", "our choice"},
    {"loss_scale_settle", "points", 10, 0, 10000, 30, 5, offsetof(struct knobs, settle_points),
     "at the start, while the scale is found", "as grad_nonfinite_warmup, for a scale that is logged every few steps"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value) || p->value < 0) return;
    if ((double)++s->n <= s->knobs->settle_points) return;
    if (!s->h.row) s->level = fmax(s->level, p->value), s->lowest = p->value;
    s->lowest = fmin(s->lowest, p->value);
    bool beyond = s->level >= s->knobs->least && p->value * s->knobs->factor <= s->level;
    enum held_change change = held_add(&s->h, p, beyond, s->knobs->min_points, s->knobs->min_share);
    if (change == HELD_NONE) return;
    struct finding f = held_finding(&s->h, "loss_scale_collapse", change, p);
    if (change != HELD_OVER) f.severity = s->lowest <= s->knobs->floor ? SEVERITY_CRITICAL : SEVERITY_WARNING;
    f.confidence = 0.9;
    finding_add(&f, "from", s->level, "");
    finding_add(&f, "to", s->lowest, "");
    finding_add(&f, "ratio", s->lowest > 0 ? s->level / s->lowest : INFINITY, "x");
    finding_add(&f, "points", (double)s->h.row, "points");
    out->emit(out->arg, &f);
}

const struct analyzer analyzer_loss_scale_collapse = {.name = "loss_scale_collapse",
                                                      .summary = "the loss scale of half precision falls and does not recover",
                                                      .source = "failure knowledge F41; Micikevicius 2018",
                                                      .kinds = kinds,
                                                      .wants = WANTS(ROLE_LOSS_SCALE),
                                                      .scope = PER_SERIES,
                                                      .state_size = sizeof(struct state),
                                                      .knobs = knobs,
                                                      .observe = observe};
