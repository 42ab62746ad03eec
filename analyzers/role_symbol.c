/* role_symbol - see role_symbol.h. The symbols: Goodfellow, Bengio, Courville 2016, Deep Learning, "Notation", and 4.3 and 8.3 for J, g and
 * its norm; L and η are Bishop's. */
#include "role_symbol.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "role_words.h"

enum { PARTS_MAX = 2, BARS_MAX = 2 };

static const struct {
    const char *symbol, *words;
} plain[] = {{"L", "loss"}, {"J", "loss"}, {"ℒ", "loss"}, {"ℓ", "loss"}, {"η", "lr"}},
  normed[] = {{"g", "grad norm"},        {"G", "grad norm"},         {"grad", "grad norm"},    {"grads", "grad norm"},
              {"gradient", "grad norm"}, {"∇", "grad norm"},         {"∇L", "grad norm"},      {"∇J", "grad norm"},
              {"dL", "grad norm"},       {"w", "weight norm"},       {"W", "weight norm"},     {"θ", "weight norm"},
              {"theta", "weight norm"},  {"weights", "weight norm"}, {"params", "weight norm"}};

/* bars - the bytes of "|" or "||" or "‖" at p. */
static size_t bars(const char *p, size_t n)
{
    static const char norm[] = "‖";
    if (n >= sizeof norm - 1 && memcmp(p, norm, sizeof norm - 1) == 0) return sizeof norm - 1;
    size_t i = 0;
    while (i < n && i < BARS_MAX && p[i] == '|') i++;
    return i;
}

static bool is(const char *symbol, const char *p, size_t n) { return strlen(symbol) == n && memcmp(symbol, p, n) == 0; }

/* words_of - what the n bytes at p stand for, NULL for nothing. */
static const char *words_of(const char *p, size_t n)
{
    size_t k = bars(p, n);
    bool closed = k && n > 2 * k && memcmp(p, p + n - k, k) == 0;
    for (size_t i = 0; closed && i < sizeof normed / sizeof *normed; i++)
        if (is(normed[i].symbol, p + k, n - 2 * k)) return normed[i].words;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (is(plain[i].symbol, p, n)) return plain[i].words;
    return NULL;
}

static bool is_split(const char *p, size_t n)
{
    char text[WORD_BYTES];
    struct role_words w;
    if (n >= sizeof text) return false;
    memcpy(text, p, n);
    text[n] = 0;
    role_words_cut(text, false, &w);
    return w.n == 1 && role_words_split(&w) != SPLIT_NONE;
}

const char *role_symbol_spelled(const char *name, char *out, size_t size)
{
    static const char between[] = " _/.-()";
    const char *spelled = NULL, *split = NULL;
    size_t n_split = 0, parts = 0;
    for (const char *p = name; *p; parts++) {
        size_t n = strcspn(p, between);
        const char *words = words_of(p, n);
        if (parts == PARTS_MAX || (words ? spelled : split) != NULL || (!words && !is_split(p, n))) return name;
        if (words) spelled = words;
        else split = p, n_split = n;
        p += n;
        p += strspn(p, between);
    }
    int n = spelled ? snprintf(out, size, "%.*s%s%s", (int)n_split, split ? split : "", split ? " " : "", spelled) : 0;
    return n > 0 && (size_t)n < size ? out : name;
}
