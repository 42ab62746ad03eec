/* role_words - a logged name as lower-case words, and what of them says only which split it is or where it was logged. */
#ifndef MLWATCH_ROLE_WORDS_H
#define MLWATCH_ROLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 12, WORD_BYTES = 32 };
struct role_words {
    char at[WORDS_MAX][WORD_BYTES];
    int n;
};
enum split { SPLIT_NONE, SPLIT_TRAIN, SPLIT_EVAL };

/* role_words_cut - at every character that is no letter or digit; what stands in "(...)" is no part of the name.
 *   camel   also before a capital behind a small letter: "trainLoss", "EpRewMean" */
void role_words_cut(const char *name, bool camel, struct role_words *w);
/* role_words_plain - take off what only tells one of several apart: "ndcg 10", "map 0 5", "rouge2", "losses". False when there is nothing. */
bool role_words_plain(struct role_words *w);
/* role_words_among - is the word in the list, which NULL ends? */
bool role_words_among(const char *const *list, const char *word);
/* role_words_split - take the split off: it stands first ("val_loss", "eval/loss") or, in some tools, second or last ("loss/train"). */
enum split role_words_split(struct role_words *w);
/* role_words_places - take places off that tools log to. Returns whether one was "metrics/", which tools use for evaluations. */
bool role_words_places(struct role_words *w);
/* role_words_spell - the words [from, to) with a blank between; those that fit. */
void role_words_spell(const struct role_words *w, int from, int to, char *out, size_t size);
/* role_words_count - of words with a blank between. */
int role_words_count(const char *words);

#endif
