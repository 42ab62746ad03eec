/* loss_not_decreasing - the training loss stands where it began, or above: nothing is learned.
 *
 * Judged only from the beginning of a run (a log that starts in the middle may well be flat), on levels of a curve. What counts as no
 * change depends on how much was seen: over few points only next to none, over a hundred and more two per cent, and five when the run is over.
 *
 * Mini-batches may scatter more than that. Then the scatter is the measure: the first levels lie among the later ones, no fall of the
 * line through all of them is likely, and the held-out loss, which has no such scatter, is nowhere better than at its first evaluation. A
 * quick learner fails the first test, a slow one the second.
 *
 * A loss that only rises from the first record on never decreased either.
 *
 * What else can be read is told beside it, for the causes: does a loss creep down to the end (the direction is right and the steps are
 * too short), is the held-out loss the same number each time (no weight changes), does the loss stand at ln n (the inputs do not arrive)? */
#include <math.h>

#include "analyzer.h"
#include "stats/robust.h"
#include "stats/told.h"
#include "stats/track.h"

#define GAMES   (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define CREEP   1.9  /* Mann-Kendall z, one-sided: 1 in 35 by chance; five values in a row that fall have 2.2 */
#define SCATTER 0.03 /* of the level: cross-entropies of an untrained model scatter less */
enum { LOSSES = 6, EVALS = 2 };
struct state {
    double change, change_end, full_points, full_epochs, min_epochs, min_points, among_sd, fall, fall_held, held_gain,
        held_points, risen;
    struct track loss[LOSSES], eval[EVALS];
    struct told told[LOSSES];
    uint32_t n_loss, n_eval;
    uint64_t broken[LOSSES]; /* values that were not finite */
    bool game;
};

static const char *const kinds[] = {"loss_not_decreasing", NULL};
static const struct knob knobs[] = {
    {"loss_not_decreasing_change", "share", 0.02, 0.001, 0.5, 0.01, 0.05, offsetof(struct state, change),
     "of the initial loss that counts as no change while the run goes on", "seeded training runs"},
    {"loss_not_decreasing_end", "share", 0.05, 0.001, 0.5, 0.02, 0.08, offsetof(struct state, change_end),
     "the same when it is over", "seeded training runs: of several hundred good ones none fell by less than a tenth"},
    {"loss_not_decreasing_points", "points", 50, 10, 100000, 200, 30, offsetof(struct state, full_points),
     "for that; over fewer points proportionally less", "our choice"},
    {"loss_not_decreasing_full_epochs", "points", 10, 3, 1000, 30, 6, offsetof(struct state, full_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"loss_not_decreasing_epochs", "points", 4, 3, 100, 8, 3, offsetof(struct state, min_epochs),
     "at least, where a point is an epoch or a record", "our choice"},
    {"loss_not_decreasing_steps", "points", 20, 4, 10000, 50, 10, offsetof(struct state, min_points),
     "at least, where a point is a step", "our choice"},
    {"loss_not_decreasing_among", "sd", 2.5, 0.5, 6, 1.5, 3, offsetof(struct state, among_sd),
     "of the later levels, within which the first one lies among them", "1 in 160 levels lies farther above by chance"},
    {"loss_not_decreasing_fall", "share", 0.15, 0.01, 0.9, 0.1, 0.2, offsetof(struct state, fall),
     "that the line through noisy levels may fall at most, two standard errors included", "seeded training runs"},
    {"loss_not_decreasing_fall_held", "share", 0.5, 0.01, 0.9, 0.3, 0.6, offsetof(struct state, fall_held),
     "the same where a held-out loss stands still too", "seeded training runs"},
    {"loss_not_decreasing_held", "share", 0.01, 0.0005, 0.2, 0.005, 0.02, offsetof(struct state, held_gain),
     "of its first value by which a held-out loss that stands still gets better", "seeded training runs"},
    {"loss_not_decreasing_held_points", "points", 4, 3, 1000, 8, 3, offsetof(struct state, held_points), "evaluations for that",
     "our choice"},
    {"loss_not_decreasing_risen", "x", 2, 1.1, 1000, 4, 1.5, offsetof(struct state, risen),
     "the initial loss, where it has only risen", "as the loss doubling"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

struct flat {
    double initial, now, best;
};

/* The levels move by no more than `change` of the first one. */
static bool stands(const struct state *s, const struct track *t, double change, struct flat *ret)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), some = n >= 10 ? n / 10 : 1;
    double full = t->series->axis == AXIS_EPOCH ? s->full_epochs : s->full_points;
    double allowed = change * fmin(1, (double)t->curve.points / full);
    *ret = (struct flat){robust_median(y, some), robust_median(y + n - some, some), robust_median(y, some)};
    for (size_t i = some; i < n; i++) ret->best = fmin(ret->best, robust_median(y + i - 1, i + 1 < n ? 3 : 2));
    double size = fabs(ret->initial);
    return size > 1e-6 && ret->initial - ret->best <= allowed * size && fabs(ret->now - ret->initial) <= 0.2 * size;
}

struct spread {
    double mean, sd;
};

static struct spread spread_of(const double *y, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) sum += y[i];
    for (size_t i = 0; i < n; i++) squares += (y[i] - sum / (double)n) * (y[i] - sum / (double)n);
    return (struct spread){sum / (double)n, sqrt(squares / (double)(n - 1))};
}

/* The most that the least-squares line falls over the whole, in shares of the level: two standard errors steeper than it is. */
static double likely_fall(const double *y, size_t n)
{
    struct spread all = spread_of(y, n);
    double slope = 0, squares = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        double x = (double)i / (double)(n - 1) - 0.5;
        slope += x * y[i], squares += x * x;
    }
    slope /= squares;
    for (size_t i = 0; i < n; i++) {
        double off = y[i] - all.mean - slope * ((double)i / (double)(n - 1) - 0.5);
        rest += off * off;
    }
    return (2 * sqrt(rest / (double)(n - 2) / squares) - slope) / all.mean;
}

/* How much better than its first value a held-out loss ever was; the largest of several, and -1 where none can tell. */
static double held_out_gain(const struct state *s, int64_t by)
{
    double most = -1;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        const struct track *t = &s->eval[i];
        double first = t->buckets[0].mean, best = first;
        if ((double)t->curve.points < s->held_points || !(first > 0) || t->buckets[0].first_step > by) continue;
        for (uint32_t k = 1; k < t->curve.used; k++) best = fmin(best, t->buckets[k].mean);
        most = fmax(most, 1 - best / first);
    }
    return most;
}

/* The scatter hides any change there may be, and leaves no room for much. */
static bool scatters(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], top[TRACK_BUCKETS];
    size_t n = track_means(t, y), from = n / 4;
    if (n < 10) return false;
    for (size_t i = 0; i < n; i++) top[i] = t->buckets[i].max;
    struct spread later = spread_of(y + from, n - from), tops = spread_of(top + from, n - from);
    if (!(later.mean > 0) || y[0] > later.mean + s->among_sd * later.sd || top[0] > tops.mean + s->among_sd * tops.sd)
        return false;
    int64_t first = t->buckets[0].first_step, last = t->buckets[n - 1].last_step;
    double gain = held_out_gain(s, first + (last - first) / 3);
    if (gain > s->held_gain) return false;
    return likely_fall(y, n) <= (gain >= 0 ? s->fall_held : s->fall) && robust_median(y + n - 3, 3) < s->risen * y[0];
}

/* Nothing was ever below the first level, and the end is far above it. */
static bool only_rises(const struct state *s, const struct track *t, const struct flat *f)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y);
    return n >= 5 && f->initial > 0 && f->best >= (1 - s->change) * f->initial && f->now >= s->risen * f->initial &&
           robust_trend(y, n) > 3;
}

/* The batches scatter by more than a few per cent, and the held-out loss does not move: one answer for all inputs, and it is the mean. */
static bool around_one_level(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], gain = held_out_gain(s, INT64_MAX);
    size_t n = track_means(t, y);
    if (n < 5) return false;
    struct spread all = spread_of(y, n);
    return gain >= 0 && gain <= s->held_gain && all.sd > SCATTER * all.mean;
}

/* Does the second half fall steadily, however little? The held-out losses tell best, being without the scatter of batches. */
static bool creeps(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS];
    bool held = false;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        size_t n = track_means(&s->eval[i], y), late = n - n / 2;
        if (n < 8) continue;
        if (robust_trend(y + n / 2, late) < -CREEP) return true;
        held = true;
    }
    size_t n = track_means(t, y);
    return !held && n >= 12 && robust_trend(y + n / 2, n - n / 2) < -CREEP;
}

/* Is a held-out loss the same to the last digit at every evaluation? */
static bool held_constant(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_eval; i++) {
        const struct track *t = &s->eval[i];
        bool same = (double)t->curve.points >= s->held_points;
        for (uint32_t k = 0; k < t->curve.used; k++)
            same = same && t->buckets[k].min == t->buckets[k].max && t->buckets[k].min == t->buckets[0].min;
        if (same) return true;
    }
    return false;
}

/* Within a hundredth of what guessing among 2 to 1,000 classes costs, the usual numbers of them. */
static bool at_chance(double level)
{
    static const double usual[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 50, 100, 1000};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (fabs(level / log(usual[i]) - 1) < 0.01) return true;
    return false;
}

static void judge(struct state *s, uint32_t at, bool over, const struct findings *out)
{
    const struct track *t = &s->loss[at];
    double least = t->series->axis == AXIS_STEP || t->series->axis == AXIS_SAMPLE ? s->min_points : s->min_epochs;
    struct flat level;
    if (20 * s->broken[at] > t->curve.points || (double)t->curve.points < least || !track_begins(t)) return;
    bool still = stands(s, t, over && !s->game ? s->change_end : s->change, &level);
    bool noisy = !still && over && !s->game && scatters(s, t), rises = over && !s->game && only_rises(s, t, &level);
    struct finding f = track_finding(t, "loss_not_decreasing", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = noisy ? 0.75 : 0.75 + 0.2 * fmin(1, (double)t->curve.points / s->full_points);
    finding_add(&f, "from", level.initial, "");
    finding_add(&f, "to", level.now, "");
    finding_add(&f, "total_change", (level.now - level.initial) / fabs(level.initial), "share");
    finding_add(&f, "points", (double)t->curve.points, "points");
    finding_add(&f, "noisy", !held_constant(s) && (noisy || (still && around_one_level(s, t))), "");
    finding_add(&f, "creeps", over && !(fabs(held_out_gain(s, INT64_MAX)) < 0.1 * s->held_gain) && creeps(s, t), "");
    finding_add(&f, "held_constant", held_constant(s), "");
    finding_add(&f, "at_chance", at_chance(level.now), "");
    told_update(&s->told[at], still || noisy || rises, over, &f, out);
}

/* A loss that is NaN or infinite for more than a twentieth of its values is another trouble. */
static void note_broken(struct state *s, const struct series *series)
{
    for (uint32_t i = 0; i < s->n_loss; i++)
        if (s->loss[i].series == series) s->broken[i]++;
}

/* While the run goes on it is judged each time its length has doubled: a warm-up may stand for a while, and what learns late clears. */
static bool is_due(const struct state *s, const struct track *t)
{
    uint64_t n = t->curve.points;
    return (double)n >= 2 * s->full_points && (n & (n - 1)) == 0;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series->role == ROLE_LOSS_EVAL) {
        track_add(s->eval, &s->n_eval, EVALS, p);
    } else if (p->series->role != ROLE_LOSS_TRAIN) {
        s->game = true;
    } else {
        struct track *t = track_add(s->loss, &s->n_loss, LOSSES, p);
        if (!t && !isfinite(p->value)) note_broken(s, p->series);
        if (t && is_due(s, t)) judge(s, (uint32_t)(t - s->loss), false, out);
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
                                                      .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | GAMES,
                                                      .scope = PER_RUN,
                                                      .state_size = sizeof(struct state),
                                                      .knobs = knobs,
                                                      .observe = observe,
                                                      .finish = finish};
