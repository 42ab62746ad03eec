/* return_flat - an agent's return never improves beyond its own noise.
 *
 * Compared are the best tenth of the run and its first tenth, in standard deviations of single returns around their moving level (Cohen's d). A
 * return that is the same number throughout has no noise at all and is flat by that alone, unless that is 1: all games won, or what each step brings.
 * An agent that goes on behind a restart with what it had learned is measured by where the log began. Where each of a thousand values and more is the return
 * of one episode, the mean of a tenth of them is known so well that less is enough, if the run ends there. An agent that learns within the first tenth of a
 * long run is known by its very first returns: by five of them, where each is a mean of many and the noise is small. A series of such means
 * (rollout/ep_rew_mean) needs fewer values, at the end of the run or where the last ones are worse than the first. Means over the same last episodes hang
 * together, and their changes say too little of how far they wander: where they end as they began, the scatter of their levels is the noise. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/preview.h"
#include "stats/robust.h"

enum { BUCKETS = 40, FIRST_RETURNS = 20, VERY_FIRST = 5, MANY = 100, BEGINNING = 3 };
struct knobs {
    double min_points, min_at_end, min_means, lost, effect, early_slack, large, sure, outdone, crossed, falls, falls_points;
};
struct state {
    const struct knobs *knobs;
    struct curve curve;
    struct bucket buckets[BUCKETS];
    double last, first[FIRST_RETURNS];
    float squares[BUCKETS]; /* of the changes from value to value, by bucket */
    float above[BUCKETS];   /* values above the median of the first ones, by bucket */
    double early;           /* that median, once there are as many */
    double began;           /* the median of the first returns of the log, behind a restart; else NaN */
    const struct series *series;
    uint16_t segment;
    bool over; /* no more returns will come */
    struct preview preview;
};

static const char *const kinds[] = {"return_flat", NULL};
static const struct knob knobs[] = {
    {"return_flat_points", "points", 50, 20, 1000000, 300, 40, offsetof(struct knobs, min_points),
     "returns before anything is said",
     "seeded training runs: agents that learned stood 7 sd and more above their start by then"},
    {"return_flat_at_end", "points", 32, 20, 1000000, 100, 24, offsetof(struct knobs, min_at_end),
     "the same when the run is over", "our choice: the first tenth is three of them, known to seven tenths of a deviation"},
    {"return_flat_means", "points", 24, 16, 1000000, 60, 20, offsetof(struct knobs, min_means),
     "the same of means over many episodes", "our choice"},
    {"return_flat_lost", "share", 0.5, 0.05, 10, 1, 0.3, offsetof(struct knobs, lost),
     "of the size of the first of them by which the last ones are worse", "our choice: a policy that wanders loses less"},
    {"return_flat_effect", "sd", 2.6, 0.1, 5, 1, 2.8, offsetof(struct knobs, effect),
     "of single returns that the best level must be above the first",
     "seeded training runs, logged more or less often: 3.5 and more where the agent learned, up to 2.3 where not; the "
     "best of many levels is 1 to 2 above the first by chance"},
    {"return_flat_early", "sd", 0.3, 0, 5, 0.15, 0.6, offsetof(struct knobs, early_slack),
     "more, above the median of the first 20 returns alone; and twice as far above the first five",
     "a standard error of the median of 20 values"},
    {"return_flat_large", "sd", 0.8, 0.1, 5, 0.5, 1.2, offsetof(struct knobs, large),
     "of the returns of single episodes that the last tenth must be above the first to be learning",
     "Cohen 1988: a large effect"},
    {"return_flat_sure", "x", 8, 3, 100, 6, 12, offsetof(struct knobs, sure), "and of the standard error of that difference",
     "seeded training runs: returns that hang together wander up to 6 where nothing was learned"},
    {"return_flat_outdone", "share", 0.85, 0.6, 1, 0.75, 0.9, offsetof(struct knobs, outdone),
     "of the returns in the last tenth that are above the median of the first 20",
     "half of them where nothing was learned, and 0.11 more or less by the chance of 20 values"},
    {"return_flat_crossed", "x", 6, 3, 40, 10, 5, offsetof(struct knobs, crossed),
     "that the levels of means over the same last episodes cross their mean, whose scatter then counts as noise",
     "our choice: what was learned and lost crosses it twice"},
    {"return_flat_falls", "sd", 3.5, 2, 10, 4, 3, offsetof(struct knobs, falls),
     "of Kendall's trend that means go down by, for fewer of them to be enough, when the run is over", "1 in 4,000 by chance"},
    {"return_flat_falls_points", "points", 12, 8, 1000, 20, 10, offsetof(struct knobs, falls_points), "means for that",
     "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* learned_at_once - does the best level stand far above the first few returns? Twenty of a short log are no beginning; nor is the best of returns that
 * only fall learned: of single episodes it is looked for behind the very first of them. */
static bool learned_at_once(const struct state *s, double best, double sd)
{
    if (s->curve.points < FIRST_RETURNS) return false;
    bool beginning = s->curve.points >= BEGINNING * FIRST_RETURNS;
    double few = s->knobs->early_slack * sqrt((double)FIRST_RETURNS / VERY_FIRST); /* the median of fewer is less sure */
    double rose = best - robust_median(s->first, VERY_FIRST);
    return (beginning && rose > s->knobs->effect * sd &&
            best - robust_median(s->first, FIRST_RETURNS) > (s->knobs->effect + s->knobs->early_slack) * sd) ||
           rose > 2 * (s->knobs->effect + few) * sd;
}

/* Does the name say that each value is the mean of several episodes? */
static bool is_mean(const struct series *s)
{
    static const char *const words[] = {"mean", "avg", "average", "running", NULL};
    for (const char *const *w = words; *w; w++)
        if (strcasestr(s->name, *w)) return true;
    return false;
}

/* Do the last returns stand above the first ones, by far more than the means of so many vary? Only of episodes that know nothing of each other. */
static bool learned_slowly(const struct state *s, double first, double last, double sd)
{
    double error = sd * sqrt(2 / ((double)s->curve.points / 10));
    return sd > 0 && !is_mean(s->series) && last - first >= s->knobs->large * sd && last - first >= s->knobs->sure * error;
}

/* learned_by_rank - are nearly all of the last returns, a tenth of the run and a hundred of them at least, better than the usual one at first? A few
 * games that go on and on are most of the noise, and say nothing of the others; nor does what they come to scatter at first as it does later. */
static bool learned_by_rank(const struct state *s)
{
    double above = 0, n = 0;
    uint32_t from = s->curve.used;
    while (from > s->curve.used / 2 && (n < MANY || from > s->curve.used - s->curve.used / 10))
        from--, above += s->above[from], n += s->buckets[from].n;
    return n >= MANY && above >= s->knobs->outdone * n;
}

/* The noise of single returns around their moving level, by their changes from a bucket on. */
static double noise_from(const struct state *s, uint32_t from)
{
    double squares = 0, n = 0;
    for (uint32_t i = from; i < s->curve.used; i++) squares += s->squares[i], n += s->buckets[i].n;
    return sqrt(squares / n / 2);
}

/* Not of the first tenth: an agent that learns at once leaps there, and in a log of few values one leap would be most of the noise. */
static double noise_of(const struct state *s) { return noise_from(s, s->curve.used / 10); }

/* learned_before_the_tenth - of few means the first tenth is three or four, of which an agent may have learned behind the first: is that one below all
 * of the second half, and far by its noise? One of sixteen and more is the lowest by chance once in as many. */
static bool learned_before_the_tenth(const struct state *s, const double *y, size_t n, double wandering)
{
    if (s->curve.points >= MANY || !is_mean(s->series)) return false;
    for (size_t i = n / 2; i < n; i++)
        if (y[i] <= s->first[0]) return false;
    return robust_median(y + n / 2, n - n / 2) - s->first[0] > s->knobs->effect * fmax(noise_from(s, (uint32_t)n / 2), wandering);
}

/* wandering - the scatter of the levels of means that end as they began and cross their mean again and again; 0 for all others. What was learned and
 * lost crosses it twice. */
static double wandering(const struct state *s, const double *y, size_t n)
{
    size_t tenth = n / 10, crossed = 0;
    double sum = 0, squares = 0, k = (double)n;
    for (size_t i = 0; i < n; i++) sum += y[i];
    for (size_t i = 0; i < n; i++) squares += (y[i] - sum / k) * (y[i] - sum / k);
    for (size_t i = 1; i < n; i++) crossed += (y[i] > sum / k) != (y[i - 1] > sum / k);
    bool ends = robust_median(y + n - tenth, tenth) - robust_median(y, tenth) <= s->knobs->effect * noise_of(s);
    return is_mean(s->series) && ends && (double)crossed >= s->knobs->crossed ? sqrt(squares / k) : 0;
}

/* goes_on - behind a restart: are its first returns far above those that the log began with? */
static bool goes_on(const struct state *s, double first, double sd) { return first - s->began > s->knobs->effect * sd; }

/* only_falls - means that go down from first to last, whatever they scatter: a dozen of them say it. */
static bool only_falls(const struct state *s, const double *y, size_t n)
{
    return s->over && is_mean(s->series) && (double)n >= s->knobs->falls_points && robust_trend(y, n) <= -s->knobs->falls;
}

/* Are there as many returns as it takes? */
static bool suffices(const struct state *s, const double *y, size_t n)
{
    double least = is_mean(s->series) ? s->knobs->min_means : s->knobs->min_at_end;
    return (n >= 20 && (double)s->curve.points >= least) || only_falls(s, y, n);
}

static void judge(struct state *s, const struct findings *out)
{
    double y[BUCKETS];
    size_t n = s->curve.used, tenth = n / 10;
    bool few = (double)s->curve.points < s->knobs->min_points;
    for (size_t i = 0; i < n; i++) y[i] = s->buckets[i].mean;
    if (!s->series || !suffices(s, y, n)) return;
    double first = robust_median(y, tenth), best = first, later = -INFINITY;
    for (size_t i = 1; i + tenth <= n; i++) later = fmax(later, robust_median(y + i, tenth));
    best = fmax(best, later);
    double wanders = wandering(s, y, n), sd = fmax(noise_of(s), wanders);
    if (!(best - first <= s->knobs->effect * sd) || learned_before_the_tenth(s, y, n, wanders)) return;
    if (goes_on(s, first, sd) || (sd == 0 && first == 1)) return;
    double last = robust_median(y + n - tenth, tenth);
    bool worse =
        s->curve.points < MANY && is_mean(s->series) && last <= first - fmax(s->knobs->effect * sd, s->knobs->lost * fabs(first));
    double came = is_mean(s->series) ? best : later;
    if (!worse && ((few && !s->over) || learned_at_once(s, came, sd) || learned_slowly(s, first, last, sd) || learned_by_rank(s)))
        return;
    int64_t from = s->buckets[0].first_step;
    struct finding f = {.kind = "return_flat",
                        .episode = 1,
                        .severity = SEVERITY_WARNING,
                        .confidence = sd > 0 ? fmin(0.95, 0.7 + 0.25 * (1 - (best - first) / (s->knobs->effect * sd))) : 0.95,
                        .series = s->series,
                        .source = s->series->source,
                        .segment = s->segment,
                        .onset_step = from,
                        .first_step = from,
                        .last_step = s->buckets[n - 1].last_step,
                        .first_line = s->buckets[0].first_line,
                        .last_line = s->buckets[n - 1].first_line};
    finding_add(&f, "from", first, "");
    finding_add(&f, "to", last, "");
    finding_add(&f, "best", best, "");
    finding_add(&f, "noise", sd, "sd");
    finding_add(&f, "points", (double)s->curve.points, "points");
    out->emit(out->arg, &f);
}

static void join(float *x)
{
    for (uint32_t i = 0; i < BUCKETS / 2; i++) x[i] = x[2 * i] + x[2 * i + 1];
    for (uint32_t i = BUCKETS / 2; i < BUCKETS; i++) x[i] = 0;
}

/* What is kept by bucket follows the curve, whose buckets are joined in pairs when all are in use. */
static void add_change(struct state *s, double change, bool above, uint32_t width_before)
{
    if (s->curve.width > width_before) join(s->squares), join(s->above);
    s->squares[s->curve.used - 1] += (float)(change * change);
    s->above[s->curve.used - 1] += above;
}

static void hear(struct state *s, const struct point *p)
{
    if (!isfinite(p->value)) return;
    s->curve.buckets = s->buckets;
    if (!s->curve.capacity) s->began = NAN;
    if (!s->curve.capacity || p->segment != s->segment) {
        if (isnan(s->began) && s->curve.points >= VERY_FIRST)
            s->began = robust_median(s->first, s->curve.points < FIRST_RETURNS ? s->curve.points : FIRST_RETURNS);
        curve_init(&s->curve, s->buckets, BUCKETS);
        memset(s->squares, 0, sizeof s->squares);
        memset(s->above, 0, sizeof s->above);
    }
    double change = s->curve.points ? p->value - s->last : 0;
    bool early = s->curve.points < FIRST_RETURNS;
    if (early) s->first[s->curve.points] = p->value;
    else if (s->curve.points == FIRST_RETURNS) s->early = robust_median(s->first, FIRST_RETURNS);
    s->last = p->value, s->series = p->series, s->segment = p->segment;
    uint32_t width = s->curve.width;
    curve_add(&s->curve, p->step, p->value, p->line);
    add_change(s, change, !early && p->value > s->early, width);
}

static void say_all(void *state, const struct findings *out)
{
    struct state *s = state;
    s->curve.buckets = s->buckets;
    judge(s, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    hear(s, p);
    if (preview_due(&s->preview, p)) preview_judge(&s->preview, s, say_all, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    s->over = true;
    preview_over(&s->preview, s, say_all, out);
}

const struct analyzer analyzer_return_flat = {.name = "return_flat",
                                              .summary = "an agent's return never improves",
                                              .source = "Cohen 1988; Henderson 2018 on the noise of returns",
                                              .kinds = kinds,
                                              .wants = WANTS(ROLE_RETURN),
                                              .scope = PER_SERIES,
                                              .state_size = sizeof(struct state),
                                              .knobs = knobs,
                                              .observe = observe,
                                              .finish = finish};
