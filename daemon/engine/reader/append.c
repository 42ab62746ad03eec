/* reader_append - the short way of a source that only grew: tail_appended and the format, nothing else. And the shortest: a glance at what
 * is new, and it waits. A glance trusts what the short way found, as long as nothing else was done with the file since. */
#include <unistd.h>

#include "parts.h"

enum { GLANCE_BYTES = 2048 }; /* more at once is no line */

/* Nothing else is going on: it is awake, reads an ordinary log, and is neither behind nor reading anything again. */
static bool steady(const struct reader *r)
{
    return r->run && r->state && r->begun && !r->news && !r->flushed && r->format->growth == GROWTH_APPENDED &&
           !reader_compares(r) && !r->compare_first && r->at >= r->regain_until && r->items >= r->known_items;
}

bool reader_append(struct reader *r, char *buffer, size_t room, double now)
{
    struct span read;
    reader_look_closely(r);
    if (!steady(r) || !tail_appended(&r->tail, buffer, room, &read)) return false;
    if (r->tail.offset + read.n > r->tail.offered) {
        r->now = r->quiet_since = now;
        size_t used = r->format->feed(r->state, read, 0, &r->out);
        tail_advance_appended(&r->tail, used, read);
        glance_learn(&r->glance.shapes, (struct span){read.p, used});
    }
    r->glance.from = r->tail.offset;
    r->glance.ready = r->tail.offset > 0;
    return true;
}

void reader_look_closely(struct reader *r)
{
    if (r->glance.ready && r->glance.from > r->tail.seen) r->tail.seen = r->glance.from;
    r->glance.ready = false;
}

/* The line end before the first byte that is new is read with it: a file that was cut does not have it any more. */
bool reader_may_wait(struct reader *r)
{
    struct reader_glance *g = &r->glance;
    char bytes[GLANCE_BYTES];
    size_t whole = 0;
    ssize_t n = g->ready ? pread(r->tail.fd, bytes, sizeof bytes, (off_t)(g->from - 1)) : -1;
    if (n < 1 || n == sizeof bytes || (bytes[0] != '\n' && bytes[0] != '\r')) return false;
    if (!glance_may_wait(&g->shapes, (struct span){bytes + 1, (size_t)n - 1}, &whole)) return false;
    g->from += whole;
    return true;
}
