#include "bm25.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../base/hash.h"

static const double K1 = 1.2, B = 0.75;

/* Of English sentences, not of training. */
static const char common[] =
    " a about after all am an and any are as at be been but by can could did do does for from had has have "
    "how i if in into is it its me my no not of on or our so some than that the their then there these this "
    "to was we were what when where which while who why will with would you your ";

static bool is_common(const char *word, size_t n)
{
    char padded[BM25_WORD_BYTES + 3];
    snprintf(padded, sizeof padded, " %.*s ", (int)n, word);
    return strstr(common, padded) != NULL;
}

static bool ends(const char *word, size_t n, const char *ending)
{
    size_t m = strlen(ending);
    return n >= m + 3 && memcmp(word + n - m, ending, m) == 0;
}

/* Cut what grammar hangs on a word: "exploding", "explodes" and "exploded" are one. Longest ending first. */
static size_t stem(char *word, size_t n)
{
    static const char *const endings[] = {"ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ed", "es", "ly", "s"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends(word, n, endings[i])) {
            n -= strlen(endings[i]);
            break;
        }
    if (n > 3 && word[n - 1] == word[n - 2] && word[n - 1] != 'l' && word[n - 1] != 's') n--;
    if (n > 3 && word[n - 1] == 'e') n--;
    if (n > 3 && word[n - 1] == 'i') word[n - 1] = 'y';
    return n;
}

static bool in_word(char c) { return isalnum((unsigned char)c) || (unsigned char)c >= 0x80; }

/* The next word of rest in lower case, cut to its room; 0 at the end. */
static size_t next_word(struct span *rest, char word[BM25_WORD_BYTES])
{
    size_t n = 0;
    while (rest->n && !in_word(*rest->p)) *rest = span_from(*rest, 1);
    for (; rest->n && in_word(*rest->p); *rest = span_from(*rest, 1))
        if (n < BM25_WORD_BYTES - 1) word[n++] = (char)tolower((unsigned char)*rest->p);
    return n;
}

static size_t place_of(const struct bm25_question *q, uint64_t stem)
{
    size_t i = 0;
    while (i < q->n && q->words[i].stem != stem) i++;
    return i;
}

void bm25_ask(struct bm25_question *q, struct span text)
{
    char word[BM25_WORD_BYTES], shown[BM25_WORD_BYTES];
    size_t n;
    *q = (struct bm25_question){.mean_length = 1};
    while (q->n < BM25_WORDS_MAX && (n = next_word(&text, word))) {
        if (is_common(word, n)) continue;
        snprintf(shown, sizeof shown, "%.*s", (int)n, word);
        uint64_t h = hash64(word, stem(word, n), 0);
        if (place_of(q, h) < q->n) continue;
        q->words[q->n].stem = h;
        memcpy(q->words[q->n++].word, shown, sizeof shown);
    }
}

void bm25_read(const struct bm25_question *q, struct span text, double weight, struct bm25_text *t)
{
    char word[BM25_WORD_BYTES];
    size_t n;
    while ((n = next_word(&text, word))) {
        if (is_common(word, n)) continue;
        size_t at = place_of(q, hash64(word, stem(word, n), 0));
        if (at < q->n) t->count[at] += (float)weight;
        t->length += weight;
    }
}

void bm25_background(struct bm25_question *q, const struct bm25_text *texts, size_t n)
{
    double length = 0, all = (double)n;
    for (size_t i = 0; i < n; i++) length += texts[i].length;
    q->mean_length = n && length > 0 ? length / all : 1;
    q->most = 0;
    for (size_t w = 0; w < q->n; w++) {
        double have = 0;
        for (size_t i = 0; i < n; i++) have += texts[i].count[w] > 0;
        q->words[w].rareness = log(1 + (all - have + 0.5) / (have + 0.5));
        q->most += q->words[w].rareness * (K1 + 1);
    }
}

double bm25_score(const struct bm25_question *q, const struct bm25_text *t)
{
    double sum = 0, norm = K1 * (1 - B + B * t->length / q->mean_length);
    for (size_t w = 0; w < q->n; w++) {
        double count = (double)t->count[w];
        sum += q->words[w].rareness * count * (K1 + 1) / (count + norm);
    }
    return q->most > 0 ? sum / q->most : 0;
}

void bm25_matches(const struct bm25_question *q, const struct bm25_text *t, struct str *out)
{
    size_t n = 0;
    for (size_t w = 0; w < q->n; w++)
        if (t->count[w] > 0) str_addf(out, "%s%s", n++ ? ", " : "words: ", q->words[w].word);
}
