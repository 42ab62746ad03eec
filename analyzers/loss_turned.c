/* loss_turned - a log of few values: the training loss had come down, and has climbed ever since.
 *
 * loss_rising and loss_divergence hold levels against noise, which wants dozens of values. A table of fifteen or forty epochs has none to spare, and
 * no norm beside the loss as often as not; yet anybody who looks at it sees the turn. What the eye goes by: since the lowest value the others
 * rise one after the other (a trend, Kendall 1975), in no single step (a new task, a harder stage or a term that is weighed in leaps), by far more than
 * the values scatter around their own neighbours' line, by a good part of all that had been learned, and the newest ones are about the highest. A
 * learning rate that was raised meanwhile explains it, and what the settings announce is worth knowing only. What turns back is taken back. Long logs are left to the others, and
 * so are games, whose losses rise while all is well. */
#include <math.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/preview.h"
#include "stats/robust.h"
#include "stats/track_level.h"

#define GAMES     (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
#define SECOND_SD 2.4495 /* deviations that a second difference of independent values has: sqrt(1 + 4 + 1) */
#define RAISED    1.05   /* times the rate at the lowest loss: as loss_rising */
enum { NEWEST = 3, BEGINNING = 3 };
struct knobs {
    double points, most, since, fell, factor, trend, height, leap, undone, peak;
};
struct state {
    const struct knobs *knobs;
    bool game, announced;
    struct track loss[1], rate[1]; /* the first of each: thousands of runs have a state */
    uint32_t n_loss, n_rate;
    struct told told;
};

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"loss_turned_points", "points", 8, 6, 256, 12, 8, offsetof(struct knobs, points), "values before anything is said",
     "three to come down by, and five that rise"},
    {"loss_turned_most", "points", 256, 0, 100000, 128, 512, offsetof(struct knobs, most),
     "values up to which it is asked: of more the averages of loss_rising tell", "our choice: 32 levels of eight"},
    {"loss_turned_since", "points", 5, 4, 32, 7, 5, offsetof(struct knobs, since), "levels since the lowest one",
     "that all of six rise one after the other is one in 720 by chance"},
    {"loss_turned_fell", "x", 1.1, 1.01, 10, 1.2, 1.05, offsetof(struct knobs, fell),
     "its lowest level that the loss began at: what never came down is loss_not_decreasing's", "as loss_rising_beside: no noise"},
    {"loss_turned_factor", "x", 1.4, 1.1, 10, 1.6, 1.3, offsetof(struct knobs, factor),
     "the lowest level that the loss stands at",
     "seeded training runs: 3 of 880 healthy ones with all that is asked here, each for a term or a task that was added"},
    {"loss_turned_trend", "sd", 2.6, 1, 10, 3.3, 2.3, offsetof(struct knobs, trend), "by which the levels since then rise",
     "Kendall 1975: one in 200 by chance, one more condition of several"},
    {"loss_turned_height", "sd", 8, 2, 100, 12, 6, offsetof(struct knobs, height),
     "of the levels around their neighbours' line, that the rise is", "as loss_rising_height"},
    {"loss_turned_leap", "share", 0.5, 0.2, 1, 0.4, 0.6, offsetof(struct knobs, leap),
     "of the rise, that one step of it is at most",
     "as loss_rising's few values; five steps or more of a steady rise are a fifth each"},
    {"loss_turned_undone", "share", 0.2, 0.01, 1, 0.4, 0.1, offsetof(struct knobs, undone),
     "of what the loss had lost, that the rise takes back", "our choice: a loss near 0 doubles without meaning"},
    {"loss_turned_peak", "share", 0.8, 0.5, 1, 0.9, 0.7, offsetof(struct knobs, peak),
     "of the highest rise since then at which the newest levels stand", "our choice: what comes down again is a bump"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The turn, on the logarithm of the levels. */
struct turn {
    double y[TRACK_BUCKETS];
    size_t n, at;            /* levels; the lowest of them */
    double low, now, height; /* height: of the rise, in deviations */
};

/* By how far a level lies off the line between its neighbours, at least of how far the levels since the lowest do. */
static double scatter(const struct turn *t)
{
    double off[TRACK_BUCKETS];
    size_t from = t->at > 1 ? t->at : 1, m = t->n - 2;
    for (size_t i = 1; i + 1 < t->n; i++) off[i - 1] = fabs(t->y[i - 1] - 2 * t->y[i] + t->y[i + 1]);
    double all = robust_median(off, m), late = robust_median(off + from - 1, t->n - 1 - from);
    return fmax(1.4826 * fmax(all, late) / SECOND_SD, 1e-6);
}

static double steepest(const struct turn *t)
{
    double most = 0;
    for (size_t i = t->at + 1; i < t->n; i++) most = fmax(most, t->y[i] - t->y[i - 1]);
    return most;
}

static double highest(const double *y, size_t n)
{
    double most = y[0];
    for (size_t i = 1; i < n; i++) most = fmax(most, y[i]);
    return most;
}

/* Was the rate raised since, or just before the lowest loss? */
static bool rate_was_raised(const struct state *s, int64_t since)
{
    double before = 0, later = 0;
    for (uint32_t i = 0; s->n_rate && i < s->rate[0].curve->used; i++) {
        const struct bucket *b = &s->rate[0].curve->buckets[i];
        if (b->first_step <= since) before = b->last;
        else later = fmax(later, b->max);
    }
    return before > 0 && later > RAISED * before;
}

static bool turn_of(const struct state *s, const struct track *track, struct turn *t)
{
    const struct knobs *k = s->knobs;
    t->n = track_means(track, t->y), t->at = 0;
    if (t->n < (size_t)k->points || track_low(track) <= 0) return false;
    for (size_t i = 0; i < t->n; i++) {
        t->y[i] = log(t->y[i]);
        if (t->y[i] < t->y[t->at]) t->at = i;
    }
    if (t->at < BEGINNING - 1 || (double)(t->n - 1 - t->at) < k->since) return false;
    t->low = t->y[t->at], t->now = robust_median(t->y + t->n - NEWEST, NEWEST);
    double rise = t->now - t->low, top = highest(t->y, BEGINNING);
    if (top - t->low < log(k->fell)) return false;
    if (rise < log(k->factor) || rise < k->peak * (highest(t->y + t->at, t->n - t->at) - t->low)) return false;
    if (exp(t->now) - exp(t->low) < k->undone * (exp(top) - exp(t->low))) return false;
    if (steepest(t) > k->leap * (t->y[t->n - 1] - t->low)) return false;
    t->height = rise / scatter(t);
    if (t->height < k->height || robust_trend(t->y + t->at, t->n - t->at) < k->trend) return false;
    return !rate_was_raised(s, track->curve->buckets[t->at - 1].first_step);
}

static void judge(struct state *s, const struct findings *out)
{
    struct turn t;
    const struct track *track = &s->loss[0];
    struct told *told = &s->told;
    bool few = told->open || (double)track->curve->points <= s->knobs->most;
    bool is = !s->game && few && track_begins(track) && turn_of(s, track, &t);
    if (!is) {
        if (told->open) told_close(told, 0, out);
        return;
    }
    struct finding f = track_finding(track, kinds[0], t.at + 1);
    f.severity = s->announced ? SEVERITY_INFO : SEVERITY_WARNING;
    f.confidence = 0.8;
    finding_add(&f, "from", exp(t.low), "");
    finding_add(&f, "to", exp(t.now), "");
    finding_add(&f, "rise_ratio", exp(t.now - t.low), "x");
    finding_add(&f, "from_best", exp(t.now - t.low), "x");
    finding_add(&f, "height_sd", t.height, "sd");
    finding_add(&f, "slow", 1, "");
    told_update(told, true, true, &f, out);
}

static void fact(void *state, const char *key, const char *value)
{
    if (announced(key, value)) ((struct state *)state)->announced = true;
}

/* Judged at each of the first values, and from then on as seldom as previews are and at the same points (stats/preview.h): a host that puts curves
 * away opens them for all of them at once. */
static void hear_loss(struct state *s, const struct point *p, const struct findings *out)
{
    const struct track *t = track_add(s->loss, &s->n_loss, 1, p);
    if (!t) return;
    uint64_t points = t->curve->points, next = PREVIEW_FIRST;
    while (next < points) next += next / 4;
    bool few = points < PREVIEW_FIRST;
    bool many = !s->told.open && (double)points > s->knobs->most;
    if (!many && (few || next == points) && (double)points >= s->knobs->points) judge(s, out);
    rest_for(out, many ? REST : few ? 0 : (next == points ? points / 4 : next - points) - 1);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN: hear_loss(s, p, out); break;
    case ROLE_LEARNING_RATE: track_add(s->rate, &s->n_rate, 1, p), rest_for(out, REST); break;
    default: s->game = true;
    }
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->n_loss) judge(s, out);
}

const struct analyzer analyzer_loss_turned = {.name = "loss_turned",
                                              .summary = "a training loss of few values that climbs since its lowest",
                                              .source = "Kendall 1975 (trend); failure knowledge F28, F31",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LEARNING_RATE) | GAMES,
                                              .needs = WANTS(ROLE_LOSS_TRAIN),
                                              .scope = PER_RUN,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .fact = fact,
                                              .excuses = announced,
                                              .observe = observe,
                                              .finish = finish};
