/* loss_not_decreasing - the training loss stands where it began, or above: nothing is learned.
 *
 * Judged only from the beginning of a run (a log that starts in the middle may well be flat), on levels of a curve. What counts as no
 * change depends on how much was seen: over few points only next to none, over a hundred and more two per cent, and five when the run is over.
 *
 * Mini-batches may scatter more than that. Then the scatter is the measure: the first levels lie among the later ones, no fall of the
 * line through all of them is likely, and the held-out loss, which has no such scatter, is nowhere better than at its first evaluation. A
 * quick learner fails the first test, a slow one the second; and levels that wander, each near the one before it, are no scatter (von
 * Neumann 1941): the loss was elsewhere for a while. Whatever the training loss does, a held-out loss that falls steadily says that
 * something is learned: single examples may cost any amount.
 *
 * Where the loss is of numbers and not of classes, there is a level that says it without any comparison: 1, the variance of standardised targets
 * (stats/mean_answer.h).
 *
 * A loss that only rises from the first record on never decreased either.
 *
 * A model that somebody trained before has no more to learn either, and its batches scatter in the same way. What tells it from one that learns
 * nothing is where it begins: a held-out loss far below what guessing costs (ln 2 of two classes, 1 of standardised targets) is of weights
 * that knew the task. Then it is worth knowing, and no more.
 *
 * What else can be read is told beside it, for the causes: does a loss creep down to the end (the direction is right and the steps are
 * too short: stats/short_steps.h), is the held-out loss the same number each time (no weight changes: stats/held_out.h), does the loss stand
 * at ln n (the inputs do not arrive: stats/answers.h)? Of the last the held-out score tells more. A model that gives one answer to all inputs scores one of a few shares, and the same again and
 * again; one that tells inputs apart, however wrongly, hardly ever. And a loss of exactly ln n at the very first is of outputs that
 * are all equal, which random weights never give. Where all is constant and a wrong answer costs more than ten nats, the outputs stand at 0
 * and 1 and the loss is what the logarithm was clipped at. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "analyzer.h"
#include "stats/answers.h"
#include "stats/held_out.h"
#include "stats/mean_answer.h"
#include "stats/robust.h"
#include "stats/short_steps.h"
#include "stats/shrink.h"
#include "stats/spread.h"
#include "stats/told.h"
#include "stats/track_level.h"

#define GAMES   (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define SCATTER 0.03 /* of the level: cross-entropies of an untrained model scatter less */
#define NUMBERS 20.0 /* nats: beyond it a loss without a score is none of classes, of which none are as many */
enum { LOSSES = 6 };
struct knobs {
    double change, change_end, full_points, full_at_end, full_epochs, min_epochs, min_points, few_points, among_sd, sure_sd, fall,
        fall_held, held_gain, held_points, risen, shrinks, other_falls, learns, learns_each, knew;
};
struct beside {      /* a track of a training loss */
    uint64_t broken; /* values that were not finite */
    double first;    /* its first value */
    struct told told;
};
struct state {
    const struct knobs *knobs;
    struct shrink shrink;
    struct track loss[LOSSES];
    uint32_t n_loss;
    bool game;
    struct held_out held;
    struct answers answers;
    const struct past *rate, *norm; /* of the learning rate, of the gradient norm; NULL: not logged */
    struct beside of[LOSSES];
};
enum { FIRST_SIZE = offsetof(struct state, of) + sizeof(struct beside) }; /* most runs have one training loss */

static const char *const kinds[] = {"loss_not_decreasing", NULL};
static const struct knob knobs[] = {
    {"loss_not_decreasing_change", "share", 0.02, 0.001, 0.5, 0.01, 0.05, offsetof(struct knobs, change),
     "of the initial loss that counts as no change while the run goes on", "seeded training runs"},
    {"loss_not_decreasing_end", "share", 0.05, 0.001, 0.5, 0.02, 0.08, offsetof(struct knobs, change_end),
     "the same when it is over", "seeded training runs: of several hundred good ones none fell by less than a tenth"},
    {"loss_not_decreasing_points", "points", 50, 10, 100000, 200, 30, offsetof(struct knobs, full_points),
     "for that; over fewer points proportionally less", "our choice"},
    {"loss_not_decreasing_points_end", "points", 25, 10, 100000, 100, 16, offsetof(struct knobs, full_at_end),
     "the same when the run is over", "seeded training runs, logged half as often: what was to be learned has been by then"},
    {"loss_not_decreasing_full_epochs", "points", 10, 3, 1000, 30, 6, offsetof(struct knobs, full_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"loss_not_decreasing_epochs", "points", 4, 3, 100, 8, 3, offsetof(struct knobs, min_epochs),
     "at least, where a point is an epoch or a record", "our choice"},
    {"loss_not_decreasing_steps", "points", 16, 4, 10000, 50, 10, offsetof(struct knobs, min_points),
     "at least, where a point is a step", "our choice"},
    {"loss_not_decreasing_few", "points", 10, 4, 10000, 30, 8, offsetof(struct knobs, few_points),
     "that are enough where a held-out loss has stood still as well, and the run is over", "two measurements that agree"},
    {"loss_not_decreasing_among", "sd", 2.5, 0.5, 6, 1.5, 3, offsetof(struct knobs, among_sd),
     "of the later levels, within which the first one lies among them", "1 in 160 levels lies farther above by chance"},
    {"loss_not_decreasing_sure", "sd", 3, 2, 10, 2.5, 4, offsetof(struct knobs, sure_sd),
     "of the line's own error that it must fall to be falling, where no held-out loss tells", "1 in 740 by chance"},
    {"loss_not_decreasing_fall", "share", 0.15, 0.01, 0.9, 0.1, 0.2, offsetof(struct knobs, fall),
     "that the line through noisy levels may fall at most, two standard errors included", "seeded training runs"},
    {"loss_not_decreasing_fall_held", "share", 0.5, 0.01, 0.9, 0.3, 0.6, offsetof(struct knobs, fall_held),
     "the same where a held-out loss stands still too", "seeded training runs"},
    {"loss_not_decreasing_held", "share", 0.02, 0.0005, 0.2, 0.005, 0.03, offsetof(struct knobs, held_gain),
     "of its first value by which a held-out loss that stands still gets better", "seeded training runs"},
    {"loss_not_decreasing_held_points", "points", 4, 3, 1000, 8, 3, offsetof(struct knobs, held_points), "evaluations for that",
     "our choice"},
    {"loss_not_decreasing_learns", "share", 0.15, 0.02, 0.9, 0.1, 0.25, offsetof(struct knobs, learns),
     "of its first value that a held-out loss falls steadily where something is learned", "as loss_not_decreasing_fall"},
    {"loss_not_decreasing_learns_each", "share", 0.1, 0.02, 0.9, 0.07, 0.15, offsetof(struct knobs, learns_each),
     "the same where each of ten evaluations is better than the one before",
     "seeded training runs: of several hundred good ones none fell by less than a tenth"},
    {"loss_not_decreasing_risen", "x", 2, 1.1, 1000, 4, 1.5, offsetof(struct knobs, risen),
     "the initial loss, where it has only risen", "as the loss doubling"},
    {"loss_not_decreasing_shrinks", "share", 0.01, 1e-4, 1, 0.03, 0.003, offsetof(struct knobs, shrinks),
     "of each weight that its decay takes at a step, for a held-out loss to tell nothing of learning", "as loss_plateau_shrinks"},
    {"loss_not_decreasing_other", "share", 0.25, 0.05, 1, 0.15, 0.5, offsetof(struct knobs, other_falls),
     "by which another term of the loss has come down, for one that stands to be worth knowing only", "our choice"},
    {"loss_not_decreasing_knew", "nats", 0.5, 0.05, 0.69, 0.6, 0.3, offsetof(struct knobs, knew),
     "below which a held-out loss begins where the weights knew the task before, for batches that scatter to be worth knowing "
     "only",
     "guessing costs 0.69 of two classes, and 1 of standardised targets; of 311 faulty zoo runs that nothing else finds none "
     "begins below 0.54"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

struct flat {
    double initial, now, best;
};

/* The levels move by no more than `change` of the first one. */
static bool stands(const struct state *s, const struct track *t, double change, bool over, struct flat *ret)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), some = n >= 10 ? n / 10 : 1;
    double full = t->series->axis == AXIS_EPOCH ? s->knobs->full_epochs : over ? s->knobs->full_at_end : s->knobs->full_points;
    double allowed = change * fmin(1, (double)t->curve->points / full);
    *ret = (struct flat){robust_median(y, some), robust_median(y + n - some, some), robust_median(y, some)};
    for (size_t i = some; i < n; i++) ret->best = fmin(ret->best, robust_median(y + i - 1, i + 1 < n ? 3 : 2));
    double size = fabs(ret->initial);
    return size > 1e-6 && ret->initial - ret->best <= allowed * size && fabs(ret->now - ret->initial) <= 0.2 * size;
}

/* Does the line fall, and far more surely than by chance? Slow learning is learning. */
static bool surely_falls(const struct state *s, const struct spread_fall *l)
{
    return l->share >= s->knobs->change_end && l->share >= s->knobs->sure_sd * l->error;
}

/* For an eighth of the run, or longer, did not one value come up to half of the least of the first ones? It fell, whatever came after. */
static bool was_low(const struct track *t)
{
    const struct curve *c = t->curve;
    uint32_t low = 0, most = 0;
    for (uint32_t i = 1; i < c->used; i++) {
        low = c->buckets[i].max < c->buckets[0].min / 2 ? low + 1 : 0;
        most = low > most ? low : most;
    }
    return most >= 3 && 8 * most >= c->used;
}

/* The scatter hides any change there may be, and leaves no room for much. */
static bool scatters(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], top[TRACK_BUCKETS];
    size_t n = track_means(t, y), from = n / 4;
    if (n < 10 || spread_wanders(y, n) || was_low(t)) return false;
    for (size_t i = 0; i < n; i++) top[i] = t->curve->buckets[i].max;
    struct spread later = spread_of(y + from, n - from), tops = spread_of(top + from, n - from);
    if (!(later.mean > 0) || y[0] > later.mean + s->knobs->among_sd * later.sd ||
        top[0] > tops.mean + s->knobs->among_sd * tops.sd)
        return false;
    int64_t first = t->curve->buckets[0].first_step, last = t->curve->buckets[n - 1].last_step;
    double gain = held_out_gain(&s->held, first + (last - first) / 3, s->knobs->held_points);
    bool forgets = shrink_share(&s->shrink) >= s->knobs->shrinks;
    if (gain > s->knobs->held_gain && !forgets) return false;
    struct spread_fall l = spread_fall(y, n);
    if (surely_falls(s, &l) && gain < 0 && !forgets) return false;
    return l.share + 2 * l.error <= (gain >= 0 || forgets ? s->knobs->fall_held : s->knobs->fall) &&
           robust_median(y + n - 3, 3) < s->knobs->risen * y[0];
}

/* Nothing was ever below the first level, and the end is far above it. */
static bool only_rises(const struct state *s, const struct track *t, const struct flat *f)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y);
    return n >= 5 && f->initial > 0 && f->best >= (1 - s->knobs->change) * f->initial && f->now >= s->knobs->risen * f->initial &&
           robust_trend(y, n) > 3;
}

/* The batches scatter by more than a few per cent, and the held-out loss does not move: one answer for all inputs, and it is the mean. */
static bool around_one_level(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], gain = held_out_gain(&s->held, INT64_MAX, s->knobs->held_points);
    size_t n = track_means(t, y);
    if (n < 5) return false;
    struct spread all = spread_of(y, n);
    double scatter = s->answers.series ? SCATTER : y[0] > NUMBERS ? 0 : SCATTER / 2; /* without a score it hardly is of classes */
    if (t->series->axis == AXIS_EPOCH) scatter = s->answers.series ? INFINITY : 0;   /* a mean of all batches */
    return gain >= 0 && (gain <= s->knobs->held_gain || held_out_settles(&s->held)) && all.sd > scatter * all.mean;
}

/* Does a held-out loss fall by as much as the rate lets it, to the end? */
static bool falls_straight(const struct state *s)
{
    for (uint32_t i = 0; i < s->held.n; i++)
        if (short_steps_straight(&s->held.of[i], s->rate)) return true;
    return false;
}

static bool batches_alike(const struct track *t)
{
    double y[TRACK_BUCKETS];
    struct spread all = spread_of(y, track_means(t, y));
    return all.sd <= 2 * SCATTER * all.mean;
}

static bool speaks_of_training(const struct series *x) { return strncasecmp(x->name, "train", 5) == 0; }

/* another_falls - is this one of several terms, of which another comes down? A detector's boxes may be right long before its classes are. Or a
 * "loss" beside a "train_loss", which then is what was trained by. */
static bool another_falls(const struct state *s, const struct track *t)
{
    bool whole = strcmp(t->series->metric, "loss") == 0;
    for (uint32_t i = 0; i < s->n_loss; i++) {
        const struct track *u = &s->loss[i];
        if (u == t || u->series->source != t->series->source || !track_begins(u)) continue;
        if (whole && (speaks_of_training(t->series) || !speaks_of_training(u->series))) continue;
        if (track_level(u, 0.9, 1) <= (1 - s->knobs->other_falls) * track_level(u, 0, 0.1)) return true;
    }
    return false;
}

/* Does the loss of numbers stand where answering their mean puts it? */
static bool answers_mean(const struct state *s, const struct track *t)
{
    for (uint32_t i = 0; i < s->held.n && !s->answers.series && !s->game; i++)
        if (s->held.of[i].series->axis == t->series->axis && mean_answer(t, &s->held.of[i])) return true;
    return false;
}

/* places - of how many counts there can be values: each of several ranks tells one at every step. */
static double places(const struct track *t)
{
    const struct curve *c = t->curve;
    if (!c->used || t->series->axis == AXIS_RECORD) return (double)c->points;
    return fmin((double)c->points, (double)(c->buckets[c->used - 1].last_step - c->buckets[0].first_step) + 1);
}

/* Is there too little of it to be judged, or is it from the middle of a run? Held-out rows that cost what they did each time need less beside
 * them: what stopped a run early is no reason to be silent of what it did until then. */
static bool is_unknown(const struct state *s, uint32_t at, bool mean, bool over)
{
    const struct track *t = &s->loss[at];
    double least = t->series->axis == AXIS_STEP || t->series->axis == AXIS_SAMPLE ? s->knobs->min_points : s->knobs->min_epochs;
    double gain = over ? held_out_gain(&s->held, INT64_MAX, s->knobs->held_points) : -1;
    if (gain >= 0 && gain <= s->knobs->held_gain) least = fmin(least, s->knobs->few_points);
    if (20 * s->of[at].broken > t->curve->points || (places(t) < least && !mean)) return true;
    return !track_begins(t) && !track_is_one_number(t);
}

/* Did each held-out loss begin far below what guessing costs, and move with the weights since?  around: the training loss scatters around one level */
static bool knew_before(const struct state *s, bool around)
{
    if (!around || !s->held.n || shrink_share(&s->shrink) >= s->knobs->shrinks) return false;
    for (uint32_t i = 0; i < s->held.n; i++)
        if (!(s->held.of[i].curve->buckets[0].mean < s->knobs->knew)) return false;
    return !held_out_constant(&s->held, &s->loss[0], s->knobs->held_points);
}

/* What is told beside it, for the causes.  around: it scatters around one level */
static void tell_beside(const struct state *s, uint32_t at, bool over, bool around, const struct flat *level, struct finding *f)
{
    const struct track *t = &s->loss[at], *held = s->held.of;
    double first = s->of[at].first, taken = shrink_share(&s->shrink);
    bool stays = held_out_constant(&s->held, &s->loss[0], s->knobs->held_points);
    enum at_chance chance =
        answers_at_chance(&s->answers, s->held.n ? held : NULL, first, level->initial, level->now, batches_alike(t));
    bool settles = chance >= ONE_ANSWER && 4 * s->answers.again > 3 * (s->answers.n - 1); /* the last biases only */
    bool gains = !(fabs(held_out_gain(&s->held, INT64_MAX, s->knobs->held_points)) < 0.05 * s->knobs->held_gain);
    finding_add(f, "noisy", around && !stays ? 1 + held_out_rests(&s->held) : 0, "");
    if (taken >= s->knobs->shrinks) finding_add(f, "forgets", taken, "share");
    else
        finding_add(f, "creeps",
                    over && ((!settles && gains && short_steps_creep(held, s->held.n, t, s->rate)) || falls_straight(s)), "");
    finding_add(f, "held_constant", (double)(stays ? answers_constant(&s->answers, held, first, level->now) : CHANGES), "");
    finding_add(f, "at_chance", (double)chance, "");
    finding_add(f, "warms_up", short_steps_warm_up(s->rate), "");
    finding_add(f, "steady", over && !stays && short_steps_steady(s->norm), "");
}

static void judge(struct state *s, uint32_t at, bool over, const struct findings *out)
{
    const struct track *t = &s->loss[at];
    bool mean = over && answers_mean(s, t), all = over && !s->game; /* all that can be asked of it is asked */
    struct flat level;
    if (is_unknown(s, at, mean, over)) return;
    bool still = stands(s, t, all ? s->knobs->change_end : s->knobs->change, over, &level);
    if (all && fabs(level.now - level.initial) <= s->knobs->change_end * fabs(level.initial))
        still |= held_out_stands(&s->held, s->knobs->held_points);
    bool noisy = !still && all && (mean || (scatters(s, t) && !answers_know_better(&s->answers, s->of[at].first)));
    struct finding f = track_finding(t, "loss_not_decreasing", 0);
    f.severity = another_falls(s, t) ? SEVERITY_INFO : SEVERITY_WARNING;
    f.confidence = noisy ? 0.75 : 0.75 + 0.2 * fmin(1, (double)t->curve->points / s->knobs->full_points);
    finding_add(&f, "from", level.initial, "");
    finding_add(&f, "to", level.now, "");
    finding_add(&f, "total_change", (level.now - level.initial) / fabs(level.initial), "share");
    finding_add(&f, "points", (double)t->curve->points, "points");
    bool around = mean || noisy || (still && around_one_level(s, t));
    tell_beside(s, at, over, around, &level, &f);
    if (knew_before(s, around)) f.severity = SEVERITY_INFO;
    bool flat = still || noisy || (all && only_rises(s, t, &level));
    bool learns = held_out_learns(&s->held, s->knobs->learns, s->knobs->learns_each) || answers_get_better(&s->answers);
    told_update(&s->of[at].told, flat && !learns, over, &f, out);
}

/* A loss that is NaN or infinite for more than a twentieth of its values is another trouble. */
static void note_broken(struct state *s, const struct series *series)
{
    for (uint32_t i = 0; i < s->n_loss; i++)
        if (s->loss[i].series == series) s->of[i].broken++;
}

/* While the run goes on it is judged each time its length has doubled: a warm-up may stand for a while, and what learns late clears. */
static bool is_due(const struct state *s, const struct track *t)
{
    uint64_t n = t->curve->points;
    return (double)n >= 2 * s->knobs->full_points && (n & (n - 1)) == 0;
}
/* How many values there are before it may be due again, or for the first time. */
static uint64_t not_due(const struct track *t)
{
    uint64_t n = t ? t->curve->points : 0, next = 1;
    while (next <= n) next *= 2;
    return t ? next - n - 1 : REST;
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    shrink_fact(&s->shrink, key, value);
}

/* Without memory for more than the first loss that one alone is heard. */
static void hear_loss(struct state *s, uint32_t at, const struct point *p, const struct findings *out)
{
    struct state *whole = at ? state_whole(s, out) : s;
    if (!whole) {
        s->n_loss = 1;
        return;
    }
    const struct track *t = &whole->loss[at];
    if (t->curve->points == 1) whole->of[at].first = p->value;
    if (is_due(whole, t)) judge(whole, at, false, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role == ROLE_LOSS_EVAL) {
        track_add(s->held.of, &s->held.n, HELD_OUT_MOST, p);
        rest_for(out, REST);
    } else if (p->series->role == ROLE_SCORE_EVAL) {
        answers_follow(&s->answers, p);
    } else if (p->series->role == ROLE_LEARNING_RATE) {
        if (!s->rate) s->rate = p->past;
        rest_for(out, REST);
    } else if (p->series->role == ROLE_GRAD_NORM) {
        if (!s->norm) s->norm = p->past;
        rest_for(out, REST);
    } else if (p->series->role != ROLE_LOSS_TRAIN) {
        s->game = true;
    } else {
        struct track *t = track_add(s->loss, &s->n_loss, LOSSES, p);
        if (!t && !isfinite(p->value)) note_broken(s, p->series);
        rest_for(out, not_due(t));
        if (t) hear_loss(s, (uint32_t)(t - s->loss), p, out);
    }
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->n_loss; i++) judge(s, i, true, out);
}

const struct analyzer analyzer_loss_not_decreasing = {.name = "loss_not_decreasing",
                                                      .summary = "the training loss never falls",
                                                      .source = "failure knowledge, section 2: loss is flat",
                                                      .kinds = kinds,
                                                      .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) |
                                                               WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_LEARNING_RATE) |
                                                               WANTS(ROLE_GRAD_NORM) | GAMES,
                                                      .scope = PER_RUN,
                                                      .state_size = sizeof(struct state),
                                                      .first_size = FIRST_SIZE,
                                                      .knobs = knobs,
                                                      .fact = fact,
                                                      .observe = observe,
                                                      .finish = finish};
