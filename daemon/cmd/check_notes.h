/* check_notes - what check says beside the report: restarts. */
#ifndef MLWATCH_CHECK_NOTES_H
#define MLWATCH_CHECK_NOTES_H

#include "../base/model.h"
#include "../base/str.h"
#include "../report/report.h"

/* check_add_seams - one line with the steps at which the run was restarted; nothing when it was not. */
void check_add_seams(const struct view *v, const struct report_options *o, struct str *out);

#endif
