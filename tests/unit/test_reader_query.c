/* A database is asked again until it answers, and each of its rows is given once: also to a daemon that comes back when another run has
 * taken over in it, or its rows have other numbers. The database is one that MLflow made (tests/fixtures/mlflow). */
#include <sqlite3.h>

#include "reader_world.h"

#define FIXTURE SOURCE_DIR "/tests/fixtures/mlflow/database/mlflow.db"

static sqlite3 *writer;

static void sql(const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(writer, text, NULL, NULL, &why) != SQLITE_OK) fail_msg("%s: %s", why, text);
}

static void arrange(struct world *w)
{
    static char bytes[1 << 20];
    world_open(w, "mlflow.db", "mlflow_db");
    FILE *f = fopen(FIXTURE, "rb");
    if (!f) fail_msg("cannot read '%s'", FIXTURE);
    world_put(w->path, O_EXCL, bytes, fread(bytes, 1, sizeof bytes, f));
    fclose(f);
    assert_int_equal(sqlite3_open(w->path, &writer), SQLITE_OK);
}

static void tidy(struct world *w)
{
    sqlite3_close(writer);
    world_close(w);
}

/* A value at a step that no other row has. */
#define ADD(run, step, value)                                                                                                    \
    sql("INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) SELECT 'late', " value                              \
        ", 1800000000000, run_uuid, " step ", 0 FROM runs WHERE " run)
#define READ_RUN "start_time = (SELECT max(start_time) FROM runs WHERE run_uuid != 'f00d')"

static void expect_late(const struct world *w, int64_t step, double value, size_t times)
{
    assert_int_equal(world_count(w, "late", step, &value), times);
}

static void a_database_that_was_locked_is_asked_again_and_that_is_said_once(void **unused)
{
    (void)unused;
    struct world w;
    arrange(&w);
    sql("BEGIN EXCLUSIVE");
    world_start(&w);
    for (int i = 0; i < 3; i++) w.now += 2, world_turn(&w, WORLD_ROOM);
    assert_int_equal(w.n_points, 0);
    assert_int_equal(world_bad(&w), 1);
    sql("ROLLBACK"); /* not a byte has changed */
    world_settle(&w);
    assert_true(w.n_points > 20);
    assert_int_equal(world_bad(&w), 1);
    tidy(&w);
}

static void rows_are_given_once_to_daemons_that_come_and_go(void **unused)
{
    (void)unused;
    struct world w;
    arrange(&w);
    world_settle(&w);
    size_t given = w.n_points;
    assert_true(given > 20);
    for (int i = 0; i < WORLD_STOPS * 2; i++) {
        char text[400];
        world_leave(&w, (enum world_stop)(i % WORLD_STOPS), i < WORLD_STOPS);
        if (i >= WORLD_STOPS && i % WORLD_STOPS == WORLD_KILLED) given = w.n_points; /* what was not committed comes again */
        snprintf(text, sizeof text,
                 "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) SELECT 'late', %d.5, 1800000000000, "
                 "run_uuid, %d, 0 "
                 "FROM runs WHERE " READ_RUN,
                 i, 9000 + i);
        sql(text);
        world_settle(&w);
        for (int k = 0; k <= i; k++) expect_late(&w, 9000 + k, k + 0.5, 1);
    }
    assert_int_equal(world_count(&w, "late", 0, NULL), WORLD_STOPS * 2);
    assert_true(w.n_points >= given);
    assert_int_equal(world_bad(&w), 0);
    tidy(&w);
}

/* A daemon that had counted rows would take those of the new run for the old one's. */
static void another_run_that_took_over_while_nobody_watched_is_given_whole(void **unused)
{
    (void)unused;
    struct world w;
    arrange(&w);
    world_settle(&w);
    size_t before = w.n_points;
    world_stop(&w);
    sql("INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage) VALUES ('f00d', 'newer', 'RUNNING', "
        "9999999999999, 'active')");
    ADD("run_uuid = 'f00d'", "1", "0.25");
    ADD("run_uuid = 'f00d'", "2", "0.125");
    world_settle(&w);
    expect_late(&w, 1, 0.25, 1);
    expect_late(&w, 2, 0.125, 1);
    assert_int_equal(w.n_points, before + 2);
    world_stop(&w);
    sql("UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = 'f00d'");
    ADD(READ_RUN, "9000", "7");
    world_settle(&w);
    expect_late(&w, 9000, 7, 1);
    assert_int_equal(w.n_points, before + 3);
    tidy(&w);
}

static void rows_with_other_numbers_are_known_by_what_they_hold(void **unused)
{
    (void)unused;
    struct world w;
    arrange(&w);
    world_settle(&w);
    size_t before = w.n_points;
    world_stop(&w);
    sql("CREATE TABLE again AS SELECT * FROM metrics ORDER BY value DESC; DELETE FROM metrics");
    ADD(READ_RUN, "9000", "7");
    sql("INSERT INTO metrics SELECT * FROM again");
    ADD(READ_RUN, "9001", "8");
    world_settle(&w);
    expect_late(&w, 9000, 7, 1);
    expect_late(&w, 9001, 8, 1);
    assert_int_equal(w.n_points, before + 2);
    tidy(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_that_was_locked_is_asked_again_and_that_is_said_once),
        cmocka_unit_test(rows_are_given_once_to_daemons_that_come_and_go),
        cmocka_unit_test(another_run_that_took_over_while_nobody_watched_is_given_whole),
        cmocka_unit_test(rows_with_other_numbers_are_known_by_what_they_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
