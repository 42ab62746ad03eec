/* text_columns - tables of one header line and one row a record: fastai, skorch, spaCy, scikit-learn's gradient boosting, Ultralytics, MATLAB.
 *
 *     epoch     train_loss  valid_loss  accuracy  time
 *     0         0.671231    0.342111    0.912000  00:12
 *
 *           Epoch    GPU_mem   box_loss   cls_loss  Instances       Size
 *           1/100      2.31G      1.276      1.830         41        640: 100%|####| 120/120
 *                      Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|####| 4/4
 *                        all        128        929      0.661      0.531      0.605      0.445
 *
 *     ,loss,acc,val_loss,val_acc
 *     0,0.4099,0.8723,0.2543,0.9136
 *
 *     |  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Mini-batch  |  Base Learning  |
 *     |         |             |   (hh:mm:ss)   |   Accuracy   |     Loss     |      Rate       |
 *     |       1 |          50 |       00:00:02 |       42.97% |       1.5195 |          0.0100 |
 *
 * Where the bars went to another file, an epoch is its header and the row of scores.
 *
 * Cells stand two blanks, a tab, a '|' or a comma apart. A header counts if it begins with a counter and names a metric. */
#ifndef MLWATCH_TEXT_COLUMNS_H
#define MLWATCH_TEXT_COLUMNS_H

#include "record.h"

enum { TEXT_COLUMNS_MAX = 24, TEXT_COLUMN_BYTES = 40, TEXT_HEADER_BYTES = 200 };

struct text_columns {
    size_t n; /* 0: no table is open */
    int counter;
    enum axis axis;
    bool comma;          /* cells stand between commas */
    bool drawn;          /* rows are progress bars: only complete ones count */
    int64_t last;        /* the count told last, for a bar that is drawn again; -1 before the first */
    size_t n_scores;     /* of the table of classes; 0: none is open */
    uint64_t upper_line; /* of a header that goes on in the next line, and the line; 0 for none */
    uint32_t n_upper;
    char upper[TEXT_HEADER_BYTES];
    int64_t headed; /* headers of an epoch's bar since its row was last seen: the bars may be in another file */
    struct text_column {
        char name[TEXT_COLUMN_BYTES];
        enum text_split split;
        bool skipped; /* a counter, a clock, a count of samples */
    } column[TEXT_COLUMNS_MAX], score[TEXT_COLUMNS_MAX];
};

/* text_columns - returns true when the line is a header, or a row below one. Cost: one look at the first letter for most lines. */
bool text_columns(struct text_columns *t, struct text_run *r, const struct text_line *l, const struct format_out *out);

#endif
