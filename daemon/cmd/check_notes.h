/* check_notes - what check says beside the report: restarts, what was passed over, sources that disagree. */
#ifndef MLWATCH_CHECK_NOTES_H
#define MLWATCH_CHECK_NOTES_H

#include "../base/model.h"
#include "../base/str.h"
#include "../engine/scan.h"

/* check_add_seams - one line with the steps at which the run was restarted; nothing when it was not. */
void check_add_seams(const struct view *v, struct str *out);
/* check_add_skips - a list of what was passed over in a directory, and why. */
void check_add_skips(const struct scan *s, struct str *out);

#endif
