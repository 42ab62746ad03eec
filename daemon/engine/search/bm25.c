#include "bm25.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"

static const double K1 = 1.2, B = 0.75;

/* Of English sentences and of asking for help, not of training; sorted. */
static const char *const common[] = {
    "a",           "about",  "above",      "advance",    "advice",   "after",   "all",     "also",      "am",
    "an",          "and",    "any",        "anyone",     "anything", "are",     "as",      "at",        "author",
    "be",          "been",   "below",      "but",        "by",       "can",     "cannot",  "code",      "could",
    "did",         "didn",   "do",         "does",       "doesn",    "doing",   "don",     "everyone",  "everything",
    "following",   "for",    "from",       "get",        "gets",     "getting", "give",    "got",       "great",
    "guys",        "had",    "has",        "have",       "hello",    "help",    "here",    "hey",       "hi",
    "how",         "i",      "if",         "im",         "in",       "into",    "is",      "isn",       "issue",
    "issues",      "it",     "its",        "just",       "know",     "like",    "look",    "looks",     "make",
    "makes",       "maybe",  "me",         "mistake",    "my",       "need",    "nice",    "no",        "not",
    "of",          "on",     "or",         "our",        "own",      "please",  "problem", "problems",  "question",
    "questions",   "really", "screenshot", "see",        "so",       "solve",   "some",    "something", "suggestion",
    "suggestions", "sure",   "than",       "thank",      "thanks",   "that",    "the",     "their",     "them",
    "then",        "there",  "these",      "they",       "thing",    "think",   "this",    "those",     "to",
    "tried",       "try",    "trying",     "understand", "use",      "used",    "uses",    "using",     "ve",
    "very",        "want",   "was",        "way",        "we",       "were",    "what",    "when",      "where",
    "which",       "while",  "who",        "why",        "will",     "with",    "would",   "you",       "your",
};

static int by_name(const void *word, const void *entry) { return strcmp(word, *(const char *const *)entry); }

static bool is_common(const char *word)
{
    return bsearch(word, common, sizeof common / sizeof *common, sizeof *common, by_name) != NULL;
}

static bool ends(const char *word, size_t n, const char *ending)
{
    size_t m = strlen(ending);
    return n >= m + 3 && memcmp(word + n - m, ending, m) == 0;
}

/* Cut what grammar hangs on a word: "exploding", "explodes" and "exploded" are one, and so are "loss" and "losses". Longest first. */
static size_t stem(char *word, size_t n)
{
    static const char *const endings[] = {"ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ed", "es", "ly", "s"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends(word, n, endings[i]) && !(endings[i][0] == 's' && word[n - 2] == 's')) {
            n -= strlen(endings[i]);
            break;
        }
    if (n > 3 && word[n - 1] == word[n - 2] && word[n - 1] != 'l' && word[n - 1] != 's') n--;
    if (n > 3 && word[n - 1] == 'e') n--;
    if (n > 3 && word[n - 1] == 'i') word[n - 1] = 'y';
    return n;
}

/* ---- words --------------------------------------------------------------------------------------------------------------- */

/* The bytes of the character at p, at most n; 1 for what is no UTF-8. */
static size_t bytes_of(const char *p, size_t n)
{
    unsigned char c = (unsigned char)*p;
    size_t want = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
    return want <= n ? want : 1;
}

/* Kana, CJK ideographs and Hangul, U+3040 to U+D7AF, less the odd signs between them: their three bytes begin with E3 81 to ED. */
static bool is_ideograph(struct span s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    return s.n >= 3 && ((p[0] == 0xe3 && p[1] >= 0x81) || (p[0] > 0xe3 && p[0] <= 0xed));
}

/* General and full-width punctuation begins with E2 80, E3 80 and EF; letters of other alphabets are parts of words. */
static bool in_word(struct span s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (p[0] < 0x80) return isalnum(p[0]);
    return !(s.n >= 3 && (p[0] == 0xef || ((p[0] == 0xe2 || p[0] == 0xe3) && p[1] == 0x80)));
}

/* Two neighbours; the last of a run ends it, so that a run of n is n - 1 words. */
static size_t next_pair(struct span *rest, char word[BM25_WORD_BYTES])
{
    struct span second = span_from(*rest, 3);
    size_t n = is_ideograph(second) ? 6 : 3;
    memcpy(word, rest->p, n);
    word[n] = 0;
    bool more = n == 6 && is_ideograph(span_from(*rest, 6));
    *rest = span_from(*rest, n == 6 && !more ? 6 : 3);
    return n;
}

/* The next word of rest in lower case, cut to its room, with a zero behind it; 0 at the end. */
static size_t next_word(struct span *rest, char word[BM25_WORD_BYTES])
{
    size_t n = 0;
    while (rest->n && !in_word(*rest)) *rest = span_from(*rest, bytes_of(rest->p, rest->n));
    if (is_ideograph(*rest)) return next_pair(rest, word);
    while (rest->n && in_word(*rest) && !is_ideograph(*rest)) {
        size_t bytes = bytes_of(rest->p, rest->n);
        for (size_t i = 0; i < bytes && n < BM25_WORD_BYTES - 1; i++) word[n++] = (char)tolower((unsigned char)rest->p[i]);
        *rest = span_from(*rest, bytes);
    }
    word[n] = 0;
    return n;
}

/* ---- a question and texts ------------------------------------------------------------------------------------------------ */

/* The slot of a word, or the empty one where it belongs. */
static size_t slot_of(const struct bm25_question *q, uint64_t stem)
{
    size_t at = stem % BM25_SLOTS;
    while (q->slot[at] && q->words[q->slot[at] - 1].stem != stem) at = (at + 1) % BM25_SLOTS;
    return at;
}

void bm25_ask(struct bm25_question *q, struct span text)
{
    char word[BM25_WORD_BYTES] = "", shown[BM25_WORD_BYTES];
    size_t n;
    *q = (struct bm25_question){.mean_length = 1};
    while (q->n < BM25_WORDS_MAX && (n = next_word(&text, word))) {
        if (is_common(word)) continue;
        memcpy(shown, word, sizeof shown);
        uint64_t h = hash64(word, stem(word, n), 0);
        size_t at = slot_of(q, h);
        if (q->slot[at]) continue;
        q->words[q->n].stem = h;
        memcpy(q->words[q->n++].word, shown, sizeof shown);
        q->slot[at] = (uint8_t)q->n;
    }
}

void bm25_read(const struct bm25_question *q, struct span text, double weight, struct bm25_text *t)
{
    char word[BM25_WORD_BYTES];
    size_t n;
    while ((n = next_word(&text, word))) {
        if (is_common(word)) continue;
        uint8_t which = q->slot[slot_of(q, hash64(word, stem(word, n), 0))];
        if (which) t->count[which - 1] += (float)weight;
        t->length += weight;
    }
}

void bm25_background(struct bm25_question *q, const struct bm25_text *texts, size_t n)
{
    double length = 0, all = (double)n;
    for (size_t i = 0; i < n; i++) length += texts[i].length;
    q->mean_length = n && length > 0 ? length / all : 1;
    q->most = q->known = 0;
    for (size_t w = 0; w < q->n; w++) {
        double have = 0;
        for (size_t i = 0; i < n; i++) have += texts[i].count[w] > 0;
        q->words[w].rareness = log(1 + (all - have + 0.5) / (have + 0.5));
        q->most += q->words[w].rareness * (K1 + 1);
        if (have > 0) q->known += q->words[w].rareness * (K1 + 1);
    }
}

double bm25_sum(const struct bm25_question *q, const struct bm25_text *t)
{
    double sum = 0, norm = K1 * (1 - B + B * t->length / q->mean_length);
    for (size_t w = 0; w < q->n; w++) {
        double count = (double)t->count[w];
        sum += q->words[w].rareness * count * (K1 + 1) / (count + norm);
    }
    return sum;
}

double bm25_score(const struct bm25_question *q, const struct bm25_text *t) { return q->most > 0 ? bm25_sum(q, t) / q->most : 0; }

void bm25_matches(const struct bm25_question *q, const struct bm25_text *t, struct str *out)
{
    size_t n = 0;
    for (size_t w = 0; w < q->n; w++)
        if (t->count[w] > 0) str_addf(out, "%s%s", n++ ? ", " : "words: ", q->words[w].word);
}
