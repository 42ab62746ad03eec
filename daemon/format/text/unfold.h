/* text_unfold - dicts that are printed over several lines, as one line.
 *
 *     {'epoch': 1.1,             {
 *      'step': 300,                "step": 300,
 *      'train_loss': 0.41}         "loss": 0.41
 *                                } */
#ifndef MLWATCH_TEXT_UNFOLD_H
#define MLWATCH_TEXT_UNFOLD_H

#include "family.h"

enum { TEXT_UNFOLD_LINES = 64 };

struct text_unfold {
    unsigned lines; /* held; 0 for none */
    size_t n;       /* of text, each line ended by a line feed */
    uint64_t line;  /* of the first */
    double time;
    int depth; /* brackets that are open */
    char text[TEXT_DICT_BYTES], joined[TEXT_DICT_BYTES];
};

enum unfolded {
    UNFOLD_NONE,  /* the line has nothing to do with such a dict */
    UNFOLD_HELD,  /* it begins one or goes on in it */
    UNFOLD_WHOLE, /* it ends one: text_unfold_joined is its text, text_unfold_line each line of it */
    UNFOLD_BROKEN /* it is none of the dict that was open: text_unfold_line gives back the lines before, and this one is the caller's */
};

/* text_unfold - look at a line. Only printed ones are held: those with a time or logger's name of their own begin a dict at most.
 *   Cost  O(n) of a line that begins with a brace or stands within a dict; else a byte */
enum unfolded text_unfold(struct text_unfold *u, const struct text_line *l);
/* text_unfold_joined - the dict on one line. It lives until the next dict begins. */
struct text_line text_unfold_joined(struct text_unfold *u);
/* text_unfold_line - the line behind `at`, which begins as 0, as it was; false behind the last. */
bool text_unfold_line(const struct text_unfold *u, size_t *at, unsigned *i, struct text_line *l);
/* text_unfold_done - drop what is held. */
void text_unfold_done(struct text_unfold *u);

#endif
