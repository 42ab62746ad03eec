#include "excursion.h"

#include <string.h>

#include "robust.h"

enum {
    BASE_MIN = 5,
    BACK_POINTS = 2,
    BACK_SETTLED = 4,
    SLOW_BASE = ROLLING_MAX,
    EARLY_MIN = 8,
    STRIDE_POINTS = 1024,
    STRIDE_MAX = 8,
    WANDER_KNOWN = 16,
    SD_EVERY = 8
};
#define NOISE_FLOOR   0.02 /* on the log scale: 2 %. Logs are rounded, and a quiet series has no noise to speak of */
#define LEVEL_SHARE   0.5  /* of the spread of levels that is noise: a falling curve spreads without being noisy */
#define FALLING       4.0  /* standard deviations of neighbours that the last values lie below the window's middle: no scatter */
#define WANDER_FACTOR 1.5  /* an excursion is so much higher than what came and went by itself: 6 sd for 4 sd of pure noise */
#define CUSUM_SLACK   1.0  /* Page's k, in standard deviations: half of the shift that matters */
#define CUSUM_LIMIT   40.0 /* Page's h: far beyond chance for smoothed, correlated levels */
#define CUSUM_CLIP    3.0  /* no single value counts for more */

/* fmax is a call, for what it does with NaN; here is none. */
static inline double larger(double a, double b) { return a > b ? a : b; }

static double noise_of(const struct excursion *e, double sd)
{
    double floor = e->scale.linear ? 0.02 * fabs(e->initial - e->best) : NOISE_FLOOR;
    return larger(sd, larger(floor, 1e-12));
}

/* What a rise must be whatever the noise: a factor, and a share of the progress made down to this level. On the scale. */
static double least(const struct excursion *e, const struct excursion_knobs *k, double level)
{
    double by_factor = e->scale.linear ? 0.3 * fabs(e->initial - e->best) : e->least_height;
    double by_progress = k->undone * (e->initial - level);
    return by_progress > by_factor ? by_progress : by_factor;
}

static void forget(struct excursion *e)
{
    struct scale scale = e->scale;
    uint64_t n = e->n;
    uint16_t segment = e->segment;
    double above = e->accepted ? exp(e->initial) : 0;
    memset(e, 0, sizeof *e);
    e->above = above;
    e->scale = scale;
    e->n = n;
    e->segment = segment;
}

/* The spread of the window, without what it fell by from its older half to its newer one: a line from the middle of the one to that of the other. */
RARELY static double level_spread(const struct excursion *e)
{
    const struct rolling *r = &e->base;
    double x[ROLLING_MAX];
    uint32_t half = r->n / 2;
    if (half < BASE_MIN) return rolling_sd(r);
    for (uint32_t i = 0; i < 2 * half; i++) x[i] = rolling_newest(r, i);
    double fall = (robust_median(x + half, half) - robust_median(x, half)) / half;
    if (!(fall > 0)) return rolling_sd(r);
    for (uint32_t i = 0; i < 2 * half; i++) x[i] -= fall * i;
    return robust_sd(x, 2 * half);
}

/* Spread of the window, or of its differences: a falling curve spreads without being noisy, a wandering one the other way round.
 * For a normal bulk the mean size of a difference is 2 / sqrt(pi) standard deviations. Few values may lie together by chance: the
 * allowance for that is ours, from 400 seeded curves of pure noise, of which one in fifty looked like a spike at the sixth value. */
static double spread(const struct excursion *e, double share, double by_level)
{
    double by_change = 0.8862 * e->change;
    double sd = e->accepted > BASE_MIN ? larger(by_change, share * by_level) : by_level, n = (double)e->accepted;
    return n < ROLLING_MAX && n > 0 ? sd * (1 + 60 / (n * n)) : sd;
}

/* recent - the level of the last few values, where the window holds a whole fall and its middle is long gone by: by more than neighbours
 * differ, that is; else NaN. */
RARELY static double recent(const struct excursion *e, double level)
{
    double last[BASE_MIN];
    if (e->base.n >= ROLLING_MAX || e->base.n < 2 * BASE_MIN) return NAN;
    for (uint32_t i = 0; i < BASE_MIN; i++) last[i] = rolling_newest(&e->base, i);
    double now = robust_median(last, BASE_MIN);
    return now < level - FALLING * 0.8862 * e->change ? now : (double)NAN;
}

static void follow_change(struct excursion *e, double size)
{
    double weight = e->accepted < 16 ? 1 / (double)e->accepted : 1.0 / 16;
    if (e->accepted > BASE_MIN && size > 4 * e->change) size = 4 * e->change;
    e->change += weight * (size - e->change);
}

/* How many values behind this one, which enters the window, do not. */
static uint16_t skip(uint64_t accepted)
{
    enum { LAST = (STRIDE_MAX - 1) * STRIDE_POINTS };
    if (accepted >= LAST) return STRIDE_MAX - 1;
    uint32_t n = (uint32_t)accepted, stride = 1 + n / STRIDE_POINTS,
             end = stride * STRIDE_POINTS; /* 32 bits are divided sooner */
    if (n + stride < end) return (uint16_t)(stride - 1);
    uint32_t beyond = (end + stride) / (stride + 1) * (stride + 1); /* the first one of the next stride */
    return (uint16_t)(beyond - n - 1);
}

RARELY static void move_window(struct excursion *e, double y)
{
    rolling_add(&e->base, y);
    if (e->accepted <= 5) {
        e->initial = robust_median(e->base.sorted, e->base.n);
        if (e->above > 0) e->initial = larger(e->initial, e->above); /* that progress was made, whatever the scale */
    }
    double level = rolling_median(&e->base);
    e->highest = larger(e->highest, level);
    if (e->base.n < SLOW_BASE) e->best = e->highest = level;
    else if (level < e->best) {
        e->undone = larger(e->undone, e->highest - e->best);
        e->best = e->highest = level;
        if (e->best_sd == 0 || e->accepted % SD_EVERY == 0)
            e->best_sd = spread(e, LEVEL_SHARE, rolling_sd(&e->base)); /* a falling loss is at its best all the time */
        e->cusum = 0;
    }
}

/* In a long series every second, third ... value enters the window, so that it goes on covering about a hundredth of what was
 * seen. Returns whether the window moved. */
static inline bool absorb(struct excursion *e, double y)
{
    bool skipped = e->skipped > 0;
    e->skipped = skipped ? (uint16_t)(e->skipped - 1) : skip(e->accepted);
    if (e->accepted) follow_change(e, fabs(y - e->previous));
    e->previous = y;
    e->accepted++;
    if (!skipped) move_window(e, y);
    return !skipped;
}

static void begin(struct excursion *e, const struct point *p, double from, double sd, double y)
{
    e->open = true;
    e->settled = e->slow = false;
    e->from = from;
    e->sd = noise_of(e, sd);
    e->peak = e->last = e->level = y;
    e->onset_step = e->peak_step = e->last_step = p->step;
    e->onset_line = e->last_line = p->line;
    e->length = 1;
    e->back = 0;
}

static uint64_t patience(const struct excursion *e, const struct excursion_knobs *k)
{
    return (uint64_t)larger(k->patience_points, k->patience_share * (double)e->n);
}

/* The level of the window against the best level ever, summed up over time. */
RARELY static bool creeps(struct excursion *e, const struct excursion_knobs *k, const struct point *p)
{
    if (e->base.n < SLOW_BASE || e->accepted < 2 * SLOW_BASE) return false;
    double level = rolling_median(&e->base), rise = level - e->best, enough = least(e, k, e->best);
    if (e->cusum == 0) e->cusum_step = p->step, e->cusum_line = p->line;
    enough = larger(enough, WANDER_FACTOR * e->undone);
    if (rise < enough / 2) { /* far from mattering: no need to know the noise */
        e->cusum = larger(0, e->cusum - CUSUM_SLACK);
        return false;
    }
    if (e->base.sorted[e->base.n / 4] < e->best + rise / 4)
        return false; /* some values rose: the level of two heaps leaps by itself */
    double sd = noise_of(e, larger(e->best_sd, spread(e, LEVEL_SHARE, rolling_sd(&e->base))));
    e->cusum = larger(0, e->cusum + fmin(rise / sd, CUSUM_CLIP) - CUSUM_SLACK);
    return e->cusum > CUSUM_LIMIT && rise > larger(2 * sd, enough);
}

RARELY static enum excursion_change outside(struct excursion *e, const struct excursion_knobs *k, const struct point *p, double y)
{
    if (e->slow) absorb(e, y), y = rolling_median(&e->base); /* a slow rise is one of levels */
    bool higher = y > e->peak;
    double half_way = e->from + (e->slow ? 0.5 : 0.25) * (e->peak - e->from);
    e->length++;
    e->last = y;
    e->level += 0.2 * (y - e->level);
    e->last_step = p->step;
    e->last_line = p->line;
    if (higher) e->peak = y, e->peak_step = p->step;
    e->back = y < half_way ? e->back + 1 : 0;
    if (e->back >= (e->settled ? BACK_SETTLED : BACK_POINTS)) {
        e->open = false;
        e->cusum = 0;
        e->best_sd = larger(e->best_sd, e->sd);
        if (e->settled && e->level > e->best) e->best = e->highest = e->level; /* what was told once is not told again */
        if (!e->slow) absorb(e, y);
        return EXCURSION_RETURNED;
    }
    if (!e->settled && e->length > patience(e, k)) return e->settled = true, EXCURSION_SETTLED;
    return higher ? EXCURSION_GREW : EXCURSION_LASTS;
}

/* The window has just moved: has its level crept up? */
RARELY static enum excursion_change window_moved(struct excursion *e, const struct excursion_knobs *k, const struct point *p)
{
    if (!creeps(e, k, p)) return EXCURSION_NONE;
    begin(e, p, e->best, larger(e->best_sd, spread(e, LEVEL_SHARE, rolling_sd(&e->base))), rolling_median(&e->base));
    e->slow = true;
    e->onset_step = e->cusum_step;
    e->onset_line = e->cusum_line;
    e->length = patience(e, k);
    return EXCURSION_STARTED;
}

/* One that may be the first, a restart, outside, or of a window that is not full yet. */
RARELY static enum excursion_change judge(struct excursion *e, const struct excursion_knobs *k, const struct point *p)
{
    if (e->n && p->segment != e->segment) memset(e, 0, sizeof *e);
    e->segment = p->segment;
    if (!e->n && p->value == 0) return EXCURSION_NONE; /* a term that is not switched on yet */
    if (scale_turns(&e->scale, p->value)) forget(e);
    double y = e->scale.linear ? p->value : past_log(p->past, p->value);
    if (e->least_height == 0) e->least_height = log(k->height_factor);
    e->n++;
    if (e->open) return outside(e, k, p, y);
    double level = rolling_median(&e->base), now = y > level && e->base.n < ROLLING_MAX ? recent(e, level) : (double)NAN;
    if (isfinite(now)) level = now;
    if (e->base.n >= BASE_MIN && y - level > least(e, k, level)) {
        double share = isfinite(now) ? LEVEL_SHARE / 2 : k->level_share > 0 ? k->level_share : LEVEL_SHARE;
        double sd = spread(e, share, k->level_share > 0 ? level_spread(e) : rolling_sd(&e->base));
        bool wanders = e->accepted > WANDER_KNOWN && y - level < WANDER_FACTOR * e->wander;
        if (!wanders && y - level > k->height_sd * noise_of(e, sd)) {
            begin(e, p, level, sd, y);
            return EXCURSION_STARTED;
        }
    }
    if (e->base.n >= BASE_MIN) e->wander = larger(EXCURSION_FADES * e->wander, y - level);
    return absorb(e, y) ? window_moved(e, k, p) : EXCURSION_NONE;
}

/* An ordinary value of a window that is full: what nearly all are. False, with nothing changed, where more is to be looked at. */
static inline bool is_ordinary(const struct excursion *e, const struct excursion_knobs *k, const struct point *p, double *y)
{
    if (e->open || e->base.n < ROLLING_MAX || p->segment != e->segment || (!e->scale.linear && p->value < 0)) return false;
    *y = e->scale.linear ? p->value : past_log(p->past, p->value);
    double level = rolling_median(&e->base);
    return !(*y - level > least(e, k, level));
}

enum excursion_change excursion_add(struct excursion *e, const struct excursion_knobs *k, const struct point *p)
{
    double y;
    if (!is_ordinary(e, k, p, &y)) return judge(e, k, p);
    e->n++;
    e->wander = larger(EXCURSION_FADES * e->wander, y - rolling_median(&e->base));
    return absorb(e, y) ? window_moved(e, k, p) : EXCURSION_NONE;
}

double excursion_height_sd(const struct excursion *e) { return (e->peak - e->from) / e->sd; }

double excursion_factor(const struct excursion *e)
{
    if (!e->scale.linear) return exp(e->peak - e->from);
    return e->from != 0 ? 1 + (e->peak - e->from) / fabs(e->from) : INFINITY;
}

/* Zeros in front were no values of a term that was not switched on yet; those behind them only where the excursion was given them. */
bool excursion_first(const struct excursion *e, const struct past *past, struct excursion_start *ret)
{
    struct past_room room;
    uint32_t off = 0, zeros = 0;
    if (!past || past->fine->width != 1 || e->scale.linear) return false;
    const struct curve *c = past_fine(past, &room);
    while (off < c->used && c->buckets[off].mean == 0) off++;
    for (uint32_t i = off; i < c->used; i++) zeros += c->buckets[i].mean == 0;
    bool all = c->used - off - zeros != e->n;
    ret->n = 0;
    for (uint32_t i = off; i < c->used && ret->n < EXCURSION_EARLY; i++) {
        const struct bucket *b = &c->buckets[i];
        if (!all && b->mean == 0) continue;
        ret->step[ret->n] = b->first_step, ret->line[ret->n] = b->first_line;
        ret->value[ret->n++] = scale_of(&e->scale, b->mean);
    }
    return true;
}

bool excursion_early(struct excursion *e, const struct excursion_knobs *k, const struct past *past, struct excursion_start *start)
{
    struct excursion_start s;
    if (e->n < EARLY_MIN || e->open || !excursion_first(e, past, &s)) return false;
    size_t n = s.n, at = 0;
    for (size_t i = 1; i < n; i++)
        if (s.value[i] > s.value[at]) at = i;
    if (at == 0) return false;
    double before = robust_median(s.value, at < 4       ? 1
                                           : at / 2 < 5 ? at / 2
                                                        : 5),
           noise = fmax(robust_noise(s.value, n), NOISE_FLOOR);
    if (at < 4) noise *= 1.5; /* one value is held against another: both are noisy */
    double height = s.value[at] - before;
    if (height < log(k->height_factor) || height < k->height_sd * noise) return false;
    size_t first = at;
    while (first > 1 && s.value[first - 1] > before + height / 4) first--;
    double after = robust_median(s.value + n - n / 4, n / 4);
    e->from = before, e->sd = noise, e->peak = s.value[at], e->last = s.value[n - 1];
    e->onset_step = s.step[first], e->onset_line = s.line[first], e->peak_step = s.step[at];
    e->last_step = s.step[n - 1], e->last_line = s.line[n - 1];
    e->length = n - first;
    e->open = at + 1 == n || after > before + height / 2;
    *start = s;
    return true;
}

bool excursion_recedes(const struct excursion *e) { return e->open && e->level < e->peak - (e->peak - e->from) / 3; }

double excursion_confidence(const struct excursion *e, const struct excursion_knobs *k)
{
    double over = excursion_height_sd(e) / k->height_sd;
    return fmin(0.99, 1 - 0.3 * exp(-0.5 * (over - 1)));
}

struct finding excursion_finding(const struct excursion *e, const struct excursion_knobs *k, const char *kind,
                                 const struct series *series)
{
    struct finding f = {.kind = kind,
                        .confidence = excursion_confidence(e, k),
                        .series = series,
                        .source = series->source,
                        .segment = e->segment,
                        .onset_step = e->onset_step,
                        .first_step = e->onset_step,
                        .last_step = e->last_step,
                        .first_line = e->onset_line,
                        .last_line = e->last_line};
    finding_add(&f, "from", scale_back(&e->scale, e->from), "");
    finding_add(&f, "to", scale_back(&e->scale, e->peak), "");
    return f;
}
