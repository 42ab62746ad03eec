/* scan_parts - what the files of the scan share, and nobody else: names, the rules of directories, rotated logs. */
#ifndef MLWATCH_SCAN_PARTS_H
#define MLWATCH_SCAN_PARTS_H

#include "scan.h"

/* ---- scan_names.c ----------------------------------------------------------------------------------------------------------- */

/* scan_base_name - the last component of a path; borrowed from it. */
const char *scan_base_name(const char *path);
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
/* scan_unpacked_name - the path without .gz or .zst, on the heap; NULL when memory ran out. */
char *scan_unpacked_name(const char *path);
/* scan_list - the names in a directory, sorted, on the heap; the walk then does not depend on the file system's order, and holds one
 * descriptor. NULL and E_IO when it cannot be listed. scan_list_done takes NULL. */
char **scan_list(const char *path, size_t *n, struct err *err);
void scan_list_done(char **names, size_t n);

/* ---- scan_rules.c ----------------------------------------------------------------------------------------------------------- */

enum scan_effect {
    SCAN_OWN,  /* a directory whose sources are a run of their own */
    SCAN_JOIN, /* a part of the run above it */
    SCAN_SKIP  /* not looked at */
};
struct scan_place {
    const char *path, *parent, *root; /* of the directory, of the one that holds it, of the run that the latter belongs to */
    bool known;                       /* that run has a source or a checkpoint */
};
/* scan_effect_of - what a directory is to the run above it: the first rule that fits.
 *   why    static; for the skipped ones
 * Cost: a listing or two where a rule asks what the directory holds. */
enum scan_effect scan_effect_of(const struct scan_place *p, const char **why);

/* ---- scan_rotated.c --------------------------------------------------------------------------------------------------------- */

/* scan_join_rotated - make one source of a log and its rotated parts, in each directory of the run. Parts that are only a copy of the
 * beginning of the next one are left out; skip is told of saved copies that are no part. */
void scan_join_rotated(struct scan_run *r, void (*skip)(void *arg, const char *path, const char *why), void *arg);

#endif
