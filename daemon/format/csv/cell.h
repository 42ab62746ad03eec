/* csv_cell - the grammar of a table: where a record ends, where a cell ends, what a cell holds. RFC 4180, with blanks around cells.
 *
 *   record  = cell *( delimiter cell ) ( \n | \r\n )
 *   cell    = blanks '"' *( any byte but '"' | '""' ) '"' ... | any bytes but delimiter and \n
 * A quote opens only at the start of a cell. */
#ifndef MLWATCH_CSV_CELL_H
#define MLWATCH_CSV_CELL_H

#include <stdbool.h>

#include "../../base/span.h"

struct csv_row {
    const char *p, *end;
    char delimiter;
    bool more; /* a cell follows, an empty one perhaps; true at the start */
};
struct csv_cell {
    struct span span;
    bool quoted;
}; /* trimmed, without its quotes; doubled quotes stay doubled */
enum csv_content { CSV_NUMBER, CSV_MISSING, CSV_TEXT };
struct csv_shape {
    size_t cells, numbers, texts;
    bool whole_first; /* the first cell is a count */
};

/* csv_row_end - the newline that ends the record at p, or NULL while it is not there; one within quotes does not end it.
 *   delimiter  0 while it is unknown. Cost: O(end - p) when the record has a quote, else up to the newline */
const char *csv_row_end(const char *p, const char *end, char delimiter);
/* csv_trim - a record without its end and the blanks around it; a tab in front is an empty cell and stays. */
struct span csv_trim(const char *p, const char *end);
/* csv_next - the next cell of a record; call while row->more. */
struct csv_cell csv_next(struct csv_row *row);
/* csv_content - what a cell's text is; *value is written for CSV_NUMBER. Booleans count as missing; between semicolons a comma may be the
 * decimal point. */
enum csv_content csv_content(struct span text, char delimiter, double *value);
bool csv_missing(struct span text);
/* csv_unquote - a cell's text with doubled quotes made single; at most max bytes. Returns the bytes written. */
size_t csv_unquote(struct csv_cell cell, char *to, size_t max);
/* csv_count - how often a character stands outside quotes. */
size_t csv_count(struct span record, char character);
/* csv_delimiter - which of , tab ; | a record has most of; ',' when it has none. */
char csv_delimiter(struct span record);
/* csv_delimiter_or_blank - the same; ' ' when it has none but blanks: then any run of blanks parts two cells. */
char csv_delimiter_or_blank(struct span record);
/* csv_shape - how many cells of which content a record has. */
struct csv_shape csv_shape(struct span record, char delimiter);

/* csv_alternates - "epoch;3;loss;0.5": is each number preceded by its name, in a record of two numbers or more? */
bool csv_alternates(struct span record, char delimiter);

#endif
