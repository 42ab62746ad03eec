/* live - one run that is watched: its sources are read as they grow, its findings told, everything journalled.
 *
 *   OPENING   the memory is asked whether it knows the run (and how far its sources were read)
 *   ASLEEP    nothing new: no analyzers, no readers' state; a stat now and then
 *   WAKING    there are new bytes: the run is made again from what is stored, on the memory's lane
 *   AWAKE     bytes -> format -> run -> analyzers -> gate -> alert, in one call stack
 * A run that is quiet and written down goes back to sleep, which is why a hundred finished runs cost nothing. */
#ifndef MLWATCH_LIVE_H
#define MLWATCH_LIVE_H

#include "../base/json.h"

#include "due.h"
#include "lane.h"
#include "memory.h"
#include "scan.h"
#include "whose.h"
#include "writer.h"

struct live;
struct outcome_watch;

/* What changes with the runs that are watched. */
struct watched {
    struct due due;             /* runs that wait for a turn */
    struct due later;           /* runs that have lines which may wait, those that had a turn long ago first */
    struct loop_timer patience; /* of the first of them; fires live_later */
    struct whose files;         /* that they read */
    size_t n_awake;
    uint32_t n_made;
    double scans_from; /* loop clock: when directories that were scanned before may be scanned again; it may cost only so much */
    double scan_s;     /* what a scan of all of them takes, as each did last */
    struct writers writers; /* who holds a log open, asked for all runs at once */
};

/* What the runs of one daemon share. */
struct engine {
    struct loop *loop;
    struct watched *watched;
    struct memory *memory;  /* NULL: there is none, everything is kept awake */
    struct lane *inspector; /* checkpoints are looked into there; NULL: they are not */
    struct knowledge *knowledge;
    const struct config *config;
    struct thresholds *thresholds[SENSITIVITIES]; /* by it; NULL: each run has its own */
    struct outcome *outcomes;
    size_t n_outcomes;
    double patience_s; /* how long an ordinary line may wait for its turn, at least; more when many runs are awake */
    double forget_s;   /* a run without a new byte for so long is no longer watched */
    char *buffer;
    size_t room;     /* for reading; shared */
    int descriptors; /* a file whose descriptor is this number or above is closed again after each look; numbers are dense */
    void (*tight)(void *arg);                                  /* one was closed so */
    void (*alert)(void *arg, struct live *l, json_t *message); /* borrowed message: {"say":"alert", ...} */
    void (*learned)(void *arg);                                /* an outcome was noted */
    void (*changed)(void *arg);                                /* there may be something to read: the loop should give turns */
    bool (*id_taken)(void *arg, const char *id, const struct live *but);
    void *arg;
};
struct live_options {
    const char *name;
    const char *tags;
    enum sensitivity sensitivity;
}; /* tags: "k=v" lines or NULL */

enum { LIVE_SPARK_CELLS = 16 };
enum live_state { LIVE_OPENING, LIVE_ASLEEP, LIVE_WAKING, LIVE_AWAKE };

/* What an event or a turn needs of it stands first, side by side. */
struct live {
    const struct engine *engine;
    enum live_state state;
    uint32_t number; /* runs are numbered as they come */
    struct reader **readers;
    size_t n_readers;
    struct due_place due, later;
    double turned; /* loop clock, of the last turn */
    char *name, *root, *project, *tags;
    struct run *run;
    struct saved {
        uint64_t offset, records, head, tail;
    } * saved; /* as committed, by reader */
    struct scan_checkpoint *checkpoints;
    size_t n_checkpoints;
    struct live_look_into *looking_into; /* a checkpoint, on the engine's inspector */
    struct live_tried {
        char *path;
        double written, again; /* again: on the loop's clock */
        int times;
    } * tried; /* checkpoints that could not be read, or not yet */
    size_t n_tried;
    struct gate gate;
    struct alert_kept {
        char id[12];
        json_t *message;
    } * alerts;
    size_t n_alerts; /* the last word about every incident */
    struct journal journal;
    size_t unwritten; /* batches on their way */
    struct loop_timer look, judge, commit;
    bool dirty;  /* points came since it was judged */
    bool urgent; /* something was found, or is over, since */
    bool told;   /* an event told of a line since the last look */
    bool caught_up, caught_up_once, grew, finished, gone, dropping;
    bool writer; /* it was there */
    bool has_step;
    char id[12], spark[LIVE_SPARK_CELLS + 1]; /* spark: the loss, for one line (report_sparkline) */
    enum sensitivity sensitivity;
    enum run_state shown; /* running, stalled, finished ... as last seen */
    enum severity worst;
    uint32_t facts_seen; /* settings that were told or changed */
    struct known *asking;
    struct waking *waking;
    struct waking *remembering;
    struct outcome_watch *trials; /* the fixes that it tries; NULL until it is first judged */
    double first_seen, last_data; /* wall clock, seconds since 1970 */
    double spread;                /* 0.7 to 1.3, its own: what runs do now and then they do not all do at once */
    double attached, heartbeat, judged, urgently_judged, committed;
    double rate_time[2];
    int64_t rate_step[2];
    double rate; /* steps per second */
    int64_t step;
    char *series;
    double value;
    char *missing, *framework; /* NULL: not recognised */
    json_t *worst_finding;     /* or NULL */
};

/* A file that an event told of. */
struct live_told {
    struct live *live;
    size_t source;
};

/* live_new - watch the run that a scan found. NULL when memory ran out. */
struct live *live_new(const struct engine *e, const struct scan_run *from, const struct live_options *o);
/* live_free - forget it at once; what is journalled and not yet given to the memory is lost (see live_commit). */
void live_free(struct live *l);
/* live_sources - take up sources and checkpoints that a later scan found. */
void live_sources(struct live *l, const struct scan_run *from);

/* live_look - stat every source; wakes the run when there is something new. live_hurry - do it in a moment. */
void live_look(struct live *l);
void live_hurry(struct live *l);
/* live_touched - an event told of this source (or of its name): it will have a turn, or a look. While many runs are awake the turn of lines that
 * look like those before them (glance.h) comes after a while, for several at once. */
void live_touched(struct live *l, size_t source, bool names);
/* live_turn - read what there is, at most for some milliseconds: the sources that events told of, and the one that is least behind. Runs that
 * want a turn are in engine->watched->due. */
void live_turn(struct live *l);
/* live_later - whose lines waited long enough has a turn. A timer's: arg is the engine. */
void live_later(void *arg);
/* live_warm - ask for the memory that the next turns of these runs will touch. Changes nothing. Cost: about 0.2 us a run. */
void live_warm(const struct live *const *l, size_t n);
/* live_warm_told - and what a glance at these files will. */
void live_warm_told(const struct live_told *told, size_t n);
/* live_rouse - somebody wants to see it: wake it although nothing is new, if nothing is known of it but what the memory holds. */
void live_rouse(struct live *l);
/* live_commit - give what is journalled to the memory now. watched: remember that it is (not) watched. */
void live_commit(struct live *l, bool watched);
/* live_reopen - begin again from the memory: it could not be written for so long that batches were dropped. */
void live_reopen(struct live *l);

/* Messages for those who watch; new references. */
json_t *live_found(const struct live *l);
json_t *live_line(const struct live *l);
json_t *live_status(const struct live *l);
/* live_bytes - of all sources together, and how many of them are read. */
void live_bytes(const struct live *l, uint64_t *read, uint64_t *all);

#endif
