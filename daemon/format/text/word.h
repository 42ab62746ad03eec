/* text_word - words that say something by their form alone: counters glued to their number, arrows, the punctuation of Chinese. */
#ifndef MLWATCH_TEXT_WORD_H
#define MLWATCH_TEXT_WORD_H

#include <stdbool.h>

#include "../../base/span.h"

/* text_word_wide - the ASCII sign that a full-width one at p stands for: U+FF1A is ':', U+FF0C ','. 0 for anything else. Three bytes long. */
char text_word_wide(const char *p, const char *end);
/* text_word_is_counter - "epoch", "iter", "step", "episode" ..., in any case. */
bool text_word_is_counter(struct span word);
/* text_word_glued - "epoch12", "Epoch-3", "iter_400", "Epoch3/10": the length of the counter's name, 0 for any other word.
 *   value, total   what it counts and its end; total is NaN where none is told */
size_t text_word_glued(struct span word, double *value, double *total);
/* text_word_is_dash - "-", ">", "=>", an em dash, a bullet, or dots alone: it parts what stands beside it. */
bool text_word_is_dash(struct span word);
/* text_word_ends_sentence - "completed." or "finished!": no name goes on behind it. "Val." and "avg." are short forms. */
bool text_word_ends_sentence(struct span word);
/* text_word_bare - a message without the rules drawn beside it: "===== Epoch 3 =====", "--- Epoch 3/30 ---". */
struct span text_word_bare(struct span message);
/* text_word_is_arrow - "->", "-->" or the sign for it: before a number it leads from a name to its value. */
bool text_word_is_arrow(struct span word);

#endif
