/* text_record - from the pairs of a line to points: is it a record, at which step, which of its numbers are metrics. */
#ifndef MLWATCH_TEXT_RECORD_H
#define MLWATCH_TEXT_RECORD_H

#include "../format.h"
#include "bare.h"
#include "count.h"
#include "names.h"
#include "pairs.h"
#include "pending.h"
#include "place.h"
#include "rank.h"

struct text_line {
    struct span body;      /* cleaned, without prefix */
    double time;           /* NaN when the line has none */
    uint64_t line;         /* physical, from 1 */
    struct span tag;       /* the logger's name */
    enum text_split split; /* told by a logger's name or a "[Eval]" in front */
    bool indented, redraw; /* redraw: ended by a carriage return alone */
    struct span drawn;     /* the body as it came, where text_plainly changed it; else empty */
    bool closed;           /* begun behind a carriage return and ended by a line feed: a bar in it is drawn no more */
};
struct text_where {
    int64_t step;
    enum axis axis;
    enum text_split split;
};
struct text_run {
    struct text_names names;
    struct text_place place;
    struct text_pending pending;
    struct text_ranks ranks;
    struct text_where last; /* of the points told last; nothing while points is 0 */
    uint64_t last_line;     /* theirs */
    struct {                /* a line that did nothing but count, and where the metrics below it stand */
        struct text_count count;
        struct text_where at;
        uint64_t line; /* 0 for none */
        bool placed;
    } standing;
    struct { /* the held-out metric that a record without a count told first, and its number */
        const struct text_name *metric;
        int64_t record;
    } held;
    int64_t summed; /* the step that "Training loss: 0.5" was last told at, in a line without a count */
    uint64_t points;
    double logging_steps; /* updates between two lines of the Trainer, where its settings were told; else 0 */
    double loss_scale;    /* of Megatron's last line */
    bool loss_told;       /* its "lm loss" was in a line before */
    bool nonfinite;       /* the last record said so; the next one that does is no news */
    enum text_bare bare;
    bool listed; /* what was told are lists of all epochs (text/listed.h) */
};

/* text_record - read a line by the general grammar: a counter and at least one metric, metrics below an epoch's heading, or metrics
 * alone where nothing counts.
 *   returns how many points it gave; 0 for a line that is no record */
unsigned text_record(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out);
/* text_where_counted - the place of a record with a counter of its own; it starts again in each epoch, which a heading may tell.
 *   split   of held-out data: the training's own place stays as it is */
struct text_where text_where_counted(struct text_run *r, struct text_count *c, enum text_split split,
                                     const struct format_out *out);
/* text_emit - the metrics among the pairs as points at a place that the caller knows. Returns how many. */
unsigned text_emit(struct text_run *r, const struct text_line *l, struct text_pairs *ps, struct text_where at,
                   const struct format_out *out);
/* text_point - one point under a name of our own. */
void text_point(struct text_run *r, const struct text_line *l, struct span name, double value, struct text_where at,
                const struct format_out *out);

#endif
