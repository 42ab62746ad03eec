#include "reader.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../base/clock.h"
#include "../base/hash.h"

static const double FLUSH_S = 2, TORN_S = 60, REREAD_S = 1, REREAD_SHARE = 20;

/* ---- between the format and the run ------------------------------------------------------------------------------------ */

static void give_point(struct reader *r, const struct held_point *p)
{
    history_point(&r->history, (uint32_t)p->series, p->step, p->value, p->line);
    r->to->point(r->to->arg, p->series, p->step, p->time, p->value, p->line);
}

/* The held points are one record: either the run has it, or it and all that follow are new. */
static void decide(struct reader *r)
{
    uint64_t hash = 0;
    if (!r->n_held) return;
    for (size_t i = 0; i < r->n_held; i++)
        hash = history_hash(hash, (uint32_t)r->held[i].series, r->held[i].step, r->held[i].value);
    size_t found = history_find(&r->history, r->matched, hash);
    if (found == SIZE_MAX) {
        r->comparing = false;
        for (size_t i = 0; i < r->n_held; i++) give_point(r, &r->held[i]);
    } else {
        r->matched = found + 1;
        r->comparing = r->matched < r->history.n;
    }
    r->n_held = 0;
}

static bool hold(struct reader *r, const struct held_point *p)
{
    if (r->n_held && (p->line != r->held[0].line || p->series == r->held[0].series)) decide(r);
    if (!r->comparing) return false;
    if (r->n_held == r->held_room) {
        size_t more = r->held_room ? r->held_room * 2 : 32;
        struct held_point *held = realloc(r->held, more * sizeof *held);
        if (!held) return false;
        r->held = held;
        r->held_room = more;
    }
    r->held[r->n_held++] = *p;
    return true;
}

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
    if (r->comparing && hold(r, &p)) return;
    give_point(r, &p);
}

static void on_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct reader *r = arg;
    if (r->items++ < r->known_items) return;
    if (r->comparing && history_had_event(&r->history, kind, line)) return;
    if (r->comparing) decide(r);
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
    if (!r->comparing) r->to->bad(r->to->arg, line, why);
}

/* ---- life -------------------------------------------------------------------------------------------------------------- */

bool reader_init(struct reader *r, const char *path, const struct format *format, const char *why)
{
    *r = (struct reader){.format = format, .source = -1};
    strncpy(r->why, why ? why : "", sizeof r->why - 1);
    return tail_init(&r->tail, path);
}

void reader_sleep(struct reader *r)
{
    tail_close(&r->tail);
    history_done(&r->history);
    free(r->state);
    free(r->held);
    r->state = NULL;
    r->held = NULL;
    r->n_held = r->held_room = 0;
    r->run = NULL;
    r->comparing = false;
    r->at = r->regain_until = 0;
}

void reader_done(struct reader *r)
{
    if (!r) return;
    reader_sleep(r);
    tail_done(&r->tail);
}

#define COMPARE_FROM_START (UINT64_C(1) << 62) /* in a row: no number of items is so large */

void reader_resume(struct reader *r, const struct source_row *row)
{
    r->compare_first = row->records == COMPARE_FROM_START;
    if (r->compare_first) return;
    r->tail.offset = r->tail.offered = row->offset;
    r->tail.id =
        (struct tail_identity){row->device, row->inode, row->head_hash, row->tail_hash, row->head_bytes, row->tail_bytes};
    r->items = row->records;
}

/* The format begins again with the file's first byte. */
static bool fresh(struct reader *r, bool again)
{
    free(r->state);
    r->state = calloc(1, r->format->state_size ? r->format->state_size : 1);
    if (again) run_forget_reader(r->run, r->source);
    r->to = run_out(r->run, r->source);
    r->out = (struct format_out){r, r->to->arena, on_series, on_point, on_fact, on_event, on_bad};
    if (r->state && r->format->init) r->format->init(r->state, r->tail.path);
    r->flushed = false;
    return r->state != NULL;
}

bool reader_wake(struct reader *r, struct run *run, int source)
{
    r->run = run;
    r->source = source;
    if (!fresh(r, false)) return false;
    if (!r->tail.offset && !r->compare_first) (void)tail_adopt_next(&r->tail, 0);
    r->known_items = r->items;
    r->items = 0;
    r->at = 0;
    r->regain_until = r->tail.offset;
    return true;
}

/* Read whatever is at the path from its first byte; compare when it may repeat what the run has. */
static void restart(struct reader *r, bool compare)
{
    r->restarted = clock_now();
    r->spent = 0;
    tail_restart(&r->tail);
    history_close(&r->history);
    r->items = r->known_items = 0;
    r->at = r->regain_until = 0;
    r->matched = r->n_held = 0;
    r->ended.offset = 0;
    r->compare_first = false;
    r->comparing = compare && r->history.n > 0;
    fresh(r, true);
}

void reader_reformat(struct reader *r, const struct format *format, const char *why)
{
    r->format = format;
    snprintf(r->why, sizeof r->why, "%s", why ? why : "");
    if (r->run) restart(r, false);
    else tail_restart(&r->tail);
    r->items = 0;
}

bool reader_busy(const struct reader *r)
{
    return r->run && (r->at < r->regain_until || r->items < r->known_items || r->comparing);
}

uint64_t reader_behind(const struct reader *r)
{
    uint64_t at = r->at < r->regain_until ? r->at : r->tail.offset;
    return r->tail.size > at ? r->tail.size - at : 0;
}

bool reader_row(const struct reader *r, struct source_row *row)
{
    bool between = !r->tail.offset && r->ended.offset && !r->comparing;
    const struct tail_identity *id = between ? &r->ended.id : &r->tail.id;
    *row = (struct source_row){.index = (uint16_t)r->source, .path = r->tail.path, .format = r->format->name};
    if (r->run && (r->at < r->regain_until || r->items < r->known_items)) return false;
    if (r->comparing || r->compare_first) {
        row->records = COMPARE_FROM_START;
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

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void feed_rest(struct reader *r, char *buffer, size_t room)
{
    ssize_t n = tail_read(&r->tail, r->tail.offset, buffer, room);
    if (n < 0) return;
    r->format->feed(r->state, (struct span){buffer, (size_t)n}, 1, &r->out);
    if (r->comparing) decide(r);
    tail_advance(&r->tail, r->tail.offset + (uint64_t)n, r->tail.offset + (uint64_t)n);
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
    tail_advance(&r->tail, r->at, r->at);
    r->regain_until = r->at;
}

/* ---- databases --------------------------------------------------------------------------------------------------------- */

/* What the files of a database look like: it and its write-ahead log; 0 when it is not there. */
static uint64_t look_of(const char *path)
{
    static const char *const parts[] = {"", "-wal"};
    uint64_t look = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[PATH_MAX];
        struct stat st;
        if (snprintf(name, sizeof name, "%s%s", path, parts[i]) >= (int)sizeof name || stat(name, &st) != 0) continue;
        int64_t seen[] = {(int64_t)st.st_ino, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec};
        look = hash64(seen, sizeof seen, look + 1);
    }
    return look;
}

static bool queried(const struct reader *r) { return r->format->growth == GROWTH_QUERIED; }

/* Ask for what is new; rows that an earlier daemon gave already are counted and dropped. Another database under the path starts anew. */
static void ask(struct reader *r, double now)
{
    struct err err = {0};
    struct stat st;
    uint64_t look = look_of(r->tail.path);
    r->news = false;
    if (!look || stat(r->tail.path, &st) != 0 || !S_ISREG(st.st_mode)) return;
    if (r->tail.id.inode && r->tail.id.inode != (uint64_t)st.st_ino) restart(r, true);
    r->tail.id.inode = (uint64_t)st.st_ino;
    r->tail.id.device = (uint64_t)st.st_dev;
    if (r->format->poll(r->state, r->tail.path, &r->out, &err)) r->out.bad(r->out.arg, 0, "the database could not be read");
    if (r->comparing) decide(r);
    r->known_items = r->items < r->known_items ? 0 : r->known_items;
    r->quiet_since = now;
    r->asked = look;
}

static bool append(struct reader *r, char *buffer, size_t room)
{
    uint64_t from = r->tail.offset;
    ssize_t n = tail_read(&r->tail, from, buffer, room);
    if (n < 0) return false;
    size_t used = n ? r->format->feed(r->state, (struct span){buffer, (size_t)n}, 0, &r->out) : 0;
    if (r->comparing) decide(r);
    tail_advance(&r->tail, from + used, from + (uint64_t)n);
    r->flushed = false;
    return used > 0 && from + used < r->tail.size;
}

/* The bytes before the offset are not at the path any more: they may be beside it, else the file is read as a new one.
 * False when there is no file at all. */
static bool recover(struct reader *r, enum tail_state s)
{
    bool regaining = r->at < r->regain_until;
    if (tail_adopt_moved(&r->tail)) {
        if (!regaining) return true;
        r->items = 0;
        r->at = 0;
        return fresh(r, true);
    }
    if (s == TAIL_GONE) return false;
    restart(r, true);
    return true;
}

static void ended(struct reader *r, char *buffer, size_t room)
{
    bool moved = tail_was_moved(&r->tail);
    double changed = r->tail.changed;
    feed_rest(r, buffer, room);
    struct tail_identity id = r->tail.id;
    uint64_t offset = r->tail.offset, items = r->items;
    bool comparing = r->comparing;
    restart(r, !moved);
    if (moved && !comparing) r->ended.id = id, r->ended.offset = offset, r->ended.items = items;
    if (moved) (void)tail_adopt_next(&r->tail, changed);
}

/* A torn line was taken as it was after a long silence; now it goes on. */
static bool torn_goes_on(struct reader *r) { return r->tail.size > r->tail.offset && !tail_ends_line(&r->tail); }

/* A file that is rewritten whole again and again is worth a twentieth of our time. */
static bool too_soon(const struct reader *r, double now)
{
    return r->restarted > 0 && now < r->restarted + fmax(REREAD_S, REREAD_SHARE * r->spent);
}

static void read_on(struct reader *r, char *buffer, size_t room, double now, double until)
{
    uint64_t start = r->tail.offset, again = r->at;
    r->news = true;
    do {
        enum tail_state s = tail_look(&r->tail);
        if ((s == TAIL_RESTARTED || s == TAIL_ENDED) && too_soon(r, now)) break;
        if (s == TAIL_RESTARTED || (s == TAIL_GONE && r->tail.fd < 0 && r->tail.offset)) {
            if (!recover(r, s)) break;
            continue;
        }
        if (r->at < r->regain_until && r->tail.fd >= 0) {
            regain(r, buffer, room);
            continue;
        }
        if (s == TAIL_ENDED) {
            ended(r, buffer, room);
            continue;
        }
        if (s != TAIL_MORE) break;
        if (torn_goes_on(r)) {
            restart(r, true);
            continue;
        }
        r->quiet_since = now;
        append(r, buffer, room);
    } while (clock_now() < until && (r->tail.offset - start) + (r->at - again) < room);
    if (r->at < r->regain_until) return;
    enum tail_state s = tail_look(&r->tail);
    r->news = s == TAIL_MORE || ((s == TAIL_ENDED || s == TAIL_RESTARTED) && !too_soon(r, now));
}

/* Quiet for FLUSH_S: what the format held back until it knew more (a traceback's end) is complete. A line without an end waits
 * for TORN_S, because a writer may be within it. */
static bool due_for_flush(const struct reader *r, double now)
{
    bool torn = r->tail.offset < r->tail.size && r->format->growth == GROWTH_APPENDED;
    return r->run && !r->flushed && r->at >= r->regain_until && r->tail.offset > 0 &&
           now - r->quiet_since > (torn ? TORN_S : FLUSH_S);
}

/* ---- the outside ------------------------------------------------------------------------------------------------------- */

bool reader_look(struct reader *r, double now)
{
    if (queried(r)) return r->news = look_of(r->tail.path) != r->asked && now - r->quiet_since > REREAD_S;
    enum tail_state s = tail_look(&r->tail);
    r->refused = s == TAIL_REFUSED;
    bool again = s == TAIL_ENDED || s == TAIL_RESTARTED;
    r->news = s == TAIL_MORE || (again && !too_soon(r, now)) || due_for_flush(r, now);
    if (r->quiet_since <= 0) r->quiet_since = now;
    return r->news;
}

void reader_turn(struct reader *r, char *buffer, size_t room, double now, double until)
{
    double start = clock_now();
    if (r->compare_first) {
        history_close(&r->history);
        r->comparing = r->history.n > 0;
        r->compare_first = false;
    }
    if (!r->state) r->news = false;
    else if (queried(r)) ask(r, now);
    else if (due_for_flush(r, now) && tail_look(&r->tail) == TAIL_QUIET) {
        feed_rest(r, buffer, room);
        r->news = false;
    } else read_on(r, buffer, room, now, until);
    r->spent += clock_now() - start;
}
