/* text_espnet - see text/espnet.h. Lines: SubReporter.log_message and Reporter.log_message of espnet2/train/reporter.py. */
#include "espnet.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "../../base/num.h"

/* count - the whole number at the start of s, which is cut off; false when there is none. */
static bool count(struct span *s, int64_t *value)
{
    size_t n = 0;
    while (n < s->n && isdigit((unsigned char)s->p[n])) n++;
    if (!n || !num_integer((struct span){s->p, n}, value)) return false;
    *s = span_from(*s, n);
    return true;
}

/* word - what stands before the character, which is cut off with it; empty when the character is not there. */
static struct span word(struct span *s, char end)
{
    const char *at = memchr(s->p, end, s->n);
    struct span w = {s->p, at ? (size_t)(at - s->p) : 0};
    if (at) *s = span_from(*s, w.n + 1);
    return w;
}

static bool skip(struct span *s, const char *literal)
{
    bool is = span_starts(*s, literal);
    if (is) *s = span_from(*s, strlen(literal));
    return is;
}

/* step_of - batch `last` of an epoch. A range that begins with the first batch of a later epoch follows the epoch before, also where both
 * are told by one line. */
static int64_t step_of(struct text_place *p, int64_t first, int64_t last, double epoch)
{
    struct stepper *s = &p->stepper;
    int64_t base;
    bool next = s->begun && first == 1 && epoch > s->epoch;
    if (next && !__builtin_add_overflow(s->base, s->last, &base)) s->base = base, s->last = 0, s->epoch = epoch;
    return text_place_step(p, last, NAN, epoch);
}

/* batches - ":train:41-60batch: loss=..." */
static bool batches(struct text_families *f, struct text_run *r, const struct text_line *l, struct span s, double epoch,
                    const struct format_out *out)
{
    int64_t first, last;
    struct span part = word(&s, ':');
    if (!part.n || !count(&s, &first) || !skip(&s, "-") || !count(&s, &last) || !skip(&s, "batch: ")) return false;
    if (text_split_of(part)) return true; /* on the way through held-out data; the results tell what it comes to */
    text_pairs(s, &f->pairs);
    r->place.step = step_of(&r->place, first, last, epoch);
    r->place.axis = AXIS_STEP;
    text_emit(r, l, &f->pairs, (struct text_where){r->place.step, AXIS_STEP, SPLIT_NONE}, out);
    return true;
}

/* note_total - the batches of all epochs so far: those behind the epoch's last line are counted too. */
static void note_total(struct stepper *s, double total)
{
    double behind = s->begun && field_is_step(total) ? total - (double)s->base - (double)s->last : 0;
    if (behind > 0 && behind < (double)s->last) s->last += (int64_t)behind;
}

/* tell_results - the means of one part; its clock is text ("1 minute and 3.2 seconds"). */
static void tell_results(struct text_families *f, struct text_run *r, const struct text_line *l, struct text_where at,
                         const struct format_out *out)
{
    for (size_t i = 0; i < f->pairs.n; i++) {
        struct text_pair *p = &f->pairs.pair[i];
        bool total = span_is(p->key, "total_count");
        if (total && (at.split == SPLIT_NONE || at.split == SPLIT_EPOCH)) note_total(&r->place.stepper, p->value);
        if (total || span_is(p->key, "time")) p->key.n = 0;
    }
    text_emit(r, l, &f->pairs, at, out);
}

/* results - "[train] loss=..., [valid] loss=..."; parts by other names, as of the plots, are not the training's. */
static bool results(struct text_families *f, struct text_run *r, const struct text_line *l, struct span s, double epoch,
                    const struct format_out *out)
{
    bool known = r->place.known && r->place.axis == AXIS_STEP;
    struct text_where at = {known ? r->place.step : (int64_t)epoch, known ? AXIS_STEP : AXIS_EPOCH, SPLIT_NONE};
    if (!s.n || s.p[0] != '[') return false;
    if (!known) text_place_epoch(&r->place, epoch);
    while (s.n && s.p[0] == '[') {
        struct span part = word(&s, ']'), inner = span_from(part, 1);
        if (!part.n) break;
        const char *next = memmem(s.p, s.n, ", [", 3);
        struct span values = {s.p, next ? (size_t)(next - s.p) : s.n};
        s = span_from(s, values.n + (next ? 2 : 0));
        at.split = text_split_of(inner);
        if (!at.split && !span_is(inner, "train")) continue;
        if (!at.split && known) at.split = SPLIT_EPOCH;
        text_pairs(values, &f->pairs);
        tell_results(f, r, l, at, out);
    }
    return true;
}

bool text_espnet(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out)
{
    struct span s = l->body;
    int64_t epoch;
    (void)rest;
    if (!count(&s, &epoch) || !skip(&s, "epoch")) return false;
    if (skip(&s, " results: ")) return results(f, r, l, s, (double)epoch, out);
    return skip(&s, ":") && batches(f, r, l, s, (double)epoch, out);
}
