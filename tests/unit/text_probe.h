/* text_probe - format_probe.h for console logs that are written out in the test. */
#ifndef MLWATCH_TEXT_PROBE_H
#define MLWATCH_TEXT_PROBE_H

#include "format_probe.h"

/* WITH - the log as it was read; the test closes it. */
#define WITH(doc, name) struct probe *name = probe_text("text", doc)

/* no_points - nothing of it is a record. */
static inline void no_points(const char *doc)
{
    WITH(doc, p);
    if (p->points) fail_msg("not a record, but points were told:\n%s%s", doc, p->text.p);
    probe_close(p);
}

#endif
