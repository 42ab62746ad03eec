/* database - see database.h. */
#include "database.h"

enum { WAIT_MS = 250, LOOKED_INTO = 90 };

bool database_is(struct span head)
{
    static const char magic[] = "SQLite format 3"; /* and a NUL */
    return head.n >= sizeof magic && memcmp(head.p, magic, sizeof magic) == 0;
}

static enum status look_for_tables(const struct database_kind *kind, struct sqlite *db, bool *found, struct err *err)
{
    int64_t n = 0;
    enum status status = sqlite_integer(db, kind->tables, UNBOUND, 0, &n, err);
    *found = n == kind->n;
    return status;
}

int database_sniff(const struct database_kind *kind, const char *path, struct span head)
{
    struct sqlite *db = NULL;
    struct err ignored;
    bool found;
    if (!database_is(head) || sqlite_open_foreign(path, 0, &db, &ignored)) return 0;
    enum status status = look_for_tables(kind, db, &found, &ignored);
    sqlite_close(db);
    return !status && found ? LOOKED_INTO : 0;
}

enum status database_open(const struct database_kind *kind, const char *path, struct sqlite **ret, bool *found, struct err *err)
{
    enum status status = sqlite_open_foreign(path, WAIT_MS, ret, err);
    *found = false;
    return status ? status : look_for_tables(kind, *ret, found, err);
}

enum status database_tell(struct sqlite *db, const struct database_rows *what, const char *run, int64_t *last, void *arg,
                          struct err *err)
{
    enum status status = OK;
    for (int n = what->batch; !status && n == what->batch;) {
        struct rows *rows = NULL;
        status = sqlite_query(db, what->sql, BOUND(bound_text(run), bound_int(*last), bound_int(what->batch)), &rows, err);
        for (n = 0; !status && rows_next(rows); n++) {
            what->tell(arg, rows);
            *last = rows_int(rows, 0);
        }
        if (!status) status = rows_done(rows, err);
    }
    return status;
}
