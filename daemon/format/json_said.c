/* json_said - see json_said.h. */
#include "json_said.h"

#include "json_scan.h"
#include "text/clean.h"
#include "text/prefix.h"

enum { TEXT_MAX_BYTES = 16 << 10 };
static const char first_words[] = "Traceback (most recent call last)";

static struct text_events *events_of(struct json_said *s, const struct format_out *out)
{
    if (s->events) return s->events;
    s->events = arena_alloc(out->arena, sizeof *s->events);
    if (s->events) text_events_init(s->events);
    return s->events;
}

bool json_said_line(struct json_said *s, struct span line, uint64_t number, uint64_t points, const struct format_out *out)
{
    char buffer[TEXT_CLEAN_MAX_BYTES];
    struct text_prefix prefix;
    struct text_events *e = events_of(s, out);
    struct span body = text_unprefix(text_is_clean(line) ? line : text_clean(line, buffer), &prefix);
    if (!e || !body.n) return false;
    struct text_line l = {.body = body, .time = prefix.time, .line = number, .tag = prefix.tag, .indented = prefix.indented};
    return text_event(e, &l, points, out);
}

/* Where the last traceback begins: one text may hold what was raised first, and what was raised meanwhile. */
static const char *last_traceback(struct span text)
{
    const char *found = NULL;
    for (const char *p; text.n && (p = memmem(text.p, text.n, first_words, strlen(first_words))) != NULL;) {
        found = p;
        text = span_from(text, (size_t)(p - text.p) + 1);
    }
    return found;
}

bool json_said_holds(struct span raw) { return raw.n > strlen(first_words) && memchr(raw.p, '\\', raw.n) && last_traceback(raw); }

void json_said_text(struct json_said *s, struct span raw, uint64_t number, uint64_t points, const struct format_out *out)
{
    char text[TEXT_MAX_BYTES];
    if (!json_said_holds(raw)) return;
    struct span rest = span_from(raw, (size_t)(last_traceback(raw) - raw.p));
    rest = (struct span){text, json_scan_unescape(rest, text, sizeof text)};
    while (rest.n) {
        const char *nl = memchr(rest.p, '\n', rest.n);
        size_t n = nl ? (size_t)(nl - rest.p) : rest.n;
        if (n) json_said_line(s, (struct span){rest.p, n}, number, points, out);
        rest = span_from(rest, n + (nl != NULL));
    }
    json_said_end(s, out);
    if (s->events) s->events->open = false;
}

void json_said_end(struct json_said *s, const struct format_out *out)
{
    if (s->events) text_event_end(s->events, out);
}
