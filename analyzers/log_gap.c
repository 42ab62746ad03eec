/* log_gap - the log of a run lacks a stretch of its steps.
 *
 * The training loss comes every so many steps; a stretch without it, many times as long as any interval around it, is a hole if the old interval
 * is kept again behind it (else the interval was changed, by right). What happened in there nobody can judge: worth knowing, and a
 * warning where the hole is a large part of what was logged. A restart begins afresh. */
#include <math.h>

#include "analyzer.h"
#include "stats/rolling.h"

struct knobs {
    double factor, before, behind, large;
};
struct state {
    const struct knobs *knobs;
    double even;    /* the intervals so far, */
    uint32_t n;     /* as many of them, */
    bool mixed;     /* unless they are not all the same: then they are kept */
    double longest; /* interval of the segment, holes not counted */
    int64_t first_step, last_step;
    uint64_t last_line, points, since; /* since: values behind the hole */
    int64_t from, to;                  /* of the hole being looked at; from == to when there is none */
    uint64_t from_line;
    double usual;
    uint32_t episode;
    uint16_t segment;
    struct rolling intervals; /* behind first_size */
};

static const char *const kinds[] = {"log_gap", NULL};
static const struct knob knobs[] = {{"log_gap_factor", "x", 10, 3, 10000, 30, 6, offsetof(struct knobs, factor),
                                     "longer than any interval around it", "our choice"},
                                    {"log_gap_before", "points", 20, 5, 10000, 32, 10, offsetof(struct knobs, before),
                                     "values before it, to know the interval", "our choice"},
                                    {"log_gap_behind", "points", 8, 2, 10000, 16, 4, offsetof(struct knobs, behind),
                                     "values behind it at the old interval", "our choice"},
                                    {"log_gap_large", "share", 0.2, 0.01, 1, 0.4, 0.1, offsetof(struct knobs, large),
                                     "of the steps logged so far, to be a warning", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct state *s, const struct point *p, const struct findings *out)
{
    double missing = (double)(s->to - s->from), all = (double)(p->step - s->first_step);
    struct finding f = {.kind = "log_gap",
                        .episode = ++s->episode,
                        .severity = missing >= s->knobs->large * all ? SEVERITY_WARNING : SEVERITY_INFO,
                        .confidence = 0.8,
                        .series = p->series,
                        .source = p->source,
                        .segment = p->segment,
                        .onset_step = s->from,
                        .first_step = s->from,
                        .last_step = s->to,
                        .first_line = s->from_line,
                        .last_line = s->from_line};
    finding_add(&f, "to", (double)s->to, "");
    finding_add(&f, "missing", missing, "steps");
    finding_add(&f, "usual", s->usual, "steps");
    finding_add(&f, "share", missing / all, "share");
    out->emit(out->arg, &f);
}

static void begin(struct state *s, const struct point *p)
{
    s->n = 0;
    s->mixed = false;
    s->longest = 0;
    s->first_step = p->step;
    s->points = s->since = 0;
    s->from = s->to = 0;
    s->segment = p->segment;
}

/* One more of the first intervals, which tell what is usual. The state, which may have moved; NULL when memory ran out. */
static struct state *keep(struct state *s, double interval, const struct findings *out)
{
    if (!s->mixed && s->n && interval != s->even) {
        s = state_whole(s, out);
        if (!s) return NULL;
        s->intervals = (struct rolling){0};
        for (uint32_t i = 0; i < s->n; i++) rolling_add(&s->intervals, s->even);
        s->mixed = true;
    }
    s->n++;
    s->even = interval;
    if (s->mixed) rolling_add(&s->intervals, interval);
    return s;
}

/* Behind a hole: does the old interval go on? */
static void look_behind(struct state *s, const struct point *p, double interval, const struct findings *out)
{
    if (interval > 3 * s->usual) s->from = s->to; /* no: it was changed */
    else if ((double)++s->since >= s->knobs->behind) {
        tell(s, p, out);
        s->from = s->to;
    }
}

/* Is the interval, from 1 on, no longer than others were, and is no hole being looked at? */
static inline bool is_usual(const struct state *s, const struct point *p)
{
    return s->points && p->segment == s->segment && s->n >= ROLLING_MAX && s->from == s->to && p->step > s->last_step &&
           (double)p->step - (double)s->last_step <= s->longest;
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->points || p->segment != s->segment || p->step < s->last_step) begin(s, p);
    double interval = s->points ? (double)p->step - (double)s->last_step : 0;
    if (interval > 0) {
        bool known = (double)s->points >= s->knobs->before && s->n >= ROLLING_MAX / 2;
        if (s->from != s->to) look_behind(s, p, interval, out);
        else if (known && interval > s->knobs->factor * s->longest) {
            s->usual = s->mixed ? rolling_median(&s->intervals) : s->even;
            s->from = s->last_step, s->to = p->step, s->from_line = s->last_line, s->since = 0;
        } else if (s->n < ROLLING_MAX && !(s = keep(s, interval, out))) return;
        if (s->from == s->to) s->longest = fmax(interval, s->longest);
    }
    s->points++;
    s->last_step = p->step;
    s->last_line = p->line;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->axis == AXIS_RECORD || p->series->step_inferred) return;
    if (is_usual(s, p)) s->points++, s->last_step = p->step, s->last_line = p->line;
    else look(s, p, out);
}

const struct analyzer analyzer_log_gap = {.name = "log_gap",
                                          .summary = "the log lacks a stretch of its steps",
                                          .source = "intervals between records, by their median",
                                          .kinds = kinds,
                                          .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_RETURN),
                                          .scope = PER_SERIES,
                                          .blind = true,
                                          .state_size = sizeof(struct state),
                                          .first_size = offsetof(struct state, intervals),
                                          .knobs = knobs,
                                          .observe = observe};
