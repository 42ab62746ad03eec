/* text_parts - what the parts of text_record ask of a line: is a pair a metric, what does the line weigh, which data is it about, and where
 * does it stand. */
#ifndef MLWATCH_TEXT_PARTS_H
#define MLWATCH_TEXT_PARTS_H

#include <math.h>

#include "record.h"

enum { TEXT_NAME_WORDS_MAX = 6 };

/* What kinds of numbers a line holds besides its counters, and how many of each. */
struct text_weight {
    unsigned metrics, strong, settings, split;
};

/* text_resolve - what the key of a pair means, looked up once; NULL when it has none, or no more names are kept. */
static inline struct text_name *text_resolve(struct text_run *r, struct text_pair *p, struct arena *arena)
{
    if (!p->name && p->key.n) p->name = text_name_of(&r->names, p->key, p->last, arena);
    return p->name;
}

/* text_is_count - a small whole number, as people count things. */
static inline bool text_is_count(double value) { return value >= 1 && value < 1000 && value == floor(value); }

/* text_is_metric - is the value one of a series: no counter, no bookkeeping, no prose? Behind a name and a blank it is none unless the name is a
 * metric's, or its mean follows in brackets, as a meter of averages writes it: "Loss box 5.25 (6.5)". */
static inline bool text_is_metric(const struct text_name *e, const struct text_pair *p)
{
    if (!e || e->rank != FIELD_UNRANKED || (e->flags & NAME_IGNORED) || p->words > TEXT_NAME_WORDS_MAX) return false;
    if (p->separator == ' ' && isnan(p->mean) && !(e->flags & NAME_METRIC)) return false;
    if (p->separator == ' ' && text_is_count(p->value)) {
        bool letter = e->n_name == 1 || (e->n_name > 1 && e->name[e->n_name - 2] == ' ');
        if (letter) return false; /* "A A J 10": the cards of a hand, and no loss J */
    }
    if (e->flags & NAME_SMALL && !(p->value >= 0 && p->value < 1)) return false;
    switch (e->field->kind) {
    case FIELD_VALUE: return true;
    case FIELD_TIME: return isnan(field_time(p->value)) && p->value >= 0 && p->value < 1e9;
    default: return false;
    }
}

/* text_weigh - count them. A number that says which rank wrote the line is taken on the way. */
struct text_weight text_weigh(struct text_run *r, struct text_pairs *ps, struct arena *arena);
/* text_main_metric - what the training loop of a line tells first: its series shows whether a count tells the records apart. NULL for none. */
const struct text_name *text_main_metric(const struct text_pairs *ps);
/* text_labelled - "[ Valid | 004/030 ] loss = 0.5": the bracket says what the count is of. */
bool text_labelled(const struct text_line *l, const struct text_pairs *ps);
/* text_leading_split - "val Loss: 0.4 Acc: 0.8": the first key's first word speaks for the whole line. */
enum text_split text_leading_split(const struct text_pairs *ps);
/* text_line_split - the data that the line says it is about; SPLIT_NONE where it does not. */
enum text_split text_line_split(const struct text_run *r, const struct text_line *l, const struct text_pairs *ps);
/* text_where_behind_step - was the last thing told one of the step that the training loop has come to? */
bool text_where_behind_step(const struct text_run *r);
/* text_where_by_epoch - the place of a record that tells an epoch or, with AXIS_RECORD, a part of one. */
struct text_where text_where_by_epoch(struct text_run *r, const struct text_count *c, enum text_split split,
                                      const struct text_name *main);
/* text_plain - read a line of metrics only: below an epoch's heading, saying itself that it is an evaluation, or where nothing counts.
 *   returns  points; 0 for a line that is no record, or is held until it is certain that it is one */
unsigned text_plain(struct text_run *r, const struct text_line *l, struct text_pairs *ps, const struct format_out *out);
/* text_plain_before - what held lines say of held-out data, told at the step that the first record of all stands at: an evaluation before the
 * training. Returns the points. */
unsigned text_plain_before(struct text_run *r, int64_t step, const struct format_out *out);
/* text_stand - note a line that does nothing but count: "--> STEP: 25/500 -- GLOBAL_STEP: 525", "Current step: 17th step". */
void text_stand(struct text_run *r, const struct text_line *l, const struct text_pairs *ps, const struct text_count *c);

#endif
