#include "histogram.h"

#include <math.h>

#include "bits.h"

enum { OLD_MIN = 1, OLD_MAX = 2, OLD_NUM = 3, OLD_SUM = 4, OLD_LIMITS = 6, OLD_COUNTS = 7 };

/* The doubles of a repeated field, packed or not, one after the other. */
struct doubles {
    struct span fields;
    struct span pack;
    uint64_t number;
};

static bool doubles_next(struct doubles *d, double *value)
{
    struct proto_field f;
    while (d->pack.n < 8) {
        if (!proto_next(&d->fields, &f)) return false;
        if (f.number != d->number) continue;
        d->pack = f.bytes;
        if (f.wire == PROTO_EIGHT) return *value = from_bits(f.value), true;
    }
    *value = from_bits(bits_64(d->pack.p));
    d->pack = span_from(d->pack, 8);
    return true;
}

struct mass {
    double all, at_zero;
    double left, right, count; /* of the bucket before: the last one holds its right edge too */
};

static void add_bucket(struct mass *m, double left, double right, double count)
{
    m->all += count;
    if ((left <= 0 && 0 < right) || (left == 0 && right == 0)) m->at_zero += count;
    m->left = left, m->right = right, m->count = count;
}

static double zero_share(const struct mass *m)
{
    double last = m->right == 0 && m->left < 0 ? m->count : 0;
    return (m->at_zero + last) / m->all;
}

static bool old_buckets(struct span message, double min, struct mass *m)
{
    struct doubles limits = {message, {0}, OLD_LIMITS}, counts = {message, {0}, OLD_COUNTS};
    double left = min, right, count;
    while (doubles_next(&limits, &right) && doubles_next(&counts, &count)) {
        add_bucket(m, left, right, count);
        left = right;
    }
    return m->all > 0;
}

bool histogram_old(struct span message, double to[HISTOGRAM_NUMBERS])
{
    struct span w = message;
    struct proto_field f;
    double got[OLD_SUM + 1] = {0};
    struct mass m = {0};
    while (proto_next(&w, &f))
        if (f.number <= OLD_SUM && f.wire == PROTO_EIGHT) got[f.number] = from_bits(f.value);
    bool undefined = isnan(got[OLD_MIN]) || isnan(got[OLD_MAX]) || isnan(got[OLD_SUM]);
    if (w.n || (!(got[OLD_NUM] > 0) && !undefined)) return false;
    to[HISTOGRAM_MIN] = got[OLD_MIN];
    to[HISTOGRAM_MAX] = got[OLD_MAX];
    to[HISTOGRAM_MEAN] = got[OLD_SUM] / got[OLD_NUM];
    to[HISTOGRAM_ZERO_SHARE] = old_buckets(message, got[OLD_MIN], &m) ? zero_share(&m) : (double)NAN;
    return true;
}

bool histogram_new(const struct tensor *t, double to[HISTOGRAM_NUMBERS])
{
    struct tensor_cursor c = tensor_walk(t);
    struct mass m = {0};
    double left, right, count, weighted = 0, min = NAN, max = NAN;
    bool undefined = false;
    if (t->rank != 2 || t->sizes[1] != 3) return false;
    while (tensor_next(&c, &left) && tensor_next(&c, &right) && tensor_next(&c, &count)) {
        undefined = undefined || isnan(left) || isnan(right);
        if (count > 0 && isnan(min)) min = left;
        if (count > 0) max = right;
        if (count > 0) weighted += count * (left + (right - left) / 2);
        add_bucket(&m, left, right, count);
    }
    if (!(m.all > 0) && !undefined) return false;
    to[HISTOGRAM_MIN] = undefined ? (double)NAN : min;
    to[HISTOGRAM_MAX] = undefined ? (double)NAN : max;
    to[HISTOGRAM_MEAN] = undefined ? (double)NAN : weighted / m.all;
    to[HISTOGRAM_ZERO_SHARE] = m.all > 0 && !undefined ? zero_share(&m) : (double)NAN;
    return true;
}
