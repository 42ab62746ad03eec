/* parts - what ways have in common: roles by what they measure, a tape as series and as records, chance and noise. */
#ifndef MLWATCH_TEST_PARTS_H
#define MLWATCH_TEST_PARTS_H

#include "ways.h"

enum { RECORDS_MIN = 25, TAIL_MIN = 8 }; /* fewer, and there is nothing to sample; no level and no noise of a series */

#define LOSSES   (WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_LOSS_PART))
#define SCORES   (WANTS(ROLE_SCORE_TRAIN) | WANTS(ROLE_SCORE_EVAL))
#define HELD_OUT (WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL))
#define GRADS    (WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART))
#define WITHIN   (WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART) | WANTS(ROLE_WEIGHT_MEAN) | WANTS(ROLE_UPDATE_RATIO))
#define GAMES                                                                                                                    \
    (WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR) | WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_POLICY) |                \
     WANTS(ROLE_LOSS_VALUE))
#define MACHINE (WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_STEP_TIME) | WANTS(ROLE_DATA_TIME) | WANTS(ROLE_UTILISATION))
#define COUNTS  (WANTS(ROLE_PROGRESS) | WANTS(ROLE_MEMORY))
#define MEASURED                                                                                                                 \
    (LOSSES | SCORES | GRADS | GAMES | WITHIN | WANTS(ROLE_ENTROPY) | WANTS(ROLE_KL) | WANTS(ROLE_EPISODE_LENGTH) |              \
     WANTS(ROLE_EXPLAINED_VARIANCE))

static inline enum role role_at(const struct tape *t, const struct told *e) { return t->series[e->series].role; }
static inline bool is_of(const struct tape *t, const struct told *e, uint64_t roles)
{
    return e->what == TOLD_POINT && roles & WANTS((unsigned)role_at(t, e));
}
bool has(const struct tape *t, uint64_t roles);

/* points_of - the points of one series, in order; free() them. */
struct told **points_of(const struct tape *t, uint32_t series, size_t *n);
/* each_series - for each series of these roles. True when change was for one of them. */
bool each_series(struct tape *t, uint64_t roles, double by, bool (*change)(struct tape *, struct told **, size_t, double));

/* What a source tells at one line is a record; records that hold the same series are of one kind. */
struct record {
    size_t first, end, kind;
};
struct records {
    struct record *all;
    size_t n, n_kinds;
    uint64_t *kinds;
    size_t *of_kind;
};
/* same_record - a file that is one document tells all of it at one line, so the step counts as well. */
bool same_record(const struct told *a, const struct told *b);
struct records records_of(const struct tape *t);
void records_free(struct records *r);

/* reach_of - the steps from the first to the last measurement, by axis; first > last for none. */
struct span_of_steps {
    int64_t first, last;
};
void reach_of(const struct tape *t, struct span_of_steps reach[AXIS_RECORD + 1]);

/* forget_lengths - settings that count steps are not told where steps are counted otherwise. */
void forget_lengths(struct tape *t);

/* normal - of the tape's seed: mean 0, standard deviation 1. */
double normal(struct tape *t);
/* own_noise - the noise at a place: of the second differences around it, by their median. 0 where there are too few. */
double own_noise(const double *v, size_t n, size_t at);

#endif
