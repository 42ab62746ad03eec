#include "ground.h"

#include <ctype.h>
#include <strings.h>

#include "claims.h"
#include "figures.h"
#include "sentences.h"

const char *ground_why(enum ground g)
{
    static const char *const why[GROUND_VERDICTS] = {[GROUND_HOLDS] = "nothing",
                                                     [GROUND_UNREADABLE] = "text that cannot be read",
                                                     [GROUND_CITES_NOTHING] = "citing nothing",
                                                     [GROUND_CITES_UNKNOWN] = "citing what was not retrieved",
                                                     [GROUND_NUMBER] = "a number that what it cites lacks",
                                                     [GROUND_NAME] = "a name that what it cites lacks",
                                                     [GROUND_DIRECTION] = "turning round what it cites",
                                                     [GROUND_CERTAINTY] = "being surer than what it cites",
                                                     [GROUND_SUBJECT] = "speaking of something else than what it cites"};
    return g < GROUND_VERDICTS ? why[g] : "";
}

/* ---- what it cites --------------------------------------------------------------------------------------------------------- */

/* Numbers in one bracket, as bits; returns its bytes, 0 when it is no such bracket. */
static size_t read_bracket(struct span t, size_t n_facts, uint32_t *cited, bool *unknown)
{
    unsigned number = 0;
    bool digits = false;
    size_t i = 1;
    if (!t.n || t.p[0] != '[') return 0;
    for (; i < t.n && (isdigit((unsigned char)t.p[i]) || strchr(", ]", t.p[i])); i++) {
        if (isdigit((unsigned char)t.p[i])) {
            number = number > 1000 ? number : 10 * number + (unsigned)(t.p[i] - '0');
            digits = true;
            continue;
        }
        if (digits && number >= 1 && number <= n_facts) *cited |= UINT32_C(1) << (number - 1);
        else if (digits) *unknown = true;
        number = 0, digits = false;
        if (t.p[i] == ']') return i + 1;
    }
    return 0;
}

/* The sentence without its brackets. */
static void split(struct span t, size_t n_facts, struct str *plain, uint32_t *cited, bool *unknown)
{
    while (t.n) {
        size_t n = read_bracket(t, n_facts, cited, unknown);
        if (!n) str_add_span(plain, (struct span){t.p, n = 1});
        t = span_from(t, n);
        while (t.n && plain->n && plain->p[plain->n - 1] == ' ' && strchr(" .,;:!?", t.p[0])) plain->p[--plain->n] = 0;
    }
    while (plain->n && strchr(". \n", plain->p[plain->n - 1])) plain->p[--plain->n] = 0;
    size_t lead = 0;
    while (lead < plain->n && strchr(" ,.;:-", plain->p[lead])) lead++;
    if (!lead) return;
    memmove(plain->p, plain->p + lead, plain->n - lead + 1);
    plain->n -= lead;
}

/* What the facts say, and what they are called. */
struct known {
    struct str text, names;
};

static void add_cited(const struct ground_fact *facts, size_t n, uint32_t cited, struct known *k)
{
    for (size_t i = 0; i < n; i++) {
        if (!(cited >> i & 1)) continue;
        str_addf(&k->text, "%s\n", facts[i].text);
        str_addf(&k->names, "%s\n%s\n", facts[i].text, facts[i].cites ? facts[i].cites : "");
    }
}

/* ---- numbers --------------------------------------------------------------------------------------------------------------- */

static bool numbers_hold(struct span said, struct span known)
{
    struct figure s[FIGURES_MAX], k[FIGURES_MAX];
    const size_t n_said = figures_of(said, s), n_known = figures_of(known, k);
    for (size_t i = 0; i < n_said; i++) {
        bool found = false;
        for (size_t j = 0; j < n_known && !found; j++) found = figures_match(&s[i], &k[j]);
        if (!found) return false;
    }
    return n_said < FIGURES_MAX;
}

/* ---- names ----------------------------------------------------------------------------------------------------------------- */

static bool contains(struct span text, struct span part)
{
    for (size_t i = 0; i + part.n <= text.n; i++)
        if (strncasecmp(text.p + i, part.p, part.n) == 0) return true;
    return false;
}

static bool is_letter(char c) { return isalpha((unsigned char)c) != 0 && (unsigned char)c < 0x80; }
static bool is_wide(char c) { return (unsigned char)c >= 0x80; }
static bool is_mark(char c) { return strchr("()\"'`,;:!?.[]", c) != NULL; }

/* Bytes of a typographer's mark at the beginning: it is part of no word. */
static size_t typographic(struct span t)
{
    static const char *const marks[] = {"\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9C", "\xE2\x80\x9D",
                                        "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\xA6", "\xE2\x86\x92",
                                        "\xE2\x89\xA5", "\xE2\x89\xA4", "\xE2\x89\x88", "\xC2\xA0"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (span_starts(t, marks[i])) return strlen(marks[i]);
    return 0;
}

/* Letters of English, joined by hyphens and apostrophes at most. */
static bool is_plain_word(struct span w)
{
    for (size_t i = 0, mark; i < w.n; i += mark ? mark : 1) {
        mark = typographic(span_from(w, i));
        const bool joint = i && i + 1 < w.n && strchr("-'", w.p[i]) && is_letter(w.p[i + 1]);
        if (!mark && !joint && !is_letter(w.p[i])) return false;
    }
    return true;
}

/* Capitals within a word make a name of it: AdamW, ResNet, NCCL; at its beginning they do not. */
static bool has_inner_capital(struct span w)
{
    for (size_t i = 1; i < w.n; i++)
        if (isupper((unsigned char)w.p[i]) && w.p[i - 1] != '-') return true;
    return false;
}

/* A number with its unit is judged as a number; an operator or a dash between words is none of either. */
static bool is_figure(struct span w)
{
    struct figure f[FIGURES_MAX];
    if (w.n && strchr("+-~<>=", w.p[0]) && w.n > 1) w = span_from(w, 1);
    for (size_t i = 0; i < w.n; i++)
        if (strchr("_/\\@#{}|$&;<>", w.p[i])) return false;
    return w.n && (isdigit((unsigned char)w.p[0]) || (w.p[0] == '.' && w.n > 1) || is_wide(w.p[0])) && figures_of(w, f) > 0;
}

static bool names_hold(struct span said, struct span known)
{
    while (said.n) {
        size_t n = 0;
        while (n < said.n && !span_blank_char(said.p[n])) n++;
        struct span w = {said.p, n};
        said = span_from(said, n + 1);
        while (w.n && is_mark(w.p[0])) w = span_from(w, 1);
        while (w.n && is_mark(w.p[w.n - 1])) w.n--;
        if (w.n > 2 && w.p[w.n - 2] == '\'' && w.p[w.n - 1] == 's') w.n -= 2;
        const bool plain = (is_plain_word(w) && !has_inner_capital(w)) || is_figure(w) || span_is(w, "-") || span_is(w, "=") ||
                           span_is(w, "e.g") || span_is(w, "i.e");
        if (w.n && !plain && !contains(known, w)) return false;
    }
    return true;
}

/* ---- certainty ------------------------------------------------------------------------------------------------------------- */

static bool certainty_holds(const struct ground_fact *facts, size_t n, uint32_t cited, struct span said)
{
    for (size_t i = 0; i < n; i++)
        if ((cited >> i & 1) && claims_are_open(span_of(facts[i].text))) return claims_are_open(said);
    return true;
}

/* ---- the outside ----------------------------------------------------------------------------------------------------------- */

/* Control characters, and what turns the direction of text round, are what a printable copy replaces. */
static bool is_readable(struct span t)
{
    struct str copy = {0};
    str_add_printable(&copy, t, SENTENCE_BYTES_MAX);
    const bool same = t.n && copy.n == t.n && memcmp(copy.p, t.p, t.n) == 0;
    str_done(&copy);
    return same;
}

static struct span all_of(const struct str *s) { return (struct span){s->p ? s->p : "", s->n}; }

static enum ground judge(const struct ground_fact *facts, size_t n, uint32_t cited, struct span said)
{
    struct known k = {{0}, {0}};
    add_cited(facts, n, cited, &k);
    const struct span text = all_of(&k.text);
    enum ground g = !numbers_hold(said, text)                                       ? GROUND_NUMBER
                    : !names_hold(said, all_of(&k.names))                           ? GROUND_NAME
                    : !claims_directions_hold(said, text)                           ? GROUND_DIRECTION
                    : !certainty_holds(facts, n, cited, said)                       ? GROUND_CERTAINTY
                    : claims_terms_hold(said, text) && claims_are_about(said, text) ? GROUND_HOLDS
                                                                                    : GROUND_SUBJECT;
    str_done(&k.text);
    str_done(&k.names);
    return g;
}

enum ground ground_judge(const struct ground_fact *facts, size_t n, struct span sentence, uint32_t *ret_cited, struct str *text)
{
    struct str plain = {0};
    uint32_t cited = 0;
    bool unknown = false;
    if (!sentence.p || !is_readable(sentence)) return GROUND_UNREADABLE;
    split(sentence, n, &plain, &cited, &unknown);
    enum ground g = unknown ? GROUND_CITES_UNKNOWN : !cited ? GROUND_CITES_NOTHING : !plain.n ? GROUND_SUBJECT : GROUND_HOLDS;
    if (g == GROUND_HOLDS) g = judge(facts, n, cited, all_of(&plain));
    if (g == GROUND_HOLDS) str_add_span(text, all_of(&plain)), *ret_cited = cited;
    str_done(&plain);
    return g;
}

static bool is_year(const struct figure *f)
{
    return !f->unit && f->value >= 1900 && f->value < 2100 && f->value == (double)(int)f->value;
}

bool ground_says_all(struct span said, struct span fact)
{
    struct figure s[FIGURES_MAX], k[FIGURES_MAX];
    const size_t n_said = figures_of(said, s), n_known = figures_of(fact, k);
    for (size_t i = 0; i < n_known; i++) {
        bool found = is_year(&k[i]);
        for (size_t j = 0; j < n_said && !found; j++) found = figures_match(&s[j], &k[i]);
        if (!found) return false;
    }
    return said.n && claims_are_about(fact, said);
}
