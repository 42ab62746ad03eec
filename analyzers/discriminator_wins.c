/* discriminator_wins - the discriminator's loss falls to nothing: it tells real from made every time, and the generator's gradient fades.
 *
 * Only for losses that are never negative (cross-entropy, hinge, least squares): a Wasserstein critic's loss has no such floor. At
 * balance cross-entropy stands at ln 4 (both halves) or ln 2 (their mean), hinge at 2 or 1, least squares at 0.25 to 0.5. A level below
 * 0.1 is far from all of them. adversarial_stalemate: a loss that is as good as zero from the start, or losses that
 * do not move at all any more, mean that neither gives a signal. A generator whose loss has climbed meanwhile is told that all it makes is
 * false: there the discriminator has won, however soon, and before a log that writes every tenth step has shown another level. Where a
 * distance of what it makes from what is real is logged and has never come down, the discriminator need not be quite so sure. A critic has no
 * floor, but a bound that something holds it to: where its loss and the generator's grow a thousandfold the bound is gone. */
#include <math.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/game.h"
#include "stats/robust.h"
#include "stats/told.h"

enum { BUCKETS = 64 };
struct knobs {
    double level, share, min_points, min_at_end, lasted_share, dead_level, still, refused, believed, level_stuck, better, bound;
};
struct state {
    const struct knobs *knobs;
    struct curve d, g;
    struct bucket d_buckets[BUCKETS], g_buckets[BUCKETS];
    const struct series *series;
    uint16_t source, segment;
    struct told wins, dead;
    double lowest;
    const struct series *quality;
    double quality_first, quality_best; /* a distance: lower is better */
    uint64_t qualities;
};

static const char *const kinds[] = {"discriminator_wins", "adversarial_stalemate", NULL};
static const struct knob knobs[] = {
    {"discriminator_level", "loss", 0.1, 0, 1, 0.03, 0.2, offsetof(struct knobs, level),
     "below which the discriminator's loss is as good as zero", "Goodfellow 2014: balance at ln 4; hinge 2, least squares 0.25"},
    {"discriminator_share", "share", 0.25, 0.01, 1, 0.1, 0.4, offsetof(struct knobs, share), "of its early level", "our choice"},
    {"discriminator_points", "points", 30, 10, 10000, 100, 20, offsetof(struct knobs, min_points),
     "values before anything is said", "our choice"},
    {"discriminator_at_end", "points", 12, 10, 10000, 30, 10, offsetof(struct knobs, min_at_end), "the same when the run is over",
     "our choice: the end that counts is four of them, the beginning two"},
    {"discriminator_lasted", "share", 0.2, 0.05, 1, 0.4, 0.1, offsetof(struct knobs, lasted_share),
     "of the run that it must have lasted", "our choice"},
    {"adversarial_dead", "loss", 1e-4, 0, 0.1, 1e-5, 1e-3, offsetof(struct knobs, dead_level),
     "below which a loss of either sign gives no signal", "single-precision gradients of such a loss are rounding noise"},
    {"adversarial_still", "share", 0.002, 0, 0.1, 0.0005, 0.005, offsetof(struct knobs, still),
     "of its level that a loss may move in the second half of a run and still be called frozen",
     "mini-batches alone move the losses of a living game by percents"},
    {"adversarial_refused", "loss", 2, 0.5, 100, 4, 1, offsetof(struct knobs, refused),
     "above its first value at which a generator's loss says that nothing it makes is believed",
     "Goodfellow 2014: at balance ln 2; two more are odds of 14 to 1"},
    {"discriminator_believed", "loss", 0.5, 0, 1, 0.3, 0.6, offsetof(struct knobs, believed),
     "below which a generator's loss says that what it makes is believed, where the discriminator's was never much higher",
     "at balance cross-entropy costs it ln 2, least squares 0.25 to 0.5; where all is refused, 3 and more, or 1"},
    {"discriminator_level_stuck", "loss", 0.3, 0, 1, 0.1, 0.5, offsetof(struct knobs, level_stuck),
     "the same as discriminator_level, where the generator is refused and nothing it makes has got better",
     "right three times of four on both sides costs 0.29 each"},
    {"discriminator_better", "share", 0.1, 0.01, 0.9, 0.05, 0.2, offsetof(struct knobs, better),
     "of its first value by which the distance to what is real must have come down for it to have got better", "our choice"},
    {"discriminator_bound", "x", 1000, 10, 1e9, 1e4, 100, offsetof(struct knobs, bound),
     "its early size beyond which a critic is held by nothing", "as loss_without_bound"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double level_of(const struct bucket *b, size_t from, size_t to, bool size)
{
    double x[BUCKETS];
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        if (!isnan(b[i].mean)) x[n++] = size ? fmax(fabs(b[i].min), fabs(b[i].max)) : b[i].mean;
    return robust_median(x, n);
}

/* In the second half of the run not one value left its level. */
static bool frozen(const struct curve *c, double still)
{
    double low = INFINITY, high = -INFINITY;
    for (uint32_t i = c->used / 2; i < c->used; i++) low = fmin(low, c->buckets[i].min), high = fmax(high, c->buckets[i].max);
    return high - low <= still * fabs(high + low) / 2;
}

static struct finding found(const struct state *s, const char *kind, enum severity severity, double confidence, size_t onset,
                            double early, double now)
{
    const struct bucket *last = &s->d_buckets[s->d.used - 1];
    struct finding f = {.kind = kind,
                        .episode = 1,
                        .severity = severity,
                        .confidence = confidence,
                        .series = s->series,
                        .source = s->source,
                        .segment = s->segment,
                        .onset_step = s->d_buckets[onset].first_step,
                        .first_step = s->d_buckets[onset].first_step,
                        .last_step = last->last_step,
                        .first_line = s->d_buckets[onset].first_line,
                        .last_line = last->first_line};
    size_t g = s->g.used;
    finding_add(&f, "generator_loss", g ? level_of(s->g_buckets, g - (g + 4) / 5, g, false) : NAN, "");
    finding_add(&f, "discriminator_loss", now, "");
    finding_add(&f, "share", early != 0 ? now / early : NAN, "share");
    finding_add(&f, "early_level", early, "");
    return f;
}

/* Does the generator's loss stand far above where it began? */
static bool is_refused(const struct state *s)
{
    size_t n = s->g.used;
    return n >= 5 && level_of(s->g_buckets, n - (n + 4) / 5, n, false) - s->g_buckets[0].min >= s->knobs->refused;
}

/* is_believed - does the generator pay no more than at balance? A discriminator whose loss was low from its first record is not known to have won then:
 * least squares of a few per cent are its usual ones beside a buffer of old images. */
static bool is_believed(const struct state *s, double early)
{
    size_t n = s->g.used;
    double now = n >= 5 ? level_of(s->g_buckets, n - (n + 4) / 5, n, false) : NAN;
    return early <= s->knobs->level && now > 0 && now < s->knobs->believed;
}

/* Neither gives a signal: the losses are nothing, or nothing moves them. */
static bool is_dead(struct state *s, double early, double now, struct finding *f)
{
    size_t n = s->d.used, late = n - (size_t)ceil(s->knobs->lasted_share * (double)n);
    bool nothing =
        level_of(s->d_buckets, 0, n, true) < s->knobs->dead_level && level_of(s->d_buckets, late, n, true) < s->knobs->dead_level;
    nothing = nothing && !is_refused(s);
    bool still = frozen(&s->d, s->knobs->still) && frozen(&s->g, s->knobs->still);
    if (nothing) *f = found(s, "adversarial_stalemate", SEVERITY_CRITICAL, 0.9, 0, early, now);
    else if (still) *f = found(s, "adversarial_stalemate", SEVERITY_CRITICAL, 0.85, n / 2, early, now);
    return nothing || still;
}

/* Has what the generator makes never come nearer to what is real, as far as that is measured? */
static bool never_better(const struct state *s)
{
    return s->qualities >= 5 && s->quality_first > 0 && s->quality_best > (1 - s->knobs->better) * s->quality_first;
}

/* Where a critic's loss passed ten times all of its first half. */
static size_t away_from(const struct state *s)
{
    size_t n = s->d.used, at = n - 1;
    double early = level_of(s->d_buckets, 0, (n + 1) / 2, true);
    while (at > 0 && s->d_buckets[at - 1].mean < -10 * early) at--;
    return at;
}

/* Has a critic's loss grown without bound downwards, and the generator's upwards? */
static bool runs_away(const struct state *s, double now)
{
    size_t n = s->g.used;
    double d = level_of(s->d_buckets, 0, (s->d.used + 1) / 2, true),
           g = n >= 5 ? level_of(s->g_buckets, 0, (n + 1) / 2, true) : INFINITY;
    return now < 0 && -now >= s->knobs->bound * d && level_of(s->g_buckets, n - (n + 4) / 5, n, false) >= s->knobs->bound * g;
}

static bool has_won(struct state *s, double early, double now, struct finding *f)
{
    if (runs_away(s, now)) {
        *f = found(s, "discriminator_wins", SEVERITY_WARNING, 0.9, away_from(s), early, now);
        return true;
    }
    bool refused = is_refused(s);
    double level = refused && never_better(s) ? s->knobs->level_stuck : s->knobs->level;
    double began = refused ? fmax(early, s->d_buckets[0].max) : early;
    if (s->lowest < -0.01 || now > level || (now > s->knobs->share * began && early > level)) return false;
    size_t onset = s->d.used - (size_t)ceil(s->knobs->lasted_share * (double)s->d.used);
    while (onset > 0 && s->d_buckets[onset - 1].mean < level) onset--;
    if (is_believed(s, early)) return false;
    double over = now > 0 ? level / now : 10;
    *f = found(s, "discriminator_wins", SEVERITY_WARNING, fmin(0.95, 0.7 + 0.05 * log2(over)), onset, early, now);
    return true;
}

/* Nothing is said before the generator was heard of: its loss tells a stalemate from a victory. */
static void judge(struct state *s, bool over, const struct findings *out)
{
    size_t n = s->d.used, late = n - (size_t)ceil(s->knobs->lasted_share * (double)n);
    if (!s->series || !s->g.points || (double)s->d.points < (over ? s->knobs->min_at_end : s->knobs->min_points) || n < 10)
        return;
    double early = level_of(s->d_buckets, 0, (n + 9) / 10, false), now = level_of(s->d_buckets, late, n, false);
    struct finding dead = {0}, wins = {0};
    bool is = is_dead(s, early, now, &dead), won = !is && has_won(s, early, now, &wins);
    told_update(&s->dead, is, true, &dead, out);
    told_update(&s->wins, won, true, &wins, out);
}

static void follow_quality(struct state *s, const struct point *p)
{
    if (p->series->better != BETTER_LOWER || !isfinite(p->value) || (s->quality && s->quality != p->series)) return;
    if (!s->qualities++) s->quality = p->series, s->quality_first = s->quality_best = p->value;
    s->quality_best = fmin(s->quality_best, p->value);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool discriminator = game_discriminates(p->series->role);
    if (p->series->role == ROLE_SCORE_EVAL) {
        follow_quality(s, p);
        return;
    }
    s->d.buckets = s->d_buckets;
    s->g.buckets = s->g_buckets;
    bool by_name = s->series && s->series->role == ROLE_LOSS_VALUE && p->series->role == ROLE_LOSS_DISCRIMINATOR;
    if (!s->d.capacity) curve_init(&s->g, s->g_buckets, BUCKETS);
    if (!s->d.capacity || by_name) curve_init(&s->d, s->d_buckets, BUCKETS), s->series = NULL, s->lowest = 0;
    if (!isfinite(p->value) || (discriminator && s->series && s->series != p->series)) return;
    uint32_t used = s->d.used;
    curve_add(discriminator ? &s->d : &s->g, p->step, p->value, p->line);
    if (!discriminator) return;
    s->series = p->series, s->source = p->source, s->segment = p->segment;
    s->lowest = fmin(s->lowest, p->value);
    if (s->d.used != used) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_discriminator_wins = {.name = "discriminator_wins",
                                                     .summary = "the discriminator's loss falls to nothing",
                                                     .source = "Goodfellow 2014; Arjovsky & Bottou 2017",
                                                     .kinds = kinds,
                                                     .wants =
                                                         GAME_DISCRIMINATOR | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_SCORE_EVAL),
                                                     .needs = GAME_NEEDS,
                                                     .scope = PER_RUN,
                                                     .state_size = sizeof(struct state),
                                                     .knobs = knobs,
                                                     .observe = observe,
                                                     .finish = finish};
