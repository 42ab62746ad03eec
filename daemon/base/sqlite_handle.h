/* sqlite_handle - what statements (sqlite.c) and opening (sqlite_open.c) share: the connection itself. The door to SQLite's own header. */
#ifndef MLWATCH_SQLITE_HANDLE_H
#define MLWATCH_SQLITE_HANDLE_H

#include <sqlite3.h>

#include "sqlite.h"

enum { KEPT_STATEMENTS = 64 };

struct rows {
    struct sqlite *db;
    sqlite3_stmt *stmt;
    const char *sql; /* address it is found by; NULL for a second copy of a statement in use */
    int rc;
    bool busy;
};
struct sqlite {
    sqlite3 *handle;
    char *path;
    int writer_lock; /* descriptor, or -1 */
    bool locked;     /* it is: not every file system can */
    bool unclean;    /* the last writer did not close, and nothing was checked since */
    bool damaged;    /* SQLite said so */
    struct rows kept[KEPT_STATEMENTS];
};

/* sqlite_failed - the last error of the connection as a sentence: "cannot VERB 'PATH': why". E_STORE, or E_MEMORY. */
enum status sqlite_failed(struct sqlite *db, const char *verb, struct err *err);

#endif
