/* grad_explosion - the gradient norm grows by orders of magnitude and stays there.
 *
 * A norm that is large but steady is the model's scale; one that drifts up by a few times while the loss falls is usual. Judged is an
 * excursion from the recent level, or a slow rise from the lowest one, by a factor of ten and more that lasts; it is critical when it
 * is a hundredfold, or when the loss rises with it. A norm that has come down a thousandfold with its loss and returns to where the run
 * began has not exploded: it must be beyond what it came to in ordinary steps, the first ones too, or the loss beyond where it began. A norm that comes back to where it stood while the loss was falling is only worth
 * knowing. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/excursion.h"
#include "stats/level.h"
#include "stats/reached.h"

struct knobs {
    struct excursion_knobs excursion;
    double critical_factor, warning_factor, above_all, loss_factor, loss_height, beyond;
};
struct state {
    const struct knobs *knobs;
    struct excursion e;
    struct level loss; /* before the excursion */
    double loss_now;   /* an average of about three values */
    double loss_first;
    const struct series *series, *loss_series;
    const struct past *past; /* of the norm */
    uint32_t episode;
    bool told, announced;   /* announced: by a setting, the data change on the way */
    double max, top;        /* top: the highest level it had outside excursions, on the scale */
    struct reached reached; /* by the norm, outside excursions */
};

static const char *const kinds[] = {"grad_explosion", NULL};
static const struct knob knobs[] = {
    {"grad_explosion_height", "sd", 6, 3, 100, 10, 5, offsetof(struct knobs, excursion.height_sd),
     "how far above the recent level the norm must be", "as loss_spike_height, of a noisier series"},
    {"grad_explosion_factor", "x", 10, 2, 1e6, 30, 5, offsetof(struct knobs, excursion.height_factor), "and at least this factor",
     "failure knowledge F28: 10 times the rolling median"},
    {"grad_explosion_patience", "points", 5, 1, 10000, 10, 3, offsetof(struct knobs, excursion.patience_points),
     "for more points than this", "our choice"},
    {"grad_explosion_patience_share", "share", 0.01, 0, 1, 0.03, 0.005, offsetof(struct knobs, excursion.patience_share),
     "and for this share of the run", "our choice"},
    {"grad_explosion_warning", "x", 30, 2, 1e6, 100, 10, offsetof(struct knobs, warning_factor),
     "below it the rise is only worth knowing unless the loss rises too",
     "seeded training runs: norms of healthy runs drift by up to an order of magnitude"},
    {"grad_explosion_critical", "x", 100, 2, 1e9, 1000, 30, offsetof(struct knobs, critical_factor),
     "from this factor on it is critical", "AutoTrainer: ratio above 70"},
    {"grad_explosion_above", "x", 3, 1, 1e6, 6, 2, offsetof(struct knobs, above_all),
     "of what it came to before that it must reach to be more than worth knowing",
     "seeded training runs: up to 2.6 where other data brought the norm back to where it began"},
    {"grad_explosion_loss_height", "sd", 5, 2, 100, 8, 4, offsetof(struct knobs, loss_height),
     "the loss rises with it when it is so far above its own level", "our choice"},
    {"grad_explosion_loss_factor", "x", 1.2, 1.01, 100, 1.5, 1.1, offsetof(struct knobs, loss_factor), "and by this factor",
     "our choice"},
    {"grad_explosion_beyond", "x", 2, 1, 1000, 4, 1.5, offsetof(struct knobs, beyond),
     "the first loss, at which any such norm is an explosion, however high it was at the beginning",
     "no data cost an untrained model so much"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool loss_rises(const struct state *s)
{
    return level_above(&s->loss, s->loss_now, s->knobs->loss_factor, s->knobs->loss_height);
}

static enum severity severity_of(const struct state *s, double factor)
{
    double above = fmax(s->top, log(s->reached.before)) + log(s->knobs->above_all);
    bool wild = s->loss_first > 0 && s->loss_now > s->knobs->beyond * s->loss_first;
    if (!s->e.scale.linear && s->e.peak < above && !wild) return SEVERITY_INFO;
    if (s->announced && !wild) return SEVERITY_INFO;
    if (loss_rises(s) || factor >= s->knobs->critical_factor) return SEVERITY_CRITICAL;
    return factor >= s->knobs->warning_factor && !s->e.slow ? SEVERITY_WARNING
                                                            : SEVERITY_INFO; /* a drift under a falling loss is usual */
}

static void tell(struct state *s, enum phase phase, const struct findings *out)
{
    const struct excursion *e = &s->e;
    double factor = excursion_factor(e);
    enum severity severity = severity_of(s, factor);
    if (phase == PHASE_CLOSED && severity == SEVERITY_CRITICAL) severity = SEVERITY_WARNING;
    struct finding f = excursion_finding(e, &s->knobs->excursion, "grad_explosion", s->series);
    f.phase = phase;
    f.episode = s->episode;
    f.severity = severity;
    finding_add(&f, "ratio", factor, "x");
    finding_add(&f, "max", s->max, "");
    finding_add(&f, "height_sd", excursion_height_sd(e), "sd");
    finding_add(&f, "loss_rises", loss_rises(s), "");
    s->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static void init(void *state) { ((struct state *)state)->top = -INFINITY; }

static void observe_loss(struct state *s, double value)
{
    if (!s->loss.n && !s->e.open) s->loss_first = value;
    s->loss_now = s->loss.n ? s->loss_now + 0.4 * (value - s->loss_now) : value;
    if (!s->e.open) level_add(&s->loss, value);
}

RARELY static void judge(struct state *s, const struct point *p, const struct findings *out)
{
    enum excursion_change change = excursion_add(&s->e, &s->knobs->excursion, p);
    if (!s->e.open) reached_add(&s->reached, p->value);
    if (change == EXCURSION_SETTLED) s->episode++, tell(s, PHASE_OPENED, out);
    else if (change == EXCURSION_GREW && s->told) tell(s, PHASE_CHANGED, out);
    else if (change == EXCURSION_RETURNED && s->told) tell(s, PHASE_CLOSED, out);
}

static void observe_norm(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->series) s->series = p->series;
    if (p->series != s->series || p->value == 0) return; /* no level to grow from: grad_zero's business */
    s->past = p->past;
    if (p->value > s->max) s->max = p->value;
    if (!s->e.open && s->e.base.n == ROLLING_MAX && rolling_median(&s->e.base) > s->top) s->top = rolling_median(&s->e.base);
    if (excursion_passes(&s->e, &s->knobs->excursion, p)) reached_add(&s->reached, p->value);
    else judge(s, p, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    if (p->series->role != ROLE_LOSS_TRAIN) {
        observe_norm(s, p, out);
        return;
    }
    if (!s->loss_series) s->loss_series = p->series;
    if (p->series == s->loss_series) observe_loss(s, p->value);
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

/* The run ends while the norm is up. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->told || !s->series) return;
    if (s->e.n < EXCURSION_EARLY && !s->e.open) {
        struct excursion early = s->e;
        struct excursion_start start;
        if (excursion_early(&early, &s->knobs->excursion, s->past, &start) && early.open) s->e = early;
    }
    if (!s->e.open || s->e.back || (s->e.length < 3 && excursion_factor(&s->e) < s->knobs->critical_factor)) return;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

const struct analyzer analyzer_grad_explosion = {.name = "grad_explosion",
                                                 .summary = "the gradient norm grows without bound",
                                                 .source = "failure knowledge F28; Pascanu 2013",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_LOSS_TRAIN),
                                                 .needs = WANTS(ROLE_GRAD_NORM),
                                                 .scope = PER_RUN,
                                                 .state_size = sizeof(struct state),
                                                 .knobs = knobs,
                                                 .init = init,
                                                 .fact = fact,
                                                 .excuses = announced,
                                                 .observe = observe,
                                                 .finish = finish};
