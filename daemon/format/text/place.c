/* text_place - see text/place.h.
 *
 * With a total in the line ("Epoch [3/10], Step [100/600]") the step is (epochs before) * total + count, unless the count was
 * seen to go on growing from one epoch to the next. Without a total, field.h's stepper joins what it has seen. */
#include "place.h"

#include <math.h>

enum {
    HEADING_LINES = 400,
    ANEW_RECORDS = 8, /* an inner loop has fewer */
    INTERVALS = 4     /* alike between lines, one behind the other: the lines come regularly */
};

void text_place_epoch(struct text_place *p, double epoch)
{
    if (!p->epoch_known) p->first_epoch = epoch;
    p->epoch_known = true;
    p->epoch = epoch;
    if (p->heading && epoch > p->heading_epoch + 1) p->heading = false; /* none since; one beside it may count from 0 */
}

/* note_growth - where the epoch grew, did the count? Then it counts the whole run (near its end an epoch's count tells nothing, unless it goes
 * on by just the interval of the lines before). Did it go back, it is the epoch's own, also where few lines of an epoch are told and it seemed to
 * go on. The epoch of an evaluation, which may be the one finished last, is not that of the count. */
static void note_growth(struct text_place *p, int64_t raw, double total, double epoch)
{
    if (!p->known || !p->within.known) return;
    int64_t grew = raw - p->raw;
    if (epoch <= p->within.epoch) {
        p->within.alike = grew > 0 && grew == p->within.interval ? p->within.alike + 1 : 0;
        p->within.interval = grew;
    } else if (grew < 0) p->within.again = true, p->flat = false;
    else if (grew > 0 && !p->within.again) {
        bool goes_on = p->within.alike >= INTERVALS && grew == p->within.interval;
        if (goes_on || (double)p->raw < 0.6 * total) p->flat = true;
    }
}

int64_t text_place_step(struct text_place *p, int64_t raw, double total, double epoch)
{
    bool composed = isfinite(epoch) && total >= 1 && field_is_step(total) && field_is_step(epoch) && raw >= 0;
    if (composed) note_growth(p, raw, total, epoch);
    if (isfinite(epoch)) text_place_epoch(p, epoch), p->within.epoch = epoch, p->within.known = true;
    p->known = true;
    p->raw = raw;
    if (!composed || p->flat) return p->flat ? raw : stepper_next(&p->stepper, raw, epoch);
    int64_t before = (int64_t)epoch - (p->first_epoch < 1 ? 0 : 1), step;
    if (before < 0 || __builtin_mul_overflow(before, (int64_t)total, &step) || __builtin_add_overflow(step, raw, &step))
        return raw;
    return step;
}

void text_place_begins_again(struct text_place *p)
{
    if (p->known && p->raw > 0) p->within.again = true, p->flat = false;
}

void text_place_wraps(struct text_place *p, int64_t raw, double total)
{
    struct stepper *s = &p->stepper;
    bool begins = s->begun && s->epoch_known && p->heading_epoch > s->epoch && raw < s->last;
    if (begins && field_is_step(total) && total >= (double)s->last) s->last = (int64_t)total;
}

bool text_place_crowded(struct text_place *p, const struct text_name *metric, int64_t count)
{
    if (!metric || (p->main.metric && metric != p->main.metric)) return false;
    bool again = p->main.metric && count == p->main.at;
    p->main.metric = metric;
    p->main.at = count;
    p->main.fresh = again ? 0 : p->main.fresh + 1;
    p->main.repeats = again ? p->main.repeats + 1 : p->main.fresh >= 2 ? 0 : p->main.repeats;
    return p->main.repeats >= 2;
}

void text_place_by_record(struct text_place *p)
{
    if (!p->by_record && p->main.metric && p->record < p->main.at) p->record = p->main.at;
    p->by_record = true;
}

void text_place_counts(struct text_place *p, double epoch)
{
    bool first = p->counted.known && epoch <= p->counted.first, back = epoch < p->counted.last;
    bool anew = first && p->record > 0 && (p->counted.begins || (back && p->record >= ANEW_RECORDS));
    if (anew && p->by_record) p->record = 0;
    if (!p->counted.known || epoch < p->counted.first) p->counted.first = epoch;
    p->counted.known = true;
    p->counted.begins = false;
    p->counted.last = epoch;
}

void text_place_begins(struct text_place *p) { p->counted.begins = true; }

void text_place_heading(struct text_place *p, double epoch, enum text_split split, uint64_t line)
{
    p->heading = true;
    p->heading_epoch = epoch;
    p->heading_split = split;
    p->heading_line = line;
}

double text_place_under_heading(const struct text_place *p, uint64_t line)
{
    return p->heading && line - p->heading_line <= HEADING_LINES ? p->heading_epoch : (double)NAN;
}
