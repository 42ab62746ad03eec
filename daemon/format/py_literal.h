/* py_literal - a Python literal as JSON, byte for byte: what str(history.history) and print() make of a dict, and what json.dump() makes of such a text.
 *
 *   {'loss': [2.5, nan], 'lr': None}     {"loss": [2.5, nan], "lr": null}
 *   "{'loss': [2.5, 1.25]}"               {"loss": [2.5, 1.25]}
 * Every byte has its place, so lines and offsets stay. A key with an apostrophe in it comes out wrong, and ends the document. */
#ifndef MLWATCH_PY_LITERAL_H
#define MLWATCH_PY_LITERAL_H

#include <stdbool.h>

#include "../base/span.h"

enum py_literal { PY_LITERAL_UNTOLD, PY_LITERAL_NOT, PY_LITERAL_IS };

/* py_literal_of - is this the beginning of one: a dict, quoted or not, whose first key stands in single quotes? Untold while all that
 * is there are the marks and blanks before that key, in the first FORMAT_HEAD_BYTES. */
enum py_literal py_literal_of(struct span head);
static inline bool py_literal_is(struct span head) { return py_literal_of(head) == PY_LITERAL_IS; }
/* py_literal_json - s.n bytes into to; any part of a literal may be turned alone, but for one that ends within None. */
void py_literal_json(struct span s, char *to);

#endif
