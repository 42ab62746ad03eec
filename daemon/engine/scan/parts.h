/* scan_parts - what the files of the scan share, and nobody else.
 *
 *   scan.c          the walk through the directories
 *   scan/found.c    what it found is kept, with the reason
 *   scan/names.c    what the names of files say
 *   scan/rules.c    what a directory is to the run above it
 *   scan/states.c   which of a run's trainer states counts
 *   scan/rotated.c  logs and what they were before they were rotated */
#ifndef MLWATCH_SCAN_PARTS_H
#define MLWATCH_SCAN_PARTS_H

#include <limits.h>
#include <sys/stat.h>

#include "../../base/str.h"
#include "../scan.h"

/* ---- scan/found.c ----------------------------------------------------------------------------------------------------------- */

struct scan_walk {
    struct scan *scan;
    char top[PATH_MAX]; /* canonical: links must stay below it */
    size_t sources;
    char *head; /* FORMAT_HEAD_BYTES */
    struct str note;
};

/* scan_add_source, scan_add_checkpoint - to the run of this root, which is made if it is new. */
void scan_add_source(struct scan_walk *w, const char *root, const char *path, const struct stat *st, const struct format *f,
                     int confidence);
void scan_add_checkpoint(struct scan_walk *w, const char *root, const char *path, const struct stat *st);
/* scan_skip_entry - arg is the struct scan: this was passed over; why is static. scan_note - and the user should hear of it. */
void scan_skip_entry(void *arg, const char *path, const char *why);
void scan_note(struct scan_walk *w, const char *path, const char *why);
/* scan_knows - does the run of this root have a source or a checkpoint yet? */
bool scan_knows(const struct scan *s, const char *root);
/* scan_tidy - runs, sources and checkpoints in order; what is of no use or said twice goes. Runs of settings alone are none. */
void scan_tidy(struct scan *s);
void scan_source_done(struct scan_source *s);
void scan_run_done(struct scan_run *r);

/* ---- scan/names.c ----------------------------------------------------------------------------------------------------------- */

/* scan_step_in_name - the step in "checkpoint-500", "epoch=4-step=500.ckpt", "model_00001000.pt": after "step" if that is there, else the
 * last number; -1 for none. */
int64_t scan_step_in_name(const char *name);
/* scan_is_checkpoint - a file that holds weights, going by its name. scan_is_foreign - never a log, and too many to open one by one. */
bool scan_is_checkpoint(const char *path);
bool scan_is_foreign(const char *path);
/* scan_is_packed_log - "train.log.2.gz", "metrics.jsonl.zst": packed, and a log going by the name inside. */
bool scan_is_packed_log(const char *path);
/* scan_is_log - the name of a log: its absence among the sources deserves a word. */
bool scan_is_log(const char *path);
/* scan_other_use - what a file is for that bears the name of another tool's file and could be taken for a log ("belongs to the model, not to
 * its training"); NULL for all others. Static. */
const char *scan_other_use(const char *path);
/* scan_unpacked_name - the path without .gz or .zst, on the heap; NULL when memory ran out. */
char *scan_unpacked_name(const char *path);
/* scan_named - does a name fit one of these patterns, which are separated by spaces? */
bool scan_named(const char *name, const char *patterns);
/* scan_list - the names in a directory, sorted, on the heap; the walk then does not depend on the file system's order, and holds one
 * descriptor. NULL and E_IO when it cannot be listed. scan_list_done takes NULL. */
char **scan_list(const char *path, size_t *n, struct err *err);
void scan_list_done(char **names, size_t n);

/* ---- scan/rules.c ----------------------------------------------------------------------------------------------------------- */

enum scan_effect {
    SCAN_OWN,  /* a directory whose sources are a run of their own */
    SCAN_JOIN, /* a part of the run above it */
    SCAN_SKIP  /* not looked at */
};
struct scan_place {
    const char *path, *parent, *root; /* of the directory, of the one that holds it, of the run that the latter belongs to */
    bool known;                       /* that run has a source or a checkpoint */
    char *const *beside;              /* names of the event files beside the directory */
    size_t n_beside;
};
/* scan_effect_of - what a directory is to the run above it: the first rule that fits.
 *   why    static; for the skipped ones, NULL where nobody expects a log
 * Cost: a listing or two where a rule asks what the directory holds. */
enum scan_effect scan_effect_of(const struct scan_place *p, const char **why);

/* ---- scan/states.c ---------------------------------------------------------------------------------------------------------- */

/* scan_is_checkpoint_directory - "checkpoint-500" */
bool scan_is_checkpoint_directory(const char *name);
/* scan_keep_last_state - of the trainer states of a run only the one that reached furthest stays a source; skip is told of the others. */
void scan_keep_last_state(struct scan_run *r, void (*skip)(void *arg, const char *path, const char *why), void *arg);

/* ---- scan/rotated.c --------------------------------------------------------------------------------------------------------- */

/* scan_join_rotated - make one source of a log and its rotated parts, in each directory of the run. Parts that are only a copy of the
 * beginning of the next one are left out; skip is told of saved copies that are no part. */
void scan_join_rotated(struct scan_run *r, void (*skip)(void *arg, const char *path, const char *why), void *arg);

#endif
