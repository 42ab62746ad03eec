/* csv_place - what the place of a table says of its columns: tools that write one file a set or a metric leave the set out of the header.
 *
 *   learn_error.tsv, test_error.tsv       CatBoost; "iter RMSE MAE" are learn/RMSE and learn/MAE, as its catboost_training.json has them. Of
 *                                         several test sets all but the last stand as RMSE:0, RMSE:1: test/RMSE, test1/RMSE, test2/RMSE
 *   plots/metrics/train/loss.tsv          DVCLive; "step loss" is train/loss (iterative/dvclive: src/dvclive/plots/metric.py)
 *   run-train-tag-loss.csv                "Wall time,Step,Value" of TensorBoard's downloads: the file's name says the tag (file_says.h)
 *   fitness_history.csv                   neat-python: the best and the mean fitness of each generation, parted by a blank, without a header
 *                                         (neat/statistics.py, save_genome_fitness)
 *   train_loss.csv without a header       "0,0.69": the same, where a column of counts stands beside one of values */
#ifndef MLWATCH_CSV_PLACE_H
#define MLWATCH_CSV_PLACE_H

#include <stdbool.h>

#include "../field.h"
#include "../file_says.h"

enum { CSV_PLACE_BYTES = 128, CSV_PLACE_GENERATION = 2 };

struct csv_place {
    char prefix[CSV_PLACE_BYTES]; /* "train/", or empty */
    bool beside;                  /* scores that do not say so are of held-out rows (held_out.h) */
    bool sets;                    /* columns may name the test set that they are of */
    unsigned last;                /* the number of the set that has none */
    bool table;                   /* the file is called .csv or .tsv */
    bool evolves;                 /* its rows are the generations of an evolution */
    bool says, exported;          /* the file's name is one of a metric; the header is that of TensorBoard's downloads */
    char file[FILE_SAYS_BYTES];   /* what file_says made of it */
};

/* csv_place_of - what the path says; a prefix that is too long is left out. */
void csv_place_of(struct csv_place *p, const char *path);
/* csv_place_header - before its names are asked for: how many sets has this header line? Cost: O(line). */
void csv_place_header(struct csv_place *p, struct span line, char delimiter);
/* csv_place_delimiter - what parts the cells of this record, the first: blanks too, where the file is not called a table. */
char csv_place_delimiter(const struct csv_place *p, struct span line);
/* csv_place_column - the name of column i of so many, where there is no header; empty when the path does not say it. */
struct span csv_place_column(const struct csv_place *p, size_t i, size_t cells);
/* csv_place_name - the column's name: the header's cell, or a longer one in out. Steps, clocks and settings keep theirs.
 *   out  FIELD_NAME_MAX_BYTES of the caller */
struct span csv_place_name(const struct csv_place *p, struct span cell, char *out);

#endif
