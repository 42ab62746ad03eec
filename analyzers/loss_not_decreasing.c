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
 * What else can be read is told beside it, for the causes: does a loss creep down to the end (the direction is right and the steps are
 * too short), is the held-out loss the same number each time (no weight changes), does the loss stand at ln n (the inputs do not arrive)?
 * Of the last the held-out score tells more. A model that gives one answer to all inputs scores one of a few shares, and the same again and
 * again; one that tells inputs apart, however wrongly, hardly ever. And a loss of exactly ln n at the very first is of outputs that
 * are all equal, which random weights never give. Where all is constant and a wrong answer costs more than ten nats, the outputs stand at 0
 * and 1 and the loss is what the logarithm was clipped at. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/answers.h"
#include "stats/lead.h"
#include "stats/mean_answer.h"
#include "stats/robust.h"
#include "stats/short_steps.h"
#include "stats/shrink.h"
#include "stats/told.h"
#include "stats/track_level.h"

#define GAMES   (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define WANDERS 0.4   /* of the scatter is between neighbours; of pure noise all of it, 0.4 once in 1,000 among 25 levels */
#define LATE    0.1   /* of what the first half fell, at its rate, that the second one falls too where steps are too short */
#define CREEP   1.9   /* Mann-Kendall z, one-sided: 1 in 35 by chance; five values in a row that fall have 2.2 */
#define SCATTER 0.03  /* of the level: cross-entropies of an untrained model scatter less */
#define NUMBERS 20.0  /* nats: beyond it a loss without a score is none of classes, of which none are as many */
#define FEW     5.0   /* times as much a gain counts where evaluations are few */
#define KNOWS   0.3   /* of what guessing lacks, that a score is above it: 0.65 of two classes, which half of all pairs have */
#define MANY    10    /* changes of a score that is no accuracy: as a->n of an accuracy, twice */
#define SETTLED 0.003 /* of its level: a held-out loss that weights in motion change by more */
#define RESTS   0.001 /* the same of one that only a bias moves */
enum { LOSSES = 6, EVALS = 2 };
struct knobs {
    double change, change_end, full_points, full_at_end, full_epochs, min_epochs, min_points, among_sd, sure_sd, fall, fall_held,
        held_gain, held_points, risen, shrinks, other_falls, learns;
};
struct beside {      /* a track of a training loss */
    uint64_t broken; /* values that were not finite */
    double first;    /* its first value */
    struct told told;
};
struct state {
    const struct knobs *knobs;
    struct shrink shrink;
    struct track loss[LOSSES], eval[EVALS];
    uint32_t n_loss, n_eval;
    struct answers answers;
    const struct past *rate, *norm; /* of the learning rate, of the gradient norm; NULL: not logged */
    bool game;
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
    {"loss_not_decreasing_risen", "x", 2, 1.1, 1000, 4, 1.5, offsetof(struct knobs, risen),
     "the initial loss, where it has only risen", "as the loss doubling"},
    {"loss_not_decreasing_shrinks", "share", 0.01, 1e-4, 1, 0.03, 0.003, offsetof(struct knobs, shrinks),
     "of each weight that its decay takes at a step, for a held-out loss to tell nothing of learning", "as loss_plateau_shrinks"},
    {"loss_not_decreasing_other", "share", 0.25, 0.05, 1, 0.15, 0.5, offsetof(struct knobs, other_falls),
     "by which another term of the loss has come down, for one that stands to be worth knowing only", "our choice"},
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

struct line {
    double fall, error; /* over the whole, and its standard error, in shares of the level */
};

/* The least-squares line through the levels. */
static struct line line_of(const double *y, size_t n)
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
    return (struct line){-slope / all.mean, sqrt(rest / (double)(n - 2) / squares) / all.mean};
}

/* Does the line fall, and far more surely than by chance? Slow learning is learning. */
static bool surely_falls(const struct state *s, const struct line *l)
{
    return l->fall >= s->knobs->change_end && l->fall >= s->knobs->sure_sd * l->error;
}

/* How much better than its first value a held-out loss ever was; the largest of several, and -1 where none can tell: its first value
 * must be of the first part of the run, unless it is the same number every time. */
static double held_out_gain(const struct state *s, int64_t by)
{
    double most = -1;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        const struct track *t = &s->eval[i];
        double first = t->curve->buckets[0].mean, best = first;
        bool same = track_low(t) == track_high(t);
        if (t->curve->points < 2 || !(first > 0) || (!same && t->curve->buckets[0].first_step > by)) continue;
        for (uint32_t k = 1; k < t->curve->used; k++) best = fmin(best, t->curve->buckets[k].mean);
        double few =
            (double)t->curve->points < s->knobs->held_points ? FEW : 1; /* of few evaluations none may be better by chance */
        most = fmax(most, few * (1 - best / first));
    }
    return most;
}

/* Does a held-out loss fall all along, to about its best? */
static bool held_out_learns(const struct state *s)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < s->n_eval; i++) {
        size_t n = track_means(&s->eval[i], y);
        double best = n ? y[0] : 0;
        for (size_t k = 1; k < n; k++) best = fmin(best, y[k]);
        bool falls = n >= 6 && best > 0 && best <= (1 - s->knobs->learns) * y[0] && robust_trend(y, n) < -CREEP;
        if (falls && y[n - 1] - best <= 0.25 * (y[0] - best)) return true;
    }
    return false;
}

/* Is each level near the one before it, far more than two of them by chance are? */
static bool wanders(const double *y, size_t n)
{
    double steps = 0, sd = spread_of(y, n).sd;
    for (size_t i = 1; i < n; i++) steps += (y[i] - y[i - 1]) * (y[i] - y[i - 1]) / (double)(n - 1);
    return steps < 2 * WANDERS * sd * sd;
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
    if (n < 10 || wanders(y, n) || was_low(t)) return false;
    for (size_t i = 0; i < n; i++) top[i] = t->curve->buckets[i].max;
    struct spread later = spread_of(y + from, n - from), tops = spread_of(top + from, n - from);
    if (!(later.mean > 0) || y[0] > later.mean + s->knobs->among_sd * later.sd ||
        top[0] > tops.mean + s->knobs->among_sd * tops.sd)
        return false;
    int64_t first = t->curve->buckets[0].first_step, last = t->curve->buckets[n - 1].last_step;
    double gain = held_out_gain(s, first + (last - first) / 3);
    bool forgets = shrink_share(&s->shrink) >= s->knobs->shrinks;
    if (gain > s->knobs->held_gain && !forgets) return false;
    struct line l = line_of(y, n);
    if (surely_falls(s, &l) && gain < 0 && !forgets) return false;
    return l.fall + 2 * l.error <= (gain >= 0 || forgets ? s->knobs->fall_held : s->knobs->fall) &&
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

/* Does the score tell that the model, which began as one that guesses, knows better? Its answers change, so that it is no share of one class. */
static bool knows_better(const struct state *s, uint32_t at)
{
    const struct answers *a = &s->answers;
    double score = a->last > 1.5 ? a->last / 100 : a->last, guess = exp(-s->of[at].first);
    return a->n >= 6 && 5 * a->again < a->n && is_accuracy(a->series->metric) && s->of[at].first > 0 &&
           score >= guess + KNOWS * (1 - guess);
}

/* Has a share of right answers risen by as much, in steps? One that only changes from one class for all to another does so once or twice. Of
 * another score (F1, AUC, mAP) guessing does not have what it begins with, so that more values must tell it. */
static bool gets_better(const struct state *s)
{
    const struct answers *a = &s->answers;
    double scale = a->last > 1.5 ? 100 : 1;
    return a->n >= 6 && a->n - 1 - a->again >= (is_accuracy(a->series->metric) ? 5 : MANY) &&
           a->last - a->first >= KNOWS * (scale - a->first);
}

/* Has a held-out loss, whatever it was at first, come to a level that it hardly leaves any more? Steps that are too long throw it about. */
static bool held_out_settles(const struct state *s)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < s->n_eval; i++) {
        size_t n = track_means(&s->eval[i], y), half = n / 2;
        if (n < 8) continue;
        struct spread late = spread_of(y + half, n - half);
        if (late.mean > 0 && late.sd <= SETTLED * late.mean) return true;
    }
    return false;
}

/* The batches scatter by more than a few per cent, and the held-out loss does not move: one answer for all inputs, and it is the mean. */
static bool around_one_level(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS], gain = held_out_gain(s, INT64_MAX);
    size_t n = track_means(t, y);
    if (n < 5) return false;
    struct spread all = spread_of(y, n);
    double scatter = s->answers.series ? SCATTER : y[0] > NUMBERS ? 0 : SCATTER / 2; /* without a score it hardly is of classes */
    if (t->series->axis == AXIS_EPOCH) scatter = s->answers.series ? INFINITY : 0;   /* a mean of all batches */
    return gain >= 0 && (gain <= s->knobs->held_gain || held_out_settles(s)) && all.sd > scatter * all.mean;
}

/* Has a held-out loss come to a level that it keeps to a thousandth? The last bias alone moves it by so little while batches scatter; outputs
 * that hang on the inputs still go on moving with the weights. */
static bool held_out_rests(const struct state *s)
{
    double y[TRACK_BUCKETS];
    for (uint32_t i = 0; i < s->n_eval; i++) {
        size_t n = track_means(&s->eval[i], y), half = n / 2;
        if (n < 6) continue;
        struct spread late = spread_of(y + half, n - half);
        if (late.mean > 0 && late.sd <= RESTS * late.mean) return true;
    }
    return false;
}

/* What the learning rate of the second half is to that of the first, at most 1. */
static double rate_left(const struct state *s)
{
    const struct curve *c = s->rate ? &s->rate->coarse : NULL;
    double half[2] = {0, 0};
    for (uint32_t i = 0; c && i < c->used / 2; i++) half[0] += c->buckets[i].mean, half[1] += c->buckets[c->used - 1 - i].mean;
    return half[0] > 0 ? fmin(1, fmax(0, half[1] / half[0])) : 1;
}

/* Does the second half fall steadily, and not by next to nothing of what the first one fell at its rate? */
static bool falls_late(const struct state *s, const double *y, size_t n)
{
    size_t half = n / 2;
    double before = y[0] - y[half], after = y[half] - robust_median(y + n - 3, 3);
    return robust_trend(y + half, n - half) < -CREEP && after >= LATE * rate_left(s) * before;
}

/* Does a held-out loss fall by as much as the rate lets it, to the end? */
static bool falls_straight(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_eval; i++)
        if (short_steps_straight(&s->eval[i], s->rate)) return true;
    return false;
}

/* Does the second half fall steadily, however little? The held-out losses tell best, being without the scatter of batches. */
static bool creeps(const struct state *s, const struct track *t)
{
    double y[TRACK_BUCKETS];
    bool held = false;
    for (uint32_t i = 0; i < s->n_eval; i++) {
        size_t n = track_means(&s->eval[i], y);
        if (n < 8) continue;
        if (falls_late(s, y, n)) return true;
        held = true;
    }
    size_t n = track_means(t, y);
    return !held && n >= 12 && robust_trend(y + n / 2, n - n / 2) < -CREEP;
}

static bool is_one_number(const struct track *t);

/* Do these evaluations lie a fifth of the run apart? Two in one place are of the same weights. */
static bool lie_apart(const struct state *s, const struct curve *c)
{
    const struct curve *l = s->n_loss ? s->loss[0].curve : NULL;
    return l && 5 * (c->buckets[c->used - 1].last_step - c->buckets[0].first_step) >=
                    l->buckets[l->used - 1].last_step - l->buckets[0].first_step;
}

/* Is a held-out loss the same to the last digit at every evaluation? Of many digits three evaluations are enough, or two that lie apart. */
static bool held_constant(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_eval; i++) {
        const struct track *t = &s->eval[i];
        bool same = (double)t->curve->points >= s->knobs->held_points || (t->curve->points >= 3 && is_one_number(t)) ||
                    (t->curve->points == 2 && is_one_number(t) && lie_apart(s, t->curve));
        for (uint32_t k = 0; k < t->curve->used; k++)
            same = same && t->curve->buckets[k].min == t->curve->buckets[k].max &&
                   t->curve->buckets[k].min == t->curve->buckets[0].min;
        if (same) return true;
    }
    return false;
}

/* Does a held-out loss stay within parts of ten thousand from first to last, as it does under steps that are next to nothing? */
static bool held_stands(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_eval; i++) {
        double low = track_low(&s->eval[i]), high = track_high(&s->eval[i]);
        if ((double)s->eval[i].curve->points >= s->knobs->held_points && low > 0 && high - low <= 1e-4 * low) return true;
    }
    return false;
}

static bool batches_alike(const struct track *t)
{
    double y[TRACK_BUCKETS];
    struct spread all = spread_of(y, track_means(t, y));
    return all.sd <= 2 * SCATTER * all.mean;
}

/* is_one_number - to all its digits, of which there are more than a rounded log has: not even batches differ, wherever the log begins. */
static bool is_one_number(const struct track *t)
{
    double low = track_low(t), thousandths = 1000 * low;
    return low == track_high(t) && fabs(thousandths - round(thousandths)) > 1e-6;
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
    for (uint32_t i = 0; i < s->n_eval && !s->answers.series && !s->game; i++)
        if (s->eval[i].series->axis == t->series->axis && mean_answer(t, &s->eval[i])) return true;
    return false;
}

/* places - of how many counts there can be values: each of several ranks tells one at every step. */
static double places(const struct track *t)
{
    const struct curve *c = t->curve;
    if (!c->used || t->series->axis == AXIS_RECORD) return (double)c->points;
    return fmin((double)c->points, (double)(c->buckets[c->used - 1].last_step - c->buckets[0].first_step) + 1);
}

static void judge(struct state *s, uint32_t at, bool over, const struct findings *out)
{
    const struct track *t = &s->loss[at];
    bool mean = over && answers_mean(s, t);
    double least = t->series->axis == AXIS_STEP || t->series->axis == AXIS_SAMPLE ? s->knobs->min_points : s->knobs->min_epochs;
    struct flat level;
    if (20 * s->of[at].broken > t->curve->points || (places(t) < least && !mean)) return;
    if (!track_begins(t) && !is_one_number(t)) return;
    bool still = stands(s, t, over && !s->game ? s->knobs->change_end : s->knobs->change, over, &level);
    if (over && !s->game && fabs(level.now - level.initial) <= s->knobs->change_end * fabs(level.initial))
        still |= held_stands(s);
    bool noisy = !still && over && !s->game && (mean || (scatters(s, t) && !knows_better(s, at))),
         rises = over && !s->game && only_rises(s, t, &level);
    struct finding f = track_finding(t, "loss_not_decreasing", 0);
    f.severity = another_falls(s, t) ? SEVERITY_INFO : SEVERITY_WARNING;
    f.confidence = noisy ? 0.75 : 0.75 + 0.2 * fmin(1, (double)t->curve->points / s->knobs->full_points);
    finding_add(&f, "from", level.initial, "");
    finding_add(&f, "to", level.now, "");
    finding_add(&f, "total_change", (level.now - level.initial) / fabs(level.initial), "share");
    finding_add(&f, "points", (double)t->curve->points, "points");
    bool around = !held_constant(s) && (mean || noisy || (still && around_one_level(s, t)));
    finding_add(&f, "noisy", around ? 1 + held_out_rests(s) : 0, "");
    enum at_chance chance = answers_at_chance(&s->answers, s->n_eval ? &s->eval[0] : NULL, s->of[at].first, level.initial,
                                              level.now, batches_alike(t));
    bool settles = chance >= ONE_ANSWER && 4 * s->answers.again > 3 * (s->answers.n - 1); /* the last biases only */
    bool constant = fabs(held_out_gain(s, INT64_MAX)) < 0.05 * s->knobs->held_gain;
    double taken = shrink_share(&s->shrink);
    if (taken >= s->knobs->shrinks) finding_add(&f, "forgets", taken, "share");
    else finding_add(&f, "creeps", over && ((!settles && !constant && creeps(s, t)) || falls_straight(s)), "");
    finding_add(&f, "held_constant",
                (double)(held_constant(s) ? answers_constant(&s->answers, &s->eval[0], s->of[at].first, level.now) : CHANGES),
                "");
    finding_add(&f, "at_chance", (double)chance, "");
    finding_add(&f, "warms_up", short_steps_warm_up(s->rate), "");
    finding_add(&f, "steady", over && !held_constant(s) && short_steps_steady(s->norm), "");
    told_update(&s->of[at].told, (still || noisy || rises) && !held_out_learns(s) && !gets_better(s), over, &f, out);
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
        track_add(s->eval, &s->n_eval, EVALS, p);
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
