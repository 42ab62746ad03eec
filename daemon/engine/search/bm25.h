/* bm25 - how much of a question's words a text has, rare words first.
 *
 * No index: a question has a few words and the texts are a few hundred, so each text is read once and only the question's words are counted.
 * Rareness is taken from one background of texts; other texts are scored on the same scale. Scores are shares: 1 would be a text that has
 * every word of the question without end. Words that no sentence lacks, and those of people who ask for help, do not count. Chinese and
 * Japanese write no blanks: there every two neighbouring characters are a word.
 * Source: Robertson, Zaragoza 2009, The Probabilistic Relevance Framework: BM25 and Beyond; the ending rules are ours. */
#ifndef MLWATCH_BM25_H
#define MLWATCH_BM25_H

#include <stdint.h>

#include "../../base/str.h"

enum { BM25_WORDS_MAX = 120, BM25_WORD_BYTES = 32, BM25_SLOTS = 256 };

struct bm25_question {
    struct {
        uint64_t stem;
        char word[BM25_WORD_BYTES]; /* as it was asked */
        double rareness;
    } words[BM25_WORDS_MAX];
    size_t n;
    uint8_t slot[BM25_SLOTS]; /* by hash: the number of a word, from 1 */
    double most, known;       /* the highest sum of all words, and of those that the background has */
    double mean_length;
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
/* bm25_sum - how much of it the text has, however long the question is; bm25_score - the same as a share of most, 0 to 1. */
double bm25_sum(const struct bm25_question *q, const struct bm25_text *t);
double bm25_score(const struct bm25_question *q, const struct bm25_text *t);
/* bm25_matches - "words: loss, nan": those that the document has; nothing when there is none. */
void bm25_matches(const struct bm25_question *q, const struct bm25_text *t, struct str *out);

#endif
