/* undertrained - matrices that still look like random ones.
 *
 * Training gives the squares of a matrix's singular values a heavy tail, whose density falls as x^-alpha: 2 to 4 in networks that generalise
 * well, while above 6 nothing tells it from the short tail of random numbers. One fit is noise (random matrices give 3 to 30), so it is the
 * median of several that counts. A small network that solves a small task may never leave its random start by more: worth knowing, no more. */
#include <math.h>

#include "../stats/robust.h"
#include "parts.h"

struct knobs {
    double exponent, least;
};
static const struct knob knobs[] = {{"undertrained_exponent", "1", 6, 3, 30, 8, 5, offsetof(struct knobs, exponent),
                                     "of the tail of the squared singular values, in the median of all matrices",
                                     "weightwatcher: above 6; a trained sentence encoder: 3.3 in the median, 34 of 38 below 6"},
                                    {"undertrained_least", "matrices", 4, 2, 1000, 8, 3, offsetof(struct knobs, least),
                                     "that must have been fitted", "one fit is noise"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    const struct checkup_tensor *most = NULL;
    double exponents[ROBUST_MAX], above = 0;
    size_t n = 0;
    for (size_t i = 0; i < c->n && n < ROBUST_MAX; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (!is_weight(t) || !(t->tail_exponent > 1)) continue;
        exponents[n++] = t->tail_exponent;
        above += t->tail_exponent > k->exponent;
        if (!most || t->tail_exponent > most->tail_exponent) most = t;
    }
    if (!n || (double)n < k->least || c->step == 0) return;
    double median = robust_median(exponents, n);
    if (median <= k->exponent) return;
    struct finding f = checkup_finding(c, "spectrum_undertrained", SEVERITY_INFO, 0.6, most);
    finding_add(&f, "exponent", most->tail_exponent, "");
    finding_add(&f, "median", median, "");
    finding_add(&f, "tensors", above, "tensors");
    finding_add(&f, "of", (double)n, "tensors");
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"spectrum_undertrained", NULL};
const struct check check_undertrained = {.name = "undertrained",
                                         .summary = "matrices still look like random ones",
                                         .source = "Clauset 2009 (power laws in data); Martin & Mahoney 2021 (weightwatcher)",
                                         .kinds = kinds,
                                         .knobs = knobs,
                                         .knobs_size = sizeof(struct knobs),
                                         .look = look};
