#include "held.h"

static void begin(struct held *h, const struct point *p)
{
    h->onset_step = p->step;
    h->onset_line = p->line;
    h->row = 0;
}

enum held_change held_add(struct held *h, const struct point *p, bool beyond, double min_points, double min_share)
{
    if (p->segment != h->segment) h->row = h->back = 0, h->open = false;
    h->segment = p->segment;
    h->points++;
    if (!beyond) {
        if (h->row && ++h->back < (h->open ? HELD_BACK : 2)) return HELD_NONE;
        bool over = h->open;
        h->row = h->back = 0;
        h->open = false;
        return over ? HELD_OVER : HELD_NONE;
    }
    if (!h->row) begin(h, p);
    h->row++;
    h->back = 0;
    h->last_step = p->step;
    h->last_line = p->line;
    if (h->open) return h->row & (h->row - 1) ? HELD_NONE : HELD_GOES_ON;
    if ((double)h->row < min_points || (double)h->row < min_share * (double)h->points) return HELD_NONE;
    h->open = true;
    h->episode++;
    return HELD_BEGINS;
}

struct finding held_finding(const struct held *h, const char *kind, enum held_change change, const struct point *p)
{
    return (struct finding){.kind = kind,
                            .phase = change == HELD_BEGINS ? PHASE_OPENED
                                     : change == HELD_OVER ? PHASE_CLOSED
                                                           : PHASE_CHANGED,
                            .episode = h->episode,
                            .severity = SEVERITY_INFO,
                            .confidence = 0.8,
                            .series = p->series,
                            .source = p->source,
                            .segment = p->segment,
                            .onset_step = h->onset_step,
                            .first_step = h->onset_step,
                            .last_step = h->last_step,
                            .first_line = h->onset_line,
                            .last_line = h->last_line};
}
