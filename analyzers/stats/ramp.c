#include "ramp.h"

#include <math.h>

enum { LENGTHS = 8, SHORT = 2 /* of them, for logs of so many */, SHORT_POINTS = 40, ROW = 4, BEFORE = 16 };
static const size_t lengths[LENGTHS] = {4, 5, 6, 8, 12, 16, 24, 32};
#define DOUBLED    0.6931 /* logarithm of 2 */
#define STANDS_OUT 5.0    /* mean differences of the values before, that a step is no noise: four deviations of a difference */
#define CLIP       6.0    /* standard deviations that a value stands above the level at most */
#define LEAST_SD   0.01   /* on the logarithm: logs are rounded */
#define MOST_ALIKE 0.9    /* neighbours, as far as so few values can tell */
#define GOES_ON    0.3    /* of the step into the second third, that into the last is at least */
#define FEW                                                                                                                      \
    25.0 /* values after which a rise counts for half: how far a level wanders by itself is not seen at once (seeded curves) */
#define STEP        0.6 /* of the squares that a line leaves: a step that leaves fewer is one (seeded curves: 0.3 to 0.8 do the same) */
#define STILL_THERE 0.5 /* a value that fell by more than this share of a rise has undone it */

/* The two stretches: 2 * length values before, length values since. */
struct stretch {
    const double *before, *since;
    size_t length, third;
    double level;      /* the newer half of those before */
    double sd, common; /* of those before: around their line; the factor that what neighbours share puts on a mean's error */
};

static double mean(const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += y[i];
    return sum / (double)n;
}

static void measure(struct stretch *s)
{
    size_t n = 2 * s->length;
    double all = mean(s->before, n), slope = 0, xx = 0, squares = 0, products = 0, last = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)i - (double)(n - 1) / 2;
        slope += x * s->before[i], xx += x * x;
    }
    slope = fmin(slope / xx, 0);
    for (size_t i = 0; i < n; i++) {
        double off = s->before[i] - all - slope * ((double)i - (double)(n - 1) / 2);
        squares += off * off;
        if (i) products += off * last;
        last = off;
    }
    double alike = squares > 0 ? fmin(fmax(products / squares, 0), MOST_ALIKE) : 0;
    s->sd = fmax(sqrt(squares / (double)(n - 2)), LEAST_SD);
    s->common = sqrt((1 + alike) / (1 - alike));
}

/* Of the mean of n values since, above the level before: in standard errors of the difference. */
static double height(const struct stretch *s, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += fmin(y[i] - s->level, CLIP * s->sd);
    return sum / (double)n / (s->sd * s->common * sqrt(1 / (double)n + 1 / (double)s->length));
}

/* Thirds that climb, the last one not much more slowly, and in no single step. */
static bool climbs(const struct stretch *s, double leap)
{
    size_t q = s->third, n = s->length;
    double first = mean(s->since, q), second = mean(s->since + q, n - 2 * q), last = mean(s->since + n - q, q);
    double most = fmax(first - s->level, fmax(second - first, last - second));
    return first < second && second < last && last - second >= GOES_ON * (second - first) && most <= leap * (last - s->level);
}

/* Is a line from the level a better account of the values since than a step up to another level, or nearly as good? (Least squares.) */
static bool no_step(const struct stretch *s)
{
    size_t n = s->length;
    double xx = 0, xy = 0, yy = 0, above = 0, step = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double x = (double)i + 1, y = s->since[i] - s->level;
        xx += x * x, xy += x * y, yy += y * y, above += y;
    }
    for (size_t i = 0; i + 1 < n; i++) { /* the i first ones are at the level before */
        double y = i ? s->since[i - 1] - s->level : 0;
        above -= y;
        step = fmin(step, yy - above * above / (double)(n - i));
    }
    return step >= STEP * (yy - xy * xy / xx);
}

/* The largest rise of means as long as a third that came to nothing, of all n values before. */
static double undone(const double *y, size_t n, size_t third)
{
    double low = INFINITY, high = -INFINITY, most = 0;
    for (size_t i = n % third; i + third <= n; i += third) {
        double now = mean(y + i, third);
        high = fmax(high, now);
        if (low < high && now - low < STILL_THERE * (high - low)) most = fmax(most, high - low);
        if (now < low) low = high = now;
    }
    return most;
}

static bool rises(const double *y, size_t n, size_t length, double seen, const struct ramp_knobs *k, struct ramp *ret)
{
    struct stretch s = {.before = y + n - 3 * length, .since = y + n - length, .length = length, .third = length / 3};
    s.level = mean(s.before + length, length);
    double to = mean(y + n - s.third, s.third), rise = to - s.level;
    double factor = seen * k->factor, sure_factor = seen * k->sure_factor;
    if (rise < fmin(factor, sure_factor)) return false;
    measure(&s);
    double high = fmax(height(&s, s.since, length), height(&s, y + n - s.third, s.third));
    if (!(rise >= factor && high >= k->height) && !(rise >= sure_factor && high >= k->sure_height)) return false;
    if (!climbs(&s, k->leap) || !no_step(&s) || rise < k->undone * undone(y, n - length, s.third)) return false;
    *ret = (struct ramp){.at = n - 1, .from = s.level, .to = to, .last = y[n - 1], .height = high};
    while (ret->at > n - length && y[ret->at - 1] > s.level) ret->at--;
    return true;
}

/* Does one step, into the row or shortly before it, stand out of the noise, as that to a new task does? */
static bool leaps(const double *before)
{
    double change = 0, most = 0;
    for (size_t i = 1; i < BEFORE; i++) change += fabs(before[i] - before[i - 1]) / (BEFORE - 1);
    for (size_t i = BEFORE / 2; i < BEFORE + ROW; i++) most = fmax(most, before[i] - before[i - 1]);
    return most > STANDS_OUT * change;
}

/* Each value of a row above all of those before it, and the level of the row by the factor above that of the later half of them. */
static bool row_rises(const double *y, size_t n, double factor, struct ramp *ret)
{
    if (n < ROW + BEFORE) return false;
    const double *row = y + n - ROW, *before = row - BEFORE;
    double lowest = row[0], highest = before[0], level = mean(row - BEFORE / 2, BEFORE / 2), to = mean(row, ROW);
    for (size_t i = 1; i < ROW; i++) lowest = fmin(lowest, row[i]);
    for (size_t i = 1; i < BEFORE; i++) highest = fmax(highest, before[i]);
    if (lowest <= highest || to - level < factor || to - level >= DOUBLED || leaps(before)) return false;
    *ret = (struct ramp){.at = n - ROW, .from = level, .to = to, .last = y[n - 1]};
    return true;
}

bool ramp_rises(const double *y, size_t n, uint64_t points, const struct ramp_knobs *k, struct ramp *ret)
{
    for (size_t i = points > SHORT_POINTS ? SHORT : 0; i < LENGTHS && 3 * lengths[i] <= n; i++)
        if (rises(y, n, lengths[i], 1 + FEW / (double)points, k, ret)) return true;
    return k->row && row_rises(y, n, k->factor, ret);
}

uint32_t ramp_length(const struct past *past)
{
    uint64_t width = 1;
    while (past->fine->points > PAST_FINE * width) width *= 2;
    return (uint32_t)(past->fine->points / width);
}

bool ramp_of_past(const struct past *past, const struct ramp_knobs *k, struct ramp *ret)
{
    struct bucket buckets[PAST_FINE];
    struct past_room room;
    struct curve fine;
    double y[PAST_FINE];
    uint32_t n = 0;
    curve_init(&fine, buckets, PAST_FINE);
    curve_narrow(past_fine(past, &room), &fine);
    for (; n < fine.used && buckets[n].n == fine.width; n++) y[n] = past_log(NULL, buckets[n].mean);
    if (!ramp_rises(y, n, past->fine->points, k, ret)) return false;
    ret->step = buckets[ret->at].first_step, ret->line = buckets[ret->at].first_line;
    return true;
}
