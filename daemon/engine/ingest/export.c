/* export - see export.h. */
#include "export.h"

#include <stdlib.h>
#include <string.h>

#include "../../base/hash.h"

enum { FLUSH_BYTES = 1 << 20 };

struct which {
    char id[12];
    size_t store;
};
struct exporting {
    FILE *to;
    struct str out;
    struct which *runs;
    size_t n_runs, room;
    size_t store; /* the one that is read */
    struct point_row points[DUMP_POINTS_A_LINE];
    size_t n_points;
    uint64_t *seen; /* hashes of rows and notes, by chance of 2^-64 never equal for others */
    size_t n_seen, seen_room;
    uint64_t total; /* points of the run at hand */
    struct export_counts *counts;
    bool failed;
};

static bool flush(struct exporting *x, bool all)
{
    if (x->out.failed) x->failed = true;
    if (x->out.n < FLUSH_BYTES && !all) return !x->failed;
    if (x->out.n && fwrite(x->out.p, 1, x->out.n, x->to) != x->out.n) x->failed = true;
    str_clear(&x->out);
    return !x->failed;
}

static bool keep_run(void *arg, const struct run_row *r)
{
    struct exporting *x = arg;
    if (x->n_runs == x->room) {
        size_t room = x->room ? 2 * x->room : 256;
        struct which *more = realloc(x->runs, room * sizeof *more);
        if (!more) return !(x->failed = true);
        x->runs = more;
        x->room = room;
    }
    memcpy(x->runs[x->n_runs].id, r->id, sizeof r->id);
    x->runs[x->n_runs++].store = x->store;
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct which *x = a, *y = b;
    int order = strcmp(x->id, y->id);
    return order ? order : (x->store > y->store) - (x->store < y->store);
}

/* ---- a run ------------------------------------------------------------------------------------------------------------------ */

static bool give_run(void *arg, const struct run_row *r)
{
    struct exporting *x = arg;
    dump_run(&x->out, r, x->total);
    return false;
}

static bool give_source(void *arg, const struct source_row *r) { return dump_source(&((struct exporting *)arg)->out, r), true; }
static bool give_series(void *arg, const struct series_row *r) { return dump_series(&((struct exporting *)arg)->out, r), true; }
static bool give_fact(void *arg, const struct fact *f) { return dump_fact(&((struct exporting *)arg)->out, f), true; }
static bool give_event(void *arg, const struct event_row *e) { return dump_event(&((struct exporting *)arg)->out, e), true; }

static bool give_points(struct exporting *x)
{
    dump_points(&x->out, x->points, x->n_points);
    x->counts->points += x->n_points;
    x->n_points = 0;
    return flush(x, false);
}

static bool give_point(void *arg, const struct point_row *p)
{
    struct exporting *x = arg;
    x->points[x->n_points++] = *p;
    return x->n_points < DUMP_POINTS_A_LINE || give_points(x);
}

/* Incidents come newest first, those of one moment as they were written: their ids make the order the same everywhere. */
struct incident_line {
    char id[12];
    char *text;
};
struct incident_lines {
    struct incident_line *all;
    size_t n, room;
    bool failed;
};

static bool keep_incident(void *arg, const struct incident_row *r)
{
    struct incident_lines *l = arg;
    struct str s = {0};
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        struct incident_line *more = realloc(l->all, room * sizeof *more);
        if (!more) return !(l->failed = true);
        l->all = more;
        l->room = room;
    }
    dump_incident(&s, r);
    memcpy(l->all[l->n].id, r->incident.id, sizeof l->all->id);
    l->all[l->n].text = str_take(&s);
    l->failed = l->failed || !l->all[l->n++].text;
    return !l->failed;
}

static int by_incident(const void *a, const void *b)
{
    return strcmp(((const struct incident_line *)a)->id, ((const struct incident_line *)b)->id);
}

static enum status give_incidents(struct exporting *x, struct store *s, const char *id, struct err *err)
{
    struct incident_lines l = {0};
    enum status status = store_incidents(s, id, keep_incident, &l, err);
    if (!status && l.failed) status = err_set(err, E_MEMORY, "no memory to export incidents");
    if (l.n) qsort(l.all, l.n, sizeof *l.all, by_incident);
    for (size_t i = 0; i < l.n; i++) {
        if (!status) str_add(&x->out, l.all[i].text);
        free(l.all[i].text);
    }
    x->counts->incidents += l.n;
    free(l.all);
    return status;
}

static enum status read_run(struct exporting *x, struct store *s, const char *id, struct err *err)
{
    enum status status;
    int64_t points = 0;
    bool watched = false;
    (void)((status = upkeep_points(s, id, &points, &watched, err)) || (x->total = (uint64_t)points, 0) ||
           (status = store_run(s, id, give_run, x, err)) || (status = store_sources(s, id, give_source, x, err)) ||
           (status = store_series(s, id, give_series, x, err)) || (status = store_points(s, id, give_point, x, err)) ||
           (give_points(x), 0) || (status = store_facts(s, id, give_fact, x, err)) ||
           (status = store_events(s, id, give_event, x, err)) || (status = give_incidents(x, s, id, err)));
    if (!status) dump_end(&x->out, id);
    return status;
}

static enum status give_one(struct exporting *x, struct store *s, const char *id, struct err *err)
{
    enum status status = upkeep_hold(s, err);
    if (status) return status;
    status = read_run(x, s, id, err);
    upkeep_release(s);
    if (status == E_ABSENT) return OK; /* it was forgotten a moment ago */
    x->counts->runs++;
    (void)flush(x, false);
    return status;
}

/* ---- the rest --------------------------------------------------------------------------------------------------------------- */

/* Is the line behind `from` there already? Then it is taken away. */
static bool again(struct exporting *x, size_t from)
{
    uint64_t h = hash64(x->out.p + from, x->out.n - from, 0);
    for (size_t i = 0; i < x->n_seen; i++)
        if (x->seen[i] == h) return x->out.n = from, true;
    if (x->n_seen == x->seen_room) {
        size_t room = x->seen_room ? 2 * x->seen_room : 256;
        uint64_t *more = realloc(x->seen, room * sizeof *more);
        if (!more) return x->failed = true, false;
        x->seen = more;
        x->seen_room = room;
    }
    x->seen[x->n_seen++] = h;
    return false;
}

struct rows_of {
    struct exporting *x;
    enum upkeep_table which;
    bool several; /* stores: what one has, another may have too */
};

static bool give_row(void *arg, const struct upkeep_cell *cells, size_t n)
{
    struct rows_of *r = arg;
    size_t from = r->x->out.n;
    dump_row(&r->x->out, r->which, cells, n);
    if (!r->several || !again(r->x, from)) r->x->counts->outcomes++;
    return flush(r->x, false);
}

static bool give_note(void *arg, const struct note *n)
{
    struct rows_of *r = arg;
    size_t from = r->x->out.n;
    dump_note(&r->x->out, n);
    if (!r->several || !again(r->x, from)) r->x->counts->notes++;
    return flush(r->x, false);
}

static enum status give_rest(struct exporting *x, struct store *const *stores, size_t n, struct err *err)
{
    enum status status = OK;
    struct rows_of r = {x, UPKEEP_OUTCOME, n > 1};
    for (int which = 0; which < UPKEEP_TABLE_COUNT; which++)
        for (size_t i = 0; i < n && !status; i++) {
            r.which = (enum upkeep_table)which;
            status = upkeep_rows(stores[i], r.which, give_row, &r, err);
        }
    for (size_t i = 0; i < n && !status; i++) status = note_each(stores[i], NOTE_ALL, NULL, SIZE_MAX, give_note, &r, err);
    return status;
}

enum status export_memory(struct store *const *stores, size_t n, FILE *to, void (*step)(void *, size_t, size_t), void *arg,
                          struct export_counts *ret, struct err *err)
{
    struct exporting *x = calloc(1, sizeof *x);
    if (!x) return err_set(err, E_MEMORY, "no memory to export");
    enum status status = OK;
    *ret = (struct export_counts){0};
    x->to = to;
    x->counts = ret;
    dump_schema(&x->out);
    for (x->store = 0; x->store < n && !status; x->store++) status = store_runs(stores[x->store], keep_run, x, err);
    if (x->n_runs) qsort(x->runs, x->n_runs, sizeof *x->runs, by_id);
    for (size_t i = 0; i < x->n_runs && !status && !x->failed; i++) {
        if (i && strcmp(x->runs[i].id, x->runs[i - 1].id) == 0) continue;
        status = give_one(x, stores[x->runs[i].store], x->runs[i].id, err);
        if (step) step(arg, i + 1, x->n_runs);
    }
    if (!status) status = give_rest(x, stores, n, err);
    if (!status && (!flush(x, true) || fflush(to) != 0)) status = err_errno(err, E_IO, "the export could not be written");
    str_done(&x->out);
    free(x->runs);
    free(x->seen);
    free(x);
    return status;
}
