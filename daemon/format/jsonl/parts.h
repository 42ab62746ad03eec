/* jsonl_parts - what a reader of JSON lines keeps; shared by jsonl.c and the files below, and by nobody else.
 *
 *   jsonl.c        lines, the careful way
 *   jsonl/shape.c  lines that are like one before
 *   jsonl/texts.c  texts that a model made
 *   jsonl/sniff.c  is it one? */
#ifndef MLWATCH_FORMAT_JSONL_PARTS_H
#define MLWATCH_FORMAT_JSONL_PARTS_H

#include "../../base/num_form.h"
#include "../format.h"
#include "../json_said.h"
#include "../json_scan.h"
#include "../record.h"

enum { SHAPES = 4, MEASURED_MAX = 4 };

/* A value of the line and the text before it. */
struct slot {
    const char *text;
    uint32_t length, ending; /* ending: base/same.h */
    int32_t column;
    enum json_kind kind;
    struct cell cell; /* steady shapes: what the value becomes */
    struct num_form form;
};
struct shape {
    struct slot *slots; /* the last one has only text: what closes the line */
    char *text;
    uint32_t n, bytes, kinds; /* kinds: of the numbers */
    uint32_t n_most, bytes_most;
    bool steady; /* every value is a number or a string, and each of its own column */
};
/* A column of generated texts, and that of their repetition. */
struct measured {
    int text, repetition;
    bool long_once; /* a text of it was long enough to be measured: an empty one is no short answer */
};
struct jsonl {
    struct record record;
    struct shape shapes[SHAPES];
    struct measured measured[MEASURED_MAX];
    uint32_t n_measured;
    struct json_said said;
    uint64_t line, others; /* finished lines; those among them that were no object */
    uint32_t last, oldest; /* shapes: used last, replaced next */
    bool skipping;         /* within a line that is too long */
};

/* ---- jsonl/shape.c ------------------------------------------------------------------------------------------------------- */

/* jsonl_shape_fresh - an empty shape, in the place of the oldest, with room for this line's; NULL when it does not fit. */
struct shape *jsonl_shape_fresh(struct jsonl *s, struct span line, const struct format_out *out);
/* jsonl_shape_add - the text between two places of the line, and the value that stands behind it; false when the shape has no room for it, and
 * is empty then.
 *   kind, column   of the value; of the line's end JSON_WORD and -1 */
bool jsonl_shape_add(struct shape *f, const char *from, const char *until, enum json_kind kind, int column);
/* jsonl_shape_settle - the line was whole: may the next one of this shape be read in one go? */
void jsonl_shape_settle(struct shape *f, const struct jsonl *s);
/* jsonl_known_steady - the line at p, where it has the shape of one before in which all is numbers and plain strings: returns its newline, or NULL. The
 * record is filled, and not ended. NUM_FORM_BEFORE bytes are readable before p.
 * jsonl_known - the same for any shape, of a whole line; end: of the bytes that are there behind it. */
const char *jsonl_known_steady(struct jsonl *s, const char *p, const char *end);
bool jsonl_known(struct jsonl *s, struct span line, const char *end);

/* ---- jsonl/texts.c ------------------------------------------------------------------------------------------------------- */

/* jsonl_note_text - a column of texts was seen: are they what a model makes? Then their repetition becomes a series. */
void jsonl_note_text(struct jsonl *s, int column, struct span path, const struct format_out *out);
/* jsonl_take - a value of the line goes into the record, under its column; -1: it is refused. */
void jsonl_take(struct jsonl *s, int column, enum json_kind kind, struct span raw, double value);

/* ---- jsonl/sniff.c ------------------------------------------------------------------------------------------------------- */

/* jsonl_sniff - objects with numbers on the first lines, and a name that training logs have. A single object is a log only if it counts steps, or
 * by the file's name. As format.h has it. */
int jsonl_sniff(const char *path, struct span head);

#endif
