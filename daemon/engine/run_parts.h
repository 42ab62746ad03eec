/* run_parts - what a run is made of; shared by run.c (data comes in) and judge.c (a view goes out), and by nobody else. */
#ifndef MLWATCH_RUN_PARTS_H
#define MLWATCH_RUN_PARTS_H

#include "../base/str.h"
#include "run.h"

enum {
    SERIES_MAX = 20000, /* of one run; more are refused: per-layer logs of large models stay below */
    FACTS_MAX = 1000,
    EVENTS_MAX = 1000,
    EVENTS_OF_KIND_MAX = 100,
    FINDINGS_MAX = 1000,
    CURVE_FIRST = 16,
    CURVE_MAX = 256,
    READER_ARENA_BYTES = 8 << 20
};

struct watcher {
    const struct analyzer *analyzer;
    void *state;
    char *metric;
    uint32_t id;
};

struct run_series {
    struct series s;
    struct curve curve;
    uint64_t points, nonfinite;
    int64_t first_step, last_step;
    double last;
    size_t n_watchers;
    struct watcher *watchers[]; /* room for every analyzer */
};
struct sink {
    struct run *run;
    uint16_t source;
};
struct run_source {
    char *path, *why;
    const char *format;
    uint64_t points, bad;
    const char *first_bad; /* static */
    struct arena arena;
    struct sink sink;
    struct format_out out;
};
struct run_fact {
    char *key, *value;
};
struct run_event {
    enum event kind;
    uint16_t source;
    uint64_t line;
    char *text;
};
struct run_finding {
    struct finding f;
    uint32_t watcher;
};
struct run_checkpoint {
    char *path;
    int64_t step;
    const char *state, *safety;
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
    struct run_fact *facts;
    size_t n_facts, facts_room;
    struct run_event *events;
    size_t n_events, events_room;
    uint32_t events_of_kind[EVENT_COUNT], event_bits;
    struct run_finding *findings;
    size_t n_findings, findings_room;
    struct run_checkpoint *checkpoints;
    size_t n_checkpoints, checkpoints_room;
    struct seam *seams;
    size_t n_seams, seams_room;

    struct run_series *lead; /* its step decides about segments */
    int event_series, silence_series;
    uint64_t seq;
    uint64_t roles; /* WANTS() bits of roles with points */
    uint16_t segment;
    int64_t last_step;
    double first_time, last_time, silence_s;
    bool replaying, finished, silent_point;
    uint32_t emitting; /* id of the watcher whose analyzer is running */
    struct findings out;

    struct view view;
    struct arena shown; /* what the view points to */
};

/* run_grow - room for one more element; false when memory ran out. */
bool run_grow(void **array, size_t *room, size_t used, size_t element);

#endif
