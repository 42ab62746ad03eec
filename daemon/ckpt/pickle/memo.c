#include "memo.h"

#include <stdlib.h>
#include <string.h>

static struct memo_slot *slot_of(const struct memo *m, uint64_t key)
{
    uint64_t spread = UINT64_C(0x9E3779B97F4A7C15); /* Knuth's multiplier */
    for (size_t i = (size_t)((key * spread) >> 32) & (m->room - 1);; i = (i + 1) & (m->room - 1))
        if (!m->slots[i].key || m->slots[i].key == key) return &m->slots[i];
}

static bool grow(struct memo *m)
{
    enum { ROOM_MIN = 64 };
    struct memo larger = {.room = m->room ? m->room * 2 : ROOM_MIN, .n = m->n};
    larger.slots = calloc(larger.room, sizeof *larger.slots);
    if (!larger.slots) return false;
    for (size_t i = 0; i < m->room; i++)
        if (m->slots[i].key) *slot_of(&larger, m->slots[i].key) = m->slots[i];
    free(m->slots);
    *m = larger;
    return true;
}

bool memo_put(struct memo *m, uint64_t number, struct node *value, size_t max)
{
    if (m->n >= max || (m->n * 2 >= m->room && !grow(m))) return false;
    struct memo_slot *slot = slot_of(m, number + 1);
    if (!slot->key) m->n++;
    *slot = (struct memo_slot){number + 1, value};
    return true;
}

struct node *memo_get(const struct memo *m, uint64_t number) { return m->room ? slot_of(m, number + 1)->value : NULL; }

void memo_clear(struct memo *m)
{
    enum { KEEP_ROOM = 4096 };
    if (m->room > KEEP_ROOM) {
        memo_done(m);
        return;
    }
    if (m->n) memset(m->slots, 0, m->room * sizeof *m->slots);
    m->n = 0;
}

void memo_done(struct memo *m)
{
    free(m->slots);
    *m = (struct memo){0};
}
