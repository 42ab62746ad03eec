/* wordpiece - text to the token numbers of an uncased BERT model, exactly as its makers' tokenizer does.
 *
 * BasicTokenizer: drop what is no text (U+0000, U+FFFD, controls, formats, private use), make white space, CJK ideographs and
 * punctuation boundaries, decompose (canonical NFD), drop accents (Mn), lower case. WordPiece: within a word the longest piece of the
 * vocabulary first, "##" before those that are not the first; a word that has no such cover, or over 100 characters, is [UNK].
 * (Devlin et al. 2019, arXiv:1810.04805; Wu et al. 2016, arXiv:1609.08144; Hugging Face tokenizers' BertNormalizer) */
#ifndef MLWATCH_WORDPIECE_H
#define MLWATCH_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/span.h"

struct wordpiece;

/* wordpiece_open - read vocab.txt: a piece a line, its number is the line's, from 0.
 * Errors: E_ABSENT no such file; E_IO; E_LIMIT over 16 MiB; E_FORMAT [CLS], [SEP] or [UNK] is not in it. */
enum status wordpiece_open(const char *path, struct wordpiece **ret, struct err *err);
void wordpiece_close(struct wordpiece *v);         /* takes NULL */
size_t wordpiece_count(const struct wordpiece *v); /* pieces of the vocabulary */

/* wordpiece_tokens - [CLS], the text's pieces, [SEP]: as many of the first as fit.
 *   text  bytes that should be UTF-8; what is not is dropped
 *   ret   room for max, at least 2
 *   returns how many. Cost: O(text), and no more of it than max tokens need */
size_t wordpiece_tokens(const struct wordpiece *v, struct span text, uint32_t *ret, size_t max);

#endif
