/* csv_sniff - is a file a table of a training log? */
#ifndef MLWATCH_CSV_SNIFF_H
#define MLWATCH_CSV_SNIFF_H

#include "../../base/span.h"

/* csv_sniff - a format's sniff: rows of one width with numbers in them, and a header that has a name of training, as a data set has
 * none. A header alone is a table only by the file's name; a file that is not named so needs three rows, two columns, and mostly
 * numbers. */
int csv_sniff(const char *path, struct span head);

#endif
