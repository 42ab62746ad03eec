/* chunk: points come back bit for bit and in order, and no bytes whatever make the reader crash. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/stats/bytes.h"
#include "../../daemon/store/chunk.h"
#include "../../daemon/store/values.h"

/* xorshift64*, Marsaglia 2003: the same numbers on every machine. */
static uint64_t random_of(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static double with_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static double odd_value(uint64_t *seed)
{
    static const uint64_t odd[] = {
        0x7FF8000000000000, 0x7FF8DEADBEEF0001, 0xFFF8000000000000, 0x7FF0000000000001, /* NaNs, one of them signalling */
        0x7FF0000000000000, 0xFFF0000000000000, 0x8000000000000000, 0x0000000000000000, /* infinities, zeros */
        0x0000000000000001, 0x7FEFFFFFFFFFFFFF, 0x800FFFFFFFFFFFFF,                     /* smallest, largest, subnormal */
    };
    return with_bits(odd[random_of(seed) % (sizeof odd / sizeof *odd)]);
}

static double any_value(uint64_t *seed)
{
    switch (random_of(seed) % 6) {
    case 0: return odd_value(seed);
    case 1: return with_bits(random_of(seed));
    case 2: return (double)(float)with_bits(random_of(seed));
    case 3: return (double)(random_of(seed) % 100000) / 10000;
    case 4: return -(double)(random_of(seed) % 1000) / 1e7;
    default: return (double)(int64_t)random_of(seed);
    }
}

static struct point_row any_point(uint64_t *seed)
{
    return (struct point_row){.series = (uint32_t)random_of(seed) >> random_of(seed) % 32,
                              .source = (uint16_t)random_of(seed),
                              .segment = (uint16_t)(random_of(seed) % 3),
                              .step = (int64_t)(random_of(seed) >> random_of(seed) % 64),
                              .time = any_value(seed),
                              .value = any_value(seed),
                              .line = random_of(seed) >> random_of(seed) % 64};
}

static void assert_same_point(const struct point_row *a, const struct point_row *b)
{
    assert_int_equal(a->series, b->series);
    assert_int_equal(a->source, b->source);
    assert_int_equal(a->segment, b->segment);
    assert_true(a->step == b->step);
    assert_true(a->line == b->line);
    assert_memory_equal(&a->time, &b->time, sizeof a->time);
    assert_memory_equal(&a->value, &b->value, sizeof a->value);
}

static enum status encode(const struct point_row *points, size_t n, enum chunk_kind kind, struct str *out)
{
    struct chunk_writer w = {0};
    struct err err;
    enum status status = chunk_encode(&w, points, n, kind, out, &err);
    chunk_writer_done(&w);
    return status;
}

static void assert_comes_back(const struct point_row *points, size_t n, enum chunk_kind kind)
{
    struct str bytes = {0};
    struct err err;
    size_t got = 0;
    struct point_row *back = calloc(n, sizeof *back);
    assert_non_null(back);
    assert_int_equal(encode(points, n, kind, &bytes), OK);
    assert_int_equal(chunk_decode((struct span){bytes.p, bytes.n}, back, n, &got, &err), OK);
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++) assert_same_point(points + i, back + i);
    str_done(&bytes);
    free(back);
}

static void any_points_come_back_bit_for_bit_in_order(void **state)
{
    (void)state;
    uint64_t seed = 20261121;
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + random_of(&seed) % 300;
        struct point_row points[300];
        for (size_t i = 0; i < n; i++) points[i] = any_point(&seed);
        assert_comes_back(points, n, round & 1 ? CHUNK_ZSTD : CHUNK_PLAIN);
    }
}

static void the_largest_chunk_comes_back(void **state)
{
    (void)state;
    uint64_t seed = 7;
    struct point_row *points = calloc(CHUNK_POINTS_MAX, sizeof *points);
    assert_non_null(points);
    for (size_t i = 0; i < CHUNK_POINTS_MAX; i++) points[i] = any_point(&seed);
    assert_comes_back(points, CHUNK_POINTS_MAX, CHUNK_ZSTD);
    free(points);
}

/* A group of decimals in which some values are none: they are exceptions, and what follows them is still right. */
static void odd_values_among_decimals_come_back(void **state)
{
    (void)state;
    uint64_t seed = 3;
    struct point_row points[500];
    for (size_t i = 0; i < 500; i++) {
        points[i] = (struct point_row){.series = 1, .step = (int64_t)i, .time = NAN, .line = i + 1};
        points[i].value = i % 17 == 5 ? odd_value(&seed) : (double)(23104 - (int)i) / 10000;
    }
    assert_comes_back(points, 500, CHUNK_ZSTD);
}

/* One record a line with a few decimals, as most training logs have it. */
static size_t log_bytes(size_t n, double (*value)(uint64_t *seed, size_t i))
{
    struct str bytes = {0};
    uint64_t seed = 11;
    struct point_row *points = calloc(n, sizeof *points);
    assert_non_null(points);
    for (size_t i = 0; i < n; i++)
        points[i] = (struct point_row){.series = (uint32_t)(i % 4),
                                       .step = (int64_t)(i / 4),
                                       .time = 1.7e9 + (double)(i / 4),
                                       .value = value(&seed, i),
                                       .line = i / 4};
    assert_int_equal(encode(points, n, CHUNK_ZSTD, &bytes), OK);
    size_t size = bytes.n;
    str_done(&bytes);
    free(points);
    return size;
}

static double printed_loss(uint64_t *seed, size_t i)
{
    return round((2.3 * exp(-(double)i / 3000) + (double)(random_of(seed) % 100) / 1000) * 1e4) / 1e4;
}
static double smooth_float(uint64_t *seed, size_t i)
{
    (void)seed;
    return (double)(float)(1e-3 * (1 + cos((double)i / 1000)));
}

/* A loss as event files have it: a float32 whose 23 bits are all noise but for the first. */
static double noisy_float(uint64_t *seed, size_t i)
{
    (void)i;
    return (double)(float)(0.5 + (double)(random_of(seed) % 1000003) / 2.1e6);
}

static void points_of_common_logs_take_four_bytes_at_most(void **state)
{
    (void)state;
    assert_true(log_bytes(4000, noisy_float) <= 7 * 4000 / 2);
    assert_true(log_bytes(4000, printed_loss) <= 4 * 4000);
    assert_true(log_bytes(4000, smooth_float) <= 4 * 4000);
}

/* Two points as memories up to schema 5 have them: values as differences of all 64 bits (mode 0), which nothing writes any more. */
static void a_chunk_of_an_older_memory_is_read(void **state)
{
    static const uint64_t columns_of_two[6][2] = {{0, 1}, {0, 0}, {0, 0}, {10, 10}, {1, 1}, {0, 0}}; /* first, difference */
    static const double values[2] = {0x1.921fb54442d18p+1, -0x1.5bf0a8b145769p-7};
    uint8_t columns[256], *to = columns, head[16], *end = head;
    struct str bytes = {0};
    struct point_row out[2];
    struct err err;
    uint64_t bits[2];
    size_t n = 0;
    (void)state;
    memcpy(bits, values, sizeof bits);
    bits[1] -= bits[0];
    to = put_varint(put_varint(put_varint(to, 1), 7), 2); /* one group: series 7, two points */
    for (size_t c = 0; c < 6; c++)
        for (size_t i = 0; i < 2; i++) to = put_varint(to, zigzag(columns_of_two[c][i]));
    *to++ = 0;
    to = put_varint(to, 0); /* no exceptions */
    for (int shift = 56; shift >= 0; shift -= 8)
        for (size_t i = 0; i < 2; i++) *to++ = (uint8_t)(bits[i] >> shift);
    *end++ = CHUNK_PLAIN;
    end = put_varint(put_varint(end, 2), (uint64_t)(to - columns));
    str_add_span(&bytes, (struct span){(char *)head, (size_t)(end - head)});
    str_add_span(&bytes, (struct span){(char *)columns, (size_t)(to - columns)});
    assert_int_equal(chunk_decode((struct span){bytes.p, bytes.n}, out, 2, &n, &err), OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_memory_equal(&out[i].value, &values[i], sizeof values[i]);
        assert_int_equal(out[i].series, 7);
        assert_int_equal(out[i].step, 10 * (int64_t)(i + 1));
        assert_int_equal(out[i].line, i + 1);
    }
    str_done(&bytes);
}

/* Every byte cut off, every byte changed: an error sentence or points, never more than there is room for. */
static void damaged_bytes_are_refused_or_read_within_bounds(void **state)
{
    (void)state;
    uint64_t seed = 5;
    struct point_row points[40], back[40];
    struct err err;
    for (int kind = CHUNK_PLAIN; kind <= CHUNK_ZSTD; kind++) {
        struct str bytes = {0};
        for (size_t i = 0; i < 40; i++) points[i] = any_point(&seed);
        assert_int_equal(encode(points, 40, (enum chunk_kind)kind, &bytes), OK);
        for (size_t cut = 0; cut < bytes.n; cut++) {
            char *copy = malloc(cut + 1); /* its own block, so that a sanitizer sees a read beyond it */
            assert_non_null(copy);
            memcpy(copy, bytes.p, cut);
            size_t n = 0;
            assert_int_equal(chunk_decode((struct span){copy, cut}, back, 40, &n, &err), E_STORE);
            assert_true(strlen(err.text) > 0);
            free(copy);
        }
        for (size_t at = 0; at < bytes.n; at++)
            for (int bit = 0; bit < 8; bit++) {
                size_t n = 0;
                bytes.p[at] = (char)(bytes.p[at] ^ 1 << bit);
                if (chunk_decode((struct span){bytes.p, bytes.n}, back, 40, &n, &err) == OK) assert_true(n <= 40);
                bytes.p[at] = (char)(bytes.p[at] ^ 1 << bit);
            }
        str_done(&bytes);
    }
}

static void random_bytes_never_crash_the_reader(void **state)
{
    (void)state;
    uint64_t seed = 99;
    struct point_row back[64];
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[96];
        size_t n = 0, size = random_of(&seed) % sizeof bytes;
        struct err err;
        for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)(random_of(&seed) >> 56) & (round & 1 ? 0x0F : 0xFF);
        if (size > 2) {
            bytes[0] = CHUNK_PLAIN;
            bytes[2] = (uint8_t)(size - 3); /* so that many rounds pass the head */
        }
        enum status status = chunk_decode((struct span){(char *)bytes, size}, back, 64, &n, &err);
        assert_true(status == OK || status == E_STORE);
    }
}

static void a_chunk_larger_than_the_room_for_it_is_refused(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct point_row points[10], back[9];
    struct str bytes = {0};
    struct err err;
    size_t n = 0;
    for (size_t i = 0; i < 10; i++) points[i] = any_point(&seed);
    assert_int_equal(encode(points, 10, CHUNK_ZSTD, &bytes), OK);
    assert_int_equal(chunk_decode((struct span){bytes.p, bytes.n}, back, 9, &n, &err), E_STORE);
    str_done(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_points_come_back_bit_for_bit_in_order),
        cmocka_unit_test(the_largest_chunk_comes_back),
        cmocka_unit_test(odd_values_among_decimals_come_back),
        cmocka_unit_test(points_of_common_logs_take_four_bytes_at_most),
        cmocka_unit_test(a_chunk_of_an_older_memory_is_read),
        cmocka_unit_test(damaged_bytes_are_refused_or_read_within_bounds),
        cmocka_unit_test(random_bytes_never_crash_the_reader),
        cmocka_unit_test(a_chunk_larger_than_the_room_for_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
