/* The short way of a file that only grew tells the same as the long way, or leaves it to the long way. */
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
#include "chance.h"

enum { ROOM = 64 << 10 };

struct place {
    char directory[64], path[128];
    struct tail tail, other; /* other: goes the long way only */
    char *buffer;
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->directory, "/tmp/mlwatch-append.XXXXXX");
    assert_non_null(mkdtemp(p->directory));
    snprintf(p->path, sizeof p->path, "%s/train.log", p->directory);
    assert_true(tail_init(&p->tail, p->path) && tail_init(&p->other, p->path));
    p->buffer = malloc(ROOM);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    tail_done(&p->tail);
    tail_done(&p->other);
    unlink(p->path);
    rmdir(p->directory);
    free(p->buffer);
    free(p);
    return 0;
}

static void put(const struct place *p, const char *mode, const char *text)
{
    FILE *f = fopen(p->path, mode);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void overwrite(const struct place *p, long at, const char *text)
{
    FILE *f = fopen(p->path, "r+");
    assert_non_null(f);
    fseek(f, at, SEEK_SET);
    fputs(text, f);
    fclose(f);
}

/* Whole lines are used, the rest is only offered; as a format does. */
static size_t lines_in(struct span s)
{
    while (s.n && s.p[s.n - 1] != '\n') s.n--;
    return s.n;
}

static void take_long(struct place *p, struct tail *t)
{
    assert_int_equal(tail_look(t), TAIL_MORE);
    ssize_t n = tail_read(t, t->offset, p->buffer, ROOM);
    assert_true(n > 0);
    struct span read = {p->buffer, (size_t)n};
    tail_advance(t, t->offset + lines_in(read), t->offset + read.n, read);
}

static bool take_short(struct place *p, struct tail *t, struct span *read)
{
    if (!tail_appended(t, p->buffer, ROOM, read)) return false;
    tail_advance_appended(t, lines_in(*read), *read);
    return true;
}

static void same_standing(const struct tail *a, const struct tail *b)
{
    assert_int_equal(a->offset, b->offset);
    assert_int_equal(a->offered, b->offered);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(&a->id, &b->id, sizeof a->id);
    if (a->offered > a->offset) assert_int_equal(a->rest_hash, b->rest_hash);
}

static void both_ways_lead_to_the_same_place(void **state)
{
    struct place *p = *state;
    seed = 3;
    put(p, "w", "first line\n");
    take_long(p, &p->tail);
    take_long(p, &p->other);
    for (int i = 0; i < 600; i++) {
        struct span read;
        char text[64] = "";
        size_t n = 1 + below(40);
        for (size_t k = 0; k < n; k++) text[k] = below(12) ? (char)('a' + below(26)) : '\n';
        put(p, "a", text);
        assert_true(take_short(p, &p->tail, &read));
        assert_true(read.n >= n && memcmp(read.p + read.n - n, text, n) == 0);
        take_long(p, &p->other);
        same_standing(&p->tail, &p->other);
    }
    assert_true(p->tail.offset > 2 * TAIL_HEAD_BYTES);
    assert_int_equal(tail_look(&p->tail), TAIL_QUIET);
}

static void nothing_new_is_no_news(void **state)
{
    struct place *p = *state;
    struct span read;
    put(p, "w", "one\ntwo\nthr");
    take_long(p, &p->tail);
    assert_true(take_short(p, &p->tail, &read));
    assert_int_equal(read.n, 3); /* the line that is not ended, once more */
    put(p, "a", "ee\n");
    assert_true(take_short(p, &p->tail, &read));
    assert_int_equal(read.n, 6);
    assert_memory_equal(read.p, "three\n", 6);
}

/* Everything that is not a plain append is left to the long way, which then finds it as ever. */
static void refused(struct place *p, enum tail_state then)
{
    struct span read;
    struct tail before = p->tail;
    assert_false(tail_appended(&p->tail, p->buffer, ROOM, &read));
    assert_memory_equal(&p->tail, &before, sizeof before);
    assert_int_equal(tail_look(&p->tail), then);
}

static void begin(struct place *p, size_t lines)
{
    put(p, "w", "");
    for (size_t i = 0; i < lines; i++) put(p, "a", "a line of some length that says nothing\n");
    put(p, "a", "torn");
    take_long(p, &p->tail);
}

static void a_file_that_was_truncated_is_left_to_the_long_way(void **state)
{
    struct place *p = *state;
    begin(p, 10);
    put(p, "w", "short\n");
    refused(p, TAIL_RESTARTED);
}

static void a_file_that_was_rewritten_and_is_longer_is_left_to_the_long_way(void **state)
{
    struct place *p = *state;
    begin(p, 10);
    put(p, "w", "");
    for (int i = 0; i < 50; i++) put(p, "a", "another line, and another run altogether\n");
    refused(p, TAIL_RESTARTED);
}

static void another_head_is_seen_beyond_the_first_page_too(void **state)
{
    struct place *p = *state;
    begin(p, 300);
    overwrite(p, 100, "!");
    put(p, "a", " and on\n");
    refused(p, TAIL_RESTARTED);
}

static void other_bytes_before_the_offset_are_seen(void **state)
{
    struct place *p = *state;
    begin(p, 300);
    overwrite(p, (long)p->tail.offset - 3, "!");
    put(p, "a", " and on\n");
    refused(p, TAIL_RESTARTED);
}

static void a_rest_that_changed_is_seen(void **state)
{
    struct place *p = *state;
    begin(p, 300);
    overwrite(p, (long)p->tail.offset, "T");
    put(p, "a", " and on\n");
    refused(p, TAIL_RESTARTED);
}

static void much_at_once_is_left_to_the_long_way(void **state)
{
    struct place *p = *state;
    begin(p, 10);
    for (int i = 0; i < 200; i++) put(p, "a", "a line of some length that says nothing\n");
    refused(p, TAIL_MORE);
}

static void a_file_that_is_not_open_is_left_to_the_long_way(void **state)
{
    struct place *p = *state;
    begin(p, 10);
    tail_close(&p->tail);
    put(p, "a", " and on\n");
    refused(p, TAIL_MORE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_ways_lead_to_the_same_place),
        TEST(nothing_new_is_no_news),
        TEST(a_file_that_was_truncated_is_left_to_the_long_way),
        TEST(a_file_that_was_rewritten_and_is_longer_is_left_to_the_long_way),
        TEST(another_head_is_seen_beyond_the_first_page_too),
        TEST(other_bytes_before_the_offset_are_seen),
        TEST(a_rest_that_changed_is_seen),
        TEST(much_at_once_is_left_to_the_long_way),
        TEST(a_file_that_is_not_open_is_left_to_the_long_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
