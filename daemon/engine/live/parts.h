/* live_parts - what the files of a watched run share, and nobody else.
 *
 *   live.c          its life: opening, waking, sleeping
 *   live/sources.c  its files
 *   live/look.c     stats, silence
 *   live/turn.c     bytes are read
 *   live/warm.c     memory is asked for ahead
 *   live/examine.c  its checkpoints are looked into
 *   live/tell.c     what it says to people, and of incidents to the memory
 *   live/commit.c   it is written down */
#ifndef MLWATCH_LIVE_PARTS_H
#define MLWATCH_LIVE_PARTS_H

#include <math.h>

#include "../live.h"

/* What all runs that are awake may use of a core, together, to be judged, and as much to be written down. */
#define LIVE_SHARE 0.03

static inline double live_now(const struct live *l) { return loop_now(l->engine->loop); }

/* live_evenly - seconds between two rounds of something that costs cost_s a run, so that it takes no more than its share. */
static inline double live_evenly(const struct live *l, double cost_s)
{
    return (double)l->engine->watched->n_awake * cost_s / LIVE_SHARE;
}

/* live_pace - seconds between two rounds of something that costs cost_s a run: least_s, or more when many runs are awake; then each has a pace
 * of its own, so that not all of them want their round at the same moment. */
static inline double live_pace(const struct live *l, double least_s, double cost_s)
{
    double all = live_evenly(l, cost_s);
    return all > least_s ? fmax(least_s, all * l->spread) : least_s;
}

/* live_wake - make the run again from what is stored. live_fall_asleep - forget it; it is stored. */
void live_wake(struct live *l);
void live_fall_asleep(struct live *l);

/* live_add_reader - for a file; NULL when memory ran out. live_join - it becomes a source of the run. False when that cannot have more. */
struct reader *live_add_reader(struct live *l, const char *path, const struct format *f, const char *why);
bool live_join(struct live *l, struct reader *r);
/* live_resume_sources - those that the memory knows, where it says that they stood, then those that were found besides. */
void live_resume_sources(struct live *l, const struct known *k);
/* live_unfollow - events do not lead here any more. */
void live_unfollow(struct live *l);

/* live_behind - bytes to read now, UINT64_MAX when there is nothing to do. live_wait - for a turn, to read them. */
uint64_t live_behind(const struct live *l);
void live_wait(struct live *l);
/* live_spare - close the file if its descriptor is beyond our share. */
void live_spare(const struct live *l, struct reader *r);

/* live_examine - look into the next checkpoint that is not known, if none is being looked into. live_examine_stop - the one under way ends soon.
 * live_examine_done - what is remembered of tries is freed. */
void live_examine(struct live *l);
void live_examine_stop(struct live *l);
void live_examine_done(struct live *l);

/* live_commit_later - when it is due. */
void live_commit_later(struct live *l);
/* live_remember - a reader awaits its history: write down what it gave, then ask the memory for it. */
void live_remember(struct live *l);

/* live_judge - take a view, tell what is new in it, keep the numbers for the status line. */
void live_judge(struct live *l);
/* live_tell_trial - what is said about a fix that this run tries, for an incident of another one.
 *   news  "trying" or "outcome";  aloud  to everybody now; else only to those who come later */
void live_tell_trial(struct live *l, const char *incident, const char *kind, const char *news, const char *sentence, bool aloud);
/* live_recall_alert - what was last said about an incident, from the memory. */
void live_recall_alert(struct live *l, const struct known_incident *k);

#endif
