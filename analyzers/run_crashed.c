/* run_crashed - the program stopped with an error of its own, or was killed: its own words are quoted.
 *
 * When training goes on afterwards (a caught exception, a restart) or ends in good order, the finding is closed. A kill by a scheduler may well be what somebody
 * wanted, so it is a warning; a traceback is critical. */
#include <math.h>

#include "analyzer.h"

struct state {
    double go_on_points;
    bool open, caught; /* caught: an exception, which a program may go on after */
    struct finding f;
    uint64_t points_since;
    uint32_t episode;
};

static const char *const kinds[] = {"run_crashed", NULL};
static const struct knob knobs[] = {{"run_crashed_go_on", "points", 20, 1, 10000, 20, 20, offsetof(struct state, go_on_points),
                                     "of training losses after which the run has evidently gone on", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* An epoch is more than a few lines that were still on their way when the program died. */
enum { EPOCH_WEIGHS = 7 };

static void close_it(struct state *s, const struct findings *out)
{
    s->open = false;
    s->f.phase = PHASE_CLOSED;
    s->f.severity = SEVERITY_INFO;
    out->emit(out->arg, &s->f);
}

static bool crash_of(enum event e, enum severity *severity, double *confidence)
{
    switch (e) {
    case EVENT_TRACEBACK: *severity = SEVERITY_CRITICAL, *confidence = 0.95; return true;
    case EVENT_COLLECTIVE_HANG:
    case EVENT_DISK_FULL:
    case EVENT_HARDWARE: *severity = SEVERITY_CRITICAL, *confidence = 0.9; return true;
    case EVENT_KILLED: *severity = SEVERITY_WARNING, *confidence = 0.6; return true;
    default: return false;
    }
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    enum severity severity;
    double confidence;
    if (p->series->role != ROLE_EVENT) {
        if (p->source != s->f.source && p->segment == s->f.segment) return; /* another log says nothing about this one */
        if (!s->open) return;
        s->points_since += p->series->axis == AXIS_EPOCH ? EPOCH_WEIGHS : 1;
        if ((double)s->points_since >= s->go_on_points) close_it(s, out);
        return;
    }
    bool in_order = (enum event)p->value == EVENT_FINISHED && p->source == s->f.source;
    if (s->open && in_order && s->caught) close_it(s, out);
    if (!crash_of((enum event)p->value, &severity, &confidence)) return;
    s->points_since = 0;
    s->caught = (enum event)p->value == EVENT_TRACEBACK;
    if (s->open && severity <= s->f.severity) return; /* the first words are the cause, what follows is its echo */
    if (!s->open) s->episode++;
    s->f = (struct finding){.kind = "run_crashed",
                            .phase = s->open ? PHASE_CHANGED : PHASE_OPENED,
                            .episode = s->episode,
                            .severity = severity,
                            .confidence = confidence,
                            .source = p->source,
                            .segment = p->segment,
                            .onset_step = p->step,
                            .first_step = p->step,
                            .last_step = p->step,
                            .first_line = p->line,
                            .last_line = p->line,
                            .quote_line = p->line};
    finding_add(&s->f, "line", (double)p->line, "");
    s->open = true;
    out->emit(out->arg, &s->f);
}

const struct analyzer analyzer_run_crashed = {.name = "run_crashed",
                                              .summary = "the program stopped with an error, or was killed",
                                              .source = "the program's own words",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_EVENT) | WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_RETURN),
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe};
