/* watched - one analyzer of the list under watch: points in by hand, and what it told. */
#ifndef MLWATCH_TEST_WATCHED_H
#define MLWATCH_TEST_WATCHED_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/analyzer.h"
#include "knobs.h"
#include "pasts.h"

/* SERIES - the whole of a quantity, of this role. */
#define SERIES(role_, name_, metric_, id_)                                                                                       \
    {                                                                                                                            \
        .name = name_, .unit = "", .metric = metric_, .depth = -1, .role = role_, .id = id_                                      \
    }

/* ACCURACY - a held-out share of right answers. */
#define ACCURACY(name_, id_)                                                                                                     \
    {                                                                                                                            \
        .name = name_, .unit = "", .metric = "accuracy", .depth = -1, .role = ROLE_SCORE_EVAL, .better = BETTER_HIGHER,          \
        .bounded = true, .id = id_                                                                                               \
    }

/* One analyzer under watch, and the last thing it told. */
struct watch {
    const struct analyzer *a;
    void *state;
    struct pasts *pasts;
    struct finding last;
    int told, loud, closed; /* findings opened at warning or above; told so in any phase but the last; taken back */
    int64_t now, opened;    /* step of the point being given; of the first opening */
};

static inline void watch_emit(void *arg, const struct finding *f)
{
    struct watch *w = arg;
    w->last = *f;
    w->closed += f->phase == PHASE_CLOSED;
    w->loud += f->phase != PHASE_CLOSED && f->severity >= SEVERITY_WARNING;
    if (f->phase != PHASE_OPENED || f->severity < SEVERITY_WARNING) return;
    if (w->told++ == 0) w->opened = w->now;
}

/* watch_last - of the last thing told, whose newest phase it is. */
static inline bool watch_last(void *arg, const char *kind, uint32_t episode, struct finding *ret)
{
    const struct watch *w = arg;
    if (!w->last.kind || strcmp(w->last.kind, kind) != 0 || w->last.episode != episode) return false;
    *ret = w->last;
    return true;
}

/* watch - a fresh state of the analyzer of this name, its knobs at their defaults.  done - the run is over. */
static inline void watch(struct watch *w, const char *name)
{
    memset(w, 0, sizeof *w);
    for (const struct analyzer *const *a = analyzers; *a; a++)
        if (strcmp((*a)->name, name) == 0) w->a = *a;
    assert_non_null(w->a);
    w->state = calloc(1, w->a->state_size);
    w->pasts = calloc(1, sizeof *w->pasts);
    assert_non_null(w->state);
    assert_non_null(w->pasts);
    knobs_initial(w->state, w->a);
}

/* give - one point, as the record after the one before. */
static inline void give(struct watch *w, const struct series *s, int64_t step, double value)
{
    struct findings out = {.arg = w, .emit = watch_emit, .last = watch_last};
    struct point p = {.series = s, .step = step, .time = NAN, .value = value, .seq = (uint64_t)step + 1};
    w->now = step;
    pasts_add(w->pasts, &p);
    w->a->observe(w->state, &p, &out);
}

static inline void done(struct watch *w)
{
    struct findings out = {.arg = w, .emit = watch_emit, .last = watch_last};
    if (w->a->finish) w->a->finish(w->state, &out);
    free(w->state);
    free(w->pasts);
}

/* evidence - of the last finding; -1 for none. */
static inline double evidence(const struct watch *w, const char *name) { return finding_evidence(&w->last, name, -1); }

#endif
