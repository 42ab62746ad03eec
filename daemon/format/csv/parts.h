/* csv_parts - what a reader of tables keeps; shared by csv.c and the files below, and by nobody else.
 *
 *   csv.c         rows, one after the other
 *   csv/header.c  what the columns are      csv/plain.c  rows of plain numbers, in one go */
#ifndef MLWATCH_FORMAT_CSV_PARTS_H
#define MLWATCH_FORMAT_CSV_PARTS_H

#include "../../base/num_form.h"
#include "../format.h"
#include "../record.h"
#include "blank.h"
#include "evaluated.h"
#include "index.h"
#include "place.h"
#include "tidy.h"

enum { CSV_COLUMNS_MAX = 4096 };

/* A column of plain numbers: what a value becomes, and what it looks like. */
struct plain {
    struct num_form form;
    struct cell cell;
};

struct csv {
    struct record record;
    uint64_t line;       /* finished physical lines */
    double t_start;      /* Stable-Baselines3: seconds since 1970, to which column t adds; 0 when unknown */
    int32_t *columns;    /* of the record's columns; -1 for what is refused */
    struct plain *plain; /* the same, if steady */
    uint32_t kinds;
    char *header; /* the header's own bytes, to know it again */
    uint32_t n_columns, plain_cap, header_bytes, header_cap;
    int32_t t_column; /* -1 when there is none */
    char *comment;    /* the last # line: the header when numbers follow it */
    struct csv_place place;
    struct csv_tidy tidy;
    struct csv_index index;
    struct csv_evaluated evaluated;
    struct csv_blank blank;
    uint32_t comment_bytes;
    char delimiter;
    bool begun, steady, skipping,
        fallen; /* steady: every column may have numbers; skipping: within a line that is too long; fallen: no memory for the header */
};

/* ---- csv/header.c ---------------------------------------------------------------------------------------------------------- */

/* csv_header - the first record, or one that is a header again: names the columns, by it or without it.
 *   s->header_bytes, s->fallen   after it: the record was the header; there is no memory for it */
void csv_header(struct csv *s, struct span line, const struct format_out *out);
/* csv_header_again - is this row the header, or one that takes its place? */
bool csv_header_again(struct csv *s, struct span line);
/* csv_comment - a line that begins with #. Stable-Baselines3 writes #{"t_start": 1700000000.1, "env_id": "CartPole-v1"}; what it counts is episodes. */
void csv_comment(struct csv *s, struct span line, const struct format_out *out);

/* ---- csv/plain.c ----------------------------------------------------------------------------------------------------------- */

/* csv_plain_settle - the columns are known: may rows of plain numbers be read in one go? */
void csv_plain_settle(struct csv *s, const struct format_out *out);
/* csv_plain_row - the row at p, where it is as wide as the header and has plain numbers and empty cells: fills the record, and returns
 * the newline; else NULL. Most rows are so, and their end is found by the way. NUM_FORM_BEFORE bytes are readable before p. */
const char *csv_plain_row(struct csv *s, const char *p, const char *end);

#endif
