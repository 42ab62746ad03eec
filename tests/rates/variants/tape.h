/* tape - all that the readers tell of a run, kept in order, so that it can be changed and judged again without a file. */
#ifndef MLWATCH_TEST_TAPE_H
#define MLWATCH_TEST_TAPE_H

#include "../../../daemon/engine/run.h"
#include "../../../daemon/engine/scan.h"

enum told_what { TOLD_NOTHING, TOLD_POINT, TOLD_FACT, TOLD_EVENT };
struct told {
    enum told_what what;
    uint32_t series;
    uint16_t source;
    enum event event;
    int64_t step;
    double time, value;
    uint64_t line;
    const char *a, *b; /* key and value of a fact; an event's words. Owned by the tape that was recorded */
};
struct told_series {
    const char *name;
    uint16_t source;
    enum role role;
    enum axis axis;
    bool bounded, dropped;
};
struct tape {
    struct told *all;
    struct told_series *series;
    size_t n, room, n_series, series_room;
    uint64_t seed; /* of this run and variant, for what draws */
};

/* tape_read - a scanned run is read and judged once, as `check` does, and what it was told is kept. */
void tape_read(struct tape *t, const struct scan_run *from);
void tape_free(struct tape *t);
/* tape_copy - for a variant: its own points and series, borrowed words. tape_forget frees that. */
struct tape tape_copy(const struct tape *t);
void tape_forget(struct tape *t);
/* tape_judge - a new run is told what the tape holds, and finished; run_free is the caller's. */
struct run *tape_judge(const struct tape *t, const struct scan_run *from, const struct knowledge *knowledge);

#endif
