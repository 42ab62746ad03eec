/* loss_oscillation - the loss swings up and down in long waves and gets nowhere.
 *
 * Judged on the second half of the run, by how much of a swing there is from one value to the next (stats/waves.h). It is an
 * oscillation when the waves are high, several, fill the half, stand far above a converged loss, and the half neither falls nor rises by
 * itself. Where a value is an epoch it is a mean already, and its size alone decides. Where the rows that are held out tell that the weights lie
 * still, it is the batches that differ, however their losses are averaged. A held-out loss that swings itself is told of at its own measure
 * (stats/held_swing.h).
 *
 * In a game the losses have a meaning of their own: there it is an oscillation when both adversaries' losses cross their means in turn, as
 * regularly as a clock (stats/cycle.h). */
#include <math.h>

#include "analyzer.h"
#include "stats/cycle.h"
#include "stats/held_swing.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/waves.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
enum { LOSSES = 2, SCORES = 2 };
struct knobs {
    double min_points, min_epochs, swing, neighbours, waves, converged, warning_swing, game_crossings, game_regular,
        game_interval;
    struct held_swing_knobs held;
};
struct state {
    const struct knobs *knobs;
    bool game;
    uint16_t segment; /* of the first loss, when the sums followed it last */
    uint32_t n, n_held;
    struct track held[1], score[SCORES];
    uint32_t n_score;
    struct track loss[LOSSES];
    struct waves_at at[LOSSES];
    struct preview preview;
    struct waves_sums sums[LOSSES][TRACK_BUCKETS];
    struct cycle cycle[2]; /* of the generator, of the discriminator */
};
/* Most runs have one training loss, and are no games. */
enum { FIRST_SIZE = offsetof(struct state, sums) + sizeof(struct waves_sums[TRACK_BUCKETS]) };

static const char *const kinds[] = {"loss_oscillation", NULL};
static const struct knob knobs[] = {
    {"loss_oscillation_points", "points", 60, 20, 100000, 120, 40, offsetof(struct knobs, min_points),
     "values before anything is said", "our choice"},
    {"loss_oscillation_epochs", "points", 16, 8, 1000, 30, 12, offsetof(struct knobs, min_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"loss_oscillation_swing", "share", 0.35, 0.05, 10, 0.6, 0.25, offsetof(struct knobs, swing),
     "of the loss by which it swings: one standard deviation", "AutoTrainer's 0.03 of accuracy fires on healthy runs"},
    {"loss_oscillation_neighbours", "sd", 0.75, 0.05, 2, 0.6, 0.9, offsetof(struct knobs, neighbours),
     "from one value to the next, on average and at most", "1.13 for noise, after von Neumann 1941"},
    {"loss_oscillation_waves", "waves", 3, 1, 1000, 5, 2, offsetof(struct knobs, waves), "in the second half, at least",
     "our choice"},
    {"loss_oscillation_converged", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct knobs, converged),
     "of its first level below which a loss may swing as it likes", "a loss near 0 doubles without meaning"},
    {"loss_oscillation_warning", "share", 0.6, 0.1, 100, 1, 0.5, offsetof(struct knobs, warning_swing), "swing to be a warning",
     "our choice"},
    {"loss_oscillation_held_points", "points", 8, 6, 1000, 16, 6, offsetof(struct knobs, held.points),
     "evaluations before a held-out loss is said to swing", "our choice"},
    {"loss_oscillation_held_swing", "share", 0.15, 0.03, 5, 0.3, 0.12, offsetof(struct knobs, held.swing),
     "of its level by which it moves from one evaluation to the next, in the middle of all such moves",
     "seeded training runs: up to 0.08 in healthy ones that are not converged"},
    {"loss_oscillation_held_few", "points", 5, 4, 1000, 8, 5, offsetof(struct knobs, held.few), "evaluations at least",
     "our choice: up, down and up again"},
    {"loss_oscillation_held_swing_few", "share", 0.4, 0.03, 5, 0.6, 0.3, offsetof(struct knobs, held.swing_few),
     "the same as held_swing, where they are few, or far above the training loss", "our choice"},
    {"loss_oscillation_held_calm", "share", 0.08, 0.01, 0.5, 0.12, 0.05, offsetof(struct knobs, held.calm),
     "of its level by which a held-out loss moves from one evaluation to the next, in the middle of all such moves, where the "
     "weights lie "
     "still",
     "as loss_oscillation_held_swing: what healthy ones move by"},
    {"loss_oscillation_held_net", "share", 0.35, 0.05, 0.9, 0.2, 0.5, offsetof(struct knobs, held.net),
     "of all the way it went that it is farther at the end, at most", "a fall or a rise goes 1"},
    {"loss_oscillation_held_fall", "share", 0.25, 0.01, 0.9, 0.15, 0.35, offsetof(struct knobs, held.fall),
     "that the training loss may fall meanwhile", "beyond it the run gets somewhere"},
    {"loss_oscillation_held_score", "share", 0.95, 0.7, 1, 0.9, 0.98, offsetof(struct knobs, held.score),
     "of the scale at which a held-out score says that there is nowhere left to get", "as loss_plateau_score"},
    {"game_crossings", "points", 6, 4, 1000, 10, 5, offsetof(struct knobs, game_crossings),
     "times that each adversary's loss crosses its mean", "our choice: three waves"},
    {"game_regular", "share", 0.4, 0.05, 0.7, 0.25, 0.5, offsetof(struct knobs, game_regular),
     "of their mean by which the intervals between crossings may differ", "1 for noise, whose crossings come by chance"},
    {"game_interval", "points", 5, 3, 1000, 8, 4, offsetof(struct knobs, game_interval), "between two crossings at least",
     "our choice: shorter ones are noise"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static struct held_swing held_of(const struct state *s)
{
    return (struct held_swing){s->n_held ? s->held : NULL, s->loss, s->score, s->n, s->n_score};
}

static void judge(const struct state *s, uint32_t which, const struct findings *out)
{
    const struct track *t = &s->loss[which];
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), half = n / 2, m = n - half;
    bool epochs = t->series->axis == AXIS_EPOCH && t->curve->width == 1;
    if ((double)t->curve->points < (epochs ? s->knobs->min_epochs : s->knobs->min_points) || half < 6 || !track_begins(t)) return;
    for (size_t i = 0; i < n; i++)
        if (t->curve->buckets[i].min < 0) return;
    struct held_swing held = held_of(s);
    struct waves h = waves_late(s->sums[which], t->curve);
    double waves = waves_number(&h), height = h.sd / h.mean;
    if (!(height >= s->knobs->swing) || waves < s->knobs->waves || (!epochs && fmax(h.ratio, h.squared) > s->knobs->neighbours))
        return;
    double progress = robust_median(y + half, m / 3) - robust_median(y + n - m / 3, m / 3);
    if (fabs(progress) > 0.7 * h.sd || !waves_fill(&h, t->curve) || h.mean < s->knobs->converged * t->curve->buckets[0].max ||
        held_swing_calm(&held, &s->knobs->held))
        return;
    struct finding f = track_finding(t, "loss_oscillation", waves_onset(&h, t->curve));
    f.severity = height >= s->knobs->warning_swing ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = fmin(0.9, 0.6 + 0.03 * waves);
    finding_add(&f, "from", fmax(h.mean - h.sd, t->curve->buckets[n - 1].min), "");
    finding_add(&f, "to", h.mean + h.sd, "");
    finding_add(&f, "waves", round(waves), "waves");
    finding_add(&f, "period", h.points / waves, "points");
    finding_add(&f, "neighbours", h.ratio, "sd");
    out->emit(out->arg, &f);
}

static void judge_held(const struct state *s, const struct findings *out)
{
    struct held_swing held = held_of(s);
    struct held_swing_seen seen;
    if (!held_swing_found(&held, &s->knobs->held, s->knobs->converged, &seen)) return;
    struct finding f = track_finding(held.held, "loss_oscillation", seen.from);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "from", seen.swing.low, "");
    finding_add(&f, "to", seen.swing.high, "");
    finding_add(&f, "waves", round(seen.swing.turns / 2), "waves");
    finding_add(&f, "period", seen.period, "points");
    finding_add(&f, "held_out", 1, "");
    finding_add(&f, "apart", seen.apart, "x");
    out->emit(out->arg, &f);
}

static double interval_of(const struct state *s, const struct cycle *c)
{
    return cycle_interval(c, s->knobs->game_crossings, s->knobs->game_interval, s->knobs->game_regular);
}

static void judge_game(const struct state *s, const struct findings *out)
{
    const struct cycle *d = &s->cycle[1];
    double interval = interval_of(s, d);
    if (!s->cycle[0].series || !d->series || !cycle_in_turn(interval_of(s, &s->cycle[0]), interval)) return;
    struct finding f = {.kind = "loss_oscillation",
                        .severity = SEVERITY_WARNING,
                        .episode = 1,
                        .confidence = 0.75,
                        .series = d->series,
                        .source = d->series->source,
                        .onset_step = d->first_step,
                        .first_step = d->first_step,
                        .last_step = d->last_step,
                        .first_line = d->first_line,
                        .last_line = d->last_line};
    finding_add(&f, "from", d->low, "");
    finding_add(&f, "to", d->high, "");
    finding_add(&f, "waves", floor((double)d->n / interval / 4), "waves");
    finding_add(&f, "period", 2 * interval, "points");
    out->emit(out->arg, &f);
}

static struct state *hear_adversary(struct state *s, const struct point *p, const struct findings *out)
{
    s = state_whole(s, out);
    if (!s) return NULL;
    s->game = true;
    if (p->series->role == ROLE_LOSS_GENERATOR && isfinite(p->value)) cycle_add(&s->cycle[0], p);
    if (p->series->role == ROLE_LOSS_DISCRIMINATOR && isfinite(p->value)) cycle_add(&s->cycle[1], p);
    return s;
}

static struct state *hear_loss(struct state *s, const struct point *p, const struct findings *out)
{
    const struct track *t = track_add(s->loss, &s->n, LOSSES, p);
    if (!t) return s;
    size_t i = (size_t)(t - s->loss);
    struct state *whole = i ? state_whole(s, out) : s;
    if (!whole) {
        s->n = (uint32_t)i;
        return NULL;
    }
    s = whole, t = &s->loss[i];
    if (t->curve->points == 1) s->at[i] = (struct waves_at){.width = t->curve->width, .last = p->value};
    waves_follow(s->sums[i], &s->at[i], t->curve, p->value);
    return s;
}

/* Returns the state, which may have moved; NULL when memory ran out. */
static struct state *hear(struct state *s, const struct point *p, const struct findings *out)
{
    if (GAMES & WANTS((unsigned)p->series->role)) return hear_adversary(s, p, out);
    if (s->game || !isfinite(p->value)) return s;
    if (p->series->role == ROLE_SCORE_EVAL) {
        if (p->series->bounded && p->series->better == BETTER_HIGHER) track_add(s->score, &s->n_score, SCORES, p);
        return s;
    }
    if (p->series->role != ROLE_LOSS_EVAL) return hear_loss(s, p, out);
    track_add(s->held, &s->n_held, 1, p);
    return s;
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->game) judge_game(s, out);
    for (uint32_t i = 0; i < s->n && !s->game; i++) judge(s, i, out);
    if (!s->game) judge_held(s, out);
}

RARELY static void say_now(struct state *s, const struct findings *out)
{
    if (curves_open(out)) preview_judge(&s->preview, s, say_all, out);
}

RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    s = hear(s, p, out);
    if (s && p->series == s->loss[0].series && isfinite(p->value)) s->segment = p->segment;
    if (s && preview_due(&s->preview, p)) say_now(s, out);
}

/* Is it one more value of the newest bucket of the first loss? */
static inline bool goes_on(const struct state *s, const struct point *p)
{
    const struct track *t = &s->loss[0];
    return p->series == t->series && !s->game && p->past && t->curve == &p->past->coarse && s->segment == p->segment &&
           t->curve->used == s->at[0].used && t->curve->width == s->at[0].width && isfinite(p->value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!goes_on(s, p)) {
        look(s, p, out);
        return;
    }
    waves_join(s->sums[0], &s->at[0], p->value);
    if (preview_due(&s->preview, p)) say_now(s, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_loss_oscillation = {.name = "loss_oscillation",
                                                   .summary = "the loss swings in long waves and gets nowhere",
                                                   .source = "failure knowledge F35; von Neumann 1941",
                                                   .kinds = kinds,
                                                   .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) |
                                                            WANTS(ROLE_SCORE_EVAL) | GAMES,
                                                   .needs = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | GAMES,
                                                   .scope = PER_RUN,
                                                   .blind = true,
                                                   .state_size = sizeof(struct state),
                                                   .first_size = FIRST_SIZE,
                                                   .knobs = knobs,
                                                   .observe = observe,
                                                   .finish = finish};
