/* text_stamp - the date and time that a logger puts in front of a message: ISO 8601 and its kin, a clock time alone, months by name as syslog, ctime and
 * HTTP servers write them. */
#ifndef MLWATCH_TEXT_STAMP_H
#define MLWATCH_TEXT_STAMP_H

#include "../../base/span.h"

/* text_stamp_length - bytes of a date and time, or of a clock time alone, at the start of s; 0 for none. O(1) */
size_t text_stamp_length(struct span s);
/* text_stamp_time - the time of one, in seconds since 1970, UTC assumed: ISO 8601 with a blank or a T, '/' for '-', with or without a fraction; else
 * NaN. */
double text_stamp_time(struct span stamp);

#endif
