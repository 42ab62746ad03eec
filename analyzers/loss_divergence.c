/* loss_divergence - the training loss rises and stays up, at once or slowly.
 *
 * The same excursion as loss_spike's, judged by whether it ends: a level far above the baseline for longer than patience, or the
 * slow rise of the level above the best one ever (CUSUM). A run that ends while its loss is far up is told at the end; so is one whose loss
 * has never come back to its very first value, which is no excursion because there was no level to leave; and one that stepped back to where
 * training began, however little that is and however its values scatter: all that was learned is gone. A bump while the rate
 * warms up is healthy below 1.5 times the initial loss: that is where the factors begin. What the settings announce (a curriculum: the
 * data become harder) is worth knowing, no more, and so is a step of the loss that leaves most of the progress standing and is half made good. */
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/excursion.h"
#include "stats/jump.h"
#include "stats/past.h"
#include "stats/robust.h"

#define LOST_FACTOR 1.4 /* above the least, where each value of a third of the run is above all of the beginning too */
struct knobs {
    struct excursion_knobs excursion;
    double critical_factor, above_start, above_points, without_bound, short_factor, little, for_good, all_gone, gone_sd;
};
struct state {
    const struct knobs *knobs;
    double first, lowest_later; /* as logged; of all values behind the first three */
    double lowest, last;        /* of all, as logged */
    double high_at_first;       /* of the first EXCURSION_EARLY values, on the scale */
    int64_t second_step;        /* of the second value */
    uint64_t second_line;
    double gone;         /* share of all progress that a step has lost, where that is what is told */
    int64_t rising_step; /* the first one behind the lowest */
    uint64_t rising_line;
    bool announced; /* by a setting: the data change on the way */
    uint32_t episode;
    bool told, recedes, eased; /* recedes: told as being on its way back; eased: as half made good, and little */
    const struct series *series;
    const struct past *past; /* of this segment */
    struct excursion e;
};

#define SPIKE 1.5 /* from this factor on a rise that came back is told by loss_spike as well */

static const char *const kinds[] = {"loss_divergence", NULL};
static const struct knob knobs[] = {
    {"loss_divergence_height", "sd", 6, 3, 100, 10, 5, offsetof(struct knobs, excursion.height_sd),
     "how far above the recent level the loss must be", "as loss_spike_height"},
    {"loss_divergence_factor", "x", 1.3, 1.05, 100, 2, 1.2, offsetof(struct knobs, excursion.height_factor),
     "and at least this factor", "seeded training runs"},
    {"loss_divergence_undone", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct knobs, excursion.undone),
     "and this share of the progress so far", "seeded training runs"},
    {"loss_divergence_patience", "points", 10, 2, 10000, 20, 5, offsetof(struct knobs, excursion.patience_points),
     "for more points than this", "seeded training runs"},
    {"loss_divergence_patience_share", "share", 0.02, 0, 1, 0.05, 0.01, offsetof(struct knobs, excursion.patience_share),
     "and for this share of the run", "seeded training runs"},
    {"loss_divergence_critical", "x", 2, 1, 1000, 3, 1.5, offsetof(struct knobs, critical_factor),
     "from this factor on it is critical", "TheDeepChecker: loss at twice its minimum"},
    {"loss_above_start", "x", 1.5, 1.05, 1000, 2, 1.3, offsetof(struct knobs, above_start),
     "of its first value that the loss stands at in the end, never having come back", "a warm-up bump is healthy below 1.5"},
    {"loss_above_start_points", "points", 100, 20, 100000, 200, 60, offsetof(struct knobs, above_points),
     "values before that is said", "the first of n values is the least by chance once in n"},
    {"loss_short_factor", "x", 1.8, 1.2, 100, 3, 1.5, offsetof(struct knobs, short_factor),
     "the whole first third of a short log that the whole last third is above", "seeded noise: no log of batches does it"},
    {"loss_divergence_little", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct knobs, little),
     "of the progress (not on the logarithm): a step that undoes less is not critical, and half made good only worth knowing",
     "a loss near 0 multiplies without meaning"},
    {"loss_divergence_for_good", "share", 0.5, 0.1, 1, 0.8, 0.4, offsetof(struct knobs, for_good),
     "of all progress that every later value has lost, however short the log", "half of what was learned is gone"},
    {"loss_divergence_all_gone", "share", 0.85, 0.5, 1, 0.95, 0.75, offsetof(struct knobs, all_gone),
     "of all progress that a step has lost which is told by levels", "our choice: it stands where it began, but for noise"},
    {"loss_divergence_gone_sd", "sd", 6, 3, 50, 10, 5, offsetof(struct knobs, gone_sd), "standard errors that such a step is",
     "as loss_divergence_height"},
    {"loss_without_bound", "x", 1000, 10, 1e12, 1e5, 100, offsetof(struct knobs, without_bound),
     "its lowest and its first value that a loss ends at, however few values there are", "our choice: no batch is so bad"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* What the loss has lost again of what it had gained, not on the logarithm: near 0 a factor means little. */
static double share_undone(const struct state *s)
{
    const struct excursion *e = &s->e;
    return e->scale.linear ? 1 : (exp(e->level) - exp(e->from)) / fmax(exp(e->initial) - exp(e->from), 1e-300);
}

/* Once it has, it takes more to undo that. */
static bool has_eased(const struct state *s)
{
    const struct excursion *e = &s->e;
    double at = s->eased ? 0.75 : 0.5;
    return !e->slow && e->level < e->from + at * (e->peak - e->from) && share_undone(s) < s->knobs->little;
}

/* Up to where the loss was before anything had been learned, and back: too long for a spike, and no less a trouble. A slow rise, that is, or a
 * leap far beyond it which is not made good yet: what is over loss_spike tells. */
static bool undid_all(const struct state *s)
{
    const struct excursion *e = &s->e;
    if (s->high_at_first - e->from < log(SPIKE)) return false;
    return e->slow ? e->peak >= s->high_at_first : e->open && !e->scale.linear && e->peak >= s->high_at_first + log(SPIKE);
}

static enum severity severity_of(const struct state *s, enum phase phase, double factor)
{
    double now = s->e.open ? s->e.level : s->e.last;
    bool beyond = !s->e.scale.linear && now > s->high_at_first; /* where it began: no data and no weighing announce that */
    if (s->announced && !beyond) return SEVERITY_INFO;
    if ((phase == PHASE_CLOSED || s->eased) && undid_all(s)) return SEVERITY_WARNING;
    if (s->eased) return SEVERITY_INFO;
    if (phase == PHASE_CLOSED) return s->e.slow || factor >= SPIKE ? SEVERITY_INFO : SEVERITY_WARNING;
    bool much = s->e.slow || share_undone(s) >= s->knobs->little;
    return factor >= s->knobs->critical_factor && !s->recedes && much ? SEVERITY_CRITICAL : SEVERITY_WARNING;
}

/* A slow rise is noticed when its levels add up. It began where the loss last came down to the level that it rose from. */
static void begin_where_it_left(const struct state *s, struct finding *f)
{
    struct past_room room;
    double from = scale_back(&s->e.scale, s->e.from);
    const struct curve *c = s->past ? past_fine(s->past, &room) : NULL;
    const struct bucket *left = NULL;
    for (uint32_t i = 0; c && i + 1 < c->used && c->buckets[i + 1].first_step < f->onset_step; i++)
        if (c->buckets[i].min <= from) left = &c->buckets[i + 1];
    if (left) f->onset_step = f->first_step = left->first_step, f->first_line = left->first_line;
}

static void tell(struct state *s, enum phase phase, const struct findings *out)
{
    const struct excursion *e = &s->e;
    double now = e->scale.linear ? e->last - e->from : exp(e->last - e->from), factor = excursion_factor(e);
    struct finding f = excursion_finding(e, &s->knobs->excursion, "loss_divergence", s->series);
    f.phase = phase;
    f.episode = s->episode;
    f.severity = severity_of(s, phase, factor);
    if (e->slow) begin_where_it_left(s, &f);
    finding_add(&f, "rise_ratio", factor, "x");
    finding_add(&f, "now", scale_back(&e->scale, e->last), "");
    finding_add(&f, "steps", (double)(e->last_step - e->onset_step), "");
    finding_add(&f, "from_best", e->scale.linear ? now : exp(e->last - e->best), "x");
    finding_add(&f, "height_sd", excursion_height_sd(e), "sd");
    finding_add(&f, "slow", e->slow, "");
    if (s->gone > 0) finding_add(&f, "all_gone", s->gone, "share");
    s->told = phase != PHASE_CLOSED;
    out->emit(out->arg, &f);
}

static void note_first(struct state *s, const struct point *p)
{
    double y = s->e.scale.linear ? p->value : past_log(p->past, p->value);
    s->high_at_first = s->e.n == 1 ? y : fmax(s->high_at_first, y);
    if (s->e.n == 2) s->second_step = p->step, s->second_line = p->line;
}

RARELY static void judge(struct state *s, const struct point *p, const struct findings *out)
{
    enum excursion_change change = excursion_add(&s->e, &s->knobs->excursion, p);
    if (s->e.n && s->e.n <= EXCURSION_EARLY) note_first(s, p);
    switch (change) {
    case EXCURSION_SETTLED:
        s->episode++;
        s->recedes = excursion_recedes(&s->e), s->eased = false;
        tell(s, PHASE_OPENED, out);
        break;
    case EXCURSION_GREW:
        if (s->told) tell(s, PHASE_CHANGED, out);
        break;
    case EXCURSION_RETURNED:
        if (s->told) tell(s, PHASE_CLOSED, out);
        break;
    default:
        if (!s->told || (s->recedes == excursion_recedes(&s->e) && s->eased == has_eased(s))) break;
        s->recedes = excursion_recedes(&s->e), s->eased = has_eased(s);
        tell(s, PHASE_CHANGED, out);
    }
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    s->series = p->series, s->past = p->past;
    if (!s->e.n) s->first = p->value, s->lowest_later = INFINITY;
    else if (s->e.n > 2 && p->value < s->lowest_later) s->lowest_later = p->value;
    if (!s->e.n || p->value <= s->lowest) s->lowest = p->value, s->rising_step = INT64_MIN;
    else if (s->rising_step == INT64_MIN) s->rising_step = p->step, s->rising_line = p->line;
    s->last = p->value;
    if (s->told || !excursion_passes(&s->e, &s->knobs->excursion, p)) judge(s, p, out);
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

/* The loss has never been as low again as at the very first step, where nothing had been learned. */
static bool never_came_back(const struct state *s)
{
    double end = s->e.open ? exp(s->e.level) : scale_back(&s->e.scale, rolling_median(&s->e.base));
    return !s->e.scale.linear && (double)s->e.n >= s->knobs->above_points && s->first > 0 && s->lowest_later > s->first &&
           end >= s->knobs->above_start * s->first;
}

static void tell_above_start(struct state *s, const struct findings *out)
{
    struct excursion *e = &s->e;
    e->last = e->open ? e->level : rolling_median(&e->base);
    e->from = log(s->first), e->peak = fmax(e->last, s->high_at_first), e->sd = fmax(e->sd, 0.02);
    e->onset_step = s->second_step, e->onset_line = s->second_line;
    e->slow = false;
    s->recedes = true; /* it falls from a peak at the start, though not far enough */
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

/* A log too short for a baseline: its last third lies wholly above its first, by a factor, or by one above the least it came to. */
static bool stepped_up(const struct state *s, struct excursion_start *all)
{
    enum { FEW = 7 };
    double high = -INFINITY, low = INFINITY, least = INFINITY;
    if (s->e.n < FEW || s->e.n > EXCURSION_EARLY || !(s->first > 0) || !excursion_first(&s->e, s->past, all)) return false;
    for (size_t i = 0; i < all->n / 3; i++) high = fmax(high, all->value[i]), low = fmin(low, all->value[all->n - 1 - i]);
    for (size_t i = 0; i < all->n; i++) least = fmin(least, all->value[i]);
    return low - high >= log(s->knobs->short_factor) || (low > high && low - least >= log(LOST_FACTOR));
}

/* The same of a longer one, whose steady rise was taken for its noise: every value of the last third is above all of the first, by a factor
 * or by one above the least in between. */
static bool stands_above(const struct state *s, struct jump *jump)
{
    const struct curve *c = s->past ? &s->past->coarse : NULL;
    double high = -INFINITY, low = INFINITY, least = INFINITY;
    if (!c || s->e.n <= EXCURSION_EARLY || c->used < 12 || !(s->first > 0) || s->e.scale.linear) return false;
    uint32_t third = c->used / 3, at = c->used - third;
    for (uint32_t i = 0; i < third; i++) high = fmax(high, c->buckets[i].max), low = fmin(low, c->buckets[c->used - 1 - i].min);
    while (at > 1 && c->buckets[at - 1].min > high) at--;
    const struct bucket *b = &c->buckets[at], *last = &c->buckets[c->used - 1];
    *jump = (struct jump){high, last->mean, 0, b->first_step, last->last_step, b->first_line, last->first_line};
    for (uint32_t i = third; i < at; i++) least = fmin(least, c->buckets[i].min);
    return low >= s->knobs->short_factor * high || (low > high && low >= LOST_FACTOR * least);
}

/* From its level in the first third to that in the last. */
static void tell_step(struct state *s, const struct excursion_start *all, const struct findings *out)
{
    struct excursion *e = &s->e;
    size_t n = all->n, third = n / 3, at = n - 1;
    double before = robust_median(all->value, third), now = robust_median(all->value + n - third, third);
    while (at > 1 && all->value[at - 1] > (before + now) / 2) at--;
    e->from = before, e->last = now, e->peak = now, e->sd = fmax(e->sd, 0.1);
    for (size_t i = 0; i < n; i++) e->peak = fmax(e->peak, all->value[i]);
    e->onset_step = all->step[at], e->onset_line = all->line[at];
    e->last_step = all->step[n - 1], e->last_line = all->line[n - 1];
    e->slow = false;
    s->recedes = true; /* too few values to know how it goes on */
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

/* A step that no later value made good: the level was still falling, and there was no baseline to leave. */
static bool jumped(const struct state *s, struct jump *jump)
{
    struct bucket buckets[PAST_FINE];
    struct past_room room;
    struct curve fine;
    if (!s->past || s->e.scale.linear) return false;
    if (curve_jumps(&s->past->coarse, s->knobs->for_good, s->knobs->critical_factor, jump)) return true;
    if (s->e.segment) return false; /* where training began, a later run of the log does not tell */
    curve_init(&fine, buckets, PAST_FINE);
    curve_narrow(past_fine(s->past, &room), &fine);
    return curve_falls_back(&fine, s->knobs->all_gone, s->knobs->gone_sd, jump);
}

static void tell_jump(struct state *s, const struct jump *jump, const struct findings *out)
{
    struct excursion *e = &s->e;
    e->from = log(jump->from), e->last = e->peak = log(jump->to), e->sd = fmax(e->sd, 0.1);
    e->onset_step = jump->step, e->onset_line = jump->line;
    e->last_step = jump->last_step, e->last_line = jump->last_line;
    e->slow = false;
    s->recedes = true;
    s->gone = jump->undone;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

/* A run of a few values that ends where no batch can take a loss. */
static bool without_bound(const struct state *s)
{
    return s->lowest > 0 && s->first > 0 && s->last >= s->knobs->without_bound * s->lowest &&
           s->last >= s->knobs->without_bound * s->first;
}

static void tell_without_bound(struct state *s, const struct findings *out)
{
    struct excursion *e = &s->e;
    e->from = log(s->lowest), e->last = e->peak = log(s->last), e->sd = fmax(e->sd, 0.02);
    e->onset_step = s->rising_step, e->onset_line = s->rising_line;
    e->slow = false;
    s->recedes = false;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

/* The run ends while the loss is up: more than two points outside, or one by an order of magnitude, are no coincidence. */
static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    struct excursion_start start;
    if (s->told || !s->series) return;
    if (never_came_back(s)) {
        tell_above_start(s, out);
        return;
    }
    if (s->e.n < EXCURSION_EARLY && !s->e.open) {
        struct excursion early = s->e;
        if (excursion_early(&early, &s->knobs->excursion, s->past, &start) && early.open && early.length > 2) s->e = early;
    }
    if (!s->e.open && !without_bound(s) && stepped_up(s, &start)) {
        tell_step(s, &start, out);
        return;
    }
    if (!s->e.open && without_bound(s)) {
        tell_without_bound(s, out);
        return;
    }
    struct jump jump;
    if (!s->e.open && (stands_above(s, &jump) || jumped(s, &jump))) {
        tell_jump(s, &jump, out);
        return;
    }
    if (!s->e.open || s->e.back || (s->e.length < 3 && excursion_factor(&s->e) < 10)) return;
    s->episode++;
    tell(s, PHASE_OPENED, out);
}

const struct analyzer analyzer_loss_divergence = {.name = "loss_divergence",
                                                  .summary = "the training loss rises and stays up",
                                                  .source = "Page 1954 (CUSUM); Hampel 1974",
                                                  .kinds = kinds,
                                                  .wants = WANTS(ROLE_LOSS_TRAIN),
                                                  .scope = PER_SERIES,
                                                  .blind = true,
                                                  .state_size = sizeof(struct state),
                                                  .knobs = knobs,
                                                  .fact = fact,
                                                  .excuses = announced,
                                                  .observe = observe,
                                                  .finish = finish};
