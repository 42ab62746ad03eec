#include "spectrum.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_SIDE = 1024, MOST_ELEMENTS = 1 << 20 };

bool spectrum_fits(uint64_t rows, uint64_t columns)
{
    uint64_t side = rows < columns ? rows : columns, other = rows < columns ? columns : rows;
    return side >= 2 && side <= MOST_SIDE && other <= MOST_ELEMENTS / side;
}

/* Measured with netlib's code: 2.6 to 5 thousand million operations a second for the product, as many for the eigenvalues of large ones; of the least one it
 * takes two microseconds to ask. */
double spectrum_seconds(uint64_t rows, uint64_t columns)
{
    double n = (double)(rows < columns ? rows : columns), m = (double)(rows < columns ? columns : rows);
    return 2e-6 + n * n * (m + n) / 2.5e9 + (n < SPECTRUM_TAIL_SIDE ? 0 : n * n * 8e-9);
}

#ifdef MLWATCH_LAPACK
/* As Fortran has them: all by reference, column-major, the lengths of strings behind. */
extern void dsyrk_(const char *uplo, const char *trans, const int *n, const int *k, const double *alpha, const double *a,
                   const int *lda, const double *beta, double *c, const int *ldc, size_t, size_t);
extern void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
                    const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);

const char *spectrum_missing(void) { return NULL; }

/* The greatest distance between the shares of n logarithms, ascending, that lie below each of them and those of a power law from the first on. */
static double distance(const double *logs, int n, double exponent)
{
    double most = 0;
    for (int i = 0; i < n; i++) {
        double below = 1 - exp((1 - exponent) * (logs[i] - logs[0]));
        most = fmax(most, fmax(fabs(below - (double)i / n), fabs(below - (i + 1.0) / n)));
    }
    return most;
}

/* logs: of the eigenvalues, ascending. A tail of fewer than ten is none. */
static double tail_exponent(const double *logs, int n)
{
    enum { TAIL_LEAST = 10 };
    double best = INFINITY, exponent = NAN, sum = 0;
    if (n < SPECTRUM_TAIL_SIDE) return NAN;
    for (int i = n - 1; i >= 0; i--) {
        double above = sum - (n - 1 - i) * logs[i]; /* of the logarithms, over the border */
        sum += logs[i];
        if (n - i < TAIL_LEAST || above <= 0) continue;
        double alpha = 1 + (n - i) / above, far = distance(logs + i, n - i, alpha);
        if (far < best) best = far, exponent = alpha;
    }
    return exponent;
}

/* w is ascending, and is left as logarithms where it is above 0. */
static struct spectrum of_eigenvalues(double *w, int n)
{
    double least = 1e-14 * w[n - 1] * n, sum = 0, entropy = 0;
    for (int i = 0; i < n; i++) sum += w[i] > least ? sqrt(w[i]) : 0;
    if (!(sum > 0)) return (struct spectrum){NAN, NAN, NAN};
    for (int i = 0; i < n; i++) {
        double share = w[i] > least ? sqrt(w[i]) / sum : 0;
        entropy -= share > 0 ? share * log(share) : 0;
    }
    double largest = sqrt(w[n - 1]);
    int first = 0;
    while (first < n && w[first] <= least) first++;
    for (int i = first; i < n; i++) w[i] = log(w[i]);
    return (struct spectrum){exp(entropy), largest, tail_exponent(w + first, n - first)};
}

/* The squares of the singular values are the eigenvalues of the matrix times itself, of the shorter side. To Fortran a row-major matrix is
 * its own transpose: rows are its columns. */
struct spectrum spectrum_of(const double *a, uint64_t rows, uint64_t columns)
{
    struct spectrum s = {NAN, NAN, NAN};
    bool wide = rows <= columns;
    int n = (int)(wide ? rows : columns), m = (int)(wide ? columns : rows), leading = (int)columns, info = 0, integers = 10,
        room = 4 * n + 1024;
    const double one = 1, zero = 0;
    int few[10];
    double *square = calloc((size_t)n * (size_t)n + (size_t)n + (size_t)room, sizeof *square);
    if (!square) return s;
    double *w = square + (size_t)n * (size_t)n, *work = w + n;
    dsyrk_("U", wide ? "T" : "N", &n, &m, &one, a, &leading, &zero, square, &n, 1, 1);
    dsyevd_("N", "U", &n, square, &n, w, work, &room, few, &integers, &info, 1, 1);
    if (info == 0) s = of_eigenvalues(w, n);
    free(square);
    return s;
}
#else
const char *spectrum_missing(void) { return "this program was built without LAPACK: no singular values"; }
struct spectrum spectrum_of(const double *a, uint64_t rows, uint64_t columns)
{
    (void)a, (void)rows, (void)columns;
    return (struct spectrum){NAN, NAN, NAN};
}
#endif
