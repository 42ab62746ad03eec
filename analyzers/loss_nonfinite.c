/* loss_nonfinite - the loss is NaN or infinite: from then on nothing useful is computed.
 *
 * One such value that is gone at the next step is a warning; two in a row, or a tool's own statement that a value became NaN, are
 * critical, and so is one that is the last value the training loss ever has: several tools leave a dead loss out of the log, or its cell
 * empty. For the same reason a tool's statement is an event.
 *
 * The first value of all, told at step 0 before anything was trained, may be the mean of no batches: alone it is worth knowing only. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/nonfinite.h"

struct knobs {
    double calm_points;
};
struct state {
    const struct knobs *knobs;
    bool said, empty;  /* empty: only the first value was none, before the first step */
    bool nan, term;    /* one of them is NaN; overflows, so far */
    bool holes, quiet; /* as follow_holes has it; and it was closed for that */
    struct nonfinite n;
    struct point last; /* of the values that are not finite */
    uint64_t run, gap; /* of NaN: the one that goes on, and the last that ended */
    uint64_t finite, alike;
};

static const char *const kinds[] = {"loss_nonfinite", NULL};
static const struct knob knobs[] = {{"loss_nonfinite_calm", "points", 10, 1, 1000, 10, 10, offsetof(struct knobs, calm_points),
                                     "finite values in a row after which it is over", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void statement(struct state *s, const struct point *p, const struct findings *out)
{
    if ((enum event)p->value != EVENT_NONFINITE || s->said) return;
    s->said = true;
    struct finding f = finding_said("loss_nonfinite", SEVERITY_CRITICAL, 0.9, p);
    f.series = p->series;
    finding_add(&f, "value", NAN, "");
    finding_add(&f, "points", 1, "points");
    out->emit(out->arg, &f);
}

/* Is it the first value of all, before the first step? */
static bool is_before_training(const struct state *s, const struct point *p)
{
    return s->n.points == 1 && p->step <= 0 && (p->series->axis == AXIS_STEP || p->series->axis == AXIS_SAMPLE);
}

/* Was a held-out term of the loss infinite from its first evaluation on, and never anything else? It overflows where it is computed: the model
 * trains. NaN is told as it is anywhere. */
static bool overflows(const struct state *s, const struct point *p)
{
    return p->series->role == ROLE_LOSS_EVAL && !s->nan && s->n.bad == s->n.points && strcmp(p->series->metric, "loss") != 0;
}

/* follow_holes - a held-out loss that is evaluated at every third epoch may be NaN at the others. Single finite values with as many NaN between
 * them each time, or NaN from the start up to the first evaluation, are no trouble. Returns whether that is so. */
static bool follow_holes(struct state *s, const struct point *p)
{
    if (p->series->role != ROLE_LOSS_EVAL || !s->n.bad) return false;
    if (isfinite(p->value)) {
        bool first = s->run && s->n.bad == s->n.points - 1;
        if (s->run) s->alike = s->run == s->gap && s->finite == 1 ? s->alike + 1 : 0, s->gap = s->run;
        s->holes |= s->run && (first || s->alike);
        s->finite = s->run ? 1 : s->finite + 1;
        s->run = 0;
    } else s->run++;
    s->holes = s->holes && s->run <= s->gap;
    return s->holes;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role == ROLE_EVENT) {
        statement(s, p, out);
        return;
    }
    if (!(s = nonfinite_whole(s, p, out))) return;
    if (!isfinite(p->value)) s->last = *p, s->nan |= isnan(p->value);
    enum nonfinite_change change = nonfinite_add(&s->n, p, s->knobs->calm_points, out);
    if (follow_holes(s, p)) {
        if (!s->quiet) nonfinite_emit(&s->n, "loss_nonfinite", SEVERITY_INFO, 0.9, PHASE_CLOSED, p, out);
        s->quiet = true;
        return;
    }
    enum phase phase = s->quiet ? PHASE_OPENED : PHASE_CHANGED;
    switch (change) {
    case NONFINITE_FIRST:
        s->empty = is_before_training(s, p);
        s->term = overflows(s, p);
        nonfinite_emit(&s->n, "loss_nonfinite", s->empty || s->term ? SEVERITY_INFO : SEVERITY_WARNING, 0.9, PHASE_OPENED, p,
                       out);
        break;
    case NONFINITE_MORE:
        s->empty = false;
        s->term = s->term && overflows(s, p);
        if (s->n.in_a_row < 2) break;
        s->quiet = false;
        nonfinite_emit(&s->n, "loss_nonfinite", s->term ? SEVERITY_INFO : SEVERITY_CRITICAL,
                       p->series->role == ROLE_LOSS_TRAIN ? 0.99 : 0.98, phase, p, out);
        break;
    case NONFINITE_GONE:
        nonfinite_emit(&s->n, "loss_nonfinite", s->empty || s->term ? SEVERITY_INFO : SEVERITY_WARNING, 0.99, PHASE_CLOSED, p,
                       out);
        break;
    default: break;
    }
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    bool at_end = s->n.open && s->n.in_a_row == 1 && s->n.points > 1;
    if (at_end && s->last.series->role == ROLE_LOSS_TRAIN)
        nonfinite_emit(&s->n, "loss_nonfinite", SEVERITY_CRITICAL, 0.95, PHASE_CHANGED, &s->last, out);
}

const struct analyzer analyzer_loss_nonfinite = {.name = "loss_nonfinite",
                                                 .summary = "the loss is NaN or infinite",
                                                 .source = "IEEE 754; every debugger has this rule",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_LOSS_PART) |
                                                          WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR) |
                                                          WANTS(ROLE_LOSS_VALUE) | WANTS(ROLE_LOSS_POLICY) | WANTS(ROLE_EVENT),
                                                 .scope = PER_SERIES,
                                                 .blind = true,
                                                 .state_size = sizeof(struct state),
                                                 .first_size = offsetof(struct state, n.in_a_row),
                                                 .knobs = knobs,
                                                 .observe = observe,
                                                 .finish = finish};
