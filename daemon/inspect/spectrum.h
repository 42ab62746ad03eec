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
};

/* spectrum_missing - a sentence when this program cannot compute any; else NULL. */
const char *spectrum_missing(void);
/* spectrum_fits - is the matrix small enough: the shorter side at most 1,024, a million elements? spectrum_seconds - about what it costs. */
bool spectrum_fits(uint64_t rows, uint64_t columns);
double spectrum_seconds(uint64_t rows, uint64_t columns);
/* spectrum_of - of a matrix that fits, finite, row-major.
 *   returns   NaN for both when memory is short or LAPACK gives up
 * Source      Roy & Vetterli 2007, The effective rank: exp of the entropy of the singular values' shares
 * Cost        n^2 m operations for the product of the matrix with itself, n the shorter side; singular values below 1e-8 of the largest are
 *             lost in it, and count for nothing in the rank */
struct spectrum spectrum_of(const double *a, uint64_t rows, uint64_t columns);

#endif
