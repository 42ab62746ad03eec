/* run_states - the states of analyzers: where they lie, how they begin, and how one comes to all its bytes.
 *
 * States of one series are made together and lie one behind the other, as a point is given to them. Most analyzers begin with a part of their
 * state (analyzer.h, first_size) and never ask for the rest. */
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
static void *state_room(struct run *r, size_t n)
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

static bool is_whole(const struct watcher *w) { return !w->analyzer->first_size || w->moved; }

/* The state of a watcher with all its bytes, at another place: the few that come to this leave their first one unused. */
static bool make_whole(struct run *r, struct watcher *w)
{
    const size_t *coming = r->states_coming;
    if (is_whole(w)) return true;
    r->states_coming = NULL;
    char *state = state_room(r, aligned(w->analyzer->state_size));
    r->states_coming = coming;
    if (!state) return false;
    memcpy(state, watcher_state(w), first_size(w->analyzer));
    *(void **)watcher_state(w) = state;
    w->moved = true;
    return true;
}

void *run_whole_state(void *arg)
{
    struct run *r = arg;
    struct watcher *w = r->watchers[r->hearing.running->id - 1];
    return make_whole(r, w) ? watcher_state(w) : NULL;
}

void run_watchers_free(struct run *r)
{
    for (struct state_block *b = r->states, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(r->watchers);
}

struct watcher *run_watcher_new(struct run *r, const struct analyzer *a, bool of_run)
{
    if (!run_grow((void **)&r->watchers, &r->watchers_room, r->n_watchers, sizeof *r->watchers)) return NULL;
    struct watcher *w = state_room(r, run_watcher_bytes(a));
    if (!w) return NULL;
    *w = (struct watcher){.analyzer = a, .id = WATCHER_ID(r->n_watchers + 1), .of_run = of_run};
    watcher_begin(r, w);
    return r->watchers[r->n_watchers++] = w;
}

bool run_watcher_copy(struct run *r, struct watcher *to, const struct watcher *from)
{
    size_t n = is_whole(from) ? from->analyzer->state_size : first_size(from->analyzer);
    if (is_whole(from) && !make_whole(r, to)) return false;
    to->heard = from->heard;
    memcpy(watcher_state(to), watcher_state(from), n);
    if (is_whole(to))
        memset((char *)watcher_state(to) + n, 0,
               to->analyzer->state_size - n); /* what lies behind a first size that was enough */
    return true;
}
