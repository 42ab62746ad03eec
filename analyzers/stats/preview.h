/* preview - what an analyzer would say at the end, said while the run goes on.
 *
 * For those that judge a whole curve: "it has not moved", "it sits at chance". They are asked again each time a quarter more points are
 * there, which costs little however often they are heard; what they say is told once it has held while the run grew by half, and is over
 * when it holds no longer. At the end they are asked for the last time, and that alone counts: what was told and is not said then is taken
 * back, which the host forgets when the run is over (taken_back.h). Where the points come from several files
 * nothing is told before the end: what one file holds is not judged by how far another was read. */
#ifndef MLWATCH_PREVIEW_H
#define MLWATCH_PREVIEW_H

#include "told.h"

enum { PREVIEW_FIRST = 24 };
struct preview {
    uint64_t n, next,
        since;      /* points; how many until it is asked again; how many there were when it began to hold, 0: it does not */
    uint32_t first; /* points before it is asked; 0 for PREVIEW_FIRST */
    uint16_t source;
    bool several; /* sources */
    struct told told;
};
/* What was said first, of what is said now. */
struct preview_heard {
    struct preview *preview; /* of a last judgement */
    const struct findings *out;
    struct finding f;
    bool again; /* what was told is said again */
};

/* preview_due - one more point: is it time to judge? O(1), about 1 ns. */
static inline bool preview_due(struct preview *v, const struct point *p)
{
    if (v->n++ == 0) v->source = p->source, v->next = v->first ? v->first : PREVIEW_FIRST;
    v->several = v->several || p->source != v->source;
    if (v->n < v->next || v->several) return false;
    v->next = v->n + v->n / 4;
    return true;
}

/* preview_due_counted - the same for one that counts (analyzer.h). preview_due_at_rest - and that needs none of the points of this series in
 * between. Cost: none of them is given to it. */
static inline bool preview_due_counted(struct preview *v, const struct point *p, const struct findings *out)
{
    if (out->heard) v->n = out->heard - 1;
    return preview_due(v, p);
}
static inline bool preview_due_at_rest(struct preview *v, const struct point *p, const struct findings *out)
{
    bool due = preview_due_counted(v, p, out);
    rest_for(out, v->several ? REST : v->next - v->n - 1);
    return due;
}

/* preview_same - are they one symptom? preview_hear - keeps the first of what is said. preview_take_back - it was told too early. */
static inline bool preview_same(const struct finding *f, const struct told *t)
{
    return f->kind == t->kind && f->episode == t->episode;
}
static inline void preview_take_back(struct preview *v, const struct findings *out) { told_close(&v->told, 0, out); }
static inline void preview_hear(void *arg, const struct finding *f)
{
    struct preview_heard *h = arg;
    if (!h->f.kind) h->f = *f;
}

/* preview_judge - ask, and tell what is to be told.  judge: emits what it would say at the end. */
static inline void preview_judge(struct preview *v, void *state, void (*judge)(void *state, const struct findings *out),
                                 const struct findings *out)
{
    struct preview_heard h = {.preview = v};
    judge(state, &(struct findings){.arg = &h, .emit = preview_hear});
    if (!h.f.kind) v->since = 0;
    else if (!v->since) v->since = v->n;
    if (v->told.open && (!h.f.kind || !preview_same(&h.f, &v->told))) preview_take_back(v, out);
    if (h.f.kind && 2 * v->n >= 3 * v->since) told_update(&v->told, true, v->told.severity != h.f.severity, &h.f, out);
}

/* preview_pass_on - what is said at the end, told; as the same again where it was told before. */
static inline void preview_pass_on(void *arg, const struct finding *f)
{
    struct preview_heard *h = arg;
    bool again = h->preview->told.open && preview_same(f, &h->preview->told);
    h->f = *f;
    h->f.phase = again ? PHASE_CHANGED : PHASE_OPENED;
    h->again = h->again || again;
    h->out->emit(h->out->arg, &h->f);
}

/* preview_over - the run is over: everything that is said now is told, and what was told and is not said any more is over. */
static inline void preview_over(struct preview *v, void *state, void (*judge)(void *state, const struct findings *out),
                                const struct findings *out)
{
    struct preview_heard h = {.preview = v, .out = out};
    judge(state, &(struct findings){.arg = &h, .emit = preview_pass_on});
    if (v->told.open && !h.again) preview_take_back(v, out);
}

#endif
