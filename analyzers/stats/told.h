/* told - what an analyzer has said so far: whether to open, to change or to close. For analyzers that judge the whole again and again. */
#ifndef MLWATCH_TOLD_H
#define MLWATCH_TOLD_H

#include "../analyzer.h"

struct told {
    bool open;
    struct finding last; /* as it was told */
};

/* told_update - a judgement: `is` with the finding f, or that there is none (f is not read).
 * An open finding that no longer holds is closed with its last words; one that holds is told anew only where `worse` asks for it. */
static inline void told_update(struct told *t, bool is, bool worse, struct finding *f, const struct findings *out)
{
    if (!is && !t->open) return;
    if (!is) {
        t->open = false;
        t->last.phase = PHASE_CLOSED;
        t->last.severity = SEVERITY_INFO;
        out->emit(out->arg, &t->last);
        return;
    }
    if (t->open && !worse) return;
    f->phase = t->open ? PHASE_CHANGED : PHASE_OPENED;
    t->open = true;
    t->last = *f;
    out->emit(out->arg, f);
}

#endif
