/* dead - units of a layer that get no gradient, and rows of an embedding that never came up.
 *
 * The weights into a unit are a row. Where a ReLU is off for every input the gradient of its whole row is exactly 0, and of its bias too: the
 * second moment of that row is 0 when it was so from the start, and the row does not change between checkpoints when it came later (Adam's
 * first moment fades within a hundred steps). Rows of an embedding are entries, not units: it has no bias and its unused rows are no fault.
 * Keras keeps kernels with the units in columns, and there a row of zeros is an input that is always 0: nothing is said. Rows whose
 * weights are 0 were pruned. */
#include <math.h>
#include <string.h>

#include "parts.h"

struct knobs {
    double share, steps, entries;
};
static const struct knob knobs[] = {{"dead_rows_share", "share", 0.5, 0.1, 1, 0.8, 0.3, offsetof(struct knobs, share),
                                     "of a layer's units that get no gradient",
                                     "TheDeepChecker 0.5, AutoTrainer 0.7; seeded checkpoints: up to 0.2 in healthy layers"},
                                    {"dead_rows_steps", "steps", 50, 5, 1e6, 200, 20, offsetof(struct knobs, steps),
                                     "of the optimizer, or between checkpoints, before a missing gradient means a dead unit",
                                     "Adam's first moment is e-5 after 47 steps"},
                                    {"dead_rows_entries", "share", 0.2, 0.01, 1, 0.5, 0.05, offsetof(struct knobs, entries),
                                     "of an embedding's rows without a gradient that are worth knowing of", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The bias of a weight lies next to it in the file, under the same name but for the last word. */
static const struct checkup_tensor *bias_of(const struct checkup *c, const struct checkup_tensor *t)
{
    const char *name = t->series->name, *dot = strrchr(name, '.');
    size_t stem = dot ? (size_t)(dot - name) + 1 : 0, at = (size_t)(t - c->tensors);
    for (size_t i = at ? at - 1 : 0; stem && i < c->n && i <= at + 1; i++) {
        const struct checkup_tensor *b = &c->tensors[i];
        if (b->n_dims == 1 && strncmp(b->series->name, name, stem) == 0 && strcmp(b->series->name + stem, "bias") == 0) return b;
    }
    return NULL;
}

static double zero_rows(const struct checkup *c, const struct checkup_tensor *t, double steps)
{
    const struct checkup_state *s = state_of(c, t);
    if (!s || !s->second || !s->second->summed || !(s->steps >= steps) || s->second->dtype == TENSOR_F16) return 0;
    return (double)s->second->summary.zero_rows;
}

/* What fades of Adam's first moment still changes a bit of the smallest weights of a dead row, so elements tell more than rows; where those of
 * another layer do move, and no coarse format hides it. */
static double still_share(const struct checkup_tensor *t)
{
    return t->change.count ? 1 - (double)t->change.changed / (double)t->change.count : 0;
}
static bool others_move(const struct checkup *c, const struct checkup_tensor *t)
{
    for (size_t i = 0; i < c->n; i++)
        if (&c->tensors[i] != t && is_weight(&c->tensors[i]) && c->tensors[i].compared && still_share(&c->tensors[i]) < 0.2)
            return true;
    return false;
}

static double still_rows(const struct checkup *c, const struct checkup_tensor *t, double steps)
{
    if (!t->compared || !(steps_between(c) >= steps) || t->change.changed == 0) return 0;
    double rows = (double)t->change.rows, still = rows - (double)t->change.changed_rows;
    return t->dtype == TENSOR_F32 && others_move(c, t) ? fmax(still, rows * still_share(t)) : still;
}

/* How many units the bias confirms; all where there is none to ask. */
static double confirmed(const struct checkup *c, const struct checkup_tensor *bias, double steps)
{
    const struct checkup_state *s = bias ? state_of(c, bias) : NULL;
    double zeros = s && s->second && s->second->summed ? (double)s->second->summary.zero : 0;
    double still = bias && bias->compared && steps_between(c) >= steps ? (double)(bias->change.count - bias->change.changed) : 0;
    return fmax(zeros, still);
}

/* dead_share - of a layer's units; negative where it cannot be told. */
static double dead_share(const struct checkup *c, const struct checkup_tensor *t, const struct knobs *k)
{
    const struct checkup_tensor *bias = bias_of(c, t);
    double rows = (double)t->summary.rows, pruned = (double)t->summary.zero_rows;
    if (t->use != USE_WEIGHT || !is_weight(t) || rows < 8 || strstr(t->series->name, "kernel") || (!bias && t->n_dims < 3))
        return -1;
    double dead = fmax(zero_rows(c, t, k->steps), still_rows(c, t, k->steps));
    if (dead == rows) return 0; /* the whole layer stands still: that is no matter of units */
    if (bias) dead = fmin(dead, confirmed(c, bias, k->steps));
    return fmax(dead - pruned, 0) / rows;
}

static void tell_embedding(const struct checkup *c, const struct checkup_tensor *t, const struct knobs *k,
                           const struct findings *out)
{
    double rows = (double)t->summary.rows, dead = t->summed && rows >= 8 ? zero_rows(c, t, k->steps) / rows : 0;
    if (dead < k->entries) return;
    struct finding f = checkup_finding(c, "embedding_rows_untouched", SEVERITY_INFO, 0.95, t);
    finding_add(&f, "share", dead, "share");
    finding_add(&f, "rows", rows, "rows");
    out->emit(out->arg, &f);
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    const struct checkup_tensor *worst = NULL;
    double most = 0, layers = 0, of = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (t->use == USE_EMBEDDING) tell_embedding(c, t, k, out);
        double share = dead_share(c, t, k);
        of += share >= 0;
        layers += share >= k->share;
        if (share > most) most = share, worst = t;
    }
    if (most < k->share) return;
    struct finding f = checkup_finding(c, "dead_units", SEVERITY_WARNING, most > 0.9 ? 0.95 : 0.9, worst);
    finding_add(&f, "share", most, "share");
    finding_add(&f, "tensors", layers, "layers");
    finding_add(&f, "of", of, "layers");
    finding_add(&f, "from_start", zero_rows(c, worst, k->steps) >= k->share * (double)worst->summary.rows, "");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"dead_units", "embedding_rows_untouched", NULL};
const struct check check_dead = {.name = "dead",
                                 .summary = "units without a gradient; rows of an embedding that never came up",
                                 .source = "failure knowledge F26; AutoTrainer (ICSE 2021); TheDeepChecker (TOSEM 2022)",
                                 .kinds = kinds,
                                 .knobs = knobs,
                                 .knobs_size = sizeof(struct knobs),
                                 .look = look};
