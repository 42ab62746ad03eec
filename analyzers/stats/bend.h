/* bend - a learning rate that rises along a straight line from its first value, and then leaves that line upwards, faster and faster.
 *
 * So a warm-up looks that nobody ends. One that is over stands, falls, or rises more slowly; one that curves upwards does so from its start, and
 * never lies on a line. Source: ours. */
#ifndef MLWATCH_BEND_H
#define MLWATCH_BEND_H

#include <stdint.h>

#include "line.h"

#define BEND_STRAIGHT 0.9995 /* of the variance of the rates: three digits of a log are more, the start of a cosine less */
#define BEND_OFF      0.02   /* of the line, that a rate has left it */
#define BEND_WARMED   2.5    /* times its first rate, that the line has come to: of less everything looks straight */
#define BEND_FASTER   1.5    /* times the second rise behind the line, that the newest one is: the first lies partly on it */
enum { BEND_LEAST = 5 /* rates on the line */ };

struct bend {
    struct line line;                     /* through the rates until it was left */
    int64_t from;                         /* its first step */
    double first, last, left, up, newest; /* rates; the second rise behind the line and the newest, a step */
    int64_t last_step, left_step;
    uint32_t rises; /* since it was left; 0 while it was not */
    uint64_t left_line;
    bool over; /* the rate did not rise, or the line was none */
    bool far;  /* for the caller: it has risen far */
};

/* bend_begin - with the first rate. */
static inline void bend_begin(struct bend *b, int64_t step, double rate)
{
    *b = (struct bend){.from = step, .first = rate, .last = rate, .last_step = step};
    line_add(&b->line, 0, rate);
}

/* bend_leave - the newest rate lies beside the line: was it one? */
static inline void bend_leave(struct bend *b, uint64_t line_number)
{
    b->over = b->line.n < BEND_LEAST || b->last < BEND_WARMED * b->first || !line_is_straight(&b->line, BEND_STRAIGHT);
    b->left = b->last, b->left_step = b->last_step, b->left_line = line_number;
}

/* bend_add - one more rate, of a later step. O(1) */
static inline void bend_add(struct bend *b, int64_t step, double rate, uint64_t line_number)
{
    double x = (double)(step - b->from), slope = (rate - b->last) / (double)(step - b->last_step);
    if (!(slope > 0)) b->over = true;
    if (b->over) return;
    if (!b->rises) {
        bool on = b->line.n < 2 || fabs(rate - line_at(&b->line, x)) <= BEND_OFF * rate;
        if (on) line_add(&b->line, x, rate);
        else bend_leave(b, line_number);
        b->rises = !on;
    } else if (++b->rises == 2) b->up = slope;
    b->newest = slope, b->last = rate, b->last_step = step;
}

/* bend_rises - times: where it left the line, that the rate has come to, which is also clearly more than the line would have; rises: in a row. */
static inline bool bend_rises(const struct bend *b, double times, double rises)
{
    if (b->over || b->rises < rises || b->last < times * b->left || b->newest < BEND_FASTER * b->up) return false;
    return b->newest > BEND_FASTER * line_slope(&b->line) && b->last > line_at(&b->line, (double)(b->last_step - b->from));
}

#endif
