/* text_health - see text/health.h. Lines: training_log of Megatron-LM's megatron/training.py. */
#include "health.h"

#include <math.h>
#include <string.h>

#include "event.h"

/* What a Megatron line says about numbers. It leaves the loss out when it is NaN or no iteration since the last line counted. */
struct health {
    bool has_loss, loss_nan, nan_iterations, skipped;
    double grad_norm, loss_scale; /* 0 when there is none */
};

static struct health health_of(const struct text_pairs *ps)
{
    struct health h = {0};
    for (size_t i = 0; i < ps->n; i++) {
        const struct text_pair *p = &ps->pair[i];
        bool loss = span_is(p->key, "lm loss");
        h.has_loss |= loss;
        h.loss_nan |= loss && isnan(p->value);
        if (span_is(p->key, "number of nan iterations")) h.nan_iterations = p->value > 0;
        if (span_is(p->key, "number of skipped iterations")) h.skipped = p->value > 0;
        if (span_is(p->key, "grad norm")) h.grad_norm = p->value;
        if (span_is(p->key, "loss scale")) h.loss_scale = p->value;
    }
    return h;
}

void text_health(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct format_out *out)
{
    struct health h = health_of(ps);
    if (h.loss_scale < r->loss_scale && !h.has_loss)
        h.skipped = true; /* under DeepSpeed the count of skipped iterations stays 0 */
    r->loss_scale = h.loss_scale;
    bool left_out = !h.has_loss && r->loss_told, known = h.nan_iterations || h.loss_nan || (!h.has_loss && isnan(h.grad_norm));
    bool bad = known || (left_out && !h.skipped);
    r->loss_told |= h.has_loss;
    if (left_out && known)
        text_point(r, l, span_of("lm loss"), NAN, (struct text_where){r->place.step, r->place.axis, SPLIT_NONE}, out);
    if (bad && !r->nonfinite) text_event_tell(l, EVENT_NONFINITE, out);
    if (!bad && h.skipped) text_event_tell(l, EVENT_LOSS_SCALE, out);
    r->nonfinite = bad;
}
