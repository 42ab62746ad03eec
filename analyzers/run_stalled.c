/* run_stalled - nothing was logged for far longer than ever before.
 *
 * The host gives silences: how long it has been quiet, again and again while it is, and once more when data come. A value that is smaller
 * than the one before means that data came, and the one before was a whole pause. What is usual is learned from those. */
#include <math.h>

#include "analyzer.h"

struct state {
    double factor, least_s, unknown_s, needed;
    double last, longest;
    uint64_t pauses;
    uint32_t episode;
    bool over, told; /* over: the run said that it ended */
};

static const char *const kinds[] = {"run_stalled", NULL};
static const struct knob knobs[] = {
    {"run_stalled_factor", "x", 5, 1.5, 100, 10, 3, offsetof(struct state, factor), "longer than the longest pause so far",
     "evaluation and checkpoint pauses are among those learned"},
    {"run_stalled_least", "s", 300, 1, 86400, 900, 120, offsetof(struct state, least_s), "shorter silences are never told",
     "our choice"},
    {"run_stalled_unknown", "s", 1800, 10, 864000, 7200, 900, offsetof(struct state, unknown_s),
     "while fewer pauses than needed are known", "collective time-outs of PyTorch: 600 to 1,800 s"},
    {"run_stalled_needed", "pauses", 5, 1, 1000, 10, 3, offsetof(struct state, needed), "before the usual is known",
     "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct state *s, const struct point *p, enum phase phase, double expected, const struct findings *out)
{
    struct finding f = {.kind = "run_stalled",
                        .phase = phase,
                        .episode = s->episode,
                        .severity = phase == PHASE_CLOSED ? SEVERITY_INFO : SEVERITY_CRITICAL,
                        .confidence = (double)s->pauses >= s->needed ? 0.9 : 0.7,
                        .source = p->source,
                        .segment = p->segment,
                        .onset_step = p->step,
                        .first_step = p->step,
                        .last_step = p->step};
    finding_add(&f, "silence_s", phase == PHASE_CLOSED ? s->last : p->value, "s");
    finding_add(&f, "expected_s", expected, "s");
    s->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role == ROLE_EVENT) {
        enum event e = (enum event)p->value;
        s->over = s->over || e == EVENT_FINISHED || e == EVENT_KILLED || e == EVENT_TRACEBACK || e == EVENT_OUT_OF_MEMORY ||
                  e == EVENT_INTERRUPTED;
        return;
    }
    if (!isfinite(p->value)) return;
    double expected = (double)s->pauses >= s->needed ? fmax(s->least_s, s->factor * s->longest) : s->unknown_s;
    if (p->value < s->last) {
        if (s->told) tell(s, p, PHASE_CLOSED, s->longest, out);
        s->pauses++;
        s->longest = fmax(s->longest, s->last);
        s->over = false;
    } else if (!s->told && !s->over && p->value > expected) {
        s->episode++;
        tell(s, p, PHASE_OPENED, (double)s->pauses >= s->needed ? s->longest : s->unknown_s, out);
    }
    s->last = p->value;
}

const struct analyzer analyzer_run_stalled = {.name = "run_stalled",
                                              .summary = "nothing is logged any more",
                                              .source = "a budget learned from the run's own pauses",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_SILENCE) | WANTS(ROLE_EVENT),
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe};
