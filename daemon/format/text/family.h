/* text_family - line shapes that need more than the general grammar of text/record.h: progress bars, dict lines, boosting rounds. */
#ifndef MLWATCH_TEXT_FAMILY_H
#define MLWATCH_TEXT_FAMILY_H

#include "record.h"

enum { TEXT_BAR_BYTES = 1024, TEXT_DICT_BYTES = 4096, TEXT_DICT_NAMES_BYTES = 2048 };
enum { TEXT_CONLL_METRICS = 4, TEXT_CONLL_CLASS_BYTES = 32, TEXT_CONLL_NAME_BYTES = 64 };
struct text_families {
    uint64_t rows[256];                   /* first letter of a line -> the rows of the table that it may be for */
    int64_t bar, bar_total, bar_base;     /* tqdm: the count last told, its end, counts of the bars before */
    double bar_heading;                   /* the epoch above the bar told last; where bar_headed */
    bool bar_headed, bar_told, validated; /* validated: an evaluation's bar was drawn since the held-out values were told */
    struct {                              /* the tqdm bar drawn last, while its count may be drawn again; n_body 0 for none */
        size_t n_body, title, from, to;   /* bytes of the title; its values: [from, to) */
        int64_t n, total;
        uint64_t line;
        double time, rate; /* rate: steps a second, NaN for none */
        bool again;        /* this count was told before */
        bool epochs;       /* and is one of epochs */
        char body[TEXT_BAR_BYTES];
    } held;
    bool main_drawn;
    int64_t main, main_total;     /* the longest bar without a title: the Trainer's steps */
    bool dict_begun, dict_by_bar; /* whether the first dict line had a bar to take its step from */
    bool dict_ended;              /* a dict summed up the training, and none came since */
    double dict_epoch;            /* of the last one without a bar */
    struct {                      /* a dict line that waits for the bar below it; n 0 for none */
        size_t n;
        uint64_t line;
        double time;
        char body[TEXT_DICT_BYTES];
    } dict;
    double keras_epoch; /* epoch whose bar was last complete; NaN for none */
    double keras_total;
    bool keras_begun;
    struct { /* the complete Keras bar drawn last, while its epoch was not told; n 0 for none */
        size_t n;
        uint64_t line;
        double time;
        char body[TEXT_BAR_BYTES];
    } drawn;
    bool booster;   /* whose rounds the lines tell was told */
    bool trees;     /* how many trees a round grows was told */
    bool restating; /* the next line repeats a round that was told before */
    struct {        /* of detectron2's lines to be copied into a table */
        char task[32], names[240];
    } copied;
    struct text_pairs pairs, title; /* of the line in hand: here, so that their memory is not cleared for each */
    size_t n_dict_names;            /* bytes used of dict_names: the names of what is in a dict within the dict in hand */
    char dict_names[TEXT_DICT_NAMES_BYTES];
    bool epoch_and_batch; /* WeNet's "Batch 1/200" are both */
    struct {
        bool told;
        int64_t epoch, number;
    } batch;                /* of its newest line, until that is sure */
    struct {                /* Flower's lists at the end of a run */
        const char *prefix; /* of the names; NULL before the first heading */
        char key[64];
        bool open, told; /* told: the server's own losses were told round by round */
    } flower;
    struct {                          /* of conlleval */
        enum text_split split;        /* which data the report in hand is of; SPLIT_NONE before the first */
        int64_t reports[SPLIT_COUNT]; /* so far */
    } conll;
};

/* text_families_init - index the table by first letter. */
void text_families_init(struct text_families *f);
/* text_family_rows - the shapes that a line may have by its first letter and the words it must hold: a bit for each row. */
uint64_t text_family_rows(const struct text_families *f, struct span body);
/* text_family - try the table of shapes.
 *   rows     of text_family_rows, or those of a line with the same words
 *   rest     what is glued behind a progress bar, to be read as a line of its own; else empty
 *   returns  true when one of them knew the line, whether or not it gave points */
bool text_family(struct text_families *f, uint64_t rows, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out);
/* text_family_settle - a line that is no bar came, or the log ends here for now: what was held back is told. */
void text_family_settle(struct text_families *f, struct text_run *r, const struct format_out *out);

#endif
