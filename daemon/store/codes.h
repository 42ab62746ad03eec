/* codes - a vector as the signs of its numbers: one bit each, 48 bytes instead of 1,536, compared by counting bits.
 *
 * The angle between two vectors shows in how many signs differ (Charikar 2002, "Similarity Estimation Techniques from Rounding
 * Algorithms", STOC). Counting alone orders roughly; a finer look keeps the question at four bits a number, as planes of bits, and adds up
 * what the code's signs cost it (Gao and Long 2024, RaBitQ, arXiv:2405.12497, section 3.3). Neither rotation nor a mean taken off makes
 * sentence vectors' codes better (measured), so that a code needs nothing but its vector.
 *
 * Codes lie in groups of eight, word by word, so that one register of 64 bytes holds the same word of eight codes:
 *
 *     group g: word 0 of code 8g, of 8g+1, ... of 8g+7; word 1 of code 8g, ...      unused bits of the last word are 0 */
#ifndef MLWATCH_CODES_H
#define MLWATCH_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CODES_LANES = 8, CODES_DIMS_MAX = 4096, CODES_WORDS_MAX = CODES_DIMS_MAX / 64, CODES_PLANES = 4, CODES_LEVELS = 16 };

/* codes_words - words of 64 bits that a code of so many numbers has. */
static inline size_t codes_words(size_t dims) { return (dims + 63) / 64; }
/* codes_at - where the first word of code i lies; its others follow CODES_LANES words apart. */
static inline size_t codes_at(size_t i, size_t words) { return i / CODES_LANES * CODES_LANES * words + i % CODES_LANES; }

/* codes_put - the signs of v (dims,): bit d of the code is v[d] > 0. to: its first word; words `stride` apart */
void codes_put(uint64_t *to, size_t stride, const float *v, size_t dims);

/* The same, for each instruction set; all count the same. */
struct codes_kernel {
    const char *name;
    bool (*runs_here)(void); /* has this processor the instructions? */
    /* distances - bits in which each code of n_groups groups differs from the question's.
     *   groups (n_groups, words, CODES_LANES) aligned to 64 bytes;  question (words,);  out (n_groups * CODES_LANES,) */
    void (*distances)(const uint64_t *groups, size_t n_groups, const uint64_t *question, size_t words, uint16_t *out);
    double (*dot)(const float *a, const float *b, size_t n); /* added up in 32 lanes */
};
/* codes_all - from the widest to the narrowest, NULL ends them. codes_best - the first that runs on this processor. */
extern const struct codes_kernel *const codes_all[];
const struct codes_kernel *codes_best(void);

/* A question at four bits a number. */
struct codes_question {
    size_t words;
    uint32_t sum;
    uint64_t signs[CODES_WORDS_MAX], planes[CODES_PLANES][CODES_WORDS_MAX];
};
void codes_ask(struct codes_question *q, const float *v, size_t dims);
/* codes_penalty - how badly the code at `code` (words CODES_LANES apart) fits: 0 to (CODES_LEVELS - 1) * dims. Cost: 15 ns at 384 numbers */
uint32_t codes_penalty(const struct codes_question *q, const uint64_t *code);

#endif
