/* window - the bytes of a pickle one after the other, from a descriptor or memory, through a buffer that grows only for what is kept. */
#ifndef MLWATCH_WINDOW_H
#define MLWATCH_WINDOW_H

#include "pickle.h"

enum {
    WINDOW_BYTES = 64 * 1024,
    WINDOW_MAX_BYTES = 16 << 20 /* the longest text or line that is kept in one piece */
};
struct window {
    struct pickle_input in;
    uint64_t at;  /* of the next byte, in the input */
    char *buffer; /* holds [from, from + filled) */
    size_t room, filled;
    uint64_t from;
    enum status failed; /* E_IO, E_MEMORY: the bytes are there and could not be had */
};

/* window_init - at the first byte. window_done - the buffer is given back. */
void window_init(struct window *w, const struct pickle_input *in);
void window_done(struct window *w);
/* window_left - bytes from the next one to the end. */
static inline uint64_t window_left(const struct window *w) { return w->in.size - w->at; }
/* window_peek - the next n bytes in one piece, good until the next call; NULL when there are fewer, n is above WINDOW_MAX_BYTES, or failed. */
const char *window_peek(struct window *w, size_t n);
/* window_line - how many bytes the next line has, its newline counted; 0 when there is no newline within WINDOW_MAX_BYTES. */
size_t window_line(struct window *w);
/* window_read - copy bytes from anywhere in the input; how many there were. Does not move. */
size_t window_read(struct window *w, uint64_t at, void *p, size_t n);

#endif
