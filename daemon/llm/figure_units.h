/* figure_units - what the numbers of a text count, as it stands behind them or before them. Of figures.c, and nobody else. */
#ifndef MLWATCH_FIGURE_UNITS_H
#define MLWATCH_FIGURE_UNITS_H

#include <strings.h>

#include "../base/span.h"

enum unit {
    UNIT_NONE,
    UNIT_PERCENT,
    UNIT_TIMES,
    UNIT_STEP,
    UNIT_EPOCH,
    UNIT_EPISODE,
    UNIT_RECORD,
    UNIT_SAMPLE,
    UNIT_BATCH,
    UNIT_LINE,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_KB,
    UNIT_MB,
    UNIT_GB,
    UNIT_SD
};

static inline bool figure_is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/* figure_is_word - the same letters, large or small. */
static inline bool figure_is_word(struct span a, const char *b) { return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0; }

/* figure_unit_behind - the unit that stands at i, and where it ends; i itself for none. */
size_t figure_unit_behind(struct span t, size_t i, enum unit *ret);
/* figure_unit_before - that of a number at i: "step 414", "steps: 414", "by a factor of 5", "×5". */
enum unit figure_unit_before(struct span t, size_t i);

#endif
