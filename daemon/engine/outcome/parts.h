/* outcome_parts - what a watched run's trials are made of; shared by record.c and watch.c, and by nobody else. */
#ifndef MLWATCH_OUTCOME_PARTS_H
#define MLWATCH_OUTCOME_PARTS_H

#include "../live.h"
#include "outcome.h"

enum { TRIALS_MAX = 64, FIX_BYTES = 64 };

/* A trial_row that is ours. */
struct trial {
    char incident[12], fix[FIX_BYTES];
    char *changes, *kind, *series, *severity, *run_name;
    int64_t onset_step;
    double weight;
    enum trial_state state;
    bool fresh; /* nobody was told of it */
};
struct trials {
    struct trial *at;
    size_t n;
};

struct outcome_watch {
    bool busy;           /* a job of ours is on the lane */
    double began;        /* loop clock: the first time that it was judged */
    double compared_at;  /* loop clock */
    uint64_t compared;   /* the settings that were compared last; 0: none */
    uint32_t facts_seen; /* of the run, when the settings were last looked at */
    uint64_t told;       /* what they were; 0: none */
    bool rate_told;      /* the learning rate is one of them */
    struct trials trials;
};

/* What is decided on the loop and written on the lane. */
struct decision {
    char incident[12], fix[FIX_BYTES];
    enum trial_state state;
    char *note;
    bool news;
};

/* A job with the store, for a live run that waits for it (outcome_watch.busy). */
struct outcome_job {
    struct task task; /* first */
    struct live *live;
    char run_id[12];
    enum status status;
    /* compare */
    char *project;
    double started; /* seconds since 1970: when the run began */
    struct knowledge knowledge;
    struct settings settings;
    char rate[SETTING_BYTES]; /* measured, to be remembered; "" for nothing */
    bool had_trials;
    struct trials trials; /* out: all of the run */
    /* decide */
    struct decision decisions[TRIALS_MAX];
    size_t n_decisions;
};

/* record_recall, record_compare, record_decide - push the job; done() is called on the loop's thread, and frees it by record_free.
 *   compare   open incidents of the project, told before the run began, against what it changes; then as recall
 *   recall    the run's trials; when there are none, as compare with what the memory holds of its settings */
void record_recall(struct outcome_job *j, void (*done)(struct job *j));
void record_compare(struct outcome_job *j, void (*done)(struct job *j));
void record_decide(struct outcome_job *j, void (*done)(struct job *j));
void record_free(struct outcome_job *j);
void trials_done(struct trials *t);

#endif
