/* run - one training run: its series, facts and events, the analyzers that watch them, and what they found.
 *
 * Readers push into a run through run_out(); the daemon replays what it stored through the same door; a view can be taken
 * at any time. A run knows nothing of files, clocks or the memory. */
#ifndef MLWATCH_RUN_H
#define MLWATCH_RUN_H

#include "../base/model.h"
#include "../base/str.h"
#include "../format/format.h"
#include "../knowledge/knowledge.h"
#include "thresholds.h"

struct run;

/* Told as things happen; each may be NULL. The daemon journals by them and alerts. Not called during replay. */
struct run_hooks {
    void *arg;
    void (*series)(void *arg, const struct series *s);
    void (*point)(void *arg, const struct point *p);
    void (*fact)(void *arg, const char *key, const char *value);                                 /* redacted */
    void (*event)(void *arg, uint16_t source, uint64_t line, enum event kind, const char *text); /* redacted */
    void (*finding)(void *arg, const struct finding *f);                                         /* every phase */
};
struct run_options {
    const struct knowledge *knowledge; /* NULL: findings only, no causes */
    const struct outcome *outcomes;    /* of the memory, for ranking fixes */
    size_t n_outcomes;
    const struct config *config; /* thresholds that were set; NULL: as built in. Borrowed for the run's life */
    enum sensitivity sensitivity;
    struct thresholds *thresholds; /* of these two, that others share; NULL: the run makes its own */
    uint32_t curve_buckets; /* of a series' curve while there is one source; 0: as many as plots like. PAST_FINE at least, even */
    struct run_hooks hooks;
};

/* run_new - an empty run.
 *   printed  as views name it;  path  of its root directory, or NULL (stdin)
 *   NULL when memory ran out. options is copied; what it points to is borrowed for the run's life. */
struct run *run_new(const char *printed, const char *path, const struct run_options *options);
void run_free(struct run *r);
/* run_identify - r + 8 base-32 characters over its name and the first 4 KiB of its first source. */
void run_identify(char id[12], const char *name, const void *head, size_t head_bytes);
void run_set_id(struct run *r, const char *id, const char *name, const char *project);

/* run_source - add a source (indices count up from 0); -1 when there are 65,535.
 *   why  the reason the file was taken for this format, shown by --sources */
int run_source(struct run *r, const char *path, const char *format, const char *why);
/* run_rename_source - it is called so from now on. */
void run_rename_source(struct run *r, int source, const char *path);
/* run_order_sources - which of two files tells the same metric better? Below 0 the first, above 0 the second; 0 only for the same file.
 * Finished runs are read in this order. */
int run_order_sources(const char *format_a, const char *path_a, const char *format_b, const char *path_b);
/* run_out - what a format of this source writes into. Valid until run_free or run_forget_reader. */
const struct format_out *run_out(struct run *r, int source);
/* run_rank_by - rank fixes by these outcomes from now on; borrowed, like those of run_options. */
void run_rank_by(struct run *r, const struct outcome *outcomes, size_t n);
/* run_forget_reader - the source is read again from its first byte (new format state): frees its arena. Series are kept: the
 * same names get the same series. */
void run_forget_reader(struct run *r, int source);

/* Replay from the memory, in this order: run_source and run_replay_series in id order, then points, facts and events in any order.
 * Analyzers see them as they did live; hooks are not called. */
void run_replay_series(struct run *r, uint16_t source, const char *name, enum axis axis);
void run_replay_point(struct run *r, uint32_t series, int64_t step, double time, double value, uint64_t line);
void run_replay_fact(struct run *r, const char *key, const char *value);
void run_replay_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text);

/* run_silence - while watching live: seconds without new data, now. Becomes a point of the series "silence". */
void run_silence(struct run *r, double now, double silence_s);
/* run_checkpoint - a checkpoint file or directory was seen. state and safety are static words of interface mlwatch.check/1;
 * "unverified" never takes the place of what is known of it. */
void run_checkpoint(struct run *r, const char *path, int64_t step, const char *state, const char *safety);

/* What a checkpoint is as a whole; each becomes a point of a series of the run, "checkpoint/weight_norm" and so on, told in this order. What
 * they say of one checkpoint and the one before, analyzers/checkup has said; what several say, analyzers/checkpoint_trend.c does. */
enum inspected_number {
    INSPECTED_WEIGHT_NORM,     /* L2 of all parameters' finite values */
    INSPECTED_WEIGHT_CHANGE,   /* L2 of what they moved since the checkpoint before, over their norm then */
    INSPECTED_ZERO_SHARE,      /* of the parameters' values */
    INSPECTED_NONFINITE_SHARE, /* likewise */
    INSPECTED_GRAD_NORM,       /* L2 of the root mean square gradient that Adam's second moments remember */
    INSPECTED_NUMBERS
};
/* What a look into a checkpoint found (engine/checkpoint). */
struct inspected {
    const char *path;
    int64_t step;               /* -1: not known */
    const char *state, *safety; /* words of interface mlwatch.check/1 */
    double written;             /* seconds since 1970, of the file when it was looked into; 0: not told */
    const char *why;            /* the first reason for them, hostile text; "" when it is whole and safe */
    const struct finding
        *findings; /* series: its name is the tensor's; NULL for the whole checkpoint. Steps are set by the run */
    size_t n_findings;
    bool weighed, compared;            /* the numbers of its tensors were read; and laid beside those of the one before */
    double numbers[INSPECTED_NUMBERS]; /* NaN: not had */
};
/* run_inspected - it becomes part of the run, and of its memory (as an event). After the sources were added. */
void run_inspected(struct run *r, const struct inspected *i);
/* run_checkpoint_written - of the look that it was last known by; 0 when nobody looked. */
double run_checkpoint_written(const struct run *r, const char *path);
/* run_finish - no more data will come: analyzers give what they were waiting to be sure of. Call once, for finished runs only. */
void run_finish(struct run *r);
/* run_end - the first half of run_finish: what had been told too early and is taken back can still be seen, as over, and be told so. */
void run_end(struct run *r);
/* run_unreadable - there is nothing to judge; why is one sentence. */
void run_unreadable(struct run *r, const char *why);

/* run_stale - a better source of a metric turned up after a worse one was joined with other sources, or a setting after what it excuses was
 * told: what joins several sources may miss something, and what is excused stays told, until the run is made again from what is stored
 * (series and facts first, as run_replay_series asks). Never after reading sources one after the other in run_order_sources. Cost: analyzers. */
bool run_stale(const struct run *r);
/* run_note - two sources tell other numbers for the same metric: one sentence without a dot, appended; false when there is none. */
bool run_note(const struct run *r, struct str *out);

/* run_warm - one step of many (live_warm) in which the memory is asked for that its next point will touch. Changes nothing. */
void run_warm(const struct run *r, int step);
/* run_config - the thresholds that it was made with; NULL: as built in. */
const struct config *run_config(const struct run *r, enum sensitivity *sensitivity);
/* run_points, run_last_step - points taken so far, of all series; the newest step of the main training loop. */
uint64_t run_points(const struct run *r);
int64_t run_last_step(const struct run *r);

/* run_view - judge and show: findings sorted and inhibited, causes, fixes, needs, last good checkpoint.
 * The view is valid until the run changes or is viewed again. Cost: about 100 us. */
const struct view *run_view(struct run *r);
/* run_view_done - nobody looks at the view any more: what it pointed to is freed. */
void run_view_done(struct run *r);

#endif
