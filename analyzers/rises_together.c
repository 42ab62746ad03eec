/* rises_together - the held-out loss, what drives it and the training loss go up together: a divergence, told at an evaluation.
 *
 * A loss that is logged now and then, of one batch each time, hides a rise in its noise until it has doubled; an evaluation of many rows has
 * hardly any, but is seldom, and rises by itself where a model overfits. So three weak signs are asked together, each of the stretch between
 * two evaluations: the held-out loss stands above its best, by a factor and by several times any rise that it has undone before; the
 * training loss has not fallen since, as it does where rows are learned by heart; and the gradient norm is higher than in all such stretches
 * until then. Where the norm does not say so, the two losses must rise together twice in a row, or the learning rate be far above all that it
 * was until the best evaluation (a warm-up that nobody ends; no restart goes there): then less of a rise is enough. Or once, where the held-out loss has
 * doubled, and each of the two has undone a fair part of what it had learned: near 0 a factor means little. What is told here is the beginning of what
 * loss_divergence and grad_explosion tell in full: an evaluation that comes back by half takes it back, and so does the end of the run where
 * they have had some evaluations' time to tell it.
 * Source: failure knowledge F28, F31, F34 (norms grow before the loss does); Prechelt 1998 (generalisation loss above its best); ours. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"

#define GAMES    (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define QUIET    0.05  /* of the logarithm: no rise that was undone counts for less, few evaluations have shown none yet */
#define NOT_LESS 0.1   /* of the logarithm, by which the training loss may lie below: a mean of few batches */
#define FLOOR    1e-12 /* a loss of 0 has no logarithm */
enum { EPISODE = 1 << 17 /* apart from those of the others that tell this kind */, SOON = 3 /* evaluations */ };
enum { LOSS, NORM, MEANS };

/* The mean of a series between two evaluations, on the logarithm. */
struct stretch {
    const struct series *series;
    double sum;
    uint32_t n;
    double now, before, at_best; /* of this stretch, the one before it, and that of the best evaluation */
    double most;                 /* LOSS: the largest rise from one to the next before the best; NORM: the highest so far */
    double rise;                 /* LOSS: the largest such since the best */
    double then;                 /* NORM: the highest until the best */
};
struct knobs {
    double factor, over_undone, norm, twice, loss, rate, rate_factor, doubled, undone, undone_loss;
};
struct state {
    const struct knobs *knobs;
    struct stretch of[MEANS];
    const struct series *series;           /* the evaluations' */
    const struct series *rate;             /* the first learning rate */
    double rate_now, rate_most, rate_then; /* most: of all so far; then: the same at the best evaluation */
    double now, before, best, highest;     /* on the logarithm; highest: since the best */
    double first, first_loss;              /* likewise, of the first evaluation and of the stretch before it */
    double undone;                         /* the largest rise that a new best undid */
    uint32_t n, since, normed;             /* evaluations, behind the best, and those before which there was a norm */
    uint32_t episode, told_at;             /* told_at: n then */
    int64_t onset_step, step;              /* of the first evaluation behind the best; of the newest */
    uint64_t onset_line, line;
    uint16_t source, segment;
    bool heard, several, off, announced, told,
        both; /* several: sources; off: a game, or a loss below 0; both: told of the training loss */
};

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"rises_together_factor", "x", 1.25, 1.05, 10, 1.5, 1.15, offsetof(struct knobs, factor),
     "its best, that the held-out loss stands at", "as loss_rising_factor"},
    {"rises_together_undone", "x", 4, 1, 20, 6, 3, offsetof(struct knobs, over_undone),
     "as large as any rise of it that was undone", "as wander of loss_divergence: chance does 1.5"},
    {"rises_together_norm", "x", 1.5, 1.1, 10, 2, 1.3, offsetof(struct knobs, norm),
     "the gradient norm of any stretch until the best evaluation",
     "seeded training runs: 1.2 to 2 tell the same ones, 1.2 one healthy one"},
    {"rises_together_twice", "x", 1.05, 1.01, 2, 1.1, 1.03, offsetof(struct knobs, twice),
     "from one evaluation to the next, where the norm says nothing", "our choice"},
    {"rises_together_loss", "x", 1.1, 1, 10, 1.3, 1.05, offsetof(struct knobs, loss), "that the training loss rose by then",
     "as loss_rising_beside"},
    {"rises_together_rate", "x", 1.5, 1.1, 10, 2, 1.3, offsetof(struct knobs, rate),
     "the highest learning rate until the best evaluation, that the rate has come to",
     "seeded training runs: 1.2 to 2 tell the same ones"},
    {"rises_together_rate_factor", "x", 1.15, 1.05, 10, 1.25, 1.1, offsetof(struct knobs, rate_factor),
     "its best, that the held-out loss stands at then", "seeded training runs: none of 1,500 healthy ones"},
    {"rises_together_doubled", "x", 2, 1.2, 10, 3, 1.6, offsetof(struct knobs, doubled),
     "its best, that the held-out loss stands at where both rise once", "loss_divergence's factor for a critical rise"},
    {"rises_together_share", "share", 0.2, 0, 10, 0.4, 0.1, offsetof(struct knobs, undone),
     "of all it had gained that the held-out loss has lost then", "as loss_turned_undone"},
    {"rises_together_share_loss", "share", 0.1, 0, 10, 0.2, 0.05, offsetof(struct knobs, undone_loss),
     "of all it had gained that the training loss has lost in that stretch",
     "seeded training runs: 0.02 is one healthy one of 1,805"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* Of the training loss where that has risen too, so that what the others tell of it is the same finding.
 *   back   it was too early, and is forgotten when the run is over (stats/taken_back.h) */
static void tell(struct state *s, bool back, const struct findings *out)
{
    const struct stretch *loss = &s->of[LOSS], *norm = &s->of[NORM];
    bool both = back ? s->both : loss->now - loss->at_best >= log(s->knobs->loss);
    double from = both ? loss->at_best : s->best, to = both ? loss->now : s->now;
    const struct series *series = both ? loss->series : s->series;
    struct finding f = {.kind = "loss_divergence",
                        .phase = back ? PHASE_CLOSED : PHASE_OPENED,
                        .episode = EPISODE + s->episode,
                        .severity = back || s->announced ? SEVERITY_INFO : SEVERITY_WARNING,
                        .confidence = back ? 0 : 0.8,
                        .series = series,
                        .source = series->source,
                        .segment = s->segment,
                        .onset_step = s->onset_step,
                        .first_step = s->onset_step,
                        .last_step = s->step,
                        .first_line = s->onset_line,
                        .last_line = s->line};
    finding_add(&f, "from", exp(from), "");
    finding_add(&f, "to", exp(to), "");
    finding_add(&f, "rise_ratio", exp(to - from), "x");
    finding_add(&f, "from_best", exp(to - from), "x");
    finding_add(&f, "held_out_growth", exp(s->now - s->best), "x");
    finding_add(&f, "grad_growth", s->normed == s->n ? exp(norm->now - norm->at_best) : (double)NAN, "x");
    finding_add(&f, "slow", 1, "");
    finding_add(&f, "early", 1, "");
    s->told = !back, s->told_at = s->n, s->both = both;
    out->emit(out->arg, &f);
}

/* Is the gradient norm above all it was, and the training loss no lower? */
static bool driven(const struct state *s)
{
    const struct stretch *norm = &s->of[NORM], *loss = &s->of[LOSS];
    return s->normed == s->n && norm->now >= norm->then + log(s->knobs->norm) && loss->now >= loss->at_best - NOT_LESS;
}

/* Has the rate climbed far above all it was, and the training loss not fallen since? */
static bool rate_drives(const struct state *s)
{
    const struct stretch *loss = &s->of[LOSS];
    return s->rate_then > 0 && s->rate_now >= s->knobs->rate * s->rate_then && loss->now >= loss->at_best;
}

/* Both losses, twice in a row, and the training loss by more than it has done by itself. */
static bool both_twice(const struct state *s)
{
    const struct stretch *loss = &s->of[LOSS];
    double least = log(s->knobs->twice), rise = loss->now - loss->at_best;
    return s->since >= 2 && s->now - s->before >= least && s->before - s->best >= least && loss->now - loss->before >= least &&
           loss->before > loss->at_best && rise >= log(s->knobs->loss) && rise >= fmax(QUIET, loss->most);
}

/* The share of what it had gained, not on the logarithm, that a rise has undone. */
static double undid(double first, double from, double to) { return (exp(to) - exp(from)) / fmax(exp(first) - exp(from), FLOOR); }

/* Both from one evaluation to the next, the held-out loss to far above its best. */
static bool both_once(const struct state *s)
{
    const struct stretch *loss = &s->of[LOSS];
    double rise = loss->now - loss->before;
    if (s->n < 3 || s->now - s->best < log(s->knobs->doubled) || s->now - s->before < log(s->knobs->twice)) return false;
    if (rise < log(s->knobs->factor) || rise < loss->most) return false;
    return undid(s->first, s->best, s->now) >= s->knobs->undone &&
           undid(s->first_loss, loss->before, loss->now) >= s->knobs->undone_loss;
}

/* The best that counts is none of the first evaluation, but for a doubling: a loss may begin low by chance. */
static bool rises(const struct state *s)
{
    double rise = s->now - s->best;
    if (rise < s->knobs->over_undone * fmax(QUIET, s->undone)) return false;
    if (both_once(s)) return true;
    if (s->n - s->since < 2) return false;
    if (rise >= log(s->knobs->rate_factor) && rate_drives(s)) return true;
    return rise >= log(s->knobs->factor) && (driven(s) || both_twice(s));
}

/* The stretch before this evaluation is over. */
static void take(struct stretch *m, bool first)
{
    m->before = m->now;
    m->now = log(fmax(m->sum / m->n, FLOOR));
    m->sum = 0, m->n = 0;
    if (!first) m->rise = fmax(m->rise, m->now - m->before);
}

static void take_norm(struct state *s)
{
    struct stretch *m = &s->of[NORM];
    if (!m->n) return;
    take(m, !s->normed);
    m->most = s->normed ? fmax(m->most, m->now) : m->now;
    s->normed++;
}

static void note_best(struct state *s)
{
    struct stretch *loss = &s->of[LOSS];
    if (s->n > 1) s->undone = fmax(s->undone, s->highest - s->best), loss->most = fmax(loss->most, loss->rise);
    s->best = s->highest = s->now;
    s->rate_then = s->rate_most;
    s->since = 0;
    loss->rise = 0;
    s->of[NORM].then = s->of[NORM].most;
    for (int i = 0; i < MEANS; i++) s->of[i].at_best = s->of[i].now;
}

RARELY static void evaluate(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->series) s->series = p->series;
    if (p->series != s->series || !s->of[LOSS].n || s->off) return; /* nothing was trained in between */
    s->before = s->now, s->now = log(fmax(p->value, FLOOR));
    s->step = p->step, s->line = p->line;
    take(&s->of[LOSS], s->n == 0);
    take_norm(s);
    if (!s->n) s->first = s->now, s->first_loss = s->of[LOSS].now;
    if (!s->n++ || s->now <= s->best) note_best(s);
    else if (!s->since++) s->onset_step = p->step, s->onset_line = p->line;
    s->highest = fmax(s->highest, s->now);
    if (!s->told && s->since && rises(s)) s->episode++, tell(s, false, out);
    else if (s->told && s->now < (s->best + s->highest) / 2) tell(s, true, out);
}

/* The first point, a run that was started anew, or another source. */
RARELY static void begin(struct state *s, const struct point *p, const struct findings *out)
{
    if (s->told) tell(s, true, out);
    const struct state was = *s;
    *s = (struct state){.knobs = was.knobs, .series = was.series, .episode = was.episode, .announced = was.announced};
    for (int i = 0; i < MEANS; i++) s->of[i].series = was.of[i].series;
    s->heard = true, s->off = was.off, s->several = was.several || (was.heard && p->source != was.source);
    s->source = p->source, s->segment = p->segment;
}

/* Of another file than the losses how far it was read says nothing. */
static void hear_rate(struct state *s, const struct point *p)
{
    if (!s->heard || p->source != s->source || p->segment != s->segment || !(p->value >= 0 && p->value <= DBL_MAX)) return;
    if (!s->rate) s->rate = p->series;
    if (s->rate != p->series) return;
    s->rate_now = p->value;
    if (p->value > s->rate_most) s->rate_most = p->value;
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    enum role role = p->series->role;
    int i = role == ROLE_GRAD_NORM ? NORM : LOSS;
    if (!s->heard || p->segment != s->segment || p->source != s->source) begin(s, p, out);
    if (GAMES & WANTS((unsigned)role)) s->off = true;
    if (s->off || !isfinite(p->value)) return;
    if (p->value < 0) s->off = role != ROLE_GRAD_NORM;
    if (p->value < 0) return;
    if (role == ROLE_LOSS_EVAL) evaluate(s, p, out);
    else if (!s->of[i].series || s->of[i].series == p->series)
        s->of[i].series = p->series, s->of[i].sum += p->value, s->of[i].n++;
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct stretch *m = p->series == s->of[LOSS].series ? &s->of[LOSS] : &s->of[NORM];
    if (p->series->role == ROLE_LEARNING_RATE) hear_rate(s, p);
    else if (p->series == m->series && p->segment == s->segment && p->value >= 0 && p->value <= DBL_MAX)
        m->sum += p->value, m->n++;
    else look(s, p, out);
}

/* Where evaluations come from another file than the loss, how far each was read has decided what was told: then the others alone count. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->told && (s->several || s->n - s->told_at > SOON)) tell(s, true, out);
}

const struct analyzer analyzer_rises_together = {.name = "rises_together",
                                                 .summary = "held-out loss, training loss and gradient norm go up together",
                                                 .source = "failure knowledge F28, F31, F34; Prechelt 1998",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_GRAD_NORM) |
                                                          WANTS(ROLE_LEARNING_RATE) | GAMES,
                                                 .needs = WANTS(ROLE_LOSS_EVAL),
                                                 .scope = PER_RUN,
                                                 .blind = true,
                                                 .state_size = sizeof(struct state),
                                                 .knobs = knobs,
                                                 .fact = fact,
                                                 .excuses = announced,
                                                 .observe = observe,
                                                 .finish = finish};
