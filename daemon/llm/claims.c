#include "claims.h"

#include <ctype.h>
#include <strings.h>

enum { SUBJECT_WORDS = 2, LETTERS_COUNTED = 4, LETTERS_COMPARED = 5 };
#define SUBJECT_SHARE 0.6 /* of a sentence's words that stand in what it cites */

/* ---- words ----------------------------------------------------------------------------------------------------------------- */

static bool is_letter(char c) { return isalpha((unsigned char)c) != 0 && (unsigned char)c < 0x80; }

/* The next run of letters, apostrophes within; false behind the last. */
static bool next_word(struct span *rest, struct span *ret)
{
    while (rest->n && !is_letter(rest->p[0])) *rest = span_from(*rest, 1);
    size_t n = 0;
    while (n < rest->n && (is_letter(rest->p[n]) || (rest->p[n] == '\'' && n + 1 < rest->n && is_letter(rest->p[n + 1])))) n++;
    *ret = (struct span){rest->p, n};
    *rest = span_from(*rest, n);
    return n > 0;
}

static bool begins(struct span word, const char *stem)
{
    const size_t n = strlen(stem);
    const bool whole = stem[n - 1] == '$';
    return whole ? word.n == n - 1 && strncasecmp(word.p, stem, n - 1) == 0 : word.n >= n && strncasecmp(word.p, stem, n) == 0;
}

static bool has_stem(struct span text, const char *const *stems)
{
    struct span word;
    for (struct span rest = text; next_word(&rest, &word);) {
        if (word.n > 3 && strncasecmp(word.p + word.n - 3, "n't", 3) == 0) word = span_of("not");
        for (size_t i = 0; stems[i]; i++)
            if (begins(word, stems[i])) return true;
    }
    return false;
}

/* ---- direction and certainty ----------------------------------------------------------------------------------------------- */

static const char *const up[] = {"rise$", "rises$", "rising", "rose$",  "risen$", "rais",  "increas", "grow",
                                 "grew$", "higher", "climb",  "explod", "explos", "surg",  "jump",    "upward",
                                 "up$",   "soar",   "large",  "spike",  "above$", "high$", NULL};
static const char *const down[] = {"fall$",   "falls$",   "fell$",  "falling", "fallen",  "drop$",    "drops$",
                                   "dropped", "dropping", "lower",  "reduc",   "decreas", "shrink",   "shrank",
                                   "small",   "cut$",     "cuts$",  "cutting", "declin",  "downward", "down$",
                                   "less$",   "descend",  "vanish", "below$",  "low$",    NULL};
static const char *const nots[] = {"not$", "no$",  "never$", "none$",   "without$", "cannot$", "nothing$", "neither$",
                                   "nor$", "lack", "absent", "missing", "unable",   "nobody$", "unless$",  NULL};
static const char *const well[] = {"health",  "fine$",  "normal", "stable", "converg",  "succe",
                                   "recover", "improv", "good$",  "safe",   "correct$", NULL};
static const char *const *const directions[] = {up, down, nots, well};
static const char *const open_words[] = {"could$", "may$",  "might$",  "perhaps$",  "possibl",    "potential",
                                         "maybe$", "guess", "suspect", "candidate", "alternativ", NULL};

bool claims_directions_hold(struct span said, struct span known)
{
    for (size_t i = 0; i < sizeof directions / sizeof *directions; i++)
        if (has_stem(said, directions[i]) && !has_stem(known, directions[i])) return false;
    return true;
}

bool claims_are_open(struct span text) { return has_stem(text, open_words); }

/* ---- subject --------------------------------------------------------------------------------------------------------------- */

static const char *const common[] = {
    "this$",  "that$",    "these$",  "those$",  "with$",   "from$",    "have$",   "been$",   "were$",    "which$",  "because$",
    "when$",  "then$",    "also$",   "than$",   "they$",   "there$",   "their$",  "will$",   "would$",   "should$", "could$",
    "about$", "into$",    "such$",   "some$",   "more$",   "very$",    "while$",  "where$",  "after$",   "before$", "since$",
    "being$", "does$",    "times$",  "time$",   "fold$",   "percent$", "factor$", "hundred", "thousand", "million", "twice$",
    "doubl",  "roughly$", "around$", "nearly$", "almost$", "approxim", NULL};
/* What a sentence is about: none of these comes into it that no cited fact speaks of. */
static const char *const terms[] = {
    "gradient", "validat",  "accura",     "overfit",  "underfit", "optimi", "precision", "batch",     "label",
    "layer",    "weight",   "checkpoint", "seed",     "schedul",  "warm",   "clip",      "generator", "discriminat",
    "policy",   "reward",   "entropy",    "hardware", "gpu",      "disk",   "overflow",  "normali",   "initiali",
    "dropout",  "regulari", "learning",   "embed",    "token",    "vocab",  "dataset",   "data$",     "momentum",
    "decay",    "augment",  "architect",  "loss$",    "losses$",  "nan$",   "infinit",   "driver",    "memory$",
    "network",  "depth",    "critic",     "adversar", "finetun",  NULL};

static bool has_word_like(struct span text, struct span word)
{
    struct span other;
    const size_t n = word.n < LETTERS_COMPARED ? word.n : LETTERS_COMPARED;
    for (struct span rest = text; next_word(&rest, &other);)
        if (other.n >= n && strncasecmp(other.p, word.p, n) == 0) return true;
    return false;
}

static bool is_any(struct span word, const char *const *stems)
{
    for (size_t i = 0; stems[i]; i++)
        if (begins(word, stems[i])) return true;
    return false;
}

bool claims_terms_hold(struct span said, struct span known)
{
    for (size_t i = 0; terms[i]; i++) {
        const char *const one[] = {terms[i], NULL};
        if (has_stem(said, one) && !has_stem(known, one)) return false;
    }
    return true;
}

/* Words of direction and certainty are judged above, and paraphrased freely: they count neither way. */
bool claims_are_about(struct span said, struct span known)
{
    size_t words = 0, shared = 0;
    struct span word;
    for (struct span rest = said; next_word(&rest, &word);) {
        bool counts = word.n >= LETTERS_COUNTED && !is_any(word, common) && !is_any(word, open_words);
        for (size_t d = 0; d < sizeof directions / sizeof *directions; d++) counts = counts && !is_any(word, directions[d]);
        words += counts;
        shared += counts && has_word_like(known, word);
    }
    const size_t least = words > SUBJECT_WORDS ? SUBJECT_WORDS : words ? words : 1;
    return shared >= least && (double)shared >= SUBJECT_SHARE * (double)words;
}
