/* live_writer - the load of tests/bench/live_load.py: many log files that grow at once, as so many training processes would write them.
 *
 *   live_writer TOP FILES RATE [SICK_EVERY_MS]
 *
 * Makes TOP/g0/r0/log.jsonl ... with one line each, RUNS_A_DIRECTORY of them in g0, g1 ..., and says "ready". Each line "go SECONDS" that it reads makes it append one line to one
 * file after the other, RATE a second altogether, due lines once a millisecond; every SICK_EVERY_MS a run that was well gets a NaN loss
 * instead, from the middle of the time on. Then it says, one line each: "sick RUN TIME" (seconds of the monotonic clock, just before the
 * write) and "wrote LINES TOOK". The files stay open until its input ends. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_A_DIRECTORY = 500 };

struct load {
    int files, *fds;
    double rate, sick_every_s;
    double *sick; /* when each run got its NaN; 0 while it is well */
    long long lines;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
    fprintf(stderr, "live_writer: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A loss as runs have it: it falls, ever more slowly, with noise on it. */
static double loss_at(int file, long long step)
{
    uint64_t noise = ((uint64_t)file * 1000003u + (uint64_t)step) * UINT64_C(0x9E3779B97F4A7C15) >> 40;
    return 0.5 + 2 / (1 + 0.02 * (double)step) + 0.1 * ((double)noise / (1 << 24) - 0.5);
}

static void append(const struct load *l, int file, long long step, bool well)
{
    char line[80];
    int n = snprintf(line, sizeof line, "{\"step\": %lld, \"loss\": %.4f}\n", step, well ? loss_at(file, step) : NAN);
    char *nan = well ? NULL : strstr(line, "nan");
    if (nan) memcpy(nan, "NaN", 3);
    if (write(l->fds[file], line, (size_t)n) != n) die("cannot write a line");
}

static void make_files(struct load *l, const char *top)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) limit.rlim_cur = limit.rlim_max, (void)setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < l->files; i++) {
        char path[4096];
        int group = i / RUNS_A_DIRECTORY;
        snprintf(path, sizeof path, "%s/g%d", top, group);
        if (mkdir(path, 0777) != 0 && errno != EEXIST) die(path);
        snprintf(path, sizeof path, "%s/g%d/r%d", top, group, i);
        if (mkdir(path, 0777) != 0 && errno != EEXIST) die(path);
        snprintf(path, sizeof path, "%s/g%d/r%d/log.jsonl", top, group, i);
        l->fds[i] = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (l->fds[i] < 0) die(path);
        append(l, i, 0, true);
    }
}

/* Line after line; when one is due early, the rest of the millisecond is slept. */
static double write_for(struct load *l, double seconds)
{
    double start = now(), next_sick = start + seconds / 2;
    long long total = (long long)(l->rate * seconds), done = 0;
    while (done < total) {
        long long due = (long long)((now() - start) * l->rate) + 1;
        for (; done < due && done < total; done++, l->lines++) {
            double t = now();
            int file = (int)(l->lines % l->files);
            bool falls_ill = l->sick_every_s > 0 && t >= next_sick && l->sick[file] <= 0;
            if (falls_ill) l->sick[file] = t, next_sick = t + l->sick_every_s;
            append(l, file, l->lines / l->files + 1, !falls_ill);
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return now() - start;
}

static void serve(struct load *l)
{
    char order[64];
    printf("ready\n");
    fflush(stdout);
    while (fgets(order, sizeof order, stdin)) {
        double seconds = strncmp(order, "go ", 3) == 0 ? atof(order + 3) : 0;
        long long before = l->lines;
        double took = write_for(l, seconds);
        for (int i = 0; i < l->files; i++)
            if (l->sick[i] > 0) printf("sick %d %.6f\n", i, l->sick[i]);
        printf("wrote %lld %.6f\n", l->lines - before, took);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: live_writer TOP FILES RATE [SICK_EVERY_MS]\n");
        return 2;
    }
    struct load l = {.files = atoi(argv[2]), .rate = atof(argv[3]), .sick_every_s = argc > 4 ? atof(argv[4]) * 1e-3 : 0};
    if (l.files < 1 || l.files > 1000000 || l.rate <= 0) return 2;
    l.fds = calloc((size_t)l.files, sizeof *l.fds);
    l.sick = calloc((size_t)l.files, sizeof *l.sick);
    if (!l.fds || !l.sick) die("memory");
    make_files(&l, argv[1]);
    serve(&l);
    free(l.fds);
    free(l.sick);
    return 0;
}
