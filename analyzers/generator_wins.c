/* generator_wins - the discriminator no longer tells real from made, and the generator runs away from it.
 *
 * At balance cross-entropy stands at ln 4 or ln 2, hinge at 2 or 1, least squares at 0.25 to 0.5, so a discriminator's loss beyond
 * 2.5 is wrong more often than a coin. With it the generator's loss falls to nothing (where it has a floor), or the
 * discriminator's is far beyond everything it began with. With the hinge the generator's loss is what it is believed, with its sign changed:
 * at -1 and below all it makes is real beyond doubt. A critic's loss, which may be negative, has no such scale: it is beyond all
 * bounds where both losses, whatever their signs, are a hundred times what they were. What such a generator is paid for is no longer
 * likeness: quality falls.
 *
 * Where both losses begin at what cross-entropy costs whoever knows nothing, ln 4 and ln 2, their scale is known to the digit: a
 * discriminator that stands above ln 4, after it was below, is wrong more often than a coin, and a generator below ln 2 is believed. */
#include <math.h>

#include "stats/game.h"
#include "stats/robust.h"
#include "stats/told.h"
#include "stats/track_level.h"

#define LN4 1.3862943611198906
enum { TRACKS = 4 };
struct knobs {
    double lost, lost_far, won, factor, fallen, min_points, lasted, runs_away, critic_far, believed, coin;
};
struct state {
    const struct knobs *knobs;
    struct track track[TRACKS];
    uint32_t n;
    struct told told;
    uint16_t source;
    bool heard, several; /* sources: how far one was read says nothing of the other, so then it is told at the end */
};

static const char *const kinds[] = {"generator_wins", NULL};
static const struct knob knobs[] = {
    {"generator_wins_discriminator", "loss", 2.5, 1, 100, 4, 2, offsetof(struct knobs, lost),
     "that the discriminator's loss must be above",
     "Goodfellow 2014: balance at ln 4, hinge at 2; seeded runs: levels up to 1.8"},
    {"generator_wins_far", "loss", 10, 2, 1e6, 30, 5, offsetof(struct knobs, lost_far), "above which it says so by itself",
     "seeded training runs: 27 and more where the discriminator stopped learning"},
    {"generator_wins_generator", "loss", 0.1, 0, 1, 0.03, 0.2, offsetof(struct knobs, won),
     "that the generator's loss must be below, where it is never negative", "as discriminator_level"},
    {"generator_wins_factor", "x", 2, 1, 100, 4, 1.5, offsetof(struct knobs, factor),
     "above its early level that the discriminator's loss must be", "our choice"},
    {"generator_wins_fallen", "share", 0.7, 0.1, 1, 0.6, 0.9, offsetof(struct knobs, fallen),
     "of its first value below which a discriminator's loss has fallen: it has learned, and the loss is a sum in units of its "
     "own",
     "our choice: one that never learned stays where it began"},
    {"generator_wins_points", "points", 30, 10, 10000, 100, 20, offsetof(struct knobs, min_points),
     "values before anything is said", "as discriminator_points"},
    {"generator_wins_lasted", "share", 0.2, 0.05, 1, 0.4, 0.1, offsetof(struct knobs, lasted),
     "of the run that it must have lasted", "as discriminator_lasted"},
    {"generator_wins_bound", "x", 1000, 10, 1e9, 1e4, 100, offsetof(struct knobs, runs_away),
     "balance, above which the outputs themselves grow without bound", "as loss_without_bound"},
    {"generator_wins_critic", "x", 100, 10, 1e6, 1000, 50, offsetof(struct knobs, critic_far),
     "its size in the first half, that a critic's loss and the generator's are",
     "with a penalty on the gradient both wander by less than ten; without one they have no bound"},
    {"generator_wins_believed", "loss", -1, -100, 0, -2, -0.5, offsetof(struct knobs, believed),
     "that the generator's loss must be below, where it may be negative", "Lim & Ye 2017: the margin of the hinge"},
    {"generator_wins_coin", "nats", 0.1, 0.02, 2, 0.2, 0.06, offsetof(struct knobs, coin),
     "that the discriminator costs above ln 4, and the generator below ln 2, where both began at cross-entropy's balance",
     "seeded training runs: 0.00 at most in healthy ones"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool within(double x, double low, double high) { return x >= low && x <= high; }

/* What cross-entropy costs a discriminator that knows nothing, where both losses began there: of both halves, or of their mean. NAN otherwise. */
static double balance_of(const struct track *d, const struct track *g)
{
    double d_first = d->curve->buckets[0].mean, g_first = g->curve->buckets[0].mean;
    if (!within(g_first, 0.55, 0.9) || track_low(g) <= 0 || !track_begins(d)) return NAN;
    return within(d_first, 1.2, 1.5) ? LN4 : within(d_first, 0.6, 0.75) ? LN4 / 2 : (double)NAN;
}

/* Was the discriminator below a coin's cost for half of the run, and is above it, and the generator the other way about? */
static bool fools_a_coin(const struct state *s, const struct track *d, const struct track *g, double d_now, double g_now)
{
    double halves = LN4 / balance_of(d, g);
    return halves * d_now >= LN4 + s->knobs->coin && halves * track_level(d, 0.1, 0.5) <= LN4 &&
           g_now <= LN4 / 2 - s->knobs->coin && track_level(g, 0.1, 0.5) >= LN4 / 2 - s->knobs->coin / 2;
}

/* Has a loss that began far beyond balance come down? A sum over a batch or over many outputs has no balance that is known. */
static bool learned(const struct state *s, const struct track *d, double now)
{
    return track_begins(d) && d->curve->buckets[0].mean >= s->knobs->lost_far &&
           now < s->knobs->fallen * d->curve->buckets[0].mean;
}

static bool wins(const struct state *s, const struct track *d, const struct track *g, double d_now, double g_now)
{
    double early = fmin(track_level(d, 0, 0.1), 2); /* a discriminator that never learned begins beyond balance */
    if (d_now >= s->knobs->lost && g_now <= s->knobs->believed && d_now > early) return true;
    if (fools_a_coin(s, d, g, d_now, g_now)) return true;
    if (d_now < s->knobs->lost || d_now < s->knobs->factor * early || learned(s, d, d_now)) return false;
    return d_now >= s->knobs->lost_far || (track_low(g) >= 0 && g_now <= s->knobs->won);
}

/* The middle one of the sizes of a loss, whatever its sign, in a part of the run. */
static double size_of(const struct track *t, double from, double to)
{
    double y[TRACK_BUCKETS];
    size_t n = track_means(t, y), a = (size_t)(from * (double)n), b = (size_t)(to * (double)n);
    for (size_t i = a; i < b; i++) y[i] = fabs(y[i]);
    return b > a ? robust_median(y + a, b - a) : NAN;
}

/* A critic that is not held back: its loss and the generator's, which are differences of its outputs, grow by orders of magnitude. */
static bool runs_away(const struct state *s, const struct track *d, const struct track *g)
{
    double late = 1 - s->knobs->lasted, y[TRACK_BUCKETS];
    size_t n = track_means(d, y), from = (size_t)(late * (double)n), lost = 0;
    for (size_t i = from; i < n; i++) lost += y[i] > 0;
    if (4 * lost < n - from) return false; /* one that only falls is the critic's win: discriminator_wins */
    return size_of(d, late, 1) >= s->knobs->critic_far * fmax(size_of(d, 0, 0.5), 1) &&
           size_of(g, late, 1) >= s->knobs->critic_far * fmax(size_of(g, 0, 0.5), 1);
}

static size_t onset_of(const struct track *d, double bound)
{
    double mean[TRACK_BUCKETS];
    size_t i = track_means(d, mean) - 1;
    while (i > 0 && mean[i - 1] >= bound) i--;
    return i;
}

static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct track *d = game_discriminator(s->track, s->n), *g = track_of_role(s->track, s->n, ROLE_LOSS_GENERATOR);
    if (!d || !g || (double)d->curve->points < s->knobs->min_points || d->curve->used < 10) return;
    double d_now = track_level(d, 1 - s->knobs->lasted, 1), g_now = track_level(g, 1 - s->knobs->lasted, 1);
    bool critic = track_low(d) < -0.01, far = critic && over && runs_away(s, d, g),
         is = far || (!critic && wins(s, d, g, d_now, g_now));
    if (critic && !far && s->told.open) told_close(&s->told, 0, out); /* what was told of a critic is taken back (taken_back.h) */
    struct finding f = {0};
    if (is) {
        f = track_finding(d, "generator_wins",
                          onset_of(d, far                      ? s->knobs->critic_far
                                      : d_now < s->knobs->lost ? balance_of(d, g)
                                                               : s->knobs->lost));
        f.severity = SEVERITY_WARNING;
        f.confidence = d_now >= s->knobs->lost_far ? 0.93 : 0.85;
        finding_add(&f, "discriminator_loss", d_now, "");
        finding_add(&f, "generator_loss", g_now, "");
        finding_add(&f, "without_bound", far || d_now >= s->knobs->runs_away, "");
        finding_add(&f, "early_level", track_level(d, 0, 0.1), "");
    }
    told_update(&s->told, is, over, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    struct track *t = track_add(s->track, &s->n, TRACKS, p);
    if (!s->heard) s->heard = true, s->source = p->source;
    s->several = s->several || p->source != s->source;
    if (game_discriminates(p->series->role) && track_fills(t) && !s->several) judge(s, false, out);
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_generator_wins = {.name = "generator_wins",
                                                 .summary = "the discriminator no longer tells real from made",
                                                 .source = "Goodfellow 2014; seeded training runs",
                                                 .kinds = kinds,
                                                 .wants = GAME_DISCRIMINATOR | WANTS(ROLE_LOSS_GENERATOR),
                                                 .needs = GAME_NEEDS,
                                                 .scope = PER_RUN,
                                                 .state_size = sizeof(struct state),
                                                 .knobs = knobs,
                                                 .observe = observe,
                                                 .finish = finish};
