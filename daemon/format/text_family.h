/* text_family - line shapes that need more than the general grammar of text_record.h: progress bars, dict lines, boosting rounds. */
#ifndef MLWATCH_TEXT_FAMILY_H
#define MLWATCH_TEXT_FAMILY_H

#include "text_record.h"

enum { TEXT_BAR_BYTES = 1024 };
struct text_families {
    uint16_t rows[256];               /* first letter of a line -> the rows of the table that it may be for */
    int64_t bar, bar_total, bar_base; /* tqdm: the count last drawn, its end, counts of the bars before */
    uint64_t bar_hash;                /* of the values last drawn: a redraw of the same is one record */
    bool bar_drawn, main_drawn;
    int64_t main, main_total;     /* the longest bar without a title: the Trainer's steps */
    bool dict_begun, dict_by_bar; /* whether the first dict line had a bar to take its step from */
    double keras_epoch;           /* epoch whose bar was last complete; NaN for none */
    double keras_total;
    bool keras_begun;
    struct { /* the complete bar drawn last, while its epoch was not told; n 0 for none */
        size_t n;
        uint64_t line;
        double time;
        char body[TEXT_BAR_BYTES];
    } drawn;
    bool columns; /* below the header of scikit-learn's gradient boosting */
};

/* text_families_init - index the table by first letter. */
void text_families_init(struct text_families *f);
/* text_family - try the table of shapes.
 *   rest     what is glued behind a progress bar, to be read as a line of its own; else empty
 *   returns  true when one of them knew the line, whether or not it gave points */
bool text_family(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out);

#endif
