/* kl_blowup - the policy moves too far in one update, or too far from its reference.
 *
 * Trust regions of policy gradients keep the divergence of an update near 0.02. Ten times that, update after update, is a policy
 * that its own data no longer describe. To a fixed reference (as in fine-tuning from preferences) it grows by design, to some
 * tens of nats over a whole answer; what lies far above has left the language of the reference, and is worth knowing. */
#include <math.h>

#include "analyzer.h"
#include "stats/held.h"

struct knobs {
    double update, reference, min_points, min_share;
};
struct state {
    const struct knobs *knobs;
    struct held h;
    double highest;
};

static const char *const kinds[] = {"kl_blowup", NULL};
static const struct knob knobs[] = {
    {"kl_blowup_update", "nats", 0.2, 0.02, 10, 0.5, 0.1, offsetof(struct knobs, update), "of one update",
     "PPO: updates stop at 0.015 to 0.03; seeded training runs: up to 0.05 in healthy ones, 0.5 and more in broken ones"},
    {"kl_blowup_reference", "nats", 100, 1, 1e6, 300, 30, offsetof(struct knobs, reference), "to a reference that stays",
     "our choice; adaptive penalties aim at 6"},
    {"kl_blowup_points", "points", 3, 2, 10000, 6, 2, offsetof(struct knobs, min_points), "in a row", "our choice"},
    {"kl_blowup_lasted", "share", 0.05, 0, 1, 0.1, 0.03, offsetof(struct knobs, min_share), "of the updates, in a row",
     "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool update = p->series->role == ROLE_KL;
    if (!isfinite(p->value)) return;
    double bound = update ? s->knobs->update : s->knobs->reference;
    enum held_change change = held_add(&s->h, p, p->value > bound, s->knobs->min_points, s->knobs->min_share);
    s->highest = s->h.row > 1 ? fmax(s->highest, p->value) : p->value;
    if (change == HELD_NONE) return;
    struct finding f = held_finding(&s->h, "kl_blowup", change, p);
    if (update && change != HELD_OVER) f.severity = SEVERITY_WARNING;
    f.confidence = update ? 0.9 : 0.6;
    finding_add(&f, "to", s->highest, "nats");
    finding_add(&f, "bound", bound, "nats");
    finding_add(&f, "points", (double)s->h.row, "points");
    finding_add(&f, "update", update, "");
    out->emit(out->arg, &f);
}

const struct analyzer analyzer_kl_blowup = {.name = "kl_blowup",
                                            .summary = "the policy moves too far in one update",
                                            .source = "Schulman 2017, PPO (adaptive KL, early stopping)",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_KL) | WANTS(ROLE_KL_REFERENCE),
                                            .scope = PER_SERIES,
                                            .state_size = sizeof(struct state),
                                            .knobs = knobs,
                                            .observe = observe};
