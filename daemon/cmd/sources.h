/* sources - check --sources: what each file of a directory was taken for, and why; also those that were passed over. */
#ifndef MLWATCH_SOURCES_H
#define MLWATCH_SOURCES_H

#include "../base/model.h"
#include "../base/str.h"
#include "../engine/scan.h"
#include "../report/report.h"

/* sources_add_text - a list of a run's sources. Those of which the same is to be said are one entry: "rank1.log … rank7.log".
 * Cost: sources x sources */
void sources_add_text(const struct view *v, const struct report_options *o, struct str *out);
/* sources_add_passed - a list of what was passed over in dir, and why; nothing when there is nothing. */
void sources_add_passed(const struct scan *s, const char *dir, const struct report_options *o, struct str *out);
/* sources_add_json - put more into a line of mlwatch.check/1: "seams", where the run was restarted; and with a scan "recognised", one object
 * a file: path, format (null: passed over), why, and the older parts of a rotated log.
 *   from   the run as the scan has it, or NULL when nothing could be read */
void sources_add_json(const struct view *v, const struct scan *s, const struct scan_run *from, struct str *line);

#endif
