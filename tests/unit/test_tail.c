/* What a followed file may do, and what the tail makes of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/tail.h"

struct place {
    char directory[64], path[128], other[128];
    struct tail tail;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->directory, "/tmp/mlwatch-tail.XXXXXX");
    assert_non_null(mkdtemp(p->directory));
    snprintf(p->path, sizeof p->path, "%s/train.log", p->directory);
    snprintf(p->other, sizeof p->other, "%s/train.log.1", p->directory);
    assert_true(tail_init(&p->tail, p->path));
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    tail_done(&p->tail);
    unlink(p->path);
    unlink(p->other);
    rmdir(p->directory);
    free(p);
    return 0;
}

static void put(const char *path, const char *mode, const char *text)
{
    FILE *f = fopen(path, mode);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* Read everything there is; returns it as text. */
static const char *take(struct tail *t)
{
    static char bytes[4096];
    ssize_t n = tail_read(t, t->offset, bytes, sizeof bytes - 1);
    if (n < 0) return "(lost)";
    bytes[n] = 0;
    tail_advance(t, t->offset + (uint64_t)n, t->offset + (uint64_t)n, (struct span){bytes, (size_t)n});
    return bytes;
}

static void tail_gives_what_is_appended(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "one\n");
    assert_int_equal(tail_look(&p->tail), TAIL_QUIET);
    put(p->path, "a", "two\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "two\n");
}

static void tail_does_not_offer_a_torn_line_twice_until_it_grows(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\ntw");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    tail_advance(&p->tail, 4, 6, span_of("one\ntw"));
    assert_int_equal(tail_look(&p->tail), TAIL_QUIET);
    put(p->path, "a", "o\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "two\n");
}

static void tail_waits_for_a_file_that_is_created_later(void **state)
{
    struct place *p = *state;
    assert_int_equal(tail_look(&p->tail), TAIL_GONE);
    put(p->path, "w", "one\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
}

static void tail_survives_truncation(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\ntwo\n");
    tail_look(&p->tail);
    take(&p->tail);
    put(p->path, "w", "new\n");
    assert_int_equal(tail_look(&p->tail), TAIL_RESTARTED);
    tail_restart(&p->tail);
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "new\n");
}

static void tail_sees_a_rewrite_that_is_longer_than_before(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    put(p->path, "w", "other\nwords\n");
    assert_int_equal(tail_look(&p->tail), TAIL_RESTARTED);
}

static void tail_reads_the_rest_of_a_renamed_file_first(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    put(p->path, "a", "two\n");
    rename(p->path, p->other);
    put(p->path, "w", "three\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "two\n");
    assert_int_equal(tail_look(&p->tail), TAIL_ENDED);
    assert_true(tail_was_moved(&p->tail));
    tail_restart(&p->tail);
    tail_look(&p->tail);
    assert_string_equal(take(&p->tail), "three\n");
}

static void tail_tells_deletion_from_renaming(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    unlink(p->path);
    assert_int_equal(tail_look(&p->tail), TAIL_GONE);
    put(p->path, "w", "two\n");
    assert_int_equal(tail_look(&p->tail), TAIL_ENDED);
    assert_false(tail_was_moved(&p->tail));
}

static void tail_finds_the_copy_when_a_log_is_copied_and_truncated(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    put(p->other, "w", "one\ntwo\n");
    put(p->path, "w", "");
    assert_int_equal(tail_look(&p->tail), TAIL_RESTARTED);
    assert_true(tail_adopt_moved(&p->tail, true));
    assert_string_equal(take(&p->tail), "two\n");
}

/* The log rotates twice while nobody looks, and nothing is in the new one yet: who looked last may read only at the next look. */
static void tail_says_again_that_a_rotated_file_follows(void **state)
{
    struct place *p = *state;
    char oldest[160];
    snprintf(oldest, sizeof oldest, "%s/train.log.2", p->directory);
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    rename(p->path, oldest);
    put(p->other, "w", "two\n");
    put(p->path, "w", "");
    struct timespec long_ago[2] = {{1, 0}, {1, 0}};
    assert_int_equal(utimensat(AT_FDCWD, p->directory, long_ago, 0), 0);
    assert_int_equal(tail_look(&p->tail), TAIL_ENDED);
    assert_int_equal(tail_look(&p->tail), TAIL_ENDED);
    tail_go_on(&p->tail);
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    assert_string_equal(take(&p->tail), "two\n");
    unlink(oldest);
}

static void tail_knows_its_file_again_after_it_was_closed(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\ntwo\n");
    tail_look(&p->tail);
    take(&p->tail);
    tail_close(&p->tail);
    assert_int_equal(tail_look(&p->tail), TAIL_QUIET);
    tail_close(&p->tail);
    put(p->path, "w", "zwo\none\nthree\n");
    assert_int_equal(tail_look(&p->tail), TAIL_RESTARTED);
}

static void tail_never_takes_bytes_of_a_file_that_was_rewritten_after_the_look(void **state)
{
    struct place *p = *state;
    put(p->path, "w", "one\n");
    tail_look(&p->tail);
    take(&p->tail);
    put(p->path, "a", "two\n");
    assert_int_equal(tail_look(&p->tail), TAIL_MORE);
    put(p->path, "w", "other bytes\n");
    assert_string_equal(take(&p->tail), "(lost)");
    assert_int_equal(tail_look(&p->tail), TAIL_RESTARTED);
}

static void tail_never_opens_a_fifo(void **state)
{
    struct place *p = *state;
    assert_int_equal(mkfifo(p->path, 0600), 0);
    assert_int_equal(tail_look(&p->tail), TAIL_REFUSED);
    assert_int_equal(p->tail.fd, -1);
}

static void tail_knows_rotated_names(void **state)
{
    (void)state;
    assert_true(tail_is_rotated("/r/a.log", "/r/a.log.1"));
    assert_true(tail_is_rotated("/r/a.log", "/r/a.log-20260102"));
    assert_true(tail_is_rotated("/r/a.log", "/r/a.log.bak"));
    assert_false(tail_is_rotated("/r/a.log", "/r/a.log"));
    assert_false(tail_is_rotated("/r/a.log", "/r/a.log.rank1"));
    assert_false(tail_is_rotated("/r/a.log", "/r/b.log.1"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(tail_gives_what_is_appended),
        CASE(tail_does_not_offer_a_torn_line_twice_until_it_grows),
        CASE(tail_waits_for_a_file_that_is_created_later),
        CASE(tail_survives_truncation),
        CASE(tail_sees_a_rewrite_that_is_longer_than_before),
        CASE(tail_reads_the_rest_of_a_renamed_file_first),
        CASE(tail_tells_deletion_from_renaming),
        CASE(tail_finds_the_copy_when_a_log_is_copied_and_truncated),
        CASE(tail_says_again_that_a_rotated_file_follows),
        CASE(tail_knows_its_file_again_after_it_was_closed),
        CASE(tail_never_takes_bytes_of_a_file_that_was_rewritten_after_the_look),
        CASE(tail_never_opens_a_fifo),
        cmocka_unit_test(tail_knows_rotated_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
