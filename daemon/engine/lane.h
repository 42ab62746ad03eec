/* lane - one worker thread for slow work: jobs go in, and come back to the loop when they are done.
 *
 * A job is a field of whoever owns it; while it is on the lane only work() may touch what it needs. Jobs are done one after the
 * other, in order, with a lower priority than the loop. So a lane also serialises: the failure memory has one lane and needs no lock. */
#ifndef MLWATCH_LANE_H
#define MLWATCH_LANE_H

#include "loop.h"

struct lane;
struct job {
    void (*work)(struct job *j); /* on the lane's thread */
    void (*done)(struct job *j); /* on the loop's thread, later */
    struct job *next;
};

/* lane_new - start the thread. E_IO when the system gives none. */
struct lane *lane_new(struct loop *l, const char *name, struct err *err);
/* lane_free - finish every job, call their done(), end the thread. */
void lane_free(struct lane *l);
void lane_push(struct lane *l, struct job *j);
/* lane_drain - wait until every job is done; their done() are called here. For the last words of a process. */
void lane_drain(struct lane *l);
/* lane_waiting - jobs that are not done yet. */
size_t lane_waiting(struct lane *l);

#endif
