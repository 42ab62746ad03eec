/* text_block - settings that are printed over several lines.
 *
 *     TrainingArguments(            AdamW (                         Model config GPT2Config {
 *     adam_beta1=0.9,               Parameter Group 0                 "n_embd": 768,
 *     learning_rate=5e-05,              lr: 0.001                     "task": {
 *     )                                 weight_decay: 0.01              "length": 50
 *                                   )                                 }
 *                                                                   } */
#ifndef MLWATCH_TEXT_BLOCK_H
#define MLWATCH_TEXT_BLOCK_H

#include "settings.h"

enum { TEXT_BLOCK_LEVELS = 6, TEXT_BLOCK_PATH_BYTES = 160, TEXT_BLOCK_LINES = 400 };

struct text_block {
    enum { BLOCK_NONE, BLOCK_CALL, BLOCK_GROUP, BLOCK_JSON } kind;
    unsigned lines, list; /* lines so far; brackets of a list that are open */
    int group;            /* of parameters; -1 before the first */
    size_t depth, level[TEXT_BLOCK_LEVELS], n;
    char path[TEXT_BLOCK_PATH_BYTES]; /* n bytes; of a group of parameters the optimizer's name */
};

/* text_block - returns true when the line belongs to such a dump. A line that does not fit ends it.
 *   records   the log has records already: an object in braces is no dump of settings then */
bool text_block(struct text_block *b, struct text_facts *f, struct span body, bool records, const struct format_out *out);

#endif
