/* str - a growing text buffer, always NUL-terminated. A str whose memory ran out keeps what it has and sets `failed`. */
#ifndef MLWATCH_STR_H
#define MLWATCH_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct str {
    char *p;
    size_t n, cap;
    bool failed;
};

void str_done(struct str *s);                  /* free; takes NULL; the str may be used again */
void str_clear(struct str *s);                 /* empty, memory kept */
void str_add(struct str *s, const char *text); /* NULL adds nothing */
void str_add_span(struct str *s, struct span text);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* str_add_printable - add text that came from a log so that a terminal shows it and obeys none of it: C0, C1, DEL and
 * bidirectional controls and invalid UTF-8 become '?'; tab and newline become a space; at most max characters, then "…". */
void str_add_printable(struct str *s, struct span text, size_t max);
/* str_add_number - the shortest decimal that a person would write: 4 significant digits, NaN, Infinity, -Infinity. */
void str_add_number(struct str *s, double value);
/* str_take - hand the heap buffer over; the str is empty afterwards; never NULL unless memory ran out. */
char *str_take(struct str *s);
/* str_dup - a heap copy of a span; NULL when memory ran out. */
char *str_dup(struct span text);

#endif
