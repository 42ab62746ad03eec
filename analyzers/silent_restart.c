/* silent_restart - the loss leaps back to where training began and comes down once more: the network was made anew, and no restart is told.
 *
 * A resume whose weights did not fit goes on with the step counter and starts from scratch: in one step the loss stands at the level of the
 * first values, and falls from there about as slowly as it did at first. A bad batch is forgotten within a few values, a loss that diverges stays up, and
 * neither stops exactly at the level of an untrained network. A loss whose single values stood half-way up there time and again comes
 * there by chance, for noise with long tails does; but where an untrained network answers all alike, its losses hardly differ, and five of them in a row
 * that lie as close together as the first five did, and where those lay, are no noise of a loss that has spread since. Where the log itself has a seam, restart_discontinuity judges it.
 * Source: failure knowledge F48; the level is a median of 32 values (Hampel 1974).
 * The window holds the values as logged: their order is that of their logarithms, which are taken when one comes near a leap. In a long run
 * they are not put in order either: while fewer than half of them lie below the lowest level so far the level does not, and most values are no
 * leap even from there. In the first values, which fall, the lowest level changes all the time. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/log_sum.h"
#include "stats/robust.h"
#include "stats/rolling.h"

#define UP        0.05  /* of the values half-way up: four in five after a leap are up there by chance once in 50,000 leaps */
#define SCALE_TOP 1e150 /* no value counts for more: its square is a number */
enum { FEW = 5, CALM = 8, DOWN = 64, LOOSE_FROM = 512 };
/* The way down: means of logarithms, in buckets that hold a fifth of what came before them (as early.h), but for the last one. */
struct down {
    float mean[DOWN]; /* of the full ones */
    uint32_t full;
    uint64_t before, n, due; /* values in the full ones; in the last one; when it is full */
    struct log_sum last;
};
struct knobs {
    double min_points, progress, height_sd, back_least, back_most, slow, close;
};
struct state {
    const struct knobs *knobs;
    bool pending, told, given_up, alike,
        loose; /* alike: the values after the leap are an untrained network's; loose: what `sorted` holds is full, by age and in no order */
    uint16_t segment;
    uint32_t low;        /* of a loose window: values below the lowest level so far */
    struct rolling base; /* as logged, within SCALE_FLOOR and SCALE_TOP */
    struct down way_down;
    uint64_t n;
    double least_leap;     /* square of the least factor that a leap is */
    double lowest, begins; /* square of the lowest level so far, and initial, as logged */
    double calm;           /* square of what no value comes to that leaps, or is half-way up: by the lowest level; 0: any may */
    double first[FEW], initial, highest; /* logarithms, as all below */
    uint64_t up;                         /* values half-way up and higher before a leap */
    struct leap {
        double after[FEW], recent[FEW], level, sd, noise,
            calm_most; /* calm_most: the highest of the last CALM values before it */
        uint64_t n_after;
        int64_t onset_step;
        uint64_t onset_line;
    } leap; /* behind first_size: most runs never leap */
};

static const char *const kinds[] = {"restart_discontinuity", NULL};
static const struct knob knobs[] = {
    {"silent_restart_points", "points", 24, 12, 100000, 60, 16, offsetof(struct knobs, min_points),
     "values before a leap is judged", "our choice"},
    {"silent_restart_progress", "x", 1.3, 1.1, 1000, 2, 1.2, offsetof(struct knobs, progress),
     "that the loss must have fallen by then", "our choice"},
    {"silent_restart_height", "sd", 2.5, 1.5, 50, 4, 2, offsetof(struct knobs, height_sd),
     "of single values, that the median of five after the leap is above those before",
     "as restart_height: 5 for the difference of two single values, and a median of five has half their noise"},
    {"silent_restart_back", "share", 0.75, 0.3, 1, 0.85, 0.65, offsetof(struct knobs, back_least),
     "of the way back to the first values, at least", "the loss falls meanwhile"},
    {"silent_restart_above", "share", 1.15, 1, 2, 1.1, 1.25, offsetof(struct knobs, back_most),
     "of the way back to the highest of the first values, at most", "an untrained network is not worse than itself"},
    {"silent_restart_slow", "share", 0.2, 0.02, 1, 0.35, 0.1, offsetof(struct knobs, slow),
     "of the values that the first half of the way down took, that it takes now at least", "our choice"},
    {"silent_restart_close", "sd", 0.6, 0.2, 3, 0.4, 1, offsetof(struct knobs, close),
     "of single values before the leap, that five behind it and the first five lie together within, for them to be an untrained "
     "network's",
     "a standard deviation above the level one value in seven falls into such a window, and five in a row once in 16,000 leaps"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The first values: where an untrained network stands. */
static void begin(struct state *s, double y)
{
    s->first[s->n - 1] = y;
    s->highest = s->n == 1 ? y : fmax(s->highest, y);
    if (s->n == FEW) s->initial = robust_median(s->first, FEW), s->begins = exp(s->initial);
}

/* The square of the level, as logged: the product of the two values in the middle. */
static double squared(const struct state *s)
{
    const struct rolling *r = &s->base;
    double x[ROLLING_MAX], below;
    if (!s->loose) return r->sorted[(r->n - 1) / 2] * r->sorted[r->n / 2];
    memcpy(x, r->sorted, sizeof x);
    robust_place(x, ROLLING_MAX, ROLLING_MAX / 2);
    below = x[0];
    for (uint32_t i = 1; i < ROLLING_MAX / 2; i++) below = x[i] > below ? x[i] : below;
    return below * x[ROLLING_MAX / 2];
}

/* The same of a loose window half of whose values lie below the lowest level. */
static double squared_between(const struct state *s)
{
    double below = 0, above = INFINITY;
    for (uint32_t i = 0; i < ROLLING_MAX; i++) {
        double x = s->base.sorted[i];
        bool is = x * x < s->lowest;
        below = is && x > below ? x : below;
        above = !is && x < above ? x : above;
    }
    return below * above;
}

/* 1.4826 times the median absolute deviation, of the logarithms. */
static double log_sd(const struct rolling *r)
{
    struct rolling logs = {.n = 0};
    for (uint32_t i = 0; i < r->n; i++) rolling_add(&logs, log(r->sorted[i]));
    return rolling_sd(&logs);
}

static double newest(const struct state *s, uint32_t ago)
{
    return s->loose ? s->base.sorted[(s->base.at + ROLLING_MAX - 1 - ago) % ROLLING_MAX] : rolling_newest(&s->base, ago);
}

/* Of single values around a level that moves, of the logarithms. */
static double noise(const struct state *s)
{
    double logs[ROLLING_MAX];
    for (uint32_t i = 0; i < s->base.n; i++) logs[i] = log(newest(s, i));
    return robust_noise(logs, s->base.n);
}

static void leap(struct state *s, const struct point *p, double y)
{
    double calm = 0;
    if (!s) return; /* memory ran out */
    s->leap.noise = noise(s);
    s->pending = true;
    for (uint32_t i = 0; i < CALM; i++) calm = fmax(calm, newest(s, i));
    s->leap.calm_most = log(calm);
    s->leap.level = log(squared(s)) / 2, s->leap.sd = fmax(log_sd(&s->base), 0.01);
    s->leap.after[0] = s->leap.recent[0] = y, s->leap.n_after = 1;
    s->leap.onset_step = p->step, s->leap.onset_line = p->line;
}

/* Is this value as far above the recent level as the first ones were? x: as logged. */
static bool leaps(const struct state *s, double x)
{
    if ((double)s->n < s->knobs->min_points || x * x < s->least_leap * s->lowest) return false;
    double square = squared(s);
    if (x * x < s->least_leap * square) return false;
    double y = log(x), level = log(square) / 2, way = s->initial - level;
    if (way < log(s->knobs->progress)) return false;
    if (way < (s->initial - log(s->lowest) / 2) / 2) return false; /* it had been climbing back for long: no restart did that */
    return y - level >= s->knobs->back_least * way &&
           y - level <= s->knobs->back_most * (s->highest - level) + log_sd(&s->base) / 2;
}

static void bounds(const double *x, double *low, double *high)
{
    *low = *high = x[0];
    for (uint32_t i = 1; i < FEW; i++) *low = fmin(*low, x[i]), *high = fmax(*high, x[i]);
}

/* Do five values after the leap lie where the first five lay and as close together, closer by far than those before the leap? */
static bool untrained(const struct state *s)
{
    double low, high, first_low, first_high;
    bounds(s->leap.after, &low, &high), bounds(s->first, &first_low, &first_high);
    double width = fmax(high - low, first_high - first_low), apart = fabs(robust_median(s->leap.after, FEW) - s->initial);
    return width <= s->knobs->close * s->leap.noise && apart <= width && s->initial - s->leap.level >= s->leap.noise;
}

/* Five values after the leap: do they stand where the first five stood, all but one of them? Of noise with long tails some do by chance. */
static bool stands_at_start(const struct state *s)
{
    double now = robust_median(s->leap.after, FEW) - s->leap.level, way = s->initial - s->leap.level;
    uint32_t low = 0;
    for (uint32_t i = 0; i < FEW; i++) low += s->leap.after[i] - s->leap.level < way / 2;
    if ((double)s->up > 2 + UP * (double)s->n) return false;
    return low <= 1 && now >= s->knobs->back_least * way && now <= s->knobs->back_most * (s->highest - s->leap.level) &&
           now >= s->knobs->height_sd * s->leap.sd;
}

/* Values until the first half of the way down to the level was made; infinite when the loss has been up there since: then it swings, unless its
 * values spread as far as that. */
static double halved_after(const struct state *s, bool spreads)
{
    const struct down *d = &s->way_down;
    double half = (s->initial + s->leap.level) / 2, last = d->n ? log_sum_value(&d->last) / (double)d->n : -INFINITY;
    uint64_t n = 0;
    uint32_t i = 0;
    for (; i < d->full && d->mean[i] > half; i++) n += n ? (n + 4) / 5 : 1;
    if (spreads && i < d->full) return (double)n;
    for (uint32_t k = i; k < d->full; k++)
        if (d->mean[k] > half) return INFINITY;
    if (last > half && i < d->full) return INFINITY;
    return s->leap.calm_most > half ? INFINITY : (double)(last > half ? n + d->n : n);
}

static void tell(struct state *s, const struct point *p, const struct findings *out)
{
    double after = robust_median(s->leap.after, FEW);
    struct finding f = {.kind = "restart_discontinuity",
                        .severity = SEVERITY_WARNING,
                        .episode = 1 << 16, /* none of restart_discontinuity's */
                        .series = p->series,
                        .confidence = 0.85,
                        .source = p->source,
                        .segment = p->segment,
                        .onset_step = s->leap.onset_step,
                        .first_step = s->leap.onset_step,
                        .last_step = p->step,
                        .first_line = s->leap.onset_line,
                        .last_line = p->line};
    finding_add(&f, "from", exp(s->leap.level), "");
    finding_add(&f, "to", exp(after), "");
    finding_add(&f, "jump_ratio", exp(after - s->leap.level), "x");
    finding_add(&f, "jump_sd", (after - s->leap.level) / s->leap.sd, "sd");
    finding_add(&f, "to_initial", (after - s->leap.level) / (s->initial - s->leap.level), "share");
    out->emit(out->arg, &f);
    s->told = true;
}

/* After a leap: over when the loss is half way down again, and no restart when that went too fast. */
static void follow(struct state *s, const struct point *p, double y, const struct findings *out)
{
    if (s->leap.n_after < FEW) s->leap.after[s->leap.n_after] = y;
    s->leap.recent[s->leap.n_after++ % FEW] = y;
    if (s->leap.n_after < FEW) return;
    if (s->leap.n_after == FEW) s->alike = untrained(s);
    if (s->leap.n_after == FEW && !s->alike && !stands_at_start(s)) {
        for (uint32_t i = 0; i < FEW; i++) s->up += s->leap.after[i] - s->leap.level >= (s->initial - s->leap.level) / 2;
        s->pending = false;
        return;
    }
    if (robust_median(s->leap.recent, FEW) - s->leap.level > (s->initial - s->leap.level) / 2) return;
    s->pending = false;
    if ((double)s->leap.n_after >= fmax(FEW, s->knobs->slow * halved_after(s, s->alike))) tell(s, p, out);
}

/* Half-way from the level to the first values, on the logarithm, and beyond? x: as logged. */
static bool is_up(const struct state *s, double x)
{
    if ((double)s->n < s->knobs->min_points || x * x < s->begins * sqrt(s->lowest)) return false;
    return x * x >= s->begins * sqrt(squared(s));
}

static void go_down(struct down *d, double x)
{
    if (d->n && d->n >= d->due) {
        d->mean[d->full++] = (float)(log_sum_value(&d->last) / (double)d->n);
        d->before += d->n;
        d->due = d->full + 1 < DOWN ? (d->before + 4) / 5 : UINT64_MAX;
        d->n = 0, d->last = (struct log_sum){0};
    }
    d->n++;
    log_sum_add(&d->last, x);
}

static void follow_calm(struct state *s)
{
    const double most = 1e200; /* no larger one is in log_sum's product */
    s->calm = fmin(most, fmin(s->least_leap * s->lowest, s->begins * sqrt(s->lowest)));
}

static void count_low(struct state *s)
{
    s->low = 0;
    for (uint32_t i = 0; i < ROLLING_MAX; i++) s->low += s->base.sorted[i] * s->base.sorted[i] < s->lowest;
    follow_calm(s);
}

/* From here on the window is not kept in order. */
RARELY static void loosen(struct state *s)
{
    double by_age[ROLLING_MAX];
    for (uint32_t i = 0; i < ROLLING_MAX; i++) by_age[i] = s->base.sorted[s->base.rank[i]];
    memcpy(s->base.sorted, by_age, sizeof by_age);
    s->loose = true;
    count_low(s);
}

/* Is the level of a loose window lower than ever? */
RARELY static void follow_lowest(struct state *s)
{
    double level = s->low == ROLLING_MAX / 2 ? squared_between(s) : squared(s);
    if (!(level < s->lowest)) return;
    s->lowest = level;
    count_low(s);
}

/* One more value of a loose window. Its level is no lower than the lowest unless half of its values are. */
static inline void slide(struct state *s, double x)
{
    double *place = &s->base.sorted[s->base.at];
    s->low += (uint32_t)(x * x < s->lowest) - (uint32_t)(*place * *place < s->lowest);
    *place = x;
    s->base.at = (s->base.at + 1) % ROLLING_MAX;
}

static void add_in_order(struct state *s, double x)
{
    rolling_add(&s->base, x);
    double level = squared(s);
    if (s->n == 1 || level < s->lowest) s->lowest = level;
    if (s->n >= LOOSE_FROM && s->base.n == ROLLING_MAX) loosen(s);
}

static void absorb(struct state *s, double x)
{
    s->up += is_up(s, x);
    if (!s->loose) add_in_order(s, x);
    else {
        slide(s, x);
        follow_calm(s);
        if (s->low >= ROLLING_MAX / 2) follow_lowest(s);
    }
    go_down(&s->way_down, x);
}

/* The rest of what a calm value does; down: it still has to go down. */
RARELY static void settle(struct state *s, double x, bool down)
{
    if (down) go_down(&s->way_down, x);
    if (s->low >= ROLLING_MAX / 2) follow_lowest(s);
}

/* A value that neither leaps nor is half-way up: nearly all, once the window is loose. */
static inline void add_calm(struct state *s, double x)
{
    const double far = 1e100; /* as log_sum has it */
    struct down *d = &s->way_down;
    double product = d->last.product * x;
    bool usual = d->n < d->due && product < far && product > 1 / far;
    s->n++;
    slide(s, x);
    if (usual) d->n++, d->last.product = product;
    if (!usual || s->low >= ROLLING_MAX / 2) settle(s, x, !usual);
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (s->told || s->given_up || !isfinite(p->value)) return;
    s->given_up = p->value < 0 || (s->n && p->segment != s->segment) || p->series->axis == AXIS_EPOCH;
    if (s->given_up) return;
    double x = p->value > SCALE_FLOOR ? p->value : SCALE_FLOOR;
    if (x > SCALE_TOP) x = SCALE_TOP;
    s->segment = p->segment;
    if (s->pending) {
        follow(s, p, log(x), out);
        return;
    }
    if (!s->n) s->least_leap = pow(s->knobs->progress, 2 * s->knobs->back_least) * (1 - 1e-9);
    if (++s->n <= FEW) begin(s, log(x));
    else if (leaps(s, x)) {
        leap(state_whole(s, out), p, log(x));
        return;
    }
    absorb(s, x);
}

/* Nothing is calm while a leap is pending, and when all is told or given up. */
static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    double x = p->value;
    bool calm = x > SCALE_FLOOR && x * x < s->calm && p->segment == s->segment && p->series->axis != AXIS_EPOCH;
    if (calm) add_calm(s, x);
    else {
        s->calm = 0;
        look(s, p, out);
    }
}

const struct analyzer analyzer_silent_restart = {.name = "silent_restart",
                                                 .summary = "the loss leaps back to where training began",
                                                 .source = "failure knowledge F48 checkpoint_not_loaded",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_LOSS_TRAIN),
                                                 .scope = PER_SERIES,
                                                 .blind = true,
                                                 .state_size = sizeof(struct state),
                                                 .first_size = offsetof(struct state, leap),
                                                 .knobs = knobs,
                                                 .observe = observe};
