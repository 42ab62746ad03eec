/* values - NaN and infinities in the weights and in what the optimizer remembers of them.
 *
 * There is no way back from either: every output that uses such a weight is NaN, and so is every step that uses such a moment. A mask may
 * hold -infinity by design, so of buffers only running statistics count, and of what is called a mask only NaN. */
#include <string.h>

#include "parts.h"

struct tally {
    uint64_t tensors, of;
    const struct checkup_tensor *worst;
};

static uint64_t bad_values(const struct checkup_tensor *t)
{
    bool statistic = t->use == USE_RUNNING_MEAN || t->use == USE_RUNNING_VARIANCE, mask = strstr(t->series->name, "mask") != NULL;
    if (!t->summed) return 0;
    return t->summary.nan + ((t->part == CHECKUP_BUFFER && !statistic) || mask ? 0 : t->summary.inf);
}

static double bad_share(const struct checkup_tensor *t)
{
    return t->summary.count ? (double)bad_values(t) / (double)t->summary.count : 0;
}

static void count(struct tally *n, const struct checkup_tensor *t)
{
    if (!t->summed) return;
    n->of++;
    if (!bad_values(t)) return;
    n->tensors++;
    if (!n->worst || bad_share(t) > bad_share(n->worst)) n->worst = t;
}

static void tell(const struct checkup *c, const char *kind, const struct tally *n, const struct findings *out)
{
    if (!n->worst) return;
    struct finding f = checkup_finding(c, kind, SEVERITY_CRITICAL, n->worst->summary.nan ? 0.99 : 0.9, n->worst);
    finding_add(&f, "tensors", (double)n->tensors, "tensors");
    finding_add(&f, "of", (double)n->of, "tensors");
    finding_add(&f, "bad", bad_share(n->worst), "share");
    finding_add(&f, "nan", (double)n->worst->summary.nan, "elements");
    finding_add(&f, "inf", (double)n->worst->summary.inf, "elements");
    out->emit(out->arg, &f);
}

static void look(const void *knobs, const struct checkup *c, const struct findings *out)
{
    struct tally weights = {0}, moments = {0};
    (void)knobs;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (t->part == CHECKUP_OPTIMIZER) count(&moments, t);
        else if (t->part != CHECKUP_OTHER) count(&weights, t);
    }
    tell(c, "weights_nonfinite", &weights, out);
    tell(c, "optimizer_state_nonfinite", &moments, out);
}

static const char *const kinds[] = {"weights_nonfinite", "optimizer_state_nonfinite", NULL};
const struct check check_values = {.name = "values",
                                   .summary = "weights or the optimizer's memory hold NaN or infinities",
                                   .source = "IEEE 754: NaN spreads through every sum it enters",
                                   .kinds = kinds,
                                   .look = look};
