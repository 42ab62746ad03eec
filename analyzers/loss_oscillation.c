/* loss_oscillation - the loss swings up and down in long waves and gets nowhere.
 *
 * Judged on the second half of the run. Batches differ too, but from one value to the next: for pure noise the mean
 * size of a difference of neighbours is 2 / sqrt(pi) = 1.13 standard deviations. Waves move little from one value to the next and far in
 * the end: a sine of period T shows 5.7 / T, a sawtooth 6.9 / T, which tells the period, and so how many waves there were. It is an
 * oscillation when the waves are high, several, fill the half, stand far above a converged loss, and the half neither falls nor rises by
 * itself. Where a value is an epoch it is a mean already, and its size alone decides. A few values far out make any noise look smooth by that
 * measure, for they are much of its deviation and two of its many steps; by squares (von Neumann 1941) they count alike in both, so the
 * squares must tell of waves, too: 1 for noise of whatever tails, 6 / T for the sawtooth.
 *
 * Where the rows that are held out tell that the weights lie still, it is the batches that differ, however their losses are averaged.
 *
 * A held-out loss has no batches: the same rows are asked each time, so what it moves by from one evaluation to the next is the weights.
 * Where it goes up and down by a good part of its level, far from converged, and gets nowhere while the training loss gets nowhere either,
 * the steps are too long for where they lead. Where it does so far above a training loss that it once met, it is what evaluation adds to the weights
 * that moves, as statistics of batches do that do not follow them: how far apart the two are is told for the causes.
 *
 * In a game the losses have a meaning of their own: there it is an oscillation when both adversaries' losses cross their means in turn as
 * regularly as a clock, which noise never does: the two go round their equilibrium instead of into it (Mescheder 2018). Source of the
 * ratio: von Neumann 1941, for sizes instead of squares, so that the jump of a sawtooth counts once. */
#include <math.h>

#include "analyzer.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/track_pair.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define FALLS 3.0  /* z of Kendall's trend: one in 700 by chance */
#define RISES 1.65 /* the same upwards: one in 20 by chance */
#define GAP   3.0  /* times the training loss: a held-out loss beyond it has a trouble of its own */
#define MET   1.5  /* times the training loss, below which the two have met: as gap_apart */
enum { LOSSES = 2, SCORES = 2 };
struct sums { /* of the values of one bucket: squares, and sizes and squares of first differences */
    float squares, changes, leaps;
};
/* How often a loss crosses its own mean, and how regularly. */
struct cycle {
    const struct series *series;
    uint64_t n, crossed_at, crossings;    /* n values; the value and the number of the last crossing */
    double mean, low, high, sum, squares; /* of the intervals between crossings */
    int64_t first_step, last_step;
    uint64_t first_line, last_line;
    bool above;
};
struct knobs {
    double min_points, min_epochs, swing, neighbours, waves, converged, warning_swing, game_crossings, game_regular,
        game_interval, held_points, held_few, held_swing, held_swing_few, held_calm, held_net, held_fall, held_score;
};
struct state {
    const struct knobs *knobs;
    bool game;
    uint32_t n, n_held;
    struct track held[1], score[SCORES];
    uint32_t n_score;
    struct track loss[LOSSES];
    uint32_t width[LOSSES], used[LOSSES]; /* of the curve when the sums followed it last */
    double last[LOSSES];
    struct preview preview;
    struct sums sums[LOSSES][TRACK_BUCKETS];
    struct cycle cycle[2]; /* of the generator, of the discriminator */
};
/* Most runs have one training loss, and are no games. */
enum { FIRST_SIZE = offsetof(struct state, sums) + sizeof(struct sums[TRACK_BUCKETS]) };
struct half {
    size_t from;
    double points, mean, sd, ratio, squared; /* ratio: of neighbours, by sizes; squared: by squares */
};

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
    {"loss_oscillation_held_points", "points", 8, 6, 1000, 16, 6, offsetof(struct knobs, held_points),
     "evaluations before a held-out loss is said to swing", "our choice"},
    {"loss_oscillation_held_swing", "share", 0.15, 0.03, 5, 0.3, 0.12, offsetof(struct knobs, held_swing),
     "of its level by which it moves from one evaluation to the next, in the middle of all such moves",
     "seeded training runs: up to 0.08 in healthy ones that are not converged"},
    {"loss_oscillation_held_few", "points", 5, 4, 1000, 8, 5, offsetof(struct knobs, held_few), "evaluations at least",
     "our choice: up, down and up again"},
    {"loss_oscillation_held_swing_few", "share", 0.4, 0.03, 5, 0.6, 0.3, offsetof(struct knobs, held_swing_few),
     "the same as held_swing, where they are few, or far above the training loss", "our choice"},
    {"loss_oscillation_held_calm", "share", 0.08, 0.01, 0.5, 0.12, 0.05, offsetof(struct knobs, held_calm),
     "of its level by which a held-out loss moves from one evaluation to the next, in the middle of all such moves, where the "
     "weights lie "
     "still",
     "as loss_oscillation_held_swing: what healthy ones move by"},
    {"loss_oscillation_held_net", "share", 0.35, 0.05, 0.9, 0.2, 0.5, offsetof(struct knobs, held_net),
     "of all the way it went that it is farther at the end, at most", "a fall or a rise goes 1"},
    {"loss_oscillation_held_fall", "share", 0.25, 0.01, 0.9, 0.15, 0.35, offsetof(struct knobs, held_fall),
     "that the training loss may fall meanwhile", "beyond it the run gets somewhere"},
    {"loss_oscillation_held_score", "share", 0.95, 0.7, 1, 0.9, 0.98, offsetof(struct knobs, held_score),
     "of the scale at which a held-out score says that there is nowhere left to get", "as loss_plateau_score"},
    {"game_crossings", "points", 6, 4, 1000, 10, 5, offsetof(struct knobs, game_crossings),
     "times that each adversary's loss crosses its mean", "our choice: three waves"},
    {"game_regular", "share", 0.4, 0.05, 0.7, 0.25, 0.5, offsetof(struct knobs, game_regular),
     "of their mean by which the intervals between crossings may differ", "1 for noise, whose crossings come by chance"},
    {"game_interval", "points", 5, 3, 1000, 8, 4, offsetof(struct knobs, game_interval), "between two crossings at least",
     "our choice: shorter ones are noise"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static struct half second_half(const struct state *s, uint32_t which)
{
    const struct track *t = &s->loss[which];
    struct half h = {.from = t->curve->used / 2};
    double sum = 0, squares = 0, changes = 0, leaps = 0;
    for (uint32_t i = (uint32_t)h.from; i < t->curve->used; i++) {
        h.points += t->curve->buckets[i].n;
        sum += t->curve->buckets[i].n * t->curve->buckets[i].mean;
        squares += s->sums[which][i].squares;
        changes += s->sums[which][i].changes;
        leaps += s->sums[which][i].leaps;
    }
    h.mean = sum / h.points;
    h.sd = sqrt(fmax(squares / h.points - h.mean * h.mean, 0));
    h.ratio = changes / h.points / h.sd;
    h.squared = leaps / h.points / 2 / (h.sd * h.sd);
    return h;
}

/* Are there waves everywhere in the half? One excursion is another trouble. */
static bool filled(const struct track *t, const struct half *h)
{
    size_t n = t->curve->used, moving = 0;
    for (size_t i = h->from; i < n; i++) {
        const struct bucket *b = &t->curve->buckets[i], *before = &t->curve->buckets[i - 1];
        moving += b->max - b->min > h->sd || fabs(b->mean - before->mean) > h->sd / 2;
    }
    return 2 * moving > n - h->from;
}

static bool held_calm(const struct state *s);

/* The bucket from which on values spread as they do now. */
static size_t onset_of(const struct track *t, const struct half *h)
{
    size_t from = h->from;
    while (from > 0 && t->curve->buckets[from - 1].max - t->curve->buckets[from - 1].min > h->sd) from--;
    return from;
}

static void judge(struct state *s, uint32_t which, const struct findings *out)
{
    const struct track *t = &s->loss[which];
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), half = n / 2, m = n - half;
    bool epochs = t->series->axis == AXIS_EPOCH && t->curve->width == 1;
    if ((double)t->curve->points < (epochs ? s->knobs->min_epochs : s->knobs->min_points) || half < 6 || !track_begins(t)) return;
    for (size_t i = 0; i < n; i++)
        if (t->curve->buckets[i].min < 0) return;
    struct half h = second_half(s, which);
    double waves = h.points * h.ratio / 6, height = h.sd / h.mean;
    if (!(height >= s->knobs->swing) || waves < s->knobs->waves || (!epochs && fmax(h.ratio, h.squared) > s->knobs->neighbours))
        return;
    double progress = robust_median(y + half, m / 3) - robust_median(y + n - m / 3, m / 3);
    if (fabs(progress) > 0.7 * h.sd || !filled(t, &h) || h.mean < s->knobs->converged * t->curve->buckets[0].max || held_calm(s))
        return;
    struct finding f = track_finding(t, "loss_oscillation", onset_of(t, &h));
    f.severity = height >= s->knobs->warning_swing ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = fmin(0.9, 0.6 + 0.03 * waves);
    finding_add(&f, "from", fmax(h.mean - h.sd, t->curve->buckets[n - 1].min), "");
    finding_add(&f, "to", h.mean + h.sd, "");
    finding_add(&f, "waves", round(waves), "waves");
    finding_add(&f, "period", h.points / waves, "points");
    finding_add(&f, "neighbours", h.ratio, "sd");
    out->emit(out->arg, &f);
}

/* How much lower the last third of a training loss is than the one before, beyond what its noise may make of it; the largest of
 * several. A median's standard error is 1.25 times that of a mean. */
static double late_fall(const struct state *s)
{
    double most = -INFINITY;
    for (uint32_t i = 0; i < s->n; i++) {
        double then = track_level(&s->loss[i], 0.33, 0.67), now = track_level(&s->loss[i], 0.67, 1);
        double doubt = 2 * 1.25 * track_noise(&s->loss[i]) / sqrt((double)s->loss[i].curve->used / 3);
        if (then > 0) most = fmax(most, 1 - (now + doubt) / then);
    }
    return most;
}

/* Does a training loss fall from value to value nearly, in the second half too? */
static bool falls_all_along(const struct state *s)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < s->n; i++) {
        size_t n = track_means(&s->loss[i], y), half = n / 2;
        if (n - half >= 6 && robust_trend(y + half, n - half) < -FALLS && y[n - 1] < (1 - s->knobs->held_fall) * y[half])
            return true;
    }
    return false;
}

/* Is nearly every held-out row answered right? */
static bool is_solved(const struct state *s)
{
    const struct track *score = track_of_role(s->score, s->n_score, ROLE_SCORE_EVAL);
    return score && track_level(score, 0.5, 1) >= s->knobs->held_score * (track_high(score) > 1.5 ? 100 : 1);
}

struct swing {
    double move, way, net, turns, low,
        high; /* the middle one of its moves; all of them; from first to last; how often it turned */
};

static struct swing swing_of(const double *y, size_t n)
{
    double move[TRACK_BUCKETS];
    struct swing w = {.low = y[0], .high = y[0]};
    for (size_t i = 1; i < n; i++) {
        move[i - 1] = fabs(y[i] - y[i - 1]);
        w.way += move[i - 1];
        w.turns += i > 1 && (y[i] > y[i - 1]) != (y[i - 1] > y[i - 2]);
        w.low = fmin(w.low, y[i]), w.high = fmax(w.high, y[i]);
    }
    w.move = robust_median(move, n - 1);
    w.net = fabs(y[n - 1] - y[0]);
    return w;
}

/* Does a held-out loss move by little in the second half, from each evaluation to the next? */
static bool held_calm(const struct state *s)
{
    double y[TRACK_BUCKETS];
    size_t n = s->n_held ? track_means(&s->held[0], y) : 0, half = n / 2;
    if (!n || (double)s->held[0].curve->points < s->knobs->held_points || n - half < 4) return false;
    return swing_of(y + half, n - half).move < s->knobs->held_calm * robust_median(y + half, n - half);
}

/* Did held-out rows ever cost about what the training rows did at the time? Where they never did, it is split_gap's business. */
static bool has_met(const struct state *s)
{
    double y[TRACK_BUCKETS], level[TRACK_BUCKETS];
    const struct track *t = track_of_metric(s->loss, s->n, s->held[0].series);
    if (!t) return false;
    (void)track_means(t, level);
    size_t n = track_means(&s->held[0], y);
    for (size_t i = 0; i < n; i++)
        if (y[i] < MET * track_at(t, level, s->held[0].curve->buckets[i].first_step)) return true;
    return false;
}

/* Does a held-out loss come back, in the second half of its values, to twice its best or less, and does not climb as it swings? One that rises is
 * overfitting's. */
static bool comes_back(const double *y, size_t n, size_t from)
{
    double best = INFINITY, late = INFINITY;
    if (robust_trend(y + from, n - from) > RISES) return false;
    for (size_t i = 0; i < n; i++) {
        best = fmin(best, y[i]);
        if (2 * i >= n) late = fmin(late, y[i]);
    }
    return late <= 2 * best;
}

/* Does the training loss get somewhere, or is there nowhere left to get? */
static bool gets_somewhere(const struct state *s)
{
    return late_fall(s) > s->knobs->held_fall || falls_all_along(s) || is_solved(s);
}

static void judge_held(const struct state *s, const struct findings *out)
{
    const struct track *t = &s->held[0];
    double y[TRACK_BUCKETS], top = 0, trained = 0;
    if (!s->n_held || !s->n || !track_begins(&s->loss[0])) return;
    if ((double)t->curve->points < s->knobs->held_few || track_low(t) <= 0) return;
    bool few = (double)t->curve->points < s->knobs->held_points;
    size_t n = track_means(t, y), from = few ? 0 : n / 3;
    struct swing w = swing_of(y + from, n - from);
    double level = robust_median(y + from, n - from);
    for (uint32_t i = 0; i < s->n; i++) {
        top = fmax(top, s->loss[i].curve->buckets[0].max);
        trained = fmax(trained, track_level(&s->loss[i], 0.33, 1));
    }
    bool apart = level > GAP * trained; /* what is learned by heart wobbles too, by less */
    if (w.move < (few || apart ? s->knobs->held_swing_few : s->knobs->held_swing) * level || w.turns < 2 ||
        w.net > s->knobs->held_net * w.way || level < s->knobs->converged * top || 3 * w.turns < (double)(n - from - 2))
        return;
    if (few && y[n - 1] <= w.low) return; /* of few values the last one is the best: it got somewhere */
    if (apart ? !has_met(s) || !comes_back(y, n, from) : gets_somewhere(s)) return;
    struct finding f = track_finding(t, "loss_oscillation", from);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "from", w.low, "");
    finding_add(&f, "to", w.high, "");
    finding_add(&f, "waves", round(w.turns / 2), "waves");
    finding_add(&f, "period", 2 * (double)(n - from) / fmax(w.turns, 1), "points");
    finding_add(&f, "held_out", 1, "");
    finding_add(&f, "apart", level / trained, "x");
    out->emit(out->arg, &f);
}

static inline void sum_up(struct sums *s, double value, double last)
{
    s->squares += (float)(value * value);
    s->changes += (float)fabs(value - last);
    s->leaps += (float)((value - last) * (value - last));
}

/* The sums follow the curve, whose buckets are joined in pairs when all are in use. */
static void follow(struct sums *sums, const struct track *t, uint32_t width, uint32_t used, double value, double last)
{
    uint32_t now = t->curve->used;
    bool joined = t->curve->width > width;
    for (uint32_t i = 0; joined && i + 1 < now && i < TRACK_BUCKETS / 2; i++)
        sums[i] = (struct sums){sums[2 * i].squares + sums[2 * i + 1].squares, sums[2 * i].changes + sums[2 * i + 1].changes,
                                sums[2 * i].leaps + sums[2 * i + 1].leaps};
    for (uint32_t i = TRACK_BUCKETS / 2; joined && i + 1 < now; i++) sums[i] = (struct sums){0};
    if (now != used) sums[now - 1] = (struct sums){0, 0, 0};
    sum_up(&sums[now - 1], value, last);
}

static void follow_cycle(struct cycle *c, const struct point *p)
{
    if (!c->series)
        *c =
            (struct cycle){.series = p->series, .low = INFINITY, .high = -INFINITY, .first_step = p->step, .first_line = p->line};
    if (c->series != p->series) return;
    c->n++;
    c->mean += (p->value - c->mean) / (double)c->n;
    c->low = fmin(c->low, p->value), c->high = fmax(c->high, p->value);
    c->last_step = p->step, c->last_line = p->line;
    bool above = p->value > c->mean;
    if (c->n > 2 && above != c->above) {
        double interval = (double)(c->n - c->crossed_at);
        if (c->crossings++) c->sum += interval, c->squares += interval * interval;
        c->crossed_at = c->n;
    }
    c->above = above;
}

/* The mean interval between crossings, in values; NAN where they are few, irregular, or have ended. */
static double interval_of(const struct state *s, const struct cycle *c)
{
    double m = (double)c->crossings - 1, mean = c->sum / m, sd = sqrt(fmax(c->squares / m - mean * mean, 0));
    if ((double)c->crossings < s->knobs->game_crossings || mean < s->knobs->game_interval || sd > s->knobs->game_regular * mean)
        return NAN;
    return (double)(c->n - c->crossed_at) <= 2 * mean ? mean : NAN;
}

/* The same period; or half of it, for a loss that is the product of two that go round a quarter of a turn apart, as a critic's is. */
static bool in_turn(double g, double d)
{
    double ratio = g / d;
    return fabs(ratio - 1) <= 0.25 || fabs(ratio / 2 - 1) <= 0.25;
}

static void judge_game(const struct state *s, const struct findings *out)
{
    const struct cycle *d = &s->cycle[1];
    double g_interval = interval_of(s, &s->cycle[0]), interval = interval_of(s, d);
    if (!s->cycle[0].series || !d->series || !in_turn(g_interval, interval)) return;
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
    if (p->series->role == ROLE_LOSS_GENERATOR && isfinite(p->value)) follow_cycle(&s->cycle[0], p);
    if (p->series->role == ROLE_LOSS_DISCRIMINATOR && isfinite(p->value)) follow_cycle(&s->cycle[1], p);
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
    if (t->curve->points == 1) s->width[i] = t->curve->width, s->used[i] = 0, s->last[i] = p->value;
    follow(s->sums[i], t, s->width[i], s->used[i], p->value, s->last[i]);
    s->width[i] = t->curve->width, s->used[i] = t->curve->used, s->last[i] = p->value;
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
    if (s && preview_due(&s->preview, p)) say_now(s, out);
}

/* Is it one more value of the newest bucket of the first loss? */
static inline bool goes_on(const struct state *s, const struct point *p)
{
    const struct track *t = &s->loss[0];
    return p->series == t->series && !s->game && p->past && t->curve == &p->past->coarse && t->segment == p->segment &&
           t->curve->used == s->used[0] && t->curve->width == s->width[0] && isfinite(p->value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!goes_on(s, p)) {
        look(s, p, out);
        return;
    }
    sum_up(&s->sums[0][s->used[0] - 1], p->value, s->last[0]);
    s->last[0] = p->value;
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
