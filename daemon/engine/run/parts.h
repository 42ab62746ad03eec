/* run_parts - what a run is made of; shared by the files below, and by nobody else.
 *
 *   run.c          its life, findings, what is known of it as a whole
 *   run/series.c   series are interned       run/take.c     points go through
 *   run/told.c     facts and events          run/replay.c   the same from the memory
 *   run/watch.c    which analyzers hear what              run/past.c     what they share of a series
 *   run/states.c   where their states lie                 run/keys.c     metrics, and the preferred source of each
 *   run/join.c     the whole: what hears all of them
 *   run/hear.c     who is given a point, and who rests
 *   run/sources.c  which source of a metric counts     run/agree.c  do they tell the same     run/say.c  in words
 *   run/split.c    the split a file's name tells       run/sequels.c  files that go on from one another
 *   run/holes.c    numbers that stopped        run/warm.c     memory is asked for ahead
 *   run/since.c    where epochs begin
 *   judge*.c       a view goes out */
#ifndef MLWATCH_RUN_PARTS_H
#define MLWATCH_RUN_PARTS_H

#include "../../../analyzers/stats/past.h"
#include "../../../analyzers/stats/since.h"
#include <stdalign.h>
#include <stddef.h>

#include "../../base/str.h"
#include "../run.h"
#include "hear.h"

enum {
    SERIES_MAX = 20000, /* of one run; more are refused: per-layer logs of large models stay below */
    FACTS_MAX = 1000,
    EVENTS_MAX = 1000,
    EVENTS_OF_KIND_MAX = 100,
    FINDINGS_MAX = 1000,
    CURVE_MAX = PAST_MOST,
    RUN_KEY_SLOTS = 4,    /* at first */
    RUN_HOLE_STREAK = 20, /* records in a row that must have had a number before its absence says anything */
    READER_ARENA_BYTES = 8 << 20
};

enum { WHOLE_RUN = -1 };
#define NO_KEY     UINT32_MAX
#define RUN_ITSELF 0 /* the watcher of what no analyzer found */

/* States lie one behind the other, in the order in which a point is given to them. What they hold is numbers and pointers. */
#define STATE_ALIGN (alignof(double) > alignof(void *) ? alignof(double) : alignof(void *))
struct state_block {
    struct state_block *next;
    alignas(STATE_ALIGN) char bytes[];
};

/* One quantity of the run, from however many sources. */
struct run_key {
    enum role role;
    const char *metric, *part; /* of its first series */
    uint16_t owner;            /* the preferred source */
    uint32_t first, next;      /* first series + 1, the others behind it (run_series.next); next key + 1 in its hash chain */
};
/* An analyzer that joins series, beyond a single source. */
struct join {
    struct watcher *whole; /* NULL until it is needed */
    uint32_t sources;      /* that own a metric it wants */
    bool unclean;          /* it heard a source that is not preferred any more, or began too late */
};

/* Where one source of a metric tells another number than the preferred one. */
struct difference {
    int64_t step;
    double here, there;
};
struct run_finite {
    struct curve curve;
    struct frozen *frozen; /* while nobody looks at it: run_freeze */
};
/* What analyzers see of a series, and its memory. */
struct run_past {
    struct past past;
    struct run_finite *finite;    /* its fine curve, once that is not the series' own; else NULL */
    struct frozen *coarse_frozen; /* while nobody looks at it: run_freeze */
    uint16_t segment;
};
/* What came of it when two series of one metric were compared. */
struct compared {
    uint64_t points; /* of both */
    uint32_t with;
    bool differ;
    struct difference first;
};
/* What a series tells of where epochs begin. */
enum run_beat { BEAT_NONE, BEAT_LOSS, BEAT_HELD_OUT, BEAT_EPOCH };
struct run_mark { /* when something last was told that epochs are parted by; seq 0: never */
    uint64_t seq, line;
    int64_t step;
};
/* A training loss as a mean since its epoch began, where evaluations end an epoch, and where the log counts them. */
struct run_since {
    struct since by_evaluation, by_epoch;
    double last; /* which by_epoch has not been given yet: the epoch may stand behind it in its record; NaN: none */
    bool begins; /* it does so already */
    uint16_t segment;
    struct run_mark at; /* of it */
};
struct run_series {
    struct series s;
    struct curve curve;           /* all values of all segments; its buckets are NULL while it is frozen */
    struct frozen *frozen;        /* while nobody looks at it: run_freeze */
    struct run_past kept, *whole; /* whole: for those who hear the whole run, once its segments are others; or NULL */
    uint64_t points, nonfinite;
    int64_t first_step, last_step, nonfinite_step; /* the last: of the first value that was not finite */
    double last;
    uint32_t key, next;        /* NO_KEY: a quantity nobody knows; next series of the key + 1 */
    struct compared *compared; /* with the preferred source's series; NULL: never */
    uint64_t record;           /* of its source, the last that had it */
    uint64_t streak;           /* records in a row up to there that had it */
    struct hearers hearers;
    struct run_since *since; /* of a training loss; NULL: memory ran out */
    enum run_beat beat;
    char texts[]; /* its name, metric and part */
};
struct sink {
    struct run *run;
    uint16_t source;
};
struct run_source {
    char *path, *why;
    const char *format;
    uint64_t points, bad;
    const char *first_bad;   /* static */
    struct run_series *lead; /* its step decides about segments */
    uint16_t segment;
    int64_t last_step;
    uint64_t twice;               /* times that its main loop told one step again at once */
    int64_t before;               /* the step before the newest of its main loop */
    double first_time, last_time; /* NaN where it tells none */
    bool timed;                   /* it told one */
    uint64_t record, line;        /* records so far; where the newest begins */
    uint64_t event_line;          /* of the newest event */
    struct run_mark held, epoch;  /* the newest held-out value; the newest whole epoch, */
    double epoch_now;             /* which is this one */
    uint32_t *joins;              /* its own watchers, by id, of the analyzers that join series */
    size_t n_joins, joins_room;
    uint32_t *owned;      /* by analyzer: metrics that it wants and this source is the preferred one of; NULL: none yet */
    struct hearers hears; /* its events */
    uint8_t events_of_kind[EVENT_COUNT]; /* EVENTS_OF_KIND_MAX at most */
    struct arena arena;
    struct sink sink;
    struct format_out out;
};
struct run_fact {
    char *key, *value;
    int32_t source; /* that told it; WHOLE_RUN: not known any more */
};
struct run_event {
    enum event kind;
    uint16_t source;
    uint64_t line;
    int64_t told_step, step; /* as analyzers were told; as it turned out when the points of its line came */
    char *text;
};
struct run_finding {
    struct finding f;
    uint32_t watcher;
    uint32_t look; /* into a checkpoint that told it last, from 1; 0: a log did */
};
struct run_seam {
    struct seam seam;
    uint16_t source;
};
struct run_checkpoint {
    char *path;
    int64_t step;
    const char *state, *safety;
    char *why;      /* the first reason for them, or NULL */
    double written; /* when it was looked into: the file's time; 0: nobody has */
};

struct run {
    struct run_options options;
    char *printed, *path, *name, *project, *unreadable;
    char id[12];

    struct run_source **sources;
    size_t n_sources;
    struct run_series **series;
    size_t n_series, series_room;
    uint32_t *index;
    size_t index_size; /* hash table of series ids + 1, by source and name */
    struct watcher **watchers;
    size_t n_watchers, watchers_room;
    struct state_block *states;
    char *state_room; /* what is left of the newest block */
    size_t state_left;
    const size_t
        *states_coming; /* bytes of the states that the series in hand will make, 0 behind the last; NULL: nobody knows */
    struct run_key *keys;
    size_t n_keys, keys_room;
    uint32_t *key_slots; /* heads of the chains, key + 1 */
    size_t n_key_slots;  /* a power of two, not below n_keys */
    struct join *joins;  /* by analyzer; NULL while there is one source */
    int32_t lead;        /* source whose main loop is the run's; -1 while none has one */
    bool joining;        /* there is more than one source */
    bool whole;          /* some analyzer joins sources */
    bool excused_late;   /* a setting came that excuses what had been told */
    struct run_fact *facts;
    size_t n_facts, facts_room;
    struct run_event *events;
    size_t n_events, events_room;
    uint32_t event_bits;
    struct run_finding *findings;
    size_t n_findings, findings_room;
    struct run_checkpoint *checkpoints;
    size_t n_checkpoints, checkpoints_room;
    uint32_t looks;       /* into checkpoints so far */
    uint64_t seen_within; /* WANTS() bits of roles whose numbers such looks gave */
    char **words;         /* names of evidence that such looks told */
    size_t n_words, words_room;
    struct run_seam *seams;
    size_t n_seams, seams_room;

    int event_series, silence_series;
    uint64_t seq;
    uint64_t roles; /* WANTS() bits of roles with points */
    double first_time, last_time, silence_s;
    bool replaying, finished;
    uint64_t opened; /* times that coarse curves were opened */
    bool close;      /* what is shown of them goes behind this point */
    struct hearing hearing;
    struct findings out;

    struct arena shown; /* the view and what it points to */
};

/* run_known_checkpoint - the one at this path; NULL when none was seen there. */
struct run_checkpoint *run_known_checkpoint(const struct run *r, const char *path);
/* run_grow - room for one more element; false when memory ran out. */
bool run_grow(void **array, size_t *room, size_t used, size_t element);

/* ---- run.c ---------------------------------------------------------------------------------------------------------------- */

/* run_found - what an analyzer, or the run itself, found; `running` says which watcher. A symptom is known by watcher, kind and episode. */
void run_found(void *arg, const struct finding *f);

/* ---- run/series.c ----------------------------------------------------------------------------------------------------------- */

/* run_intern - the id of the series of this source and name, made at first sight; -1 when there are too many.
 *   known  its role, or NULL: by its name */
int run_intern(struct run *r, uint16_t source, struct span name, enum axis axis, const struct role_match *known);
void run_series_free(struct run_series *s);

/* ---- run/past.c ------------------------------------------------------------------------------------------------------------- */

/* run_has_past - is there one for analyzers? Not of thousands of layers, of counts, and of what is no quantity of the training. */
static inline bool run_has_past(const struct series *s)
{
    const uint64_t without = WANTS(ROLE_NONE) | WANTS(ROLE_GRAD_PART) | WANTS(ROLE_WEIGHT_PART) | WANTS(ROLE_WEIGHT_MEAN) |
                             WANTS(ROLE_CONFUSION) | WANTS(ROLE_PROGRESS) | WANTS(ROLE_EVENT) | WANTS(ROLE_SILENCE);
    return !(without & WANTS((unsigned)s->role));
}
/* run_remember - a point becomes part of the curves of its series.
 *   joined  its segment for those who hear the whole run */
void run_remember(struct run *r, struct run_series *s, const struct point *p, uint16_t joined);
/* run_freeze - of a run that goes on, with thousands beside it, the curves that nobody looks at take a quarter of the memory. run_show - the
 * buckets of its own curve are at hand, until it is frozen again or one more value comes. Without memory nothing happens; but false when a curve
 * could not be shown.  Cost: 4 us a series, or 2 */
void run_freeze(struct run *r);
bool run_show(struct run_series *s);
/* run_open_curves - of a run: analyzers look into the coarse curves now, until the next point. False without memory. run_close_curves - they
 * have; soon behind it.  Cost: 1 us a series; 4 where that comes often */
bool run_open_curves(void *r);
void run_close_curves(struct run *r);
/* run_past_free - what it holds, not itself; takes NULL. */
void run_past_free(struct run_past *k);
/* run_frozen_free - takes NULL. */
void run_frozen_free(struct frozen *f);

/* ---- run/take.c ------------------------------------------------------------------------------------------------------------- */

/* run_take - one point of a series goes through it: curve, analyzers, hooks. run_on_point - the same, as formats call it.
 * run_take_event - an event goes to those who hear it. run_take_beside - a point that is told beside the log, and changes no order of it:
 * only curves have it. */
void run_take(struct run *r, struct run_series *s, int64_t step, double time, double value, uint64_t line);
void run_on_point(void *arg, int series, int64_t step, double time, double value, uint64_t line);
void run_take_event(struct run *r, struct run_source *from, uint16_t source, enum event kind, uint64_t line);
void run_take_beside(struct run *r, struct run_series *s, int64_t step, double value);

/* ---- run/since.c ------------------------------------------------------------------------------------------------------------ */

/* run_beat_new - of a new series. run_beat - one more finite value of a series that has a beat. */
void run_beat_new(struct run_series *s);
void run_beat(struct run_source *from, struct run_series *s, const struct point *p);
/* run_mean_of_epoch - the training loss as means since the epoch began; NULL where it is none. */
const struct since *run_mean_of_epoch(const struct run_series *s);

/* ---- run/told.c ------------------------------------------------------------------------------------------------------------- */

/* run_format_out - what the format of a source writes into. */
struct format_out run_format_out(struct run_source *s);
/* run_keep_fact, run_keep_event - keep what was redacted already, and tell those who want to know.
 *   source  WHOLE_RUN where it is not known any more */
void run_keep_fact(struct run *r, int32_t source, const char *key, const char *value);
void run_keep_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text);

/* ---- run/watch.c ------------------------------------------------------------------------------------------------------------ */

/* run_watch - the analyzers that want a new series hear it from now on; its metric gets or keeps its preferred source. */
void run_watch(struct run *r, struct run_series *s);
/* run_watch_events - those that hear the events of a source. */
void run_watch_events(struct run *r, struct run_source *s);
/* run_wake - those that rest from series of a source are given the next point: a segment begins, or an event came. */
void run_wake(struct run *r, uint16_t source);
/* run_watch_times - the first point with a time comes: those that need times are made. */
void run_watch_times(struct run *r, struct run_source *s);
/* run_watcher_of_source, run_watcher_of_run - the state of an analyzer that joins series, for one source, for all of them; made at first sight. NULL
 * when memory ran out. */
struct watcher *run_watcher_of_source(struct run *r, const struct analyzer *a, uint16_t source);
struct watcher *run_watcher_of_run(struct run *r, const struct analyzer *a);
/* run_wants - does the analyzer hear this role? run_listen - w, which may be NULL, is given the points of s from now on. */
static inline bool run_wants(const struct analyzer *a, enum role role) { return a->wants & WANTS((unsigned)role); }
static inline void run_listen(struct run_series *s, struct watcher *w)
{
    if (w) hearers_add(&s->hearers, w, w->of_run);
}

/* ---- run/states.c ----------------------------------------------------------------------------------------------------------- */

/* run_watcher_new - an analyzer's state, as it begins; NULL when memory ran out.
 *   of_run   it hears all sources
 * run_watcher_bytes - what it takes of a block of states. run_state_bytes - what its state has now. */
struct watcher *run_watcher_new(struct run *r, const struct analyzer *a, bool of_run);
size_t run_watcher_bytes(const struct analyzer *a);
size_t run_state_bytes(const struct watcher *w);
/* run_watcher_copy - `to` becomes what `from` is, which is of the same analyzer; false, with nothing done, when memory ran out. */
bool run_watcher_copy(struct watcher *to, const struct watcher *from);
/* run_state_room - the state of the watcher whose analyzer is running, with so many bytes at least, or all; NULL when memory ran out. */
void *run_state_room(void *arg, size_t bytes);
/* run_watchers_free - all of them, and their states. */
void run_watchers_free(struct run *r);

/* ---- run/keys.c ------------------------------------------------------------------------------------------------------------- */

/* run_key_of - the metric of a series, made at first sight; NO_KEY where memory ran out. */
uint32_t run_key_of(struct run *r, const struct series *s);
/* run_owns - is this the preferred source of the series' metric (or the only one that has it)? */
bool run_owns(const struct run *r, const struct run_series *s);

/* ---- run/join.c ------------------------------------------------------------------------------------------------------------- */

/* run_adopt - a new series, which has a key, is known to its metric; the whole hears it where it is the preferred source's. */
void run_adopt(struct run *r, struct run_series *s);
/* run_joins_series - does this analyzer hear more than one series of a source, and nothing of events? */
bool run_joins_series(const struct analyzer *a);

/* ---- run/sources.c ---------------------------------------------------------------------------------------------------------- */

/* run_prefers - is source a better than b for the same metric? A strict order that does not depend on which came first. */
bool run_prefers(const struct run *r, uint16_t a, uint16_t b);
/* run_choose_lead - the source whose restarts are the run's and whose last step is; after one of them got a main loop. */
void run_choose_lead(struct run *r);
/* run_preferred - the series of the metric's preferred source that stands for this one, and where that source is of another start of the run,
 * of the best one of the same start; NULL where s is of the preferred source itself. */
const struct run_series *run_preferred(const struct run *r, const struct run_series *s);
/* run_confirms - is the finding only what the preferred source of the metric has judged already, at the same steps? */
bool run_confirms(const struct run *r, const struct finding *f);
/* run_same_name - "train/learning-rate" and "learning_rate". run_apart_in_time - does one go on where the other ended? */
bool run_same_name(const char *a, const char *b);
bool run_apart_in_time(const struct run *r, const struct run_series *a, const struct run_series *b);
/* run_coarseness - the absolute error that printing may have made. run_why_preferred - what speaks for sources of this format; static. */
double run_coarseness(const struct run *r, uint16_t source);
const char *run_why_preferred(const struct run *r, uint16_t source);

/* ---- run/agree.c ------------------------------------------------------------------------------------------------------------ */

struct reach {
    double low, high;
};
/* run_reach - everything that a curve held around these steps; low above high for nothing. */
struct reach run_reach(const struct curve *c, int64_t from, int64_t to);
/* run_disagrees - do two series of one metric tell different numbers, beyond what rounding, averaging and smoothing explain?
 *   ret    where they differ first; written when true
 * Cost: buckets x buckets, while the run goes on only when an eighth more points are there than the last time. */
bool run_disagrees(const struct run *r, const struct run_series *preferred, const struct run_series *other,
                   struct difference *ret);
/* run_lost - is one of them NaN or infinite at a step at which the other holds a number?  step: that step, written if so */
enum run_loss { RUN_LOST_NOWHERE, RUN_LOST_HERE, RUN_LOST_THERE };
enum run_loss run_lost(const struct run *r, const struct run_series *preferred, const struct run_series *other, int64_t *step);

/* ---- run/split.c ------------------------------------------------------------------------------------------------------------ */

/* run_add_split - what others say of a new series, as if its name began with it: "eval/" by the name of its file (valid.log, val_loss.csv, or
 * one beside one of the same name for training), "loss/" for "test" where the file tells "learn", "train-" for the first of several sets
 * that a booster evaluates. Appends to out; returns what of the name stands behind it. */
struct span run_add_split(const struct run *r, uint16_t source, struct span name, struct str *out);

/* ---- run/say.c -------------------------------------------------------------------------------------------------------------- */

/* run_say_source - what a source is to the run, beyond why it was taken for what it is: preferred for these metrics, confirms those,
 * disagrees on that. Appends to out. */
void run_say_source(const struct run *r, uint16_t source, struct str *out);

/* ---- run/sequels.c ---------------------------------------------------------------------------------------------------------- */

/* run_follows - does one source go on where the other one ended? run_went_on - has another one done so, for long enough to matter? */
bool run_follows(const struct run *r, uint16_t later, uint16_t earlier);
bool run_went_on(const struct run *r, uint16_t source);
/* run_seams - the restarts that the leading source shows, and those between it and the sources that go on; at most max. */
size_t run_seams(const struct run *r, struct seam *out, size_t max);

/* ---- run/holes.c ------------------------------------------------------------------------------------------------------------ */

/* run_hole - s comes back after records without it: was that a hole? Called before the point is taken; rare. */
void run_hole(struct run *r, const struct run_series *s);
/* run_open_hole - is s missing now while its neighbours go on? The finding then. Cost: series of the source. */
bool run_open_hole(const struct run *r, const struct run_series *s, struct finding *f);
/* run_empty_after - s ended in NaN or infinity: how many records of the same kind came since, without it? Cost: series of the source. */
uint64_t run_empty_after(const struct run *r, const struct run_series *s);
/* run_is_hole - was this finding made by run_hole or run_open_hole: suspected, not seen? */
bool run_is_hole(const struct finding *f);
/* run_say_hole - its sentence. */
void run_say_hole(const struct finding *f, struct str *out);

#endif
