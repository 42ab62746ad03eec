/* arena - memory that is freed all at once and may not grow past a cap.
 *
 * A format's tables (columns, keys, tags) live in one: what a hostile file can make us allocate is the cap. */
#ifndef MLWATCH_ARENA_H
#define MLWATCH_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used_bytes, cap_bytes;
};

/* arena_init - an empty arena that gives at most cap_bytes. */
void arena_init(struct arena *a, size_t cap_bytes);
/* arena_done - give everything back. */
void arena_done(struct arena *a);
/* arena_alloc - n zeroed bytes, aligned for any type; NULL when the cap is reached or there is no memory. */
void *arena_alloc(struct arena *a, size_t n);
/* arena_copy - n bytes and a NUL behind them; NULL as arena_alloc. */
char *arena_copy(struct arena *a, const char *p, size_t n);

#endif
