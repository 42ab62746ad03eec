/* MLflow: metrics, parameters and state of a run in its file store, and in its database while another program writes it. */
#include "format_probe.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../daemon/base/hash.h"
#include "chance.h"

#define RUN  "0123456789abcdef0123456789abcdef"
#define ROOT "mlruns/4711/" RUN

/* ---- the file store ---------------------------------------------------------------------------------------------------- */

static struct probe *read_at(const char *format, const char *path, const char *text)
{
    struct probe *p = probe_open_at(format_by_name(format), PROBE_ARENA_BYTES, path);
    probe_read(p, span_of(text), strlen(text), 1);
    str_add(&p->text, "");
    return p;
}

static void a_metric_is_named_by_its_path(void **unused)
{
    (void)unused;
    static const char *const paths[][2] = {{ROOT "/metrics/loss", "loss"},
                                           {"/a/metrics/b/" ROOT "/metrics/train/metrics/loss x", "train/metrics/loss x"},
                                           {"elsewhere/val_loss", "val_loss"}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct probe *p = read_at("mlflow_metric", paths[i][0], "1700000000123 0.5 7\n");
        char wanted[128];
        snprintf(wanted, sizeof wanted, "point %s 7 0.5 @1 t1700000000.123", paths[i][1]);
        probe_expect(p, wanted);
        probe_close(p);
    }
}

static void values_are_read_to_the_last_bit(void **unused)
{
    (void)unused;
    struct probe *p =
        read_at("mlflow_metric", ROOT "/metrics/m",
                "1700000000000 0.30000000000000004 1\n1700000000000 nan 2\n1700000000000 inf 3\n1700000000000 -inf 4\n"
                "1700000000000 5e-324 5\n1700000000000 -0.0 -6\n1700000000000 1e+16 9007199254740993\n");
    probe_expect(p, "point m 1 0.30000000000000004 @1 t1700000000.000");
    probe_expect(p, "point m 2 NaN @2 t1700000000.000");
    probe_expect(p, "point m 3 inf @3 t1700000000.000");
    probe_expect(p, "point m 4 -inf @4 t1700000000.000");
    probe_expect(p, "point m 5 4.9406564584124654e-324 @5 t1700000000.000");
    probe_expect(p, "point m -6 -0 @6 t1700000000.000");
    probe_expect(p, "point m 9007199254740993 10000000000000000 @7 t1700000000.000");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void rows_are_counted_where_no_step_was_given(void **unused)
{
    (void)unused;
    struct probe *p = read_at("mlflow_metric", ROOT "/metrics/m",
                              "1700000000000 9 0\n1700000000000 8 0\n1700000000000 7 0\n1700000000000 6\n1700000000000 5 40\n"
                              "1700000000000 4 0\n");
    probe_expect(p, "point m 0 9 @1 t1700000000.000");
    probe_expect(p, "point m 0 8 @2 t1700000000.000"); /* twice at step 0 is nothing strange */
    probe_expect(p, "series m record");
    probe_expect(p, "point m 2 7 @3 t1700000000.000");
    probe_expect(p, "point m 3 6 @4 t1700000000.000");
    probe_expect(p, "point m 40 5 @5 t1700000000.000");
    probe_expect(p, "point m 0 4 @6 t1700000000.000");
    probe_close(p);
}

static void a_metric_of_a_data_set_keeps_its_step(void **unused)
{
    (void)unused;
    struct probe *p = read_at("mlflow_metric", ROOT "/metrics/m", "1700000000000 0.5 3 digits 5ea31f7\n");
    probe_expect(p, "point m 3 0.5 @1 t1700000000.000");
    probe_close(p);
}

static void a_line_without_its_end_is_never_used(void **unused)
{
    (void)unused;
    struct probe *p = read_at("mlflow_metric", ROOT "/metrics/m", "1700000000000 0.5 3\n1700000000000 0.25 4");
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void lines_of_another_kind_cost_only_themselves(void **unused)
{
    (void)unused;
    struct probe *p =
        read_at("mlflow_metric", ROOT "/metrics/m",
                "x 0.5 1\n1700000000000 y 1\n1700000000000 1 1.5\n1700000000000 1 2 three\n17\n\n1700000000000 0.5 9\n");
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 5);
    probe_expect(p, "point m 9 0.5 @7 t1700000000.000");
    probe_close(p);
}

static void parameters_and_tags_are_facts(void **unused)
{
    (void)unused;
    static const struct {
        const char *path, *text, *told; /* told: NULL for nothing */
    } cases[] = {{ROOT "/params/lr", "0.1", "fact lr=0.1"},
                 {ROOT "/params/optimizer/name", "adam\n", "fact optimizer/name=adam"},
                 {ROOT "/tags/mlflow.source.git.commit", "5ea31f7", "fact git_commit=5ea31f7"},
                 {ROOT "/tags/mlflow.source.name", "train.py", "fact command=train.py"},
                 {ROOT "/tags/team", "vision", "fact team=vision"},
                 {ROOT "/tags/mlflow.user", "somebody", NULL},
                 {ROOT "/tags/mlflow.note.content", "a note", NULL},
                 {ROOT "/artifacts/params/x", "1", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe *p = read_at("mlflow_param", cases[i].path, cases[i].text);
        if (cases[i].told) probe_expect(p, cases[i].told);
        else assert_int_equal(p->facts, 0);
        probe_close(p);
    }
}

static void the_end_of_a_run_is_an_event(void **unused)
{
    (void)unused;
    static const char *const ends[][2] = {{"3", "finished"}, {"4", "traceback"}, {"5", "killed"}, {"1", NULL}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char text[200];
        snprintf(text, sizeof text, "end_time: null\nrun_id: " RUN "\nrun_name: 'it is'\nsource_version: ''\nstatus: %s\n",
                 ends[i][0]);
        struct probe *p = read_at("mlflow_param", ROOT "/meta.yaml", text);
        probe_expect(p, "fact run_name=it is");
        probe_expect(p, "fact mlflow_run=" RUN);
        probe_refuse(p, "fact git_commit");
        assert_int_equal(p->events, ends[i][1] ? 1 : 0);
        if (ends[i][1] && !strstr(p->text.p, ends[i][1])) fail_msg("status %s told %s", ends[i][0], p->text.p);
        probe_close(p);
    }
}

/* ---- the database ------------------------------------------------------------------------------------------------------ */

static const char schema[] =
    "CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(250), status VARCHAR(9), start_time BIGINT,"
    " end_time BIGINT, lifecycle_stage VARCHAR(20), later_column INTEGER);"
    "CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT "
    "NULL,"
    " step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL, PRIMARY KEY (key, timestamp, step, run_uuid, value, "
    "is_nan));"
    "CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);"
    "CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL);"
    "CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL);";

/* A directory with a database that the test writes as MLflow does, and a reader of it. */
struct place {
    char directory[64], path[96];
    sqlite3 *writer;
    struct probe *reader;
    struct err err;
};

static void sql(struct place *at, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void sql(struct place *at, const char *format, ...)
{
    char text[2048], *why = NULL;
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    if (sqlite3_exec(at->writer, text, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", why, text);
}

static void open_writer(struct place *at)
{
    assert_int_equal(sqlite3_open(at->path, &at->writer), SQLITE_OK);
    sql(at, "PRAGMA synchronous = OFF");
    assert_int_equal(sqlite3_exec(at->writer, schema, NULL, NULL, NULL), SQLITE_OK);
}

static void add_run(struct place *at, const char *id, int start)
{
    sql(at, "INSERT INTO runs VALUES ('%s', 'name of %s', 'RUNNING', %d, NULL, 'active', 1)", id, id, start);
}

static void add(struct place *at, const char *run, const char *key, int step, const char *value)
{
    sql(at, "INSERT INTO metrics VALUES ('%s', %s, %lld, '%s', %d, 0)", key, value, 1700000000000LL + step, run, step);
}

static int arrange(void **state)
{
    struct place *at = calloc(1, sizeof *at);
    assert_non_null(at);
    strcpy(at->directory, "/tmp/test_mlflow.XXXXXX");
    assert_non_null(mkdtemp(at->directory));
    snprintf(at->path, sizeof at->path, "%s/mlflow.db", at->directory);
    open_writer(at);
    at->reader = probe_open_at(format_by_name("mlflow_db"), PROBE_ARENA_BYTES, at->path);
    *state = at;
    return 0;
}

static int tidy(void **state)
{
    struct place *at = *state;
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    probe_close(at->reader);
    sqlite3_close(at->writer);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s%s", at->path, ends[i]);
        unlink(name);
    }
    assert_int_equal(rmdir(at->directory), 0); /* nothing else was made there */
    free(at);
    return 0;
}

/* poll_new - what one more poll tells. */
static const char *poll_new(struct place *at)
{
    struct probe *p = at->reader;
    str_clear(&p->text);
    p->points = p->facts = p->events = p->bad = 0;
    if (p->format->poll(p->state, at->path, &p->out, &at->err)) fail_msg("%s", at->err.text);
    str_add(&p->text, "");
    return p->text.p;
}

static void each_row_is_told_once(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    add(at, "a", "loss", 1, "2.5");
    add(at, "a", "val/loss", 1, "0.1");
    poll_new(at);
    probe_expect(at->reader, "series val/loss step");
    probe_expect(at->reader, "point loss 1 2.5 @1 t1700000000.001");
    probe_expect(at->reader, "point val/loss 1 0.10000000000000001 @2 t1700000000.001");
    assert_int_equal(at->reader->points, 2);
    poll_new(at);
    assert_int_equal(at->reader->points, 0);
    add(at, "a", "loss", 1, "2.25"); /* again at the same step */
    add(at, "a", "loss", 0, "3.5");
    poll_new(at);
    probe_expect(at->reader, "point loss 1 2.25 @3 t1700000000.001");
    probe_expect(at->reader, "point loss 0 3.5 @4 t1700000000.000");
    assert_int_equal(at->reader->points, 2);
}

static void a_new_reader_is_told_the_same_in_the_same_order(void **state)
{
    struct place *at = *state;
    seed = 7;
    struct str told = {0};
    add_run(at, "a", 100);
    for (int step = 0; step < 300; step++) {
        char key[8], value[16];
        snprintf(key, sizeof key, "m%d", (int)below(5));
        snprintf(value, sizeof value, "%d.5", (int)below(100));
        add(at, "a", key, step, value);
        if (below(7) == 0) str_add(&told, poll_new(at));
    }
    str_add(&told, poll_new(at));
    struct probe *fresh = probe_open_at(format_by_name("mlflow_db"), PROBE_ARENA_BYTES, at->path);
    assert_int_equal(fresh->format->poll(fresh->state, at->path, &fresh->out, &at->err), OK);
    assert_int_equal(fresh->points, 300);
    const char *from = told.p;
    for (char *line = strtok(fresh->text.p, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "point", 5) != 0) continue;
        from = strstr(from, line);
        if (!from) fail_msg("not told, or out of order: %s", line);
        from += strlen(line);
    }
    assert_null(strstr(from, "point"));
    probe_close(fresh);
    str_done(&told);
}

static void what_is_not_finite_is_read_as_it_was_logged(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    sql(at, "INSERT INTO metrics VALUES ('m', 0, 1700000000000, 'a', 1, 1)");
    add(at, "a", "m", 2, "1.7976931348623157e308");
    add(at, "a", "m", 3, "-1.7976931348623157e308");
    add(at, "a", "m", 4, "1.7976931348623155e308");
    poll_new(at);
    probe_expect(at->reader, "point m 1 NaN @1 t1700000000.000");
    probe_expect(at->reader, "point m 2 inf @2 t1700000000.002");
    probe_expect(at->reader, "point m 3 -inf @3 t1700000000.003");
    probe_expect(at->reader, "point m 4 1.7976931348623155e+308 @4 t1700000000.004");
}

static void the_run_that_began_last_is_read_and_the_others_are_said(void **state)
{
    struct place *at = *state;
    add_run(at, "old", 100), add_run(at, "new", 300), add_run(at, "deleted", 400), add_run(at, "empty", 500);
    sql(at, "UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'deleted'");
    add(at, "old", "loss", 1, "1"), add(at, "new", "loss", 1, "2"), add(at, "deleted", "loss", 1, "3"),
        add(at, "old", "loss", 2, "4");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    probe_expect(at->reader, "point loss 1 2 @2 t1700000000.001");
    probe_expect(at->reader, "fact mlflow_run=new");
    probe_expect(at->reader, "fact mlflow_runs=3 others in this database are not read; 'name of new' began last");
}

static void a_newer_run_takes_over_with_its_first_metric(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    for (int i = 0; i < 4; i++) sql(at, "INSERT INTO metrics VALUES ('loss', %d, %d, 'a', 0, 0)", i, i);
    poll_new(at);
    add_run(at, "b", 200);
    add(at, "a", "loss", 5, "5");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    for (int i = 0; i < 4; i++) sql(at, "INSERT INTO metrics VALUES ('loss', %d, %d, 'b', 0, 0)", 10 * i, i);
    add(at, "a", "loss", 6, "6");
    poll_new(at);
    assert_int_equal(at->reader->points, 4);
    probe_expect(at->reader, "fact mlflow_run=b");
    probe_expect(at->reader, "point loss 0 0 @6");
    probe_expect(at->reader, "point loss 3 30 @9"); /* rows of the new run are counted from its first */
}

static void parameters_tags_and_the_end_are_told(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    add(at, "a", "loss", 1, "1");
    sql(at, "INSERT INTO params VALUES ('lr', '0.1', 'a'), ('lr', '0.2', 'b')");
    sql(at,
        "INSERT INTO tags VALUES ('mlflow.source.git.commit', '5ea31f7', 'a'), ('mlflow.user', 'x', 'a'), ('empty', NULL, 'a')");
    poll_new(at);
    probe_expect(at->reader, "fact lr=0.1");
    probe_expect(at->reader, "fact git_commit=5ea31f7");
    probe_expect(at->reader, "fact mlflow_status=RUNNING");
    assert_int_equal(at->reader->events, 0);
    sql(at, "UPDATE runs SET status = 'FAILED'");
    add(at, "a", "loss", 2, "1");
    poll_new(at);
    probe_expect(at->reader, "event traceback @2 MLflow closed the run as FAILED");
    poll_new(at);
    assert_int_equal(at->reader->events, 0);
}

static void a_locked_database_is_said_and_read_later(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    add(at, "a", "loss", 1, "1");
    poll_new(at);
    sql(at, "BEGIN EXCLUSIVE");
    add(at, "a", "loss", 2, "2");
    assert_int_equal(at->reader->format->poll(at->reader->state, at->path, &at->reader->out, &at->err), E_IO);
    assert_non_null(strstr(at->err.text, "another process holds it locked"));
    assert_non_null(strstr(at->err.text, at->path));
    sql(at, "COMMIT");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    probe_expect(at->reader, "point loss 2 2 @2 t1700000000.002");
}

static void a_replaced_database_is_another_one(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    for (int i = 1; i <= 5; i++) add(at, "a", "loss", i, "1");
    poll_new(at);
    sqlite3_close(at->writer);
    assert_int_equal(unlink(at->path), 0);
    open_writer(at);
    add_run(at, "b", 50);
    add(at, "b", "loss", 1, "7");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    probe_expect(at->reader, "point loss 1 7 @1 t1700000000.001");
}

static void rows_that_a_migration_numbers_anew_are_not_told_again(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100), add_run(at, "gone", 10);
    for (int i = 1; i <= 5; i++) add(at, "gone", "loss", i, "1"), add(at, "a", "loss", i, "1");
    poll_new(at);
    assert_int_equal(at->reader->points, 5);
    sql(at, "CREATE TABLE new AS SELECT * FROM metrics WHERE run_uuid = 'a' ORDER BY rowid; DROP TABLE metrics;"
            "ALTER TABLE new RENAME TO metrics"); /* as MLflow's migrations copy tables */
    add(at, "a", "loss", 6, "6");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    assert_int_equal(at->reader->bad, 0);
    probe_expect(at->reader, "point loss 6 6 @6 t1700000000.006");
}

static void rows_that_vanished_are_reported(void **state)
{
    struct place *at = *state;
    add_run(at, "a", 100);
    for (int i = 1; i <= 5; i++) add(at, "a", "loss", i, "1");
    poll_new(at);
    sql(at, "DELETE FROM metrics WHERE step > 3");
    add(at, "a", "loss", 4, "9");
    poll_new(at);
    assert_int_equal(at->reader->bad, 1);
    probe_expect(at->reader, "point loss 4 9 @4 t1700000000.004");
}

static uint64_t bytes_of(const char *path)
{
    char bytes[1 << 16];
    uint64_t hash = 0;
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;) hash = hash64(bytes, (size_t)n, hash + 1);
    close(fd);
    return hash;
}

/* In WAL mode SQLite would leave its -wal and -shm files behind; tidy finds them. */
static void reading_changes_nothing_and_leaves_nothing(void **state)
{
    struct place *at = *state;
    for (int wal = 0; wal < 2; wal++) {
        struct stat before, after;
        if (wal) sql(at, "PRAGMA journal_mode = WAL");
        else add_run(at, "a", 100);
        add(at, "a", "loss", 1 + wal, "1");
        sqlite3_close(at->writer);
        uint64_t bytes = bytes_of(at->path);
        assert_int_equal(stat(at->path, &before), 0);
        poll_new(at);
        assert_int_equal(at->reader->points, 1);
        assert_int_equal(stat(at->path, &after), 0);
        assert_int_equal(bytes_of(at->path), bytes);
        assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
        char name[128];
        snprintf(name, sizeof name, "%s-shm", at->path);
        assert_int_equal(access(name, F_OK), -1);
        assert_int_equal(sqlite3_open(at->path, &at->writer), SQLITE_OK);
    }
}

static void rows_in_a_write_ahead_log_are_read_while_the_writer_goes_on(void **state)
{
    struct place *at = *state;
    sql(at, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    add_run(at, "a", 100);
    add(at, "a", "loss", 1, "1");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
    sql(at, "BEGIN IMMEDIATE");
    add(at, "a", "loss", 2, "2");
    poll_new(at); /* not committed: neither seen nor waited for */
    assert_int_equal(at->reader->points, 0);
    sql(at, "COMMIT");
    poll_new(at);
    assert_int_equal(at->reader->points, 1);
}

static void what_is_no_database_of_mlflow_tells_nothing(void **state)
{
    struct place *at = *state;
    sql(at, "DROP TABLE tags"); /* MLflow may be making its tables */
    add_run(at, "a", 100);
    add(at, "a", "loss", 1, "1");
    poll_new(at);
    assert_int_equal(at->reader->points, 0);
    sql(at, "CREATE TABLE tags (key, value, run_uuid); DROP TABLE metrics;"
            "CREATE VIEW metrics AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i AS key FROM n");
    poll_new(at); /* a view could take for ever */
    assert_int_equal(at->reader->points, 0);
    sqlite3_close(at->writer);
    at->writer = NULL;
    assert_int_equal(truncate(at->path, 5000), 0);
    assert_int_equal(at->reader->format->poll(at->reader->state, at->path, &at->reader->out, &at->err), E_IO);
    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(at->reader->format->poll(at->reader->state, at->path, &at->reader->out, &at->err), E_IO);
}

static void a_database_of_another_name_is_asked_for_its_tables(void **state)
{
    struct place *at = *state;
    char other[128], head[4096];
    struct span start = {head, sizeof head};
    snprintf(other, sizeof other, "%s/tracking.sqlite", at->directory);
    add_run(at, "a", 100);
    int fd = open(at->path, O_RDONLY);
    assert_int_equal(read(fd, head, sizeof head), sizeof head);
    close(fd);
    assert_string_equal(format_sniff(at->path, start, NULL)->name, "mlflow_db");
    sqlite3_close(at->writer);
    assert_int_equal(rename(at->path, other), 0);
    assert_string_equal(format_sniff(other, start, NULL)->name, "mlflow_db");
    assert_int_equal(sqlite3_open(other, &at->writer), SQLITE_OK);
    sql(at, "DROP TABLE runs");
    assert_null(format_sniff(other, start, NULL));
    assert_int_equal(rename(other, at->path), 0);
    assert_null(format_sniff("gone/tracking.sqlite", start, NULL));
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, arrange, tidy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_metric_is_named_by_its_path),
        cmocka_unit_test(values_are_read_to_the_last_bit),
        cmocka_unit_test(rows_are_counted_where_no_step_was_given),
        cmocka_unit_test(a_metric_of_a_data_set_keeps_its_step),
        cmocka_unit_test(a_line_without_its_end_is_never_used),
        cmocka_unit_test(lines_of_another_kind_cost_only_themselves),
        cmocka_unit_test(parameters_and_tags_are_facts),
        cmocka_unit_test(the_end_of_a_run_is_an_event),
        IN_PLACE(each_row_is_told_once),
        IN_PLACE(a_new_reader_is_told_the_same_in_the_same_order),
        IN_PLACE(what_is_not_finite_is_read_as_it_was_logged),
        IN_PLACE(the_run_that_began_last_is_read_and_the_others_are_said),
        IN_PLACE(a_newer_run_takes_over_with_its_first_metric),
        IN_PLACE(parameters_tags_and_the_end_are_told),
        IN_PLACE(a_locked_database_is_said_and_read_later),
        IN_PLACE(a_replaced_database_is_another_one),
        IN_PLACE(rows_that_a_migration_numbers_anew_are_not_told_again),
        IN_PLACE(rows_that_vanished_are_reported),
        IN_PLACE(reading_changes_nothing_and_leaves_nothing),
        IN_PLACE(rows_in_a_write_ahead_log_are_read_while_the_writer_goes_on),
        IN_PLACE(what_is_no_database_of_mlflow_tells_nothing),
        IN_PLACE(a_database_of_another_name_is_asked_for_its_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
