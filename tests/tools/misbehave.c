/* misbehave - a reader of checkpoints that was taken over: it enters the sandbox of mlwatch-inspect and does what its file's name says.
 *
 * Whoever gets away with something says so: a whole inspection follows, whole and safe, with the fact "escaped". */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../daemon/base/inspection.h"
#include "../../daemon/base/opt.h"
#include "../../daemon/base/str.h"
#include "../../daemon/inspect/sandbox.h"

static void segfault(void)
{
    volatile char *nowhere = NULL;
    *nowhere = 1;
}

static void spin(void)
{
    for (volatile unsigned i = 0;; i++) {}
}

/* Touched, so that it counts; page by page, so that the limit is met exactly. */
static void eat(void)
{
    size_t n = 1 << 20;
    for (char *p; (p = malloc(n));) memset(p, 1, n);
    abort();
}

static void flee(void)
{
    if (fork() >= 0) return;
    abort();
}

static void open_file(void)
{
    if (open("/etc/passwd", O_RDONLY) >= 0) return;
    abort();
}

static void connect_out(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s >= 0 && connect(s, (struct sockaddr *)&to, sizeof to) == 0) return;
    abort();
}

static void trace(void)
{
    if (ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 || errno != ESRCH) return;
    abort();
}

static void write_file(void)
{
    if (write(SANDBOX_FILE, "x", 1) == 1) return;
    abort();
}

static void end_parent(void) { kill(getppid(), SIGTERM); }

static void run_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    abort();
}

static void make_code(void)
{
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return;
    abort();
}

/* It closes its mouth and stays. */
static void sleep_on(void)
{
    static unsigned word;
    close(SANDBOX_RESULT);
    for (;;) syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0);
}

static void talk_nonsense(void)
{
    static const char noise[8192] = "\377\377\377\377 all is well";
    (void)!write(SANDBOX_RESULT, noise, sizeof noise);
}

/* One fact after the other, without an end. */
static void talk_on(void)
{
    struct str s = {0};
    inspection_put_head(&s, "safetensors", 1);
    for (int i = 0; i < 100; i++) inspection_put_safety(&s, INSPECTED_SUSPICIOUS, "of the same");
    for (;;)
        if (write(SANDBOX_RESULT, s.p, s.n) != (ssize_t)s.n) _exit(1);
}

static void end_early(void) { _exit(0); }

static const struct {
    const char *name;
    void (*act)(void);
} deeds[] = {{"segfault", segfault},   {"abort", abort},
             {"spin", spin},           {"eat", eat},
             {"fork", flee},           {"open", open_file},
             {"connect", connect_out}, {"ptrace", trace},
             {"write", write_file},    {"kill", end_parent},
             {"exec", run_program},    {"code", make_code},
             {"sleep", sleep_on},      {"nonsense", talk_nonsense},
             {"talk", talk_on},        {"early", end_early}};

static void tell_escape(void)
{
    struct str s = {0};
    inspection_put_head(&s, "safetensors", 1);
    inspection_put_fact(&s, "escaped", "yes");
    inspection_put_count(&s, 0);
    inspection_put_end(&s, INSPECTED_WHOLE, INSPECTED_SAFE, 0);
    (void)!write(SANDBOX_RESULT, s.p, s.n);
}

int main(int argc, char **argv)
{
    static const struct opt options[] = {{"cpu", 0, "S", ""},  {"memory", 0, "MB", ""},     {"seconds", 0, "S", ""},
                                         {"nice", 0, "N", ""}, {"no-spectra", 0, NULL, ""}, {NULL, 0, NULL, NULL}};
    struct opt_result given;
    struct err err = {0};
    double cpu_s = 0, memory_mb = 0;
    if (opt_parse(options, argc - 1, argv + 1, &given, &err) || !given.n_words) return 2;
    opt_number(&given, "cpu", 0, 1e6, 1, &cpu_s, &err);
    opt_number(&given, "memory", 0, 1e6, 64, &memory_mb, &err);
    struct sandbox box = {.memory_bytes = (uint64_t)(memory_mb * (1 << 20)), .cpu_s = cpu_s};
    if (sandbox_enter(&box, &err) || !box.seccomp) return 3;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(given.words[0], deeds[i].name) == 0) deeds[i].act();
    tell_escape();
    _exit(0);
}
