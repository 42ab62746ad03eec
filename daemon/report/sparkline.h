/* sparkline - one line of block characters; see report_sparkline for the last buckets of a curve. */
#ifndef MLWATCH_REPORT_SPARKLINE_H
#define MLWATCH_REPORT_SPARKLINE_H

#include "report.h"

/* sparkline_whole - the whole curve in at most width cells: buckets are joined by their means; a cell with a NaN is 'x'. */
void sparkline_whole(const struct curve *c, int width, bool unicode, struct str *out);
/* curve_range - smallest and largest finite value of a curve; false when it has none. */
bool curve_range(const struct curve *c, double *min, double *max);

#endif
