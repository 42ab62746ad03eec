/* examine - a run's checkpoints are looked into, one after the other, and the run is told what was found.
 *
 * Looking (engine/checkpoint: slow, any thread) and telling (run_inspected: quick, the run's own thread) are two calls, so that the daemon can
 * look on a lane while the run goes on.
 *
 *   examine.c   one look, all looks of a finished run, how much is read
 *   verdict.c   integrity and safety become findings; names and shapes beside those of the checkpoint before
 *   checks.c    tensors and optimizer state go through analyzers/checkup */
#ifndef MLWATCH_EXAMINE_H
#define MLWATCH_EXAMINE_H

#include "../checkpoint/checkpoint.h"
#include "../run.h"
#include "../scan.h"

enum { EXAMINE_FINDINGS_MAX = 64 };

/* Names and shapes of a checkpoint's parameters, as sorted hashes: what the next one is compared with. */
struct examine_keys {
    uint64_t *hashes;
    size_t n;
};

/* One look: what it is asked, and what came of it. */
struct examine {
    char *path, *against; /* against: the checkpoint before it, or NULL */
    int64_t step, step_before;
    bool newest;          /* no later checkpoint is there: what is wrong with it is worse */
    bool verdict_only;    /* no numbers: it is too large, or too old */
    double learning_rate; /* of the run at that step; NaN: not known */
    struct examine_keys
        before; /* of the checkpoint before; owned by the caller. None, and `against` is set: it is looked at for them */
    double loss_scale_before; /* likewise; NaN: not known */
    const struct config *config;
    enum sensitivity sensitivity;
    struct checkpoint_options how;

    enum status status; /* of the look; the rest is there when OK */
    struct err err;
    struct checkpoint found;
    struct examine_keys keys, looked_up; /* of this one; of the one before, where the caller knew them not */
    double loss_scale;                   /* NaN: not told */
    struct inspected told;
    struct finding findings[EXAMINE_FINDINGS_MAX];
    size_t n_findings;
    struct arena arena; /* names that the findings point to */
};

/* examine_knobs - how much is read, and when a file counts as written; a NULL name ends them. examine_knob - one of them, as configured. */
extern const struct knob examine_knobs[];
double examine_knob(const struct config *c, enum sensitivity s, const char *name);

/* examine_look - look, and fill what is below `status`. Blocks; nothing in e may be touched by another thread meanwhile. Pair with examine_done,
 * which takes one that was never looked with. */
void examine_look(struct examine *e);
void examine_done(struct examine *e);
/* examine_before - which of a run's checkpoints the i-th is compared with: the nearest one before it that is not of the same step, by the
 * order that scan gives them; n for none. */
size_t examine_before(const struct scan_checkpoint *list, size_t n, size_t i);
/* examine_writing - told to be incomplete, and touched a moment ago: it is still being written, and nothing is said of it yet. */
bool examine_writing(const struct examine *e);

/* examine_run - look into all checkpoints of a finished run and tell the run: verdicts of all, numbers of the newest ones as far as the budget
 * goes.
 *   deadline  on CLOCK_MONOTONIC; after it the rest stays unverified
 * Cost: reads each file once for its verdict (headers), the newest ones whole. */
void examine_run(struct run *r, const struct scan_run *from, double deadline);

#endif
