/* A damaged database: set aside under another name, and asked for what it can still tell.
 *
 * Points, findings and incidents are made again from the logs. What people said about incidents, and notes, are in no log: they are read row
 * by row, until SQLite meets a page that it cannot read. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../base/str.h"
#include "note.h"
#include "sqlite_store.h"

enum { NAMES_TRIED = 100 };

static bool there(const char *path) { return access(path, F_OK) == 0; }

/* PATH.damaged-20260131T235959Z, or with a number behind it when there is one of this second. */
static enum status free_name(const char *path, struct str *to, struct err *err)
{
    char date[24];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &tm);
    for (int i = 0; i < NAMES_TRIED; i++) {
        str_clear(to);
        str_addf(to, i ? "%s.damaged-%s.%d" : "%s.damaged-%s", path, date, i);
        if (to->failed) return err_set(err, E_MEMORY, "no memory to set '%s' aside", path);
        if (!there(to->p)) return OK;
    }
    return err_set(err, E_STORE, "cannot set '%s' aside: '%s' is there already", path, to->p);
}

/* What of it is beside the database goes along, the database itself last; the file of vectors is of no use any more. */
static enum status rename_all(const char *path, const char *to, struct err *err)
{
    static const char *const ends[] = {"-wal", "-shm", "-journal", ""};
    enum status status = OK;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !status; i++) {
        struct str old = {0}, new = {0};
        str_addf(&old, "%s%s", path, ends[i]);
        str_addf(&new, "%s%s", to, ends[i]);
        if (old.failed || new.failed) status = err_set(err, E_MEMORY, "no memory to set '%s' aside", path);
        else if (there(old.p) && rename(old.p, new.p) != 0) status = err_errno(err, E_STORE, "cannot set '%s' aside", old.p);
        str_done(&old);
        str_done(&new);
    }
    struct str vectors = {0};
    str_addf(&vectors, "%s-vectors", path);
    if (vectors.p) unlink(vectors.p);
    str_done(&vectors);
    return status;
}

enum status sqlite_store_set_aside(const char *path, char **moved, struct err *err)
{
    struct str to = {0};
    struct err why;
    enum status status = sqlite_check_file(path, &why);
    if (status != E_FORMAT) return err_set(err, E_ABSENT, "'%s' is not damaged", path);
    status = free_name(path, &to, err);
    if (!status) status = rename_all(path, to.p, err);
    if (status) str_done(&to);
    else *moved = to.p;
    return status;
}

/* ---- what it can still tell ------------------------------------------------------------------------------------------------ */

enum { OUTCOME_CELLS = 8 };

/* As texts: columns that hold numbers make numbers of them again. A schema before the third has no teller, weight and run. */
static size_t salvage_outcomes(struct sqlite *from, struct sqlite *to)
{
    static const char *const ways[] = {
        "SELECT incident, fix, worked, note, time, teller, weight, run FROM outcome ORDER BY key",
        "SELECT incident, fix, worked, note, time, 'person', 1, NULL FROM outcome ORDER BY key",
    };
    struct rows *r = NULL;
    size_t n = 0;
    if (sqlite_query(from, ways[0], UNBOUND, &r, NULL) && sqlite_query(from, ways[1], UNBOUND, &r, NULL)) return 0;
    while (rows_next(r)) {
        struct bound v[OUTCOME_CELLS];
        for (int i = 0; i < OUTCOME_CELLS; i++) v[i] = bound_text(rows_text(r, i));
        n += sqlite_run(to,
                        "INSERT OR IGNORE INTO outcome(incident, fix, worked, note, time, teller, weight, run)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        v, OUTCOME_CELLS, NULL) == OK;
    }
    (void)rows_done(r, NULL);
    return n;
}

struct noted {
    struct store *to;
    size_t n;
};

static bool put_note(void *arg, const struct note *note)
{
    struct noted *n = arg;
    bool fresh = false;
    n->n += note_put(n->to, note, &fresh, NULL) == OK && fresh;
    return true;
}

static void tell_runs(struct sqlite *from, bool (*each)(void *arg, const char *path), void *arg)
{
    struct rows *r = NULL;
    if (sqlite_query(from, "SELECT path FROM run ORDER BY key DESC", UNBOUND, &r, NULL)) return;
    while (rows_next(r)) {
        const char *path = rows_text(r, 0);
        if (path && !each(arg, path)) break;
    }
    (void)rows_done(r, NULL);
}

size_t sqlite_store_salvage(struct store *to, const char *path, bool (*each)(void *arg, const char *path), void *arg)
{
    struct memory old = {.store = {&store_sqlite}};
    struct noted notes = {.to = to};
    if (sqlite_open(path, false, &old.db, NULL)) return 0;
    size_t n = salvage_outcomes(old.db, memory_of(to)->db);
    (void)note_each(&old.store, NOTE_ALL, NULL, SIZE_MAX, put_note, &notes, NULL);
    tell_runs(old.db, each, arg);
    sqlite_close(old.db);
    return n + notes.n;
}
