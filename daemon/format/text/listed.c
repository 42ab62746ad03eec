/* text_listed - see text/listed.h. nnU-Net prints one number a class (nnunetv2/training/logging), with NumPy 2 each in the name of its
 * type, "np.float32(0.9)"; segmentation loops print their IoU so. What stands in front is a name of at most four words. Losses in a log that has
 * told nothing yet are those of all epochs, printed at the end: "train_losses = [1.5, 0.75, ...]". */
#include "listed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../base/num.h"

enum { CLASSES_MAX = 32, WORDS_MAX = 4, NAME_MAX_BYTES = 48 };

bool text_listed_may(struct span body)
{
    const char *open = body.p[body.n - 1] == ']' ? memchr(body.p, '[', body.n) : NULL;
    return open && open > body.p + 2 && open - body.p <= NAME_MAX_BYTES &&
           !memchr(open + 1, '[', (size_t)(body.p + body.n - open) - 1);
}

/* name_of - the words in front of the list, without the sign behind them; empty when they are no name. */
static struct span name_of(struct span front)
{
    size_t words = 1;
    front = span_trim(front);
    if (front.n && strchr(":=", front.p[front.n - 1])) front.n--;
    front = span_trim(front);
    for (size_t i = 0; i < front.n; i++) {
        char c = front.p[i];
        words += c == ' ';
        if (!span_letter_char(c) && !strchr(" _-", c)) return (struct span){"", 0};
    }
    return words <= WORDS_MAX ? front : (struct span){"", 0};
}

/* number - the next of the list, "np.float32(0.5)" too; the bytes it takes, 0 for anything else. */
static size_t number(struct span s, double *value)
{
    bool typed = span_starts(s, "np.float") || span_starts(s, "numpy.float");
    const char *open = typed ? memchr(s.p, '(', s.n) : NULL;
    size_t from = open ? (size_t)(open - s.p) + 1 : 0, n = num_prefix(span_from(s, from), value);
    if (typed && (!open || from + n >= s.n || s.p[from + n] != ')')) return 0;
    return n ? from + n + typed : 0;
}

/* numbers - all of the list, parted by commas or blanks; 0 when one is none. */
static size_t numbers(struct span list, double value[CLASSES_MAX])
{
    size_t n = 0;
    while ((list = span_trim(list)).n) {
        size_t used = n < CLASSES_MAX ? number(list, &value[n]) : 0;
        bool ends = used == list.n || (used && strchr(", ", list.p[used]));
        if (!ends) return 0;
        n++;
        list = span_trim(span_from(list, used));
        if (list.n && list.p[0] == ',') list = span_from(list, 1);
    }
    return n;
}

/* ends_in_loss - "train_loss", "Validation losses". */
static bool ends_in_loss(struct span name)
{
    static const char *const ends[] = {"loss", "losses", "Loss", "Losses"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (name.n >= n && memcmp(name.p + name.n - n, ends[i], n) == 0) return true;
    }
    return false;
}

/* curve - the losses of all epochs in one list; false where they are none, or too few to be sure. */
static bool curve(struct text_run *r, const struct text_line *l, struct span name, struct span list, const struct format_out *out)
{
    enum { ENOUGH = 5 };
    struct text_where at = {0, AXIS_RECORD, text_split_of(name)};
    double value;
    size_t n = 0;
    bool tells = false;
    if (!ends_in_loss(name)) return false;
    if (memcmp(name.p + name.n - 2, "es", 2) == 0) name.n -= 2; /* one of them is a loss */
    for (int pass = 0; pass < 2; pass++) {
        struct span left = list;
        for (n = 0; (left = span_trim(left)).n; n++) {
            size_t used = number(left, &value);
            if (!used || (used < left.n && !strchr(", ", left.p[used]))) return false;
            at.step = (int64_t)n + 1;
            if (tells) text_point(r, l, name, value, at, out);
            left = span_trim(span_from(left, used));
            if (left.n && left.p[0] == ',') left = span_from(left, 1);
        }
        if (n < ENOUGH) return false;
        tells = true;
    }
    return true;
}

bool text_listed(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                 const struct format_out *out)
{
    double value[CLASSES_MAX], epoch = text_place_under_heading(&r->place, l->line);
    const char *open = memchr(l->body.p, '[', l->body.n);
    struct span name = name_of((struct span){l->body.p, (size_t)(open - l->body.p)});
    const struct text_name *e = name.n ? text_name_of(&r->names, name, 0, out->arena) : NULL;
    (void)f, (void)rest;
    struct span list = {open + 1, l->body.n - (size_t)(open - l->body.p) - 2};
    bool all = isnan(epoch) && !r->place.known && !r->place.epoch_known && name.n && (!r->points || r->listed);
    if (all && curve(r, l, name, list, out)) return r->listed = true;
    if (!e || !(e->flags & NAME_STRONG) || e->rank != FIELD_UNRANKED) return false;
    size_t n = numbers(list, value);
    struct text_where at = {r->place.step, r->place.known ? r->place.axis : AXIS_RECORD, text_split_of(name)};
    if (!isnan(epoch)) at.step = (int64_t)epoch, at.axis = AXIS_EPOCH;
    if (n < 2 || (at.axis == AXIS_RECORD && !r->points)) return false;
    for (size_t i = 0; i < n; i++) {
        char text[NAME_MAX_BYTES + 8];
        int used = snprintf(text, sizeof text, "%.*s/%zu", (int)name.n, name.p, i);
        text_point(r, l, (struct span){text, (size_t)used}, value[i], at, out);
    }
    return true;
}
