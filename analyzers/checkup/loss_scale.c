/* loss_scale - the scale of half-precision gradients, as the scaler saved it.
 *
 * It is halved when a gradient overflows and doubled after some thousand good steps; it holds at 2^7 to 2^20. Below 1 gradients are scaled down
 * and overflow still: they are NaN, not large. A scale of exactly 1 is how no scaling is written. */
#include <math.h>

#include "parts.h"

struct knobs {
    double floor, factor;
};
static const struct knob knobs[] = {{"scale_floor", "scale", 1, 1e-6, 1024, 0.01, 4, offsetof(struct knobs, floor),
                                     "below which it has collapsed", "as loss_scale_floor"},
                                    {"scale_factor", "x", 1024, 16, 1e9, 65536, 256, offsetof(struct knobs, factor),
                                     "below the checkpoint before, which is a warning", "as loss_scale_factor"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    double now = c->loss_scale, before = c->loss_scale_before;
    bool gone = now > 0 && now<k->floor, fell = now> 0 && isfinite(before) && now * k->factor <= before && now != 1;
    if (!gone && !fell) return;
    struct finding f = checkup_finding(c, "loss_scale_collapse", gone ? SEVERITY_CRITICAL : SEVERITY_WARNING, 0.9, NULL);
    finding_add(&f, "from", isfinite(before) ? before : 65536, "scale");
    finding_add(&f, "to", now, "scale");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"loss_scale_collapse", NULL};
const struct check check_loss_scale = {.name = "loss_scale",
                                       .summary = "the loss scale of half precision has collapsed",
                                       .source = "failure knowledge F41; Micikevicius 2018",
                                       .kinds = kinds,
                                       .knobs = knobs,
                                       .knobs_size = sizeof(struct knobs),
                                       .look = look};
