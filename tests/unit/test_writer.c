/* test_writer - who holds a log open for writing is seen, and nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../daemon/engine/writer.h"

static char directory[] = "/tmp/test_writer.XXXXXX";

/* Another process that opens the file so, until the pipe is closed. */
static pid_t hold(const char *path, int flags, int *let_go)
{
    int ready[2], stop[2];
    char byte;
    assert_int_equal(pipe(ready) | pipe(stop), 0);
    pid_t pid = fork();
    if (pid == 0) {
        close(stop[1]);
        int fd = open(path, flags | O_CREAT, 0600);
        if (fd < 0 || write(ready[1], "x", 1) != 1) _exit(1);
        _exit(read(stop[0], &byte, 1) != 0);
    }
    close(stop[0]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    *let_go = stop[1];
    return pid;
}

static bool seen_while_held(int flags, bool *afterwards)
{
    char path[64];
    snprintf(path, sizeof path, "%s/log", directory);
    const char *paths[] = {"/nowhere/else", path};
    int let_go, status;
    pid_t pid = hold(path, flags, &let_go);
    bool seen = writer_there(paths, 2);
    close(let_go);
    waitpid(pid, &status, 0);
    *afterwards = writer_there(paths, 2);
    unlink(path);
    return seen;
}

static void a_process_that_writes_is_seen_until_it_ends(void **unused)
{
    (void)unused;
    bool afterwards = true;
    assert_true(seen_while_held(O_WRONLY | O_APPEND, &afterwards));
    assert_false(afterwards);
    assert_true(seen_while_held(O_RDWR, &afterwards));
}

static void a_reader_is_no_writer(void **unused)
{
    (void)unused;
    bool afterwards;
    assert_false(seen_while_held(O_RDONLY, &afterwards));
}

static void our_own_descriptors_do_not_count(void **unused)
{
    (void)unused;
    char path[64];
    snprintf(path, sizeof path, "%s/own", directory);
    const char *paths[] = {path};
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_false(writer_there(paths, 1));
    close(fd);
    unlink(path);
}

/* One look answers for all files, until the next one is taken. */
static void a_snapshot_stays_as_it_was(void **unused)
{
    (void)unused;
    char path[64], other[64];
    struct writers w = {0};
    int let_go, status;
    snprintf(path, sizeof path, "%s/held", directory);
    snprintf(other, sizeof other, "%s/other", directory);
    const char *held[] = {path}, *none[] = {other};
    pid_t pid = hold(path, O_WRONLY, &let_go);
    writers_take(&w);
    close(let_go);
    waitpid(pid, &status, 0);
    assert_true(w.taken > 0 && w.cost >= 0);
    assert_true(writers_have(&w, held, 1));
    assert_false(writers_have(&w, none, 1));
    writers_take(&w);
    assert_false(writers_have(&w, held, 1));
    writers_done(&w);
    assert_false(writers_have(&w, held, 1));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_writes_is_seen_until_it_ends), cmocka_unit_test(a_reader_is_no_writer),
        cmocka_unit_test(our_own_descriptors_do_not_count), cmocka_unit_test(a_snapshot_stays_as_it_was)};
    if (!mkdtemp(directory)) return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(directory);
    return failed;
}
