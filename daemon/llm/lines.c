#include "lines.h"

/* Of events only data counts: comments, names and numbers of events are passed over, and so is what is none of them. */
static bool give(struct lines *l, bool (*each)(void *arg, struct span value), void *arg)
{
    struct span value = {l->line.p, l->line.n};
    if (l->framing == FRAMING_EVENTS) value = span_starts(value, "data:") ? span_from(value, 5) : (struct span){0};
    value = span_trim(value);
    const bool more = !value.n || each(arg, value);
    str_clear(&l->line);
    if (!more) l->state = LINES_ENDED;
    return more;
}

bool lines_feed(struct lines *l, struct span bytes, bool (*each)(void *arg, struct span value), void *arg)
{
    while (bytes.n && l->state == LINES_GO_ON) {
        const char *end = memchr(bytes.p, '\n', bytes.n);
        const size_t n = end ? (size_t)(end - bytes.p) : bytes.n;
        if (l->line.n + n > LINE_BYTES_MAX) return l->state = LINES_TOO_LONG, false;
        str_add_span(&l->line, (struct span){bytes.p, n});
        if (end) give(l, each, arg);
        bytes = span_from(bytes, n + 1);
    }
    return l->state == LINES_GO_ON;
}

bool lines_end(struct lines *l, bool (*each)(void *arg, struct span value), void *arg)
{
    return l->state == LINES_GO_ON && give(l, each, arg);
}

void lines_done(struct lines *l) { str_done(&l->line); }
