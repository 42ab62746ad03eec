/* markdown_timeline - restarts, findings and checkpoints of a run as one table in the order of their steps. */
#ifndef MLWATCH_REPORT_MARKDOWN_TIMELINE_H
#define MLWATCH_REPORT_MARKDOWN_TIMELINE_H

#include "../base/model.h"
#include "../base/str.h"

/* markdown_timeline - heading and table; nothing when nothing happened. Of many checkpoints the last ones. */
void markdown_timeline(const struct view *v, struct str *s);

#endif
