/* facet - the parts of a question that are conditions, not words: "kind:loss_spike cause:lr_too_high optimizer:adamw lr>1e-3 since:30d".
 *
 * kind, cause and since are of the incident; any setting that causes can name (analyzers/fact_key) is of its run, under any of its
 * spellings. Whatever is none of these stays a word: "loss: nan" is two. */
#ifndef MLWATCH_FACET_H
#define MLWATCH_FACET_H

#include "../../store/store.h"

enum { FACET_SETTINGS_MAX = 8, FACET_BYTES = 64, FACET_WORDS_BYTES = 8192 };

struct facets {
    char words[FACET_WORDS_BYTES];              /* the rest, cut there */
    char kind[FACET_BYTES], cause[FACET_BYTES]; /* "" = any */
    double since;                               /* seconds since 1970; 0 = ever */
    struct facet_setting {
        const char *key; /* canonical; static */
        char relation;   /* ':' has the word, '=' is the number, '<' '>' below, above; 'l' 'g' at most, at least */
        char value[FACET_BYTES];
        double number;
    } settings[FACET_SETTINGS_MAX];
    size_t n_settings;
};

/* facet_since - "30d" ago, or an ISO date; in seconds since 1970. E_USAGE when it is neither. */
enum status facet_since(const char *text, double *ret, struct err *err);
/* facet_parse - split a question. E_USAGE for a `since:` that is no time. Settings beyond FACET_SETTINGS_MAX stay words. */
enum status facet_parse(const char *question, struct facets *ret, struct err *err);
/* facet_settings_hold - does the run have such settings? A setting that it does not have does not hold. Errors: E_STORE. */
enum status facet_settings_hold(const struct facets *f, struct store *s, const char *run_id, bool *ret, struct err *err);

#endif
