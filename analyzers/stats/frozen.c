#include "frozen.h"

#include "decimal_of.h"

enum { FROZEN_SAME = 1, FROZEN_RAW = 2, FROZEN_ODD = 4, FROZEN_SUM = 8, FROZEN_EVEN = 16, SAMPLES = 8 };
enum { SUM_BITS = 28, OFF_BITS = 21 }; /* of varints that are no longer than a mean as it is */
static const double INTEGER_MAX = 0x1p52;

static uint8_t *put_double(uint8_t *to, double v) { return put_word(to, bits_of(v)); }
static double get_double(struct byte_reader *r) { return from_bits(get_word(r)); }
static bool same(double a, double b) { return bits_of(a) == bits_of(b); }
static bool is_decimal(double v, unsigned digits, int64_t *ret) { return decimal_of(v, digits, INTEGER_MAX, ret); }
/* The next number, told as what it differs by. */
static uint64_t from(uint64_t before, struct byte_reader *r) { return before + unzigzag(get_varint(r)); }

/* Where a bucket lies behind the one before it, and whether that is as that one lay. */
static bool place(struct frozen_at *at, const struct bucket *b, uint64_t *apart)
{
    bool even = true;
    apart[0] = zigzag((uint64_t)b->first_step - (uint64_t)at->step);
    apart[1] = zigzag((uint64_t)b->last_step - (uint64_t)b->first_step);
    apart[2] = zigzag((uint64_t)b->first_line - at->line);
    for (int i = 0; i < FROZEN_PLACE; i++) even = even && apart[i] == at->apart[i], at->apart[i] = (uint32_t)apart[i];
    at->step = b->last_step, at->line = b->first_line;
    return even;
}

static void take_place(struct byte_reader *r, struct frozen_at *at, bool even, struct bucket *b)
{
    uint64_t apart[FROZEN_PLACE];
    for (int i = 0; i < FROZEN_PLACE; i++) {
        apart[i] = even ? at->apart[i] : get_varint(r);
        at->apart[i] = (uint32_t)apart[i];
    }
    b->first_step = (int64_t)((uint64_t)at->step + unzigzag(apart[0]));
    b->last_step = (int64_t)((uint64_t)b->first_step + unzigzag(apart[1]));
    b->first_line = (uint32_t)(at->line + unzigzag(apart[2]));
    at->step = b->last_step, at->line = b->first_line;
}

static unsigned digits_of(const struct bucket *b, uint32_t n)
{
    unsigned digits = 0;
    int64_t m;
    for (uint32_t i = 0; i < n; i += n / SAMPLES + 1) {
        unsigned d = digits;
        while (d < FROZEN_DIGITS_MAX && !is_decimal(b[i].last, d, &m)) d++;
        if (is_decimal(b[i].last, d, &m)) digits = d;
    }
    return digits;
}

void frozen_begin(struct frozen *f, const struct bucket *buckets, uint32_t n)
{
    f->used = 0;
    f->at = (struct frozen_at){0};
    f->digits = (uint8_t)digits_of(buckets, n);
    f->first_step = n ? buckets[0].first_step : 0;
}

/* The mean of so many values whose integers have this sum; as it was added up it differs in its last bits. */
static double mean_of(uint64_t sum, uint32_t n, unsigned digits) { return (double)(int64_t)sum / ((double)n * ten_to(digits)); }

/* A mean between integers of which the least is known, by its sum.
 *   above, off   written: the sum above n times the least, and what the mean's bits are off; both zigzag
 *   returns      false where that takes more bytes than the mean */
static bool by_sum(const struct bucket *b, int64_t least, unsigned digits, uint64_t *above, uint64_t *off)
{
    uint32_t n = b->n - b->nonfinite;
    double sum = b->mean * ((double)n * ten_to(digits));
    if (!n || !(fabs(sum) < INTEGER_MAX)) return false;
    uint64_t whole = (uint64_t)(int64_t)(sum < 0 ? sum - 0.5 : sum + 0.5);
    *above = zigzag(whole - n * (uint64_t)least);
    *off = zigzag(bits_of(b->mean) - bits_of(mean_of(whole, n, digits)));
    return *above >> SUM_BITS == 0 && *off >> OFF_BITS == 0;
}

void frozen_put(struct frozen *f, const struct bucket *b, uint32_t width)
{
    uint8_t *start = f->bytes + f->used, *to = start + 1;
    int64_t least, highest, last;
    bool one = same(b->min, b->mean) && same(b->max, b->mean) && same(b->last, b->mean), odd = b->n != width || b->nonfinite;
    bool raw = !one && !(is_decimal(b->min, f->digits, &least) && is_decimal(b->max, f->digits, &highest) &&
                         is_decimal(b->last, f->digits, &last));
    uint64_t above = 0, off = 0, apart[FROZEN_PLACE];
    bool sum = !one && !raw && by_sum(b, least, f->digits, &above, &off), even = place(&f->at, b, apart);
    *start = (uint8_t)((one ? FROZEN_SAME : 0) | (raw ? FROZEN_RAW : 0) | (odd ? FROZEN_ODD : 0) | (sum ? FROZEN_SUM : 0) |
                       (even ? FROZEN_EVEN : 0));
    for (int i = 0; i < FROZEN_PLACE && !even; i++) to = put_varint(to, apart[i]);
    if (odd) to = put_varint(put_varint(to, b->n), b->nonfinite);
    to = sum ? put_varint(put_varint(to, above), off) : put_double(to, b->mean);
    if (raw) to = put_double(put_double(put_double(to, b->min), b->max), b->last);
    else if (!one) {
        to = put_varint(to, zigzag((uint64_t)least - f->at.value));
        to = put_varint(put_varint(to, zigzag((uint64_t)(highest - least))), zigzag((uint64_t)(last - least)));
        f->at.value = (uint64_t)last;
    }
    f->used = (uint32_t)(to - f->bytes);
}

static void take(struct byte_reader *r, const struct frozen *f, uint32_t width, struct frozen_at *at, struct bucket *b)
{
    const uint8_t *first = get_bytes(r, 1);
    unsigned what = first ? *first : 0;
    *b = (struct bucket){.n = width};
    take_place(r, at, what & FROZEN_EVEN, b);
    if (what & FROZEN_ODD) b->n = (uint32_t)get_varint(r), b->nonfinite = (uint32_t)get_varint(r);
    uint64_t above = what & FROZEN_SUM ? unzigzag(get_varint(r)) : 0, off = what & FROZEN_SUM ? unzigzag(get_varint(r)) : 0;
    if (!(what & FROZEN_SUM)) b->mean = b->min = b->max = b->last = get_double(r);
    if (what & FROZEN_RAW) b->min = get_double(r), b->max = get_double(r), b->last = get_double(r);
    else if (!(what & FROZEN_SAME)) {
        uint64_t least = from(at->value, r), highest = from(least, r);
        at->value = from(least, r);
        uint32_t n = b->n - b->nonfinite;
        if (what & FROZEN_SUM) b->mean = from_bits(bits_of(mean_of(above + n * least, n, f->digits)) + off);
        b->min = decimal_back((int64_t)least, f->digits);
        b->max = decimal_back((int64_t)highest, f->digits);
        b->last = decimal_back((int64_t)at->value, f->digits);
    }
}

void frozen_open(const struct frozen *f, const struct curve *c, struct bucket *buckets)
{
    struct frozen_at at = {0};
    struct byte_reader r = {f->bytes, f->bytes + f->used, false};
    for (uint32_t i = 0; i + 1 < c->used; i++) take(&r, f, c->width, &at, &buckets[i]);
    if (c->used) buckets[c->used - 1] = f->newest;
}
