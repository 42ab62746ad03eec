/* run_replay - the memory tells a run again what it told before: the same doors, no hooks. */
#include <string.h>

#include "inspected.h"

void run_replay_series(struct run *r, uint16_t source, const char *name, enum axis axis)
{
    static const struct role_match event = {.role = ROLE_EVENT, .unit = ""}, silence = {.role = ROLE_SILENCE, .unit = "s"};
    const struct role_match *known = strcmp(name, "event") == 0 ? &event : strcmp(name, "silence") == 0 ? &silence : NULL;
    r->replaying = true;
    int id = run_intern(r, source, span_of(name), axis, known);
    if (known == &event) r->event_series = id;
    if (known == &silence) r->silence_series = id;
    r->replaying = false;
}

void run_replay_point(struct run *r, uint32_t series, int64_t step, double time, double value, uint64_t line)
{
    if (series >= r->n_series) return;
    struct run_series *s = r->series[series];
    r->replaying = true;
    if (s->s.source < r->n_sources && s->s.role != ROLE_SILENCE) r->sources[s->s.source]->points++;
    run_take(r, s, step, time, value, line);
    r->replaying = false;
}

void run_replay_fact(struct run *r, const char *key, const char *value)
{
    r->replaying = true;
    run_keep_fact(r, WHOLE_RUN, key, value);
    r->replaying = false;
}

void run_replay_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    r->replaying = true;
    if (kind == EVENT_INSPECTED && text) run_take_inspected(r, text);
    else run_keep_event(r, source, line, kind, text ? text : "");
    r->replaying = false;
}
