/* out_of_memory - memory of the device or the host ran out, in the program's own words. */
#include <math.h>

#include "analyzer.h"

struct state {
    double go_on_points;
    bool open;
    struct finding f;
    uint64_t points_since;
    uint32_t episode;
};

static const char *const kinds[] = {"out_of_memory", NULL};
static const struct knob knobs[] = {{"out_of_memory_go_on", "points", 20, 1, 10000, 20, 20, offsetof(struct state, go_on_points),
                                     "of training losses after which the run has evidently gone on", "as run_crashed_go_on"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role != ROLE_EVENT) {
        if (p->source != s->f.source && p->segment == s->f.segment) return; /* another log says nothing about this one */
        if (!s->open || (double)++s->points_since < s->go_on_points) return;
        s->open = false;
        s->f.phase = PHASE_CLOSED;
        s->f.severity = SEVERITY_WARNING;
        out->emit(out->arg, &s->f);
        return;
    }
    if ((enum event)p->value != EVENT_OUT_OF_MEMORY) return;
    s->points_since = 0;
    if (s->open) return;
    s->open = true;
    s->f = (struct finding){.kind = "out_of_memory",
                            .phase = PHASE_OPENED,
                            .episode = ++s->episode,
                            .severity = SEVERITY_CRITICAL,
                            .confidence = 0.97,
                            .source = p->source,
                            .segment = p->segment,
                            .onset_step = p->step,
                            .first_step = p->step,
                            .last_step = p->step,
                            .first_line = p->line,
                            .last_line = p->line,
                            .quote_line = p->line};
    finding_add(&s->f, "line", (double)p->line, "");
    out->emit(out->arg, &s->f);
}

const struct analyzer analyzer_out_of_memory = {.name = "out_of_memory",
                                                .summary = "memory ran out",
                                                .source = "the program's own words",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_EVENT) | WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_RETURN),
                                                .scope = PER_RUN,
                                                .state_size = sizeof(struct state),
                                                .knobs = knobs,
                                                .observe = observe};
