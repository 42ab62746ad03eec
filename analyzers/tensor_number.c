/* tensor_number - the dtypes: their names, their sizes, their bits.
 *
 * 8-bit floats, sign first (Micikevicius 2022, FP8 formats for deep learning; OCP OFP8; OCP MX for E8M0):
 *   E4M3      4 exponent bits, bias 7, 3 of fraction; no infinity, NaN where all but the sign are set
 *   E5M2      5, bias 15, 2; infinities and NaN as in IEEE 754
 *   ...FNUZ   a bias greater by one; no infinity, no negative zero: 0x80 is the only NaN
 *   E8M0      no sign, no fraction: 2^(x - 127); 0xff is NaN */
#include "tensor_number.h"

#include <math.h>

#include "tensor_kernel.h"

static const struct {
    const char *name;
    uint8_t bytes, reals;
    bool is_float;
} types[TENSOR_DTYPES] = {
    [TENSOR_OPAQUE] = {"OPAQUE", 0, 0, false},
    [TENSOR_F64] = {"F64", 8, 1, true},
    [TENSOR_F32] = {"F32", 4, 1, true},
    [TENSOR_F16] = {"F16", 2, 1, true},
    [TENSOR_BF16] = {"BF16", 2, 1, true},
    [TENSOR_F8_E4M3] = {"F8_E4M3", 1, 1, true},
    [TENSOR_F8_E5M2] = {"F8_E5M2", 1, 1, true},
    [TENSOR_F8_E4M3FNUZ] = {"F8_E4M3FNUZ", 1, 1, true},
    [TENSOR_F8_E5M2FNUZ] = {"F8_E5M2FNUZ", 1, 1, true},
    [TENSOR_F8_E8M0] = {"F8_E8M0", 1, 1, true},
    [TENSOR_I64] = {"I64", 8, 1, false},
    [TENSOR_I32] = {"I32", 4, 1, false},
    [TENSOR_I16] = {"I16", 2, 1, false},
    [TENSOR_I8] = {"I8", 1, 1, false},
    [TENSOR_U64] = {"U64", 8, 1, false},
    [TENSOR_U32] = {"U32", 4, 1, false},
    [TENSOR_U16] = {"U16", 2, 1, false},
    [TENSOR_U8] = {"U8", 1, 1, false},
    [TENSOR_BOOL] = {"BOOL", 1, 1, false},
    [TENSOR_C64] = {"C64", 8, 2, true},
    [TENSOR_C128] = {"C128", 16, 2, true},
};

const char *tensor_dtype_name(enum tensor_dtype d) { return (unsigned)d < TENSOR_DTYPES ? types[d].name : types[0].name; }
size_t tensor_dtype_bytes(enum tensor_dtype d) { return (unsigned)d < TENSOR_DTYPES ? types[d].bytes : 0; }
size_t tensor_reals(enum tensor_dtype d) { return (unsigned)d < TENSOR_DTYPES ? types[d].reals : 0; }
size_t tensor_real_bytes(enum tensor_dtype d) { return tensor_reals(d) ? (size_t)types[d].bytes / types[d].reals : 0; }
bool tensor_is_float(enum tensor_dtype d) { return (unsigned)d < TENSOR_DTYPES && types[d].is_float; }

static double byte_float(uint8_t x, int fraction_bits, int bias)
{
    int exponent = (x & 0x7f) >> fraction_bits, fraction = x & ((1 << fraction_bits) - 1);
    int whole = exponent ? fraction | 1 << fraction_bits : fraction; /* 1 is implied but in subnormal ones */
    double size = ldexp(whole, (exponent ? exponent : 1) - bias - fraction_bits);
    return x & 0x80 ? -size : size;
}

double tensor_byte(enum tensor_dtype d, uint8_t x)
{
    switch (d) {
    case TENSOR_F8_E4M3: return (x & 0x7f) == 0x7f ? NAN : byte_float(x, 3, 7);
    case TENSOR_F8_E5M2:
        if ((x & 0x7f) > 0x7c) return NAN;
        if ((x & 0x7f) == 0x7c) return x & 0x80 ? -INFINITY : INFINITY;
        return byte_float(x, 2, 15);
    case TENSOR_F8_E4M3FNUZ: return x == 0x80 ? NAN : byte_float(x, 3, 8);
    case TENSOR_F8_E5M2FNUZ: return x == 0x80 ? NAN : byte_float(x, 2, 16);
    case TENSOR_F8_E8M0: return x == 0xff ? NAN : ldexp(1, x - 127);
    case TENSOR_I8: return (int8_t)x;
    case TENSOR_BOOL: return x != 0;
    default: return x;
    }
}

/* n values of one C type, as doubles. */
#define WIDEN(type, value)                                                                                                       \
    for (size_t i = 0; i < n; i++) {                                                                                             \
        type x;                                                                                                                  \
        memcpy(&x, p + i * sizeof x, sizeof x);                                                                                  \
        out[i] = (double)(value);                                                                                                \
    }                                                                                                                            \
    break

void tensor_widen(enum tensor_dtype d, const unsigned char *p, size_t n, double *out)
{
    switch (d) {
    case TENSOR_F64:
    case TENSOR_C128: WIDEN(double, x);
    case TENSOR_F32:
    case TENSOR_C64: WIDEN(float, x);
    case TENSOR_F16: WIDEN(uint16_t, kernel_f16(x));
    case TENSOR_BF16: WIDEN(uint16_t, kernel_bf16(x));
    case TENSOR_I64: WIDEN(int64_t, x);
    case TENSOR_I32: WIDEN(int32_t, x);
    case TENSOR_I16: WIDEN(int16_t, x);
    case TENSOR_U64: WIDEN(uint64_t, x);
    case TENSOR_U32: WIDEN(uint32_t, x);
    case TENSOR_U16: WIDEN(uint16_t, x);
    default: WIDEN(uint8_t, tensor_byte(d, x));
    }
}
