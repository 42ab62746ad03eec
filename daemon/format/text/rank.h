/* text_rank - lines of several processes in one log: which of them is the run's series.
 *
 * torchrun, accelerate, srun -l, mpirun, Ray and loggers put the rank in front: "[rank3]:", "[default3]:", "[GPU3]", "rank 3 | ",
 * "3: ", "[1,3]<stdout>:", "(worker pid=71)". Copies of one metric must not mix: the first rank that logs a metric owns its series, and
 * the steps, headings and bars of the log are that rank's. Of the others only what the owner does not log is told under its own
 * name, and what is not finite as "loss (rank 3)". A line without a rank belongs to all. When the owner has gone silent, the
 * series pass to another rank.
 *
 * A bare number in front is a rank or a step: steps grow, ranks come again. Until it is known the line is read without it. */
#ifndef MLWATCH_TEXT_RANK_H
#define MLWATCH_TEXT_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "../../base/span.h"

enum text_front { FRONT_UNKNOWN, FRONT_RANK, FRONT_STEP };

struct text_ranks {
    int64_t rank;      /* of the line in hand; TEXT_NO_RANK for none */
    int64_t front;     /* its bare number while front_is is unknown */
    int64_t main, old; /* main: whose records are the run's; old: who was before it */
    int64_t heir;      /* another rank that logged since main did */
    unsigned heir_records;
    enum text_front front_is;
    struct { /* of the bare numbers so far */
        int64_t last, least, most;
        uint64_t n, downs, ups;
    } fronts;
    const void *metric; /* of the last record with a bare number: what, at which count, behind which number */
    int64_t count, metric_front;
};

/* text_rank_length - bytes of a rank at the start of s, 0 when there is none. Cost: one look at the first letter for other lines. */
size_t text_rank_length(struct span s, int64_t *rank);
/* text_rank_front - bytes of "3: " at the start of s; "0:<tab>" is CatBoost's own counter and none. */
size_t text_rank_front(struct span s, int64_t *front);

/* text_ranks_init - nobody has spoken. */
void text_ranks_init(struct text_ranks *r);
/* text_ranks_line - the ranks of the next line; rank and front as text_prefix has them. */
void text_ranks_line(struct text_ranks *r, int64_t rank, int64_t front);
/* text_ranks_lead - the same for a number that stands in front as "[3]" does and would be the step. Is it a rank? */
bool text_ranks_lead(struct text_ranks *r, int64_t lead);
/* text_ranks_counts - a record that counts by itself stands behind a bare number: the same metric at the same count behind another number is
 * another rank's. */
void text_ranks_counts(struct text_ranks *r, int64_t front, const void *metric, int64_t count);
/* text_ranks_others - is the line in hand one of another rank than main? */
static inline bool text_ranks_others(const struct text_ranks *r) { return r->rank >= 0 && r->main >= 0 && r->rank != r->main; }
/* text_ranks_told - the line in hand was a record: its rank is main if none was, or if main has been silent for long. */
void text_ranks_told(struct text_ranks *r);

#endif
