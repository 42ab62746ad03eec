/* hashing - no model: words and parts of words, each hashed to a place of the vector and a sign.
 *
 * Texts are alike that share words, or words of one stem: "diverged" and "divergence" share most of their parts. Features are the words
 * (letters and digits, in lower case; a number stays whole: 1e-3), pairs of neighbours, and the 3 to 5 characters long parts of each
 * word with its ends marked. A feature counts log(1 + times); the parts of a word weigh together about as much as the word. Words that
 * every text has weigh little. The empty feature, which every text has, keeps an empty text from having no direction.
 *
 * (Weinberger et al. 2009, "Feature Hashing for Large Scale Multitask Learning", ICML; parts of words: Bojanowski et al. 2017,
 * arXiv:1607.04606.) The name ends in a version: what changes a vector changes it. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "../base/hash.h"
#include "embedder.h"

enum { DIMS = 384, WORD_MAX = 48, FEATURES = 4096, TEXT_MAX = 1 << 16 };

/* A table of features under their hashes; a text that has more than it holds is read no further. */
struct feature {
    uint64_t hash;
    float weight;
    uint32_t times; /* 0: a free place */
};
struct hashing {
    struct feature feature[2 * FEATURES];
    size_t n;
};

static const char *const common[] = {"a",    "about", "after", "all",  "also", "an",    "and",   "any",  "are",  "as",   "at",
                                     "be",   "been",  "but",   "by",   "can",  "did",   "do",    "does", "for",  "from", "get",
                                     "gets", "had",   "has",   "have", "how",  "i",     "if",    "in",   "into", "is",   "it",
                                     "its",  "just",  "me",    "my",   "no",   "not",   "of",    "on",   "or",   "our",  "out",
                                     "so",   "some",  "than",  "that", "the",  "then",  "there", "this", "to",   "up",   "very",
                                     "was",  "we",    "were",  "what", "when", "which", "while", "why",  "with", "you"};

static bool is_common(struct span word)
{
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (span_is(word, common[i])) return true;
    return false;
}

static bool has_room(const struct hashing *h) { return h->n < FEATURES; }

static void count(struct hashing *h, const void *p, size_t n, uint64_t seed, float weight)
{
    uint64_t hash = hash64(p, n, seed);
    size_t at = hash % (2 * FEATURES);
    while (h->feature[at].times && h->feature[at].hash != hash) at = (at + 1) % (2 * FEATURES);
    struct feature *f = &h->feature[at];
    if (!f->times && !has_room(h)) return;
    if (!f->times) h->n++, f->hash = hash, f->weight = weight;
    f->times++;
}

enum { SEED_WORD = 1, SEED_PAIR, SEED_PART };

static void count_parts(struct hashing *h, const char *marked, size_t n, float weight)
{
    size_t parts = 0;
    for (size_t length = 3; length <= 5 && length < n; length++) parts += n - length + 1;
    for (size_t length = 3; length <= 5 && length < n; length++)
        for (size_t from = 0; from + length <= n; from++)
            count(h, marked + from, length, SEED_PART, weight / sqrtf((float)parts));
}

/* marked: the word between '<' and '>'. */
static void count_word(struct hashing *h, const char *marked, size_t n, uint64_t *before)
{
    const struct span word = {marked + 1, n - 2};
    const float weight = is_common(word) ? 0.15f : 1.0f;
    count(h, word.p, word.n, SEED_WORD, weight);
    if (weight < 1) return;
    count_parts(h, marked, n, weight);
    const uint64_t pair[2] = {*before, hash64(word.p, word.n, SEED_WORD)};
    if (*before) count(h, pair, sizeof pair, SEED_PAIR, 0.5f);
    *before = pair[1];
}

/* Letters, digits, everything beyond ASCII; a point, sign or underscore between two of them: 1e-3, 0.9, loss_spike, bf16. */
static bool in_word(struct span text, size_t i)
{
    const unsigned char c = (unsigned char)text.p[i];
    if (isalnum(c) || c >= 0x80) return true;
    if (!i || i + 1 >= text.n || !isalnum((unsigned char)text.p[i + 1])) return false;
    if (c == '.') return isdigit((unsigned char)text.p[i - 1]) && isdigit((unsigned char)text.p[i + 1]);
    return c == '-' && text.p[i - 1] == 'e' && isdigit((unsigned char)text.p[i + 1]) && i > 1 &&
           isdigit((unsigned char)text.p[i - 2]);
}

static void count_text(struct hashing *h, struct span text)
{
    uint64_t before = 0;
    for (size_t i = 0; i < text.n && has_room(h); i++) {
        char marked[WORD_MAX + 2] = "<";
        size_t n = 1;
        for (; i < text.n && in_word(text, i); i++)
            if (n <= WORD_MAX) marked[n++] = (char)tolower((unsigned char)text.p[i]);
        marked[n] = '>';
        if (n > 1) count_word(h, marked, n + 1, &before);
    }
}

static enum status open_hashing(const struct embed_choice *c, const char *rest, struct embedding *ret, struct err *err)
{
    (void)c;
    if (*rest) return err_set(err, E_USAGE, "'hashing:%s' is not a model: hashing: takes no name", rest);
    struct hashing *h = malloc(sizeof *h);
    if (!h) return err_set(err, E_MEMORY, "no memory");
    *ret = (struct embedding){.dims = DIMS, .model = "hashing-1", .state = h};
    return OK;
}

/* The hash says the place by its low half and the sign by its highest bit. */
static enum status embed(void *state, struct span text, float *ret, struct err *err)
{
    struct hashing *h = state;
    (void)err;
    if (text.n > TEXT_MAX) text.n = TEXT_MAX;
    memset(h, 0, sizeof *h);
    count(h, "", 0, 0, 1e-3f);
    count_text(h, text);
    memset(ret, 0, DIMS * sizeof *ret);
    for (size_t i = 0; i < 2 * FEATURES; i++) {
        const struct feature *f = &h->feature[i];
        const float size = f->weight * log1pf((float)f->times);
        if (f->times) ret[(f->hash & 0xffffffffu) % DIMS] += f->hash >> 63 ? -size : size;
    }
    return OK;
}

const struct embedder embed_hashing = {"hashing", open_hashing, free, embed};
