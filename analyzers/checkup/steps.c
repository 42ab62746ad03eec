/* steps - how large one step is for the weights it changes.
 *
 * Adam's step is about rate x (first moment) / sqrt(second moment), momentum's rate x momentum: both lie in the file, so the ratio of a step to
 * its weights is had from one checkpoint; between two it is the distance by the number of steps, which is less where they undo each
 * other. Near 1e-3 all is well; above a tenth a few steps replace the weights. Where the root of the second moment lies below epsilon, epsilon
 * divides instead, and steps are smaller than the rate says: epsilon is too large, or hardly a gradient is left. */
#include <math.h>

#include "parts.h"

struct knobs {
    double high, share, large_eps, steps;
};
static const struct knob knobs[] = {
    {"step_ratio_high", "ratio", 0.1, 0.01, 1, 0.3, 0.03, offsetof(struct knobs, high),
     "of a step to its weights, above which it is too large", "TheDeepChecker: log10 above -1; as update_ratio_high"},
    {"step_ratio_share", "share", 0.5, 0.05, 1, 0.8, 0.3, offsetof(struct knobs, share),
     "of the weight tensors that must show it", "our choice"},
    {"step_eps_large", "1", 1e-5, 1e-8, 1, 1e-3, 1e-6, offsetof(struct knobs, large_eps),
     "from which an epsilon above the gradients is too large; below it the gradients are small, as at the end of a training",
     "defaults: torch 1e-8, Keras 1e-7, half precision 1e-6"},
    {"step_least_steps", "steps", 20, 1, 1e6, 100, 10, offsetof(struct knobs, steps),
     "of the optimizer before its moments mean much", "1 / (1 - beta1) is 10"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double rate_of(const struct checkup *c, const struct checkup_state *s)
{
    double own = s->group ? s->group->learning_rate : NAN;
    return isfinite(own) ? own : c->learning_rate;
}

/* remembered_ratio - of the next step, by the optimizer's moments; NaN where they are not there. */
static double remembered_ratio(const struct checkup *c, const struct checkup_tensor *t, double least_steps)
{
    const struct checkup_state *s = state_of(c, t);
    double size = root_mean_square(t), eps = s && s->group && isfinite(s->group->eps) ? s->group->eps : 0;
    if (!s || size <= 0 || !isfinite(s->drift) || s->steps < least_steps) return NAN;
    return rate_of(c, s) * (s->second ? s->drift / (s->gradient + eps) : s->drift) / size;
}

static double travelled_ratio(const struct checkup *c, const struct checkup_tensor *t)
{
    double steps = steps_between(c);
    return t->compared && t->change.norm_before > 0 ? t->change.norm_difference / t->change.norm_before / steps : NAN;
}

static void look_high(const struct knobs *k, const struct checkup *c, const struct findings *out)
{
    const struct checkup_tensor *worst = NULL;
    double high = 0, of = 0, most = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        double ratio = is_weight(t) ? fmax(remembered_ratio(c, t, k->steps), travelled_ratio(c, t)) : NAN;
        if (!isfinite(ratio)) continue;
        of++;
        high += ratio > k->high;
        if (ratio > most) most = ratio, worst = t;
    }
    if (!worst || high < k->share * of || most <= k->high) return;
    struct finding f = checkup_finding(c, "update_ratio_high", SEVERITY_WARNING, 0.85, worst);
    finding_add(&f, "ratio", most, "");
    finding_add(&f, "tensors", high, "tensors");
    finding_add(&f, "of", of, "tensors");
    finding_add(&f, "bound", k->high, "");
    out->emit(out->arg, &f);
}

static void look_low(const struct knobs *k, const struct checkup *c, const struct findings *out)
{
    const struct checkup_state *worst = NULL;
    double low = 0, of = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_state *s = is_weight(&c->tensors[i]) ? state_of(c, &c->tensors[i]) : NULL;
        if (!s || !s->group || !isfinite(s->gradient) || !isfinite(s->group->eps) || s->gradient == 0 || s->steps < k->steps)
            continue;
        of++;
        if (s->gradient >= s->group->eps) continue;
        low++;
        if (!worst || s->gradient / s->group->eps < worst->gradient / worst->group->eps) worst = s;
    }
    if (!worst || low < k->share * of) return;
    bool large = worst->group->eps >= k->large_eps;
    struct finding f =
        checkup_finding(c, "update_ratio_low", large ? SEVERITY_WARNING : SEVERITY_INFO, large ? 0.9 : 0.8, worst->tensor);
    finding_add(&f, "norm", worst->gradient, "");
    finding_add(&f, "eps", worst->group->eps, "");
    finding_add(&f, "tensors", low, "tensors");
    finding_add(&f, "of", of, "tensors");
    finding_add(&f, "whole", 1, "");
    finding_add(&f, "large_eps", large, "");
    out->emit(out->arg, &f);
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    look_high(memory, c, out);
    look_low(memory, c, out);
}

static const char *const kinds[] = {"update_ratio_high", "update_ratio_low", NULL};
const struct check check_steps = {.name = "steps",
                                  .summary = "steps are too large for the weights, or smaller than the rate says",
                                  .source = "TheDeepChecker (TOSEM 2022); Kingma & Ba 2015",
                                  .kinds = kinds,
                                  .knobs = knobs,
                                  .knobs_size = sizeof(struct knobs),
                                  .look = look};
