/* loss_spike - the training loss jumps far above its recent level and comes back.
 *
 * Judged on the logarithm against the median and MAD of the last 32 accepted values. A jump counts only when it is far outside the noise
 * *and* undoes a part of the progress made: mini-batch noise does the first, a falling curve's wiggle the second, rarely both.
 * The first values have no baseline yet; they are judged together once there are enough (a warm-up bump above 1.5 times the initial
 * loss). An excursion that does not end is loss_divergence's business.
 *
 * When the run is over the highest is judged once more, by what came after: where batches go on to leap half as high, and scatter so that its
 * height is none any more, it was their first and not the run's. A loss that falls scatters more on the logarithm than it did, and a window
 * knows only what was there before. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/announced.h"
#include "stats/excursion.h"
#include "stats/robust.h"
#include "stats/told.h"

struct knobs {
    struct excursion_knobs excursion;
    double longest, little, nothing, passing, solved, tail, again, after, broad;
};
struct state {
    const struct knobs *knobs;
    struct excursion e;
    bool told, announced; /* announced: by a setting, the data change on the way */
    const struct series *series;
    const struct past *past; /* of it, in this segment */
    double highest;          /* one is told a series, the highest: its height in standard deviations; later ones are counted */
    double count;
    double top;    /* the highest peak of those that came back, on the scale */
    uint64_t wide; /* values that the longest of them took */
    double rise;   /* of the highest one told, on the scale, and where it ended */
    int64_t until;
};

enum {
    LONE = 3,   /* values that one alone takes, with those that show that it is over */
    PASSES = 10 /* what is made good within as many has left nothing behind */
};

static const char *const kinds[] = {"loss_spike", NULL};
static const struct knob knobs[] = {
    {"loss_spike_height", "sd", 6, 3, 100, 10, 5, offsetof(struct knobs, excursion.height_sd),
     "how far above the recent level a jump must be", "6 robust sd: about 1e-9 a point for a log-normal bulk"},
    {"loss_spike_factor", "x", 1.5, 1.05, 100, 2, 1.3, offsetof(struct knobs, excursion.height_factor),
     "and at least this factor", "1.5 times the initial loss is where a warm-up bump stops being normal"},
    {"loss_spike_undone", "share", 0.15, 0, 1, 0.3, 0.1, offsetof(struct knobs, excursion.undone),
     "and this share of the progress so far", "seeded training runs"},
    {"loss_spike_wander", "share", 0.8, 0, 2, 1, 0.5, offsetof(struct knobs, excursion.level_share),
     "of the spread of the recent level that is noise", "seeded noise that wanders: half as many spikes as with half of it"},
    {"loss_spike_patience", "points", 20, 2, 10000, 20, 20, offsetof(struct knobs, excursion.patience_points),
     "longer than this is no spike", "seeded training runs"},
    {"loss_spike_patience_share", "share", 0.03, 0, 1, 0.03, 0.03, offsetof(struct knobs, excursion.patience_share),
     "nor longer than this share of the run", "seeded training runs"},
    {"loss_spike_longest", "share", 0.2, 0.02, 1, 0.1, 1, offsetof(struct knobs, longest),
     "of the values so far: what came back after more of them had found another level for a while", "our choice"},
    {"loss_spike_little", "share", 0.2, 0, 1, 0.3, 0.1, offsetof(struct knobs, little),
     "of the progress (not on the logarithm), and undid no more than this", "as loss_divergence_little, for a single value"},
    {"loss_spike_nothing", "share", 0.05, 0, 1, 0.1, 0.02, offsetof(struct knobs, nothing),
     "of the progress (not on the logarithm) that a jump from near 0 must undo to be more than worth knowing",
     "near 0 a loss multiplies without meaning; seeded bad batches undo 0.13 and more"},
    {"loss_spike_passing", "share", 0.1, 0, 1, 0.2, 0.05, offsetof(struct knobs, passing),
     "of the progress (not on the logarithm) that a jump undoes which is made good at once, to be no more than worth knowing",
     "as loss_spike_nothing: seeded bad batches undo 0.13 and more"},
    {"loss_spike_solved", "share", 0.01, 0, 1, 0.02, 0.005, offsetof(struct knobs, solved),
     "of its first level below which a loss is near 0", "as good as solved"},
    {"loss_spike_tail", "x", 2, 1, 100, 4, 1, offsetof(struct knobs, tail),
     "the initial loss, up to which single values that leap out again and again are noise",
     "seeded bad batches: one each; broad batches: up to 1.4"},
    {"loss_spike_again", "values", 2, 1, 1000, 1, 5, offsetof(struct knobs, again),
     "after it that leap half as high, where it is none by their scatter, to be what the batches are like",
     "seeded bad batches: none or one"},
    {"loss_spike_after", "points", 12, 8, 256, 8, 16, offsetof(struct knobs, after), "after it to know their scatter",
     "our choice"},
    {"loss_spike_broad", "values", 500, 50, 1e9, 200, 2000, offsetof(struct knobs, broad),
     "after which the highest of so many that are only the tail of a broad noise is as high as a spike must be: beyond, with "
     "their cube root",
     "Simsekli, Sagun, Gurbuzbalaban 2019: the noise of minibatches has a tail index below 2; 3 asks less"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* The optimizer's very first updates, made good at once: one high value within the first five steps, before adaptive methods know the size of
 * the gradients. */
static bool stumbles(const struct excursion *e, const struct excursion_start *start)
{
    size_t high = 0, last = 0;
    for (size_t i = 0; i < start->n; i++)
        if (start->value[i] > (e->from + e->peak) / 2) high++, last = i;
    return high == 1 && start->step[last] <= 5;
}

static void fact(void *state, const char *key, const char *value)
{
    struct state *s = state;
    if (announced(key, value)) s->announced = true;
}

/* A step to another level, from where the loss came down slowly, and that had left most of the progress standing (not on the logarithm). */
static bool leaves_most(const struct state *s)
{
    const struct excursion *e = &s->e;
    bool lasted = (double)e->length > s->knobs->longest * (double)e->n;
    return lasted && !e->scale.linear && exp(e->peak) - exp(e->from) < s->knobs->little * (exp(e->initial) - exp(e->from));
}

static bool undoes_nothing(const struct state *s)
{
    const struct excursion *e = &s->e;
    bool solved = e->from <= e->initial + log(s->knobs->solved);
    return !e->scale.linear && solved && exp(e->peak) - exp(e->from) < s->knobs->nothing * (exp(e->initial) - exp(e->from));
}

/* What is made good within a few values, and was small by what the run had learned, has left nothing behind: it is what batches are like. */
static bool is_passing(const struct state *s)
{
    const struct excursion *e = &s->e;
    return !e->scale.linear && !e->open && e->length <= PASSES &&
           exp(e->peak) - exp(e->from) < s->knobs->passing * (exp(e->initial) - exp(e->from));
}

/* Single values that leap out again and again, and hardly above where training began, are what the batches are like: a broad tail of their
 * noise, and nothing that befell the run. */
static bool is_tail(const struct state *s)
{
    const struct excursion *e = &s->e;
    double most = e->scale.linear ? e->initial + s->knobs->tail * (e->initial - e->best) : e->initial + log(s->knobs->tail);
    return s->count >= 2 && s->wide <= LONE && s->top <= most;
}

/* The highest of very many values stands out by their number alone, where their noise has a broad tail. */
static bool is_one_of_many(const struct state *s)
{
    double many = (double)s->e.n / s->knobs->broad;
    return many > 1 && !s->e.open && s->e.length <= PASSES &&
           excursion_height_sd(&s->e) < s->knobs->excursion.height_sd * cbrt(many);
}

/* start: a bump among the first values, that came back; else NULL. */
static struct finding describe(struct state *s, const struct point *p, double recovered, const struct excursion_start *start)
{
    const struct excursion *e = &s->e;
    struct finding f = excursion_finding(e, &s->knobs->excursion, "loss_spike", p->series);
    bool stays = e->settled && (e->open || leaves_most(s)); /* no spike any more */
    bool little = undoes_nothing(s) || is_passing(s) || is_tail(s) || is_one_of_many(s) || (start && stumbles(e, start));
    f.severity = s->announced || stays || little ? SEVERITY_INFO : SEVERITY_WARNING;
    finding_add(&f, "height_ratio", excursion_factor(e), "x");
    finding_add(&f, "height_sd", excursion_height_sd(e), "sd");
    finding_add(&f, "recovered", recovered, "");
    finding_add(&f, "during_warmup", start != NULL, "");
    finding_add(&f, "width_points", (double)e->length, "points");
    finding_add(&f, "count", s->count, "spikes");
    s->highest = excursion_height_sd(e), s->rise = e->peak - e->from;
    return f;
}

static struct finding count_one_more(const struct state *s, const struct point *p, const struct findings *out)
{
    struct finding f = told_last(&(struct told){.kind = "loss_spike", .series = p->series}, out);
    for (size_t i = 0; i < f.n_evidence; i++)
        if (strcmp(f.evidence[i].name, "count") == 0) f.evidence[i].value = s->count;
    if (is_tail(s)) f.severity = SEVERITY_INFO;
    return f;
}

static void tell(struct state *s, const struct point *p, enum phase phase, double recovered, const struct excursion_start *start,
                 const struct findings *out)
{
    bool highest = !s->told || excursion_height_sd(&s->e) >= s->highest;
    struct finding f = highest ? describe(s, p, recovered, start) : count_one_more(s, p, out);
    f.phase = s->told ? phase : PHASE_OPENED;
    s->told = true;
    if (highest) s->until = s->e.last_step;
    out->emit(out->arg, &f);
}

/* Do the values behind it leap half as high, some of them, and scatter by so much that its height would be none? Each is held against the level
 * of those around it. */
static bool was_scatter(const struct state *s)
{
    enum { AROUND = 4 };
    struct past_room room;
    double y[PAST_MOST], leaps = 0;
    const struct curve *c = s->past ? past_fine(s->past, &room) : NULL;
    uint32_t from = 0, n = 0;
    while (c && from < c->used && c->buckets[from].first_step <= s->until) from++;
    for (uint32_t i = from; c && i < c->used; i++) y[n++] = scale_of(&s->e.scale, c->buckets[i].mean);
    if (n < s->knobs->after) return false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t first = i < AROUND ? 0 : i - AROUND, last = i + AROUND < n ? i + AROUND : n - 1;
        double level = robust_median(y + first, last - first + 1);
        leaps += scale_of(&s->e.scale, c->buckets[from + i].max) - level > s->rise / 2;
    }
    return leaps >= s->knobs->again && s->rise < s->knobs->excursion.height_sd * robust_noise(y, n) * sqrt(c->width);
}

static void tell_start(struct state *s, const struct point *p, const struct findings *out)
{
    struct excursion early = s->e, later = s->e;
    struct excursion_start start;
    if (!excursion_early(&early, &s->knobs->excursion, s->past, &start) || early.open) return;
    s->e = early;
    s->count = 1;
    tell(s, p, PHASE_OPENED, 1, &start, out);
    s->e = later;
}

RARELY static void judge(struct state *s, const struct point *p, const struct findings *out)
{
    enum excursion_change change = excursion_add(&s->e, &s->knobs->excursion, p);
    if (s->e.n == EXCURSION_EARLY && !s->told && !s->e.open) tell_start(s, p, out);
    if (s->e.slow) return;
    if (change == EXCURSION_STARTED) s->count++, tell(s, p, PHASE_CHANGED, 0, NULL, out);
    else if (change == EXCURSION_GREW || change == EXCURSION_SETTLED) tell(s, p, PHASE_CHANGED, 0, NULL, out);
    else if (change == EXCURSION_RETURNED) {
        s->top = s->count > 1 ? fmax(s->top, s->e.peak) : s->e.peak;
        s->wide = s->wide > s->e.length ? s->wide : s->e.length;
        tell(s, p, PHASE_CHANGED, 1, NULL, out);
    }
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    s->series = p->series, s->past = p->past;
    if (!excursion_passes(&s->e, &s->knobs->excursion, p)) judge(s, p, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (!s->series) return;
    if (!s->told && s->e.n < EXCURSION_EARLY)
        tell_start(s, &(struct point){.series = s->series, .source = s->series->source}, out);
    if (!s->told || !was_scatter(s)) return;
    struct finding f = told_last(&(struct told){.kind = "loss_spike", .series = s->series}, out);
    f.phase = PHASE_CHANGED, f.severity = SEVERITY_INFO;
    out->emit(out->arg, &f);
}

const struct analyzer analyzer_loss_spike = {.name = "loss_spike",
                                             .summary = "the training loss jumps and comes back",
                                             .source = "Hampel 1974 (median/MAD identifier)",
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
