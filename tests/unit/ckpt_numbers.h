/* ckpt_numbers - elements as doubles, and the tables that the frameworks wrote of them (scripts/fixtures.d/ckpt.py). */
#ifndef MLWATCH_CKPT_NUMBERS_H
#define MLWATCH_CKPT_NUMBERS_H

#include <math.h>

#include "../../daemon/base/json.h"
#include "ckpt_probe.h"

/* A small float by its fields: bias, bits of the mantissa; special: has infinities. */
static inline double number_small(unsigned bits, unsigned exponent_bits, unsigned mantissa_bits, bool special)
{
    unsigned top = (1u << exponent_bits) - 1, e = bits >> mantissa_bits & top, m = bits & ((1u << mantissa_bits) - 1);
    double sign = bits >> (exponent_bits + mantissa_bits) & 1 ? -1 : 1;
    int bias = (int)(top >> 1);
    if (special && e == top) return m ? NAN : sign * INFINITY;
    if (!special && e == top && m == (1u << mantissa_bits) - 1) return NAN;
    double fraction = m / (double)(1u << mantissa_bits);
    return sign * (e ? ldexp(1 + fraction, (int)e - bias) : ldexp(fraction, 1 - bias));
}

#define NUMBER_AS(type)                                                                                                          \
    do {                                                                                                                         \
        type v;                                                                                                                  \
        memcpy(&v, p, sizeof v);                                                                                                 \
        return (double)v;                                                                                                        \
    } while (0)

static inline double number_at(enum tensor_dtype d, const void *p)
{
    uint16_t half;
    switch (d) {
    case TENSOR_F64: NUMBER_AS(double);
    case TENSOR_F32: NUMBER_AS(float);
    case TENSOR_I64: NUMBER_AS(int64_t);
    case TENSOR_I32: NUMBER_AS(int32_t);
    case TENSOR_I16: NUMBER_AS(int16_t);
    case TENSOR_I8: NUMBER_AS(int8_t);
    case TENSOR_U64: NUMBER_AS(uint64_t);
    case TENSOR_U32: NUMBER_AS(uint32_t);
    case TENSOR_U16: NUMBER_AS(uint16_t);
    case TENSOR_BOOL:
    case TENSOR_U8: NUMBER_AS(uint8_t);
    case TENSOR_F16: return memcpy(&half, p, 2), number_small(half, 5, 10, true);
    case TENSOR_BF16: return memcpy(&half, p, 2), number_small(half, 8, 7, true);
    case TENSOR_F8_E5M2: return number_small(*(const uint8_t *)p, 5, 2, true);
    case TENSOR_F8_E4M3: return number_small(*(const uint8_t *)p, 4, 3, false);
    default: return NAN;
    }
}

static inline double number_of(const json_t *j)
{
    const char *text = json_string_value(j);
    if (!text) return json_number_value(j);
    return strcmp(text, "nan") == 0 ? NAN : text[0] == '-' ? -INFINITY : INFINITY;
}

/* All bytes of a tensor through its cursor, `room` at a time; NULL and the sentence in err when they cannot be had. */
static inline char *number_bytes(int fd, const struct ckpt_tensor *t, size_t room, size_t *n, struct err *err)
{
    struct ckpt_cursor c;
    size_t want = (size_t)t->count * tensor_dtype_bytes(t->dtype);
    char *all = malloc(want + room + 1);
    ssize_t got = -1;
    *n = 0;
    if (ckpt_open(fd, t, &c, err) == OK)
        while ((got = c.next(&c, all + *n, room, err)) > 0 && *n < want) *n += (size_t)got;
    ckpt_close(&c);
    if (got < 0) return free(all), NULL;
    return all;
}

/* Do the tensor's elements equal the table's row? Every one, bit for bit as a double. */
static inline void number_check(int fd, const struct ckpt_tensor *t, const json_t *row, size_t room)
{
    const json_t *values = json_object_get(row, "values"), *shape = json_object_get(row, "shape");
    struct err err = {0};
    size_t n, item = tensor_dtype_bytes(t->dtype);
    assert_int_equal(t->n_dims, json_array_size(shape));
    for (uint32_t i = 0; i < t->n_dims; i++) assert_int_equal(t->shape[i], json_integer_value(json_array_get(shape, i)));
    assert_int_equal(t->count, json_array_size(values));
    char *p = number_bytes(fd, t, room, &n, &err);
    if (!p) fail_msg("%s: %s", t->name, err.text);
    assert_int_equal(n, t->count * item);
    for (size_t i = 0; i < t->count; i++) {
        double is = number_at(t->dtype, p + i * item), should = number_of(json_array_get(values, i));
        if (is != should && !(isnan(is) && isnan(should)))
            fail_msg("%s[%zu] is %.17g and should be %.17g", t->name, i, is, should);
    }
    free(p);
}

#endif
