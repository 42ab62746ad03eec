/* clipping_always_on - nearly every step's gradient is clipped, so that clipping sets the step and not the gradient.
 *
 * Known from the setting and the logged norm (of before clipping; a norm that sits at the bound was logged after it), or from a share
 * that the trainer logs itself. Many good runs live with it, so it is worth knowing and no more: the bound acts as a rate. Where a step
 * of plain gradient descent is cut to a hundredth, the rate that was chosen is not the one that runs, and that is a warning; Adam and its
 * kin divide by the size of gradients anyway. Where each of a few
 * norms is as far above the bound, no more of them are needed: a run that crashed soon shows it too. Norms are counted in bins of a quarter
 * octave, for the setting may be read after them. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "diagnose.h"
#include "fact_key.h"
#include "stats/preview.h"
#include "stats/track_level.h"

enum { BINS = 256, OCTAVES_BELOW = 32 };
struct knobs {
    double share, min_points, cut, few;
};
struct state {
    const struct knobs *knobs;
    bool plain;   /* the optimizer's step is in proportion to the gradient */
    double bound; /* from the settings; 0: none */
    struct track clipped[1];
    uint32_t n_clipped;
    uint32_t bin[BINS];
    uint64_t points;
    double highest, lowest;
    const struct series *series;
    struct point first;
    int64_t last_step;
    uint64_t last_line;
    uint16_t segment;
    struct preview preview;
};

static const char *const kinds[] = {"clipping_always_on", NULL};
static const struct knob knobs[] = {
    {"clipping_share", "share", 0.95, 0.3, 1, 0.99, 0.6, offsetof(struct knobs, share), "of the steps that are clipped",
     "Tuning Playbook: lower the rate when more than half of the steps are; most runs that do go well"},
    {"clipping_points", "points", 50, 10, 100000, 100, 30, offsetof(struct knobs, min_points), "steps before anything is said",
     "our choice"},
    {"clipping_cut", "share", 0.01, 1e-5, 0.5, 0.003, 0.03, offsetof(struct knobs, cut),
     "of a step that clipping leaves of it, at most, for a warning under plain gradient descent",
     "our choice: the rate is two orders of magnitude below the one that was set"},
    {"clipping_few", "points", 3, 2, 100000, 10, 2, offsetof(struct knobs, few),
     "steps that are enough where each of them is cut so",
     "our choice: no norm falls a hundredfold by itself from one record to the next"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    const char *name = fact_key(key);
    double bound;
    if (name && strcmp(name, "optimizer") == 0) s->plain = fact_says(value, "sgd|momentum|nesterov");
    if (name && strcmp(name, "gradient_clip") == 0) s->bound = fact_number(value, &bound) && bound > 0 ? bound : 0;
}

/* bin_of - x > 0: four bins an octave, by the exponent and the first two digits of the mantissa (IEEE 754). */
static size_t bin_of(double x)
{
    enum { BIAS = 1022, MANTISSA = 52 };
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t at = (int64_t)(bits >> (MANTISSA - 2)) - 4 * (BIAS - OCTAVES_BELOW);
    return at < 0 ? 0 : at >= BINS ? BINS - 1 : (size_t)at;
}

/* The share of norms in bins that lie wholly above the bound; at it, where none is above. */
static double share_above(const struct state *s)
{
    size_t at = bin_of(s->bound);
    double above = 0;
    if (s->highest <= 1.001 * s->bound) return (double)s->bin[at] / (double)s->points;
    for (size_t i = at + 1; i < BINS; i++) above += s->bin[i];
    return above / (double)s->points;
}

/* What is left of the step in the middle of all, by size: the bound over the lower edge of the middle norm's bin. */
static double left_of_steps(const struct state *s)
{
    uint64_t below = 0;
    size_t at = 0;
    while (at + 1 < BINS && 2 * (below + s->bin[at]) < s->points) below += s->bin[at++];
    return s->bound / exp2((double)at / 4 - OCTAVES_BELOW);
}

static void tell(struct finding *f, double share, double bound, const struct findings *out)
{
    finding_add(f, "share", share, "share");
    finding_add(f, "bound", bound, "");
    out->emit(out->arg, f);
}

static void hear(struct state *s, const struct point *p)
{
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_CLIPPED_SHARE) {
        track_add(s->clipped, &s->n_clipped, 1, p);
        return;
    }
    if (!s->series) s->series = p->series, s->first = *p;
    if (p->series != s->series || p->value <= 0) return;
    s->last_step = p->step, s->last_line = p->line, s->segment = p->segment;
    if (p->value > s->highest) s->highest = p->value;
    if (!s->points || p->value < s->lowest) s->lowest = p->value;
    s->bin[bin_of(p->value)]++;
    s->points++;
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    double percent = s->n_clipped && track_high(s->clipped) > 1 ? 100 : 1;
    if (s->n_clipped && (double)s->clipped->curve->points >= s->knobs->min_points) {
        double share = track_level(s->clipped, 0, 1) / percent;
        struct finding f = track_finding(s->clipped, "clipping_always_on", 0);
        f.confidence = 0.9;
        if (share >= s->knobs->share && share <= 1) tell(&f, share, s->bound > 0 ? s->bound : (double)NAN, out);
        return;
    }
    bool bounded = s->bound > 0 && s->points > 0 && share_above(s) >= s->knobs->share;
    double left = bounded ? left_of_steps(s) : 1, least = s->knobs->min_points;
    if (s->plain && left <= s->knobs->cut)
        least = s->bound <= s->knobs->cut * s->lowest ? s->knobs->few : s->knobs->min_points / 2;
    if (bounded && (double)s->points >= least) {
        struct finding f = {.kind = "clipping_always_on",
                            .episode = 1,
                            .severity = s->plain && left <= s->knobs->cut ? SEVERITY_WARNING : SEVERITY_INFO,
                            .confidence = 0.85,
                            .series = s->series,
                            .source = s->series->source,
                            .segment = s->segment,
                            .onset_step = s->first.step,
                            .first_step = s->first.step,
                            .last_step = s->last_step,
                            .first_line = s->first.line,
                            .last_line = s->last_line};
        finding_add(&f, "left", left, "share");
        tell(&f, share_above(s), s->bound, out);
    }
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p);
    if (preview_due(&s->preview, p)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_clipping_always_on = {.name = "clipping_always_on",
                                                     .summary = "nearly every gradient is clipped",
                                                     .source = "Google Tuning Playbook (gradient clipping)",
                                                     .kinds = kinds,
                                                     .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_CLIPPED_SHARE),
                                                     .scope = PER_RUN,
                                                     .state_size = sizeof(struct state),
                                                     .knobs = knobs,
                                                     .fact = fact,
                                                     .observe = observe,
                                                     .finish = finish};
