/* loss_rising - a slow divergence, told before the loss has doubled.
 *
 * The level of the loss on the logarithm is held against the best level it ever had (stats/rising.h). Levels wander by themselves: how far,
 * the run has shown each time a rise was undone by a new best level. A rise that is clearly larger than any of those, beyond the noise of
 * single values, and that still goes on, is no wandering. When the gradient norm or the weight norm has grown since the best level, or
 * the loss scale has been cut, or the rate climbs above all it was, a smaller rise is enough: they run ahead of the loss. A learning
 * rate that was raised otherwise (a restart, a cycle, a step) explains a rise, and a warm-up explains one that stays below 1.5 times the initial
 * loss; then nothing is said. What is told here is the beginning of what loss_divergence tells in full.
 * A log of few values has no averages yet: there the values themselves are asked.
 * Averages take in the rise that they are to judge, and with it the noise it makes. So the curve that the host keeps is asked too, whenever it has
 * one more value and the fast average is up: its newest stretch against what was there before. Less of a climb is enough where a
 * held-out loss was evaluated since it began and is no better for it: new rows, harder ones and a smaller rate lower that one.
 * In a long run a value is the mean of several points, so that the averages go on covering a fair part of what was seen.
 * Sources: those of stats/rising.h. */
#include <math.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/rising.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum {
    LOSSES = 2,
    VALUES = 1024 /* before one more point enters each */,
    SETTLED = 16,
    FEW_NORMS = 1024 /* of more no log is one of few values */
};
struct state {
    struct rising at;
    bool game, announced; /* by a setting: the data change on the way */
    uint16_t source;      /* of the first point */
    bool heard, several;  /* several: sources */
    uint32_t n;           /* losses */
    struct rise loss[LOSSES];
};
enum { FIRST_SIZE = offsetof(struct state, loss) + sizeof(struct rise) }; /* most runs have one training loss */

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"loss_rising_points", "points", 30, 20, 100000, 60, 24, offsetof(struct rising_knobs, min_points),
     "values before anything is said", "the average needs 16, and wandering has to be seen"},
    {"loss_rising_factor", "x", 1.25, 1.05, 10, 1.5, 1.18, offsetof(struct rising_knobs, factor), "above the best level",
     "seeded training runs; 2 is a doubling"},
    {"loss_rising_beside", "x", 1.08, 1.02, 10, 1.3, 1.05, offsetof(struct rising_knobs, factor_beside),
     "the same, where gradient norm, weight norm, loss scale or rate tell of it too", "seeded training runs"},
    {"loss_rising_easier", "share", 0.3, 0, 0.9, 0.15, 0.4, offsetof(struct rising_knobs, easier),
     "by which noise and wandering count for less then", "our choice"},
    {"loss_rising_height", "sd", 8, 3, 50, 12, 6.5, offsetof(struct rising_knobs, height),
     "of an average, that it must be above its best", "the least of a thousand averages lies 3.5 sd low"},
    {"loss_rising_height_both", "sd", 6, 3, 50, 9, 5, offsetof(struct rising_knobs, height_both),
     "the same, of the fast average above the slow one's best", "that lies 2 sd low"},
    {"loss_rising_undone", "x", 1.6, 1, 20, 2.5, 1.3, offsetof(struct rising_knobs, over_undone),
     "as large as any rise before that was undone", "seeded training runs"},
    {"loss_rising_trend", "sd", 1, 0, 10, 3, 1.6, offsetof(struct rising_knobs, trend),
     "by which the values since the best level must rise", "Kendall 1975: 2 is one in forty, one more condition of several"},
    {"loss_rising_progress", "share", 0.001, 0, 1, 0.01, 0, offsetof(struct rising_knobs, of_progress),
     "of the progress made (not on the logarithm) that the rise undoes", "a loss near 0 doubles without meaning"},
    {"loss_rising_warmup", "x", 1.5, 1, 100, 2, 1.3, offsetof(struct rising_knobs, warm_factor),
     "of the initial loss that it must be above while the rate warms up", "a warm-up bump is healthy below 1.5"},
    {"loss_rising_early", "points", 10, 6, 100, 20, 8, offsetof(struct rising_knobs, early_points),
     "values before a few of them in a row say anything", "our choice"},
    {"loss_rising_few", "points", 40, 0, 1000, 40, 60, offsetof(struct rising_knobs, few_points),
     "values up to which they do: of more the averages tell",
     "seeded training runs: a new task looks alike where values are many"},
    {"loss_rising_few_factor", "x", 1.15, 1.05, 10, 1.3, 1.1, offsetof(struct rising_knobs, few_factor),
     "above the lowest value, for that", "as loss_rising_beside, of single values"},
    {"loss_rising_few_ahead", "x", 1.5, 1, 10, 2, 1.2, offsetof(struct rising_knobs, few_ahead),
     "the gradient norms before, for that", "seeded training runs"},
    {"loss_rising_ramp_factor", "x", 1.3, 1.05, 10, 1.5, 1.25, offsetof(struct rising_knobs, ramp.factor),
     "the level before, that the newest third of a climb is above", "as loss_rising_factor"},
    {"loss_rising_ramp_height", "sd", 4.5, 3, 50, 6, 4, offsetof(struct rising_knobs, ramp.height),
     "of its mean and of the level before, that the climb is high",
     "seeded curves: 4 to 6 trade one more in ten told for one more in a hundred of the healthy"},
    {"loss_rising_ramp_sure_factor", "x", 1.12, 1.02, 10, 1.4, 1.1, offsetof(struct rising_knobs, ramp.sure_factor),
     "the same factor, of a climb that is surer", "a loss that falls from 9 to 3 seldom doubles"},
    {"loss_rising_ramp_sure", "sd", 8, 3, 50, 12, 7, offsetof(struct rising_knobs, ramp.sure_height), "how high it is then",
     "as loss_rising_height"},
    {"loss_rising_ramp_progress", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct rising_knobs, sure_progress),
     "of the progress made (not on the logarithm) that it undoes then", "as loss_turned_undone"},
    {"loss_rising_ramp_leap", "share", 0.6, 0.35, 1, 0.5, 0.7, offsetof(struct rising_knobs, ramp.leap),
     "of the climb, that one third of it is at most", "as loss_rising's few values: a new task leaps"},
    {"loss_rising_ramp_undone", "x", 2.5, 1, 20, 3, 1.5, offsetof(struct rising_knobs, ramp.undone),
     "as large as any rise before that was undone", "seeded curves that wander: 2.5 leaves them alone"},
    {"loss_rising_held_height", "sd", 3, 2, 50, 4.5, 2.5, offsetof(struct rising_knobs, held_height),
     "how high a climb is beside which a held-out loss is no better",
     "seeded training runs: 3 is none of 1,805 healthy ones, 2.5 is one"},
    {"loss_rising_held_undone", "x", 1.2, 1, 20, 2, 1, offsetof(struct rising_knobs, held_undone),
     "as large as any rise before that was undone, then", "as loss_rising_held_height"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void tell(struct state *s, struct rise *r, enum phase phase, const struct findings *out)
{
    double best = r->climb.of[CLIMB_SLOW].best, rise = fmax(climb_rise(&r->climb, CLIMB_SLOW), climb_rise(&r->climb, CLIMB_FAST));
    if (r->climb.n < (uint64_t)s->at.knobs->min_points) best = r->few.low, rise = r->few.last - r->few.low;
    struct finding f = {.kind = "loss_divergence",
                        .phase = phase,
                        .episode = LOSSES * r->episode + (uint32_t)(r - s->loss),
                        .severity = phase == PHASE_CLOSED || s->announced ? SEVERITY_INFO : SEVERITY_WARNING,
                        .confidence = phase == PHASE_CLOSED && r->by_curve
                                          ? 0
                                          : 0.7 + 0.1 * ahead_told(&s->at.ahead, r->then), /* 0: taken back */
                        .series = r->series,
                        .source = r->series->source,
                        .segment = r->segment,
                        .onset_step = r->onset_step,
                        .first_step = r->onset_step,
                        .last_step = r->last_step,
                        .first_line = r->onset_line,
                        .last_line = r->last_line};
    finding_add(&f, "from", exp(best), "");
    finding_add(&f, "to", exp(best + rise), "");
    finding_add(&f, "rise_ratio", exp(rise), "x");
    finding_add(&f, "from_best", exp(rise), "x");
    finding_add(&f, "grad_growth",
                r->then[AHEAD_GRADIENT] > 0 ? s->at.ahead.of[AHEAD_GRADIENT].level / r->then[AHEAD_GRADIENT] : NAN, "x");
    finding_add(&f, "slow", 1, "");
    finding_add(&f, "early", 1, "");
    r->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

/* It fell by half of what it had risen, or has come down from its peak for longer than it had taken to get there. loss_divergence goes on. */
static bool is_over(const struct rise *r)
{
    const struct climb_level *l = &r->climb.of[CLIMB_SLOW];
    uint64_t since = r->climb.n - r->n_peak, rose = r->n_peak - r->n_best;
    if (r->climb.n <= r->n_told + SETTLED) return false;
    return l->fell || (since > 2 * rose && since > SETTLED && l->level - l->best < 0.8 * (l->peak - l->best));
}

static void open_one(struct state *s, struct rise *r, const struct findings *out)
{
    r->episode++;
    r->n_told = r->climb.n;
    tell(s, r, PHASE_OPENED, out);
}

static void judge(struct state *s, struct rise *r, const struct point *p, const struct findings *out)
{
    r->last_step = p->step, r->last_line = p->line;
    if (r->told) {
        if (is_over(r)) tell(s, r, PHASE_CLOSED, out), r->lasted = 0;
        return;
    }
    bool tells = rising_by_averages(&s->at, r), few = !tells && rising_by_values(&s->at, r);
    if (r->lasted == 1 || few) r->onset_step = p->step, r->onset_line = p->line;
    r->by_curve = !tells && !few;
    if (tells || few || rising_by_curve(&s->at, r, p->past)) open_one(s, r, out);
}

/* A record may hold its gradient norm behind its loss: what few values tell is then asked again. */
static void judge_again(struct state *s, const struct point *p, const struct findings *out)
{
    for (uint32_t i = 0; i < s->n; i++) {
        struct rise *r = &s->loss[i];
        bool same = r->last_step == p->step && p->source == r->series->source && p->segment == r->segment;
        if (!same || r->told || r->negative || !rising_by_values(&s->at, r)) continue;
        r->onset_step = p->step, r->onset_line = r->last_line;
        open_one(s, r, out);
    }
}

static inline void hear_gradient(struct state *s, const struct point *p, const struct findings *out)
{
    ahead_hear(&s->at.ahead, AHEAD_GRADIENT, p);
    if (p->series == s->at.ahead.of[AHEAD_GRADIENT].series && s->n && s->at.ahead.norm[AHEAD_GRADIENT].n <= FEW_NORMS && !s->game)
        judge_again(s, p, out);
}

RARELY static void add_mean(struct state *s, struct rise *r, const struct point *p, const struct findings *out)
{
    double mean = r->sum / r->in_sum, peak = r->climb.of[CLIMB_SLOW].peak;
    r->sum = 0, r->in_sum = 0;
    if (climb_add(&r->climb, past_log(p->past, mean)))
        for (int i = 0; i < AHEAD; i++) r->then[i] = s->at.ahead.of[i].level;
    if (r->climb.of[CLIMB_SLOW].peak != peak) r->n_peak = r->climb.n;
    if (r->climb.of[CLIMB_SLOW].best == r->climb.of[CLIMB_SLOW].level) r->n_best = r->climb.n;
    if (r->climb.n % VALUES == 0) r->width++;
    if ((double)r->climb.n <= s->at.knobs->few_points &&
        rises_loss_add(&r->few, past_log(p->past, mean), &s->at.ahead.norm[AHEAD_GRADIENT], r->climb.n == 1))
        r->rate = s->at.ahead.rate.highest;
    if ((double)r->climb.n >= s->at.knobs->early_points) judge(s, r, p, out);
}

RARELY static void begin_climb(struct rise *r) { climb_begin(&r->climb), r->in_sum = 0, r->sum = 0, r->width = 1; }

static void add_loss(struct state *s, struct rise *r, const struct point *p, const struct findings *out)
{
    if (p->value < 0) r->negative = true;
    if (r->negative) return;
    if (!r->width || p->segment != r->segment) begin_climb(r);
    r->segment = p->segment;
    r->sum += p->value;
    if (++r->in_sum >= r->width) add_mean(s, r, p, out);
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

RARELY static void begin(struct state *s, const struct point *p)
{
    s->heard = true, s->source = p->source;
    s->at.least_rise = log(fmin(s->at.knobs->factor, s->at.knobs->factor_beside));
}

/* The state, which may have moved, with room for one more loss; NULL where there is none. */
RARELY static struct state *with_one_more(struct state *s, const struct series *series, const struct findings *out)
{
    if (s->n == LOSSES) return NULL;
    if (s->n) s = state_whole(s, out);
    if (s) s->loss[s->n++].series = series;
    return s;
}

/* One of a series that was heard for the first time, or is none of those that are followed. */
RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->heard) begin(s, p);
    s->several = s->several || p->source != s->source;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN: break;
    case ROLE_GRAD_NORM: hear_gradient(s, p, out); return;
    case ROLE_WEIGHT_NORM: ahead_hear(&s->at.ahead, AHEAD_WEIGHT, p); return;
    case ROLE_LOSS_SCALE: ahead_hear(&s->at.ahead, AHEAD_SCALE, p); return;
    case ROLE_LEARNING_RATE: ahead_hear_rate(&s->at.ahead, p); return;
    case ROLE_LOSS_EVAL: rising_hear_held(&s->at, p); return;
    default: s->game = true; return;
    }
    if (s->game || !isfinite(p->value)) return;
    uint32_t i = 0;
    while (i < s->n && s->loss[i].series != p->series) i++;
    if (i == s->n && !(s = with_one_more(s, p->series, out))) return;
    add_loss(s, &s->loss[i], p, out);
}

/* Is it one more loss of the first series, and not all of the next mean? */
static inline bool goes_on(const struct state *s, const struct point *p)
{
    const struct rise *r = &s->loss[0];
    return !s->game && !r->negative && p->segment == r->segment && p->value >= 0 && isfinite(p->value) &&
           r->in_sum + 1 < r->width;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series == s->loss[0].series && goes_on(s, p)) s->loss[0].sum += p->value, s->loss[0].in_sum++;
    else if (p->series == s->at.ahead.of[AHEAD_RATE].series) ahead_hear_rate(&s->at.ahead, p);
    else if (p->series == s->at.ahead.of[AHEAD_GRADIENT].series) hear_gradient(s, p, out);
    else look(s, p, out);
}

/* Where norms and rate come from other files than the loss, how far each was read has decided what was told early: in the end loss_divergence
 * alone counts. */
static void take_back(struct state *s, struct rise *r, const struct findings *out)
{
    struct finding f = {.kind = "loss_divergence", .phase = PHASE_CLOSED, .series = r->series};
    for (; r->episode; r->episode--) {
        f.episode = LOSSES * r->episode + (uint32_t)(r - s->loss);
        out->emit(out->arg, &f);
    }
    r->told = false;
}

/* A rise that came to a stand long before the loss had doubled was no divergence. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n; i++) {
        struct rise *r = &s->loss[i];
        const struct climb_level *l = &r->climb.of[CLIMB_SLOW];
        bool stood = r->told && l->peak - l->best < log(2) && r->climb.n - r->n_peak > (r->climb.n - r->n_told) / 2;
        if (s->several) take_back(s, r, out);
        else if (stood) tell(s, r, PHASE_CLOSED, out);
    }
}

const struct analyzer analyzer_loss_rising = {.name = "loss_rising",
                                              .summary = "a slow divergence, before the loss has doubled",
                                              .source = "Roberts 1959 (EWMA); failure knowledge F28, F31",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_WEIGHT_NORM) |
                                                       WANTS(ROLE_LOSS_SCALE) | WANTS(ROLE_LEARNING_RATE) |
                                                       WANTS(ROLE_LOSS_EVAL) | GAMES,
                                              .scope = PER_RUN,
                                              .blind = true,
                                              .state_size = sizeof(struct state),
                                              .first_size = FIRST_SIZE,
                                              .knobs = knobs,
                                              .fact = fact,
                                              .excuses = announced,
                                              .observe = observe,
                                              .finish = finish};
