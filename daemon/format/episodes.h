/* episodes - what a count of steps means that stands beside a count of episodes.
 *
 *   Episode 7, Total steps: 3400     the steps of the whole run: they go on from episode to episode
 *   Episode 7, Step 12: ...          of the episode so far: an episode has several records and begins again
 *   Episode 7, Steps: 35             the length of the episode: a record each, and as often fewer than before as more
 *
 * Only what comes later tells these apart, so the first records of the third kind stand at their lengths. A column that is called
 * "steps" is taken for lengths from the first record on: those who count the run say so ("total_steps", "timestep", "global_step"). */
#ifndef MLWATCH_FORMAT_EPISODES_H
#define MLWATCH_FORMAT_EPISODES_H

#include <stdbool.h>
#include <stdint.h>

enum steps_of { STEPS_OF_RUN, STEPS_OF_PART, STEPS_ARE_LENGTHS };

struct episodes { /* zeroed before the first record */
    double episode;
    int64_t steps;        /* and episode: of the last record */
    uint32_t n, backs;    /* records; those of a later episode with fewer steps */
    bool inside, lengths; /* an episode had several records; it is known that steps are lengths */
    bool called;          /* by their name they are lengths: as long as no episode has several records */
};

/* episodes_steps - note one record. Once the steps are lengths they stay so.
 *   episode   finite
 * Cost   O(1) */
enum steps_of episodes_steps(struct episodes *e, int64_t steps, double episode);
/* episodes_called - the same, asked first: are the steps lengths, because lengths says so of their name in the first record, and no
 * episode had several records since? */
bool episodes_called(struct episodes *e, bool lengths, int64_t steps, double episode);

#endif
