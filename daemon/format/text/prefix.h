/* text_prefix - one line of a console log without what launchers and loggers put in front of the message. */
#ifndef MLWATCH_TEXT_PREFIX_H
#define MLWATCH_TEXT_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "../../base/span.h"

enum { TEXT_NO_RANK = -1 };

/* What stood before the message. */
struct text_prefix {
    double time;       /* seconds since 1970, UTC assumed; NaN when there is none or it has no year */
    struct span clock; /* what told the time; empty when nothing did */
    struct span tag;   /* the logger's name behind a time or level: "train_inner", "valid"; empty when there is none */
    struct span label; /* "[Eval] " at the start: what the line is about; empty when there is none */
    int64_t rank;      /* of the process that wrote the line: "[rank3]:", "(worker pid=71)"; TEXT_NO_RANK when nothing says it */
    int64_t front;     /* a bare number in front, "3: loss=0.5": a rank or a step (text/rank.h); TEXT_NO_RANK for none */
    bool indented;     /* blanks before the message itself: a traceback's frames have them, its last line has not */
};

/* text_unprefix - the message behind rank, time, level and logger.
 *   prefix   filled in; its spans point into line
 *   Cost     O(prefix); stops at the first thing it does not know */
struct span text_unprefix(struct span line, struct text_prefix *prefix);

#endif
