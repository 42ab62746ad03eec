/* gnuplot - the script goes in through anonymous memory (memfd), so that neither side can block on a pipe; complaints come back the
 * same way. `-d` skips ~/.gnuplot and GNUPLOT_* start-up scripts. */
#include "gnuplot.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char missing[] = "gnuplot is not installed: apt-get install gnuplot-nox";

static int memory_file(const char *name, struct span text)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < text.n;) {
        ssize_t n = write(fd, text.p + at, text.n - at);
        if (n <= 0) return close(fd), -1;
        at += (size_t)n;
    }
    if (fd >= 0) lseek(fd, 0, SEEK_SET);
    return fd;
}

static int start(pid_t *pid, int in, int out, int complaints)
{
    char program[] = "gnuplot", plain[] = "-d", from_input[] = "-";
    char *const argv[] = {program, plain, from_input, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    if (posix_spawn_file_actions_init(&files)) return ENOMEM;
    if (posix_spawnattr_init(&attributes)) return posix_spawn_file_actions_destroy(&files), ENOMEM;
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int why = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return why;
}

/* Exit status as waitpid gives it; -1 when the limit passed and the child was killed. */
static int wait_for(pid_t pid)
{
    const struct timespec pause = {0, 5 * 1000 * 1000};
    struct timespec begin, now;
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid) return status;
        if (got < 0 && errno != EINTR) return -1;
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - begin.tv_sec >= GNUPLOT_LIMIT_S) break;
        nanosleep(&pause, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return -1;
}

static enum status judge(int status, int complaints, struct err *err)
{
    if (status == -1) return err_set(err, E_LIMIT, "gnuplot took longer than %d s", GNUPLOT_LIMIT_S);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return err_set(err, E_ABSENT, "%s", missing);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return OK;
    char text[200];
    struct str s = {0};
    ssize_t n = pread(complaints, text, sizeof text, 0);
    str_add_printable(&s, span_trim((struct span){text, n > 0 ? (size_t)n : 0}), sizeof text);
    enum status r = err_set(err, E_FORMAT, "gnuplot could not draw: %s", s.n ? s.p : "it was killed");
    str_done(&s);
    return r;
}

enum status gnuplot_run(struct span script, int out_fd, struct err *err)
{
    enum status status = OK;
    pid_t pid = 0;
    int in = memory_file("gnuplot-script", script), complaints = memory_file("gnuplot-errors", (struct span){"", 0}), why;
    if (in < 0 || complaints < 0) status = err_errno(err, E_IO, "cannot hand the script to gnuplot");
    else if ((why = start(&pid, in, out_fd, complaints)) == 0) status = judge(wait_for(pid), complaints, err);
    else if (why == ENOENT || why == EACCES) status = err_set(err, E_ABSENT, "%s", missing);
    else errno = why, status = err_errno(err, E_IO, "cannot start gnuplot");
    if (in >= 0) close(in);
    if (complaints >= 0) close(complaints);
    return status;
}

void gnuplot_quote(struct str *s, const char *text, size_t max)
{
    struct str clean = {0};
    str_add_printable(&clean, span_of(text), max);
    str_add(s, "'");
    for (const char *c = clean.p ? clean.p : ""; *c; c++)
        if (*c == '\'') str_add(s, "''");
        else str_addf(s, "%c", *c == '`' ? '"' : *c);
    str_add(s, "'");
    str_done(&clean);
}
