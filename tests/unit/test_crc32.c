/* crc32: equal to zlib's at every length and start, begun anew or gone on with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <zlib.h>

#include "../../daemon/base/crc32.h"

enum { ROOM_BYTES = 3000 };

static void fill(unsigned char *bytes, uint32_t seed)
{
    for (size_t i = 0; i < ROOM_BYTES; i++) bytes[i] = (unsigned char)((seed = seed * 1664525 + 1013904223) >> 24);
}

static void it_equals_zlibs_at_every_length_and_start(void **unused)
{
    unsigned char bytes[ROOM_BYTES];
    (void)unused;
    fill(bytes, 3);
    for (size_t n = 0; n < 400; n++)
        for (size_t at = 0; at < 17; at++)
            assert_int_equal(crc32_add((uint32_t)n * 77, bytes + at, n), crc32((uLong)n * 77, bytes + at, (uInt)n));
    for (size_t n = 400; n < sizeof bytes - 16; n++)
        assert_int_equal(crc32_add(0, bytes + n % 16, n), crc32_z(0, bytes + n % 16, n));
    assert_int_equal(crc32_add(0, bytes, sizeof bytes), crc32(0, bytes, sizeof bytes));
}

static void parts_make_the_whole(void **unused)
{
    unsigned char bytes[ROOM_BYTES];
    (void)unused;
    fill(bytes, 5);
    uint32_t whole = crc32_add(0, bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 7)
        assert_int_equal(crc32_add(crc32_add(0, bytes, cut), bytes + cut, sizeof bytes - cut), whole);
    assert_int_equal(crc32_add(7, NULL, 0), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_zlibs_at_every_length_and_start),
        cmocka_unit_test(parts_make_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
