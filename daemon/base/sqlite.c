/* sqlite - statements and transactions; opening is in sqlite_open.c. */
#include "sqlite_handle.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* What a person can act on; other codes keep SQLite's own words. */
static const struct {
    int code;
    const char *words;
} reasons[] = {
    {SQLITE_READONLY_ROLLBACK, "its writer died within a commit, which the next to open it undoes"},
    {SQLITE_FULL, "the disk is full"},
    {SQLITE_NOTADB, "it is not a database"},
    {SQLITE_CORRUPT, "its contents are damaged"},
    {SQLITE_BUSY, "another process holds it locked"},
    {SQLITE_READONLY, "it may only be read"},
};

enum status sqlite_failed(struct sqlite *db, const char *verb, struct err *err)
{
    int code = sqlite3_extended_errcode(db->handle), os = sqlite3_system_errno(db->handle);
    if ((code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB) db->damaged = true;
    if (code == SQLITE_OK || code == SQLITE_NOMEM) return err_set(err, E_MEMORY, "no memory to %s '%s'", verb, db->path);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == code || reasons[i].code == (code & 0xFF))
            return err_set(err, E_STORE, "cannot %s '%s': %s", verb, db->path, reasons[i].words);
    if (os && ((code & 0xFF) == SQLITE_IOERR || (code & 0xFF) == SQLITE_CANTOPEN)) {
        errno = os;
        return err_errno(err, E_STORE, "cannot %s '%s'", verb, db->path);
    }
    return err_set(err, E_STORE, "cannot %s '%s': %s", verb, db->path, sqlite3_errmsg(db->handle));
}

const char *sqlite_path(const struct sqlite *db) { return db->path; }

enum status sqlite_script(struct sqlite *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : sqlite_failed(db, "use", err);
}

/* A free statement for sql: the kept one, a new one that is kept, or a copy when that one is in use or the table is full. */
static struct rows *statement(struct sqlite *db, const char *sql)
{
    struct rows *free_slot = NULL, *r;
    for (r = db->kept; r < db->kept + KEPT_STATEMENTS; r++) {
        if (r->sql == sql && !r->busy) return r;
        if (!r->sql && !free_slot) free_slot = r;
        if (r->sql == sql || !r->sql) break;
    }
    bool copy = !free_slot;
    r = copy ? calloc(1, sizeof *r) : free_slot;
    if (!r) return NULL;
    r->db = db;
    if (sqlite3_prepare_v3(db->handle, sql, -1, copy ? 0 : SQLITE_PREPARE_PERSISTENT, &r->stmt, NULL) != SQLITE_OK) {
        if (copy) free(r);
        return NULL;
    }
    r->sql = copy ? NULL : sql;
    return r;
}

static int bind_one(sqlite3_stmt *s, int i, const struct bound *v)
{
    switch (v->type) {
    case BOUND_INT: return sqlite3_bind_int64(s, i, v->integer);
    case BOUND_REAL: return sqlite3_bind_double(s, i, v->real);
    case BOUND_TEXT: return sqlite3_bind_text64(s, i, v->bytes.p, v->bytes.n, SQLITE_STATIC, SQLITE_UTF8);
    case BOUND_BLOB: return sqlite3_bind_blob64(s, i, v->bytes.p ? v->bytes.p : "", v->bytes.n, SQLITE_STATIC);
    case BOUND_NULL: break;
    }
    return sqlite3_bind_null(s, i);
}

enum status sqlite_query(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct rows **ret, struct err *err)
{
    struct rows *r = statement(db, sql);
    if (!r) return sqlite_failed(db, "use", err);
    r->busy = true;
    r->rc = SQLITE_OK;
    for (size_t i = 0; i < n && r->rc == SQLITE_OK; i++) r->rc = bind_one(r->stmt, (int)i + 1, v + i);
    if (r->rc != SQLITE_OK) return rows_done(r, err);
    *ret = r;
    return OK;
}

bool rows_next(struct rows *r)
{
    if (r->rc != SQLITE_OK && r->rc != SQLITE_ROW) return false;
    r->rc = sqlite3_step(r->stmt);
    return r->rc == SQLITE_ROW;
}

enum status rows_done(struct rows *r, struct err *err)
{
    if (!r) return OK;
    enum status status = OK;
    if (r->rc != SQLITE_OK && r->rc != SQLITE_ROW && r->rc != SQLITE_DONE)
        status = sqlite_failed(r->db, sqlite3_stmt_readonly(r->stmt) ? "read" : "write", err);
    sqlite3_reset(r->stmt);
    sqlite3_clear_bindings(r->stmt);
    r->busy = false;
    if (!r->sql) {
        sqlite3_finalize(r->stmt);
        free(r);
    }
    return status;
}

const char *rows_text(struct rows *r, int column) { return (const char *)sqlite3_column_text(r->stmt, column); }

struct span rows_blob(struct rows *r, int column)
{
    const char *p = sqlite3_column_blob(r->stmt, column);
    return (struct span){p, p ? (size_t)sqlite3_column_bytes(r->stmt, column) : 0};
}

int64_t rows_int(struct rows *r, int column) { return sqlite3_column_int64(r->stmt, column); }

double rows_real(struct rows *r, int column)
{
    return sqlite3_column_type(r->stmt, column) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(r->stmt, column);
}

enum status sqlite_run(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, sql, v, n, &r, err);
    if (status) return status;
    while (rows_next(r)) continue;
    return rows_done(r, err);
}

enum status sqlite_integer(struct sqlite *db, const char *sql, const struct bound *v, size_t n, int64_t fallback, int64_t *ret,
                           struct err *err)
{
    struct rows *r = NULL;
    enum status status = sqlite_query(db, sql, v, n, &r, err);
    if (status) return status;
    int64_t value = fallback;
    if (rows_next(r) && sqlite3_column_type(r->stmt, 0) != SQLITE_NULL) value = rows_int(r, 0);
    status = rows_done(r, err);
    if (!status) *ret = value;
    return status;
}

enum status sqlite_begin(struct sqlite *db, struct err *err) { return sqlite_run(db, "BEGIN IMMEDIATE", UNBOUND, err); }

enum status sqlite_commit(struct sqlite *db, struct err *err)
{
    enum status status = sqlite_run(db, "COMMIT", UNBOUND, err);
    if (status) sqlite_rollback(db);
    return status;
}

void sqlite_rollback(struct sqlite *db)
{
    if (!sqlite3_get_autocommit(db->handle)) sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}
