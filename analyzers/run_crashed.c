/* run_crashed - the program stopped with an error of its own, or was killed: its own words are quoted.
 *
 * When training goes on afterwards (a caught exception, a restart) or ends in good order, the finding is closed. A kill by a scheduler may well be what somebody
 * wanted, so it is a warning; a traceback is critical. */
#include <math.h>

#include "analyzer.h"
#include "stats/told.h"

struct knobs {
    double go_on_points;
};
struct state {
    const struct knobs *knobs;
    struct told told;
    bool caught;   /* an exception, which a program may go on after */
    bool survived; /* it did so before */
    uint16_t source, segment;
    uint64_t points_since;
    uint32_t episode;
};

static const char *const kinds[] = {"run_crashed", NULL};
static const struct knob knobs[] = {{"run_crashed_go_on", "points", 20, 1, 10000, 20, 20, offsetof(struct knobs, go_on_points),
                                     "of training losses after which the run has evidently gone on", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* An epoch is more than a few lines that were still on their way when the program died. */
enum { EPOCH_WEIGHS = 7 };

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

static void hear_training(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->told.open) {
        rest_for(out, REST); /* until there is an event */
        return;
    }
    if (p->source != s->source && p->segment == s->segment) return; /* another log says nothing about this one */
    s->points_since += p->series->axis == AXIS_EPOCH ? EPOCH_WEIGHS : 1;
    if ((double)s->points_since < (s->survived ? EPOCH_WEIGHS : s->knobs->go_on_points)) return;
    s->survived |= s->caught;
    told_close(&s->told, 1, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    enum severity severity;
    double confidence;
    if (p->series->role != ROLE_EVENT) {
        hear_training(s, p, out);
        return;
    }
    bool in_order = (enum event)p->value == EVENT_FINISHED && p->source == s->source;
    if (s->told.open && in_order && s->caught) told_close(&s->told, 1, out);
    if (!crash_of((enum event)p->value, &severity, &confidence)) return;
    if (!s->told.open) s->points_since = 0; /* one that is caught in each epoch is caught: what was trained between them counts */
    s->caught = (enum event)p->value == EVENT_TRACEBACK;
    if (s->told.open && severity <= s->told.severity) return; /* the first words are the cause, what follows is its echo */
    if (!s->told.open) s->episode++;
    struct finding f = finding_said("run_crashed", severity, confidence, p);
    f.episode = s->episode;
    finding_add(&f, "line", (double)p->line, "");
    s->source = p->source, s->segment = p->segment;
    told_update(&s->told, true, true, &f, out);
}

const struct analyzer analyzer_run_crashed = {.name = "run_crashed",
                                              .summary = "the program stopped with an error, or was killed",
                                              .source = "the program's own words",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_EVENT) | WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_RETURN),
                                              .scope = PER_RUN,
                                              .blind = true,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe};
