/* sample - how much a generated text repeats itself, measured while it is read and without keeping it.
 *
 * The share of its runs of SAMPLE_GRAM tokens that stood before in the same window of SAMPLE_WINDOW tokens: seq-rep-4 of Welleck 2020
 * (arXiv:1908.04319), by windows, so that it does not grow with the length of the text. Measured on pieces of 300 to 6,000 bytes:
 * licences and documents at most 0.2 in nine of ten and 0.73 in all, program text 0.55, tables in programs 0.73; one word, one character
 * or one sentence again and again 0.83 and more.
 *
 * A token is a word, a mark of punctuation, or a character of a script that writes without blanks. Words of more than SAMPLE_WORD_BYTES
 * are taken in pieces: "eeeeee" repeats itself too. Escapes (\n, \u6211) count as what they stand for, the blanks of SentencePiece and
 * byte-level BPE as blanks, so that a text may be raw, a JSON string or a list of tokens. */
#ifndef MLWATCH_SAMPLE_H
#define MLWATCH_SAMPLE_H

#include <stdint.h>

#include "../base/span.h"

enum { SAMPLE_GRAM = 4, SAMPLE_WINDOW = 256, SAMPLE_TOKENS_MIN = 32, SAMPLE_TOKENS_MAX = 1 << 14, SAMPLE_WORD_BYTES = 16 };

#define SAMPLE_SERIES "/text_repetition" /* behind the name of what holds the text: its repetition as a series */

struct sample {
    uint32_t tokens, words, numbers; /* words: tokens of letters and digits; numbers: those without a letter */
    uint32_t grams, distinct;        /* of the windows before */
    uint32_t n, fresh;               /* of the window in hand: tokens; distinct runs */
    uint64_t last[SAMPLE_GRAM - 1];  /* the tokens before, the latest first */
    uint64_t seen[2 * SAMPLE_WINDOW];
};

/* sample_begin - a new text. */
void sample_begin(struct sample *s);
/* sample_add - its next piece, which begins and ends at the border of a token; any bytes. What comes after SAMPLE_TOKENS_MAX tokens is not
 * looked at. Cost: about 5 ns a byte, no allocation */
void sample_add(struct sample *s, struct span text);
/* sample_repetition - the share in [0, 1]; NaN for a text of less than SAMPLE_TOKENS_MIN tokens, which tells nothing, and for one
 * that is mostly numbers, which is no text. */
double sample_repetition(const struct sample *s);

/* sample_named - do tools and people call a generated text so? The last part of "eval/generated_text" is looked at; case and '-' do not
 * matter. For keys and tags, whose text stands behind them. */
bool sample_named(struct span name);

#endif
