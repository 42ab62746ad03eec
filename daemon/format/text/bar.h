/* text_bar - progress bars as rows of the table of text/family.c. */
#ifndef MLWATCH_TEXT_BAR_H
#define MLWATCH_TEXT_BAR_H

#include "family.h"

/* text_bar_tqdm, text_bar_keras - read one line; false when it is no such bar. Arguments as text_family. */
bool text_bar_tqdm(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                   const struct format_out *out);
bool text_bar_keras(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                    const struct format_out *out);
/* text_bar_may_be_tqdm - no line without its marks is one, whatever its numbers. */
bool text_bar_may_be_tqdm(struct span body);
/* text_bar_like - may the line hold a tqdm bar? Cheaper than to look for it. */
bool text_bar_like(struct span body);
/* text_bar_settle - tell the tqdm bar that is held back, if any: its count is not drawn again for now. */
void text_bar_settle(struct text_families *f, struct text_run *r, const struct format_out *out);
/* text_bar_end - the log ends here, for now: a complete Keras bar that was not drawn again is its epoch. */
void text_bar_end(struct text_families *f, struct text_run *r, const struct format_out *out);

#endif
