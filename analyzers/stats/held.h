/* held - a value that goes beyond a bound and stays there: for quantities whose bound is known, or set by their own first values.
 *
 * One value beyond is no trouble and one within is no recovery: it is told once so many values in a row, and such a share of the
 * series, were beyond, and it is over when HELD_BACK values in a row were not. O(1), about 4 ns. */
#ifndef MLWATCH_HELD_H
#define MLWATCH_HELD_H

#include "../analyzer.h"

enum { HELD_BACK = 5 };
enum held_change { HELD_NONE, HELD_BEGINS, HELD_GOES_ON, HELD_OVER };
struct held {
    uint64_t points, row, back; /* back: values within the bound in a row, since one was beyond */
    int64_t onset_step, last_step;
    uint64_t onset_line, last_line;
    uint32_t episode;
    uint16_t segment;
    bool open;
};

/* held_add - one finite value.
 *   beyond                  is it beyond the bound?
 *   min_points, min_share   how many in a row, and which share of all values so far, must have been
 *   returns                 HELD_GOES_ON when the row has doubled: time to tell how it stands */
enum held_change held_add(struct held *h, const struct point *p, bool beyond, double min_points, double min_share);

/* held_finding - what was found at p: place and phase; severity is SEVERITY_INFO and confidence 0.8 until the caller says more. */
struct finding held_finding(const struct held *h, const char *kind, enum held_change change, const struct point *p);

#endif
