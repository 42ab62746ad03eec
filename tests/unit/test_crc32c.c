/* crc32c: the published values, and the instruction and the tables agree on every length and place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/base/crc32c.h"

enum { ROUNDS = 3000, ROOM_BYTES = 1 << 15 };

/* RFC 3720 (iSCSI), appendix B.4. */
static void the_published_texts_have_their_checksums(void **unused)
{
    (void)unused;
    unsigned char zeros[32] = {0}, ones[32], up[32], down[32];
    for (unsigned i = 0; i < 32; i++) ones[i] = 0xff, up[i] = (unsigned char)i, down[i] = (unsigned char)(31 - i);
    assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
    assert_int_equal(crc32c(0, zeros, 32), 0x8a9136aau);
    assert_int_equal(crc32c(0, ones, 32), 0x62a8ab43u);
    assert_int_equal(crc32c(0, up, 32), 0x46dd794eu);
    assert_int_equal(crc32c(0, down, 32), 0x113fdb5cu);
    assert_int_equal(crc32c(0, NULL, 0), 0);
}

static void both_ways_agree_and_parts_make_the_whole(void **unused)
{
    (void)unused;
    unsigned char *bytes = malloc(ROOM_BYTES);
    uint64_t seed = 20260105;
    assert_non_null(bytes);
    for (size_t i = 0; i < ROOM_BYTES; i++)
        bytes[i] = (unsigned char)((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 56);
    for (size_t i = 0; i < ROUNDS; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(seed >> 40) % 64, n = (size_t)(seed >> 33) % (i % 8 ? 300 : ROOM_BYTES - 64);
        size_t cut = n ? (size_t)(seed >> 20) % n : 0;
        uint32_t whole = crc32c((uint32_t)i, bytes + at, n);
        assert_int_equal(whole, crc32c_portable((uint32_t)i, bytes + at, n));
        assert_int_equal(whole, crc32c(crc32c((uint32_t)i, bytes + at, cut), bytes + at + cut, n - cut));
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_texts_have_their_checksums),
        cmocka_unit_test(both_ways_agree_and_parts_make_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
