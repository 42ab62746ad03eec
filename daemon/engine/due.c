#include "due.h"

/* Below 16 KiB, 256 KiB, 4 MiB, 64 MiB, 1 GiB, and beyond. */
static int line_of(uint64_t behind)
{
    int line = 0;
    for (uint64_t limit = DUE_SMALL_BYTES; behind >= limit && line < DUE_LINES - 1; limit *= DUE_TIMES) line++;
    return line;
}

void due_drop(struct due *d, struct due_place *p)
{
    if (!p->owner) return;
    *(p->prev ? &p->prev->next : &d->first[p->line]) = p->next;
    *(p->next ? &p->next->prev : &d->last[p->line]) = p->prev;
    *p = (struct due_place){0};
    d->n--;
}

void due_put(struct due *d, struct due_place *p, void *owner, uint64_t behind)
{
    int line = line_of(behind);
    if (p->owner && p->line <= line) return;
    due_drop(d, p);
    *p = (struct due_place){.owner = owner, .prev = d->last[line], .line = line};
    *(p->prev ? &p->prev->next : &d->first[line]) = p;
    d->last[line] = p;
    d->n++;
}

size_t due_next(const struct due *d, const void **owners, size_t max)
{
    int line = 0;
    size_t n = 0;
    if (!d->n) return 0;
    while (!d->first[line]) line++;
    for (const struct due_place *p = d->first[line]; p && n < max; p = p->next) owners[n++] = p->owner;
    return n;
}

void *due_take(struct due *d)
{
    int line = 0;
    if (!d->n) return NULL;
    while (!d->first[line]) line++;
    if (++d->turns % DUE_PATIENCE == 0)
        for (int most = DUE_LINES - 1; most > line; most--)
            if (d->first[most]) line = most;
    struct due_place *p = d->first[line];
    void *owner = p->owner;
    due_drop(d, p);
    return owner;
}
