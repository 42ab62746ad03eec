/* statistics - running means and variances of batch normalisation that cannot be right.
 *
 * A variance is not negative. One that is enormous, or a mean far beyond, comes of activations that exploded, and evaluation then divides by
 * it. A mean of all 0 with a variance of all 1 after training is what the layer was made with: it was in evaluation mode all the
 * time, or its statistics were never saved. */
#include <math.h>

#include "parts.h"

struct knobs {
    double variance, mean, steps;
};
static const struct knob knobs[] = {{"statistics_variance", "1", 1e6, 1e2, 1e12, 1e8, 1e4, offsetof(struct knobs, variance),
                                     "greatest running variance of a channel",
                                     "seeded checkpoints: up to 1e3 in healthy networks; pixels of 0 to 255 give 1e4"},
                                    {"statistics_mean", "1", 1e4, 10, 1e9, 1e6, 1e3, offsetof(struct knobs, mean),
                                     "greatest running mean of a channel", "as its variance"},
                                    {"statistics_steps", "steps", 20, 1, 1e6, 100, 5, offsetof(struct knobs, steps),
                                     "of training before untouched statistics are a fault", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

enum wrong { RIGHT, NEGATIVE, TOO_LARGE, UNTOUCHED };

static double steps_taken(const struct checkup *c)
{
    double most = (double)c->step;
    for (size_t i = 0; i < c->n_states; i++) most = fmax(most, c->states[i].steps);
    return most;
}

static enum wrong wrong_with(const struct knobs *k, const struct checkup_tensor *t, double steps)
{
    const struct tensor_summary *s = &t->summary;
    bool variance = t->use == USE_RUNNING_VARIANCE;
    if (!t->summed || s->count == 0 || s->nan || s->inf) return RIGHT; /* the last is said of all tensors */
    if (variance && s->min < 0) return NEGATIVE;
    if (fmax(-s->min, s->max) > (variance ? k->variance : k->mean)) return TOO_LARGE;
    return variance && s->min == 1 && s->max == 1 && steps >= k->steps ? UNTOUCHED : RIGHT;
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct checkup_tensor *worst = NULL;
    enum wrong how = RIGHT;
    double wrong = 0, of = 0, steps = steps_taken(c);
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (t->use != USE_RUNNING_MEAN && t->use != USE_RUNNING_VARIANCE) continue;
        enum wrong w = wrong_with(memory, t, steps);
        of++;
        wrong += w != RIGHT;
        if (w != RIGHT && (!worst || w < how)) worst = t, how = w;
    }
    if (!worst) return;
    struct finding f = checkup_finding(c, "batchnorm_stats_wild", SEVERITY_WARNING, how == TOO_LARGE ? 0.85 : 0.95, worst);
    finding_add(&f, "tensors", wrong, "tensors");
    finding_add(&f, "of", of, "tensors");
    finding_add(&f, "least", worst->summary.min, "");
    finding_add(&f, "greatest", worst->summary.max, "");
    finding_add(&f, "how", how, "");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"batchnorm_stats_wild", NULL};
const struct check check_statistics = {.name = "statistics",
                                       .summary = "running statistics of batch normalisation that cannot be right",
                                       .source = "failure knowledge F21; Ioffe & Szegedy 2015",
                                       .kinds = kinds,
                                       .knobs = knobs,
                                       .knobs_size = sizeof(struct knobs),
                                       .look = look};
