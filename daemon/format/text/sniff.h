/* text_sniff - is a file the console output of a training? */
#ifndef MLWATCH_TEXT_SNIFF_H
#define MLWATCH_TEXT_SNIFF_H

#include "../format.h"

extern const struct format format_text;

/* text_sniff - struct format's sniff: 40 and more when the head holds records, 20 and more when it tells failures or is named like
 * a log; source code and documents stay below. Cost: reads the head, and allocates up to 256 KiB while it does. */
int text_sniff(const char *path, struct span head);

#endif
