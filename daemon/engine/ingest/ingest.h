/* ingest - old runs, wherever they lie, are listed, read, diagnosed and written as lines of dump.h; what people told in words becomes notes.
 *
 *   list.c           directories (any log that `check` reads), MLflow databases and servers: which runs there are
 *   tree.c           runs of files
 *   mlflow_store.c   runs of an mlflow.db, all of them
 *   mlflow_server.c  runs of a tracking server; mlflow_points.c makes points of both
 *   study.c          one run is read, judged and written
 *   account.c        failures told in words: JSON lines or CSV; account_kind.c tells them from logs, account_words.c knows the spellings,
 *                    table.c cuts CSV
 *   restore.c        lines become the memory again; export.c the other way round; dump_read.c, dump_write.c one line
 *   requests.c       what of it the daemon is asked for */
#ifndef MLWATCH_INGEST_H
#define MLWATCH_INGEST_H

#include "../recall.h"
#include "../scan.h"
#include "dump.h"

struct ingest_run;

/* Where a run is read from. of: ingest_run.of */
struct ingest_from {
    /* place - how its sources look now: a row each, in the order in which read() adds them. Borrowed texts. Kept with the run, so that it is
     * known again, and not read, while they look the same.
     *   rows  allocated; the caller frees it */
    enum status (*place)(const struct ingest_run *r, struct source_row **rows, size_t *n, struct err *err);
    /* head - what its id is made of besides its name, at most room bytes; returns how many. */
    size_t (*head)(const struct ingest_run *r, char *to, size_t room);
    /* read - everything into the run, and run_finish. */
    enum status (*read)(const struct ingest_run *r, struct run *to, struct err *err);
};
struct ingest_run {
    char *name, *path; /* path: absolute, or a URL; the memory knows the run by it */
    double last_data;  /* seconds since 1970, where the records themselves have no time; NaN: not known */
    const struct ingest_from *from;
    void *of; /* what `from` made of it; owned by the list */
};

/* What was named on the command line, taken apart. */
struct ingest_list {
    struct ingest_run *runs;
    size_t n_runs, room;
    char **files; /* exports and tables of words, by path */
    size_t n_files;
    struct ingest_held {
        void *what;
        void (*free)(void *what);
    } * held;
    size_t n_held, held_room;
};

/* ingest_list_add - one DIR, URL or FILE.
 *   say   gets sentences about what is passed over
 * Errors: E_IO, E_FORMAT, E_ABSENT name it; what was found before counts. Cost: as scan_directory; a server is asked for its runs */
enum status ingest_list_add(struct ingest_list *l, const char *what, void (*say)(void *arg, const char *text), void *arg,
                            struct err *err);
/* ingest_list_done - takes a zeroed struct too. */
void ingest_list_done(struct ingest_list *l);

/* For the files that find runs: ingest_add steals name and path; false without memory. ingest_hold - what runs point to is freed with the
 * list. */
bool ingest_add(struct ingest_list *l, struct ingest_run run);
bool ingest_hold(struct ingest_list *l, void *what, void (*free)(void *what));
enum status ingest_tree(struct ingest_list *l, const char *path, void (*say)(void *, const char *), void *arg, struct err *err);
enum status ingest_mlflow_store(struct ingest_list *l, const char *path, struct err *err);
enum status ingest_mlflow_server(struct ingest_list *l, const char *url, struct err *err);

/* ---- one run ---------------------------------------------------------------------------------------------------------------- */

enum studied { STUDIED, STUDIED_KNOWN, STUDIED_EMPTY }; /* known: the memory has it as it is; empty: no record could be read */
struct study {
    struct recall *recall; /* its knowledge, settings and memory */
    FILE *spill;           /* scratch for points that do not fit: a file of its own, read and written */
    char (*ids)[12];       /* of this import, so that two runs that begin alike get two */
    char **paths;
    size_t n_ids, ids_room;
    uint64_t points, incidents; /* of the last run that was STUDIED */
};
/* study_run - read, judge and write one run.
 *   out   its lines are appended, or none when it fails.  Errors: of the source; E_IO of writing; E_MEMORY */
enum status study_run(struct study *s, const struct ingest_run *r, FILE *out, enum studied *ret, struct err *err);
void study_done(struct study *s);

/* ---- words ------------------------------------------------------------------------------------------------------------------ */

/* account_kind - is this file a table of failures told in words (by its first line), or an export? */
enum account_kind { ACCOUNT_NO, ACCOUNT_JSON, ACCOUNT_CSV, ACCOUNT_EXPORT };
enum account_kind account_kind(const char *path);
struct account_counts {
    uint64_t notes, bad;
};
/* account_read - every row of a file becomes a line of dump.h; a row that cannot be used is told with its line and passed over.
 *   now   when it was told, for rows that do not say.  Errors: E_IO, E_FORMAT, E_MEMORY */
enum status account_read(const char *path, enum account_kind kind, double now, struct str *out, struct account_counts *ret,
                         void (*say)(void *arg, const char *text), void *arg, struct err *err);
/* account_worked - "yes", "no" or "worse" of what people write (true, helped, made it worse, 0 ...); static. NULL: it is none of these. */
const char *account_worked(const char *word);
/* account_keep - a text without secrets and controls, cut at so many bytes; NULL when the arena is full. */
enum { ACCOUNT_TEXT_BYTES_MAX = 8192 };
const char *account_keep(struct arena *a, struct span text);
/* account_id - is it written as ids of causes and fixes are? */
bool account_id(const char *word);

#endif
