/* list - what was named is looked at: a server, a table of words, an export, a database, or a tree of logs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../paths.h"
#include "ingest.h"

bool ingest_add(struct ingest_list *l, struct ingest_run run)
{
    if (l->n_runs == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        struct ingest_run *more = realloc(l->runs, room * sizeof *more);
        if (more) l->runs = more, l->room = room;
    }
    if (l->n_runs == l->room || !run.name || !run.path) return free(run.name), free(run.path), false;
    l->runs[l->n_runs++] = run;
    return true;
}

bool ingest_hold(struct ingest_list *l, void *what, void (*free_it)(void *what))
{
    if (l->n_held == l->held_room) {
        size_t room = l->held_room ? 2 * l->held_room : 8;
        struct ingest_held *more = realloc(l->held, room * sizeof *more);
        if (!more) return free_it(what), false;
        l->held = more;
        l->held_room = room;
    }
    l->held[l->n_held++] = (struct ingest_held){what, free_it};
    return true;
}

static enum status add_file(struct ingest_list *l, const char *path, struct err *err)
{
    char *absolute = paths_absolute(path);
    char **more = absolute ? realloc(l->files, (l->n_files + 1) * sizeof *more) : NULL;
    if (more) l->files = more;
    if (!more) return free(absolute), err_set(err, E_MEMORY, "no memory to import '%s'", path);
    l->files[l->n_files++] = absolute;
    return OK;
}

static bool is_database(const char *path)
{
    char head[16] = "";
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f) fclose(f);
    return n == sizeof head && memcmp(head, "SQLite format 3", 16) == 0;
}

enum status ingest_list_add(struct ingest_list *l, const char *what, void (*say)(void *, const char *), void *arg,
                            struct err *err)
{
    struct stat st;
    if (strncmp(what, "http://", 7) == 0 || strncmp(what, "https://", 8) == 0) return ingest_mlflow_server(l, what, err);
    if (strncmp(what, "sqlite:///", 10) == 0) what += 10; /* as MLflow writes it */
    if (stat(what, &st) != 0) return err_errno(err, E_IO, "cannot import '%s'", what);
    if (S_ISREG(st.st_mode) && is_database(what)) return ingest_mlflow_store(l, what, err);
    if (S_ISREG(st.st_mode) && account_kind(what) != ACCOUNT_NO) return add_file(l, what, err);
    return ingest_tree(l, what, say, arg, err);
}

void ingest_list_done(struct ingest_list *l)
{
    if (!l) return;
    for (size_t i = 0; i < l->n_runs; i++) free(l->runs[i].name), free(l->runs[i].path);
    for (size_t i = 0; i < l->n_files; i++) free(l->files[i]);
    for (size_t i = 0; i < l->n_held; i++) l->held[i].free(l->held[i].what);
    free(l->runs), free(l->files), free(l->held);
    *l = (struct ingest_list){0};
}
