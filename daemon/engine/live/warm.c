/* live_warm - the memory of runs that have a turn soon is asked for before it is needed.
 *
 * A line of one of thousands of runs finds cold what its turn touches: some hundred cache lines, each reached through the one before it,
 * each a trip to main memory. For several runs at once the trips go side by side: first what each run leads to directly, then what that
 * leads to, and so on (group prefetching: Chen, Ailamaki, Gibbons & Mowry 2004, ICDE). Nothing is changed, and nothing depends on it. */
#include <stddef.h>

#include "../warm.h"
#include "parts.h"

enum { READERS_MAX = 2, STATE_BYTES = 512, STEPS = 5, READER_BYTES = 128 /* what a glance needs of it */ };

static void warm_reader(const struct reader *r, int step)
{
    if (step == 1) warm(r, sizeof *r);
    if (step == 2) warm(r->state, r->format->state_size < STATE_BYTES ? r->format->state_size : STATE_BYTES);
    if (step == 2 && r->history.hashes) warm(r->history.hashes + r->history.n, sizeof *r->history.hashes);
}

static void warm_journal(const struct journal *j, int step)
{
    if (step == 1 && j->points.used) warm(j->points.bytes + j->points.used, 16);
}

static void one(const struct live *l, int step)
{
    if (step == 0) warm(l->readers, sizeof *l->readers);
    else {
        for (size_t i = 0; i < l->n_readers && i < READERS_MAX; i++) warm_reader(l->readers[i], step);
        warm_journal(&l->journal, step);
    }
    if (l->run) run_warm(l->run, step);
}

void live_warm(const struct live *const *l, size_t n)
{
    for (size_t i = 0; i < n; i++) warm(l[i], sizeof *l[i]);
    for (int step = 0; step < STEPS; step++)
        for (size_t i = 0; i < n; i++) one(l[i], step);
}

void live_warm_told(const struct live_told *told, size_t n)
{
    for (size_t i = 0; i < n; i++) warm(told[i].live, offsetof(struct live, name));
    for (size_t i = 0; i < n; i++) warm(told[i].live->readers, sizeof *told[i].live->readers);
    for (size_t i = 0; i < n; i++)
        if (told[i].source < told[i].live->n_readers) warm(told[i].live->readers[told[i].source], READER_BYTES);
}
