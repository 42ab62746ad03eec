/* record - one line of a log as named numbers and texts, on its way to points and facts.
 *
 * A format names its columns once, fills a record cell by cell and ends it; nothing is told before record_end, so a record that
 * turns out to be broken leaves no trace. record_end chooses the step (field.h): a kind of counter that was seen once is kept,
 * and records without it stand at the last step. Epochs alone are steps while they are whole and a series has one value an epoch.
 * Where a column "phase", "split" ... says of whole records that they are about held-out data, their metrics are series of their own.
 * Beside a count of episodes, steps that begin again with each episode are joined as in epochs, and lengths of episodes are no steps. */
#ifndef MLWATCH_RECORD_H
#define MLWATCH_RECORD_H

#include "episodes.h"
#include "field.h"
#include "format.h"
#include "held_out.h"

enum { RECORD_COLUMNS_MAX = 8192, RECORD_TEXTS_MAX = 32, RECORD_FACTS_MAX = 64, AXIS_UNTOLD = 255 };

struct column {
    uint64_t stamp; /* of the last record that had it */
    uint32_t cell, kind_bit;
    int rank, series;   /* series: valid while axis is the record's */
    int held_series[2]; /* the same of validation and test data */
    uint8_t axis;       /* enum axis, or AXIS_UNTOLD */
    uint8_t held_axis[2];
    bool splits, open;       /* its texts say which data a record is about; its name leaves that open */
    bool text_seen, closed;  /* closed: its texts are no settings, or were told */
    uint16_t facts, repeats; /* facts told; points in a row at one step */
    uint32_t length;
    const struct field *field;
    const char *name; /* in the arena, NUL-terminated */
    double setting;   /* FIELD_SETTING: the last value told */
    int64_t last_step;
    uint32_t text_hash;
};
struct cell {
    uint32_t column;
    uint16_t rank, kind; /* of the column's field: choosing a step looks at the cells alone */
    double value;
};
struct text_cell {
    uint32_t column;
    struct span text;
};

struct record { /* zeroed before the first record */
    struct column *columns;
    struct cell *cells;
    uint32_t *slots; /* hash of the name -> column + 1 */
    uint32_t n_columns, cap, n_slots, n_cells, n_texts, n_facts;
    uint32_t kinds;          /* kind_bits of the record's cells */
    uint64_t stamp, records; /* records: that had a number */
    int64_t step;
    double time; /* of the record being filled; NaN when it told none */
    int tier;    /* best kind of counter so far, 0 for none */
    enum axis axis;
    double epoch;                      /* that the last record with a counter and an epoch told */
    bool twins, epoch_told;            /* twins: records count the step twice, as MMEngine's have "iter" and "step" */
    bool evaluates;                    /* this one does not: what it tells is of held-out data */
    bool epochs_unfit, full, episodes; /* full: the limit of columns was reported; episodes: a record is one, set by the format */
    struct episodes both;              /* of records that count steps and episodes */
    struct stepper stepper;
    enum held_out held;      /* of the record in hand */
    struct text_cell *texts; /* RECORD_TEXTS_MAX, in the arena from the first text on */
    struct arena *arena;
};

/* record_column - the index of a column, made at first sight; -1 when the arena or RECORD_COLUMNS_MAX is used up (bad() says so once).
 *   field  NULL to look the name up */
int record_column(struct record *r, struct span name, const struct field *field, uint64_t line, const struct format_out *out);
/* record_find - the index of a column that exists, or -1. */
int record_find(const struct record *r, struct span name);
/* record_begin - forget what the record in hand holds. */
void record_begin(struct record *r);
/* record_text - a cell that is no number: a number in quotes, a time, "10/300", or perhaps a setting.
 *   text  borrowed until record_end */
void record_text(struct record *r, int column, struct span text);
/* record_end - choose step and time, then tell facts and points. Cost: about 5 ns a cell and what out->point costs. */
void record_end(struct record *r, uint64_t line, const struct format_out *out);

/* record_cell - what record_number stores. */
static inline struct cell record_cell(const struct record *r, int column, double value)
{
    const struct column *c = &r->columns[column];
    return (struct cell){(uint32_t)column, (uint16_t)c->rank, (uint16_t)c->field->kind, value};
}
/* record_number - a cell; the last one counts when a record has two of a name. */
static inline void record_number(struct record *r, int column, double value)
{
    if (column < 0) return;
    struct column *c = &r->columns[column];
    if (c->stamp != r->stamp) {
        c->stamp = r->stamp;
        c->cell = r->n_cells++;
        r->kinds |= c->kind_bit;
    }
    r->cells[c->cell] = record_cell(r, column, value);
}

#endif
