/* bm25 - how much of a question's words a text has, rare words first.
 *
 * No index: a question has a few words and the texts are a few hundred, so each text is read once and only the question's words are counted.
 * Rareness is taken from one background of texts; other texts are scored on the same scale. Scores are shares: 1 would be a text that has
 * every word of the question without end.
 * Source: Robertson, Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond; the ending rules are ours. */
#ifndef MLWATCH_BM25_H
#define MLWATCH_BM25_H

#include <stdint.h>

#include "../../base/str.h"

enum { BM25_WORDS_MAX = 48, BM25_WORD_BYTES = 32 };

struct bm25_question {
    struct {
        uint64_t stem;
        char word[BM25_WORD_BYTES]; /* as it was asked */
        double rareness;
    } words[BM25_WORDS_MAX];
    size_t n;
    double most, mean_length;
};
struct bm25_text {
    float count[BM25_WORDS_MAX];
    double length;
};

/* bm25_ask - the question's words without those that every sentence has; more than BM25_WORDS_MAX are left out. Any bytes. */
void bm25_ask(struct bm25_question *q, struct span text);
/* bm25_read - add a text to what is counted of a document; weight: what each word of it counts. Cost: one pass. */
void bm25_read(const struct bm25_question *q, struct span text, double weight, struct bm25_text *t);
/* bm25_background - learn from these documents which words are rare. */
void bm25_background(struct bm25_question *q, const struct bm25_text *texts, size_t n);
/* bm25_score - 0 to 1; 0 when there is no word of it. */
double bm25_score(const struct bm25_question *q, const struct bm25_text *t);
/* bm25_matches - "words: loss, nan": those that the document has; nothing when there is none. */
void bm25_matches(const struct bm25_question *q, const struct bm25_text *t, struct str *out);

#endif
