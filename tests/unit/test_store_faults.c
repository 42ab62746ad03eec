/* Every call that opens, writes, syncs, cuts, locks or deletes fails once, each in turn, while a memory is opened, written and closed. After
 * each the database is whole, holds all of a commit or nothing, and the next try succeeds: with a write-ahead log and with a rollback
 * journal, with an error of the disk and with a full one; MLWATCH_DEEP=1 tries all four. */
#include "faulty_vfs.h"
#include "store_fixture.h"

enum { BEFORE = 6, CALLS_MAX = 2000 };
static const float vector[4] = {0.5f, 0.5f, -0.5f, 0.5f};
static const struct {
    bool wal;
    int code;
} worlds[] = {{true, SQLITE_IOERR_WRITE}, {false, SQLITE_FULL}, {true, SQLITE_FULL}, {false, SQLITE_IOERR_FSYNC}};

static size_t n_worlds(void) { return getenv("MLWATCH_DEEP") ? sizeof worlds / sizeof *worlds : 2; }

static void copy_file(const char *from, const char *to)
{
    char block[4096];
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    assert_true(in && out);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) > 0;) assert_int_equal(fwrite(block, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void make_base(const char *path)
{
    struct err err;
    struct store *s = open_or_fail(path, true);
    for (uint64_t k = 1; k <= BEFORE; k++)
        if (commit_number(s, k, points_up_to(k - 1), &err)) fail_msg("%s", err.text);
    store_close(s);
}

static void assert_sound(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, "unix"), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

static bool count_outcome(void *arg, const char *fix, const char *worked, const char *note, double when)
{
    (void)fix, (void)worked, (void)note, (void)when;
    ++*(size_t *)arg;
    return true;
}

static size_t outcomes_of(struct store *s)
{
    size_t n = 0;
    struct err err;
    if (store_outcome_lines(s, "ikkkkkkkk", count_outcome, &n, &err)) fail_msg("%s", err.text);
    return n;
}

/* What a daemon does in its life, once each; it ends at what fails. */
static enum status live(const char *path, struct err *err)
{
    struct store *s = NULL;
    enum status status = store_open(path, true, &s, err);
    if (!status) status = commit_number(s, BEFORE + 1, points_up_to(BEFORE), err);
    if (!status) status = store_outcome(s, "ikkkkkkkk", "clip_gradients", "yes", NULL, 5, err);
    if (!status) status = store_vector(s, "ikkkkkkkk", "one", vector, 4, err);
    store_close(s);
    return status;
}

/* Returns whether so many calls are made at all. */
static bool a_life_with_a_fault(const char *path, long n, int code)
{
    struct err err = {0};
    fault = (struct fault){n, code, false};
    enum status status = live(path, &err);
    const bool done = fault.done;
    fault = (struct fault){0};
    assert_true(!status || done);
    assert_sound(path);
    struct store *s = open_or_fail(path, true);
    uint64_t k = assert_whole(s);
    assert_true(k == BEFORE + 1 || (status && k == BEFORE));
    assert_true(outcomes_of(s) == 1 || (status && outcomes_of(s) == 0));
    if (commit_number(s, k + 1, points_up_to(k), &err)) fail_msg("after call %ld failed: %s", n, err.text);
    assert_int_equal(assert_whole(s), k + 1);
    store_close(s);
    return done;
}

/* The same connection: the commit that failed is tried again, as the daemon does. */
static bool a_daemon_that_goes_on(const char *path, long n, int code)
{
    struct err err = {0};
    struct store *s = open_or_fail(path, true);
    fault = (struct fault){n, code, false};
    enum status status = commit_number(s, BEFORE + 1, points_up_to(BEFORE), &err);
    const bool done = fault.done;
    fault = (struct fault){0};
    assert_true(!status || done);
    assert_int_equal(assert_whole(s), status ? BEFORE : BEFORE + 1);
    if (status) assert_int_equal(status, E_STORE), assert_non_null(strstr(err.text, path));
    if (status && commit_number(s, BEFORE + 1, points_up_to(BEFORE), &err)) fail_msg("after call %ld failed: %s", n, err.text);
    if (commit_number(s, BEFORE + 2, points_up_to(BEFORE + 1), &err)) fail_msg("after call %ld failed: %s", n, err.text);
    assert_int_equal(assert_whole(s), BEFORE + 2);
    store_close(s);
    assert_sound(path);
    return done;
}

static void fail_each(const struct place *p, bool (*world)(const char *path, long n, int code))
{
    char base[128];
    snprintf(base, sizeof base, "%s/base.db", p->dir);
    for (size_t w = 0; w < n_worlds(); w++) {
        long n = 0;
        bool more = true;
        faulty_install(worlds[w].wal);
        make_base(base);
        while (more && ++n < CALLS_MAX) {
            copy_file(base, p->path);
            more = world(p->path, n, worlds[w].code);
            remove_files(p->path);
        }
        remove_files(base);
        assert_true(n > 4 && n < CALLS_MAX);
    }
}

static void whichever_call_fails_in_a_life_the_memory_is_whole_and_the_next_daemon_goes_on(void **state)
{
    fail_each(*state, a_life_with_a_fault);
}

static void whichever_call_fails_in_a_commit_the_same_daemon_goes_on(void **state) { fail_each(*state, a_daemon_that_goes_on); }

/* From nothing: making the database fails at every call in turn; then it is made. */
static void whichever_call_fails_a_memory_can_be_made_afterwards(void **state)
{
    const struct place *p = *state;
    for (size_t w = 0; w < n_worlds(); w++) {
        bool more = true;
        faulty_install(worlds[w].wal);
        for (long n = 1; more; n++) {
            struct store *s = NULL;
            struct err err = {0};
            fault = (struct fault){n, worlds[w].code, false};
            enum status status = store_open(p->path, true, &s, &err);
            store_close(s);
            more = fault.done;
            fault = (struct fault){0};
            assert_true(!status || more);
            s = open_or_fail(p->path, true);
            if (commit_number(s, 1, 0, &err)) fail_msg("after call %ld failed: %s", n, err.text);
            assert_int_equal(assert_whole(s), 1);
            store_close(s);
            assert_sound(p->path);
            remove_files(p->path);
            assert_true(n < CALLS_MAX);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(whichever_call_fails_in_a_life_the_memory_is_whole_and_the_next_daemon_goes_on),
        WITH_PLACE(whichever_call_fails_in_a_commit_the_same_daemon_goes_on),
        WITH_PLACE(whichever_call_fails_a_memory_can_be_made_afterwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
