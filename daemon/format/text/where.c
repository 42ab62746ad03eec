/* text_where - where a record stands, by what it counts (text/record.h, text/parts.h). */
#include <math.h>
#include <stdio.h>

#include "parts.h"

bool text_where_behind_step(const struct text_run *r)
{
    return r->points && r->place.known && r->last.axis == r->place.axis && r->last.step == r->place.step;
}

/* The epoch while it tells the records
 * apart, else the number of the record. Held-out data stands at the record of the training loop before it, and where that one counts steps, at
 * its step: only so can the two be laid side by side. */
struct text_where text_where_by_epoch(struct text_run *r, const struct text_count *c, enum text_split split,
                                      const struct text_name *main)
{
    struct text_place *p = &r->place;
    bool trains = !split && main, crowded = trains && c->axis == AXIS_EPOCH && text_place_crowded(p, main, (int64_t)c->epoch);
    if (p->known && (c->axis == AXIS_RECORD || (split && text_where_behind_step(r))))
        return (struct text_where){p->step, p->axis, split};
    if (trains && c->axis == AXIS_EPOCH) text_place_counts(p, c->epoch);
    if (c->axis == AXIS_RECORD || crowded) text_place_by_record(p);
    p->record += trains || !p->record;
    if (p->by_record) return (struct text_where){p->record, AXIS_RECORD, split};
    return (struct text_where){(int64_t)c->epoch, AXIS_EPOCH, split};
}

/* beside_episodes - "Episode 7, Steps: 35": an episode's length counts nothing, and from the line on where that is known the episodes do. */
static void beside_episodes(struct text_run *r, struct text_count *c)
{
    if (!c->field || c->field->kind != FIELD_STEP || isnan(c->episode)) return;
    switch (episodes_steps(&r->place.both, (int64_t)c->value, c->episode)) {
    case STEPS_OF_RUN: return;
    case STEPS_OF_PART:
        if (isnan(c->epoch)) c->epoch = c->episode;
        return;
    case STEPS_ARE_LENGTHS:
        c->value = c->episode, c->total = NAN, c->axis = AXIS_EPISODE;
        text_names_anew(&r->names);
        return;
    }
}

/* tell_epoch - the batches of an epoch, once, where the log counts them in each: "Epoch 3/10, [100/600]". */
static void tell_epoch(struct text_place *p, double epoch, double total, const struct format_out *out)
{
    char text[32];
    bool counted = isfinite(epoch) && p->epoch_known && epoch > p->epoch && total >= 2 && field_is_step(total);
    if (!counted || p->flat || p->epoch_told) return;
    p->epoch_told = true;
    int n = snprintf(text, sizeof text, "%lld", (long long)total);
    out->fact(out->arg, span_of("steps_per_epoch"), (struct span){text, (size_t)n});
}

struct text_where text_where_counted(struct text_run *r, struct text_count *c, enum text_split split,
                                     const struct format_out *out)
{
    struct text_place *p = &r->place;
    if (!split) beside_episodes(r, c);
    int64_t raw = (int64_t)c->value;
    bool less = p->lesser && c->field == p->lesser && c->named; /* "iter 100: val loss" where the records count in steps */
    if (less) return (struct text_where){p->step, p->axis, split};
    if (c->lesser && c->field && !split) p->counter = c->field, p->lesser = c->lesser;
    bool other = isfinite(c->epoch) || (c->total > 0 && p->total > 0 && c->total != p->total);
    bool own = split && other && p->known && p->axis == c->axis && raw >= 0 && raw < p->step / 2;
    if (own) return (struct text_where){p->step, p->axis, split}; /* "epoch: 6, val step: 0" counts the evaluation's own loop */
    if (split) return (struct text_where){raw, c->axis, split};
    bool headed = isnan(c->epoch) && p->heading;
    if (c->total > 0) p->total = c->total;
    if (c->total > 0 && isnan(c->epoch) && !headed) { /* "batch 200/1600" begins again behind the line that sums an epoch up */
        p->known = true, p->raw = raw, p->axis = c->axis;
        p->step = stepper_next(&p->stepper, raw, p->passed);
        return (struct text_where){p->step, p->axis, split};
    }
    if (headed && c->named) text_place_wraps(p, raw, c->total);
    double total = headed && c->named ? (double)NAN : c->total; /* "100/600" below a heading may count the whole run */
    tell_epoch(p, headed ? p->heading_epoch : c->epoch, total, out);
    p->step = text_place_step(p, raw, total, headed ? p->heading_epoch : c->epoch);
    p->axis = c->axis;
    return (struct text_where){p->step, p->axis, split};
}
