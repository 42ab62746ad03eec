/* characters - what a character is to the tokenizer of an uncased BERT model, whose tables are those of Unicode 8. */
#ifndef MLWATCH_CHARACTERS_H
#define MLWATCH_CHARACTERS_H

#include <stdint.h>

enum character {
    CHARACTER_PLAIN, /* part of a word */
    CHARACTER_SPACE,
    CHARACTER_PUNCTUATION, /* a word by itself */
    CHARACTER_IDEOGRAPH,   /* CJK: a word by itself */
    CHARACTER_ACCENT,      /* non-spacing mark (Mn) */
    CHARACTER_NO_TEXT      /* U+0000, U+FFFD, controls but tab and ends of lines, formats, private use */
};

/* character_of - of any code point. Cost: one look-up; beyond ASCII a search among 40 ranges as well. */
enum character character_of(int32_t c);

#endif
