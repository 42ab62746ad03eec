/* excursion - a value leaves its own recent level upwards: when, how far, and whether it came back.
 *
 * The baseline is the median of the last accepted values; a value is judged before it is absorbed, and while an excursion lasts
 * nothing is absorbed (but by a slow one, which is a rise of levels), so that a spike never enters the baseline that judges it. Beside the recent level stands the best level
 * ever reached: a rise too slow for the window is told by a one-sided CUSUM against that (Page 1954, Biometrika 41).
 * A loss may wander without being noisy from one value to the next; so an excursion must also be clearly higher than what came and went by
 * itself before, and a slow rise larger than any that a lower best level undid. Everything is judged on the logarithm (scale.h), where heights are factors, and within one segment. */
#ifndef MLWATCH_EXCURSION_H
#define MLWATCH_EXCURSION_H

#include "../analyzer.h"
#include "past.h"
#include "rolling.h"
#include "scale.h"

enum { EXCURSION_EARLY = 24 };
#define EXCURSION_FADES 0.999 /* a value */

struct excursion_knobs {
    double height_sd;       /* standard deviations above the baseline */
    double height_factor;   /* and at least this factor (1.5 = half as much again) */
    double undone;          /* and at least this share of the progress made since the start (on the scale) */
    double patience_points; /* an excursion longer than this ... */
    double
        level_share; /* of the spread of the recent level that is noise, less what it fell by; 0: half of all of it, for a falling curve spreads too */
    double patience_share; /* ... and than this share of the points so far is no spike any more */
};

enum excursion_change {
    EXCURSION_NONE,
    EXCURSION_STARTED, /* this point is the first outside */
    EXCURSION_GREW,    /* still outside, higher than before */
    EXCURSION_LASTS,   /* still outside */
    EXCURSION_SETTLED, /* outside for longer than patience: told once */
    EXCURSION_RETURNED /* back inside */
};

/* What every value touches comes first, and together. */
struct excursion {
    struct scale scale;
    bool open, settled, slow; /* slow: found by the CUSUM */
    uint16_t segment;         /* a restart is judged afresh */
    uint16_t skipped;         /* accepted values until one enters the window */
    uint64_t n;               /* finite values so far */
    uint64_t accepted;        /* of those, absorbed by the baseline */
    double least_height;      /* log of height_factor, kept */
    double change;        /* average size of their first differences, none counted above four times it: noise without the trend */
    double previous;      /* last accepted value */
    double wander;        /* how far accepted values stood above their level, at most; it fades */
    double initial;       /* level at the start, on the scale */
    double best, best_sd; /* lowest level reached, on the scale, and the noise there */
    double highest;       /* level since the best one */
    double undone;        /* the largest rise of the level that came to nothing: a lower best followed */
    double cusum;
    int64_t cusum_step;
    uint64_t cusum_line;
    struct rolling base; /* accepted values */

    double from, sd, peak, last; /* of the open or last excursion, on the scale */
    double level;                /* recent level inside it: an average of about five values */
    int64_t onset_step, peak_step, last_step;
    uint64_t onset_line, last_line, length, back;
    double above; /* level at the start as logged, of the values before the first negative one; 0 for none */
};
/* The first values that it was given, on the scale: what the start is judged by. They stand in the past of the series, not in the state. */
struct excursion_start {
    double value[EXCURSION_EARLY];
    int64_t step[EXCURSION_EARLY];
    uint64_t line[EXCURSION_EARLY];
    size_t n;
};

/* excursion_add - judge one finite value, then absorb it. O(ROLLING_MAX). */
enum excursion_change excursion_add(struct excursion *e, const struct excursion_knobs *k, const struct point *p);
/* excursion_passes - absorb a value that is within the noise of its level, and of which nothing is to be told: nearly all of a long series.
 * False, with nothing changed, for any other: excursion_add. O(1), about 3 ns. */
static inline bool excursion_passes(struct excursion *e, const struct excursion_knobs *k, const struct point *p)
{
    if (!e->skipped || e->open || e->scale.linear || p->segment != e->segment) return false;
    if (!(p->value >= 0) || !p->past || p->past->newest != p->value || e->base.n < ROLLING_MAX) return false;
    double y = p->past->log, level = rolling_median(&e->base), least = k->undone * (e->initial - level);
    double size = fabs(y - e->previous), most = 4 * e->change, fades = EXCURSION_FADES * e->wander;
    if (y - level > (least > e->least_height ? least : e->least_height)) return false;
    e->wander = fades > y - level ? fades : y - level;
    e->change += 1.0 / 16 * ((size > most ? most : size) - e->change);
    e->previous = y;
    e->n++, e->accepted++, e->skipped--;
    return true;
}
/* excursion_height_sd, _factor - of the open or last excursion's peak over its baseline. */
double excursion_height_sd(const struct excursion *e);
double excursion_factor(const struct excursion *e);
/* excursion_first - the first values of a series that is judged on the logarithm.
 *   past      of the series, in this segment
 *   returns   false without one (NULL), and where it holds single values no more */
bool excursion_first(const struct excursion *e, const struct past *past, struct excursion_start *ret);
/* excursion_early - was there a peak among the first values, before a baseline existed? Fills in the excursion (closed, or open when it did
 * not come back) and says so. Call when n reaches EXCURSION_EARLY, or at the end of a shorter series of at least 8 values.
 *   past    as excursion_first has it; start: the first values, written when there was a peak */
bool excursion_early(struct excursion *e, const struct excursion_knobs *k, const struct past *past,
                     struct excursion_start *start);
/* excursion_recedes - is the value on its way back: has the recent level lost a third of the height? */
bool excursion_recedes(const struct excursion *e);
/* excursion_confidence - that it is no noise: 0.7 at the threshold, towards 0.99 far above. */
double excursion_confidence(const struct excursion *e, const struct excursion_knobs *k);

/* excursion_finding - a finding of this kind about the open or last excursion: where it lies, how sure it is, and "from" and "to" as
 * evidence. Phase, episode and severity are the caller's to set. */
struct finding excursion_finding(const struct excursion *e, const struct excursion_knobs *k, const char *kind,
                                 const struct series *series);

#endif
