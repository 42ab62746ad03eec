/* csv_place - what the place of a table says of its columns: tools that write one file a set or a metric leave the set out of the header.
 *
 *   learn_error.tsv, test_error.tsv       CatBoost; "iter RMSE MAE" are learn/RMSE and learn/MAE, as its catboost_training.json has them. Of
 *                                         several test sets all but the last stand as RMSE:0, RMSE:1: test/RMSE, test1/RMSE, test2/RMSE
 *   plots/metrics/train/loss.tsv          DVCLive; "step loss" is train/loss (iterative/dvclive: src/dvclive/plots/metric.py)  */
#ifndef MLWATCH_CSV_PLACE_H
#define MLWATCH_CSV_PLACE_H

#include <stdbool.h>

#include "../field.h"

enum { CSV_PLACE_BYTES = 128 };

struct csv_place {
    char prefix[CSV_PLACE_BYTES]; /* "train/", or empty */
    bool sets;                    /* columns may name the test set that they are of */
    unsigned last;                /* the number of the set that has none */
};

/* csv_place_of - what the path says; a prefix that is too long is left out. */
void csv_place_of(struct csv_place *p, const char *path);
/* csv_place_header - before its names are asked for: how many sets has this header line? Cost: O(line). */
void csv_place_header(struct csv_place *p, struct span line, char delimiter);
/* csv_place_name - the column's name: the header's cell, or a longer one in out. Steps, clocks and settings keep theirs.
 *   out  FIELD_NAME_MAX_BYTES of the caller */
struct span csv_place_name(const struct csv_place *p, struct span cell, char *out);

#endif
