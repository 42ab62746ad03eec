/* run_states - the states of analyzers: where they lie, how they begin, and how one comes to more bytes.
 *
 * States of one series are made together and lie one behind the other, as a point is given to them. Most analyzers begin with a part of their
 * state (analyzer.h, first_size) and never ask for the rest; one that does lies elsewhere from then on, and grows there. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

enum { STATE_BLOCK_BYTES = 12 << 10 };

static void watcher_begin(struct run *r, struct watcher *w)
{
    const struct analyzer *a = w->analyzer;
    void *state = watcher_state(w);
    if (a->knobs) *(const void **)state = thresholds_of(r->options.thresholds, a);
    if (a->init) a->init(state);
    for (size_t i = 0; a->fact && i < r->n_facts; i++) a->fact(state, r->facts[i].key, r->facts[i].value);
}

static size_t aligned(size_t n) { return (n + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN; }
static size_t first_size(const struct analyzer *a) { return a->first_size ? a->first_size : a->state_size; }
size_t run_watcher_bytes(const struct analyzer *a) { return sizeof(struct watcher) + aligned(first_size(a)); }
_Static_assert(sizeof(struct watcher) % STATE_ALIGN == 0, "its state lies behind it");

/* Room for a watcher, zeroed; NULL when memory ran out. */
static void *place_of(struct run *r, size_t n)
{
    const size_t *coming = r->states_coming;
    if (coming && *coming) r->states_coming++;
    if (n > r->state_left) {
        size_t size = n;
        for (size_t i = 1; coming && *coming && coming[i] && size + coming[i] <= STATE_BLOCK_BYTES; i++) size += coming[i];
        struct state_block *b = calloc(1, sizeof *b + size);
        if (!b) return NULL;
        b->next = r->states;
        r->states = b;
        r->state_room = b->bytes;
        r->state_left = size;
    }
    char *room = r->state_room;
    r->state_room += n;
    r->state_left -= n;
    return room;
}

/* A state that outgrew its place; of its first one only the beginning, which points here, is still of use. */
struct moved {
    size_t room;
    alignas(STATE_ALIGN) char state[];
};

static struct moved *moved_of(const struct watcher *w)
{
    return w->moved ? (struct moved *)(void *)((char *)watcher_state(w) - offsetof(struct moved, state)) : NULL;
}

size_t run_state_bytes(const struct watcher *w)
{
    const struct moved *m = moved_of(w);
    return m ? m->room : first_size(w->analyzer);
}

/* The first n bytes of its state, what is new zeroed; false, and nothing has changed, when memory ran out. */
static bool make_room(struct watcher *w, size_t n)
{
    size_t had = run_state_bytes(w);
    if (n > w->analyzer->state_size) n = w->analyzer->state_size;
    if (n <= had) return true;
    struct moved *m = realloc(moved_of(w), sizeof *m + n);
    if (!m) return false;
    if (!w->moved) memcpy(m->state, watcher_state(w), had);
    memset(m->state + had, 0, n - had);
    m->room = n;
    w->moved = false;
    *(void **)watcher_state(w) = m->state;
    w->moved = true;
    return true;
}

void *run_state_room(void *arg, size_t bytes)
{
    struct run *r = arg;
    struct watcher *w = r->watchers[r->hearing.running->id - 1];
    return make_room(w, bytes) ? watcher_state(w) : NULL;
}

void run_watchers_free(struct run *r)
{
    for (size_t i = 0; i < r->n_watchers; i++) free(moved_of(r->watchers[i]));
    for (struct state_block *b = r->states, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(r->watchers);
}

struct watcher *run_watcher_new(struct run *r, const struct analyzer *a, bool of_run)
{
    if (!run_grow((void **)&r->watchers, &r->watchers_room, r->n_watchers, sizeof *r->watchers)) return NULL;
    struct watcher *w = place_of(r, run_watcher_bytes(a));
    if (!w) return NULL;
    *w = (struct watcher){.analyzer = a, .id = WATCHER_ID(r->n_watchers + 1), .of_run = of_run};
    watcher_begin(r, w);
    return r->watchers[r->n_watchers++] = w;
}

bool run_watcher_copy(struct watcher *to, const struct watcher *from)
{
    size_t n = run_state_bytes(from);
    if (!make_room(to, n)) return false;
    to->heard = from->heard;
    memcpy(watcher_state(to), watcher_state(from), n);
    memset((char *)watcher_state(to) + n, 0, run_state_bytes(to) - n); /* it may have had more */
    return true;
}
