/* counts - parameters that had fewer steps than the others: added late, or without a gradient for much of the training.
 *
 * Experts that are rarely chosen and losses that come by turns do so by design: worth knowing, no more. */
#include <math.h>

#include "parts.h"

struct knobs {
    double share, steps;
};
static const struct knob knobs[] = {{"counts_share", "share", 0.5, 0.01, 1, 0.1, 0.9, offsetof(struct knobs, share),
                                     "of the most steps, below which a parameter had few", "our choice"},
                                    {"counts_steps", "steps", 100, 2, 1e9, 1000, 20, offsetof(struct knobs, steps),
                                     "of the optimizer before it is asked", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    const struct checkup_state *fewest = NULL;
    double most = 0, few = 0, of = 0;
    for (size_t i = 0; i < c->n_states; i++) most = fmax(most, c->states[i].steps);
    for (size_t i = 0; i < c->n_states; i++) {
        const struct checkup_state *s = &c->states[i];
        if (!(s->steps >= 0)) continue;
        of++;
        few += s->steps < k->share * most;
        if (!fewest || s->steps < fewest->steps) fewest = s;
    }
    if (most < k->steps || few == 0) return;
    struct finding f =
        checkup_finding(c, "optimizer_steps_differ", SEVERITY_INFO, 0.9, fewest->tensor ? fewest->tensor : fewest->step);
    finding_add(&f, "tensors", few, "parameters");
    finding_add(&f, "of", of, "parameters");
    finding_add(&f, "steps", fewest->steps, "steps");
    finding_add(&f, "most", most, "steps");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"optimizer_steps_differ", NULL};
const struct check check_counts = {.name = "counts",
                                   .summary = "parameters that had fewer steps than the others",
                                   .source = "failure knowledge F43",
                                   .kinds = kinds,
                                   .knobs = knobs,
                                   .knobs_size = sizeof(struct knobs),
                                   .look = look};
