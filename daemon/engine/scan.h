/* scan - which runs a directory holds, and which of its files are sources.
 *
 * A run's root is the nearest directory that holds a source; sources directly in one directory are one run. Some directories are a part of the
 * run above them (`logs/`, `checkpoint-N/`, TensorBoard's `train/` and `validation/` ...), some are no place for logs: scan/rules.c.
 * What a log was before it was rotated (`train.log.1`, `train.log.2.gz`, `train-20260102.log.zst`) is read as one source with it; of the
 * trainer states that each checkpoint holds, the one that reached furthest is the source. */
#ifndef MLWATCH_SCAN_H
#define MLWATCH_SCAN_H

#include "../base/err.h"
#include "../format/format.h"

enum { SCAN_MAX_DEPTH = 8, SCAN_MAX_FILES = 20000, SCAN_MAX_SOURCES = 20000, SCAN_MAX_SKIPS = 200 };

struct scan_source {
    char *path; /* of the file that grows; of the newest part where none does */
    const struct format *format;
    int confidence;
    char why[160];
    double mtime;
    uint64_t size;
    char **older; /* rotated parts, oldest first; plain or packed */
    size_t n_older;
};
struct scan_checkpoint {
    char *path;
    int64_t step;
    double mtime;
};
struct scan_run {
    char *root; /* directory, as given or below it */
    struct scan_source *sources;
    size_t n_sources; /* by path */
    struct scan_checkpoint *checkpoints;
    size_t n_checkpoints; /* by step */
};
struct scan_skip { /* an entry that was passed over, and why: "is a FIFO, not opened" */
    char *path;
    const char *why; /* static */
};
struct scan {
    struct scan_run *runs;
    size_t n_runs;         /* by root */
    size_t files, skipped; /* regular files seen; entries that are noted below */
    size_t foreign;        /* of the files, those whose names are no log's: code, pictures, weights */
    struct scan_skip *skips;
    size_t n_skips; /* the first SCAN_MAX_SKIPS of the walk, by path */
    char *note;     /* a sentence about what was left out (a FIFO, a loop, a limit), or NULL */
};

/* scan_directory - look below dir (or at one file). Symbolic links that leave it, FIFOs, sockets and devices are never opened. No
 * source at all is OK with n_runs 0. E_IO with the reason when dir itself cannot be read or is absent.
 * Cost: one listing per directory, 64 KiB read per file that could be a log. */
enum status scan_directory(const char *dir, struct scan *ret, struct err *err);
void scan_done(struct scan *s);

/* scan_explain - the one sentence for a directory without sources: what was looked at, and what would be one. */
void scan_explain(const struct scan *s, const char *dir, struct err *err);

#endif
