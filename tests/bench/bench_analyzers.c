/* bench_analyzers - what the analyzers cost a point of a run.
 *   usage   bench_analyzers [ROUNDS]               nanoseconds a point of short and long runs, all analyzers together and as the engine
 *                                                  hears them; bytes of state a series; then each analyzer, a point that it hears
 *           bench_analyzers --once STEPS [ANALYZER]       a run through all analyzers, one, none ("-") or the engine ("engine"), once: to count
 *                                                  instructions by
 *           bench_analyzers --make FILE SERIES POINTS     losses as doubles in this machine's order, a series behind the other
 *           bench_analyzers --detect FILE SERIES POINTS [ANALYZER]   every analyzer of a single loss over them, or one; a JSON object
 *
 * CPU time, the best of ROUNDS (7): the rest of the machine only adds. What the host does for a point that is not an analyzer's (its curves) is
 * part of "together" as it is of the engine. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../daemon/engine/run.h"
#include "../../daemon/engine/run/hear.h"
#include "../unit/chance.h"
#include "../unit/knobs.h"
#include "../unit/pasts.h"

enum { LISTENERS = 64, EVALUATIONS = 100, LONGEST = 50000 };

static struct series logged[] = {
    {.name = "train/loss", .metric = "loss", .role = ROLE_LOSS_TRAIN, .better = BETTER_LOWER},
    {.name = "grad_norm", .metric = "grad_norm", .role = ROLE_GRAD_NORM},
    {.name = "lr", .metric = "lr", .role = ROLE_LEARNING_RATE},
    {.name = "epoch", .metric = "epoch", .role = ROLE_PROGRESS},
    {.name = "tokens_per_second", .metric = "tokens_per_second", .role = ROLE_THROUGHPUT},
    {.name = "val/loss", .metric = "loss", .role = ROLE_LOSS_EVAL, .better = BETTER_LOWER},
    {.name = "val/accuracy", .metric = "accuracy", .role = ROLE_SCORE_EVAL, .better = BETTER_HIGHER, .bounded = true}};
enum { LOGGED = sizeof logged / sizeof *logged, LOSS = 0 };

struct log {
    size_t n;
    struct point *points;
};
/* The analyzers of one run: their states, and who hears which series. */
struct host {
    struct watcher *states[LOGGED * LISTENERS];
    struct hearers of[LOGGED];
    uint64_t points[LOGGED];
    double last[LOGGED];
    struct hearing now;
    struct findings out; /* made once, as the engine's */
    size_t n_states, bytes;
    unsigned long heard, told;
    struct one_past pasts[LOGGED];
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void emit(void *arg, const struct finding *f)
{
    (void)f;
    ++*(unsigned long *)arg;
}

/* ---- a run that learns, and is left alone ---------------------------------------------------------------------------------------------- */

static double value_of(int series, double t)
{
    double falls = 2 + 6 * exp(-8 * t) - 0.5 * t;
    switch (series) {
    case 0: return falls * exp(noise(0.03));
    case 1: return (0.5 + exp(-20 * t)) * exp(noise(0.2));
    case 2: return 1e-4 * (t < 0.02 ? 50 * t : 0.5 * (1 + cos(M_PI * t)));
    case 3: return 3 * t;
    case 4: return 1000 + noise(10);
    case 5: return falls + 0.1 + noise(0.01);
    default: return 0.9 - 0.8 * exp(-6 * t) + noise(0.005);
    }
}

static struct log make_log(int steps)
{
    struct log l = {.points = calloc((size_t)steps * LOGGED, sizeof *l.points)};
    int every = steps / EVALUATIONS > 0 ? steps / EVALUATIONS : 1;
    if (!l.points) exit(1);
    seed = 7;
    for (int s = 0; s < steps; s++)
        for (int i = 0; i < LOGGED; i++) {
            if (i >= 5 && s % every) continue;
            l.points[l.n] = (struct point){.series = &logged[i], .seq = l.n + 1, .step = s, .time = NAN, .line = (uint64_t)s + 1};
            l.points[l.n++].value = value_of(i, (double)s / steps);
        }
    return l;
}

/* ---- as the host does it, with all analyzers or one -------------------------------------------------------------------------------------- */

static struct watcher *state_new(struct host *h, const struct analyzer *a)
{
    struct watcher *w = calloc(1, sizeof *w + a->state_size);
    if (!w) exit(1);
    *w = (struct watcher){.analyzer = a, .id = WATCHER_ID(h->n_states + 1)};
    knobs_initial(watcher_state(w), a);
    if (a->init) a->init(watcher_state(w));
    h->bytes += a->state_size;
    return h->states[h->n_states++] = w;
}

/* As the engine has it: a state that needs what is not logged is never made (analyzer.h, needs). */
static bool is_made(const struct analyzer *a, size_t n)
{
    for (size_t s = 0; s < n; s++)
        if (a->needs & WANTS((unsigned)logged[s].role)) return true;
    return !a->needs || a->scope != PER_RUN;
}

/* One state a series or the run. The first n of the series above are logged. */
static void add_analyzer(struct host *h, const struct analyzer *a, size_t n)
{
    if (!is_made(a, n)) return;
    struct watcher *state = NULL;
    for (size_t s = 0; s < n; s++) {
        if (!(a->wants & WANTS((unsigned)logged[s].role))) continue;
        if (!state || a->scope == PER_SERIES) state = state_new(h, a);
        hearers_add(&h->of[s], state, false);
    }
}

static void host_open(struct host *h, const struct analyzer *only, bool none, size_t n)
{
    memset(h, 0, offsetof(struct host, pasts));
    for (size_t s = 0; s < LOGGED; s++) h->pasts[s].series = NULL;
    h->out = (struct findings){.arg = &h->told, .emit = emit};
    for (size_t i = 0; analyzers[i] && !none; i++)
        if (!only || only == analyzers[i]) add_analyzer(h, analyzers[i], n);
}

static void host_close(struct host *h)
{
    for (size_t i = 0; i < h->n_states; i++) free(h->states[i]);
    for (size_t s = 0; s < LOGGED; s++) free(h->of[s].all);
}

static void give_alone(struct host *h, const struct point *p)
{
    size_t s = (size_t)(p->series - logged);
    hearers_give(&h->of[s], ++h->points[s], h->last[s], p, p, isfinite(p->value), &h->out, &h->now);
    h->last[s] = p->value;
    h->heard += h->of[s].n > 0;
}

static void give(struct host *h, struct point *p)
{
    past_take(&h->pasts[p->series - logged], p);
    give_alone(h, p);
}

static struct host host;

/* Nanoseconds for the whole log. */
static double best_of(int rounds, const struct log *l, const struct analyzer *only, bool none)
{
    double best = INFINITY;
    for (int r = 0; r < rounds; r++) {
        host_open(&host, only, none, LOGGED);
        double from = seconds();
        for (size_t i = 0; i < l->n; i++) give(&host, &l->points[i]);
        best = fmin(best, seconds() - from);
        host_close(&host);
    }
    return 1e9 * best;
}

/* ---- as the engine hears them: what a format of a run's source writes into ----------------------------------------------------------- */

static double engine_best_of(int rounds, const struct log *l, size_t *bytes)
{
    double best = INFINITY;
    for (int r = 0; r < rounds; r++) {
        int handle[LOGGED];
        size_t before = mallinfo2().uordblks;
        struct run *run = run_new("made", NULL, &(struct run_options){0});
        const struct format_out *out = run_out(run, run_source(run, "log.jsonl", "jsonl", ""));
        for (size_t s = 0; s < LOGGED; s++)
            handle[s] = out->series(out->arg, (struct span){logged[s].name, strlen(logged[s].name)}, AXIS_STEP);
        double from = seconds();
        for (size_t i = 0; i < l->n; i++) {
            const struct point *p = &l->points[i];
            out->point(out->arg, handle[p->series - logged], p->step, p->time, p->value, p->line);
        }
        best = fmin(best, seconds() - from);
        *bytes = mallinfo2().uordblks - before;
        run_free(run);
    }
    return 1e9 * best;
}

static void print_runs(int rounds)
{
    static const int steps[] = {200, 2000, LONGEST};
    puts("   steps   points   analyzers   host's curves   together   engine   bytes a series, engine");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct log l = make_log(steps[i]);
        size_t bytes;
        double n = (double)l.n, all = best_of(rounds, &l, NULL, false) / n, curves = best_of(rounds, &l, NULL, true) / n;
        double engine = engine_best_of(rounds, &l, &bytes) / n;
        printf("%8d %8zu   %6.1f ns       %6.1f ns  %6.1f ns %6.1f ns   %zu\n", steps[i], l.n, all - curves, curves, all, engine,
               bytes / LOGGED);
        free(l.points);
    }
}

static void print_each(int rounds)
{
    struct log l = make_log(LONGEST), few = make_log(2000);
    double curves = best_of(rounds, &l, NULL, true), curves_few = best_of(rounds, &few, NULL, true);
    puts("\nanalyzer                   hears     state     2,000 steps   50,000 steps   a point it hears");
    for (size_t i = 0; analyzers[i]; i++) {
        const struct analyzer *a = analyzers[i];
        double short_run = best_of(rounds, &few, a, false) - curves_few, heard_few = (double)host.heard;
        double long_run = best_of(rounds, &l, a, false) - curves, heard = (double)host.heard;
        if (heard == 0) continue;
        printf("%-24s %-9s %6zu B     %6.1f ns      %6.1f ns%s\n", a->name, a->scope == PER_SERIES ? "a series" : "several",
               a->state_size, fmax(short_run, 0) / heard_few, fmax(long_run, 0) / heard, host.told ? "   (told something)" : "");
    }
    free(l.points), free(few.points);
}

/* Where clocks cannot be trusted a simulator counts: what a run costs with analyzers, less what it costs with none. */
static int once(int steps, const char *name)
{
    const struct analyzer *only = NULL;
    bool none = name && strcmp(name, "-") == 0;
    bool engine = name && strcmp(name, "engine") == 0;
    for (size_t i = 0; name && analyzers[i]; i++)
        if (strcmp(analyzers[i]->name, name) == 0) only = analyzers[i];
    if (steps < 1 || (name && !none && !engine && !only)) return 2;
    struct log l = make_log(steps);
    if (engine) engine_best_of(1, &l, &host.bytes);
    else best_of(1, &l, only, none);
    printf("%zu points, %lu heard, %zu B of state\n", l.n, host.heard, host.bytes);
    free(l.points);
    return 0;
}

/* ---- a thousand losses ------------------------------------------------------------------------------------------------------------------ */

static double *losses_new(size_t series, size_t points)
{
    double *x = calloc(series * points, sizeof *x);
    if (!x) exit(1);
    return x;
}

static int make_losses(const char *path, size_t series, size_t points)
{
    double *x = losses_new(series, points);
    FILE *f = fopen(path, "wb");
    for (size_t s = 0; s < series; s++) {
        seed = s + 1;
        double sd = 0.02 + 0.1 * chance();
        for (size_t i = 0; i < points; i++) x[s * points + i] = (2 + 6 * exp(-8.0 * (double)i / (double)points)) * exp(noise(sd));
    }
    bool written = f && fwrite(x, sizeof *x, series * points, f) == series * points;
    free(x);
    return f && fclose(f) == 0 && written ? 0 : 1;
}

/* One analyzer alone is given the logarithm of each value, which the engine takes once for all, and a past without a curve: those of a drift
 * detector's kind do not look at one while a run goes on. */
static void give_alone_all(struct host *h, const double *x, size_t points)
{
    struct curve none;
    struct past past = {.fine = &none};
    struct point p = {.series = &logged[LOSS], .time = NAN, .past = &past};
    curve_init(&none, NULL, 0);
    for (size_t i = 0; i < points; i++) {
        p.seq = i + 1, p.step = (int64_t)i, p.value = x[i];
        past_take_log(&past, x[i]);
        hearers_give(&h->of[LOSS], i + 1, i ? x[i - 1] : (double)NAN, &p, &p, isfinite(x[i]), &h->out, &h->now);
    }
}

static void give_all(struct host *h, const double *x, size_t points)
{
    for (size_t i = 0; i < points; i++) {
        struct point p = {.series = &logged[LOSS], .seq = i + 1, .step = (int64_t)i, .time = NAN, .value = x[i]};
        give(h, &p);
    }
}

/* The file is read before the clock starts. Every series is a run of its own, whose points come one behind the other. */
static int detect(const char *path, size_t series, size_t points, const char *name)
{
    const struct analyzer *only = NULL;
    for (size_t i = 0; name && analyzers[i]; i++)
        if (strcmp(analyzers[i]->name, name) == 0) only = analyzers[i];
    if (name && !only) return 2;
    double *x = losses_new(series, points), from;
    unsigned long told = 0;
    FILE *f = fopen(path, "rb");
    if (!f || fread(x, sizeof *x, series * points, f) != series * points) return 1;
    fclose(f);
    from = seconds();
    for (size_t s = 0; s < series; s++) {
        host_open(&host, only, false, LOSS + 1);
        (only ? give_alone_all : give_all)(&host, x + s * points, points);
        told += host.told > 0;
        host_close(&host);
    }
    printf("{\"seconds\": %.6f, \"points\": %zu, \"told\": %lu, \"analyzers\": %zu}\n", seconds() - from, series * points, told,
           (size_t)host.of[LOSS].n);
    free(x);
    return 0;
}

int main(int argc, char **argv)
{
    for (uint32_t i = 0; i < LOGGED; i++) logged[i].id = i, logged[i].unit = "", logged[i].depth = -1;
    if (argc == 5 && strcmp(argv[1], "--make") == 0)
        return make_losses(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10));
    if (argc >= 3 && strcmp(argv[1], "--once") == 0) return once(atoi(argv[2]), argv[3]);
    if (argc >= 5 && strcmp(argv[1], "--detect") == 0)
        return detect(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10), argv[5]);
    int rounds = argc > 1 ? atoi(argv[1]) : 7;
    print_runs(rounds > 0 ? rounds : 7);
    print_each(rounds > 0 ? rounds : 7);
    return 0;
}
