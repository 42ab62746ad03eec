/* spectrum - the singular values of a matrix: its largest, and how many of its dimensions it uses.
 *
 * Through LAPACK's own (netlib) code, linked statically: it starts no threads and costs half a millisecond to load, OpenBLAS seven and a thread a
 * core. Without it at build time nothing is computed, and spectrum_missing says so. */
#ifndef MLWATCH_SPECTRUM_H
#define MLWATCH_SPECTRUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spectrum {
    double effective_rank, largest_singular; /* NaN when there are none */
    double
        tail_exponent; /* alpha of the density x^-alpha that the squared singular values end in; NaN below SPECTRUM_TAIL_SIDE of them */
};
enum { SPECTRUM_TAIL_SIDE = 50 };

/* spectrum_missing - a sentence when this program cannot compute any; else NULL. */
const char *spectrum_missing(void);
/* spectrum_fits - is the matrix small enough: the shorter side at most 1,024, a million elements? spectrum_seconds - about what it costs. */
bool spectrum_fits(uint64_t rows, uint64_t columns);
double spectrum_seconds(uint64_t rows, uint64_t columns);
/* spectrum_of - of a matrix that fits, finite, row-major.
 *   returns   NaN for all when memory is short or LAPACK gives up
 * Source      Roy & Vetterli 2007, The effective rank: exp of the entropy of the singular values' shares. The exponent: Clauset, Shalizi &
 *             Newman 2009, Power-law distributions in empirical data: most likely from the border on that fits best (Kolmogorov-Smirnov)
 * Cost        n^2 m operations for the product of the matrix with itself, n the shorter side, and n^2 exponentials; singular values below 1e-8 of the largest are
 *             lost in it, and count for nothing in the rank */
struct spectrum spectrum_of(const double *a, uint64_t rows, uint64_t columns);

#endif
