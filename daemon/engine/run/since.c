/* run_since - where the epochs of a training loss begin: behind each evaluation, or with each whole epoch that the log counts. Which of the two it
 * is, or neither, tells the loss itself (analyzers/stats/since.h).
 *
 * Everything is of one source, in the order that it tells it; what has one line and one step is one record, whose values come in any order. */
#include <math.h>
#include <stdlib.h>

#include "../../../analyzers/stats/epochs.h"
#include "parts.h"

static enum run_beat beat_of(const struct series *s)
{
    switch (s->role) {
    case ROLE_LOSS_TRAIN: return BEAT_LOSS;
    case ROLE_LOSS_EVAL:
    case ROLE_SCORE_EVAL: return BEAT_HELD_OUT;
    default: return epochs_is(s) ? BEAT_EPOCH : BEAT_NONE;
    }
}

void run_beat_new(struct run_series *s)
{
    s->beat = beat_of(&s->s);
    if (s->beat != BEAT_LOSS) return;
    s->since = calloc(1, sizeof *s->since);
    if (s->since) s->since->last = NAN;
    else s->beat = BEAT_NONE;
}

static bool same_record(const struct run_mark *a, const struct run_mark *b)
{
    return a->seq && b->seq && a->step == b->step && a->line == b->line;
}

/* Was there an evaluation between the last value and this one? */
static bool follows_evaluation(const struct run_mark *held, const struct run_mark *last, const struct run_mark *now)
{
    return held->seq && !same_record(held, now) && (held->seq > last->seq || same_record(held, last));
}

static void add_loss(const struct run_source *from, struct run_since *since, const struct point *p, const struct run_mark *now)
{
    since_add(&since->by_evaluation, p->value, p->segment, follows_evaluation(&from->held, &since->at, now));
    bool fresh = from->epoch.seq > since->at.seq, behind = fresh && same_record(&from->epoch, &since->at);
    if (!isnan(since->last)) since_add(&since->by_epoch, since->last, since->segment, since->begins || behind);
    since->begins = fresh && !behind;
    since->last = p->value, since->segment = p->segment;
    since->at = *now;
}

void run_beat(struct run_source *from, struct run_series *s, const struct point *p)
{
    const struct run_mark now = {p->seq, p->line, p->step};
    if (s->beat == BEAT_LOSS) add_loss(from, s->since, p, &now);
    else if (s->beat == BEAT_HELD_OUT) from->held = now;
    else if (floor(p->value) != from->epoch_now) from->epoch_now = floor(p->value), from->epoch = now;
}

const struct since *run_mean_of_epoch(const struct run_series *s)
{
    if (!s->since) return NULL;
    const struct since *a = &s->since->by_evaluation, *b = &s->since->by_epoch, *best = a->score >= b->score ? a : b;
    return since_is_mean(best) ? best : NULL;
}
