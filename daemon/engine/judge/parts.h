/* judge_parts - what the files that make a view share, and nobody else.
 *
 *   judge.c           the view: verdict, state, last good checkpoint
 *   judge/findings.c  findings folded, placed, sorted and worded
 *   judge/context.c   what the rest of the run says of a finding; judge/borne.c where it is critical; judge/held_out.c by its held-out losses
 *   judge/befell.c    what is over, and was more than a wave;  judge/one_thing.c two findings that tell one trouble
 *   judge/causes.c    causes and fixes, ranked; judge/evidence.c what the rest of the run says of a finding, for them
 *   judge/data.c      sources, series, facts, events, restarts
 *   judge/unseen.c    what was not logged, and what could therefore not be found */
#ifndef MLWATCH_JUDGE_PARTS_H
#define MLWATCH_JUDGE_PARTS_H

#include <string.h>

#include "../run/parts.h"

/* Every finding that counts, worst first, and the one it is told by: itself, or the one it is folded into. */
struct told {
    const struct finding **all;
    uint16_t *by, *shown; /* indices in all; in the view */
    size_t n;
};

/* judge_room - zeroed memory for n elements, valid as long as the view is. Never NULL. judge_keep - the text of a str, which is emptied. */
void *judge_room(struct run *r, size_t n, size_t element);
char *judge_keep(struct run *r, struct str *s);

/* judge_is_sum - is the series the loss itself, and no term of it? */
static inline bool judge_is_sum(const struct series *s) { return strcmp(s->metric, "loss") == 0; }
/* judge_levels - the levels of a series in this segment; they may have been put away. NULL when memory ran out. */
static inline const struct curve *judge_levels(const struct run *r, const struct series *s)
{
    return curves_open(&r->out) ? &r->series[s->id]->kept.past.coarse : NULL;
}
/* judge_apart - how many steps lie between two values of a series. */
static inline double judge_apart(const struct run_series *s)
{
    return s->points > 1 ? (double)(s->last_step - s->first_step) / (double)(s->points - 1) : 0;
}

/* judge_findings - what is told, and what it is told by; the view's findings. */
struct told judge_findings(struct run *r, struct view *v);
/* judge_causes - the view's causes and needs, from all findings, the folded ones too. */
void judge_causes(struct run *r, struct view *v, const struct told *t);
/* judge_data - the view's sources, series, facts, events and restarts. */
void judge_data(struct run *r, struct view *v);
/* judge_unseen - the view's framework and what it does not log; after the findings. */
void judge_unseen(struct run *r, struct view *v);

#endif
