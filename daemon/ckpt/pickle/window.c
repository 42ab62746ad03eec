#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void window_init(struct window *w, const struct pickle_input *in) { *w = (struct window){.in = *in}; }

void window_done(struct window *w)
{
    free(w->buffer);
    w->buffer = NULL;
    w->room = w->filled = 0;
}

static size_t read_at(struct window *w, uint64_t at, char *p, size_t n)
{
    size_t had = 0;
    while (had < n) {
        ssize_t got = pread(w->in.fd, p + had, n - had, (off_t)(w->in.base + at + had));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) w->failed = E_IO;
        if (got <= 0) break;
        had += (size_t)got;
    }
    return had;
}

size_t window_read(struct window *w, uint64_t at, void *p, size_t n)
{
    if (at >= w->in.size) return 0;
    if (n > w->in.size - at) n = (size_t)(w->in.size - at);
    if (!w->in.bytes) return read_at(w, at, p, n);
    memcpy(p, w->in.bytes + at, n);
    return n;
}

static bool grow(struct window *w, size_t n)
{
    size_t room = w->room ? w->room : WINDOW_BYTES;
    while (room < n) room *= 2;
    if (room == w->room) return true;
    char *buffer = realloc(w->buffer, room);
    if (!buffer) return w->failed = E_MEMORY, false;
    w->buffer = buffer;
    w->room = room;
    return true;
}

/* Make the buffer begin at the next byte and hold n or more. */
static bool fill(struct window *w, size_t n)
{
    if (!grow(w, n)) return false;
    size_t keep = w->at >= w->from && w->at < w->from + w->filled ? (size_t)(w->from + w->filled - w->at) : 0;
    if (keep) memmove(w->buffer, w->buffer + (w->filled - keep), keep);
    size_t want = w->room - keep;
    if (want > window_left(w) - keep) want = (size_t)(window_left(w) - keep);
    w->from = w->at;
    w->filled = keep + read_at(w, w->at + keep, w->buffer + keep, want);
    return w->filled >= n;
}

const char *window_peek(struct window *w, size_t n)
{
    if (n > window_left(w) || n > WINDOW_MAX_BYTES) return NULL;
    if (w->in.bytes) return w->in.bytes + w->at;
    bool here = w->at >= w->from && w->at + n <= w->from + w->filled;
    if (!here && !fill(w, n ? n : 1) && n) return NULL;
    return w->buffer + (w->at - w->from);
}

size_t window_line(struct window *w)
{
    size_t seen = 0, n = WINDOW_BYTES / 64;
    for (;;) {
        if (n > window_left(w)) n = (size_t)window_left(w);
        const char *p = n ? window_peek(w, n) : NULL;
        const char *end = p ? memchr(p + seen, '\n', n - seen) : NULL;
        if (end) return (size_t)(end - p) + 1;
        if (!p || n == window_left(w) || n == WINDOW_MAX_BYTES) return 0;
        seen = n;
        n = n * 4 < WINDOW_MAX_BYTES ? n * 4 : WINDOW_MAX_BYTES;
    }
}
