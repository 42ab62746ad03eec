/* The memory taken out as lines and put back: the same bytes, whole runs only, and what is hostile is refused. */
#include "../../daemon/engine/ingest/export.h"
#include "../../daemon/engine/ingest/restore.h"
#include "ingest_fixture.h"
#include "memory_made.h"

static char *exported(struct store *s, size_t *n)
{
    struct export_counts counts;
    struct err err;
    char *text = NULL;
    FILE *f = open_memstream(&text, n);
    assert_non_null(f);
    if (export_memory(&s, 1, f, NULL, NULL, &counts, &err)) fail_msg("%s", err.text);
    fclose(f);
    return text;
}

static void count_sentence(void *arg, const char *text)
{
    assert_true(*text);
    ++*(size_t *)arg;
}

/* All of a file into a memory; how many sentences were said. */
static struct restore_counts restored(struct store *s, const char *path, size_t *said)
{
    struct restore *r = NULL;
    struct err err;
    bool more = true;
    size_t sentences = 0;
    if (restore_open(path, &r, &err)) fail_msg("%s", err.text);
    while (more)
        if (restore_some(r, s, 0, &more, count_sentence, &sentences, &err)) fail_msg("%s", err.text);
    struct restore_counts counts = *restore_counts(r);
    restore_close(r);
    if (said) *said = sentences;
    return counts;
}

static void an_export_that_was_taken_back_is_the_same_export(void **state)
{
    for (uint64_t from = 1; from <= 2; from++) {
        struct two t = places(state);
        size_t n, again;
        struct store *s = open_or_fail(t.place->path, true), *other;
        fill(s, from, 6);
        char *text = exported(s, &n);
        write_file(t.file, text, n);
        other = open_or_fail(t.other, true);
        struct restore_counts c = restored(other, t.file, NULL);
        assert_int_equal(c.refused, 0);
        assert_true(c.notes >= 5 && c.runs >= 6);
        char *back = exported(other, &again);
        assert_int_equal(n, again);
        assert_memory_equal(text, back, n);
        c = restored(other, t.file, NULL);
        assert_int_equal(c.runs + c.notes + c.outcomes, 0); /* all known */
        free(back);
        back = exported(other, &again);
        assert_int_equal(n, again);
        free(text), free(back);
        store_close(s), store_close(other);
        clean(&t);
    }
}

struct bits {
    uint64_t hash;
    size_t n;
};

static bool hash_point(void *arg, const struct point_row *p)
{
    struct bits *b = arg;
    uint64_t row[7] = {p->series, p->source, p->segment, (uint64_t)p->step, 0, 0, p->line};
    memcpy(&row[4], &p->value, 8);
    if (!isnan(p->time)) memcpy(&row[5], &p->time, 8);
    b->hash = hash64(row, sizeof row, b->hash);
    b->n++;
    return true;
}

static bool hash_run(void *arg, const struct run_row *r)
{
    void **both = arg;
    struct err err;
    if (store_points(both[0], r->id, hash_point, both[1], &err)) fail_msg("%s", err.text);
    return true;
}

static void points_come_back_bit_by_bit(void **state)
{
    struct two t = places(state);
    struct bits a = {0}, b = {0};
    struct err err;
    size_t n;
    struct store *s = open_or_fail(t.place->path, true), *other = open_or_fail(t.other, true);
    fill(s, 11, 1);
    char *text = exported(s, &n);
    write_file(t.file, text, n);
    restored(other, t.file, NULL);
    assert_int_equal(store_runs(s, hash_run, (void *[]){s, &a}, &err), OK);
    assert_int_equal(store_runs(other, hash_run, (void *[]){other, &b}, &err), OK);
    assert_true(a.n > 0);
    assert_int_equal(a.n, b.n);
    assert_true(a.hash == b.hash);
    free(text);
    store_close(s), store_close(other);
    clean(&t);
}

static bool count_run(void *arg, const struct run_row *r)
{
    (void)r;
    ++*(size_t *)arg;
    return true;
}

static size_t runs_of(struct store *s)
{
    size_t n = 0;
    struct err err;
    assert_int_equal(store_runs(s, count_run, &n, &err), OK);
    return n;
}

static void a_torn_export_gives_whole_runs_only(void **state)
{
    struct two t = places(state);
    size_t n, said;
    struct store *s = open_or_fail(t.place->path, true);
    fill(s, 5, 4);
    char *text = exported(s, &n);
    for (size_t part = 1; part < 8; part += 2) {
        struct store *other = open_or_fail(t.other, true);
        write_file(t.file, text, n * part / 8);
        struct restore_counts c = restored(other, t.file, &said);
        assert_int_equal(runs_of(other), c.runs);
        struct bits whole = {0};
        struct err err;
        assert_int_equal(store_runs(other, hash_run, (void *[]){other, &whole}, &err), OK);
        assert_int_equal(whole.n, c.points);
        store_close(other);
        write_file(t.file, text, n); /* and the whole one completes it */
        other = open_or_fail(t.other, true);
        c = restored(other, t.file, NULL);
        assert_int_equal(runs_of(other), 4);
        store_close(other);
        clean(&t);
    }
    free(text);
    store_close(s);
}

static void hostile_lines_are_refused_and_the_rest_goes_on(void **state)
{
    struct two t = places(state);
    size_t n, refused = 0;
    struct store *s = open_or_fail(t.place->path, true);
    fill(s, 7, 2);
    char *text = exported(s, &n);
    seed = 99;
    for (int round = 0; round < 20; round++) {
        char *bad = malloc(n);
        assert_non_null(bad);
        memcpy(bad, text, n);
        for (int k = 0; k < 4; k++) {
            size_t at = 40 + below(n - 40);
            bad[at] = k % 2 ? (char)below(256) : "0\"}{[],:-"[below(9)];
        }
        struct store *other = open_or_fail(t.other, true);
        write_file(t.file, bad, n);
        refused += restored(other, t.file, NULL).refused;
        size_t again;
        free(exported(other, &again)); /* what was taken can be read */
        store_close(other);
        clean(&t);
        free(bad);
    }
    assert_true(refused > 10);
    free(text);
    store_close(s);
}

static void an_older_export_takes_nothing_away(void **state)
{
    struct two t = places(state);
    struct err err;
    size_t n;
    struct store *s = open_or_fail(t.place->path, true);
    assert_int_equal(commit_number(s, 1, 0, &err), OK);
    char *text = exported(s, &n);
    write_file(t.file, text, n);
    assert_int_equal(commit_number(s, 2, points_of(1), &err), OK);
    assert_int_equal(store_watch(s, RUN_ID, false, &err), OK);
    struct restore_counts c = restored(s, t.file, NULL);
    assert_int_equal(c.known, 1);
    assert_int_equal(c.runs, 0);
    int64_t points = 0;
    bool watched = true;
    assert_int_equal(upkeep_points(s, RUN_ID, &points, &watched, &err), OK);
    assert_int_equal(points, points_of(1) + points_of(2));
    free(text);
    store_close(s);
    clean(&t);
}

static void what_is_no_export_is_refused_in_a_sentence(void **state)
{
    static const char *const files[] = {"", "{}\n", "{\"schema\":\"mlwatch.memory/9\"}\n", "\xff\xfe\n", "{\"run\":{}}\n"};
    struct two t = places(state);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct restore *r = NULL;
        struct err err = {0};
        write_file(t.file, files[i], strlen(files[i]));
        assert_int_equal(restore_open(t.file, &r, &err), E_FORMAT);
        assert_non_null(strstr(err.text, "export.jsonl"));
    }
    clean(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(an_export_that_was_taken_back_is_the_same_export),
        WITH_PLACE(points_come_back_bit_by_bit),
        WITH_PLACE(a_torn_export_gives_whole_runs_only),
        WITH_PLACE(hostile_lines_are_refused_and_the_rest_goes_on),
        WITH_PLACE(an_older_export_takes_nothing_away),
        WITH_PLACE(what_is_no_export_is_refused_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
