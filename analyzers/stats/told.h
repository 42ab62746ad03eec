/* told - what an analyzer has said so far: whether to open, to change or to close. For analyzers that judge the whole again and again.
 *
 * The words themselves are with the host, who keeps the newest of every symptom (analyzer.h): a state of which nothing is told, as most
 * are, has no room for them. */
#ifndef MLWATCH_TOLD_H
#define MLWATCH_TOLD_H

#include "../analyzer.h"

struct told {
    const char *kind;            /* of what was told last; NULL: nothing yet */
    const struct series *series; /* of that, as episode and severity */
    uint32_t episode;
    uint8_t severity; /* enum severity: of these there are many */
    bool open;
};

/* told_keep - f was told.  told_last - its words; without a host that has them, only what symptom it was.  told_close - it is over.
 *   confidence   0 where it was told too early (taken_back.h), 1 for as it was told */
static inline void told_keep(struct told *t, const struct finding *f)
{
    *t = (struct told){f->kind, f->series, f->episode, (uint8_t)f->severity, true};
}
static inline struct finding told_last(const struct told *t, const struct findings *out)
{
    struct finding f;
    if (out->last && out->last(out->arg, t->kind, t->episode, &f)) return f;
    return (struct finding){.kind = t->kind, .episode = t->episode, .series = t->series};
}
static inline void told_close(struct told *t, double confidence, const struct findings *out)
{
    struct finding f = told_last(t, out);
    t->open = false;
    t->severity = SEVERITY_INFO, f.severity = SEVERITY_INFO;
    f.phase = PHASE_CLOSED;
    f.confidence *= confidence;
    out->emit(out->arg, &f);
}

/* told_update - a judgement: `is` with the finding f, or that there is none (f is not read).
 * An open finding that no longer holds is closed with its last words; one that holds is told anew only where `worse` asks for it. */
static inline void told_update(struct told *t, bool is, bool worse, struct finding *f, const struct findings *out)
{
    if (!is) {
        if (t->open) told_close(t, 1, out);
        return;
    }
    if (t->open && !worse) return;
    f->phase = t->open ? PHASE_CHANGED : PHASE_OPENED;
    told_keep(t, f);
    out->emit(out->arg, f);
}

/* The same for those who go by what they said, or say it to nobody at first: with the words themselves. */
struct told_words {
    bool open;
    struct finding last; /* as it was told */
};
static inline void told_words_update(struct told_words *t, bool is, bool worse, struct finding *f, const struct findings *out)
{
    if ((!is && !t->open) || (is && t->open && !worse)) return;
    if (is) f->phase = t->open ? PHASE_CHANGED : PHASE_OPENED, t->last = *f;
    else t->last.phase = PHASE_CLOSED, t->last.severity = SEVERITY_INFO;
    t->open = is;
    out->emit(out->arg, &t->last);
}

#endif
