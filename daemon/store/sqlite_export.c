/* The memory taken out and put back: small tables row by row, a run piece by piece in one transaction. */
#include <math.h>

#include "sqlite_store.h"
#include "upkeep.h"

/* ---- one moment ----------------------------------------------------------------------------------------------------------- */

static enum status hold(struct store *s, struct err *err) { return sqlite_script(memory_of(s)->db, "BEGIN", err); }

static void release(struct store *s)
{
    struct err ignored;
    (void)sqlite_script(memory_of(s)->db, "COMMIT", &ignored);
}

/* ---- small tables --------------------------------------------------------------------------------------------------------- */

/* Columns as in upkeep.c; numeric: which of them are numbers, a bit each. There already is one like it: the whole row, for outcomes; what the
 * key says, for the others. */
static const struct {
    const char *all, *put;
    unsigned numeric;
} tables[] = {
    [UPKEEP_OUTCOME] = {"SELECT incident, fix, worked, note, time, teller, weight, run FROM outcome ORDER BY key",
                        "INSERT OR IGNORE INTO outcome(incident, fix, worked, note, time, teller, weight, run)"
                        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM outcome WHERE incident = ?1"
                        " AND fix = ?2 AND worked = ?3 AND note IS ?4 AND time IS ?5 AND teller = ?6 AND run IS ?8)",
                        1U << 4 | 1U << 6},
    [UPKEEP_TRIAL] = {"SELECT run, incident, fix, changes, state, note, weight, began, decided FROM trial"
                      " ORDER BY run, incident, fix",
                      "INSERT OR IGNORE INTO trial(run, incident, fix, changes, state, note, weight, began, decided)"
                      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                      1U << 6 | 1U << 7 | 1U << 8},
    [UPKEEP_SETTING] = {"SELECT run, name, value FROM setting ORDER BY run, name",
                        "INSERT OR IGNORE INTO setting(run, name, value) VALUES(?1, ?2, ?3)", 0},
};

static size_t read_cells(struct rows *r, enum upkeep_table which, struct upkeep_cell *cells)
{
    const char *const *names = upkeep_columns(which);
    size_t n = 0;
    for (; names[n]; n++) {
        bool numeric = tables[which].numeric >> n & 1;
        cells[n] = (struct upkeep_cell){.name = names[n], .is_number = numeric};
        if (numeric) cells[n].number = rows_real(r, (int)n);
        else cells[n].text = rows_text(r, (int)n);
        cells[n].is_null = numeric ? isnan(cells[n].number) : !cells[n].text;
    }
    return n;
}

static enum status rows_of(struct store *s, enum upkeep_table which,
                           bool (*each)(void *arg, const struct upkeep_cell *cells, size_t n), void *arg, struct err *err)
{
    struct upkeep_cell cells[UPKEEP_CELLS_MAX];
    struct rows *r = NULL;
    enum status status = sqlite_query(memory_of(s)->db, tables[which].all, UNBOUND, &r, err);
    if (status) return status;
    while (rows_next(r))
        if (!each(arg, cells, read_cells(r, which, cells))) break;
    return rows_done(r, err);
}

static enum status put_row(struct store *s, enum upkeep_table which, const struct upkeep_cell *cells, bool *fresh,
                           struct err *err)
{
    struct memory *m = memory_of(s);
    struct bound bound[UPKEEP_CELLS_MAX];
    const char *const *names = upkeep_columns(which);
    size_t n = 0;
    enum status status = check_writing(m, err);
    for (; !status && names[n]; n++) {
        bool numeric = tables[which].numeric >> n & 1;
        if (!cells[n].is_null && cells[n].is_number != numeric)
            return err_set(err, E_FORMAT, "its '%s' is no %s", names[n], numeric ? "number" : "text");
        bound[n] = cells[n].is_null ? bound_null() : numeric ? bound_real(cells[n].number) : bound_text(cells[n].text);
    }
    if (!status) status = sqlite_run(m->db, tables[which].put, bound, n, err);
    *fresh = false;
    return status ? status : changed(m->db, fresh, err);
}

/* ---- a run ---------------------------------------------------------------------------------------------------------------- */

static enum status forget_contents(struct sqlite *db, int64_t run, struct err *err)
{
    static const char *const contents[] = {
        "DELETE FROM points WHERE run = ?1", "DELETE FROM series WHERE run = ?1",
        "DELETE FROM source WHERE run = ?1", "DELETE FROM fact WHERE run = ?1",
        "DELETE FROM event WHERE run = ?1",  "UPDATE run SET points = 0, folded = 0 WHERE key = ?1"};
    enum status status = OK;
    for (size_t i = 0; !status && i < sizeof contents / sizeof *contents; i++)
        status = sqlite_run(db, contents[i], BOUND(bound_int(run)), err);
    return status;
}

/* The first piece names the run; what was there of it goes. A run that was there keeps the time at which it was first seen, unless the
 * pieces know it better. */
static enum status begin_run(struct memory *m, const struct commit *first, struct err *err)
{
    int64_t run = 0;
    enum status status =
        sqlite_integer(m->db, "SELECT key FROM run WHERE id = ?1", BOUND(bound_text(first->run.id)), 0, &run, err);
    if (status || !run) return status;
    status = forget_contents(m->db, run, err);
    if (status || isnan(first->run.first_seen)) return status;
    return sqlite_run(m->db, "UPDATE run SET first_seen = ?2 WHERE key = ?1",
                      BOUND(bound_int(run), bound_real(first->run.first_seen)), err);
}

static enum status put_pieces(struct memory *m, enum status (*next)(void *arg, const struct commit **ret, struct err *err),
                              void *arg, struct err *err)
{
    const struct commit *piece = NULL;
    enum status status = next(arg, &piece, err);
    if (!status && piece) status = begin_run(m, piece, err);
    while (!status && piece) {
        status = put_commit(m, piece, err);
        piece = NULL;
        if (!status) status = next(arg, &piece, err);
    }
    return status;
}

static enum status restore(struct store *s, enum status (*next)(void *arg, const struct commit **ret, struct err *err), void *arg,
                           struct err *err)
{
    struct memory *m = memory_of(s);
    enum status status = check_writing(m, err);
    if (!status) status = sqlite_begin(m->db, err);
    if (status) return status;
    return end_transaction(m->db, put_pieces(m, next, arg, err), err);
}

static enum status points(struct store *s, const char *run_id, int64_t *n, bool *watched, struct err *err)
{
    struct rows *r = NULL;
    enum status status =
        sqlite_query(memory_of(s)->db, "SELECT points, watched FROM run WHERE id = ?1", BOUND(bound_text(run_id)), &r, err);
    if (status) return status;
    bool there = rows_next(r);
    if (there) *n = rows_int(r, 0), *watched = rows_int(r, 1) != 0;
    status = rows_done(r, err);
    return status || there ? status : err_set(err, E_ABSENT, "there is no run '%s' in the memory", run_id);
}

const struct upkeep_ops sqlite_upkeep_ops = {
    .hold = hold,
    .release = release,
    .rows = rows_of,
    .put = put_row,
    .restore = restore,
    .points = points,
    .stats = sqlite_store_stats,
    .prune = sqlite_store_prune,
    .forget_vectors = sqlite_store_forget_vectors,
};
