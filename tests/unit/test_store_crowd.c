/* Eight readers, a writer and a backup at once: nobody is told that the memory is busy, each reader sees whole commits only, and each copy
 * that the backup makes is a whole memory. MLWATCH_DEEP=1 goes on for ten minutes. */
#include <signal.h>
#include <sqlite3.h>
#include <time.h>

#include "store_fixture.h"

enum { READERS = 8, COMMITS_MAX = 4000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(void) { return getenv("MLWATCH_DEEP") ? 600 : 3; }

static void give_up(const char *who, const char *why)
{
    fprintf(stderr, "%s: %s\n", who, why);
    _exit(1);
}

/* All commits up to the one that the facts name, none half. Uses no assertion: it runs in a child. Points are read last, so there may be more
 * commits by then, but never fewer. */
static uint64_t read_all(struct store *s, uint64_t before)
{
    struct seen seen = {0};
    struct err err = {0};
    bool refused;
    enum status status = store_facts(s, RUN_ID, see_fact, &seen, &err);
    if (!status) status = store_points(s, RUN_ID, see_point, &seen, &err);
    if (!status) status = store_search(s, &(struct search_query){.words = "spike", .limit = 9}, &refused, see_hit, &seen, &err);
    if (status) give_up("reader", err.text);
    if (seen.commit < before || seen.points < points_up_to(seen.commit) || seen.wrong)
        give_up("reader", "half a commit was seen");
    return seen.commit;
}

/* One half of the readers stays connected, the other opens the memory each time, as verbs do. */
static void read_on(const char *path, int number, double until)
{
    struct store *s = NULL;
    struct err err = {0};
    uint64_t commit = 0;
    while (now() < until) {
        if (!s && store_open(path, false, &s, &err)) give_up("reader", err.text);
        commit = read_all(s, commit);
        if (number & 1) store_close(s), s = NULL;
    }
    store_close(s);
}

/* As `sqlite3 memory.db ".backup copy.db"` does; then the copy is looked at. */
static void back_up(const char *path, double until)
{
    char copy[128];
    snprintf(copy, sizeof copy, "%s.copy", path);
    while (now() < until) {
        sqlite3 *from = NULL, *to = NULL;
        struct store *s = NULL;
        struct err err = {0};
        if (sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) || sqlite3_open(copy, &to)) give_up("backup", "cannot open");
        sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
        int rc = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR;
        if (b) sqlite3_backup_finish(b);
        sqlite3_close(from);
        sqlite3_close(to);
        if (rc != SQLITE_DONE) give_up("backup", sqlite3_errstr(rc));
        if (store_open(copy, false, &s, &err)) give_up("copy", err.text);
        (void)read_all(s, 0);
        store_close(s);
        remove_files(copy);
    }
}

static pid_t begin(const char *path, int number, double until)
{
    pid_t child = fork();
    if (child) return child;
    if (number < READERS) read_on(path, number, until);
    else back_up(path, until);
    _exit(0);
}

static void readers_a_writer_and_a_backup_never_meet_a_busy_memory(void **state)
{
    const struct place *p = *state;
    struct err err = {0};
    pid_t children[READERS + 1];
    struct store *s = open_or_fail(p->path, true);
    const double until = now() + seconds();
    uint64_t k = 1, points = points_of(1);
    if (commit_number(s, 1, 0, &err)) fail_msg("%s", err.text);
    for (int i = 0; i <= READERS; i++) children[i] = begin(p->path, i, until);
    while (now() < until) {
        if (commit_number(s, ++k, points, &err)) fail_msg("writer: %s", err.text);
        points += points_of(k);
        if (k >= COMMITS_MAX) usleep(100000); /* enough to read; the rest is patience */
    }
    for (int i = 0; i <= READERS; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    assert_int_equal(assert_whole(s), k);
    assert_true(k > 10);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {WITH_PLACE(readers_a_writer_and_a_backup_never_meet_a_busy_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
