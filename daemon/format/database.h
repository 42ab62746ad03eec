/* database - what the formats share that read a SQLite database of another program: how one is known, opened and read. */
#ifndef MLWATCH_DATABASE_H
#define MLWATCH_DATABASE_H

#include "../base/sqlite.h"

/* The tables of a format. */
struct database_kind {
    const char *tables; /* DATABASE_TABLES and what else is asked of a table: counts those that are there */
    int64_t n;          /* so many it has */
};
/* No virtual ones: a table should take no more time than it has rows. */
#define DATABASE_TABLES "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND "

/* database_is - is this the beginning of a SQLite database? */
bool database_is(struct span head);
/* database_sniff - what a format's sniff returns: the schema may lie anywhere in the file, so it is opened and asked for its tables. */
int database_sniff(const struct database_kind *kind, const char *path, struct span head);
/* database_open - open it for a poll; *found says whether the tables are there: its writer may just be making them.
 * Errors: those of sqlite_open_foreign. *ret may be set with one: close it */
enum status database_open(const struct database_kind *kind, const char *path, struct sqlite **ret, bool *found, struct err *err);

/* The records of a run. */
struct database_rows {
    const char *sql; /* a literal: of run ?1 those behind id ?2, by id, at most ?3; column 0 is the id */
    int batch;
    void (*tell)(void *arg, struct rows *row);
};
/* database_tell - tell the rows behind *last, and set it. In short reads: while one runs the writer cannot commit. */
enum status database_tell(struct sqlite *db, const struct database_rows *what, const char *run, int64_t *last, void *arg,
                          struct err *err);

#endif
