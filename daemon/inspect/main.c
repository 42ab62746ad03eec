/* mlwatch-inspect - the worker of `mlwatch inspect` and of the daemon: reads one checkpoint, which may be hostile, inside a sandbox.
 *
 *   descriptor 1   the result (base/inspection.h)
 *   descriptor 3   the checkpoint;  4  one to compare it with, when a second name is given
 *
 * Names tell the suffix and are never opened. The exit code is 0 when the result was told to its end, whatever it says. */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/opt.h"
#include "sandbox.h"
#include "worker.h"

enum { MEMORY_MB = 192, EXIT_TOLD = 0, EXIT_USAGE = 2, EXIT_UNREADABLE = 3 };

static const struct opt options[] = {
    {"cpu", 0, "S", "processor time after which the kernel ends it (default 1.5)"},
    {"memory", 0, "MB", "memory it may take on top of its own size (default 192)"},
    {"seconds", 0, "S", "time for the numbers; what is left then is not summed (default 60)"},
    {"nice", 0, "N", "priority, 0 to 19 (default 0)"},
    {"no-spectra", 0, NULL, "no singular values"},
    {NULL, 0, NULL, NULL},
};

static int usage(void)
{
    printf("mlwatch-inspect reads one checkpoint inside a sandbox; `mlwatch inspect FILE` starts it.\n\n"
           "usage: mlwatch-inspect [OPTIONS] NAME [NAME] 3<FILE [4<FILE] >RESULT\n\n");
    for (const struct opt *o = options; o->name; o++) printf("  --%s %-4s %s\n", o->name, o->value ? o->value : "", o->help);
    return EXIT_TOLD;
}

static int refuse(const struct err *err)
{
    fprintf(stderr, "mlwatch-inspect: %s\n", err->text);
    return err->status == E_USAGE ? EXIT_USAGE : EXIT_UNREADABLE;
}

struct wanted {
    double cpu_s, memory_mb, seconds, nice;
};

static enum status read_options(const struct opt_result *given, struct wanted *w, struct err *err)
{
    enum status s = opt_number(given, "cpu", 0.1, 1e6, 1.5, &w->cpu_s, err);
    if (!s) s = opt_number(given, "memory", 1, 1e6, MEMORY_MB, &w->memory_mb, err);
    if (!s) s = opt_number(given, "seconds", 0, 1e6, 60, &w->seconds, err);
    if (!s) s = opt_number(given, "nice", 0, 19, 0, &w->nice, err);
    if (!s && (given->n_words < 1 || given->n_words > 2)) s = err_set(err, E_USAGE, "one name is needed, or two; see --help");
    return s;
}

/* Priority of processor and disk: idle classes would starve on a machine that is never idle, best effort 7 of 8 does not. */
static void step_back(int nice_by)
{
    enum { IOPRIO_WHO_PROCESS = 1, IOPRIO_BEST_EFFORT = 2, IOPRIO_LOWEST = 7, IOPRIO_CLASS_SHIFT = 13 };
    if (nice_by <= 0) return;
    setpriority(PRIO_PROCESS, 0, nice_by);
    syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_BEST_EFFORT << IOPRIO_CLASS_SHIFT | IOPRIO_LOWEST);
}

static const char *missing(const struct sandbox *s)
{
    if (s->landlock && s->seccomp) return NULL;
    if (s->seccomp) return "this kernel has no Landlock: seccomp and rlimits alone";
    return s->landlock ? "this kernel has no seccomp: Landlock and rlimits alone"
                       : "this kernel has neither Landlock nor seccomp: rlimits alone";
}

/* jansson opens /dev/urandom for its first object, unless it has a seed by then. */
static void seed_json(void)
{
    size_t seed = 0;
    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed) seed = (size_t)getpid();
    json_object_seed(seed | 1);
}

int main(int argc, char **argv)
{
    struct opt_result given;
    struct wanted want;
    struct err err = {0};
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return usage();
    if (opt_parse(options, argc - 1, argv + 1, &given, &err) || read_options(&given, &want, &err)) return refuse(&err);
    step_back((int)want.nice);
    seed_json();
    struct sandbox box = {
        .against = given.n_words == 2, .memory_bytes = (uint64_t)(want.memory_mb * (1 << 20)), .cpu_s = want.cpu_s};
    if (sandbox_enter(&box, &err)) return refuse(&err);
    struct worker w = {.file = SANDBOX_FILE,
                       .against = given.n_words == 2 ? SANDBOX_AGAINST : -1,
                       .name = given.words[0],
                       .against_name = given.n_words == 2 ? given.words[1] : NULL,
                       .result = SANDBOX_RESULT,
                       .limits = &ckpt_limits_usual,
                       .budget = numbers_budget_usual,
                       .sandbox = missing(&box)};
    w.budget.seconds = want.seconds;
    if (want.seconds <= 0) w.budget.bytes = 0;
    if (opt_has(&given, "no-spectra")) w.budget.spectra = false;
    _exit(worker_run(&w, &err) == OK ? EXIT_TOLD : EXIT_UNREADABLE);
}
