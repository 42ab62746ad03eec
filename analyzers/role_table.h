/* role_table - the names that training tools give to their numbers, as data: the first row that fits a name has it, table after table. */
#ifndef MLWATCH_ROLE_TABLE_H
#define MLWATCH_ROLE_TABLE_H

#include "role.h"

enum how { WHOLE, LAST, FIRST }; /* the row is the whole name, or its last or first words */

struct role_row {
    const char *words; /* lower case, one blank between them; NULL ends its table */
    enum how how;
    enum role train, eval; /* by the split that the name tells; train where it tells none */
    enum better better;
    bool bounded;
    const char *metric, *unit; /* metric NULL: the name without its split */
};

extern const struct role_row *const role_tables[]; /* NULL ends the list */

#endif
