/* rank - a matrix that uses few of its dimensions.
 *
 * The effective rank is exp of the entropy of the singular values' shares (Roy & Vetterli 2007): as many as there are when all are equal, 1 when
 * one does everything. A matrix of random numbers has most of its rank; a few per cent of it mean that the layer collapsed onto a few
 * directions, or that its units began alike and stayed so. Small tasks need few directions: worth knowing, no more. */
#include <math.h>

#include "parts.h"

struct knobs {
    double share, least;
};
static const struct knob knobs[] = {{"rank_share", "share", 0.05, 0.001, 0.5, 0.02, 0.1, offsetof(struct knobs, share),
                                     "of its dimensions that a matrix uses",
                                     "seeded checkpoints: not below 0.2 in healthy networks"},
                                    {"rank_least", "dimensions", 32, 8, 1024, 64, 16, offsetof(struct knobs, least),
                                     "that a matrix must have to be asked", "the effective rank of a small matrix is noise"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double full_rank(const struct checkup_tensor *t)
{
    double rows = (double)t->shape[0], columns = rows > 0 ? (double)t->summary.count / rows : 0;
    return fmin(rows, columns);
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    const struct checkup_tensor *worst = NULL;
    double low = 0, of = 0;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (!is_weight(t) || !isfinite(t->effective_rank) || t->effective_rank <= 0 || full_rank(t) < k->least) continue;
        of++;
        if (t->effective_rank >= k->share * full_rank(t)) continue;
        low++;
        if (!worst || t->effective_rank / full_rank(t) < worst->effective_rank / full_rank(worst)) worst = t;
    }
    if (!worst) return;
    struct finding f = checkup_finding(c, "spectrum_overtrained", SEVERITY_INFO, 0.8, worst);
    finding_add(&f, "rank", worst->effective_rank, "dimensions");
    finding_add(&f, "full", full_rank(worst), "dimensions");
    finding_add(&f, "tensors", low, "tensors");
    finding_add(&f, "of", of, "tensors");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"spectrum_overtrained", NULL};
const struct check check_rank = {.name = "rank",
                                 .summary = "a matrix uses few of its dimensions",
                                 .source = "Roy & Vetterli 2007 (effective rank); Martin & Mahoney 2021",
                                 .kinds = kinds,
                                 .knobs = knobs,
                                 .knobs_size = sizeof(struct knobs),
                                 .look = look};
