/* restore - see restore.h. A run's lines are gathered into pieces of some ten thousand points, which the store takes one by one. */
#include "restore.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../base/clock.h"

enum { PIECE_POINTS = 1 << 16, PIECE_BYTES = 64 << 20 };

/* A growing list of rows. */
struct list {
    void *rows;
    size_t n, room;
};

/* What was gathered of a run since its last piece. */
struct gathered {
    struct run_row run;
    struct arena texts; /* of this piece; the run's own are in restore.arena */
    struct list sources, series, points, facts, events, incidents;
    struct commit commit;
};

struct restore {
    FILE *file;
    char *line;
    size_t room;
    uint64_t number; /* of the line */
    json_t *held;    /* a line that was read and begins the next group */
    struct arena arena;
    struct gathered now;
    uint64_t promised, got, next_series;
    bool ended;
    struct restore_counts counts;
    void (*say)(void *arg, const char *text);
    void *arg;
    size_t said;
    bool failing; /* an error that is the file's, not the store's */
};

/* ---- lines ------------------------------------------------------------------------------------------------------------------ */

static void refuse(struct restore *r, const char *what, const char *why)
{
    struct str s = {0};
    r->counts.refused++;
    if (r->said++ >= RESTORE_SAID_MAX || !r->say) return;
    str_addf(&s, "line %llu: %s: %s", (unsigned long long)r->number, what, why);
    if (r->said == RESTORE_SAID_MAX) str_add(&s, "; what else is wrong is only counted");
    if (s.p) r->say(r->arg, s.p);
    str_done(&s);
}

/* The next line as JSON; NULL at the end. A line that is none, or none of ours, is refused and passed over. */
static json_t *next_line(struct restore *r)
{
    for (;;) {
        json_t *held = r->held;
        r->held = NULL;
        if (held) return held;
        ssize_t n = getline(&r->line, &r->room, r->file);
        if (n <= 0) return NULL;
        r->number++;
        r->counts.bytes += (uint64_t)n;
        if (n > DUMP_LINE_BYTES_MAX) {
            refuse(r, "passed over", "a line of more than 16 MiB");
            continue;
        }
        json_error_t e;
        json_t *o = json_loadb(r->line, (size_t)n, 0, &e);
        if (json_is_object(o) && json_object_size(o) == 1) return o;
        json_decref(o);
        if (span_trim((struct span){r->line, (size_t)n}).n) refuse(r, "passed over", "it is no record of a memory");
    }
}

static const char *name_of(const json_t *o) { return json_object_iter_key(json_object_iter((json_t *)o)); }
static const json_t *member(const json_t *o) { return json_object_get(o, name_of(o)); }
static bool is(const json_t *o, const char *name) { return strcmp(name_of(o), name) == 0; }

/* ---- a run ------------------------------------------------------------------------------------------------------------------ */

static void *add(struct list *l, size_t size)
{
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        void *more = realloc(l->rows, room * size);
        if (!more) return NULL;
        l->rows = more;
        l->room = room;
    }
    return (char *)l->rows + l->n++ * size;
}

static void clear(struct gathered *g)
{
    struct list *const lists[] = {&g->sources, &g->series, &g->points, &g->facts, &g->events, &g->incidents};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) lists[i]->n = 0;
    arena_done(&g->texts);
    arena_init(&g->texts, PIECE_BYTES);
}

static void free_lists(struct gathered *g)
{
    struct list *const lists[] = {&g->sources, &g->series, &g->points, &g->facts, &g->events, &g->incidents};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) free(lists[i]->rows);
    arena_done(&g->texts);
}

static const char *take_source(struct restore *r, const json_t *o, const char **why)
{
    struct source_row *row = add(&r->now.sources, sizeof *row);
    return row && dump_read_source(o, &r->now.texts, row, why) ? NULL : "a source";
}

/* Replay counts on ids without gaps. */
static const char *take_series(struct restore *r, const json_t *o, const char **why)
{
    struct series_row *row = add(&r->now.series, sizeof *row);
    if (!row || !dump_read_series(o, &r->now.texts, row, why)) return "a series";
    *why = "its id is not the next one";
    return row->id == r->next_series++ ? NULL : "a series";
}

static const char *take_points(struct restore *r, const json_t *o, const char **why)
{
    struct point_row rows[DUMP_POINTS_A_LINE];
    size_t n = 0;
    if (!dump_read_points(o, rows, &n, why)) return "points";
    for (size_t i = 0; i < n; i++) {
        struct point_row *row = add(&r->now.points, sizeof *row);
        *why = "a point of a series that was not told";
        if (!row || rows[i].series >= r->next_series) return "points";
        *row = rows[i];
    }
    r->got += n;
    return NULL;
}

static const char *take_fact(struct restore *r, const json_t *o, const char **why)
{
    struct fact *row = add(&r->now.facts, sizeof *row);
    return row && dump_read_fact(o, &r->now.texts, row, why) ? NULL : "a fact";
}

static const char *take_event(struct restore *r, const json_t *o, const char **why)
{
    struct event_row *row = add(&r->now.events, sizeof *row);
    return row && dump_read_event(o, &r->now.texts, row, why) ? NULL : "an event";
}

static const char *take_incident(struct restore *r, const json_t *o, const char **why)
{
    struct incident_row *row = add(&r->now.incidents, sizeof *row);
    return row && dump_read_incident(o, &r->now.texts, &r->now.run, row, why) ? NULL : "an incident";
}

static const char *take_end(struct restore *r, const json_t *o, const char **why)
{
    const char *id = json_string_value(json_object_get(o, "run"));
    *why = id && strcmp(id, r->now.run.id) == 0 ? "it has other points than its run was to have" : "it ends another run";
    r->ended = id && strcmp(id, r->now.run.id) == 0 && r->got == r->promised;
    return r->ended ? NULL : "the end of a run";
}

static const struct {
    const char *name;
    const char *(*take)(struct restore *r, const json_t *o, const char **why);
} parts[] = {{"source", take_source}, {"series", take_series},     {"points", take_points}, {"fact", take_fact},
             {"event", take_event},   {"incident", take_incident}, {"end", take_end}};

static bool is_part(const json_t *o, size_t *which)
{
    for (*which = 0; *which < sizeof parts / sizeof *parts; ++*which)
        if (is(o, parts[*which].name)) return true;
    return false;
}

static const struct commit *piece(struct gathered *g)
{
    g->commit = (struct commit){.run = g->run,
                                .sources = g->sources.rows,
                                .n_sources = g->sources.n,
                                .series = g->series.rows,
                                .n_series = g->series.n,
                                .points = g->points.rows,
                                .n_points = g->points.n,
                                .facts = g->facts.rows,
                                .n_facts = g->facts.n,
                                .events = g->events.rows,
                                .n_events = g->events.n,
                                .incidents = g->incidents.rows,
                                .n_incidents = g->incidents.n};
    return &g->commit;
}

/* upkeep_restore asks for the next piece of the run: lines until there are many points, or its end. */
static enum status next_piece(void *arg, const struct commit **ret, struct err *err)
{
    struct restore *r = arg;
    if (r->ended) return OK;
    clear(&r->now);
    while (r->now.points.n < PIECE_POINTS && !r->ended) {
        const char *why = "it is more than fits", *what = "a run";
        json_t *o = next_line(r);
        size_t which = 0;
        if (o && is_part(o, &which)) what = parts[which].take(r, member(o), &why);
        else why = "it has no end", r->held = json_incref(o);
        json_decref(o);
        if (!what) continue;
        r->failing = true;
        refuse(r, what, why);
        return err_set(err, E_FORMAT, "%s: %s", what, why);
    }
    *ret = piece(&r->now);
    r->counts.incidents += r->now.incidents.n;
    return OK;
}

/* Pass over what is left of a run. */
static void skip_run(struct restore *r)
{
    for (;;) {
        size_t which;
        json_t *o = next_line(r);
        if (!o) return;
        bool part = is_part(o, &which), end = is(o, "end");
        if (!part) r->held = o;
        else json_decref(o);
        if (!part || end) return;
    }
}

static enum status write_run(struct restore *r, struct store *s, struct err *err)
{
    uint64_t incidents = r->counts.incidents;
    r->failing = false;
    enum status status = upkeep_restore(s, next_piece, r, err);
    clear(&r->now);
    if (!status) r->counts.runs++, r->counts.points += r->promised;
    else r->counts.incidents = incidents;
    if (status && !r->ended) skip_run(r);
    return r->failing ? OK : status;
}

static enum status take_run(struct restore *r, struct store *s, const json_t *o, struct err *err)
{
    const char *why = "";
    int64_t points = 0;
    bool watched = false;
    arena_done(&r->arena);
    arena_init(&r->arena, PIECE_BYTES);
    r->got = r->next_series = 0;
    r->ended = false;
    if (!dump_read_run(o, &r->arena, &r->now.run, &r->promised, &why)) {
        refuse(r, "a run", why);
        return skip_run(r), OK;
    }
    enum status status = upkeep_points(s, r->now.run.id, &points, &watched, err);
    if (status == E_ABSENT) return write_run(r, s, err);
    if (status) return status;
    if (!watched && (uint64_t)points < r->promised) return write_run(r, s, err);
    if (watched) r->counts.watched++;
    else r->counts.known++;
    return skip_run(r), OK;
}

/* ---- what belongs to no single run ------------------------------------------------------------------------------------------- */

static enum status take_note(struct restore *r, struct store *s, const json_t *o, struct err *err)
{
    struct note n;
    const char *why = "";
    bool fresh = false;
    if (!dump_read_note(o, &r->arena, &n, &why)) return refuse(r, "a note", why), OK;
    enum status status = note_put(s, &n, &fresh, err);
    if (!status) ++*(fresh ? &r->counts.notes : &r->counts.known_rows);
    return status;
}

static enum status take_row(struct restore *r, struct store *s, enum upkeep_table which, const json_t *o, struct err *err)
{
    struct upkeep_cell cells[UPKEEP_CELLS_MAX];
    const char *why = "";
    bool fresh = false;
    if (!dump_read_row(o, &r->arena, which, cells, &why)) return refuse(r, upkeep_name(which), why), OK;
    enum status status = upkeep_put(s, which, cells, &fresh, err);
    if (status == E_FORMAT) return refuse(r, upkeep_name(which), err->text), OK;
    if (!status) ++*(fresh ? &r->counts.outcomes : &r->counts.known_rows);
    return status;
}

static enum status take(struct restore *r, struct store *s, const json_t *o, struct err *err)
{
    size_t part;
    if (is(o, "run")) return take_run(r, s, member(o), err);
    arena_done(&r->arena);
    arena_init(&r->arena, PIECE_BYTES);
    if (is(o, "note")) return take_note(r, s, member(o), err);
    for (int which = 0; which < UPKEEP_TABLE_COUNT; which++)
        if (is(o, upkeep_name((enum upkeep_table)which))) return take_row(r, s, (enum upkeep_table)which, member(o), err);
    if (is(o, "schema")) return OK; /* several files behind one another */
    refuse(r, "passed over", is_part(o, &part) ? "it belongs to no run" : "it is of no kind that is known here");
    return OK;
}

/* ---- the outside ------------------------------------------------------------------------------------------------------------ */

static enum status check_schema(struct restore *r, const char *path, struct err *err)
{
    json_t *o = next_line(r);
    const char *schema = o && is(o, "schema") ? json_string_value(member(o)) : NULL;
    enum status status = OK;
    if (!schema) status = err_set(err, E_FORMAT, "'%s' is no export of a memory: its first line names no schema", path);
    else if (strcmp(schema, DUMP_SCHEMA) != 0)
        status = err_set(err, E_FORMAT, "'%s' has the schema '%.40s', and this mlwatch reads " DUMP_SCHEMA, path, schema);
    json_decref(o);
    return status;
}

enum status restore_open(const char *path, struct restore **ret, struct err *err)
{
    struct stat st;
    struct restore *r = calloc(1, sizeof *r);
    if (!r) return err_set(err, E_MEMORY, "no memory to read '%s'", path);
    arena_init(&r->arena, PIECE_BYTES);
    arena_init(&r->now.texts, PIECE_BYTES);
    r->file = fopen(path, "re");
    enum status status = r->file && fstat(fileno(r->file), &st) == 0 && S_ISREG(st.st_mode) ? OK : E_IO;
    if (status && !r->file) err_errno(err, E_IO, "cannot read '%s'", path);
    else if (status) err_set(err, E_IO, "cannot read '%s': it is no regular file", path);
    if (!status) r->counts.of = (uint64_t)st.st_size;
    if (!status) status = check_schema(r, path, err);
    if (status) restore_close(r);
    else *ret = r;
    return status;
}

void restore_close(struct restore *r)
{
    if (!r) return;
    if (r->file) fclose(r->file);
    free(r->line);
    json_decref(r->held);
    arena_done(&r->arena);
    free_lists(&r->now);
    free(r);
}

enum status restore_some(struct restore *r, struct store *s, double seconds, bool *more, void (*say)(void *, const char *),
                         void *arg, struct err *err)
{
    double until = clock_now() + seconds;
    enum status status = OK;
    r->say = say;
    r->arg = arg;
    *more = true;
    while (!status && *more) {
        json_t *o = next_line(r);
        *more = o != NULL;
        if (o) status = take(r, s, o, err);
        json_decref(o);
        if (clock_now() >= until) break;
    }
    if (!status && ferror(r->file)) status = err_set(err, E_IO, "the file could not be read to its end");
    return status;
}

const struct restore_counts *restore_counts(const struct restore *r) { return &r->counts; }
