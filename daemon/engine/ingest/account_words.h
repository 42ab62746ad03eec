/* account_words - what the names of columns and the answers in them mean, in the spellings that people use. */
#ifndef MLWATCH_ACCOUNT_WORDS_H
#define MLWATCH_ACCOUNT_WORDS_H

#include <stdbool.h>

enum meaning { NONE, TEXT, SYMPTOMS, FIXES, WORKED, CAUSE, WHEN };

/* account_meaning - of a column's name; NONE when it is none of these. */
enum meaning account_meaning(const char *name);
/* account_time - seconds since 1970, or a date: 2026-01-31, 2026-01-31T14:02:11. False when it is neither. */
bool account_time(const char *text, double *ret);

#endif
