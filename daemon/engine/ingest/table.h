/* table - CSV as people's tables have it, cut into rows of fields: RFC 4180, with ';' or tabs as well, quotes doubled within quotes, newlines
 * within quotes. */
#ifndef MLWATCH_TABLE_OF_WORDS_H
#define MLWATCH_TABLE_OF_WORDS_H

#include "../../base/str.h"

enum { TABLE_FIELDS_MAX = 64 };

struct table {
    struct span rest;
    char separator;
    unsigned long long line; /* at which the next row begins, from 1 */
    struct str text;         /* of the row's fields */
    const char *fields[TABLE_FIELDS_MAX];
    size_t n;
    unsigned long long row_line;
    const char *bad; /* why the row cannot be used, static; or NULL */
};

/* table_init - text is borrowed. The separator is that of the three which the first line has most of. */
void table_init(struct table *t, struct span text);
void table_done(struct table *t);
/* table_next - the next row that is not empty, into fields; false at the end. Texts live until the next call. */
bool table_next(struct table *t);

#endif
