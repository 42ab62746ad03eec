/* text_section - which data the pairs of one line are about, where the line has a part for each: "Train Loss: 0.5 | Acc: 0.8 | Val Loss: 0.6
 * | Acc: 0.7", "Train: (loss 0.5, acc 0.8) Test: (loss 0.6, acc 0.7)", "Loss: 0.5, Train: 0.8, Val: 0.7, Test: 0.7". */
#ifndef MLWATCH_TEXT_SECTION_H
#define MLWATCH_TEXT_SECTION_H

#include "names.h"
#include "pairs.h"

/* text_sections - the split of each pair that its own name does not tell: of a name that the line has twice. SPLIT_NONE for the others.
 *   returns whether any is told; split is left alone when not */
bool text_sections(const struct text_pairs *ps, enum text_split split[TEXT_PAIRS_MAX]);
/* text_section_scores - name the shares that have nothing but "Train", "Val", "Test" for a name, where a loss is told beside two or more
 * of them: what is right of each part, as the examples of PyTorch Geometric and OGB print it. */
void text_section_scores(struct text_pairs *ps);
/* text_section_none - do neither of these find anything in a line with such names, whatever its numbers are? */
bool text_section_none(const struct text_pairs *ps);

/* text_section_game - "D: 0.6 G: 1.1": what the two players of a GAN lose, by a letter each. */
void text_section_game(struct text_pairs *ps);

#endif
