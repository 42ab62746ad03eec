/* throughput_drop - the run became slow, and stays so.
 *
 * Three things tell the pace: a logged throughput, a logged step time, and the clock of the records themselves (seconds between two values of
 * the training loss, by the steps between them). Each is judged on the logarithm of the time a step takes, in levels, against the fastest level
 * that lasted: start-up, a pause for an evaluation or a checkpoint and a single slow stretch move neither. The clock of the records
 * has the pauses in it, so it must show more before it counts for a warning, and for minutes: a machine that others use is slow for seconds.
 * So has the rate that a progress bar draws, which is told only then.
 *
 * Stable-Baselines3's "time/fps" is the mean since the start: all steps by all seconds. It is turned back into the pace of each stretch, from
 * the first update on, because an agent that only collects experience is many times as fast as one that learns.
 * Source: stable_baselines3/common/base_class.py and off_policy_algorithm.py (fps of _dump_logs). */
#include <math.h>

#include "analyzer.h"
#include "stats/told.h"
#include "stats/track_level.h"

enum { LOGGED = 4, PAUSE = 8 /* times the usual pace: no single interval counts for more */ };
struct knobs {
    double min_points, slower_info, slower_warning, slower_clock, height_sd, lasts, lasts_s;
};
struct state {
    const struct knobs *knobs;
    uint32_t n_logged, n_clock;
    const struct series *loss;
    double last_time, pace;         /* seconds; a step's, on average */
    int64_t last_step, learns_from; /* learns_from: step of an agent's first loss */
    uint16_t segment;
    bool learns;
    struct told told;
    struct own_track
        logged[LOGGED]; /* while nothing is logged the first is of the clock, which nobody asks any more once something is */
};
enum { FIRST_SIZE = offsetof(struct state, logged) + sizeof(struct own_track) }; /* most runs log one pace, or none */

static const char *const kinds[] = {"throughput_drop", NULL};
static const struct knob knobs[] = {
    {"throughput_points", "points", 24, 10, 100000, 50, 16, offsetof(struct knobs, min_points), "values before anything is said",
     "our choice"},
    {"throughput_info", "x", 1.6, 1.1, 100, 2, 1.3, offsetof(struct knobs, slower_info),
     "slower than its best level, to be worth knowing", "our choice"},
    {"throughput_warning", "x", 2, 1.2, 100, 3, 1.6, offsetof(struct knobs, slower_warning), "slower, to be a warning",
     "our choice"},
    {"throughput_clock", "x", 4, 1.5, 1000, 8, 2.5, offsetof(struct knobs, slower_clock),
     "slower by the clock of the records, to be a warning", "pauses for evaluations are in that clock"},
    {"throughput_height", "sd", 5, 2, 50, 8, 4, offsetof(struct knobs, height_sd), "against the noise of the levels",
     "as the other heights"},
    {"throughput_clock_lasts", "s", 120, 0, 1e6, 600, 30, offsetof(struct knobs, lasts_s),
     "that it has lasted by that clock, to be a warning", "our choice: what is over before anybody looks"},
    {"throughput_lasts", "share", 0.15, 0.02, 1, 0.25, 0.1, offsetof(struct knobs, lasts),
     "of the run, at its end, for which it lasts", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* How long the steps from a bucket on took; its values are the seconds of a step, or the steps of a second. */
static double seconds_since(const struct track *t, size_t from, bool rate)
{
    double seconds = 0;
    for (size_t i = from; i < t->curve->used; i++) {
        const struct bucket *b = &t->curve->buckets[i];
        int64_t before = i ? t->curve->buckets[i - 1].last_step : b->first_step;
        seconds += (rate ? 1 / b->mean : b->mean) * (double)(b->last_step - before);
    }
    return seconds;
}

static bool is_mean_since_start(const struct series *s) { return strcmp(s->name, "time/fps") == 0; }

/* The rate that a progress bar draws is that of its last fraction of a second, evaluations and other people's work with it. */
static bool is_drawn(const struct series *s) { return strcmp(s->name, "it/s") == 0; }

/* unmixed - such a series as the pace of each bucket, from the one behind `from` on; NULL where it does not tell it. */
static const struct track *unmixed(const struct track *t, int64_t from, struct own_track *room)
{
    const struct curve *c = t->curve;
    double then = 0;
    int64_t step = 0;
    room->t = *t;
    curve_init(&room->curve, room->buckets, TRACK_BUCKETS);
    if (!c->used || 10 * c->buckets[0].first_step > c->buckets[c->used - 1].last_step)
        return NULL; /* it goes on from another start */
    for (uint32_t i = 0; i < c->used; i++) {
        const struct bucket *b = &c->buckets[i];
        double now = (double)b->last_step / b->last, pace = (double)(b->last_step - step) / (now - then);
        if (step > 0 && !(pace > 0 && isfinite(pace))) return NULL;
        if (step > from) curve_add(&room->curve, b->last_step, pace, b->first_line);
        then = now, step = b->last_step;
    }
    room->curve.points = c->points;
    return track_of_own(room);
}

static void judge(struct state *s, const struct track *t, bool clock, struct finding *clearest)
{
    struct own_track room;
    bool own = is_mean_since_start(t->series), drawn = is_drawn(t->series);
    bool passes = clock || own || drawn; /* what is over before anybody looks is no trouble */
    if (own && !(t = unmixed(t, s->learns ? s->learns_from : 0, &room))) return;
    double mean[TRACK_BUCKETS], level[TRACK_BUCKETS], best = INFINITY;
    size_t n = track_means(t, mean), end, from;
    if ((double)t->curve->points < s->knobs->min_points || n < 12) return;
    bool rate = t->series->role == ROLE_THROUGHPUT;
    track_levels(t, level);
    for (size_t i = 0; i < n; i++) mean[i] = (rate ? -1 : 1) * log(mean[i]), level[i] = (rate ? -1 : 1) * log(level[i]);
    for (size_t i = 1; i + 1 < n; i++) best = fmin(best, level[i]);
    end = (size_t)fmax(3, s->knobs->lasts * (double)n);
    double now = robust_median(mean + n - end, end), slow = now - best, lowest = INFINITY;
    for (size_t i = n - end; i + 1 < n; i++) lowest = fmin(lowest, level[i]);
    if (slow < log(s->knobs->slower_info) || slow < s->knobs->height_sd * robust_noise(mean, n) || lowest < best + 0.7 * slow)
        return;
    for (from = n - 1; from > 0 && level[from - 1] > best + slow / 2;) from--;
    if (from == 0) return;
    struct finding f = track_finding(t, "throughput_drop", from);
    bool loud = slow >= log(clock || drawn ? s->knobs->slower_clock : s->knobs->slower_warning) &&
                (!passes || seconds_since(t, from, rate) >= s->knobs->lasts_s);
    if (drawn && !loud) return;
    f.severity = loud ? SEVERITY_WARNING : SEVERITY_INFO;
    f.confidence = clock ? 0.6 : 0.8;
    finding_add(&f, "from", exp(rate ? -best : best), clock ? "s/step" : t->series->unit);
    finding_add(&f, "to", exp(rate ? -now : now), clock ? "s/step" : t->series->unit);
    finding_add(&f, "slower_ratio", exp(slow), "x");
    finding_add(&f, "by_clock", clock, "");
    if (finding_evidence(&f, "slower_ratio", 0) > finding_evidence(clearest, "slower_ratio", -INFINITY)) *clearest = f;
}

/* Records of one second have one clock reading: the time counts when it moves on. */
RARELY static void add_clock(struct state *s, const struct point *p)
{
    if (!s->loss) s->loss = p->series, s->last_time = NAN;
    if (s->loss != p->series) return;
    bool again = isnan(s->last_time) || p->segment != s->segment || p->step < s->last_step || p->time < s->last_time;
    if (!again && (p->time <= s->last_time || p->step == s->last_step)) return;
    struct point pace = *p;
    if (!again) {
        pace.value = (p->time - s->last_time) / (double)(p->step - s->last_step);
        s->pace += 0.1 * (fmin(pace.value, PAUSE * s->pace) - s->pace);
        if (s->pace == 0) s->pace = pace.value;
        pace.value = fmin(pace.value, PAUSE * s->pace); /* a pause is no pace */
        track_add_own(s->logged, &s->n_clock, 1, &pace);
    }
    s->last_time = p->time;
    s->last_step = p->step;
    s->segment = p->segment;
}

/* Of several series that tell the same, the clearest. While the run goes on only a warning by what is logged is told: the clock of the
 * records has every pause in it. */
static void judge_all(struct state *s, bool over, const struct findings *out)
{
    struct finding f = {0};
    for (uint32_t i = 0; i < s->n_logged; i++)
        if (over || (double)s->logged[i].curve.points >= 2 * s->knobs->min_points)
            judge(s, track_of_own(&s->logged[i]), false, &f);
    if (over && !s->n_logged && s->n_clock) judge(s, track_of_own(s->logged), true, &f);
    bool is = f.kind && (over || f.severity >= SEVERITY_WARNING);
    if (is) f.episode = 1;
    told_update(&s->told, is, over || f.series != s->told.series, &f, out);
}

/*   p   NULL: it is in its track already, and has filled a bucket */
RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    bool another = p && s->n_logged && p->series != s->logged[0].t.series;
    if (another && !(s = state_whole(s, out))) return;
    if (!p || track_fills(track_add_own(s->logged, &s->n_logged, LOGGED, p))) judge_all(s, false, out);
}

static inline void add_pace(struct state *s, const struct point *p, const struct findings *out)
{
    struct own_track *first = &s->logged[0];
    bool joined = s->n_logged && track_join_own(first, p);
    if (!joined || track_fills(track_of_own(first))) look(s, joined ? NULL : p, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    enum role role = p->series->role;
    if (role == ROLE_LOSS_TRAIN && isfinite(p->time) && !s->n_logged) add_clock(s, p);
    if (role != ROLE_THROUGHPUT && role != ROLE_STEP_TIME) {
        if (!s->learns) s->learns = true, s->learns_from = p->step;
        if (s->n_logged) rest_for(out, REST);
        return;
    }
    if (p->value > 0) add_pace(s, p, out);
}

static void finish(void *state, const struct findings *out) { judge_all(state, true, out); }

const struct analyzer analyzer_throughput_drop = {.name = "throughput_drop",
                                                  .summary = "the run became slow and stays so",
                                                  .source = "failure knowledge, section 2: slow; robust levels",
                                                  .kinds = kinds,
                                                  .wants = WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_STEP_TIME) |
                                                           WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_POLICY) |
                                                           WANTS(ROLE_LOSS_VALUE),
                                                  .needs = WANTS(ROLE_THROUGHPUT) | WANTS(ROLE_STEP_TIME) | NEEDS_TIME,
                                                  .scope = PER_RUN,
                                                  .state_size = sizeof(struct state),
                                                  .first_size = FIRST_SIZE,
                                                  .knobs = knobs,
                                                  .observe = observe,
                                                  .finish = finish};
