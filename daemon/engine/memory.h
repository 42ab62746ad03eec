/* memory - the failure memory behind its lane: the loop asks, one thread reads and writes, nobody waits.
 *
 * Batches are written in the order in which they came, all that wait in one transaction. When a write fails (disk full, read-only) the batch stays first and is tried
 * again, 1 s to 60 s later; this is said once, and once more when it works again. */
#ifndef MLWATCH_MEMORY_H
#define MLWATCH_MEMORY_H

#include "gate.h"
#include "history.h"
#include "journal.h"
#include "lane.h"
#include "reader.h"

struct memory;

/* memory_open - open (and create) the database at url and start its lane.
 *   say   called on the loop's thread with sentences for everybody who watches
 * Errors: as store_open; then there is no memory, and the daemon goes on without. */
struct memory *memory_open(struct loop *l, const char *url, void (*say)(void *arg, const char *text), void *arg, struct err *err);
/* memory_close - write what waits (one try), end the lane. Takes NULL. */
void memory_close(struct memory *m);

/* memory_commit - takes the batch; its written() is called when it is stored, or given up at memory_close. */
void memory_commit(struct memory *m, struct batch *b);
/* memory_forget - this run is no longer watched; written in turn. */
void memory_forget(struct memory *m, const char *run_id);
/* memory_backlog - batches that wait. memory_waiting_points - their points. memory_failing - did the last write fail? */
size_t memory_backlog(const struct memory *m);
size_t memory_waiting_points(const struct memory *m);
bool memory_failing(const struct memory *m);

/* What the memory knows of a run by its path (or id): asked when a run is first seen. */
struct known {
    struct job job;
    char *path;  /* of the run's root */
    char id[12]; /* in: the id it would have as a new run; out: the one it has */
    bool found;
    bool id_taken; /* another directory that is still there has this id */
    char *name;
    double first_seen, last_data;
    struct source_row *sources;
    size_t n_sources; /* with copied texts */
    struct known_incident {
        struct told told;
        char *message, *cause;
        double probability;
    } * incidents;
    size_t n_incidents;
    enum run_state state;
    struct store *store;
    void *owner;
    void (*ready)(struct known *k);
};
/* memory_know - answers by k->ready(k) on the loop's thread; the caller frees it with known_free. */
void memory_know(struct memory *m, struct known *k);
void known_free(struct known *k);

/* A run made again from what is stored, with the histories of its sources. */
struct waking {
    struct job job;
    char id[12];
    struct run *run; /* made by the caller, empty; replayed on the lane */
    struct history *histories;
    size_t n_histories; /* by source */
    struct store *store;
    struct err err;
    enum status status;
    void *owner;
    void (*ready)(struct waking *w);
};
void memory_wake(struct memory *m, struct waking *w);

/* memory_task - any other work with the store, in turn with the rest. work and done as in struct job. */
struct task {
    struct job job;
    struct store *store;
};
void memory_task(struct memory *m, struct task *t);

#endif
