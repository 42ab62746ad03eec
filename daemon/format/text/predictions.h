/* text_predictions - how many classes a classifier predicts, from what evaluations print about them.
 *
 *                   precision    recall  f1-score   support        scikit-learn's classification_report: a class whose recall is above 0
 *                                                                  is predicted; all inputs are given one class where its recall is 1, its
 *                cat       0.95      1.00      0.97       950      precision its share of the inputs, and nothing else is ever right
 *                dog       0.00      0.00      0.00        50
 *           accuracy                           0.95      1000
 *
 *     Confusion matrix:                                            NumPy or a tensor, below a line that calls it so: a row a true class, a
 *     [[950   0]                                                   column a predicted one; columns with something in them are counted
 *      [ 50   0]]
 *
 *     pred counts: [950, 50]      predicted class distribution: Counter({0: 950, 1: 50})
 *
 * Each gives one point at the step of the record read last: KIND/predicted_classes. Nothing is told of fewer than PREDICTIONS_MIN inputs, and
 * of inputs whose true classes are known to be one: every answer is right then. Lines are only looked at. */
#ifndef MLWATCH_TEXT_PREDICTIONS_H
#define MLWATCH_TEXT_PREDICTIONS_H

#include "record.h"

enum { PREDICTIONS_MIN = 20, PREDICTIONS_CLASSES_MAX = 256, PREDICTIONS_LINES_MAX = 4 * PREDICTIONS_CLASSES_MAX };

struct text_predictions {                                                                       /* zeroed before the first line */
    enum { PREDICTIONS_NONE, PREDICTIONS_REPORT, PREDICTIONS_CALLED, PREDICTIONS_MATRIX } open; /* called: a matrix is to come */
    unsigned lines;
    uint64_t line;
    struct {                                       /* classification_report */
        unsigned classes, with_inputs, right;      /* right: classes with a recall above 0 */
        double inputs, recall, precision, support; /* of the class that is right last */
        bool wrong_guessed;                        /* a class is predicted, and never right */
    } report;
    struct {
        unsigned rows, rows_used, column, columns; /* column: of the row in hand */
        double inputs;
        bool row_used, used[PREDICTIONS_CLASSES_MAX];
    } matrix;
};

/* text_predictions - one line, after it was read. Cost: for other lines a look for three words, about 20 ns. */
void text_predictions(struct text_predictions *s, struct text_run *r, const struct text_line *l, const struct format_out *out);

#endif
