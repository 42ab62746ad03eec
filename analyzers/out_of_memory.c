/* out_of_memory - memory of the device or the host ran out, in the program's own words. */
#include <math.h>

#include "analyzer.h"
#include "stats/told.h"

struct knobs {
    double go_on_points;
};
struct state {
    const struct knobs *knobs;
    struct told told;
    uint16_t source, segment;
    uint64_t points_since;
    uint32_t episode;
};

static const char *const kinds[] = {"out_of_memory", NULL};
static const struct knob knobs[] = {{"out_of_memory_go_on", "points", 20, 1, 10000, 20, 20, offsetof(struct knobs, go_on_points),
                                     "of training losses after which the run has evidently gone on", "as run_crashed_go_on"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* It stays a warning: what was lost is not made good. */
static void hear_training(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->told.open) {
        rest_for(out, REST); /* until there is an event */
        return;
    }
    if (p->source != s->source && p->segment == s->segment) return; /* another log says nothing about this one */
    if ((double)++s->points_since < s->knobs->go_on_points) return;
    struct finding f = told_last(&s->told, out);
    s->told.open = false;
    f.phase = PHASE_CLOSED;
    f.severity = SEVERITY_WARNING;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role != ROLE_EVENT) {
        hear_training(s, p, out);
        return;
    }
    if ((enum event)p->value != EVENT_OUT_OF_MEMORY) return;
    s->points_since = 0;
    if (s->told.open) return;
    struct finding f = finding_said("out_of_memory", SEVERITY_CRITICAL, 0.97, p);
    f.episode = ++s->episode;
    finding_add(&f, "line", (double)p->line, "");
    s->source = p->source, s->segment = p->segment;
    told_update(&s->told, true, true, &f, out);
}

const struct analyzer analyzer_out_of_memory = {.name = "out_of_memory",
                                                .summary = "memory ran out",
                                                .source = "the program's own words",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_EVENT) | WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_RETURN),
                                                .scope = PER_RUN,
                                                .blind = true,
                                                .state_size = sizeof(struct state),
                                                .knobs = knobs,
                                                .observe = observe};
