/* What incidents mean, as vectors: one a (incident, model). They are made from what the incident says, so triggers of the schema take them
 * away when that changes, and whoever embeds asks which ones are missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite_store.h"

enum status give_unembedded(struct sqlite *db, const char *sql, const char *model, size_t max,
                            bool (*each)(void *arg, const char *id), void *arg, struct err *err)
{
    struct rows *r = NULL;
    char id[12];
    enum status status = sqlite_query(db, sql, BOUND(bound_text(model), bound_int((int64_t)max)), &r, err);
    if (status) return status;
    while (rows_next(r)) {
        const char *found = rows_text(r, 0);
        snprintf(id, sizeof id, "%s", found ? found : "");
        if (!each(arg, id)) break;
    }
    return rows_done(r, err);
}

enum status sqlite_store_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *incident),
                                    void *arg, struct err *err)
{
    nearest_look(memory_of(s), model);
    return give_unembedded(
        memory_of(s)->db,
        "SELECT id FROM incident i WHERE NOT EXISTS (SELECT 1 FROM meaning WHERE incident = i.key AND model = ?1)"
        " ORDER BY key DESC LIMIT ?2",
        model, max, each, arg, err);
}

static enum status put(struct sqlite *db, const struct vector_row *row, struct err *err)
{
    return sqlite_run(db, "REPLACE INTO meaning(incident, model, vector) SELECT key, ?2, ?3 FROM incident WHERE id = ?1",
                      BOUND(bound_text(row->incident), bound_text(row->model),
                            bound_blob((struct span){(const char *)row->v, row->n * sizeof *row->v})),
                      err);
}

enum status sqlite_store_put_vectors(struct store *s, const struct vector_row *rows, size_t n, struct err *err)
{
    struct sqlite *db = memory_of(s)->db;
    enum status status = check_writing(memory_of(s), err);
    if (status || !n) return status;
    status = sqlite_begin(db, err);
    for (size_t i = 0; i < n && !status; i++) status = put(db, rows + i, err);
    status = end_transaction(db, status, err);
    if (!status) nearest_added(memory_of(s), rows[0].model, rows[0].n, n);
    return status;
}

static enum status query(struct sqlite *db, const char *run_id, const char *model, struct rows **r, struct err *err)
{
    int64_t run = 0;
    enum status status = run_id ? run_key(db, run_id, &run, err) : OK;
    if (status) return status;
    if (run_id)
        return sqlite_query(db,
                            "SELECT i.id, r.id, m.vector FROM incident i JOIN meaning m ON m.incident = i.key AND m.model = ?1"
                            " JOIN run r ON r.key = i.run WHERE i.run = ?2",
                            BOUND(bound_text(model), bound_int(run)), r, err);
    return sqlite_query(db,
                        "SELECT i.id, r.id, m.vector FROM meaning m JOIN incident i ON i.key = m.incident"
                        " JOIN run r ON r.key = i.run WHERE m.model = ?1",
                        BOUND(bound_text(model)), r, err);
}

/* A blob need not lie where a float may. */
enum status sqlite_store_vectors(struct store *s, const char *run_id, const char *model, size_t dims,
                                 bool (*each)(void *arg, const char *incident, const char *run, const float *v), void *arg,
                                 struct err *err)
{
    struct rows *r = NULL;
    float *v = malloc(dims * sizeof *v);
    if (!v) return err_set(err, E_MEMORY, "no memory to search by meaning");
    enum status status = query(memory_of(s)->db, run_id, model, &r, err);
    while (!status && rows_next(r)) {
        const char *id = rows_text(r, 0), *run = rows_text(r, 1);
        struct span blob = rows_blob(r, 2);
        if (!id || !run || blob.n != dims * sizeof *v) continue;
        memcpy(v, blob.p, blob.n);
        if (!each(arg, id, run, v)) break;
    }
    enum status done = rows_done(r, status ? NULL : err);
    free(v);
    return status ? status : done;
}

enum status sqlite_store_vector_of(struct store *s, const char *incident, const char *model, float *ret, size_t dims,
                                   struct err *err)
{
    struct rows *r = NULL;
    bool there = false;
    enum status status = sqlite_query(
        memory_of(s)->db, "SELECT m.vector FROM incident i JOIN meaning m ON m.incident = i.key AND m.model = ?2 WHERE i.id = ?1",
        BOUND(bound_text(incident), bound_text(model)), &r, err);
    if (status) return status;
    if (rows_next(r)) {
        struct span blob = rows_blob(r, 0);
        there = blob.n == dims * sizeof *ret;
        if (there) memcpy(ret, blob.p, blob.n);
    }
    status = rows_done(r, err);
    return status || there ? status : err_set(err, E_ABSENT, "'%s' has no vector of %s", incident, model);
}
