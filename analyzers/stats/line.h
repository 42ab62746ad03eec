/* line - a straight line through values as they come (least squares), and how nearly they lie on it. */
#ifndef MLWATCH_LINE_H
#define MLWATCH_LINE_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct line {
    double n, x, y, xx, xy, yy; /* sums */
};

static inline void line_begin(struct line *l) { memset(l, 0, sizeof *l); }
/* line_add - x is best counted from where the line begins. O(1) */
static inline void line_add(struct line *l, double x, double y)
{
    l->n++, l->x += x, l->y += y, l->xx += x * x, l->xy += x * y, l->yy += y * y;
}
static inline double line_slope(const struct line *l)
{
    double xx = l->n * l->xx - l->x * l->x;
    return xx > 0 ? (l->n * l->xy - l->x * l->y) / xx : 0;
}
static inline double line_at(const struct line *l, double x) { return (l->y + line_slope(l) * (l->n * x - l->x)) / l->n; }
/* line_is_straight - share: of the variance of y, that the line tells at least. */
static inline bool line_is_straight(const struct line *l, double share)
{
    double xx = l->n * l->xx - l->x * l->x, xy = l->n * l->xy - l->x * l->y, yy = l->n * l->yy - l->y * l->y;
    return xx > 0 && yy > 0 && xy * xy >= share * xx * yy;
}

#endif
