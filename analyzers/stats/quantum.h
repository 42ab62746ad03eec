/* quantum - how many examples a share was counted on: accuracies of 24 examples are multiples of 1/24, and their noise is binomial.
 *
 * The fewest examples are sought of which all the values seen could be shares, as far as their printed digits tell. Sixteen different
 * values of four digits fit a number below 1,000 by chance hardly ever; few values tell only that there are
 * no fewer, and values that are means of shares nothing. */
#ifndef MLWATCH_QUANTUM_H
#define MLWATCH_QUANTUM_H

#include <math.h>
#include <stdint.h>

enum { QUANTUM_VALUES = 12, QUANTUM_MOST = 1000 };
struct quantum {
    double values[QUANTUM_VALUES]; /* different ones */
    uint32_t n;
};

/* quantum_add - x in [0, 1]. O(QUANTUM_VALUES) until enough are there. */
static inline void quantum_add(struct quantum *q, double x)
{
    for (uint32_t i = 0; i < q->n; i++)
        if (q->values[i] == x) return;
    if (q->n < QUANTUM_VALUES) q->values[q->n++] = x;
}

/* quantum_least - the fewest examples of which all the values seen could be shares, however few these are: there are no fewer than so many. 0 when
 * nothing tells. Cost: up to QUANTUM_MOST x QUANTUM_VALUES; when a finding is at stake. */
static inline double quantum_least(const struct quantum *q)
{
    for (int n = 2; q->n >= 2 && n <= QUANTUM_MOST; n++) {
        uint32_t fit = 0;
        while (fit < q->n && fabs(q->values[fit] * n - round(q->values[fit] * n)) <= fmin(6e-5 * n, 0.1)) fit++;
        if (fit == q->n) return n;
    }
    return 0;
}
/* quantum_examples - the same where the values are enough to be sure of it; else 0. */
static inline double quantum_examples(const struct quantum *q) { return q->n < 4 ? 0 : quantum_least(q); }

#endif
