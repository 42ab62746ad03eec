/* reader_compare - between the format and the run: points and events that the run has already are dropped.
 *
 * By number while the bytes are those that were read before: the first known_items of them. By content where the file was rewritten,
 * truncated or replaced: records are looked for in the history, forward from the one found last, and the first that is not
 * there ends the comparison, for it and all that follow are new. If even the first record of the file is not known, it repeats
 * nothing. A document that holds its columns one behind the other (a Keras history) grows at the end of each column: there one
 * series ends and the others go on being compared. */
#include <stdlib.h>

#include "parts.h"

static void give_point(struct reader *r, const struct held_point *p)
{
    history_point(&r->history, (uint32_t)p->series, p->step, p->value, p->line);
    r->to->point(r->to->arg, p->series, p->step, p->time, p->value, p->line);
}

void reader_compare(struct reader *r)
{
    history_close(&r->history);
    if (!r->compare && r->history.n) r->compare = calloc(1, sizeof *r->compare);
    struct comparison *c = r->compare;
    if (!c) return;
    c->on = r->history.n > 0;
    c->n_known = r->history.n;
    c->n_matched = c->n_held = 0;
    c->record.open = false;
    for (size_t i = 0; i < c->n_from; i++) c->from[i] = 0;
}

void reader_compare_done(struct reader *r)
{
    if (!r->compare) return;
    free(r->compare->from);
    free(r->compare->held);
    history_set_done(&r->compare->rows);
    free(r->compare);
    r->compare = NULL;
}

/* Where the next record of this first series may be; NULL when memory ran out. */
static size_t *cursor_of(struct reader *r, uint32_t series)
{
    if (series >= r->compare->n_from) {
        size_t n = ((size_t)series + 1) * 2;
        size_t *from = realloc(r->compare->from, n * sizeof *from);
        if (!from) return NULL;
        for (size_t i = r->compare->n_from; i < n; i++) from[i] = 0;
        r->compare->from = from;
        r->compare->n_from = n;
    }
    return &r->compare->from[series];
}

static void tell_unread(struct reader *r)
{
    if (!r->compare) return;
    if (r->compare->unread) r->to->bad(r->to->arg, 0, "bytes were overwritten before they could be read");
    r->compare->unread = 0;
}

static void is_known(struct reader *r, size_t found)
{
    bool whole = r->format->growth == GROWTH_REWRITTEN;
    r->compare->n_matched++;
    r->compare->on = whole ? r->compare->n_matched < r->compare->n_known : found + 1 < r->compare->n_known;
    if (!r->compare->on) r->compare->unread = 0; /* all is written again: what was not read yet comes again too */
}

static void new (struct reader *r, size_t *from)
{
    bool column = r->format->growth == GROWTH_REWRITTEN && r->compare->n_matched && r->compare->n_held == 1;
    if (column && from) *from = SIZE_MAX;
    else {
        r->compare->on = false;
        tell_unread(r);
    }
    for (size_t i = 0; i < r->compare->n_held; i++) give_point(r, &r->compare->held[i]);
}

bool reader_awaits(const struct reader *r) { return reader_compares(r) && r->history.counted; }

void reader_remembers(struct reader *r, struct history *h)
{
    history_done(&r->history);
    r->history = *h;
    *h = (struct history){0};
    reader_compare(r);
    if (!reader_compares(r)) tell_unread(r);
    r->news = true;
}

/* A row of a database is looked for in all of the history, and ends no comparison. */
static void decide_row(struct reader *r)
{
    if (history_set_take(&r->compare->rows, r->compare->record.hash)) return;
    for (size_t i = 0; i < r->compare->n_held; i++) give_point(r, &r->compare->held[i]);
}

static void decide_record(struct reader *r)
{
    size_t *from = cursor_of(r, r->compare->record.first_series), found = SIZE_MAX;
    if (from && *from != SIZE_MAX) found = history_find(&r->history, *from, r->compare->n_known, r->compare->record.hash);
    if (found == SIZE_MAX) new (r, from);
    else {
        *from = found + 1;
        is_known(r, found);
    }
}

void reader_decide(struct reader *r)
{
    if (!r->compare || !r->compare->n_held) return;
    if (reader_queried(r)) decide_row(r);
    else decide_record(r);
    r->compare->n_held = 0;
    r->compare->record.open = false;
}

static bool hold(struct reader *r, const struct held_point *p)
{
    if (!history_joins(&r->compare->record, (uint32_t)p->series, p->step, p->line)) reader_decide(r);
    if (!r->compare->on) return false;
    if (r->compare->n_held == r->compare->room) {
        size_t more = r->compare->room ? r->compare->room * 2 : 32;
        struct held_point *held = realloc(r->compare->held, more * sizeof *held);
        if (!held) return false;
        r->compare->held = held;
        r->compare->room = more;
    }
    history_join(&r->compare->record, (uint32_t)p->series, p->step, p->value, p->line);
    r->compare->held[r->compare->n_held++] = *p;
    return true;
}

/* ---- what the format calls ---------------------------------------------------------------------------------------------- */

static int on_series(void *arg, struct span name, enum axis axis)
{
    struct reader *r = arg;
    return r->to->series(r->to->arg, name, axis);
}

static void on_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    struct reader *r = arg;
    struct held_point p = {series, step, time, value, line};
    if (series < 0 || r->items++ < r->known_items) return;
    if (reader_compares(r) && hold(r, &p)) return;
    give_point(r, &p);
}

static void on_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct reader *r = arg;
    if (r->items++ < r->known_items) return;
    if (reader_compares(r) && history_had_event(&r->history, kind, line)) return;
    if (reader_compares(r)) reader_decide(r);
    history_event(&r->history, kind, line);
    r->to->event(r->to->arg, line, kind, text);
}

/* A setting told again changes nothing; what the run was told last wins, so old bytes must not speak. */
static void on_fact(void *arg, struct span key, struct span value)
{
    struct reader *r = arg;
    if (r->items < r->known_items || r->at < r->regain_until) return;
    r->to->fact(r->to->arg, key, value);
}

static void on_bad(void *arg, uint64_t line, const char *why)
{
    struct reader *r = arg;
    if (!reader_compares(r)) r->to->bad(r->to->arg, line, why);
}

struct format_out reader_out(struct reader *r)
{
    return (struct format_out){r, r->to->arena, on_series, on_point, on_fact, on_event, on_bad};
}
