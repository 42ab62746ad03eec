/* model - what is known of a run, as plain structs, so that store, report and alert need not know the engine or one another.
 *
 * Everything is borrowed from whoever made the view (the engine, live or replayed from the memory) and valid until it changes. */
#ifndef MLWATCH_MODEL_H
#define MLWATCH_MODEL_H

#include "../../analyzers/rank.h"
#include "../../analyzers/stats/curve.h"

enum verdict { VERDICT_CLEAN, VERDICT_INFO, VERDICT_WARNING, VERDICT_CRITICAL, VERDICT_UNREADABLE };
enum run_state { RUN_UNKNOWN, RUN_RUNNING, RUN_STALLED, RUN_FINISHED, RUN_FAILED };

struct source_view {
    const char *path, *format;
    uint64_t points, bad_records;
    const char *why; /* what it was taken for, and why */
};

struct series_view {
    struct series series; /* name, role, axis ... */
    const char *source;   /* path of its source */
    uint64_t points, nonfinite;
    int64_t first_step, last_step;
    double last;               /* NaN when the last value was */
    const struct curve *curve; /* up to a few hundred buckets over all segments */
};

struct finding_view {
    struct finding finding; /* newest phase; phase CLOSED = it is over */
    char id[16];            /* "f1" ... worst first */
    const char *message;    /* one sentence with the numbers in it */
    const char *quote;      /* the log's own words, or NULL; hostile text */
    const char *source;     /* path, or NULL */
    const char *rule;       /* the analyzer that told it, NULL for a checkpoint or the run itself: several may tell one kind */
};

struct fix_view {
    const struct fix *fix;
    double confidence;
    uint32_t times, times_worked; /* how often it was tried against this cause, and how often it helped */
};
struct cause_view {
    struct diagnosis diagnosis; /* because and against index the view's findings (in the view's order) */
    struct fix_view fixes[RANK_MAX];
    size_t n_fixes;
};

struct unseen_view {
    const struct artifact *artifact;
    const char *const *findings;
    size_t n_findings; /* that could therefore not be made */
};

struct event_view {
    enum event kind;
    uint64_t line;
    const char *source, *text;
};
struct checkpoint_view {
    const char *path;
    int64_t step;
    const char *state, *safety;
    const char *why; /* the first reason for them; hostile text, or NULL */
};
struct seam {
    uint16_t segment;
    int64_t step, resumed_at;
    uint64_t line;
}; /* a restart: step reached before, step it went on from */

struct view {
    const char *run; /* as printed: DIR, DIR/sub or the run's name */
    const char *id, *name, *path, *project;
    enum verdict verdict;
    enum run_state state;
    const char *framework; /* or NULL */
    const struct kit *kit; /* what lines of code are worded for; NULL when the framework is not known */
    uint32_t segments;
    double elapsed_s;             /* that it took to judge */
    double first_time, last_time; /* of the data, seconds since 1970; NaN when unknown */
    int64_t last_step;
    const char *unreadable; /* why, when the verdict is so */

    const struct source_view *sources;
    size_t n_sources;
    const struct series_view *series;
    size_t n_series; /* all, also those without a role */
    const struct finding_view *findings;
    size_t n_findings; /* worst first */
    const struct cause_view *causes;
    size_t n_causes; /* best first */
    const struct separator *const *needs;
    size_t n_needs; /* what would decide */
    const struct unseen_view *unseen;
    size_t n_unseen; /* what was not logged, the most wanted first */
    const struct fact *facts;
    size_t n_facts; /* redacted */
    const struct event_view *events;
    size_t n_events;
    const struct checkpoint_view *checkpoints;
    size_t n_checkpoints;
    const struct checkpoint_view *last_good; /* or NULL */
    int64_t trouble_step;                    /* where it began, for the last good one; INT64_MAX: nowhere */
    const struct seam *seams;
    size_t n_seams;
};

/* One trouble of one run, as the memory keeps it. */
struct incident {
    char id[12]; /* "i" + 8 base-32 characters */
    char run_id[12];
    const char *run_name, *kind, *series, *severity, *state; /* state: "open" or "closed" */
    const char *cause;                                       /* best cause's id, or NULL */
    double cause_probability, opened, closed;                /* times in seconds since 1970; NaN while open */
    int64_t onset_step;
    const char *message;
};

/* verdict_name, run_state_name - as the JSON has them; static. */
const char *verdict_name(enum verdict v);
const char *run_state_name(enum run_state s);

#endif
