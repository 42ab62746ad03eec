/* sizes - the weights as a whole grew or shrank by an order of magnitude, or have a size no network has.
 *
 * Between two checkpoints the norm of all weights is compared, by the rules of the analyzer for logged norms. In one, a weight tensor far
 * above what any initialiser draws for its width has thrown its network out (activations are of order 1), and one a ten-thousandth of it
 * passes nothing on. Tensors that begin at 0 by design (an adapter's second matrix, a gate) are no weight yet. */
#include <math.h>

#include "parts.h"

struct knobs {
    double grown, warning, critical, shrunk, huge, huge_by_width, tiny, share;
};
static const struct knob knobs[] = {
    {"size_grown", "x", 5, 2, 1e6, 10, 3, offsetof(struct knobs, grown), "of the norm of all weights between two checkpoints",
     "as weights_exploding_factor"},
    {"size_grown_warning", "x", 10, 2, 1e6, 30, 5, offsetof(struct knobs, warning), "of it, from which it is a warning",
     "as weights_exploding_warning"},
    {"size_grown_critical", "x", 100, 2, 1e9, 1000, 50, offsetof(struct knobs, critical), "of it, from which it is critical",
     "as weights_exploding_critical"},
    {"size_shrunk", "x", 0.1, 1e-6, 0.9, 0.03, 0.3, offsetof(struct knobs, shrunk), "of the norm of all weights",
     "as weights_decaying_factor"},
    {"size_huge", "1", 2.5, 1, 1e8, 10, 1.5, offsetof(struct knobs, huge),
     "root mean square of a weight tensor, from which it is too large",
     "AutoTrainer has 5 for one weight; seeded checkpoints: up to 1.1 in healthy layers, 3 to 24 and more in broken ones"},
    {"size_huge_by_width", "x", 20, 5, 1e8, 50, 10, offsetof(struct knobs, huge_by_width), "and the same by 1 / sqrt(fan in)",
     "seeded checkpoints: up to 6 in healthy layers, 24 and more in broken ones"},
    {"size_tiny", "x", 1e-4, 1e-8, 0.1, 1e-5, 1e-3, offsetof(struct knobs, tiny),
     "root mean square of a weight tensor, by 1 / sqrt(fan in)", "initialisers draw 0.5 to 1.5 of it"},
    {"size_share", "share", 0.5, 0.05, 1, 0.8, 0.3, offsetof(struct knobs, share), "of the weight tensors that must be so small",
     "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(const struct checkup *c, const char *kind, enum severity severity, double confidence,
                 const struct checkup_tensor *t, double from, double to, const struct findings *out)
{
    struct finding f = checkup_finding(c, kind, severity, confidence, t);
    finding_add(&f, "from", from, "");
    finding_add(&f, "to", to, "");
    finding_add(&f, "ratio", to / from, "x");
    finding_add(&f, "whole", 1, "");
    out->emit(out->arg, &f);
}

/* look_between - true when something was told. */
static bool look_between(const struct knobs *k, const struct checkup *c, const struct findings *out)
{
    double before = 0, now = 0, most = 0, least = INFINITY;
    const struct checkup_tensor *grown = NULL, *shrunk = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (!is_weight(t) || !t->compared || t->change.norm_before <= 0) continue;
        double ratio = t->change.norm_now / t->change.norm_before;
        before += t->change.norm_before * t->change.norm_before;
        now += t->change.norm_now * t->change.norm_now;
        if (ratio > most) most = ratio, grown = t;
        if (ratio < least) least = ratio, shrunk = t;
    }
    double ratio = before > 0 ? sqrt(now / before) : 1;
    enum severity severity = ratio >= k->critical ? SEVERITY_CRITICAL : ratio >= k->warning ? SEVERITY_WARNING : SEVERITY_INFO;
    if (ratio >= k->grown) tell(c, "weights_exploding", severity, 0.9, grown, sqrt(before), sqrt(now), out);
    else if (ratio <= k->shrunk) tell(c, "weights_decaying", SEVERITY_WARNING, 0.9, shrunk, sqrt(before), sqrt(now), out);
    else return false;
    return true;
}

static void look_alone(const struct knobs *k, const struct checkup *c, const struct findings *out)
{
    double of = 0, tiny = 0, largest = 0, usual = 0, smallest = INFINITY, least_usual = 0;
    const struct checkup_tensor *huge = NULL, *small = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        double size = is_weight(t) ? root_mean_square(t) : 0;
        if (size <= 0) continue;
        double expected = sqrt((double)t->shape[0] / (double)t->summary.count);
        of++;
        tiny += size < k->tiny * expected;
        bool both_ways = fmin(-t->summary.min, t->summary.max) > size / 3; /* else it is a table with a few forbidding entries */
        if (both_ways && size > k->huge && size > k->huge_by_width * expected && size > largest)
            largest = size, huge = t, usual = expected;
        if (size < smallest) smallest = size, small = t, least_usual = expected;
    }
    if (huge) tell(c, "weights_exploding", SEVERITY_WARNING, 0.85, huge, usual, largest, out);
    if (small && tiny >= k->share * of && tiny > 0)
        tell(c, "weights_decaying", SEVERITY_WARNING, 0.85, small, least_usual, smallest, out);
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    if (!look_between(memory, c, out)) look_alone(memory, c, out);
}

static const char *const kinds[] = {"weights_exploding", "weights_decaying", NULL};
const struct check check_sizes = {.name = "sizes",
                                  .summary = "the weights are, or become, too large or too small",
                                  .source = "failure knowledge F28, F34; as the analyzer weights_exploding",
                                  .kinds = kinds,
                                  .knobs = knobs,
                                  .knobs_size = sizeof(struct knobs),
                                  .look = look};
