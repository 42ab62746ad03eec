/* due - who waits for a turn: those with the least to read come first.
 *
 * Many runs grow a little, some are read from their first byte. Whoever has a line to give must not wait for whoever has a gigabyte, so
 * those that wait stand in lines by the order of magnitude of what they have to read, first come, first served in each. One
 * turn in DUE_PATIENCE goes to the line with the most to read, so that it gets somewhere too. */
#ifndef MLWATCH_DUE_H
#define MLWATCH_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DUE_LINES = 6, DUE_SMALL_BYTES = 16 << 10, DUE_TIMES = 16, DUE_PATIENCE = 16 };

/* A field of whoever waits; zeroed at first. */
struct due_place {
    void *owner; /* while it waits */
    struct due_place *next, *prev;
    int line;
};
struct due {
    struct due_place *first[DUE_LINES], *last[DUE_LINES];
    size_t n;
    unsigned turns;
};

/* due_put - owner waits, with so many bytes to read. If it waits already it moves ahead when it has less to read now, else it stays. O(1) */
void due_put(struct due *d, struct due_place *p, void *owner, uint64_t behind);
/* due_take - whose turn it is, and it waits no longer; NULL when nobody waits. O(1) */
void *due_take(struct due *d);
/* due_next - the first of those that wait in the line whose turn it is, at most max; they go on waiting. Returns how many. O(max) */
size_t due_next(const struct due *d, const void **owners, size_t max);
/* due_drop - it waits no longer; nothing when it did not. O(1) */
void due_drop(struct due *d, struct due_place *p);

#endif
