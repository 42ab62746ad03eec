/* store/sqlite after what should not happen: kill -9 at any moment, a full disk, a disk that breaks in the middle of a commit. */
#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "store_fixture.h"

/* A writer that goes on from commit k until it is killed, and says in the pipe which commits were acknowledged. */
static void write_until_killed(const char *path, uint64_t k, int tell)
{
    struct store *s = NULL;
    struct err err;
    uint64_t first = points_up_to(k);
    if (store_open(path, true, &s, &err)) _exit(1);
    for (;;) {
        if (commit_number(s, ++k, first, &err)) _exit(1);
        first += points_of(k);
        if (write(tell, &k, sizeof k) != sizeof k) _exit(1);
    }
}

static void kill_9_loses_no_acknowledged_commit_and_leaves_none_half(void **state)
{
    const struct place *p = *state;
    uint64_t done = 0;
    srand(20261121);
    for (int round = 0; round < 50; round++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) write_until_killed(p->path, done, ends[1]);
        close(ends[1]);
        uint64_t said = done, wanted = done + 1 + (uint64_t)rand() % 6;
        while (said < wanted && read(ends[0], &said, sizeof said) == sizeof said) continue;
        usleep((useconds_t)rand() % 1500);
        kill(child, SIGKILL);
        int status = 0;
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status)); /* it wrote until then, and did not give up */
        while (read(ends[0], &said, sizeof said) == sizeof said) continue;
        close(ends[0]);
        struct store *s = open_or_fail(p->path, round & 1);
        done = assert_whole(s);
        store_close(s);
        assert_true(done >= said);
    }
    assert_true(done >= 50);
}

static void what_the_last_writer_left_after_kill_9_can_be_read_at_once(void **state)
{
    const struct place *p = *state;
    int ends[2];
    uint64_t said = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) write_until_killed(p->path, 0, ends[1]);
    while (said < 5 && read(ends[0], &said, sizeof said) == sizeof said) continue;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    struct store *s = open_or_fail(p->path, false);
    assert_true(assert_whole(s) >= 5);
    store_close(s);
}

static void die_within_a_commit(const char *path)
{
    struct sqlite *db = NULL;
    struct err err;
    if (sqlite_open(path, true, &db, &err) ||
        sqlite_script(db,
                      "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE points SET chunk = zeroblob(20000);"
                      "UPDATE source SET offset = 99; UPDATE fact SET value = 'half'",
                      &err))
        _exit(1);
    raise(SIGKILL);
}

static void a_half_commit_beside_a_rollback_journal_is_undone_by_the_next_reader(void **state)
{
    const struct place *p = *state;
    char journal[128];
    struct stat st;
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    for (uint64_t k = 1; k <= 9; k++) assert_int_equal(commit_number(s, k, points_up_to(k - 1), &err), OK);
    store_close(s);
    in_child(die_within_a_commit, p->path);
    snprintf(journal, sizeof journal, "%s-journal", p->path);
    assert_int_equal(stat(journal, &st), 0);
    s = open_or_fail(p->path, false);
    assert_int_equal(assert_whole(s), 9);
    store_close(s);
}

/* The file size limit stands for the disk's end: writes fail there in the middle of a commit, at every page in turn. */
static void fill_disk_in_child(const char *path)
{
    struct store *s = NULL;
    struct err err = {0};
    uint64_t k = 0, failures = 0;
    signal(SIGXFSZ, SIG_IGN);
    if (store_open(path, true, &s, &err)) _exit(10);
    for (rlim_t limit = 40 * 1024; limit < 400 * 1024; limit += 3 * 1024) {
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){limit, RLIM_INFINITY});
        for (int i = 0; i < 3; i++) {
            enum status status = commit_number(s, k + 1, points_up_to(k), &err);
            if (status == OK) k++;
            else if (status != E_STORE || !strstr(err.text, path)) _exit(11);
            else failures++;
        }
    }
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY});
    if (commit_number(s, k + 1, points_up_to(k), &err)) _exit(12);
    store_close(s);
    _exit(failures == 0 ? 13 : 0);
}

static void a_full_disk_is_said_and_commits_work_again_when_there_is_space(void **state)
{
    const struct place *p = *state;
    pid_t child = fork();
    if (child == 0) fill_disk_in_child(p->path);
    int status = 0;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct store *s = open_or_fail(p->path, false);
    assert_true(assert_whole(s) > 1);
    store_close(s);
}

/* Write until the file system is full, make room, write again. Uses no assertion: what was mounted must be unmounted. */
static const char *fill_file_system(const struct place *p)
{
    static char block[4096];
    char ballast[96];
    struct store *s = NULL;
    struct err err = {0};
    uint64_t k = 0;
    if (store_open(p->path, true, &s, &err)) return "open";
    snprintf(ballast, sizeof ballast, "%s/ballast", p->dir);
    FILE *f = fopen(ballast, "w");
    while (f && fwrite(block, sizeof block, 1, f) == 1 && fflush(f) == 0) continue;
    if (f) fclose(f);
    enum status status = OK;
    while (k < 1000 && !(status = commit_number(s, k + 1, points_up_to(k), &err))) k++;
    bool said = status == E_STORE && strstr(err.text, "the disk is full");
    unlink(ballast);
    bool again = commit_number(s, k + 1, points_up_to(k), &err) == OK;
    struct seen seen = {0};
    bool whole = store_points(s, RUN_ID, see_point, &seen, &err) == OK && seen.points == points_up_to(k + 1) && !seen.wrong;
    store_close(s);
    return !said ? "not said" : !again ? "no commit after there was space" : !whole ? "points were lost or doubled" : NULL;
}

static void a_full_file_system_is_said_and_forgotten_when_there_is_space(void **state)
{
    const struct place *p = *state;
    if (mount("none", p->dir, "tmpfs", 0, "size=1m") != 0) skip();
    const char *wrong = fill_file_system(p);
    umount2(p->dir, MNT_DETACH);
    if (wrong) fail_msg("%s", wrong);
}

/* Writing calls of libsqlite3 come here first, since the program's own symbols are found before libc's. The one that brings
 * calls_left to zero, and all after it while it stays there, fail as a broken disk does; -1 lets all pass. */
static long calls_left = -1;

static bool call_fails(void)
{
    if (calls_left > 0) calls_left--;
    return calls_left == 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    if (call_fails()) return errno = EIO, -1;
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}
int fdatasync(int fd)
{
    if (call_fails()) return errno = EIO, -1;
    return (int)syscall(SYS_fdatasync, fd);
}
int ftruncate64(int fd, off64_t n)
{
    if (call_fails()) return errno = EIO, -1;
    return (int)syscall(SYS_ftruncate, fd, n);
}

/* From the n-th call on the disk is broken, for every n until a commit no longer needs so many; then it works again. */
static void whichever_write_fails_the_commit_is_whole_or_not_there(void **state)
{
    const struct place *p = *state;
    struct err err = {0};
    struct store *s = open_or_fail(p->path, true);
    uint64_t k = 0, failures = 0;
    for (long n = 1; n < 100; n++) {
        calls_left = n;
        enum status status = commit_number(s, k + 1, points_up_to(k), &err);
        calls_left = -1;
        if (status == OK) k++;
        else failures++, assert_int_equal(status, E_STORE), assert_non_null(strstr(err.text, p->path));
        assert_int_equal(assert_whole(s), k);
        if (status == OK) continue;
        if (commit_number(s, k + 1, points_up_to(k), &err)) fail_msg("after call %ld failed: %s", n, err.text);
        assert_int_equal(assert_whole(s), ++k);
    }
    assert_true(failures > 5);
    store_close(s);
}

/* The same while the database is made. */
static void whichever_write_fails_opening_is_refused_or_done(void **state)
{
    const struct place *p = *state;
    bool made = false;
    for (long n = 1; n < 400 && !made; n++) {
        struct store *s = NULL;
        struct err err = {0};
        calls_left = n;
        enum status status = store_open(p->path, true, &s, &err);
        calls_left = -1;
        made = status == OK;
        if (!made) assert_true(status == E_STORE && strstr(err.text, p->path));
        store_close(s);
    }
    assert_true(made);
    struct err err;
    struct store *s = open_or_fail(p->path, true);
    if (commit_number(s, 1, 0, &err)) fail_msg("%s", err.text);
    assert_int_equal(assert_whole(s), 1);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(kill_9_loses_no_acknowledged_commit_and_leaves_none_half),
        WITH_PLACE(a_full_disk_is_said_and_commits_work_again_when_there_is_space),
        WITH_PLACE(a_full_file_system_is_said_and_forgotten_when_there_is_space),
        WITH_PLACE(what_the_last_writer_left_after_kill_9_can_be_read_at_once),
        WITH_PLACE(a_half_commit_beside_a_rollback_journal_is_undone_by_the_next_reader),
        WITH_PLACE(whichever_write_fails_the_commit_is_whole_or_not_there),
        WITH_PLACE(whichever_write_fails_opening_is_refused_or_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
