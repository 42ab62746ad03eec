/* text_curves - the curves of a run as lines of a terminal. */
#ifndef MLWATCH_REPORT_TEXT_CURVES_H
#define MLWATCH_REPORT_TEXT_CURVES_H

#include "../base/model.h"
#include "page.h"

/* text_curves - a heading and one line a series, in the order a person reads them: name, sparkline, extremes, last value. Nothing when
 * there is none. */
void text_curves(struct page *p, const struct view *v);

#endif
