/* json - jansson, and the two things it lacks: numbers that are not finite, and text that is not UTF-8. */
#ifndef MLWATCH_JSON_H
#define MLWATCH_JSON_H

#include <jansson.h>

#include "span.h"

/* json_number - a real; "NaN", "Infinity" or "-Infinity" as a string when it is not finite (interface of mlwatch.check/1). */
json_t *json_number(double value);
/* json_text - a string of hostile bytes: invalid UTF-8 becomes '?', NUL ends it; NULL gives null. */
json_t *json_text(const char *text);

#endif
