/* analyzer - points of a training run in, findings out.
 *
 * An analyzer is pure: libc and libm, no I/O, no clock, no allocation. It sees one series, or a whole
 * run; it keeps O(1) state, which the host allocates and may copy with memcpy; it judges a point before it absorbs it.
 * One file each; analyzers.c holds the list. How to add one: README.md beside this file. */
#ifndef MLWATCH_ANALYZER_H
#define MLWATCH_ANALYZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "role.h"

enum axis { AXIS_STEP, AXIS_EPOCH, AXIS_EPISODE, AXIS_SAMPLE, AXIS_RECORD }; /* what "step" counts */
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };
enum phase { PHASE_OPENED, PHASE_CHANGED, PHASE_CLOSED };

/* What a line of a log can tell besides numbers. Kept as points of the series "event" and as quoted evidence. */
enum event {
    EVENT_NONE,
    EVENT_TRACEBACK,       /* a Python traceback, or another fatal error in the program's own words */
    EVENT_OUT_OF_MEMORY,   /* of the device or of the host */
    EVENT_KILLED,          /* by a signal, a scheduler, a time limit */
    EVENT_NONFINITE,       /* the tool itself says that a value became NaN or infinite */
    EVENT_LOSS_SCALE,      /* a step was skipped because half precision overflowed */
    EVENT_COLLECTIVE_HANG, /* watchdog timeout of a collective operation */
    EVENT_DISK_FULL,
    EVENT_HARDWARE,    /* Xid, ECC, bus error */
    EVENT_INTERRUPTED, /* Ctrl-C: a person wanted it */
    EVENT_FINISHED,    /* the tool says that training is complete */
    EVENT_CHECKPOINT,  /* a checkpoint was written */
    EVENT_INSPECTED,   /* a checkpoint was looked into: never in a log, its text is our own (engine/run/inspected.c) */
    EVENT_COUNT
};

struct series {
    const char *name, *unit, *metric; /* "train/loss", "", "loss": metric joins the splits of one quantity */
    const char *part;
    int32_t depth; /* layer or rank it belongs to, and its order; NULL and -1 for the whole */
    uint32_t id;
    uint16_t source; /* dense in its run; one series comes from one source */
    enum role role;
    enum better better;
    enum axis axis;
    bool bounded, step_inferred;
};
struct past;
struct point {
    const struct series *series; /* borrowed; outlives every analyzer of its run */
    uint64_t seq;                /* arrival in the run, from 1 */
    int64_t step;                /* in the log's own unit, cut to +-2^60; without one the record number, and AXIS_RECORD */
    double time;                 /* seconds since 1970 UTC; NaN when the log gives none */
    double value;                /* in series->unit; NaN and Inf are data, not errors */
    uint64_t line;               /* physical line of the record's first byte; record number in binary logs */
    uint16_t source, segment;
    const struct past *past; /* of the series, this point included (stats/past.h); borrowed. NULL for layers, counts, events */
};
struct evidence {
    const char *name, *unit;
    double value;
}; /* names and units are static */
enum { EVIDENCE_MAX = 12 };
struct finding {      /* a plain value: it owns nothing it points to */
    const char *kind; /* static, stable for ever */
    enum phase phase;
    uint32_t episode; /* of this analyzer state; (kind, series, episode) is one symptom through its phases */
    enum severity severity;
    double confidence;           /* probability that the symptom is real */
    const struct series *series; /* NULL when it belongs to the run */
    uint16_t source, segment;
    uint32_t dropped; /* pieces of evidence that found no room: a fault of the analyzer, which tests look for */
    int64_t onset_step, first_step, last_step;
    uint64_t first_line, last_line, quote_line; /* quote_line: an event's own words, 0 for none */
    size_t n_evidence;
    struct evidence evidence[EVIDENCE_MAX];
};
struct findings {
    void *arg;
    void (*emit)(void *arg, const struct finding *f);
    bool (*last)(void *arg, const char *kind, uint32_t episode, struct finding *ret); /* see below; NULL: nothing is kept */
    void *(*room)(void *arg, size_t bytes);                                           /* see below; NULL: states are whole */
    bool (*open)(void *arg); /* see curves_open; NULL: nothing is ever closed */
    bool closed;
    uint64_t nth;   /* of its series the point is, from 1; 0: the host does not count */
    uint64_t heard; /* points that a state which counts has heard or rested from, this one included; 0: the host does not count */
    uint64_t *rest; /* see rest_for; NULL: every point is given */
    double before;  /* the value before the point's, in its series; where the host counts (nth) */
};

/* A threshold: a name, a unit, a default with its range, and where the number comes from. */
struct knob {
    const char *name, *unit;
    double initial, min, max;
    double quiet, paranoid; /* the value at those sensitivities */
    size_t offset;          /* of a double in the analyzer's struct knobs */
    const char *help, *source;
};
enum scope { PER_SERIES, PER_RUN }; /* PER_RUN: one state for all series of a source */
#define WANTS(role) (UINT64_C(1) << (role))
#define WANTS_ALL   (~UINT64_C(0))
#define NEEDS_TIME  (UINT64_C(1) << 63) /* points that have a time */

struct analyzer {
    const char *name, *summary, *source; /* source: the paper or rule it implements */
    const char *const *kinds;            /* the kinds it may emit; NULL ends them */
    uint64_t wants;                      /* WANTS(ROLE_LOSS_TRAIN) | ... */
    uint64_t needs;                      /* see below; 0: nothing */
    enum scope scope;
    size_t state_size;                                             /* the host allocates it: O(1) by construction */
    size_t first_size;                                             /* what it begins with, see below; 0: all of it */
    const struct knob *knobs;                                      /* a NULL name ends them; see below */
    void (*init)(void *state);                                     /* zeroed but for the pointer to the knobs; or NULL */
    void (*fact)(void *state, const char *key, const char *value); /* or NULL */
    bool (*excuses)(const char *key,
                    const char *value); /* would a fact that comes late have made light of what was told? Or NULL */
    bool blind;                         /* see below */
    bool counts; /* it rests for so many points of any of its series, and asks how many there were (heard) */
    void (*observe)(void *state, const struct point *p, const struct findings *out);
    void (*finish)(void *state, const struct findings *out); /* no more points will come; or NULL */
};

/* knobs - their values stand in a struct of doubles that all states of an analyzer share, and its state begins with a pointer to it, which the
 * host writes before init. An analyzer without knobs has none. */

/* needs - roles without one of which there is nothing to tell. The state may be made when the first of them comes; what came before of the
 * other series is then given to it from their pasts: each bucket of the fine curve as so many points of its mean, without a time. */

/* last - the newest phase of a symptom that this state has told, which the host keeps anyway; false where it has it no more. So a state need
 * not hold the words of what it may have to close, and most never tell anything. */

/* first_size - what lies behind it in the state few runs need, or all of it few. Before the analyzer touches it, in observe or finish, it asks for so many
 * bytes of its state, by state_room, or for the whole of it, by state_whole: the same, what is new zeroed, and perhaps at another place; NULL
 * when memory ran out. */
static inline void *state_room(void *state, const struct findings *out, size_t bytes)
{
    return out->room ? out->room(out->arg, bytes) : state;
}
static inline void *state_whole(void *state, const struct findings *out) { return state_room(state, out, SIZE_MAX); }

/* rest_for - most analyzers know for long what they are to make of a series: its past is the host's, and they look at it now and then. In
 * observe they may say that they need none of the next so many points of the series in hand (those that count: of the next so many that they
 * hear, of any series, none of this one). The host leaves these out, but counts them (nth, heard); it gives any that is not finite, that begins
 * a segment, or that comes behind an event of the source, and what the state said holds no longer then. REST: until one of these. REST_UNTIL_0:
 * or until a value is 0 behind one that is not. */
#define REST         UINT32_MAX
#define REST_UNTIL_0 UINT64_MAX
static inline void rest_for(const struct findings *out, uint64_t points)
{
    if (out->rest) *out->rest = points;
}
/* rested - how many points of the series were left out since it asked.
 *   asked   its nth then, 0 for never; 0 from now on */
static inline uint64_t rested(const struct findings *out, uint64_t *asked)
{
    uint64_t n = *asked && out->nth > *asked ? out->nth - *asked - 1 : 0;
    *asked = 0;
    return n;
}

/* blind, curves_open - a host of thousands of runs puts the buckets of coarse curves away (stats/past.h) and takes them out before an analyzer
 * observes, unless that is blind: then it looks into none but behind curves_open, which is false when memory ran out. The newest value, its
 * logarithm, past_fine, and how many points and buckets there are and how wide, are always at hand. */
static inline bool curves_open(const struct findings *out) { return !out->closed || out->open(out->arg); }

/* RARELY - what few points need, kept apart: so the way of all others has no registers to save for it. */
#define RARELY __attribute__((noinline))

extern const struct analyzer *const analyzers[]; /* NULL ends the list */

/* finding_add - append one evidence item; where EVIDENCE_MAX are there it is only counted, in dropped. */
void finding_add(struct finding *f, const char *name, double value, const char *unit);
/* finding_evidence - the value of a named item, or fallback. */
double finding_evidence(const struct finding *f, const char *name, double fallback);
/* finding_said - what the line of a point says in so many words: its place, and nothing of how things went before or after. */
struct finding finding_said(const char *kind, enum severity severity, double confidence, const struct point *p);
/* severity_named - by its name; a warning where it is none. */
enum severity severity_named(const char *name);
/* severity_name, axis_name, phase names - as in the JSON; never NULL. */
const char *severity_name(enum severity s);
const char *axis_name(enum axis a);
const char *event_name(enum event e);

#endif
