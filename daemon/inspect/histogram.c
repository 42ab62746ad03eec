#include "histogram.h"

#include <math.h>

#include "../../analyzers/tensor_number.h"

enum { PIECE = 512, ZERO = 0, LEAST = 1, GREATEST = 30, NOT_FINITE = 31, DECADE_OF_LEAST = -20 };

/* The decade by the power of two, which is at most one too low; then by its border. */
static int bucket(double x)
{
    static const double border[] = {1e-19, 1e-18, 1e-17, 1e-16, 1e-15, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10,
                                    1e-9,  1e-8,  1e-7,  1e-6,  1e-5,  1e-4,  1e-3,  1e-2,  1e-1,  1e0,
                                    1e1,   1e2,   1e3,   1e4,   1e5,   1e6,   1e7,   1e8,   1e9};
    enum { BORDERS = sizeof border / sizeof *border };
    if (x == 0) return ZERO;
    if (!isfinite(x)) return NOT_FINITE;
    int exponent, decade;
    double size = fabs(x);
    frexp(size, &exponent);
    decade = (int)floor((exponent - 1) * 0.30102999566398120) - DECADE_OF_LEAST;
    if (decade < 0) decade = 0;
    while (decade < BORDERS && size >= border[decade]) decade++;
    return decade + LEAST < GREATEST ? decade + LEAST : GREATEST;
}

void histogram_add(uint64_t counts[INSPECTION_BUCKETS], enum tensor_dtype dtype, const void *p, size_t n)
{
    double x[PIECE];
    const unsigned char *at = p;
    size_t bytes = tensor_real_bytes(dtype), reals = n * tensor_reals(dtype);
    for (size_t i = 0; bytes && i < reals; i += PIECE) {
        size_t m = reals - i < PIECE ? reals - i : PIECE;
        tensor_widen(dtype, at + i * bytes, m, x);
        for (size_t j = 0; j < m; j++) counts[bucket(x[j])]++;
    }
}

bool histogram_wanted(const struct tensor_summary *s, bool is_weight)
{
    uint64_t finite = s->count - (s->nan + s->inf < s->count ? s->nan + s->inf : s->count);
    double size = finite ? s->norm / sqrt((double)finite) : 0, extreme = fmax(fabs(s->min), fabs(s->max));
    if (s->nan || s->inf) return true;
    if (!is_weight || s->count < 64 || size == 0) return false;
    return s->zero > s->count / 2 || size > 1e3 || size < 1e-8 || extreme > 1e3 * size;
}
