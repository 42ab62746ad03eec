/* memory_incident - an incident as the memory keeps it: what was told, its causes, the fixes offered, the words by which it is found. */
#ifndef MLWATCH_MEMORY_INCIDENT_H
#define MLWATCH_MEMORY_INCIDENT_H

#include "../base/str.h"
#include "gate.h"

/* memory_incident - the row; its texts are those of the news and the view. The caller adds the run.
 *   text   empty; gets the words to search, and is to live as long as the row */
struct incident_row memory_incident(const struct incident_news *n, const struct view *v, struct str *text);

#endif
