/* place - one directory (or file) that somebody asked to watch: which runs are in it, now and later.
 *
 * A tick takes a survey on a lane; when names or sizes changed, the directory is scanned there too, and new runs and sources
 * are taken up. A place that does not exist yet is looked at until it does. */
#ifndef MLWATCH_PLACE_H
#define MLWATCH_PLACE_H

#include "lane.h"
#include "live.h"
#include "survey.h"
#include "watch.h"

struct place {
    struct job job; /* first: the lane's job leads to its place */
    const struct engine *engine;
    struct lane *lane;
    struct watch *watch;
    char *path, *name, *tags;
    enum sensitivity sensitivity;
    double attached; /* seconds since 1970 */
    struct live **lives;
    size_t n_lives, lives_room;
    struct whose roots; /* of its runs */
    struct loop_timer tick, take;
    uint64_t signature;             /* of the last survey that was scanned */
    double next_scan;               /* loop clock: not more often than it is cheap */
    bool busy, again, gone, looked; /* busy: looking, or taking up what was found; looked: the first scan is done */
    bool on_lane;                   /* the lane works for it */
    bool scanned;                   /* the job scanned; below is what it found */
    size_t watched, taken;          /* of the survey's directories, and of the scan's runs */
    struct survey survey;
    struct scan scan;
    enum status status;
    struct err err;                                /* err: also why a readable directory holds no run */
    char note[512];                                /* what the scan left out (a FIFO, a loop, a limit) */
    double scan_s, took_s;                         /* the scan on the lane; the last one that is counted in watched->scan_s */
    void (*looked_at)(void *arg, struct place *p); /* after every scan */
    void *arg;
};

/* place_new - look at path (absolute) at once, on the lane; looked_at is called when that is done. NULL when memory ran out. */
struct place *place_new(const struct engine *e, struct lane *lane, struct watch *w, const char *path,
                        const struct live_options *o, void (*looked_at)(void *arg, struct place *p), void *arg);
/* place_free - stop watching; runs are committed as no longer watched when `forget`. */
void place_free(struct place *p, bool forget);
/* place_touched - something happened in one of its directories; names: there may be another file now. */
void place_touched(struct place *p, bool names);
/* place_look - anything may have happened (overflow): every run looks, and so does the place. */
void place_look(struct place *p);
/* place_rescan - look at everything now (SIGHUP). */
void place_rescan(struct place *p);
/* place_caught_up - every run has been read to its end once. */
bool place_caught_up(const struct place *p);
/* place_has - does it hold the run of this id, name or path? */
struct live *place_find(const struct place *p, const char *which);
/* place_drop - one run is no longer watched. */
void place_drop(struct place *p, struct live *l, bool forget);

#endif
