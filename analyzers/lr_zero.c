/* lr_zero - the learning rate is 0 for many steps while training goes on: a schedule that ended early, or a rate of 0 from the start.
 *
 * Many zeros are none: warm-up begins at 0 and a schedule ends there, so they must have lasted for a share of the run; one parameter
 * group may be frozen, so the highest rate of all groups counts; and "lr: 0.0000" may be a small rate printed with few decimals. A zero
 * is believed when the other rates were printed finely for their height; when there are no others, only while the loss does not fall.
 * A millionth of the highest rate is as good as 0: single precision does not add such a step to a weight that the highest one made. */
#include <math.h>

#include "analyzer.h"
#include "stats/past.h"
#include "stats/robust.h"

enum { BUCKETS = 40 };
struct knobs {
    double min_points, min_share, few_points, few_share, resolution, loss_fall, tiny;
};
struct state {
    const struct knobs *knobs;
    const struct series *series;              /* of the newest zero */
    double peak, unit;                        /* the highest rate, and the last decimal that any was printed with */
    double decade, finest;                    /* the power of ten of the newest rate, and the least unit there */
    int64_t first_step, last_step, rate_step; /* of the run so far; the last step that had a rate */
    int64_t zero_step, last_zero;             /* of the zeros behind it */
    uint64_t zeros, zero_line, last_line;
    uint32_t episode;
    uint16_t source, segment;
    bool begun, rated, told;
    const struct series *loss_series;
    const struct past *loss; /* NULL: no value in this segment yet */
    struct finding shown;    /* once it is told; behind first_size */
};

static const char *const kinds[] = {"lr_zero", NULL};
static const struct knob knobs[] = {
    {"lr_zero_points", "points", 20, 5, 100000, 50, 10, offsetof(struct knobs, min_points), "records in a row whose rate is 0",
     "our choice"},
    {"lr_zero_share", "share", 0.05, 0.01, 1, 0.1, 0.03, offsetof(struct knobs, min_share),
     "of the run's steps that the rate must have been 0 at its end",
     "a cosine that is rounded at a hundredth of its peak prints 0 for its last 4.5 %"},
    {"lr_zero_few", "points", 5, 3, 1000, 10, 4, offsetof(struct knobs, few_points), "records, where they are a larger share",
     "our choice: a schedule that ends with the run logs one or two"},
    {"lr_zero_few_share", "share", 0.12, 0.05, 1, 0.2, 0.1, offsetof(struct knobs, few_share), "of the run's steps then",
     "more than twice lr_zero_share"},
    {"lr_zero_resolution", "share", 0.01, 1e-6, 0.5, 0.003, 0.02, offsetof(struct knobs, resolution),
     "of the highest rate that the last printed decimal may be, for a 0 to be believed", "as lr_zero_share"},
    {"lr_zero_loss_fall", "share", 0.05, 0, 0.9, 0.02, 0.1, offsetof(struct knobs, loss_fall),
     "that the loss may fall while every rate is 0: beyond it the rate is only printed as 0", "our choice"},
    {"lr_zero_tiny", "share", 1e-6, 0, 1e-3, 1e-7, 1e-5, offsetof(struct knobs, tiny), "of the highest rate that is as good as 0",
     "IEEE 754: single precision has 6e-8; schedules end at 0, or above 1e-5 of their peak"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

/* enter_decade - find the power of ten at or below x > 0. That of the last rate nearly always holds; its ends are left to the logarithm. */
RARELY static void enter_decade(struct state *s, double x)
{
    s->decade = pow(10, floor(log10(x) + 1e-9));
    s->finest = s->decade / 10 / 10 / 10;
}

/* unit_of - the place of the last decimal of x > 0, among its first four: 0.00025 gives 1e-5. What is coarser than `known` need not be
 * told from it. */
RARELY static double find_unit(const struct state *s, double x, double known)
{
    double unit = s->decade;
    for (int i = 0; i < 3 && unit > 0 && fabs(x / unit - (double)(int64_t)(x / unit + 0.5)) > 1e-6; i++) unit /= 10;
    return fmin(unit, known);
}

static inline double unit_of(struct state *s, double x, double known)
{
    if (!(x >= s->decade && x <= 9.99 * s->decade)) enter_decade(s, x);
    return s->finest >= known ? known : find_unit(s, x, known);
}

/* While every rate was 0: has a loss been logged, and did it stay where it began? */
static bool loss_stood(struct state *s)
{
    double y[BUCKETS];
    struct bucket buckets[BUCKETS];
    struct past_room room;
    struct curve c;
    if (!s->loss) return false;
    curve_init(&c, buckets, BUCKETS);
    curve_narrow(past_fine(s->loss, &room), &c);
    size_t n = c.used;
    for (size_t i = 0; i < n; i++) y[i] = buckets[i].mean;
    if (n < 8) return false;
    double first = robust_median(y, n / 4), last = robust_median(y + n - n / 4, n / 4);
    return first - last <= s->knobs->loss_fall * fabs(first);
}

static void tell(struct state *s, const struct findings *out)
{
    if (!(s = state_whole(s, out))) return;
    s->shown = (struct finding){.kind = "lr_zero",
                                .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                                .episode = s->told ? s->episode : ++s->episode,
                                .severity = SEVERITY_WARNING,
                                .confidence = s->rated ? 0.9 : 0.8,
                                .series = s->series,
                                .source = s->source,
                                .segment = s->segment,
                                .onset_step = s->zero_step,
                                .first_step = s->zero_step,
                                .last_step = s->last_step,
                                .first_line = s->zero_line,
                                .last_line = s->last_line};
    finding_add(&s->shown, "points", (double)s->zeros, "points");
    finding_add(&s->shown, "share", (double)(s->last_step - s->zero_step) / (double)(s->last_step - s->first_step), "share");
    finding_add(&s->shown, "peak", s->rated ? s->peak : NAN, "");
    s->told = true;
    out->emit(out->arg, &s->shown);
}

static bool lasted(const struct state *s)
{
    double steps = (double)(s->last_step - s->first_step);
    double share = steps > 0 ? (double)(s->last_step - s->zero_step) / steps : 0;
    return ((double)s->zeros >= s->knobs->min_points && share >= s->knobs->min_share) ||
           ((double)s->zeros >= s->knobs->few_points && share >= s->knobs->few_share);
}

static void begin(struct state *s, const struct point *p)
{
    s->begun = true;
    s->rated = s->told = false;
    s->peak = s->unit = 0;
    s->zeros = 0;
    s->first_step = s->last_step = s->rate_step = p->step;
    s->source = p->series->source, s->segment = p->segment;
    s->loss = NULL;
}

static void observe_rate(struct state *s, const struct point *p, const struct findings *out)
{
    s->first_step = p->step < s->first_step ? p->step : s->first_step;
    s->last_step = p->step > s->last_step ? p->step : s->last_step;
    if (p->value != 0 && !(s->rated && fabs(p->value) <= s->knobs->tiny * s->peak)) {
        double rate = fabs(p->value);
        s->unit = unit_of(s, rate, s->rated ? s->unit : INFINITY);
        if (rate > s->peak) s->peak = rate;
        s->rate_step = !s->rated || p->step > s->rate_step ? p->step : s->rate_step;
        s->rated = true;
        if (s->zeros && p->step < s->zero_step) return;
        double zeros = (double)s->zeros;
        s->zeros = 0;
        if (!s->told) return;
        s->told = false;
        s->shown.evidence[0].value = zeros;
        s->shown.last_step = s->last_zero;
        s->shown.phase = PHASE_CLOSED;
        s->shown.severity = SEVERITY_INFO;
        out->emit(out->arg, &s->shown);
        return;
    }
    if (s->rated && p->step <= s->rate_step) return; /* another group had a rate there */
    if (s->zeros++ == 0) s->zero_step = p->step, s->zero_line = p->line;
    s->series = p->series;
    s->last_zero = p->step;
    s->last_line = p->line;
    bool due = !s->told || (s->zeros & (s->zeros - 1)) == 0;
    if (s->rated && due && s->unit <= s->knobs->resolution * s->peak * (1 + 1e-6) && lasted(s)) tell(s, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    bool rate = p->series->role == ROLE_LEARNING_RATE;
    if (!s->begun || p->segment > s->segment) begin(s, p);
    if (!isfinite(p->value) || p->segment != s->segment) return;
    if (rate) {
        observe_rate(s, p, out);
        return;
    }
    if (!s->loss_series) s->loss_series = p->series;
    if (p->series == s->loss_series) s->loss = p->past;
    rest_for(out, REST);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    if (s->begun && s->zeros && lasted(s) && (s->rated ? s->told : loss_stood(s))) tell(s, out);
}

const struct analyzer analyzer_lr_zero = {.name = "lr_zero",
                                          .summary = "the learning rate is 0 while training goes on",
                                          .source = "failure knowledge F33, F43",
                                          .kinds = kinds,
                                          .wants = WANTS(ROLE_LEARNING_RATE) | WANTS(ROLE_LOSS_TRAIN),
                                          .needs = WANTS(ROLE_LEARNING_RATE),
                                          .scope = PER_RUN,
                                          .state_size = sizeof(struct state),
                                          .first_size = offsetof(struct state, shown),
                                          .knobs = knobs,
                                          .observe = observe,
                                          .finish = finish};
