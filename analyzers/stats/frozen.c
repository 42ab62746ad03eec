#include "frozen.h"

#include <string.h>

enum { FROZEN_SAME = 1, FROZEN_RAW = 2, FROZEN_ODD = 4, SAMPLES = 8 };
static const double powers[FROZEN_DIGITS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
static const double INTEGER_MAX = 0x1p52;

static uint64_t zigzag(uint64_t v) { return v << 1 ^ (0 - (v >> 63)); }
static uint64_t unzigzag(uint64_t v) { return v >> 1 ^ (0 - (v & 1)); }

static uint8_t *put(uint8_t *to, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) *to++ = (uint8_t)(v | 0x80);
    *to++ = (uint8_t)v;
    return to;
}

static uint64_t get(const uint8_t **from)
{
    uint64_t v = 0;
    unsigned shift = 0;
    for (; **from & 0x80; shift += 7) v |= (uint64_t)(*(*from)++ & 0x7F) << shift;
    return v | (uint64_t) * (*from)++ << shift;
}

static uint8_t *put_double(uint8_t *to, double v)
{
    memcpy(to, &v, sizeof v);
    return to + sizeof v;
}

static double get_double(const uint8_t **from)
{
    double v;
    memcpy(&v, *from, sizeof v);
    *from += sizeof v;
    return v;
}

static bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

/* Is v exactly an integer over 10^digits, and which? */
static bool is_decimal(double v, unsigned digits, uint64_t *integer)
{
    double scaled = v * powers[digits];
    if (!(fabs(scaled) < INTEGER_MAX)) return false;
    int64_t m = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    if (!same((double)m / powers[digits], v)) return false;
    *integer = (uint64_t)m;
    return true;
}

static unsigned digits_of(const struct bucket *b, uint32_t n)
{
    unsigned digits = 0;
    uint64_t m;
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

void frozen_put(struct frozen *f, const struct bucket *b, uint32_t width)
{
    uint8_t *start = f->bytes + f->used, *to = start + 1;
    uint64_t least, highest, last;
    bool one = same(b->min, b->mean) && same(b->max, b->mean) && same(b->last, b->mean), odd = b->n != width || b->nonfinite;
    bool raw = !one && !(is_decimal(b->min, f->digits, &least) && is_decimal(b->max, f->digits, &highest) &&
                         is_decimal(b->last, f->digits, &last));
    *start = (uint8_t)((one ? FROZEN_SAME : 0) | (raw ? FROZEN_RAW : 0) | (odd ? FROZEN_ODD : 0));
    to = put(to, zigzag((uint64_t)b->first_step - (uint64_t)f->at.step));
    to = put(to, zigzag((uint64_t)b->last_step - (uint64_t)b->first_step));
    to = put(to, zigzag((uint64_t)b->first_line - f->at.line));
    if (odd) to = put(put(to, b->n), b->nonfinite);
    to = put_double(to, b->mean);
    if (raw) to = put_double(put_double(put_double(to, b->min), b->max), b->last);
    else if (!one) {
        to = put(to, zigzag(least - f->at.value));
        to = put(put(to, zigzag(highest - least)), zigzag(last - least));
        f->at.value = last;
    }
    f->at.step = b->last_step, f->at.line = b->first_line;
    f->used = (uint32_t)(to - f->bytes);
}

static const uint8_t *take(const uint8_t *p, const struct frozen *f, uint32_t width, struct frozen_at *at, struct bucket *b)
{
    unsigned what = *p++;
    *b = (struct bucket){.n = width};
    b->first_step = (int64_t)((uint64_t)at->step + unzigzag(get(&p)));
    b->last_step = (int64_t)((uint64_t)b->first_step + unzigzag(get(&p)));
    b->first_line = (uint32_t)(at->line + unzigzag(get(&p)));
    if (what & FROZEN_ODD) b->n = (uint32_t)get(&p), b->nonfinite = (uint32_t)get(&p);
    b->mean = b->min = b->max = b->last = get_double(&p);
    if (what & FROZEN_RAW) b->min = get_double(&p), b->max = get_double(&p), b->last = get_double(&p);
    else if (!(what & FROZEN_SAME)) {
        uint64_t least = at->value + unzigzag(get(&p)), highest = least + unzigzag(get(&p));
        at->value = least + unzigzag(get(&p));
        b->min = (double)(int64_t)least / powers[f->digits];
        b->max = (double)(int64_t)highest / powers[f->digits];
        b->last = (double)(int64_t)at->value / powers[f->digits];
    }
    at->step = b->last_step, at->line = b->first_line;
    return p;
}

void frozen_open(const struct frozen *f, const struct curve *c, struct bucket *buckets)
{
    struct frozen_at at = {0};
    const uint8_t *p = f->bytes;
    for (uint32_t i = 0; i + 1 < c->used; i++) p = take(p, f, c->width, &at, &buckets[i]);
    if (c->used) buckets[c->used - 1] = f->newest;
}
