/* opt - command-line options from a table: long and short names, values, repeats, anywhere before "--". */
#ifndef MLWATCH_OPT_H
#define MLWATCH_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

struct opt {
    const char *name;
    char letter;
    const char *value;
    const char *help;
}; /* value: its placeholder, NULL for a flag */

enum { OPT_MAX = 64 };
struct opt_result {
    const struct opt *table;
    int n_given;
    struct {
        int index;
        const char *value;
    } given[OPT_MAX];
    char **words; /* what is no option, in order; those behind "--" too */
    int n_words;
};

/* opt_parse - argv[0] is the first argument. words points into a copy that lives as long as argv. E_USAGE says which option is
 * unknown (and the nearest one), lacks its value, or has one too many. */
enum status opt_parse(const struct opt *table, int argc, char **argv, struct opt_result *ret, struct err *err);
/* opt_has, opt_value - was it given; its last value or fallback. */
bool opt_has(const struct opt_result *r, const char *name);
const char *opt_value(const struct opt_result *r, const char *name, const char *fallback);
/* opt_number - the value as a number in [min, max]. */
enum status opt_number(const struct opt_result *r, const char *name, double min, double max, double fallback, double *ret,
                       struct err *err);
/* opt_nearest - the name of a list that word was probably meant to be, or NULL. (Damerau-Levenshtein distance at most 2) */
const char *opt_nearest(const char *word, const char *const *names, size_t n);

#endif
