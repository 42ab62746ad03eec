/* reading - one file, one mlwatch-inspect: started, listened to, ended when its time is over.
 *
 * The program gets the file as a descriptor, an environment with nothing of ours in it, and a pipe. It can say anything and it can say nothing: whatever
 * happens there is an inspection afterwards, and the worst that can come of it is `unverified`. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../base/clock.h"
#include "../../base/str.h"
#include "parts.h"

enum { FD_RESULT = 1, FD_FILE = 3, FD_AGAINST = 4, FD_ABOVE = 16, READ_BYTES = 64 << 10, POLL_MS = 200, REAP_S = 1 };
static const double usual_s = 1.5, usual_bytes_per_second = 100e6, usual_memory_mb = 192;
static const double wall_share = 4, wall_s = 6; /* a cold disk and a busy machine take longer than the processor does */

struct reading {
    const struct checkpoint_options *o;
    const char *path;
    int file, against, pipe[2]; /* -1 where not open */
    pid_t pid;
    uint64_t size;
    double began, cpu_s;
    struct stat before;
    enum reading_end end;
    char why[512]; /* of an end that is not READING_TOLD */
};

struct checkpoint_options reading_usual(const struct checkpoint_options *o)
{
    struct checkpoint_options u = o ? *o : (struct checkpoint_options){0};
    if (!(u.seconds > 0)) u.seconds = usual_s;
    if (!(u.bytes_per_second > 0)) u.bytes_per_second = usual_bytes_per_second;
    if (!(u.memory_mb > 0)) u.memory_mb = usual_memory_mb;
    return u;
}

void reading_program(const struct checkpoint_options *o, char *path, size_t room)
{
    const char *given = o->program ? o->program : getenv("MLWATCH_INSPECT");
    ssize_t n = given ? -1 : readlink("/proc/self/exe", path, room - 1);
    snprintf(path + (n > 0 ? n : 0), room - (size_t)(n > 0 ? n : 0), "%s", given ? given : "");
    char *slash = n > 0 ? strrchr(path, '/') : NULL;
    if (slash) snprintf(slash + 1, room - (size_t)(slash + 1 - path), "mlwatch-inspect");
    if (!given && (!slash || access(path, X_OK) != 0)) snprintf(path, room, "mlwatch-inspect");
}

static enum reading_end ended(struct reading *r, enum reading_end end, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static enum reading_end ended(struct reading *r, enum reading_end end, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->why, sizeof r->why, format, args);
    va_end(args);
    return r->end = end;
}

/* ---- the file ------------------------------------------------------------------------------------------------------------- */

/* Not even an open of a FIFO may hang; what is no plain file is not for us. The descriptor is moved away from those the reader wants. */
static int open_plain(struct reading *r, const char *path, struct stat *st)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, st) < 0) {
        ended(r, READING_IMPOSSIBLE, "it cannot be opened: %s", strerror(errno));
    } else if (!S_ISREG(st->st_mode)) {
        ended(r, READING_IMPOSSIBLE, "it is no regular file");
    } else {
        int moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE);
        if (moved < 0) ended(r, READING_IMPOSSIBLE, "there are too many open files");
        close(fd);
        return moved;
    }
    if (fd >= 0) close(fd);
    return -1;
}

static bool open_all(struct reading *r, const char *against)
{
    struct stat st;
    r->file = open_plain(r, r->path, &r->before);
    if (r->file < 0) return false;
    r->size = (uint64_t)r->before.st_size;
    if (against) r->against = open_plain(r, against, &st);
    if (against && r->against >= 0) r->size += (uint64_t)st.st_size;
    r->end = READING_TOLD, r->why[0] = '\0'; /* what cannot be compared with is no reason not to look */
    r->cpu_s = r->o->seconds + (double)r->size / r->o->bytes_per_second;
    if (pipe2(r->pipe, O_CLOEXEC) == 0) {
        int moved = fcntl(r->pipe[1], F_DUPFD_CLOEXEC, FD_ABOVE);
        close(r->pipe[1]);
        r->pipe[1] = moved;
        if (moved >= 0) return true;
    }
    return ended(r, READING_IMPOSSIBLE, "there are too many open files"), false;
}

static void close_all(struct reading *r)
{
    const int fds[] = {r->file, r->against, r->pipe[0], r->pipe[1]};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0) close(fds[i]);
}

/* ---- the program ------------------------------------------------------------------------------------------------------------ */

/* Of our environment only what finds libraries and steers sanitizers. */
static void pick_environment(char *picked[4])
{
    static const char *const names[] = {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value) picked[n++] = (char *)value - strlen(names[i]) - 1;
    }
    picked[n] = NULL;
}

static int spawn_with(struct reading *r, char *const argv[], posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    char *environment[4];
    sigemptyset(&none);
    sigfillset(&all);
    pick_environment(environment);
    posix_spawn_file_actions_adddup2(files, r->pipe[1], FD_RESULT);
    posix_spawn_file_actions_adddup2(files, r->file, FD_FILE);
    if (r->against >= 0) posix_spawn_file_actions_adddup2(files, r->against, FD_AGAINST);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return posix_spawnp(&r->pid, argv[0], files, attributes, argv, environment);
}

static int spawn(struct reading *r, char *const argv[])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&files)) return ENOMEM;
    if (posix_spawnattr_init(&attributes)) return posix_spawn_file_actions_destroy(&files), ENOMEM;
    int rc = spawn_with(r, argv, &files, &attributes);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

static bool start(struct reading *r, const char *against)
{
    char program[4096], cpu[32], memory[32], seconds[32], nice[16];
    double numbers_s = r->o->verdict_only ? 0 : 0.6 * r->cpu_s;
    reading_program(r->o, program, sizeof program);
    snprintf(cpu, sizeof cpu, "--cpu=%.3f", r->cpu_s);
    snprintf(memory, sizeof memory, "--memory=%.0f", r->o->memory_mb);
    snprintf(seconds, sizeof seconds, "--seconds=%.3f", numbers_s);
    snprintf(nice, sizeof nice, "--nice=%d", r->o->nice);
    char *argv[12] = {program, cpu, memory, seconds, nice};
    size_t n = 5;
    if (r->o->no_spectra || r->o->verdict_only) argv[n++] = (char *)"--no-spectra";
    argv[n++] = (char *)"--";
    argv[n++] = (char *)path_name(r->path);
    if (r->against >= 0) argv[n++] = (char *)path_name(against);
    int rc = spawn(r, argv);
    if (rc) return ended(r, READING_IMPOSSIBLE, "its reader '%s' cannot be started: %s", program, strerror(rc)), false;
    close(r->pipe[1]);
    r->pipe[1] = -1;
    return true;
}

/* ---- listening -------------------------------------------------------------------------------------------------------------- */

static bool is_stopped(const struct reading *r) { return r->o->stop && atomic_load(r->o->stop); }

/* Until the pipe ends, or its words make no sense, or the time is over. */
static void listen_to(struct reading *r, struct inspection_reader *in)
{
    char bytes[READ_BYTES];
    struct err err = {0};
    double until = r->began + wall_s + wall_share * r->cpu_s;
    while (r->end == READING_TOLD) {
        struct pollfd p = {.fd = r->pipe[0], .events = POLLIN};
        ssize_t n = poll(&p, 1, POLL_MS) > 0 ? read(r->pipe[0], bytes, sizeof bytes) : -1;
        if (n == 0) break;
        if (is_stopped(r)) ended(r, READING_STOPPED, "looking at it was broken off");
        else if (clock_now() > until) ended(r, READING_LATE, "its reader took longer than %.0f s", until - r->began);
        else if (n > 0 && inspection_feed(in, (struct span){bytes, (size_t)n}, &err)) ended(r, READING_NONSENSE, "%s", err.text);
    }
}

/* Who has closed the pipe has a second to be gone. What hangs in the kernel (a dead network disk) cannot be waited for and is left to its fate. */
static bool reap(struct reading *r, int *status)
{
    bool killed = false;
    for (double began = clock_now(), waited = 0; waited < 2 * REAP_S; waited = clock_now() - began) {
        if (!killed && (r->end != READING_TOLD || waited > REAP_S)) killed = kill(r->pid, SIGKILL) == 0;
        pid_t got = waitpid(r->pid, status, WNOHANG);
        if (got == r->pid) return true;
        if (got < 0 && errno != EINTR) return false;
        usleep(waited < 0.01 ? 100 : 2000);
    }
    return false;
}

static void judge_end(struct reading *r, int status, bool told)
{
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0, code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (r->end != READING_TOLD) return;
    if (signal == SIGSYS)
        ended(r, READING_FORBIDDEN, "its reader was ended: it tried a system call that it may not make (SIGSYS)");
    else if (signal == SIGPROF || signal == SIGXCPU) ended(r, READING_LATE, "its reader took longer than %.1f s", r->cpu_s);
    else if (signal == SIGKILL)
        ended(r, READING_CRASHED, "its reader was killed (SIGKILL): the system may have run out of memory");
    else if (signal) ended(r, READING_CRASHED, "its reader crashed (SIG%s)", sigabbrev_np(signal) ? sigabbrev_np(signal) : "?");
    else if (code == 127) ended(r, READING_IMPOSSIBLE, "its reader, mlwatch-inspect, is not installed or cannot be loaded");
    else if (code || !told) ended(r, READING_CRASHED, "its reader ended with exit code %d before it was done", code);
}

/* The end of the pipe is the end of the reader's life, or it is made so. */
static void run(struct reading *r, struct inspection_reader *in)
{
    int status = 0;
    listen_to(r, in);
    close(r->pipe[0]);
    r->pipe[0] = -1;
    bool reaped = reap(r, &status);
    judge_end(r, reaped ? status : 0, in->into->ended);
}

/* ---- a file that somebody writes to --------------------------------------------------------------------------------------------- */

/* What changed while it was read cannot be called corrupt: what was read never existed as one. */
static bool has_changed(const struct reading *r)
{
    struct stat now;
    return fstat(r->file, &now) == 0 && (now.st_size != r->before.st_size || now.st_mtim.tv_sec != r->before.st_mtim.tv_sec ||
                                         now.st_mtim.tv_nsec != r->before.st_mtim.tv_nsec);
}

static void forgive_writer(struct inspection *i)
{
    size_t room = INSPECTION_MAX_REASONS - 1, kept = i->n_reasons < room ? i->n_reasons : room;
    memmove(i->reasons + 1, i->reasons, kept * sizeof *i->reasons);
    i->reasons[0] = "it was written to while it was read";
    i->n_reasons = kept + 1;
    i->state = INSPECTED_INCOMPLETE;
    if (i->safety == INSPECTED_SAFE) i->safety = INSPECTED_SAFETY_UNVERIFIED;
}

enum reading_end reading_run(const char *path, const char *against, const struct checkpoint_options *o, struct inspection *ret)
{
    struct checkpoint_options usual = reading_usual(o);
    struct reading r = {.o = &usual, .path = path, .file = -1, .against = -1, .pipe = {-1, -1}, .began = clock_now()};
    struct inspection_reader in;
    inspection_read(&in, ret);
    if (open_all(&r, against) && start(&r, against)) run(&r, &in);
    if (r.end != READING_TOLD) ret->ended = false;
    inspection_close(&in, r.why[0] ? r.why : NULL);
    if (!ret->size) ret->size = (uint64_t)r.before.st_size;
    if (r.file >= 0 && has_changed(&r)) forgive_writer(ret);
    close_all(&r);
    return r.end;
}
