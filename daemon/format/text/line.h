/* text_line - one line of a console log: what it is tried as, and what is kept between lines. Shared with text.c, which cuts the lines. */
#ifndef MLWATCH_TEXT_LINE_H
#define MLWATCH_TEXT_LINE_H

#include "below.h"
#include "block.h"
#include "columns.h"
#include "event.h"
#include "family.h"
#include "form.h"
#include "julia.h"
#include "margin.h"
#include "neat.h"
#include "predictions.h"
#include "prefix.h"
#include "python.h"
#include "samples.h"
#include "settings.h"
#include "sides.h"
#include "table.h"
#include "unfold.h"
#include "wide.h"

struct text {
    uint64_t line; /* physical line of the next byte, from 1 */
    bool skipping; /* inside a line that was too long */
    bool returned; /* the text before ended in a carriage return alone */
    bool within;   /* the message of a record, text/said.h: what it says is no record again */
    enum text_wide wide;
    struct text_run run;
    struct text_families families;
    struct text_table table;
    struct text_columns columns;
    struct text_sides sides;
    struct text_neat neat;
    struct text_events events;
    struct text_facts facts;
    struct text_block block;
    struct text_below below;
    struct text_unfold unfold;
    struct text_julia julia;
    struct text_python python;
    struct text_samples samples;
    struct text_predictions predictions;
    struct text_forms forms;
    struct text_margin margin;
    struct text_pairs pairs; /* of the line in hand: here, so that its memory is not cleared for each */
    struct span input;       /* what is being fed; nothing in between */
};

/* text_line - a message without its prefix; an empty one is none.
 *   drawn    the same as it was drawn, where that was more than text; else empty
 *   redraw   it ended in a carriage return alone */
void text_line(struct text *t, struct span body, struct span drawn, const struct text_prefix *prefix, bool redraw,
               const struct format_out *out);
/* text_line_end - the log ends here, for now: what was held is told. */
void text_line_end(struct text *t, const struct format_out *out);

#endif
