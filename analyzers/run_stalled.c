/* run_stalled - nothing was logged for far longer than ever before, where the run is now.
 *
 * The host gives silences: how long it has been quiet, again and again while it is, and once more when data come. A value that is smaller
 * than the one before means that data came, and the one before was a whole pause. What is usual is learned from those, by phase:
 * a pause with an evaluation or a checkpoint at one of its ends is a long one by right, and comes after so many steps. While the next such
 * one is not due, only the pauses between plain records count; when it is due, or none was ever seen, the longest of all and a
 * longer patience. */
#include <math.h>

#include "analyzer.h"

struct phase_pauses {
    double longest;
    uint64_t n;
};
struct knobs {
    double factor, least_s, unknown_s, first_s, needed, due_share;
};
struct state {
    const struct knobs *knobs;
    double last;
    struct phase_pauses plain, special;
    int64_t step, special_step, special_every; /* of the training; of the last special pause; the fewest steps between two */
    uint32_t episode;
    bool over, told;  /* over: the run said that it ended */
    bool before, now; /* something special came just before the present pause; since its last silence */
};

static const char *const kinds[] = {"run_stalled", NULL};
static const struct knob knobs[] = {
    {"run_stalled_factor", "x", 5, 1.5, 100, 10, 3, offsetof(struct knobs, factor), "longer than the longest pause of its phase",
     "our choice"},
    {"run_stalled_least", "s", 300, 1, 86400, 900, 120, offsetof(struct knobs, least_s), "shorter silences are never told",
     "our choice"},
    {"run_stalled_first", "s", 900, 1, 864000, 1800, 300, offsetof(struct knobs, first_s),
     "the same, while no evaluation or checkpoint was seen yet: the first one may take long", "our choice"},
    {"run_stalled_unknown", "s", 1800, 10, 864000, 7200, 900, offsetof(struct knobs, unknown_s),
     "while fewer pauses than needed are known", "collective time-outs of PyTorch: 600 to 1,800 s"},
    {"run_stalled_needed", "pauses", 5, 1, 1000, 10, 3, offsetof(struct knobs, needed), "before the usual is known",
     "our choice"},
    {"run_stalled_due", "share", 0.8, 0.1, 1, 0.5, 0.9, offsetof(struct knobs, due_share),
     "of the fewest steps between two evaluations or checkpoints, after which the next is due", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The longest silence that is usual now, and from which on it is a stall. */
static double usual(const struct state *s, double *limit)
{
    double longest = fmax(s->plain.longest, s->special.longest);
    if ((double)(s->plain.n + s->special.n) < s->knobs->needed) return *limit = s->knobs->unknown_s;
    if (s->special.n == 0) return *limit = fmax(s->knobs->first_s, s->knobs->factor * longest), longest;
    bool far = s->special_every > 0 && (double)(s->step - s->special_step) < s->knobs->due_share * (double)s->special_every;
    if (far && (double)s->plain.n >= s->knobs->needed) longest = s->plain.longest;
    *limit = fmax(s->knobs->least_s, s->knobs->factor * longest);
    return longest;
}

static void tell(struct state *s, const struct point *p, enum phase phase, double expected, const struct findings *out)
{
    bool known = (double)(s->plain.n + s->special.n) >= s->knobs->needed;
    struct finding f = {.kind = "run_stalled",
                        .phase = phase,
                        .episode = s->episode,
                        .severity = phase == PHASE_CLOSED ? SEVERITY_INFO : SEVERITY_CRITICAL,
                        .confidence = known ? 0.9 : 0.7,
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

static void hear_event(struct state *s, enum event e)
{
    s->over = s->over || e == EVENT_FINISHED || e == EVENT_KILLED || e == EVENT_TRACEBACK || e == EVENT_OUT_OF_MEMORY ||
              e == EVENT_INTERRUPTED;
    s->now = s->now || e == EVENT_CHECKPOINT;
}

static void learn(struct state *s)
{
    bool special = s->before || s->now;
    struct phase_pauses *of = special ? &s->special : &s->plain;
    of->n++;
    of->longest = fmax(of->longest, s->last);
    if (!s->now) return; /* what came at its end is what the steps are counted by */
    int64_t steps = s->step - s->special_step;
    if (s->special_step && steps > 0 && (s->special_every == 0 || steps < s->special_every)) s->special_every = steps;
    if (steps > 0) s->special_step = s->step;
}

static void hear_silence(struct state *s, const struct point *p, const struct findings *out)
{
    double limit, expected = usual(s, &limit);
    if (p->value < s->last) {
        if (s->told) tell(s, p, PHASE_CLOSED, expected, out);
        learn(s);
        s->over = false;
    } else if (!s->told && !s->over && p->value > limit) {
        s->episode++;
        tell(s, p, PHASE_OPENED, expected, out);
    }
    if (p->value < s->last) s->before = s->now, s->now = false;
    s->last = p->value;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_EVENT: hear_event(s, (enum event)p->value); return;
    case ROLE_LOSS_TRAIN: s->step = p->step > s->step ? p->step : s->step; return;
    case ROLE_SILENCE: break;
    default: s->now = true; return;
    }
    if (isfinite(p->value)) hear_silence(s, p, out);
}

const struct analyzer analyzer_run_stalled = {.name = "run_stalled",
                                              .summary = "nothing is logged any more",
                                              .source = "a budget learned from the run's own pauses, by phase",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_SILENCE) | WANTS(ROLE_EVENT) | WANTS(ROLE_LOSS_TRAIN) |
                                                       WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL),
                                              .scope = PER_RUN,
                                              .blind = true,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe};
