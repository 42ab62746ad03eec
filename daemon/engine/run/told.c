/* run_told - what formats call: facts and events are redacted and kept, points go on (run/take.c). */
#include <stdlib.h>
#include <string.h>

#include "../../base/redact.h"
#include "parts.h"

static int on_series(void *arg, struct span name, enum axis axis)
{
    struct sink *k = arg;
    return run_intern(k->run, k->source, name, axis, NULL);
}

static void tell_fact(struct run *r, const char *key, const char *value)
{
    for (size_t i = 0; i < r->n_watchers; i++) {
        const struct analyzer *a = r->watchers[i]->analyzer;
        if (a->fact) a->fact(watcher_state(r->watchers[i]), key, value);
        if (r->n_findings && a->excuses && a->excuses(key, value)) r->excused_late = true;
    }
    if (!r->replaying && r->options.hooks.fact) r->options.hooks.fact(r->options.hooks.arg, key, value);
}

/* Of two sources that tell a setting differently the preferred one is believed, of one source its last word. */
static bool believed(const struct run *r, const struct run_fact *old, int32_t source)
{
    if (old->source == WHOLE_RUN || old->source == source) return true;
    return source != WHOLE_RUN && run_prefers(r, (uint16_t)source, (uint16_t)old->source);
}

static void change_fact(struct run *r, struct run_fact *old, int32_t source, const char *value)
{
    if (!believed(r, old, source)) return;
    old->source = source;
    if (strcmp(old->value, value) == 0) return;
    char *copy = str_dup(span_of(value));
    if (copy) free(old->value), old->value = copy;
    tell_fact(r, old->key, value);
}

void run_keep_fact(struct run *r, int32_t source, const char *key, const char *value)
{
    for (size_t i = 0; i < r->n_facts; i++)
        if (strcmp(r->facts[i].key, key) == 0) {
            change_fact(r, &r->facts[i], source, value);
            return;
        }
    if (r->n_facts >= FACTS_MAX || !run_grow((void **)&r->facts, &r->facts_room, r->n_facts, sizeof *r->facts)) return;
    struct run_fact f = {str_dup(span_of(key)), str_dup(span_of(value)), source};
    if (!f.key || !f.value) {
        free(f.key);
        free(f.value);
        return;
    }
    r->facts[r->n_facts++] = f;
    tell_fact(r, key, value);
}

static void on_fact(void *arg, struct span key, struct span value)
{
    struct sink *k = arg;
    struct str clean = {0};
    char *name = str_dup(key);
    redact(&clean, key, value);
    if (name && clean.p) run_keep_fact(k->run, k->source, name, clean.p);
    str_done(&clean);
    free(name);
}

void run_keep_event(struct run *r, uint16_t source, uint64_t line, enum event kind, const char *text)
{
    static const struct role_match role = {.role = ROLE_EVENT, .unit = ""};
    if (kind >= EVENT_COUNT || source >= r->n_sources) return;
    struct run_source *from = r->sources[source];
    r->event_bits |= 1u << kind;
    if (r->event_series < 0) r->event_series = run_intern(r, 0, span_of("event"), AXIS_RECORD, &role);
    if (from->events_of_kind[kind] >= EVENTS_OF_KIND_MAX || r->n_events >= EVENTS_MAX) return;
    from->events_of_kind[kind]++;
    if (!run_grow((void **)&r->events, &r->events_room, r->n_events, sizeof *r->events)) return;
    struct run_event e = {kind, source, line, from->last_step, from->last_step, str_dup(span_of(text))};
    if (!e.text) return;
    r->events[r->n_events++] = e;
    if (line > from->event_line) from->event_line = line;
    run_watch_events(r, from);
    if (r->event_series >= 0) run_take_event(r, from, source, kind, line);
}

static void on_event(void *arg, uint64_t line, enum event kind, struct span text)
{
    struct sink *k = arg;
    struct str clean = {0};
    if (kind >= EVENT_INSPECTED) return; /* no log may speak for the inspector */
    redact_text(&clean, text);
    run_keep_event(k->run, k->source, line, kind, clean.p ? clean.p : "");
    if (k->run->options.hooks.event)
        k->run->options.hooks.event(k->run->options.hooks.arg, k->source, line, kind, clean.p ? clean.p : "");
    str_done(&clean);
}

static void on_bad(void *arg, uint64_t line, const char *why)
{
    struct sink *k = arg;
    struct run_source *source = k->run->sources[k->source];
    (void)line;
    if (!source->bad++) source->first_bad = why;
}

struct format_out run_format_out(struct run_source *s)
{
    return (struct format_out){&s->sink, &s->arena, on_series, run_on_point, on_fact, on_event, on_bad};
}
