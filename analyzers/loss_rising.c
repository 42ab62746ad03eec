/* loss_rising - a slow divergence, told before the loss has doubled.
 *
 * The level of the loss (an exponential average on the logarithm) is held against the best level it ever had. Levels wander by themselves:
 * how far, the run has shown each time a rise was undone by a new best level. A rise that is clearly larger than any of those, beyond
 * the noise of single values, that has lasted and still goes on, is no wandering. When the gradient norm or the weight norm has
 * grown since the best level, or the loss scale has been cut, a smaller rise is enough: they run ahead of the loss. A learning rate above the
 * one at the best level explains a rise, and then nothing is said. What is told here is the beginning of what loss_divergence tells in full.
 * In a long run a value is the mean of several points, so that the average goes on covering a fair part of what was seen.
 * Sources: Roberts 1959 (EWMA charts); failure knowledge F28, F31, F34 (norms grow before the loss does). */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/scale.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum { LOSSES = 2, FOLLOWED = 4, VALUES = 1024 /* before one more point enters each */ };
enum follow { GRADIENT, WEIGHT, SCALE, RATE };

/* Another quantity beside the loss: its average now. */
struct beside {
    const struct series *series;
    double level;
};
struct rise {
    const struct series *series;
    uint64_t n, lasted;      /* n: values judged */
    uint64_t n_told, n_peak; /* n when it was told, and at the peak */
    double sum;              /* of the points that the next value is the mean of */
    uint32_t in_sum, width;
    double level, previous, noise; /* on the logarithm; noise: mean size of first differences */
    double initial, best, undone;  /* undone: the largest rise so far that came to nothing */
    double peak, earlier;          /* since the best level: the highest, and the level when the rise became remarkable */
    double then[FOLLOWED];         /* what was beside it at the best level */
    int64_t best_step, onset_step, last_step;
    uint64_t onset_line, last_line;
    uint32_t episode;
    uint16_t segment;
    bool told, negative;
};
struct state {
    double min_points, factor, factor_beside, height_sd, over_undone, patience, patience_share, of_progress;
    struct rise loss[LOSSES];
    struct beside beside[FOLLOWED];
    bool game, announced; /* by a setting: the data change on the way */
};

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"loss_rising_points", "points", 60, 20, 100000, 120, 40, offsetof(struct state, min_points),
     "values before anything is said", "the average needs 16, and wandering has to be seen"},
    {"loss_rising_factor", "x", 1.35, 1.05, 10, 1.6, 1.25, offsetof(struct state, factor), "above the best level",
     "seeded training runs; 2 is a doubling"},
    {"loss_rising_beside", "x", 1.2, 1.02, 10, 1.4, 1.12, offsetof(struct state, factor_beside),
     "the same, where gradient norm, weight norm or loss scale tell of it too", "seeded training runs"},
    {"loss_rising_height", "sd", 1.8, 0.5, 20, 3, 1.4, offsetof(struct state, height_sd), "of single values above the best level",
     "an average over 16 values spreads by 0.18 sd and its least of thousands lies 0.7 sd low"},
    {"loss_rising_undone", "x", 1.6, 1, 20, 2.5, 1.3, offsetof(struct state, over_undone),
     "as large as any rise before that was undone", "seeded training runs"},
    {"loss_rising_patience", "points", 10, 2, 10000, 20, 6, offsetof(struct state, patience), "for more points than this",
     "as loss_divergence_patience"},
    {"loss_rising_patience_share", "share", 0.01, 0, 1, 0.03, 0.005, offsetof(struct state, patience_share),
     "and for this share of the run so far", "half of loss_divergence_patience_share"},
    {"loss_rising_progress", "share", 0.001, 0, 1, 0.01, 0, offsetof(struct state, of_progress),
     "of the progress made (not on the logarithm) that the rise undoes", "a loss near 0 doubles without meaning"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void follow(struct state *s, enum follow what, const struct point *p)
{
    struct beside *b = &s->beside[what];
    if (!b->series) b->series = p->series, b->level = p->value;
    if (b->series != p->series || !(p->value > 0) || !isfinite(p->value)) return;
    double most = 4 * b->level; /* no single value moves a norm far */
    b->level = what == RATE || what == SCALE ? p->value : b->level + 0.1 * ((p->value < most ? p->value : most) - b->level);
}

/* Has another quantity gone the way it goes before a divergence? 1.3: our choice; loss scales are cut by halves. */
static bool told_beside(const struct state *s, const struct rise *r)
{
    bool norms = s->beside[GRADIENT].level > 1.3 * r->then[GRADIENT] || s->beside[WEIGHT].level > 1.1 * r->then[WEIGHT];
    return (norms && r->then[GRADIENT] + r->then[WEIGHT] > 0) || s->beside[SCALE].level < 0.6 * r->then[SCALE];
}

static void begin(struct rise *r, const struct point *p, double y)
{
    uint32_t episode = r->episode;
    memset(r, 0, sizeof *r);
    r->series = p->series, r->segment = p->segment, r->episode = episode;
    r->level = r->previous = r->initial = r->best = r->peak = y;
    r->best_step = p->step;
}

static void new_best(struct state *s, struct rise *r, const struct point *p)
{
    if (r->n > 32) r->undone = fmax(r->undone, r->peak - r->best);
    r->best = r->peak = r->level;
    r->best_step = p->step;
    r->lasted = 0;
    for (int i = 0; i < FOLLOWED; i++) r->then[i] = s->beside[i].level;
}

static void tell(struct state *s, struct rise *r, enum phase phase, const struct findings *out)
{
    struct finding f = {.kind = "loss_divergence",
                        .phase = phase,
                        .episode = r->episode,
                        .severity = phase == PHASE_CLOSED || s->announced ? SEVERITY_INFO : SEVERITY_WARNING,
                        .confidence = told_beside(s, r) ? 0.8 : 0.7,
                        .series = r->series,
                        .source = r->series->source,
                        .segment = r->segment,
                        .onset_step = r->onset_step,
                        .first_step = r->onset_step,
                        .last_step = r->last_step,
                        .first_line = r->onset_line,
                        .last_line = r->last_line};
    finding_add(&f, "from", exp(r->best), "");
    finding_add(&f, "to", exp(r->level), "");
    finding_add(&f, "rise_ratio", exp(r->level - r->best), "x");
    finding_add(&f, "from_best", exp(r->level - r->best), "x");
    finding_add(&f, "grad_growth", r->then[GRADIENT] > 0 ? s->beside[GRADIENT].level / r->then[GRADIENT] : NAN, "x");
    finding_add(&f, "slow", 1, "");
    finding_add(&f, "early", 1, "");
    r->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static bool remarkable(const struct state *s, const struct rise *r)
{
    double rise = r->level - r->best, least = log(told_beside(s, r) ? s->factor_beside : s->factor);
    if (rise < least || rise < s->over_undone * r->undone || rise < s->height_sd * 0.8862 * r->noise) return false;
    if (s->beside[RATE].level > 1.05 * r->then[RATE] && r->then[RATE] > 0) return false;
    return exp(r->level) - exp(r->best) > s->of_progress * (exp(r->initial) - exp(r->best));
}

static void judge(struct state *s, struct rise *r, const struct point *p, const struct findings *out)
{
    double rise = r->level - r->best;
    r->last_step = p->step, r->last_line = p->line;
    if (r->told) {
        if (rise < (r->peak - r->best) / 2) tell(s, r, PHASE_CLOSED, out), r->lasted = 0;
        return;
    }
    if (!remarkable(s, r)) {
        r->lasted = 0;
        return;
    }
    if (r->lasted++ == 0) r->earlier = r->level, r->onset_step = p->step, r->onset_line = p->line;
    if ((double)r->lasted <= fmax(s->patience, s->patience_share * (double)r->n)) return;
    if (r->level <= r->earlier + 0.1 * rise) { /* it stands: no divergence, or one that is over */
        if ((double)r->lasted > 4 * fmax(s->patience, s->patience_share * (double)r->n)) r->lasted = 0;
        return;
    }
    r->episode++;
    r->n_told = r->n;
    tell(s, r, PHASE_OPENED, out);
}

static void add_loss(struct state *s, struct rise *r, const struct point *p, const struct findings *out)
{
    if (p->value < 0) r->negative = true;
    if (r->negative) return;
    if (r->n && p->segment != r->segment) r->n = 0, r->in_sum = 0, r->sum = 0, r->width = 1;
    r->sum += p->value;
    if (++r->in_sum < r->width) return;
    double mean = r->sum / r->in_sum, y = log(mean > SCALE_FLOOR ? mean : SCALE_FLOOR);
    r->sum = 0, r->in_sum = 0;
    if (!r->n++) {
        begin(r, p, y);
        r->n = 1;
    }
    double change = fabs(y - r->previous), limit = 4 * r->noise;
    if (r->n > 8 && change > limit) change = limit;
    r->noise += (change - r->noise) / (r->n < 32 ? (double)r->n : 32);
    double off = y - r->level, most = fmax(8 * r->noise, 0.1); /* no single value moves the level far */
    if (r->n > 16 && fabs(off) > most) off = off > 0 ? most : -most;
    r->level += off / (r->n < 16 ? (double)r->n : 16);
    r->previous = y;
    if (r->n % VALUES == 0) r->width++;
    if (r->n == 16) r->initial = r->level;
    if (r->level < r->best || r->n <= 16) new_best(s, r, p);
    if (r->level > r->peak) r->peak = r->level, r->n_peak = r->n;
    if ((double)r->n >= s->min_points) judge(s, r, p, out);
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN: break;
    case ROLE_GRAD_NORM: follow(s, GRADIENT, p); return;
    case ROLE_WEIGHT_NORM: follow(s, WEIGHT, p); return;
    case ROLE_LOSS_SCALE: follow(s, SCALE, p); return;
    case ROLE_LEARNING_RATE: follow(s, RATE, p); return;
    default: s->game = true; return;
    }
    if (s->game || !isfinite(p->value)) return;
    for (int i = 0; i < LOSSES; i++) {
        struct rise *r = &s->loss[i];
        if (!r->series) r->series = p->series;
        if (r->series == p->series) {
            add_loss(s, r, p, out);
            return;
        }
    }
}

/* A rise that came to a stand long before the loss had doubled was no divergence. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (int i = 0; i < LOSSES; i++) {
        struct rise *r = &s->loss[i];
        bool stood = r->told && r->peak - r->best < log(2) && r->n - r->n_peak > (r->n - r->n_told) / 2;
        if (stood) tell(s, r, PHASE_CLOSED, out);
    }
}

const struct analyzer analyzer_loss_rising = {.name = "loss_rising",
                                              .summary = "a slow divergence, before the loss has doubled",
                                              .source = "Roberts 1959 (EWMA); failure knowledge F28, F31",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_WEIGHT_NORM) |
                                                       WANTS(ROLE_LOSS_SCALE) | WANTS(ROLE_LEARNING_RATE) | GAMES,
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .fact = fact,
                                              .observe = observe,
                                              .finish = finish};
