/* loss_periodic - the training loss goes the same way in each epoch: its batches are not exchangeable.
 *
 * Rows that come sorted by class or by source pull each batch its own way, and the loss has the period of the data: high where the
 * network was led away from what comes next, low where the same kind goes on. Shuffled batches are noise, which has no period. The
 * period is the epoch where the log tells epochs, else it is looked for. A loss that only falls at each epoch's end (rows seen
 * again) is a stair, whose step is the trend itself, and no swing; a rate that goes up and down has a period of its own, and rounds of an
 * agent or of a game are none of this. Held are the means of neighbouring values, 512 at most; where a mean would cover more than a
 * sixth of the known epoch, the older half is let go instead. What is told from many values where a period must be looked for, is told from half as
 * many where the epoch is known, and by what noise would explain there. Source: failure knowledge F10; Fisher 1925 (analysis of variance). */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/epochs.h"
#include "stats/fold.h"
#include "stats/lead.h"
#include "stats/log_sum.h"
#include "stats/told.h"

#define GAMES (WANTS(ROLE_RETURN) | WANTS(ROLE_LOSS_GENERATOR) | WANTS(ROLE_LOSS_DISCRIMINATOR))
struct cycles { /* of the learning rate: falls by a third that are followed by rises by half */
    double edge;
    bool falls;
    uint32_t n;
};
#define FINE 1024.0 /* a thousandth of the loss, up to 8e13: what swings by less has no period worth telling */
struct knobs {
    double min_points, share, agreement, swing, over_trend, periods, warning_swing, near_epoch, known_points, known_f;
};
struct state {
    const struct knobs *knobs;
    bool game;
    const struct series *series;
    uint16_t segment;
    const struct series *counts,
        *other;                    /* a series that counts epochs, and one of that role that does not: names are read once */
    uint32_t used, width, in_next; /* in_next: values that are no mean yet */
    uint64_t points, next;
    double next_place; /* sums of those */
    struct log_sum next_value;
    int16_t value[FOLD_MAX]; /* natural logarithm of the loss, in parts of 1 / FINE */
    int64_t apart;           /* steps from each value to the next; 0 while there is one */
    bool placed;             /* that is not the same for all: places are kept */
    int64_t first_step, last_step;
    uint64_t first_line, last_line;
    struct epochs epochs;
    struct cycles cycles;
    struct told told;
    float place[FOLD_MAX]; /* steps from the first one; behind first_size */
};
#define EVEN_MOST (INT64_C(1) << 22) /* steps and halves of them that a float holds to the last digit, and the sum of two */

static const char *const kinds[] = {"loss_oscillation", NULL};
static const struct knob knobs[] = {
    {"loss_periodic_points", "points", 72, 48, 100000, 120, 60, offsetof(struct knobs, min_points),
     "values before anything is said", "six of each place in the period"},
    {"loss_periodic_share", "share", 0.45, 0.1, 0.99, 0.6, 0.35, offsetof(struct knobs, share),
     "of the variance that the place in the period explains",
     "at most 0.17 for noise; at least 0.6 on sorted rows of the calibration runs, 0.35 on healthy ones with six values a place"},
    {"loss_periodic_agreement", "r", 0.8, 0.3, 0.99, 0.9, 0.7, offsetof(struct knobs, agreement),
     "correlation of the first half of the run with the second", "0.9 on sorted rows of the calibration runs, 0.6 on others"},
    {"loss_periodic_swing", "x", 1.25, 1.02, 100, 1.5, 1.15, offsetof(struct knobs, swing),
     "the lowest place, that the highest one is at least", "our choice"},
    {"loss_periodic_trend", "x", 3, 1, 100, 4, 2, offsetof(struct knobs, over_trend),
     "the change of the loss in one period, that the swing is at least", "a stair swings by its trend: 1"},
    {"loss_periodic_periods", "periods", 5, 4, 1000, 8, 4, offsetof(struct knobs, periods), "of the data that were seen",
     "our choice"},
    {"loss_periodic_warning", "x", 1.5, 1.05, 100, 2, 1.3, offsetof(struct knobs, warning_swing), "swing to be a warning",
     "our choice"},
    {"loss_periodic_known_points", "points", 36, 24, 100000, 72, 30, offsetof(struct knobs, known_points),
     "values, where the log tells the epoch and no period is looked for",
     "six of each of the six places that a period has at least"},
    {"loss_periodic_known_f", "x", 4, 2, 100, 6, 3, offsetof(struct knobs, known_f),
     "variance between the places of such an epoch, of that within them",
     "Fisher's F: 1 in 300 of noise, and the halves must agree beside"},
    {"loss_periodic_near_epoch", "share", 0.1, 0.01, 1, 0.05, 0.2, offsetof(struct knobs, near_epoch),
     "of an epoch by which the period may differ from one, where the log counts epochs", "counts are rounded"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static inline void add_rate(struct cycles *c, double rate)
{
    bool turned = c->falls ? rate > 1.5 * c->edge : rate < 0.67 * c->edge;
    if (turned) c->n += c->falls, c->falls = !c->falls, c->edge = rate;
    else if (c->falls ? rate < c->edge : rate > c->edge) c->edge = rate;
}

/* Where the mean of so many values lies that are evenly apart. */
static float even_place(const struct state *s, uint32_t i)
{
    return (float)((double)s->apart * ((double)i * s->width + (s->width - 1) / 2.0));
}

static float place_of(const struct state *s, uint32_t i) { return s->placed ? s->place[i] : even_place(s, i); }

/* Does the next value lie as far from the last as those before it? */
static bool is_even(struct state *s, const struct point *p)
{
    int64_t off = p->step - s->first_step;
    if (off < 0 || off > EVEN_MOST) return false;
    if (s->points == 1) s->apart = off;
    return s->points == 0 || (s->apart > 0 && off == s->apart * (int64_t)s->points);
}

/* From here on places are kept; NULL when memory ran out. */
static struct state *keep_places(struct state *s, const struct findings *out)
{
    s = state_whole(s, out);
    for (uint32_t i = 0; s && i < s->used; i++) s->place[i] = even_place(s, i);
    if (s) s->placed = true;
    return s;
}

static void join_neighbours(struct state *s)
{
    for (uint32_t i = 0; i < s->used / 2; i++) {
        if (s->placed) s->place[i] = (s->place[2 * i] + s->place[2 * i + 1]) / 2;
        s->value[i] = (int16_t)((s->value[2 * i] + s->value[2 * i + 1]) / 2);
    }
    s->width *= 2;
}

static void forget_older_half(struct state *s)
{
    uint32_t half = s->used / 2;
    memmove(s->place, s->place + half, half * sizeof *s->place);
    memmove(s->value, s->value + half, half * sizeof *s->value);
}

/* Neighbours become one, or the older half goes where the epoch would no longer be seen. Returns the state, which may have moved. */
static struct state *make_room(struct state *s, const struct findings *out)
{
    double epoch = epochs_steps(&s->epochs), apart = ((double)place_of(s, s->used - 1) - place_of(s, 0)) / (double)(s->used - 1);
    struct state *whole = NULL;
    if (epoch / apart < 2 * FOLD_LEAST && epoch / apart >= FOLD_LEAST) whole = s->placed ? s : keep_places(s, out);
    if (whole) s = whole, forget_older_half(s);
    else join_neighbours(s);
    s->used /= 2;
    return s;
}

/* The mean of the values that are none yet, behind the others; there is room for it. */
static void put_next(struct state *s)
{
    if (s->placed) s->place[s->used] = (float)(s->next_place / s->in_next);
    double parts = FINE * log_sum_value(&s->next_value) / s->in_next;
    s->value[s->used] = (int16_t)lrint(fmin(fmax(parts, INT16_MIN), INT16_MAX));
}

static void add_loss(struct state *s, const struct point *p, const struct findings *out)
{
    if (s->in_next == s->width) {
        put_next(s);
        if (++s->used == FOLD_MAX) s = make_room(s, out);
        s->in_next = 0, s->next_place = 0, s->next_value = (struct log_sum){0};
    }
    s->in_next++;
    s->next_place += (double)(p->step - s->first_step);
    log_sum_add(&s->next_value, p->value);
    s->points++;
    s->last_step = p->step, s->last_line = p->line;
}

/* Does the step lie before the values that came last? */
static bool goes_back(const struct state *s, const struct point *p)
{
    return s->in_next && (double)(p->step - s->first_step) * s->in_next < s->next_place;
}

/* The share that the places explain at least: of a period that was looked for, the best of many; of one that is known, what noise hardly has. */
static double least_share(const struct state *s, const struct fold *f, bool known)
{
    double between = s->knobs->known_f * (double)(f->bins - 1), within = (double)(f->values - f->bins);
    return known ? fmin(s->knobs->share, between / (between + within)) : s->knobs->share;
}

static bool is_periodic(const struct state *s, const struct fold *f, bool known)
{
    return (double)f->values >= 6 * (double)f->bins && f->share >= least_share(s, f, known) &&
           f->agreement >= s->knobs->agreement && f->swing >= log(s->knobs->swing) &&
           f->swing >= s->knobs->over_trend * f->trend && f->periods >= s->knobs->periods;
}

/* The period in steps of n values, or 0. */
static double period_from(const struct state *s, const float *place, const float *value, uint32_t n, struct fold *f)
{
    double epoch = epochs_steps(&s->epochs);
    if (isfinite(epoch) && fold_at(place, value, n, epoch, f)) return is_periodic(s, f, true) ? epoch : 0;
    if ((double)s->points < s->knobs->min_points) return 0;
    double period = fold_search(place, value, n, f);
    bool of_epoch = !isfinite(epoch) || fabs(period / epoch - 1) <= s->knobs->near_epoch;
    return period > 0 && of_epoch && is_periodic(s, f, false) ? period : 0;
}

/* Of the whole, else of the later three fifths: what the network makes of the same rows changes most at first. */
static double period_of(struct state *s, struct fold *f)
{
    uint32_t n = s->used + (s->in_next > 0), late = n * 2 / 5;
    float value[FOLD_MAX], place[FOLD_MAX];
    if (s->in_next) put_next(s);
    for (uint32_t i = 0; i < n; i++) value[i] = (float)(s->value[i] / FINE);
    for (uint32_t i = 0; i < s->used; i++) place[i] = place_of(s, i);
    if (s->in_next) place[s->used] = (float)(s->next_place / s->in_next);
    double whole = period_from(s, place, value, n, f);
    return whole > 0 ? whole : period_from(s, place + late, value + late, n - late, f);
}

static void judge(struct state *s, bool over, const struct findings *out)
{
    struct fold fold;
    double period = s->game || s->cycles.n > 1 || (double)s->points < fmin(s->knobs->min_points, s->knobs->known_points)
                        ? 0
                        : period_of(s, &fold);
    struct finding f = {.kind = "loss_oscillation", .episode = 1, .severity = SEVERITY_INFO, .series = s->series};
    if (period > 0) {
        f.source = s->series->source, f.segment = s->segment;
        f.onset_step = f.first_step = s->first_step, f.last_step = s->last_step;
        f.first_line = s->first_line, f.last_line = s->last_line;
        f.severity = fold.swing >= log(s->knobs->warning_swing) ? SEVERITY_WARNING : SEVERITY_INFO;
        f.confidence = fmin(0.95, 0.5 + 0.5 * fold.agreement);
        finding_add(&f, "period", period, "steps");
        finding_add(&f, "of_epoch", period / epochs_steps(&s->epochs), "x");
        finding_add(&f, "swing", exp(fold.swing), "x");
        finding_add(&f, "explained", fold.share, "share");
        finding_add(&f, "periods", fold.periods, "periods");
    }
    told_update(&s->told, period > 0, over || f.severity > s->told.severity, &f, out);
}

static void begin(struct state *s, const struct point *p)
{
    s->series = p->series, s->segment = p->segment;
    s->used = s->in_next = 0, s->width = 1, s->points = 0, s->next = 128;
    s->apart = 0, s->placed = false;
    s->next_place = 0, s->next_value = (struct log_sum){0};
    s->first_step = p->step, s->first_line = p->line;
}

RARELY static bool known(struct state *s, const struct series *series)
{
    bool is = epochs_is(series);
    *(is ? &s->counts : &s->other) = series;
    return is;
}

RARELY static void add_progress(struct state *s, const struct point *p)
{
    const struct series *series = p->series;
    if (series->axis != AXIS_STEP) return;
    if (series != s->counts && !known(s, series)) return;
    epochs_add(&s->epochs, p);
}

/* The main training loss whose values are steps is judged; while the run goes on each time it has four times as many values. */
RARELY static void look(struct state *s, const struct point *p, const struct findings *out)
{
    if (!isfinite(p->value) || p->value < 0 || p->series->axis == AXIS_EPOCH) return;
    bool leads = !s->series || (p->series != s->series && lead_of(p->series, s->series));
    if (leads || (p->series == s->series && p->segment != s->segment)) begin(s, p);
    if (p->series != s->series || goes_back(s, p)) return;
    if (!s->placed && !is_even(s, p)) s = keep_places(s, out);
    if (s) add_loss(s, p, out);
    if (!s || s->points < s->next) return;
    s->next *= 4;
    judge(s, false, out);
}

/* One more value of the next mean, as far from the last one as all before it: nearly all. False, with nothing done, for any other. */
static inline bool goes_on(struct state *s, const struct point *p)
{
    const double far = 1e100; /* as log_sum has it */
    int64_t off = p->step - s->first_step;
    if (p->series != s->series || p->segment != s->segment || s->placed || p->series->axis == AXIS_EPOCH) return false;
    if (s->in_next == s->width || !s->in_next || s->points < 2 || s->points + 1 >= s->next) return false;
    if (s->apart <= 0 || off > EVEN_MOST || off != s->apart * (int64_t)s->points) return false;
    double product = s->next_value.product * p->value;
    if (!(p->value > SCALE_FLOOR && p->value <= far && product < far && product > 1 / far)) return false;
    s->in_next++;
    s->next_place += (double)off;
    s->next_value.product = product;
    s->points++;
    s->last_step = p->step, s->last_line = p->line;
    return true;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    switch (p->series->role) {
    case ROLE_LOSS_TRAIN:
        if (!goes_on(s, p)) look(s, p, out);
        break;
    case ROLE_LEARNING_RATE:
        if (isfinite(p->value)) add_rate(&s->cycles, p->value);
        break;
    case ROLE_PROGRESS:
        if (p->series == s->other || !isfinite(p->value)) break;
        if (p->series != s->counts || p->series->axis != AXIS_STEP || !epochs_join(&s->epochs, p)) add_progress(s, p);
        break;
    default: s->game = true;
    }
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_loss_periodic = {.name = "loss_periodic",
                                                .summary = "the loss goes the same way in each epoch: rows are not shuffled",
                                                .source = "failure knowledge F10; Buys-Ballot 1847 (folding)",
                                                .kinds = kinds,
                                                .wants = WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_PROGRESS) |
                                                         WANTS(ROLE_LEARNING_RATE) | GAMES,
                                                .scope = PER_RUN,
                                                .blind = true,
                                                .state_size = sizeof(struct state),
                                                .first_size = offsetof(struct state, place),
                                                .knobs = knobs,
                                                .observe = observe,
                                                .finish = finish};
