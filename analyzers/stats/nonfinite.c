#include "nonfinite.h"

#include <math.h>

#include "past.h"

enum { FEW = 3 };

/* What it rested from was finite, and the newest of it stands at the end of the past. */
static void count_rested(struct nonfinite *n, const struct point *p, uint64_t points)
{
    n->points += points;
    if (n->bad) return;
    n->finite += points;
    n->last = past_last(p->past)->last;
}

enum nonfinite_change nonfinite_add(struct nonfinite *n, const struct point *p, double calm, const struct findings *out)
{
    if (out->nth > n->points + 1) count_rested(n, p, out->nth - n->points - 1);
    n->points++;
    if (isfinite(p->value)) {
        if (n->bad) n->in_a_row = 0;
        if (!n->bad && !n->finite++) n->first = p->value;
        if (!n->bad) n->last = p->value;
        if (!n->open && p->past) rest_for(out, REST);
        if (!n->open || (double)++n->good_in_a_row < calm) return NONFINITE_NONE;
        n->open = false;
        return NONFINITE_GONE;
    }
    n->bad++;
    n->in_a_row++;
    n->good_in_a_row = 0;
    n->last_step = p->step;
    n->last_line = p->line;
    if (n->open) return NONFINITE_MORE;
    n->open = true;
    n->episode++;
    n->first_value = p->value;
    n->onset_step = p->step;
    n->onset_line = p->line;
    return NONFINITE_FIRST;
}

/* Was the first training loss of all told for the first step, which no update had gone before? */
static bool is_untrained(const struct nonfinite *n, const struct series *s)
{
    return n->bad == n->points && s->role == ROLE_LOSS_TRAIN && s->axis == AXIS_STEP && !s->step_inferred && n->onset_step <= 1;
}

void nonfinite_emit(struct nonfinite *n, const char *kind, enum severity severity, double confidence, enum phase phase,
                    const struct point *p, const struct findings *out)
{
    struct finding f = {.kind = kind,
                        .phase = phase,
                        .episode = n->episode,
                        .severity = severity,
                        .confidence = confidence,
                        .series = p->series,
                        .source = p->source,
                        .segment = p->segment,
                        .onset_step = n->onset_step,
                        .first_step = n->onset_step,
                        .last_step = n->last_step,
                        .first_line = n->onset_line,
                        .last_line = n->last_line};
    finding_add(&f, "value", n->first_value, "");
    finding_add(&f, "points", (double)n->bad, "points");
    finding_add(&f, "first_step_share", (double)(n->points - n->bad) / (double)n->points, "share");
    finding_add(&f, "from_start", n->bad == n->points, "");
    if (is_untrained(n, p->series)) finding_add(&f, "untrained", 1, "");
    if (n->finite >= FEW && n->first > 0) finding_add(&f, "rose", n->last / n->first, "x");
    n->told = severity;
    out->emit(out->arg, &f);
}
