#include "opt.h"

#include <stdlib.h>
#include <string.h>

#include "num.h"

enum { WORD_MAX = 40, NEAR = 2 };

/* Damerau-Levenshtein distance with adjacent transpositions (optimal string alignment), over words shorter than WORD_MAX. */
static int distance(const char *a, const char *b)
{
    int d[WORD_MAX + 1][WORD_MAX + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > WORD_MAX || m > WORD_MAX) return WORD_MAX;
    for (size_t i = 0; i <= n; i++) d[i][0] = (int)i;
    for (size_t j = 0; j <= m; j++) d[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

const char *opt_nearest(const char *word, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    int best = NEAR + 1;
    for (size_t i = 0; i < n; i++) {
        int d = distance(word, names[i]);
        if (d < best && d < (int)strlen(names[i])) best = d, nearest = names[i];
    }
    return nearest;
}

static int find_long(const struct opt *table, const char *name, size_t n)
{
    for (int i = 0; table[i].name; i++)
        if (strlen(table[i].name) == n && memcmp(table[i].name, name, n) == 0) return i;
    return -1;
}

static int find_letter(const struct opt *table, char letter)
{
    for (int i = 0; table[i].name; i++)
        if (table[i].letter == letter) return i;
    return -1;
}

static enum status unknown(const struct opt *table, const char *given, struct err *err)
{
    const char *names[OPT_MAX];
    size_t n = 0;
    char bare[WORD_MAX + 1] = "";
    for (; table[n].name && n < OPT_MAX; n++) names[n] = table[n].name;
    strncat(bare, given, strcspn(given, "=") < WORD_MAX ? strcspn(given, "=") : WORD_MAX);
    const char *near = opt_nearest(bare, names, n);
    if (near) return err_set(err, E_USAGE, "there is no option '--%s'; did you mean '--%s'?", bare, near);
    return err_set(err, E_USAGE, "there is no option '--%s'", bare);
}

static enum status add(struct opt_result *r, int index, const char *value, struct err *err)
{
    if (r->n_given == OPT_MAX) return err_set(err, E_USAGE, "too many options (the limit is %d)", OPT_MAX);
    r->given[r->n_given].index = index;
    r->given[r->n_given++].value = value;
    return OK;
}

/* One "--name", "--name=value" or "-x"; *i moves on when the value is the next argument. */
static enum status one(const struct opt *table, int argc, char **argv, int *i, struct opt_result *r, struct err *err)
{
    const char *arg = argv[*i], *equals = NULL;
    bool is_long = arg[1] == '-';
    int index = is_long ? find_long(table, arg + 2, strcspn(arg + 2, "=")) : arg[2] ? -1 : find_letter(table, arg[1]);
    if (is_long) equals = strchr(arg, '=');
    if (index < 0 && !is_long) return err_set(err, E_USAGE, "there is no option '%s'", arg);
    if (index < 0) return unknown(table, arg + 2, err);
    if (!table[index].value) {
        if (equals) return err_set(err, E_USAGE, "option '--%s' takes no value", table[index].name);
        return add(r, index, NULL, err);
    }
    if (equals) return add(r, index, equals + 1, err);
    if (*i + 1 >= argc) return err_set(err, E_USAGE, "option '--%s' needs a value (%s)", table[index].name, table[index].value);
    return add(r, index, argv[++*i], err);
}

enum status opt_parse(const struct opt *table, int argc, char **argv, struct opt_result *r, struct err *err)
{
    *r = (struct opt_result){.table = table, .words = argv}; /* words are moved to the front of argv */
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc) r->words[r->n_words++] = argv[i];
            return OK;
        }
        if (argv[i][0] != '-' || !argv[i][1]) {
            r->words[r->n_words++] = argv[i];
            continue;
        }
        enum status s = one(table, argc, argv, &i, r, err);
        if (s) return s;
    }
    return OK;
}

bool opt_has(const struct opt_result *r, const char *name)
{
    for (int i = 0; i < r->n_given; i++)
        if (strcmp(r->table[r->given[i].index].name, name) == 0) return true;
    return false;
}

const char *opt_value(const struct opt_result *r, const char *name, const char *fallback)
{
    for (int i = r->n_given; i-- > 0;)
        if (strcmp(r->table[r->given[i].index].name, name) == 0) return r->given[i].value;
    return fallback;
}

enum status opt_number(const struct opt_result *r, const char *name, double min, double max, double fallback, double *ret,
                       struct err *err)
{
    const char *text = opt_value(r, name, NULL);
    double value = fallback;
    if (text && (!num_parse(span_of(text), &value) || !(value >= min && value <= max)))
        return err_set(err, E_USAGE, "option '--%s' needs a number from %g to %g, not '%s'", name, min, max, text);
    *ret = value;
    return OK;
}
