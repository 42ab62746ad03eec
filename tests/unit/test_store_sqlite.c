/* store/sqlite: the file itself: who may read and write it, files that are something else, damage, readers beside the writer. */
#include <errno.h>

#include "store_fixture.h"

static int64_t count(const char *path, const char *sql)
{
    struct sqlite *db = NULL;
    struct err err;
    int64_t n = -1;
    if (sqlite_open(path, false, &db, &err) || sqlite_integer(db, sql, UNBOUND, -1, &n, &err)) fail_msg("%s", err.text);
    sqlite_close(db);
    return n;
}

static void a_notice_that_is_made_again_is_queued_once(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    for (uint64_t k = 1; k <= 5; k++) assert_int_equal(commit_number(s, k, points_up_to(k - 1), &err), OK);
    assert_int_equal(count(p->path, "SELECT count(*) FROM notice"), 3);
    store_close(s);
}

/* The last part of the commit cannot be stored (a notice without a sink): the parts before it are not there either. */
static void a_commit_with_a_part_that_cannot_be_stored_leaves_nothing(void **state)
{
    const struct place *p = *state;
    struct err err = {0};
    struct store *s = open_or_fail(p->path, true);
    const struct point_row point = point_of(0);
    const struct event_row event = {0, 1, EVENT_CHECKPOINT, "1"};
    const struct notice_row bad = {.id = "n9", .body = "{}"};
    assert_int_equal(commit_number(s, 1, 0, &err), OK);
    const struct commit half = {.run = {.id = RUN_ID, .name = "killed", .path = "/run"},
                                .points = &point,
                                .n_points = 1,
                                .events = &event,
                                .n_events = 1,
                                .notices = &bad,
                                .n_notices = 1};
    assert_int_equal(store_commit(s, &half, &err), E_STORE);
    assert_int_equal(assert_whole(s), 1);
    assert_int_equal(commit_number(s, 2, points_up_to(1), &err), OK);
    assert_int_equal(assert_whole(s), 2);
    store_close(s);
}

static void the_journal_is_folded_into_few_rows(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    for (uint64_t k = 1; k <= 200; k++) assert_int_equal(commit_number(s, k, points_up_to(k - 1), &err), OK);
    assert_int_equal(assert_whole(s), 200);
    assert_true(count(p->path, "SELECT count(*) FROM points") <= (int64_t)points_up_to(200) / 1000 + 200);
    assert_true(count(p->path, "SELECT points - folded FROM run") <= 1024);
    store_close(s);
}

static void the_file_is_for_its_owner_alone(void **state)
{
    const struct place *p = *state;
    struct stat st;
    mode_t before = umask(0);
    store_close(open_or_fail(p->path, true));
    umask(before);
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(p->path, 0644), 0);
    store_close(open_or_fail(p->path, true));
    assert_int_equal(stat(p->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_second_writer_is_refused(void **state)
{
    const struct place *p = *state;
    struct store *s = open_or_fail(p->path, true), *second = NULL;
    struct err err;
    assert_int_equal(store_open(p->path, true, &second, &err), E_STORE);
    assert_non_null(strstr(err.text, "another process writes it"));
    store_close(s);
    store_close(open_or_fail(p->path, true));
}

static void readers_see_whole_commits_while_the_writer_writes(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct store *writer = open_or_fail(p->path, true);
    assert_int_equal(commit_number(writer, 1, 0, &err), OK);
    struct store *one = open_or_fail(p->path, false), *two = open_or_fail(p->path, false);
    for (uint64_t k = 2; k <= 40; k++) {
        assert_int_equal(commit_number(writer, k, points_up_to(k - 1), &err), OK);
        assert_int_equal(assert_whole(one), k);
        assert_int_equal(assert_whole(two), k);
    }
    store_close(one);
    store_close(writer);
    assert_int_equal(assert_whole(two), 40);
    store_close(two);
}

/* As an ordinary user: root may write anywhere. Exit status: 0 read all, 1 could not, 77 cannot try here. */
static void become_nobody(void)
{
    if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(77);
}

static void read_as_nobody(const char *path)
{
    struct store *s = NULL;
    struct seen seen = {0};
    struct err err;
    become_nobody();
    if (store_open(path, false, &s, &err) || store_points(s, RUN_ID, see_point, &seen, &err)) {
        fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    store_close(s);
    _exit(seen.points == points_up_to(3) && seen.wrong == 0 ? 0 : 1);
}

static void write_as_nobody(const char *path)
{
    struct store *s = NULL;
    struct err err;
    become_nobody();
    if (store_open(path, true, &s, &err) != E_STORE || !strstr(err.text, path)) _exit(1);
}

static void give_to_nobody(const struct place *p)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-writer"};
    for (size_t i = 0; getuid() == 0 && i < 4; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
        if (chown(path, 65534, 65534) != 0 && errno != ENOENT) fail_msg("chown %s", path);
    }
    if (getuid() == 0) assert_int_equal(chown(p->dir, 65534, 65534), 0);
}

static void a_directory_that_may_only_be_read_can_be_read(void **state)
{
    const struct place *p = *state;
    char log[128], shared[128];
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    for (uint64_t k = 1; k <= 3; k++) assert_int_equal(commit_number(s, k, points_up_to(k - 1), &err), OK);
    give_to_nobody(p);
    assert_int_equal(chmod(p->dir, 0500), 0);
    int beside_writer = in_child(read_as_nobody, p->path);
    store_close(s);
    int alone = in_child(read_as_nobody, p->path), writing = in_child(write_as_nobody, p->dir);
    snprintf(log, sizeof log, "%s-wal", p->path);
    snprintf(shared, sizeof shared, "%s-shm", p->path);
    assert_int_equal(chmod(p->dir, 0700), 0);
    unlink(log);
    unlink(shared);
    assert_int_equal(chmod(p->dir, 0500), 0);
    int copied = in_child(read_as_nobody, p->path);
    assert_int_equal(chmod(p->dir, 0700), 0);
    if (alone == 77) skip();
    assert_int_equal(beside_writer, 0);
    assert_int_equal(alone, 0);
    assert_int_equal(writing, 0);
    assert_int_equal(copied, 0);
}

static void assert_refused(const char *path, bool writing, enum status status, const char *words)
{
    struct store *s = NULL;
    struct err err = {0};
    assert_int_equal(store_open(path, writing, &s, &err), status);
    assert_null(s);
    if (!strstr(err.text, words) || !strstr(err.text, path)) fail_msg("'%s' does not say '%s'", err.text, words);
}

static void files_that_are_no_memory_are_refused_in_a_sentence(void **state)
{
    const struct place *p = *state;
    char inside[128];
    struct sqlite *db = NULL;
    struct err err;
    snprintf(inside, sizeof inside, "%s/no/memory.db", p->dir);
    assert_refused(p->path, false, E_ABSENT, "there is no memory");
    assert_refused(inside, true, E_STORE, "no such file or directory");
    assert_refused(p->dir, true, E_STORE, "not a file");
    assert_refused(p->dir, false, E_STORE, "not a file");
    assert_refused("postgres://host/db", true, E_USAGE, "no memory is kept");
    FILE *f = fopen(p->path, "w");
    assert_non_null(f);
    for (int i = 0; i < 500; i++) fputs("step 1 loss 0.5\n", f);
    fclose(f);
    assert_refused(p->path, true, E_STORE, "not a database");
    assert_refused(p->path, false, E_STORE, "not a database");
    unlink(p->path);
    assert_int_equal(sqlite_open(p->path, true, &db, &err), OK);
    assert_int_equal(sqlite_script(db, "CREATE TABLE experiments(id)", &err), OK);
    sqlite_close(db);
    assert_refused(p->path, true, E_STORE, "not a memory of mlwatch");
    assert_refused(p->path, false, E_STORE, "not a memory of mlwatch");
}

static void change(const char *path, const char *sql)
{
    struct sqlite *db = NULL;
    struct err err;
    if (sqlite_open(path, true, &db, &err) || sqlite_script(db, sql, &err)) fail_msg("%s", err.text);
    sqlite_close(db);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    const struct place *p = *state;
    store_close(open_or_fail(p->path, true));
    change(p->path, "PRAGMA user_version = 99");
    assert_refused(p->path, true, E_STORE, "newer mlwatch");
    assert_refused(p->path, false, E_STORE, "newer mlwatch");
    assert_int_equal(count(p->path, "PRAGMA user_version"), 99);
}

static void damaged_points_are_said_and_not_read(void **state)
{
    static const char *const damages[] = {
        "UPDATE points SET chunk = substr(chunk, 1, 20)",
        "UPDATE points SET chunk = x''",
        "UPDATE points SET n = n + 1",
        "UPDATE points SET seq = seq + 1",
        "DELETE FROM points",
        "UPDATE points SET chunk = 'text'",
    };
    const struct place *p = *state;
    struct err err;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct seen seen = {0};
        struct store *s = open_or_fail(p->path, true);
        assert_int_equal(commit_number(s, 13, 0, &err), OK);
        store_close(s);
        change(p->path, damages[i]);
        s = open_or_fail(p->path, false);
        assert_int_equal(store_points(s, RUN_ID, see_point, &seen, &err), E_STORE);
        assert_non_null(strstr(err.text, p->path));
        assert_int_equal(seen.points, 0);
        store_close(s);
        change(p->path, "DELETE FROM points; UPDATE run SET points = 0, folded = 0");
    }
}

/* Bytes changed anywhere in the file: reading ends in an answer or a sentence. */
static void a_file_with_changed_bytes_never_crashes_a_reader(void **state)
{
    const struct place *p = *state;
    struct err err;
    struct stat st;
    struct store *s = open_or_fail(p->path, true);
    for (uint64_t k = 1; k <= 14; k++) assert_int_equal(commit_number(s, k, points_up_to(k - 1), &err), OK);
    store_close(s);
    assert_int_equal(stat(p->path, &st), 0);
    srand(4);
    for (int round = 0; round < 300; round++) {
        long at = 100 + rand() % (long)(st.st_size - 100);
        struct seen seen = {0};
        bool refused;
        FILE *f = fopen(p->path, "r+");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        int was = fgetc(f);
        fseek(f, at, SEEK_SET);
        fputc(was ^ (1 << rand() % 8), f);
        fclose(f);
        if (store_open(p->path, false, &s, &err) == OK) {
            enum status status = store_points(s, RUN_ID, see_point, &seen, &err);
            assert_true(status == OK || status == E_STORE || status == E_ABSENT);
            store_incidents(s, NULL, see_incident, &seen, &err);
            store_events(s, RUN_ID, see_event, &seen, &err);
            store_search(s, &(struct search_query){.words = "loss spike"}, &refused, see_hit, &seen, &err);
            store_close(s);
        }
        f = fopen(p->path, "r+");
        assert_non_null(f);
        fseek(f, at, SEEK_SET);
        fputc(was, f);
        fclose(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(a_notice_that_is_made_again_is_queued_once),
        WITH_PLACE(a_commit_with_a_part_that_cannot_be_stored_leaves_nothing),
        WITH_PLACE(the_journal_is_folded_into_few_rows),
        WITH_PLACE(the_file_is_for_its_owner_alone),
        WITH_PLACE(a_second_writer_is_refused),
        WITH_PLACE(readers_see_whole_commits_while_the_writer_writes),
        WITH_PLACE(a_directory_that_may_only_be_read_can_be_read),
        WITH_PLACE(files_that_are_no_memory_are_refused_in_a_sentence),
        WITH_PLACE(a_newer_schema_is_refused_and_left_alone),
        WITH_PLACE(damaged_points_are_said_and_not_read),
        WITH_PLACE(a_file_with_changed_bytes_never_crashes_a_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
