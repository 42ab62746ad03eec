#include "reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/str.h"
#include "reader/parts.h"
#include "writer.h"

/* A document or a settings file that is quiet for FLUSH_S is there. Anything else that ends within a line, or was held back
 * until more is known (a traceback's end), waits for TORN_S: its writer may be within it. */
static const double FLUSH_S = 2, TORN_S = 60;

/* ---- life -------------------------------------------------------------------------------------------------------------- */

bool reader_init(struct reader *r, const char *path, const struct format *format, const char *why)
{
    *r = (struct reader){.format = format, .source = -1, .why = str_dup(span_of(why ? why : ""))};
    return tail_init(&r->tail, path) && r->why;
}

static bool between_files(const struct reader *r) { return !r->tail.offset && r->ended.offset && !reader_compares(r); }

/* The place as it would be written down: the next run is given what this one was not. */
static void keep_place(struct reader *r)
{
    if (reader_compares(r) || r->compare_first) {
        tail_restart(&r->tail);
        r->items = 0;
        r->compare_first = true;
    } else if (between_files(r)) {
        r->tail.id = r->ended.id;
        r->tail.offset = r->tail.offered = r->ended.offset;
        r->items = r->ended.items;
    } else if (r->items < r->known_items) r->items = r->known_items;
    r->ended.offset = 0;
}

void reader_let_go(struct reader *r)
{
    reader_look_closely(r);
    tail_close(&r->tail);
}

void reader_sleep(struct reader *r)
{
    reader_look_closely(r);
    if (r->run && !reader_queried(r)) keep_place(r);
    tail_close(&r->tail);
    history_done(&r->history);
    reader_compare_done(r);
    free(r->state);
    r->state = NULL;
    r->run = NULL;
    r->at = r->regain_until = 0;
}

void reader_done(struct reader *r)
{
    if (!r) return;
    reader_sleep(r);
    free(r->why);
    r->why = NULL;
    tail_done(&r->tail);
}

void reader_resume(struct reader *r, const struct source_row *row)
{
    r->compare_first = row->records == SOURCE_FROM_START;
    if (r->compare_first) return;
    r->tail.offset = r->tail.offered = row->offset;
    r->tail.id =
        (struct tail_identity){row->device, row->inode, row->head_hash, row->tail_hash, row->head_bytes, row->tail_bytes};
    r->items = row->records;
}

bool reader_fresh(struct reader *r, bool again)
{
    free(r->state);
    r->state = calloc(1, r->format->state_size ? r->format->state_size : 1);
    if (again) run_forget_reader(r->run, r->source);
    r->to = run_out(r->run, r->source);
    r->out = reader_out(r);
    if (r->state && r->format->init) r->format->init(r->state, r->tail.path);
    r->flushed = false;
    return r->state != NULL;
}

/* A log that is only appended to hardly ever needs to know which records it gave. */
static void count_records(struct reader *r)
{
    if (r->remembered && r->format->growth == GROWTH_APPENDED) history_count(&r->history);
    else if (!r->history.n) r->history.counted = false;
}

bool reader_wake(struct reader *r, struct run *run, int source)
{
    r->run = run;
    r->source = source;
    r->begun = false;
    if (!r->history.n) count_records(r);
    if (!reader_fresh(r, false)) return false;
    if (!r->items && !reader_queried(r)) { /* nothing was given: a header alone does not tell one file from another */
        tail_leave_behind(&r->tail);
        tail_restart(&r->tail);
        r->tail.changed = 0;
        tail_go_on(&r->tail);
    }
    r->known_items = reader_queried(r) ? 0 : r->items; /* rows are known by what they hold, not by their number */
    r->items = 0;
    r->at = 0;
    r->regain_until = r->tail.offset;
    return true;
}

void reader_reformat(struct reader *r, const struct format *format, const char *why)
{
    reader_look_closely(r);
    r->format = format;
    char *copy = str_dup(span_of(why ? why : ""));
    if (copy) free(r->why), r->why = copy;
    count_records(r);
    tail_restart(&r->tail);
    if (r->run) reader_begin_again(r, false);
    r->items = 0;
}

bool reader_busy(const struct reader *r)
{
    return r->run &&
           (r->at < r->regain_until || r->items < r->known_items || reader_awaits(r) || (reader_compares(r) && r->news));
}

uint64_t reader_behind(const struct reader *r)
{
    uint64_t at = r->at < r->regain_until ? r->at : r->tail.offset;
    return r->tail.size > at ? r->tail.size - at : 0;
}

bool reader_row(const struct reader *r, struct source_row *row)
{
    bool between = between_files(r);
    const struct tail_identity *id = between ? &r->ended.id : &r->tail.id;
    *row = (struct source_row){.index = (uint16_t)r->source, .path = r->tail.path, .format = r->format->name};
    if (r->run && (r->at < r->regain_until || r->items < r->known_items)) return false;
    if (reader_compares(r) || r->compare_first) {
        row->records = SOURCE_FROM_START;
        return true;
    }
    row->device = id->device;
    row->inode = id->inode;
    row->offset = between ? r->ended.offset : r->tail.offset;
    row->records = between ? r->ended.items : r->items;
    row->head_hash = id->head_hash;
    row->tail_hash = id->tail_hash;
    row->head_bytes = id->head_bytes;
    row->tail_bytes = id->tail_bytes;
    return true;
}

/* ---- reading ----------------------------------------------------------------------------------------------------------- */

static void feed_rest(struct reader *r, char *buffer, size_t room)
{
    ssize_t n = tail_read(&r->tail, r->tail.offset, buffer, room);
    if (n < 0) return;
    struct span rest = {buffer, (size_t)n};
    size_t used = r->format->feed(r->state, rest, 1, &r->out);
    if (reader_compares(r)) reader_decide(r);
    if (r->items < r->known_items) r->known_items = r->items; /* what it held was told at another place before */
    tail_advance(&r->tail, r->tail.offset + used, r->tail.offset + rest.n, rest);
    r->flushed = true;
}

/* The bytes that were read by an earlier daemon once more: the format gets its context back, the run gets nothing. */
static void regain(struct reader *r, char *buffer, size_t room)
{
    uint64_t left = r->regain_until - r->at;
    ssize_t n = tail_read(&r->tail, r->at, buffer, left < room ? (size_t)left : room);
    if (n <= 0) return;
    size_t used = r->format->feed(r->state, (struct span){buffer, (size_t)n}, 0, &r->out);
    r->at += used;
    if (used > 0 && r->at < r->regain_until) return;
    tail_advance(&r->tail, r->at, r->at, (struct span){buffer, 0});
    r->regain_until = r->at;
    r->flushed = !tail_ends_line(&r->tail); /* it may have been */
}

static void append(struct reader *r, char *buffer, size_t room)
{
    uint64_t from = r->tail.offset;
    ssize_t n = tail_read(&r->tail, from, buffer, room);
    if (n < 0) return;
    struct span read = {buffer, (size_t)n};
    size_t used = n ? r->format->feed(r->state, read, 0, &r->out) : 0;
    if (reader_compares(r)) reader_decide(r);
    tail_advance(&r->tail, from + used, from + read.n, read);
    r->flushed = false;
}

/* One look, and what follows from it. False when there is nothing to do now. */
static bool read_some(struct reader *r, char *buffer, size_t room, double now)
{
    if (reader_awaits(r)) return false;
    enum tail_state s = reader_look_at(r);
    if (reader_too_soon(r, s, now)) return false;
    if (s == TAIL_RESTARTED || (s == TAIL_GONE && r->tail.fd < 0)) return reader_recover(r, s);
    if (r->at < r->regain_until && r->tail.fd >= 0) return regain(r, buffer, room), true;
    if (s == TAIL_ENDED) return reader_ended(r, buffer, room), true;
    if (s != TAIL_MORE) return false;
    if (reader_torn_goes_on(r)) return true;
    r->quiet_since = now;
    append(r, buffer, room);
    return true;
}

static void read_on(struct reader *r, char *buffer, size_t room, double now, double until)
{
    uint64_t done = 0, before = r->tail.offset + r->at;
    r->news = true;
    while (read_some(r, buffer, room, now)) {
        uint64_t here = r->tail.offset + r->at;
        done += here > before ? here - before : 0;
        before = here;
        if (clock_now() >= until || done >= room) break;
    }
    if (r->at < r->regain_until) return;
    enum tail_state s = reader_awaits(r) ? TAIL_QUIET : reader_look_at(r);
    r->news = s == TAIL_MORE || ((s == TAIL_ENDED || s == TAIL_RESTARTED) && !reader_too_soon(r, s, now));
}

/* ---- silence ------------------------------------------------------------------------------------------------------------ */

static bool unended(const struct reader *r) { return r->tail.offset < r->tail.size; }

/* Does the file end as a JSON document does? */
static bool closes(const struct reader *r)
{
    char end[16] = "";
    uint64_t from = r->tail.size > sizeof end ? r->tail.size - sizeof end : 0;
    ssize_t n = pread(r->tail.fd, end, sizeof end, (off_t)from);
    struct span text = span_trim((struct span){end, n > 0 ? (size_t)n : 0});
    return text.n && (text.p[text.n - 1] == '}' || text.p[text.n - 1] == ']');
}

static bool is_there(const struct reader *r)
{
    return r->format->growth == GROWTH_SETTINGS || (r->format->growth == GROWTH_REWRITTEN && !r->tail.offset && closes(r));
}

static bool due_for_flush(const struct reader *r, double now)
{
    double quiet = now - r->quiet_since;
    bool may = r->run && !r->flushed && r->at >= r->regain_until && r->tail.size > 0 && r->tail.fd >= 0;
    return may && quiet > FLUSH_S && (quiet > TORN_S || is_there(r));
}

/* A line without an end is used when nobody can end it: no process of this machine holds the file open for writing. */
static void flush(struct reader *r, char *buffer, size_t room, double now)
{
    const char *path = r->tail.path;
    r->news = false;
    if (unended(r) && !is_there(r) && writer_there(&path, 1)) r->quiet_since = now;
    else feed_rest(r, buffer, room);
}

static bool nothing_new(struct reader *r)
{
    enum tail_state s = reader_look_at(r);
    return s == TAIL_QUIET || (s == TAIL_GONE && r->tail.fd >= 0);
}

/* ---- the outside ------------------------------------------------------------------------------------------------------- */

bool reader_look(struct reader *r, double now)
{
    bool ready = r->glance.ready;
    reader_look_closely(r);
    if (reader_queried(r)) return r->news = reader_database_changed(r, now);
    enum tail_state s = reader_look_at(r);
    r->glance.ready = ready && s == TAIL_QUIET;
    r->refused = s == TAIL_REFUSED;
    bool again = s == TAIL_ENDED || s == TAIL_RESTARTED;
    r->news = s == TAIL_MORE || (again && !reader_too_soon(r, s, now)) || due_for_flush(r, now) ||
              (s == TAIL_GONE && reader_gone_elsewhere(r));
    if (r->quiet_since <= 0) r->quiet_since = now;
    return r->news;
}

/* A comparison that another daemon had begun; and a source of which nothing was noted, while the run has records of it. */
static void begin(struct reader *r)
{
    r->begun = true;
    if (!r->compare_first && (r->tail.offset || r->known_items)) {
        count_records(r);
        return;
    }
    reader_compare(r);
    r->compare_first = false;
}

void reader_turn(struct reader *r, char *buffer, size_t room, double now, double until)
{
    double start = clock_now();
    reader_look_closely(r);
    r->now = now;
    if (!r->begun) begin(r);
    if (!r->state || reader_awaits(r)) r->news = false;
    else if (reader_queried(r)) reader_ask(r, now);
    else if (due_for_flush(r, now) && nothing_new(r)) flush(r, buffer, room, now);
    else read_on(r, buffer, room, now, until);
    r->spent += clock_now() - start;
}
