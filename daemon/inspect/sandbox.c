#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <seccomp.h>

#include "../base/sanitized.h" /* AddressSanitizer maps terabytes of shadow and tells what it found on descriptor 2 */

/* ---- descriptors -------------------------------------------------------------------------------------------------------- */

static enum status close_others(const struct sandbox *s, struct err *err)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0) return err_errno(err, E_IO, "cannot open '/dev/null'");
    if (!SANITIZED) dup2(null, STDERR_FILENO);
    if (null > STDERR_FILENO) close(null);
    int first = s->against ? SANDBOX_AGAINST + 1 : SANDBOX_FILE + 1;
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return OK;
    for (int fd = first; fd < 65536; fd++) close(fd); /* kernels before 5.9 */
    return OK;
}

/* ---- rlimits ------------------------------------------------------------------------------------------------------------ */

/* Address space the program takes before it reads anything: code, libraries, stack. */
static uint64_t mapped_bytes(void)
{
    unsigned long pages = 0;
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (n <= 0) return 64 << 20;
    text[n] = '\0';
    if (sscanf(text, "%lu", &pages) != 1) return 64 << 20;
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* The timer is exact to a few milliseconds, the rlimit to a second, but nothing can stop the latter. */
static enum status limit(const struct sandbox *s, uint64_t mapped, struct err *err)
{
    double seconds = s->cpu_s * (SANITIZED ? 10 : 1);
    rlim_t cpu_s = (rlim_t)seconds;
    struct itimerval timer = {.it_value = {(time_t)cpu_s, (suseconds_t)((seconds - (double)cpu_s) * 1e6)}};
    if (setitimer(ITIMER_PROF, &timer, NULL) < 0) return err_errno(err, E_IO, "cannot limit the reader's processor time");
    const struct {
        __rlimit_resource_t what;
        rlim_t soft, hard;
        const char *name;
    } limits[] = {
        {RLIMIT_CORE, 0, 0, "core size"},
        {RLIMIT_FSIZE, 0, 0, "file size"},
        {RLIMIT_NPROC, 0, 0, "processes"},
        {RLIMIT_MEMLOCK, 0, 0, "locked memory"},
        {RLIMIT_MSGQUEUE, 0, 0, "message queues"},
        {RLIMIT_NOFILE, 0, 0, "open files"},
        {RLIMIT_CPU, cpu_s + 1, cpu_s + 2, "processor time"},
        {RLIMIT_AS, mapped + s->memory_bytes, mapped + s->memory_bytes, "address space"},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit r = {limits[i].soft, limits[i].hard}, now;
        if (limits[i].what == RLIMIT_AS && SANITIZED) continue;
        if (getrlimit(limits[i].what, &now) == 0 && now.rlim_max < r.rlim_max) r.rlim_max = now.rlim_max;
        if (r.rlim_cur > r.rlim_max) r.rlim_cur = r.rlim_max;
        if (setrlimit(limits[i].what, &r) < 0) return err_errno(err, E_IO, "cannot limit the reader's %s", limits[i].name);
    }
    return OK;
}

/* ---- Landlock (Documentation/userspace-api/landlock.rst); the numbers are the kernel's, whose headers here may be older -------- */

enum { LANDLOCK_CREATE = 444, LANDLOCK_RESTRICT = 446, LANDLOCK_ASK_VERSION = 1 };
struct landlock_rights {
    uint64_t files, ports, scopes;
};
/* By version of the interface: rights that exist, and how much of the struct the kernel knows. */
static const struct {
    struct landlock_rights rights;
    size_t bytes;
} landlock_versions[] = {
    [1] = {{.files = (1 << 13) - 1}, 8},
    [2] = {{.files = (1 << 14) - 1}, 8},
    [3] = {{.files = (1 << 15) - 1}, 8},
    [4] = {{.files = (1 << 15) - 1, .ports = 3}, 16},
    [5] = {{.files = (1 << 16) - 1, .ports = 3}, 16},
    [6] = {{.files = (1 << 16) - 1, .ports = 3, .scopes = 3}, 24},
};

/* Every right is handled and no rule grants any. */
static bool deny_paths(void)
{
    long version = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_ASK_VERSION);
    const long newest = sizeof landlock_versions / sizeof *landlock_versions - 1;
    if (version < 1) return false;
    if (version > newest) version = newest;
    int ruleset = (int)syscall(LANDLOCK_CREATE, &landlock_versions[version].rights, landlock_versions[version].bytes, 0);
    if (ruleset < 0) return false;
    bool done = syscall(LANDLOCK_RESTRICT, ruleset, 0) == 0;
    close(ruleset);
    return done;
}

/* ---- seccomp ------------------------------------------------------------------------------------------------------------ */

static const int plain_calls[] = {
    SCMP_SYS(read),           SCMP_SYS(pread64),      SCMP_SYS(readv),         SCMP_SYS(preadv),          SCMP_SYS(lseek),
    SCMP_SYS(fstat),          SCMP_SYS(close),        SCMP_SYS(brk),           SCMP_SYS(munmap),          SCMP_SYS(mremap),
    SCMP_SYS(madvise),        SCMP_SYS(futex),        SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),    SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(rt_sigreturn), SCMP_SYS(getrandom),     SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(gettid),       SCMP_SYS(fadvise64),     SCMP_SYS(sched_yield),     SCMP_SYS(sigaltstack),
    SCMP_SYS(getcwd), /* libhdf5 asks where it is, and is told: in the root */
};

/* Calls that are allowed for one value of one argument. */
static int allow_with(scmp_filter_ctx f, int call, unsigned argument, enum scmp_compare how, uint64_t mask, uint64_t value)
{
    struct scmp_arg_cmp c = {.arg = argument, .op = how, .datum_a = mask, .datum_b = value};
    if (how == SCMP_CMP_EQ) c.datum_a = value, c.datum_b = 0;
    return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, 1, &c);
}

static int allow(scmp_filter_ctx f)
{
    int rc = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    for (size_t i = 0; rc == 0 && i < sizeof plain_calls / sizeof *plain_calls; i++)
        rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, plain_calls[i], 0);
    if (rc == 0) rc = allow_with(f, SCMP_SYS(write), 0, SCMP_CMP_EQ, 0, SANDBOX_RESULT);
    if (rc == 0 && SANITIZED) rc = allow_with(f, SCMP_SYS(write), 0, SCMP_CMP_EQ, 0, STDERR_FILENO);
    if (rc == 0) rc = allow_with(f, SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    if (rc == 0) rc = allow_with(f, SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    if (rc == 0) rc = allow_with(f, SCMP_SYS(newfstatat), 3, SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);
    if (rc == 0) rc = allow_with(f, SCMP_SYS(tgkill), 0, SCMP_CMP_EQ, 0, (uint64_t)getpid()); /* abort() */
    return rc;
}

static bool deny_calls(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!f) return false;
    bool done = allow(f) == 0 && seccomp_load(f) == 0;
    seccomp_release(f);
    return done;
}

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* glibc's qsort asks the system once how much memory there is, and that is a call (in old ones an open) that will be forbidden. */
static void ask_early(void)
{
    int numbers[1024] = {0};
    qsort(numbers, sizeof numbers / sizeof *numbers, sizeof *numbers, by_value);
}

enum status sandbox_enter(struct sandbox *s, struct err *err)
{
    s->landlock = s->seccomp = false;
    uint64_t mapped = mapped_bytes();
    ask_early();
    if (chdir("/") < 0) return err_errno(err, E_IO, "cannot go to the root directory");
    enum status status = close_others(s, err);
    if (status) return status;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return err_errno(err, E_IO, "cannot give up new privileges");
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    s->landlock = deny_paths();
    status = limit(s, mapped, err);
    if (!status) s->seccomp = deny_calls();
    return status;
}
