/* loss_not_decreasing - the training loss stands where it began: nothing is learned.
 *
 * Judged only from the beginning of a run (a log that starts in the middle may well be flat), on levels of a curve. What counts as no
 * change depends on how much was seen: over few points only next to none, over a hundred and more two per cent. */
#include <math.h>

#include "analyzer.h"
#include "stats/curve.h"
#include "stats/robust.h"

enum { BUCKETS = 64 };
struct state {
    double change, full_points, full_epochs, min_epochs, min_points;
    struct curve curve;
    struct bucket buckets[BUCKETS];
    const struct series *series;
    uint16_t segment;
    bool told;
};

static const char *const kinds[] = {"loss_not_decreasing", NULL};
static const struct knob knobs[] = {
    {"loss_not_decreasing_change", "share", 0.02, 0.001, 0.5, 0.01, 0.05, offsetof(struct state, change),
     "of the initial loss that counts as no change", "seeded training runs"},
    {"loss_not_decreasing_points", "points", 50, 10, 100000, 200, 30, offsetof(struct state, full_points),
     "for that; over fewer points proportionally less", "our choice"},
    {"loss_not_decreasing_full_epochs", "points", 10, 3, 1000, 30, 6, offsetof(struct state, full_epochs),
     "the same, where a point is an epoch", "our choice"},
    {"loss_not_decreasing_epochs", "points", 4, 3, 100, 8, 3, offsetof(struct state, min_epochs),
     "at least, where a point is an epoch or a record", "our choice"},
    {"loss_not_decreasing_steps", "points", 20, 4, 10000, 50, 10, offsetof(struct state, min_points),
     "at least, where a point is a step", "our choice"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void judge(struct state *s, const struct findings *out)
{
    double y[BUCKETS];
    size_t n = s->curve.used;
    s->curve.buckets = s->buckets;
    if (!s->series || s->curve.nonfinite || !n) return;
    double least = s->series->axis == AXIS_STEP || s->series->axis == AXIS_SAMPLE ? s->min_points : s->min_epochs;
    if ((double)s->curve.points < least) return;
    int64_t first = s->buckets[0].first_step, last = s->buckets[n - 1].last_step;
    if (first > 2 + (last - first) / 5) return; /* the log begins in the middle of a run */
    for (size_t i = 0; i < n; i++) y[i] = s->buckets[i].mean;
    size_t some = n >= 10 ? n / 10 : 1;
    double initial = robust_median(y, some), now = robust_median(y + n - some, some), best = initial, size = fabs(initial);
    for (size_t i = some; i < n; i++) {
        double level = robust_median(y + (i ? i - 1 : 0), i + 1 < n ? 3 : 2);
        best = fmin(best, level);
    }
    double full = s->series->axis == AXIS_EPOCH ? s->full_epochs : s->full_points;
    double allowed = s->change * fmin(1, (double)s->curve.points / full);
    bool flat = size > 1e-6 && initial - best <= allowed * size && fabs(now - initial) <= 10 * allowed * size;
    if (!flat) return;
    struct finding f = {.kind = "loss_not_decreasing",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = SEVERITY_WARNING,
                        .confidence = 0.75 + 0.2 * fmin(1, (double)s->curve.points / s->full_points),
                        .series = s->series,
                        .source = s->series->source,
                        .segment = s->segment,
                        .onset_step = first,
                        .first_step = first,
                        .last_step = last,
                        .first_line = s->buckets[0].first_line,
                        .last_line = s->buckets[n - 1].first_line};
    finding_add(&f, "from", initial, "");
    finding_add(&f, "to", now, "");
    finding_add(&f, "total_change", (now - initial) / size, "share");
    finding_add(&f, "points", (double)s->curve.points, "points");
    s->told = true;
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    s->curve.buckets = s->buckets;
    if (!s->curve.capacity || p->segment != s->segment) curve_init(&s->curve, s->buckets, BUCKETS);
    curve_add(&s->curve, p->step, p->value, p->line);
    s->series = p->series, s->segment = p->segment;
    if ((double)s->curve.points == s->full_points && !s->told) judge(s, out);
}

static void finish(void *state, const struct findings *out) { judge(state, out); }

const struct analyzer analyzer_loss_not_decreasing = {.name = "loss_not_decreasing",
                                                      .summary = "the training loss never falls",
                                                      .source = "failure knowledge, section 2: loss is flat",
                                                      .kinds = kinds,
                                                      .wants = WANTS(ROLE_LOSS_TRAIN),
                                                      .scope = PER_SERIES,
                                                      .state_size = sizeof(struct state),
                                                      .knobs = knobs,
                                                      .observe = observe,
                                                      .finish = finish};
