/* trackio: the records of a run in its database, while another program writes it. */
#include "format_probe.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

static const char schema[] = "CREATE TABLE metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT, timestamp TEXT, run_name "
                             "TEXT, step INTEGER, metrics TEXT);"
                             "CREATE TABLE configs (id INTEGER PRIMARY KEY, run_name TEXT, config TEXT)";

struct place {
    char directory[64], path[96];
    sqlite3 *writer;
    struct probe *reader;
    struct err err;
};

static int arrange(void **state)
{
    struct place *at = calloc(1, sizeof *at);
    assert_non_null(at);
    strcpy(at->directory, "/tmp/test_trackio.XXXXXX");
    assert_non_null(mkdtemp(at->directory));
    snprintf(at->path, sizeof at->path, "%s/project.db", at->directory);
    assert_int_equal(sqlite3_open(at->path, &at->writer), SQLITE_OK);
    assert_int_equal(sqlite3_exec(at->writer, schema, NULL, NULL, NULL), SQLITE_OK);
    at->reader = probe_open_at(format_by_name("trackio_db"), PROBE_ARENA_BYTES, at->path);
    *state = at;
    return 0;
}

static int tidy(void **state)
{
    struct place *at = *state;
    probe_close(at->reader);
    sqlite3_close(at->writer);
    unlink(at->path);
    assert_int_equal(rmdir(at->directory), 0); /* nothing else was made there */
    free(at);
    return 0;
}

static void add(struct place *at, const char *run, int step, const char *json)
{
    char text[512], *why = NULL;
    snprintf(text, sizeof text,
             "INSERT INTO metrics (timestamp, run_name, step, metrics) VALUES ('2026-01-05T10:00:01+00:00', '%s', %d, '%s')", run,
             step, json);
    if (sqlite3_exec(at->writer, text, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", why, text);
}

static void poll_new(struct place *at)
{
    struct probe *p = at->reader;
    str_clear(&p->text);
    p->points = p->facts = p->events = p->bad = 0;
    if (p->format->poll(p->state, at->path, &p->out, &at->err)) fail_msg("%s", at->err.text);
    str_add(&p->text, "");
}

static void each_record_is_told_once(void **state)
{
    struct place *at = *state;
    add(at, "a", 10, "{\"train/loss\": 2.5, \"note\": \"begins\"}");
    add(at, "a", 20, "{\"train/loss\": \"NaN\", \"eval\": {\"loss\": \"-Infinity\"}}");
    poll_new(at);
    probe_expect(at->reader, "fact trackio_run=a");
    probe_expect(at->reader, "point train/loss 10 2.5 @1 t1767607201.000");
    probe_expect(at->reader, "point train/loss 20 NaN @2 t1767607201.000");
    probe_expect(at->reader, "point eval/loss 20 -inf @2 t1767607201.000");
    poll_new(at);
    assert_int_equal(at->reader->points, 0);
    add(at, "a", 30, "{\"train/loss\": 1.5}");
    poll_new(at);
    probe_expect(at->reader, "point train/loss 30 1.5 @3 t1767607201.000");
    assert_int_equal(at->reader->points, 1);
}

static void the_run_that_logged_last_takes_over(void **state)
{
    struct place *at = *state;
    add(at, "a", 1, "{\"loss\": 2.5}");
    poll_new(at);
    add(at, "b", 1, "{\"loss\": 3.5}");
    add(at, "b", 2, "[1]");
    poll_new(at);
    probe_expect(at->reader, "fact trackio_run=b");
    probe_expect(at->reader, "point loss 1 3.5 @2 t1767607201.000");
    assert_int_equal(at->reader->bad, 1);
}

static void it_is_known_by_its_table(void **state)
{
    struct place *at = *state;
    char head[64];
    add(at, "a", 1, "{\"loss\": 2.5}");
    FILE *f = fopen(at->path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(head, 1, sizeof head, f), sizeof head);
    fclose(f);
    int sure = 0;
    assert_string_equal(format_sniff(at->path, (struct span){head, sizeof head}, &sure)->name, "trackio_db");
    assert_int_equal(sqlite3_exec(at->writer, "ALTER TABLE metrics RENAME TO others", NULL, NULL, NULL), SQLITE_OK);
    assert_null(format_sniff(at->path, (struct span){head, sizeof head}, &sure));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_record_is_told_once, arrange, tidy),
        cmocka_unit_test_setup_teardown(the_run_that_logged_last_takes_over, arrange, tidy),
        cmocka_unit_test_setup_teardown(it_is_known_by_its_table, arrange, tidy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
