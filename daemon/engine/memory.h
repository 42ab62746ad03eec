/* memory - the failure memory behind its lane: the loop asks, one thread reads and writes, nobody waits.
 *
 * Batches are written in the order in which they came, all that wait in one transaction. When a write fails (disk full, read-only) the batch stays first and is tried
 * again, 1 s to 60 s later; this is said once, and once more when it works again. A database that is damaged is set aside, a new one begun. */
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
/* memory_note - that a damaged database was found and set aside: a sentence for everybody who asks; or "". memory_lost_runs - the directories
 * whose runs it had, of which those that are still there have to be read again: n paths, borrowed. */
const char *memory_note(const struct memory *m);
char *const *memory_lost_runs(const struct memory *m, size_t *n);
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

/* A run made again from what is stored, with the histories of its sources; or these alone, as far as they were written. */
struct waking {
    struct job job;
    char id[12];
    struct run *run; /* made by the caller, empty; replayed on the lane. NULL: the histories alone */
    struct history *histories;
    size_t n_histories; /* by source */
    struct store *store;
    struct err err;
    enum status status;
    void *owner;
    void (*ready)(struct waking *w); /* on the loop's thread */
};
void memory_wake(struct memory *m, struct waking *w);

/* memory_task - any other work with the store, in turn with the rest. work and done as in struct job. */
struct task {
    struct job job;
    struct store *store;
};
void memory_task(struct memory *m, struct task *t);

/* memory_embed - incidents and notes that have no vector get one, a few at a time, in turn with the rest. */
void memory_embed(struct memory *m);

/* Vectors of the present embedder for everything, and of no other. Zeroed but for what is said. */
struct reembedding {
    struct job job;
    struct memory *memory;
    char *url;  /* of another embedder (embed/embed.h) that takes the place of the one there is; NULL: as it is. The caller's */
    bool anew;  /* also those that there are */
    bool begun; /* from here on written by memory_reembed */
    bool more;
    char model[160];
    uint64_t done; /* vectors that were made */
    enum status status;
    struct err err;
    void *owner;
    void (*ready)(struct reembedding *r); /* on the loop's thread */
};
/* memory_reembed - some of them, then r->ready(r); to be asked again while r->more. Vectors of other models go when all are made. */
void memory_reembed(struct memory *m, struct reembedding *r);

#endif
