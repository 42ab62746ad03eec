#include "values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/stats/decimal_of.h"

enum { DIGITS_MAX = DECIMAL_DIGITS_MAX, SAMPLES = 32, ODD_SHARE = 8 }; /* one value in ODD_SHARE may be an exception */
enum { MODE_PLAIN = 0, MODE_SHIFTED = DIGITS_MAX + 2, MODES = MODE_SHIFTED + 64 }; /* between them: 1 + decimals */
static const double INTEGER_MAX = 70368744177664.0; /* 2^46: above it the planes of bits are as small */

struct exception {
    size_t at;
    uint64_t bits;
};
struct encoder {
    struct exception *odd; /* (n,) at most */
    uint64_t *bits;        /* (n,) differences of the groups without decimals, as they are written */
    size_t n_odd, n_bits;
};

/* The digits that make the finite values of a sample decimals; -1 when too many are none. */
static int digits_of(const double *v, size_t n)
{
    size_t step = n > SAMPLES ? n / SAMPLES : 1, taken = 0, odd = 0;
    int digits = 0;
    for (size_t i = 0; i < n; i += step, taken++) {
        int64_t m;
        int d = digits;
        if (!isfinite(v[i])) continue;
        while (d <= DIGITS_MAX && !decimal_of(v[i], (unsigned)d, INTEGER_MAX, &m)) d++;
        if (d <= DIGITS_MAX) digits = d;
        else if (++odd > SAMPLES / ODD_SHARE) return -1;
    }
    return odd > taken / ODD_SHARE ? -1 : digits;
}

/* Write a group as decimals; NULL, and nothing kept, when it has too many exceptions. */
static uint8_t *put_decimals(uint8_t *to, struct encoder *e, const double *v, size_t first, size_t n, int digits)
{
    size_t before = e->n_odd;
    int64_t last = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t m = last;
        if (!decimal_of(v[i], (unsigned)digits, INTEGER_MAX, &m))
            e->odd[e->n_odd++] = (struct exception){first + i, bits_of(v[i])};
        if (e->n_odd - before > n / ODD_SHARE + 1) {
            e->n_odd = before;
            return NULL;
        }
        to = put_varint(to, zigzag((uint64_t)m - (uint64_t)last));
        last = m;
    }
    return to;
}

/* Bits that are zero at the end of every value (29 of a widened float32) are left out, so that what remains fills whole planes; falling and
 * rising differences are alike in their high bits. Returns the group's mode. */
static uint8_t keep_bits(struct encoder *e, const double *v, size_t n)
{
    uint64_t last = 0, any = 0;
    uint8_t shift = 0;
    for (size_t i = 0; i < n; i++) any |= bits_of(v[i]);
    while (any && !(any >> shift & 1)) shift++;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(v[i]) >> shift;
        e->bits[e->n_bits++] = zigzag(bits - last);
        last = bits;
    }
    return (uint8_t)(MODE_SHIFTED + shift);
}

static uint8_t *put_exceptions(uint8_t *to, const struct encoder *e)
{
    size_t next = 0;
    to = put_varint(to, e->n_odd);
    for (size_t i = 0; i < e->n_odd; i++) {
        to = put_word(put_varint(to, e->odd[i].at - next), e->odd[i].bits);
        next = e->odd[i].at + 1;
    }
    return to;
}

static uint8_t *put_planes(uint8_t *to, const struct encoder *e)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        for (size_t i = 0; i < e->n_bits; i++) *to++ = (uint8_t)(e->bits[i] >> shift);
    return to;
}

size_t values_room(size_t n, size_t n_groups) { return n_groups + n * (2 * VARINT_MAX_BYTES + 8) + VARINT_MAX_BYTES; }

uint8_t *values_put(uint8_t *to, const double *v, size_t n, const uint32_t *counts, size_t n_groups)
{
    struct encoder e = {.odd = malloc(n * sizeof *e.odd), .bits = malloc(n * sizeof *e.bits)};
    uint8_t *modes = to, *end = NULL;
    if (!e.odd || !e.bits) goto out;
    to += n_groups;
    for (size_t g = 0, first = 0; g < n_groups; first += counts[g++]) {
        int digits = digits_of(v + first, counts[g]);
        uint8_t *after = digits < 0 ? NULL : put_decimals(to, &e, v + first, first, counts[g], digits);
        modes[g] = after ? (uint8_t)(1 + digits) : keep_bits(&e, v + first, counts[g]);
        if (after) to = after;
    }
    end = put_planes(put_exceptions(to, &e), &e);
out:
    free(e.odd);
    free(e.bits);
    return end;
}

static void get_decimals(struct byte_reader *r, double *v, size_t n, int digits)
{
    uint64_t m = 0;
    for (size_t i = 0; i < n; i++) {
        m += unzigzag(get_varint(r));
        v[i] = decimal_back((int64_t)m, (unsigned)digits);
    }
}

static void get_exceptions(struct byte_reader *r, double *v, size_t n)
{
    size_t left = get_varint(r), next = 0;
    for (; left && !r->bad; left--) {
        uint64_t gap = get_varint(r), bits = get_word(r);
        if (gap >= n - next) r->bad = true;
        else v[next + gap] = from_bits(bits), next += gap + 1;
    }
}

static bool has_planes(uint8_t mode) { return mode == MODE_PLAIN || mode >= MODE_SHIFTED; }

static void get_planes(struct byte_reader *r, double *v, const uint8_t *modes, const uint32_t *counts, size_t n_groups)
{
    size_t n = 0, at = 0;
    for (size_t g = 0; g < n_groups; g++) n += has_planes(modes[g]) ? counts[g] : 0;
    const uint8_t *planes = get_bytes(r, 8 * n);
    for (size_t g = 0; planes && g < n_groups; v += counts[g++]) {
        uint64_t bits = 0;
        for (size_t i = 0; has_planes(modes[g]) && i < counts[g]; i++, at++) {
            uint64_t difference = 0;
            for (size_t plane = 0; plane < 8; plane++) difference = difference << 8 | planes[plane * n + at];
            bits += modes[g] == MODE_PLAIN ? difference : unzigzag(difference);
            v[i] = from_bits(modes[g] == MODE_PLAIN ? bits : bits << (modes[g] - MODE_SHIFTED));
        }
    }
}

void values_get(struct byte_reader *r, double *v, size_t n, const uint32_t *counts, size_t n_groups)
{
    const uint8_t *modes = get_bytes(r, n_groups);
    double *to = v;
    for (size_t g = 0; g < n_groups && !r->bad; to += counts[g++]) {
        if (modes[g] >= MODES) r->bad = true;
        else if (!has_planes(modes[g])) get_decimals(r, to, counts[g], modes[g] - 1);
    }
    if (!r->bad) get_exceptions(r, v, n);
    if (!r->bad) get_planes(r, v, modes, counts, n_groups);
}
