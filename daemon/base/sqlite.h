/* sqlite - the one door to SQLite: open with the right pragmas, prepared statements kept, errors as sentences.
 *
 * One process writes a database: SQLite 3.7.0 to 3.51.2 can corrupt a WAL database that two processes write (sqlite.org/wal.html,
 * section 11). So a writing connection holds `PATH-writer` locked (flock) for its life. A local database uses WAL, and its -wal and -shm
 * files stay when the writer closes, so that a reader without the right to create files can read it; it is journal_mode=DELETE on a network
 * file system, where shared memory is not shared, and with one of those versions where the lock cannot be had. What `PATH-writer` says
 * while nobody holds it tells that the last writer did not come to its end. A connection serves one thread at a time. */
#ifndef MLWATCH_SQLITE_H
#define MLWATCH_SQLITE_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "span.h"

struct sqlite;
struct rows;

/* One parameter of a statement. Bytes are borrowed until sqlite_run returns or rows_done is called. */
struct bound {
    enum { BOUND_NULL, BOUND_INT, BOUND_REAL, BOUND_TEXT, BOUND_BLOB } type;
    int64_t integer;
    double real;
    struct span bytes;
};
static inline struct bound bound_null(void) { return (struct bound){.type = BOUND_NULL}; }
static inline struct bound bound_int(int64_t v) { return (struct bound){.type = BOUND_INT, .integer = v}; }
/* bound_bits - 64 bits without a sign, kept as the signed integer of the same bits. */
static inline struct bound bound_bits(uint64_t v) { return bound_int((int64_t)v); }
/* bound_real - NaN becomes NULL, and NULL reads as NaN. */
static inline struct bound bound_real(double v) { return (struct bound){.type = BOUND_REAL, .real = v}; }
/* bound_text - NULL becomes NULL. */
static inline struct bound bound_text(const char *v)
{
    return (struct bound){.type = v ? BOUND_TEXT : BOUND_NULL, .bytes = span_of(v)};
}
static inline struct bound bound_blob(struct span v) { return (struct bound){.type = BOUND_BLOB, .bytes = v}; }
#define BOUND(...) (const struct bound[]){__VA_ARGS__}, sizeof((const struct bound[]){__VA_ARGS__}) / sizeof(struct bound)
#define UNBOUND    NULL, 0

/* sqlite_open - open a database file.
 *   writing  creates it (0600) when there is none and tightens its mode; otherwise it is opened read-only
 * Errors: E_ABSENT (reading) when there is no file; E_STORE when it is no database, cannot be opened, or another process writes. */
enum status sqlite_open(const char *path, bool writing, struct sqlite **ret, struct err *err);
/* sqlite_is_unclean - did the writer before this one die, or see damage? Until sqlite_check says that all is well, its successors ask too. */
bool sqlite_is_unclean(const struct sqlite *db);
/* sqlite_check - PRAGMA quick_check. Errors: E_FORMAT with what is wrong first. Cost: reads the whole file, about 1 s a GB. */
enum status sqlite_check(struct sqlite *db, struct err *err);
/* sqlite_check_file - the same of a file that sqlite_open refused; no database at all is damaged too. E_FORMAT; E_STORE it cannot be told. */
enum status sqlite_check_file(const char *path, struct err *err);
/* sqlite_open_foreign - open a database that another program writes: to read it, without changing a byte or making a file beside it.
 *   wait_ms  how long each read waits for a writer that holds it locked. Its writer waits for ours, so read in short pieces
 * Errors: E_ABSENT when there is no file; E_STORE when it is no database, is locked, or holds half a commit of a writer that died. */
enum status sqlite_open_foreign(const char *path, int wait_ms, struct sqlite **ret, struct err *err);
/* sqlite_close - takes NULL. Every rows must be done. */
void sqlite_close(struct sqlite *db);
const char *sqlite_path(const struct sqlite *db);

/* sqlite_script - several statements without parameters. Errors: E_STORE. */
enum status sqlite_script(struct sqlite *db, const char *sql, struct err *err);
/* sqlite_run - one statement to its end; rows are ignored.
 *   sql   a literal: its prepared form is kept, found again by address;  v, n   its parameters, ?1 first: BOUND(...) or UNBOUND */
enum status sqlite_run(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct err *err);
/* sqlite_integer - the first column of the first row; fallback when there is no row or it is NULL. */
enum status sqlite_integer(struct sqlite *db, const char *sql, const struct bound *v, size_t n, int64_t fallback, int64_t *ret,
                           struct err *err);

/* sqlite_query - start reading; as sqlite_run. Several may be open at once, of the same statement too.
 *   usage    while (rows_next(rows)) ...; return rows_done(rows, err); */
enum status sqlite_query(struct sqlite *db, const char *sql, const struct bound *v, size_t n, struct rows **ret, struct err *err);
/* rows_next - false at the end and after an error, which rows_done tells. */
bool rows_next(struct rows *r);
/* rows_done - give the statement back, also before its end; takes NULL. E_STORE when reading failed. */
enum status rows_done(struct rows *r, struct err *err);
/* Columns of the present row, 0 first. Text and blobs are valid until the next rows_next; NULL is NULL, {NULL, 0}, 0, NaN. */
const char *rows_text(struct rows *r, int column);
struct span rows_blob(struct rows *r, int column);
int64_t rows_int(struct rows *r, int column);
double rows_real(struct rows *r, int column);

/* sqlite_begin, sqlite_commit, sqlite_rollback - a transaction that writes. After a failed commit it is rolled back. */
enum status sqlite_begin(struct sqlite *db, struct err *err);
enum status sqlite_commit(struct sqlite *db, struct err *err);
void sqlite_rollback(struct sqlite *db);

#endif
