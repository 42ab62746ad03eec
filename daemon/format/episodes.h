/* episodes - what a count of steps means that stands beside a count of episodes.
 *
 *   Episode 7, Total steps: 3400     the steps of the whole run: they go on from episode to episode
 *   Episode 7, Step 12: ...          of the episode so far: an episode has several records and begins again
 *   Episode 7, Steps: 35             the length of the episode: a record each, and as often fewer than before as more
 *
 * Only what comes later tells these apart, so the first records of the third kind stand at their lengths. */
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
};

/* episodes_steps - note one record. Once the steps are lengths they stay so.
 *   episode   finite
 * Cost   O(1) */
enum steps_of episodes_steps(struct episodes *e, int64_t steps, double episode);

#endif
