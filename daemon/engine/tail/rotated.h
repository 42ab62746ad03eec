/* tail_rotated - is a file beside a log the log as it was once, going by its name?
 *
 * Names                                             who writes them
 *   log.1 log.2 ...          the oldest has the highest number   logrotate, Python's RotatingFileHandler
 *   log-20260102 log.2026-01-02_10-00 log-1767312000             logrotate dateext, TimedRotatingFileHandler
 *   run.2026-01-02_10-00-00_000000.log run-20260102.log          loguru, logrotate's `extension`
 *   log.old log.bak log~                                         hands
 * and each of them, and the log itself, with .gz or .zst behind it. */
#ifndef MLWATCH_TAIL_ROTATED_H
#define MLWATCH_TAIL_ROTATED_H

#include <stdbool.h>

#include "../../base/span.h"

enum rotation { NOT_ROTATED, SAVED, NUMBERED, DATED };
struct rotated {
    enum rotation how;
    struct span stamp; /* of the other name: "1", "2026-01-02_10-00-00" */
    bool packed;
};

/* rotated_name - what the other name is beside this one; neither has a directory. */
struct rotated rotated_name(struct span name, struct span other);
/* rotated_without - the name without this suffix; the same where it has another one, or nothing else. */
struct span rotated_without(struct span name, const char *suffix);

#endif
