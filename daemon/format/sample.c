/* sample - see sample.h. */
#include "sample.h"

#include <math.h>
#include <string.h>

enum { PIECE_BYTES = 4, HEX_DIGITS = 4 };
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t hash_of(const char *p, size_t n)
{
    uint64_t h = FNV_BASIS;
    for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * FNV_PRIME;
    return h;
}

void sample_begin(struct sample *s) { memset(s, 0, sizeof *s); }

/* note - a run of tokens: is it the first of its kind in the window? The table is never more than half full. */
static void note(struct sample *s, uint64_t run)
{
    uint64_t key = (run ^ run >> 32) * FNV_PRIME | 1; /* 0 is an empty slot */
    size_t i = (size_t)(key >> 32) % (2 * SAMPLE_WINDOW);
    while (s->seen[i] && s->seen[i] != key) i = (i + 1) % (2 * SAMPLE_WINDOW);
    s->fresh += !s->seen[i];
    s->seen[i] = key;
}

static uint32_t runs_of(uint32_t tokens) { return tokens < SAMPLE_GRAM ? 0 : tokens - SAMPLE_GRAM + 1; }

static void close_window(struct sample *s)
{
    s->grams += runs_of(s->n);
    s->distinct += s->fresh;
    s->n = s->fresh = 0;
    memset(s->seen, 0, sizeof s->seen);
}

static void token(struct sample *s, uint64_t hash)
{
    uint64_t run = hash;
    if (s->tokens == SAMPLE_TOKENS_MAX) return;
    s->tokens++;
    if (s->n == SAMPLE_WINDOW) close_window(s);
    for (int i = 0; i < SAMPLE_GRAM - 1; i++) run = run * FNV_PRIME + s->last[i]; /* the order counts */
    if (++s->n >= SAMPLE_GRAM) note(s, run);
    memmove(s->last + 1, s->last, sizeof s->last - sizeof *s->last);
    s->last[0] = hash;
}

/* ---- where a token ends ------------------------------------------------------------------------------------------------- */

static bool is_word(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* Bytes of a character of a script without blanks between words, or of four bytes: a token of its own. 0 for none. */
static size_t ideograph(struct span s)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c >= 0xE3 && c <= 0xED ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    return n && s.n >= n ? n : 0;
}

/* Bytes of what stands for a blank: "\n", the marks of SentencePiece (U+2581) and of byte-level BPE (U+0120, U+010A). 0 for none. */
static size_t blank(struct span s)
{
    if ((unsigned char)s.p[0] <= ' ' || s.p[0] == 0x7f) return 1;
    if (s.n >= 2 && s.p[0] == '\\' && strchr("nrt", s.p[1]) && s.p[1]) return 2;
    if (span_starts(s, "\xE2\x96\x81")) return 3;
    return span_starts(s, "\xC4\xA0") || span_starts(s, "\xC4\x8A") ? 2 : 0;
}

/* Bytes of an escaped character, "\u6211"; 0 for none. */
static size_t escaped(struct span s)
{
    if (s.n < 2 + HEX_DIGITS || s.p[0] != '\\' || s.p[1] != 'u') return 0;
    for (size_t i = 2; i < 2 + HEX_DIGITS; i++)
        if (!span_digit_char(s.p[i]) && !((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'f')) return 0;
    return 2 + HEX_DIGITS;
}

static size_t word(struct sample *s, struct span text)
{
    size_t n = 0, digits = 0;
    for (; n < text.n && is_word((unsigned char)text.p[n]); n++) {
        struct span rest = span_from(text, n);
        if (n && (ideograph(rest) || blank(rest))) break;
        digits += span_digit_char(text.p[n]);
    }
    size_t piece = n > SAMPLE_WORD_BYTES ? PIECE_BYTES : n;
    for (size_t i = 0; i < n; i += piece) {
        token(s, hash_of(text.p + i, n - i < piece ? n - i : piece));
        s->words++;
        s->numbers += digits == n;
    }
    return n;
}

void sample_add(struct sample *s, struct span text)
{
    while (text.n && s->tokens < SAMPLE_TOKENS_MAX) {
        size_t n = blank(text);
        if (!n && ((n = ideograph(text)) || (n = escaped(text)))) token(s, hash_of(text.p, n)), s->words++;
        else if (!n && is_word((unsigned char)text.p[0])) n = word(s, text);
        else if (!n) token(s, hash_of(text.p, n = 1));
        text = span_from(text, n);
    }
}

double sample_repetition(const struct sample *s)
{
    bool last_counts = !s->grams || s->n >= SAMPLE_WINDOW / 2; /* a short rest would weigh as much as a whole window */
    uint32_t grams = s->grams + (last_counts ? runs_of(s->n) : 0), distinct = s->distinct + (last_counts ? s->fresh : 0);
    if (s->tokens < SAMPLE_TOKENS_MIN || !grams || 2 * s->numbers > s->words) return NAN;
    return 1 - (double)distinct / grams;
}

/* ---- names --------------------------------------------------------------------------------------------------------------- */

/* Does the name say the word, with '-', ' ' or '_' between its parts? */
static bool says(struct span name, const char *word)
{
    if (name.n != strlen(word)) return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i] == '-' || name.p[i] == ' ' ? '_' : name.p[i];
        if (c != word[i] && (c | 32) != word[i]) return false;
    }
    return true;
}

bool sample_named(struct span name)
{
    static const char *const names[] = {
        "sample",       "samples",        "sample_text",     "text_sample",      "text_samples",
        "generated",    "generated_text", "generated_texts", "generated_sample", "generated_samples",
        "generation",   "generations",    "completion",      "completions",      "continuation",
        "hypothesis",   "decoded",        "decoded_text",    "predicted_text",   "prediction_text",
        "model_output", "output_text",    "prediction",      "predictions",      "response"};
    while (name.n && (name.p[name.n - 1] == '/' || span_digit_char(name.p[name.n - 1]) || name.p[name.n - 1] == '_')) name.n--;
    const char *slash = name.n ? memrchr(name.p, '/', name.n) : NULL;
    struct span last = slash ? span_from(name, (size_t)(slash + 1 - name.p)) : name;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (says(last, names[i])) return true;
    return false;
}
