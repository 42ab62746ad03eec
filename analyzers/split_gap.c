/* split_gap - training and validation of one metric are a world apart: validation is bad from the first evaluation on.
 *
 * The training loss falls far while no validation is ever better than the untrained model, and the two part at the very first
 * evaluation that follows some progress. Overfitting parts later, after validation has improved too. What parts at once is a fault of
 * the evaluation path (mode, statistics, preprocessing, weights not loaded) more often than of the model. A validation loss that is far worse
 * than the untrained model's needs two evaluations only. One that stands apart from the first evaluation on, yet below the untrained
 * model's, is worth knowing: a small training set shows the same; it is a warning where it jumps about its level, neither better nor
 * worse, while the training loss is halved, or where that loss comes to a quarter of it and less: whether those rows are learned by heart or
 * the others are read wrongly, nothing was learned for them. One that was falling and has turned is overfitting's business. So are the rounds of a
 * booster, each of which sees all rows.
 *
 * Until the first epoch is over, no row has been seen twice, and the training loss is measured on rows that are as new to the model as the
 * held-out ones: the two must agree. Where epochs are known and they part within the first one, nothing was learned by heart, however
 * the validation loss goes on.
 *
 * A held-out loss is a mean over many rows, a logged training loss often that of one batch: where single batches cost many times the middle
 * one, and more than the held-out rows do, the two are alike. And near nothing a ratio means nothing. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/accuracy.h"
#include "stats/boosted.h"
#include "stats/early.h"
#include "stats/epochs.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/track_pair.h"

#define GAMES     (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define TAIL      8.0  /* times the level: of normal noise on the logarithm with half a unit of deviation, none of 10,000 */
#define UNGUESSED 0.5  /* nats, below which no model begins that guesses among classes of like size */
#define GOES      1.65 /* Mann-Kendall z: 1 in 20 by chance */
#define SOLVED    0.05 /* of the untrained model's loss, below which next to all is learned for the held-out rows as well */
enum { TRAINS = 2, EVALS = 4, SCORES = 4, MANY = 12 /* evaluations */ };
struct knobs {
    double min_points, train_fall, apart, useless, worse, worse_points, turned, constant_points, constant_gain, constant_train,
        constant_noise, pass_apart, pass_second, pass_follows, score_apart, wide, wide_left, wide_rise, wide_gain, never_train,
        never_untrained, never_gain, never_ratio, shaky_gain, mostly, rises_points, rises_gain, rises_left, rises_risen;
};
struct state {
    const struct knobs *knobs;
    struct boosting boosting;
    bool game;
    struct track train[TRAINS], eval[EVALS], train_score[SCORES], eval_score[SCORES];
    uint32_t n_train, n_eval, n_train_score, n_eval_score;
    struct early early_train[TRAINS], early_eval[EVALS];
    struct epochs epochs;
    const struct series *counts; /* the newest series that counts epochs: its name is read once */
    struct preview preview;
};

static const char *const kinds[] = {"gap_from_start", NULL};
static const struct knob knobs[] = {
    {"gap_points", "points", 4, 3, 1000, 6, 3, offsetof(struct knobs, min_points), "evaluations before anything is said",
     "our choice"},
    {"gap_train_fall", "share", 0.4, 0.05, 1, 0.6, 0.3, offsetof(struct knobs, train_fall),
     "of its first level that the training loss must have lost", "our choice"},
    {"gap_apart", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, apart),
     "that validation loss is above training loss from the first evaluation on", "our choice"},
    {"gap_useless", "share", 0.85, 0.3, 2, 0.95, 0.75, offsetof(struct knobs, useless),
     "of the untrained model's loss that validation never falls below", "our choice"},
    {"gap_worse", "x", 1.2, 1.05, 100, 1.5, 1.1, offsetof(struct knobs, worse),
     "the untrained model's loss, above which fewer evaluations are enough",
     "no model that is evaluated rightly is far below guessing"},
    {"gap_worse_points", "points", 2, 2, 1000, 3, 2, offsetof(struct knobs, worse_points), "evaluations then", "our choice"},
    {"gap_turned", "share", 0.1, 0.01, 1, 0.2, 0.05, offsetof(struct knobs, turned),
     "by which a validation loss falls, and then rises, to have turned", "as overfitting_rise"},
    {"gap_constant_points", "points", 8, 4, 1000, 16, 6, offsetof(struct knobs, constant_points),
     "evaluations of a constant gap below the untrained model's loss", "our choice"},
    {"gap_constant_gain", "share", 0.25, 0.01, 0.9, 0.15, 0.3, offsetof(struct knobs, constant_gain),
     "of its first value by which such a validation loss gets better at most", "our choice"},
    {"gap_constant_train", "x", 2, 1.5, 100, 5, 1.5, offsetof(struct knobs, constant_train),
     "that the training loss falls meanwhile, to be a warning", "our choice"},
    {"gap_constant_noise", "share", 0.05, 0.01, 1, 0.1, 0.03, offsetof(struct knobs, constant_noise),
     "of its level by which it jumps from one evaluation to the next, to be one",
     "the same rows under smoothly changing weights: statistics that do not follow them jump, a small training set does not"},
    {"gap_wide", "x", 4, 2, 1000, 10, 3, offsetof(struct knobs, wide),
     "the training loss that such a validation loss comes to, to be one as well",
     "seeded training runs: 1 of 430 healthy ones that stood at half of the untrained model's loss or above"},
    {"gap_wide_left", "share", 0.5, 0.2, 1, 0.7, 0.4, offsetof(struct knobs, wide_left),
     "of the untrained model's loss that it never falls below then", "as gap_wide"},
    {"gap_wide_gain", "share", 0.1, 0.01, 0.5, 0.05, 0.2, offsetof(struct knobs, wide_gain),
     "of its first value by which such a validation loss gets better at most", "as gap_turned: what a step of noise brings"},
    {"gap_wide_rise", "share", 0.25, 0.05, 2, 0.15, 0.4, offsetof(struct knobs, wide_rise),
     "above its lowest that it ends at most: one that rises further is overfitting", "our choice"},
    {"gap_never_train", "share", 0.1, 0.02, 0.9, 0.3, 0.05, offsetof(struct knobs, never_train),
     "of its first level that the training loss must have lost, where validation was never as good as untrained",
     "no model that learns is worse than one that has not, on rows that are evaluated rightly"},
    {"gap_never_untrained", "x", 1.1, 1, 100, 1.3, 1.05, offsetof(struct knobs, never_untrained),
     "the untrained model's loss that validation is above then, from the first evaluation on",
     "as gap_worse, of more evaluations"},
    {"gap_never_gain", "share", 0.1, 0.01, 0.9, 0.05, 0.2, offsetof(struct knobs, never_gain),
     "of its first value by which it gets better at most: a loss in other units falls as the training loss does",
     "as gap_turned"},
    {"gap_never_ratio", "x", 2, 1.2, 100, 3, 1.6, offsetof(struct knobs, never_ratio),
     "the training loss at the end that a validation loss near the untrained model's is, wherever the two parted", "our choice"},
    {"gap_shaky_gain", "share", 0.4, 0.1, 0.9, 0.25, 0.5, offsetof(struct knobs, shaky_gain),
     "of its first value by which a validation loss gets better at most that jumps, at several times the training loss",
     "as gap_wide"},
    {"gap_mostly", "share", 0.9, 0.6, 1, 1, 0.8, offsetof(struct knobs, mostly),
     "of many evaluations that are worse than untrained by gap_worse, at gap_wide times the training loss",
     "our choice: one may be lucky"},
    {"gap_score_points", "points", 10, 4, 1000, 8, 16, offsetof(struct knobs, rises_points),
     "evaluations of a score that rises to the end, beside which a gap is worth knowing only", "our choice"},
    {"gap_score_gain", "share", 0.3, 0.05, 1, 0.2, 0.5, offsetof(struct knobs, rises_gain),
     "of what it lacked at first that such a score has gained",
     "as loss_not_decreasing: what a score that knows is above guessing"},
    {"gap_score_left", "share", 0.1, 0.01, 0.5, 0.2, 0.05, offsetof(struct knobs, rises_left),
     "of its gain that it stands below its best at most", "our choice"},
    {"gap_score_risen", "x", 1.5, 1, 10, 2, 1.2, offsetof(struct knobs, rises_risen),
     "its first value that the loss is below then: one that rises is another trouble", "as gap_apart"},
    {"gap_first_epoch", "x", 1.5, 1.1, 100, 2, 1.3, offsetof(struct knobs, pass_apart),
     "that validation is above training while no row has been seen twice", "1.32 at most on the healthy calibration runs"},
    {"gap_second_epoch", "x", 2, 1.1, 100, 3, 1.6, offsetof(struct knobs, pass_second), "the same in the second epoch",
     "1.53 on the healthy calibration runs that were apart before"},
    {"gap_follows", "share", 0.5, 0.05, 1, 0.3, 0.7, offsetof(struct knobs, pass_follows),
     "of the training loss's fall (of its logarithm) that validation follows at most", "1 where only the units differ"},
    {"gap_score", "share", 0.3, 0.05, 1, 0.4, 0.2, offsetof(struct knobs, score_apart),
     "of the scale that the training score is above from the first evaluation on", "AutoTrainer calls 0.07 to 0.1 overfitting"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The two losses side by side, from the first evaluation that follows some progress of the training loss. */
struct pair {
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS]; /* evaluations, and levels of the training loss */
    double untrained, now, best, closest;      /* now: the training loss at the end; closest: the least ratio of the two */
    double lowest, late;                       /* of all evaluations; the median of the last three */
    size_t n, first;
};

static const struct early *early_of(const struct early *all, uint32_t n, const struct series *series)
{
    for (uint32_t i = 0; i < n; i++)
        if (all[i].series == series) return &all[i];
    return NULL;
}

/* has_fallen - by a share of its first level, the training loss. */
static bool has_fallen(const struct pair *p, double share) { return p->now > 0 && p->now <= (1 - share) * p->t[0]; }

/* pair_up - false when the training loss has hardly fallen, or nothing was evaluated since it had. */
static bool pair_up(const struct state *s, const struct track *eval, const struct track *train, struct pair *ret)
{
    size_t m = track_levels(train, ret->t), first = 0, n = track_means(eval, ret->e), few = n < 3 ? n : 3;
    if (m < 4) return false;
    ret->n = n, ret->untrained = fmax(train->curve->buckets[0].max, ret->t[0]), ret->now = ret->t[m - 1];
    if (!has_fallen(ret, s->knobs->never_train)) return false;
    const struct early *begins = early_of(s->early_train, s->n_train, train->series);
    while (begins && first < n && early_level(begins, eval->curve->buckets[first].first_step) > 0.9 * ret->t[0]) first++;
    ret->first = first, ret->best = ret->closest = ret->lowest = INFINITY;
    ret->late = robust_median(ret->e + n - few, few);
    for (size_t i = 0; i < n; i++) ret->lowest = fmin(ret->lowest, ret->e[i]);
    for (size_t i = first; i < n; i++) {
        ret->best = fmin(ret->best, ret->e[i]);
        ret->closest = fmin(ret->closest, ret->e[i] / track_at(train, ret->t, eval->curve->buckets[i].first_step));
    }
    return first < n;
}

/* The least middle one of three evaluations in a row behind the first: one of many is lucky. Of few, the least. */
static double lowest_level(const struct pair *p)
{
    double low = INFINITY;
    for (size_t i = 1; i < p->n; i++)
        low = fmin(low, p->n < MANY ? p->e[i] : robust_median(p->e + i, p->n - i < 3 ? p->n - i : 3));
    return low;
}

/* It was falling once, not far from where an untrained model stands, and rises now. */
static bool has_turned(const struct state *s, const struct track *eval, const struct pair *p)
{
    double low = lowest_level(p);
    return low < 2 * p->untrained && low < (1 - s->knobs->turned) * eval->curve->buckets[0].max &&
           p->e[p->n - 1] > (1 + s->knobs->turned) * low;
}

/* Apart from the first evaluation on, better than untrained, and hardly ever better than at first. */
static bool is_constant_gap(const struct state *s, const struct track *eval, const struct pair *p)
{
    return (double)eval->curve->points >= s->knobs->constant_points && p->first == 0 && track_begins(eval) &&
           p->best >= (1 - s->knobs->constant_gain) * p->e[0] &&
           p->late <= (1 + s->knobs->turned) * fmax(p->best, robust_median(p->e, 3));
}

/* Such a gap that neither closes nor opens, for many evaluations, while the training loss goes on falling. */
static bool stays_constant(const struct state *s, const struct track *eval, const struct track *train, const struct pair *p)
{
    int64_t begins = eval->curve->buckets[0].first_step, ends = train->curve->buckets[train->curve->used - 1].last_step;
    bool many = (double)eval->curve->points >= 1.5 * s->knobs->constant_points, soon = begins * 8 <= ends;
    bool shaky = robust_noise(p->e, p->n) >= s->knobs->constant_noise * robust_median(p->e, p->n);
    return many && soon && shaky && track_at(train, p->t, begins) >= s->knobs->constant_train * p->now;
}

/* Never much better than at the first evaluation, far above the training loss in the end: learning does not reach these rows. */
static bool is_left_behind(const struct state *s, const struct track *eval, const struct pair *p)
{
    return (double)eval->curve->points >= s->knobs->constant_points && 8 * p->first <= p->n && track_begins(eval) &&
           p->best >= fmax((1 - s->knobs->wide_gain) * p->e[0], s->knobs->wide_left * p->untrained) &&
           p->late >= s->knobs->wide * p->now && p->late <= (1 + s->knobs->wide_rise) * p->best;
}

/* Does validation come down with the training loss, in other units? Logarithms fall alike then. */
static bool follows(const struct state *s, const struct pair *p)
{
    double fell = log(p->e[0] / p->late), train_fell = log(p->t[0] / p->now);
    return p->n >= 3 && fell >= s->knobs->pass_follows * train_fell;
}

/* Worse than untrained at the first evaluation and at each later one, while training gets somewhere. */
static bool is_never_as_good(const struct state *s, const struct track *eval, const struct pair *p)
{
    return (double)eval->curve->points >= s->knobs->min_points && track_begins(eval) &&
           p->lowest >= fmax(s->knobs->never_untrained * p->untrained, (1 - s->knobs->never_gain) * p->e[0]) &&
           p->late >= s->knobs->apart * p->now;
}

/* Worse than untrained at nearly each of many evaluations, from the first one on and going neither up nor down, and at several times the
 * training loss to the end: one among them may be lucky. In other units it would come down with the training loss. */
static bool is_mostly_worse(const struct state *s, const struct track *eval, const struct pair *p)
{
    size_t worse = 0;
    if ((double)eval->curve->points < s->knobs->constant_points || !track_begins(eval) || p->late < s->knobs->wide * p->now)
        return false;
    for (size_t i = 0; i < p->n; i++) worse += p->e[i] >= s->knobs->worse * p->untrained;
    bool at_first = p->e[0] >= s->knobs->worse * p->untrained, goes = fabs(robust_trend(p->e, p->n)) > GOES;
    return at_first && !goes && (double)worse >= s->knobs->mostly * (double)p->n && p->closest >= s->knobs->apart;
}

/* Hardly better than untrained to the end, at twice the training loss and more, though the two parted slowly. */
static bool learns_nothing(const struct state *s, const struct track *eval, const struct pair *p)
{
    return (double)eval->curve->points >= s->knobs->constant_points && 8 * p->first <= p->n && track_begins(eval) &&
           p->lowest >= fmax(s->knobs->useless, 1 - s->knobs->wide_gain) * p->untrained &&
           p->late >= s->knobs->never_ratio * p->now;
}

/* It jumps from one evaluation to the next, at several times the training loss from the first one on: statistics that do not follow the
 * weights do so. */
static bool is_shaky_gap(const struct state *s, const struct track *eval, const struct pair *p)
{
    size_t few = p->n < 3 ? p->n : 3, half = p->n / 2;
    if ((double)eval->curve->points < 1.5 * s->knobs->constant_points || !track_begins(eval) || p->closest < s->knobs->apart)
        return false;
    double noise = robust_noise(p->e + half, p->n - half), level = robust_median(p->e + half, p->n - half);
    return noise >= s->knobs->constant_noise * level && level <= (1 + s->knobs->wide_rise) * robust_median(p->e, half) &&
           level >= (1 - s->knobs->shaky_gain) * robust_median(p->e, few) && p->best >= s->knobs->wide_left * p->untrained &&
           p->late >= s->knobs->wide * p->now;
}

/* What is apart before any row has been seen twice. */
struct pass {
    double last,
        second;   /* the ratio of the two at the last evaluation of the first epoch, and at the least one of the second; NaN */
    size_t apart; /* evaluations of the first epoch */
    int64_t onset;
};

static double epoch_at(const struct state *s, const struct early *train, int64_t step)
{
    if (train->series->axis == AXIS_EPOCH) return (double)(step - train->buckets[0].first_step + 1);
    return (double)step / epochs_steps(&s->epochs);
}

static struct pass first_pass(const struct state *s, const struct early *eval, const struct early *train)
{
    struct pass r = {.last = NAN, .second = NAN, .onset = -1};
    for (uint32_t i = 0; i < eval->used; i++) {
        const struct early_bucket *b = &eval->buckets[i];
        double epoch = epoch_at(s, train, b->last_step), ratio = b->mean / early_level(train, b->last_step);
        if (!(epoch <= 2.2)) break;
        bool apart = ratio >= (epoch <= 1.1 ? s->knobs->pass_apart : s->knobs->pass_second);
        if (epoch <= 1.1) r.last = ratio, r.apart = apart ? r.apart + 1 : 0;
        else r.second = fmin(isnan(r.second) ? INFINITY : r.second, ratio);
        if (ratio < sqrt(s->knobs->pass_apart)) r.onset = -1;
        else if (r.onset < 0) r.onset = b->first_step;
    }
    return r;
}

/* Apart before any row was seen twice, ever since, and without following the training loss. *onset: since when. */
static bool parted_at_once(const struct state *s, const struct track *eval, const struct track *train, const struct pair *p,
                           size_t *onset)
{
    double lowest = INFINITY;
    const struct early *e = early_of(s->early_eval, s->n_eval, eval->series),
                       *r = early_of(s->early_train, s->n_train, train->series);
    if (!e || !r || !e->used || !r->used) return false;
    struct pass pass = first_pass(s, e, r);
    bool at_once = pass.apart >= 2 || (pass.second >= s->knobs->pass_second && !(pass.last < 1.1));
    if (!at_once || pass.onset < 0) return false;
    size_t from = 0;
    while (from + 1 < p->n && eval->curve->buckets[from].last_step < pass.onset) from++;
    for (size_t i = from; i < p->n; i++) {
        lowest = fmin(lowest, p->e[i]);
        if (i > from && p->e[i] < s->knobs->apart * track_at(train, p->t, eval->curve->buckets[i].first_step)) return false;
    }
    *onset = from;
    double train_fell = log(early_level(r, pass.onset) / p->now), eval_fell = log(p->e[from] / lowest);
    return eval_fell <= fmax(s->knobs->pass_follows * train_fell, 0.05);
}

/* Do single batches of the second half cost as much as the held-out rows do, and many times what most do? */
static bool has_long_tail(const struct track *train, const struct pair *p)
{
    double high = 0;
    for (uint32_t i = train->curve->used / 2; i < train->curve->used; i++) high = fmax(high, train->curve->buckets[i].max);
    return high >= p->late && high >= TAIL * p->now;
}

/* Was the model trained before the log begins, and right on these rows from the first evaluation on? Its training loss begins below what guessing
 * costs, and the held-out loss below the entropy of the share of right answers, which whoever names one class for all pays. What an
 * untrained model costs is not known then. */
static bool begins_trained(const struct state *s, const struct track *eval, const struct pair *p)
{
    if (p->untrained >= UNGUESSED) return false;
    for (uint32_t i = 0; i < s->n_eval_score; i++) {
        const struct track *t = &s->eval_score[i];
        double scale = track_high(t) > 1.5 ? 100 : 1, first = t->curve->buckets[0].mean / scale;
        if (!is_accuracy(t->series->metric) || t->curve->buckets[0].first_step > eval->curve->buckets[0].last_step) continue;
        double entropy = -first * log(first) - (1 - first) * log1p(-fmin(first, 1 - 1e-9));
        if (first >= 0.75 && p->e[0] <= 0.95 * entropy && track_level(t, 0.75, 1) / scale >= first - 0.05) return true;
    }
    return false;
}

/* Do held-out rows score better and better to the end, by a good share of what was lacking? What is so evaluated reaches the model, and the
 * loss is in other units, or is one term of several. Precision and recall are traded for each other. */
static bool scores_rise(const struct state *s)
{
    for (uint32_t i = 0; i < s->n_eval_score; i++) {
        const struct track *t = &s->eval_score[i];
        if (t->series->better != BETTER_HIGHER || (double)t->curve->points < s->knobs->rises_points || !track_begins(t)) continue;
        if (strstr(t->series->metric, "recall") || strstr(t->series->metric, "precision")) continue;
        double scale = track_high(t) > 1.5 ? 100 : 1, first = t->curve->buckets[0].mean, late = track_level(t, 0.9, 1);
        double gain = late - first;
        if (gain >= s->knobs->rises_gain * (scale - first) && late >= track_high(t) - s->knobs->rises_left * gain) return true;
    }
    return false;
}

static bool judge_loss_gap(struct state *s, const struct track *eval, const struct findings *out)
{
    struct pair p;
    size_t onset = 0;
    const struct track *train = track_of_metric(s->train, s->n_train, eval->series);
    if (!train || !track_begins(train) || !pair_up(s, eval, train, &p)) return false;
    if (p.late < SOLVED * p.untrained || has_long_tail(train, &p) || begins_trained(s, eval, &p)) return false;
    bool rounds = boosted(&s->boosting, eval->series),
         never = !rounds && (is_never_as_good(s, eval, &p) || is_mostly_worse(s, eval, &p));
    if (!never && !has_fallen(&p, s->knobs->train_fall)) return false;
    bool at_once = parted_at_once(s, eval, train, &p, &onset);
    bool shaky = is_shaky_gap(s, eval, &p);
    if (!at_once && !never && (rounds || (!shaky && has_turned(s, eval, &p)))) return false;
    if (!at_once && follows(s, &p) && !is_mostly_worse(s, eval, &p)) return false;
    bool apart = p.closest >= s->knobs->apart, worse = apart && p.best >= s->knobs->worse * p.untrained;
    size_t from = at_once ? onset : never ? 0 : p.first;
    bool useless = apart && p.lowest >= s->knobs->useless * p.untrained && p.n - p.first >= 3 &&
                   (double)eval->curve->points >= s->knobs->min_points;
    worse = never || (worse && (double)eval->curve->points >= s->knobs->worse_points);
    useless = useless || learns_nothing(s, eval, &p);
    bool constant = p.closest >= 0.9 * s->knobs->apart && is_constant_gap(s, eval, &p);
    bool goes_on = (constant && stays_constant(s, eval, train, &p)) || (p.closest >= 1 && is_left_behind(s, eval, &p)) || shaky;
    constant = constant || goes_on;
    if (!worse && !useless && !constant && !at_once) return false;
    struct finding f = track_finding(eval, "gap_from_start", from);
    double risen = p.e[p.n - 1] / p.e[from];
    f.severity = worse || useless || at_once || goes_on ? SEVERITY_WARNING : SEVERITY_INFO;
    if ((at_once || worse) && risen >= 2) f.severity = SEVERITY_CRITICAL; /* as a validation loss that rose so far is anyway */
    if (risen < s->knobs->rises_risen && scores_rise(s)) f.severity = SEVERITY_INFO;
    f.confidence = at_once ? 0.98 : worse || useless ? 0.8 : goes_on ? 0.7 : 0.55;
    finding_add(&f, "from", p.e[from], "");
    finding_add(&f, "to", p.e[p.n - 1], "");
    finding_add(&f, "train", p.now, "");
    finding_add(&f, "gap_ratio", p.e[p.n - 1] / p.now, "x");
    finding_add(&f, "of_untrained", p.best / p.untrained, "share");
    finding_add(&f, "first_epoch", at_once, "");
    out->emit(out->arg, &f);
    return true;
}

static void judge_score_gap(struct state *s, const struct track *eval, const struct findings *out)
{
    double e[TRACK_BUCKETS], t[TRACK_BUCKETS], lowest = INFINITY, highest = -INFINITY, least = INFINITY;
    const struct track *train = track_of_metric(s->train_score, s->n_train_score, eval->series);
    if (!train || (double)eval->curve->points < s->knobs->min_points || (double)train->curve->points < s->knobs->min_points)
        return;
    if (!track_begins(train) || !track_begins(eval)) return;
    size_t n = track_means(eval, e), m = track_levels(train, t);
    double scale = track_share_scale(eval, train);
    for (size_t i = 0; i < n; i++) {
        least = fmin(least, track_at(train, t, eval->curve->buckets[i].first_step) - e[i]);
        lowest = fmin(lowest, e[i]), highest = fmax(highest, e[i]);
    }
    if (least < s->knobs->score_apart * scale || highest - lowest > 0.1 * scale || highest > 0.5 * scale) return;
    if (highest == lowest) return; /* the same to the last digit is no gap but a score that says nothing: score_stuck */
    struct finding f = track_finding(eval, "gap_from_start", 0);
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.75;
    finding_add(&f, "from", e[0], "");
    finding_add(&f, "to", e[n - 1], "");
    finding_add(&f, "train", t[m - 1], "");
    finding_add(&f, "gap_ratio", t[m - 1] / e[n - 1], "x");
    out->emit(out->arg, &f);
}

static void fact(void *state, const char *key, const char *value)
{
    boosting_fact(&((struct state *)state)->boosting, key, value);
}

static void hear_progress(struct state *s, const struct point *p)
{
    if (p->series != s->counts && !epochs_is(p->series)) return;
    s->counts = p->series;
    if (isfinite(p->value)) epochs_add(&s->epochs, p);
}

RARELY static void hear(struct state *s, const struct point *p)
{
    struct track *t;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        t = track_add(s->train, &s->n_train, TRAINS, p);
        if (t) early_add(&s->early_train[t - s->train], p);
        break;
    case ROLE_LOSS_EVAL:
        t = track_add(s->eval, &s->n_eval, EVALS, p);
        if (t) early_add(&s->early_eval[t - s->eval], p);
        break;
    case ROLE_PROGRESS: hear_progress(s, p); break;
    case ROLE_SCORE_TRAIN:
        if (p->series->bounded) track_add(s->train_score, &s->n_train_score, SCORES, p);
        break;
    case ROLE_SCORE_EVAL:
        if (p->series->bounded) track_add(s->eval_score, &s->n_eval_score, SCORES, p);
        break;
    default: s->game = true;
    }
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    bool parted = false;
    for (uint32_t i = 0; i < s->n_eval && !s->game; i++) parted |= judge_loss_gap(s, &s->eval[i], out);
    for (uint32_t i = 0; i < s->n_eval_score && !s->game && !parted; i++) /* else the losses have said it */
        judge_score_gap(s, &s->eval_score[i], out);
}

RARELY static void say_now(struct state *s, const struct findings *out) { preview_judge(&s->preview, s, say_all, out); }

/* Most are of the first training loss, or of the epoch. */
static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    const struct track *t = &s->train[0];
    bool loss = p->series == t->series && p->past && t->curve == &p->past->coarse && t->segment == p->segment;
    bool joined = false;
    if (loss && isfinite(p->value)) joined = early_join(&s->early_train[0], p);
    else if (p->series == s->counts && isfinite(p->value)) joined = epochs_join(&s->epochs, p);
    if (!joined) hear(s, p);
    if (preview_due(&s->preview, p) && !s->game) say_now(s, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, say_all, out);
}

const struct analyzer analyzer_split_gap = {.name = "split_gap",
                                            .summary = "validation is bad from the start",
                                            .source = "failure knowledge, section 2: validation is bad, training is good",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_TRAIN) |
                                                     WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_PROGRESS) | GAMES,
                                            .needs = WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_SCORE_EVAL) | WANTS(ROLE_PROGRESS),
                                            .scope = PER_RUN,
                                            .state_size = sizeof(struct state),
                                            .knobs = knobs,
                                            .fact = fact,
                                            .observe = observe,
                                            .finish = finish};
