/* reader_append - the short way of a source that only grew: tail_appended and the format, nothing else. */
#include "parts.h"

/* Nothing else is going on: it is awake, reads an ordinary log, and is neither behind nor reading anything again. */
static bool steady(const struct reader *r)
{
    return r->run && r->state && r->begun && !r->news && !r->flushed && r->format->growth == GROWTH_APPENDED && !r->compare.on &&
           !r->compare_first && r->at >= r->regain_until && r->items >= r->known_items;
}

bool reader_append(struct reader *r, char *buffer, size_t room, double now)
{
    struct span read;
    if (!steady(r) || !tail_appended(&r->tail, buffer, room, &read)) return false;
    if (r->tail.offset + read.n == r->tail.offered) return true;
    r->now = r->quiet_since = now;
    size_t used = r->format->feed(r->state, read, 0, &r->out);
    tail_advance_appended(&r->tail, used, read);
    return true;
}
