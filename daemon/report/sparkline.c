/* sparkline - eight levels in one line. Levels follow the logarithm when all values are positive and span a factor of 20,
 * so that a divergence does not flatten what came before it. */
#include "sparkline.h"

#include <math.h>
#include <string.h>

enum { LEVELS = 8 };

bool curve_range(const struct curve *c, double *min, double *max)
{
    double lo = INFINITY, hi = -INFINITY;
    for (uint32_t i = 0; c && i < c->used; i++) {
        if (c->buckets[i].n == c->buckets[i].nonfinite) continue;
        lo = fmin(lo, c->buckets[i].min);
        hi = fmax(hi, c->buckets[i].max);
    }
    if (lo > hi) return false;
    *min = lo;
    *max = hi;
    return true;
}

/* Mean of buckets [from, to), weighted by their finite points; NaN when one of them holds a value that is not finite. */
static double cell(const struct curve *c, uint32_t from, uint32_t to)
{
    double mean = 0, n = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct bucket *b = &c->buckets[i];
        if (b->nonfinite || !b->n) return NAN;
        n += b->n;
        mean += (b->mean - mean) * b->n / n;
    }
    return n > 0 ? mean : NAN;
}

static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char ascii[] = "_.,-=+*#";

static void add_cell(double share, bool unicode, struct str *out)
{
    int level = (int)(share * LEVELS);
    level = level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level;
    if (unicode) str_add(out, blocks[level]);
    else str_addf(out, "%c", ascii[level]);
}

/* cells cells over buckets [first, used). */
static void draw(const struct curve *c, uint32_t first, uint32_t cells, bool unicode, struct str *out)
{
    uint64_t n = c->used - first;
    double lo = INFINITY, hi = -INFINITY;
    for (uint32_t i = 0; i < cells; i++) {
        double v = cell(c, first + (uint32_t)(n * i / cells), first + (uint32_t)(n * (i + 1) / cells));
        if (isfinite(v)) lo = fmin(lo, v), hi = fmax(hi, v);
    }
    bool logarithm = lo > 0 && hi / lo > 20;
    double from = logarithm ? log(lo) : lo / 2, to = logarithm ? log(hi) : hi / 2; /* halves: hi - lo must not overflow */
    for (uint32_t i = 0; i < cells; i++) {
        double v = cell(c, first + (uint32_t)(n * i / cells), first + (uint32_t)(n * (i + 1) / cells));
        if (!isfinite(v)) str_add(out, "x");
        else add_cell(to > from ? ((logarithm ? log(v) : v / 2) - from) / (to - from) : 0.5, unicode, out);
    }
}

void report_sparkline(const struct curve *c, int width, struct str *out)
{
    if (!c || !c->used || width < 1) return;
    uint32_t cells = (uint32_t)width < c->used ? (uint32_t)width : c->used;
    draw(c, c->used - cells, cells, false, out);
}

void report_blocks(const char *sparkline, struct str *out)
{
    for (const char *p = sparkline; *p; p++) {
        const char *level = strchr(ascii, *p);
        str_add(out, level ? blocks[level - ascii] : "x");
    }
}

void sparkline_whole(const struct curve *c, int width, bool unicode, struct str *out)
{
    if (!c || !c->used || width < 1) return;
    draw(c, 0, (uint32_t)width < c->used ? (uint32_t)width : c->used, unicode, out);
}
