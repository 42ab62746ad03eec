/* grad_vanishing - the gradient hardly reaches the weights, or not the first layers, while the loss is far from done.
 *
 * Near a minimum gradients shrink by right, so the loss must still stand high. A norm that is exactly zero in every record is a
 * reporting artefact (several trainers print 0.000 when they do not compute it) and says nothing. Where norms of layers are logged the first
 * is compared with the last one. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/robust.h"

enum { LAYERS = 64, WINDOW = 32, EARLY = 20 };
struct place {
    int64_t step;
    uint64_t line;
    uint16_t segment;
};
struct layer {
    const struct series *series;
    double level;
    uint32_t n;
};
struct knobs {
    double norm, share, layer_norm, layer_ratio, min_points, loss_left;
};
struct state {
    const struct knobs *knobs;
    double window[WINDOW]; /* the last norms */
    uint32_t n_low;        /* of those, below `norm` */
    double early;          /* the highest level of the first ones */
    uint64_t n_whole;
    const struct series *series, *loss_series;
    uint32_t n_layers;
    double loss_first, loss_now;
    uint64_t n_loss;
    int64_t onset_step;
    uint64_t onset_line;
    uint64_t low_points, n_low_row; /* n_low_row: norms below `norm` up to the newest one */
    struct place low, newest;       /* where these begin, and end */
    bool told, judged;
    struct finding last;        /* as told, or to be told; behind first_size, as what follows */
    struct layer layer[LAYERS]; /* room for as many as there were */
};

static const char *const kinds[] = {"grad_vanishing", NULL};
static const struct knob knobs[] = {{"grad_vanishing_norm", "norm", 1e-4, 0, 1, 1e-5, 1e-3, offsetof(struct knobs, norm),
                                     "below which the whole gradient is as good as gone", "AutoTrainer: 1e-4"},
                                    {"grad_vanishing_share", "share", 1e-3, 0, 1, 1e-4, 1e-2, offsetof(struct knobs, share),
                                     "of its early level", "AutoTrainer: ratio 1e-3"},
                                    {"grad_vanishing_layer_norm", "norm", 1e-4, 0, 1, 1e-5, 1e-3,
                                     offsetof(struct knobs, layer_norm), "of the first layer, below which it is starved",
                                     "AutoTrainer: 1e-4"},
                                    {"grad_vanishing_layer_ratio", "share", 1e-3, 0, 1, 1e-4, 1e-2,
                                     offsetof(struct knobs, layer_ratio), "of the last layer's norm", "AutoTrainer: 1e-3"},
                                    {"grad_vanishing_points", "points", 10, 3, 10000, 30, 5, offsetof(struct knobs, min_points),
                                     "that it must last", "our choice"},
                                    {"grad_vanishing_loss", "share", 0.5, 0.05, 1, 0.7, 0.3, offsetof(struct knobs, loss_left),
                                     "of the initial loss that must still be there", "our choice: below it the run has learned"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static bool loss_is_high(const struct state *s)
{
    return s->n_loss < 5 || s->loss_first <= 0 || s->loss_now >= s->knobs->loss_left * s->loss_first;
}

/* Returns the state, which may be at another place now; NULL, with nothing told, when memory ran out. */
static struct state *report(struct state *s, const struct place *p, const struct series *series, double norm, double ratio,
                            double by_layer, const struct findings *out)
{
    struct finding f = {.kind = "grad_vanishing",
                        .phase = s->told ? PHASE_CHANGED : PHASE_OPENED,
                        .episode = 1,
                        .severity = SEVERITY_WARNING,
                        .confidence = by_layer ? 0.9 : 0.8,
                        .series = series,
                        .source = series->source,
                        .segment = p->segment,
                        .onset_step = s->onset_step,
                        .first_step = s->onset_step,
                        .last_step = p->step,
                        .first_line = s->onset_line,
                        .last_line = p->line};
    finding_add(&f, "norm", norm, "");
    finding_add(&f, "ratio", ratio, "x");
    finding_add(&f, "by_layer", by_layer, "");
    finding_add(&f, "points", (double)s->low_points, "points");
    if (!(s = state_room(s, out, offsetof(struct state, layer)))) return NULL;
    s->last = f, s->judged = true;
    if (!s->n_loss) return s; /* whether the loss is high is not known yet: told at the end */
    s->told = true;
    out->emit(out->arg, &f);
    return s;
}

static void tell(struct state *s, const struct point *p, const struct series *series, double norm, double ratio, double by_layer,
                 const struct findings *out)
{
    if (s->low_points++ == 0) s->onset_step = p->step, s->onset_line = p->line;
    if ((double)s->low_points < s->knobs->min_points || (s->told && (s->low_points & (s->low_points - 1)))) return;
    report(s, &(struct place){p->step, p->line, p->segment}, series, norm, ratio, by_layer, out);
}

/* The median of a window lags behind by half of it. So in a log that is over before that the last quarter of its norms is asked, all of which
 * must be low. */
static struct state *look_late(struct state *s, const struct findings *out)
{
    double late[WINDOW];
    uint64_t n = s->n_whole / 4 < WINDOW ? s->n_whole / 4 : WINDOW;
    if (s->judged || n < 3 || s->n_low_row < n || s->early <= 0 || !loss_is_high(s)) return s;
    for (uint64_t i = 0; i < n; i++) late[i] = s->window[(s->n_whole - 1 - i) % WINDOW];
    double level = robust_median(late, (size_t)n);
    if (!(level > 0) || level >= s->knobs->share * s->early) return s;
    s->low_points = s->n_low_row, s->onset_step = s->low.step, s->onset_line = s->low.line;
    return report(s, &s->newest, s->series, level, level / s->early, 0, out);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = look_late(state, out);
    if (!s || !s->judged) return;
    bool high = loss_is_high(s);
    if (s->told == high) return;
    s->last.phase = high ? PHASE_OPENED : PHASE_CLOSED;
    if (!high) s->last.severity = SEVERITY_INFO; /* it was learned away */
    out->emit(out->arg, &s->last);
}

/* remember - put a norm into the window. */
static void remember(struct state *s, double norm)
{
    double *place = &s->window[s->n_whole % WINDOW];
    if (s->n_whole >= WINDOW) s->n_low -= *place < s->knobs->norm;
    s->n_low += norm < s->knobs->norm;
    *place = norm;
    s->n_whole++;
}

RARELY static void look(struct state *s, const struct point *p, size_t n, const struct findings *out)
{
    double level = robust_median(s->window, n);
    if (s->n_whole <= EARLY) s->early = fmax(s->early, level);
    if (s->n_whole < 10 || s->early <= 0) return;
    if (level < s->knobs->norm && level < s->knobs->share * s->early && level > 0 && loss_is_high(s))
        tell(s, p, p->series, level, level / s->early, 0, out);
}

/* The level is the median of the window. It is needed at the start, and where half of the window is low: else it is not low itself. */
static void observe_whole(struct state *s, const struct point *p, const struct findings *out)
{
    if (!s->series) s->series = p->series;
    if (p->series != s->series) return;
    remember(s, p->value);
    s->newest = (struct place){p->step, p->line, p->segment};
    s->n_low_row = p->value < s->knobs->norm ? s->n_low_row + 1 : 0;
    if (s->n_low_row == 1) s->low = s->newest;
    size_t n = s->n_whole < WINDOW ? (size_t)s->n_whole : WINDOW;
    if (s->n_whole <= EARLY || (s->early > 0 && 2 * s->n_low >= n)) look(s, p, n, out); /* zero from the start: not computed */
}

RARELY static void observe_layer(struct state *s, const struct point *p, const struct findings *out)
{
    uint32_t i = 0;
    while (i < s->n_layers && s->layer[i].series != p->series) i++;
    if (i == LAYERS || !(s = state_room(s, out, offsetof(struct state, layer) + (i + 1) * sizeof *s->layer))) return;
    if (i == s->n_layers) s->layer[s->n_layers++] = (struct layer){.series = p->series, .level = p->value};
    struct layer *l = &s->layer[i];
    l->level += (p->value - l->level) / fmin(++l->n, 10);
    const struct layer *first = NULL, *last = NULL;
    for (uint32_t j = 0; j < s->n_layers; j++) {
        if (s->layer[j].level == 0) continue; /* exactly 0: frozen, or cut off, which is grad_zero */
        if (!first || s->layer[j].series->depth < first->series->depth) first = &s->layer[j];
        if (!last || s->layer[j].series->depth > last->series->depth) last = &s->layer[j];
    }
    if (!first || p->series != last->series || first == last || first->n < 5 || last->level <= 0) return;
    if (first->level < s->knobs->layer_norm && first->level < s->knobs->layer_ratio * last->level && loss_is_high(s))
        tell(s, p, first->series, first->level, first->level / last->level, 1, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_GRAD_NORM) observe_whole(s, p, out);
    else if (p->series->role == ROLE_GRAD_PART) observe_layer(s, p, out);
    else {
        if (!s->loss_series) s->loss_series = p->series;
        if (p->series != s->loss_series) return;
        if (s->n_loss++ == 0) s->loss_first = s->loss_now = p->value;
        s->loss_now += 0.1 * (p->value - s->loss_now);
    }
}

const struct analyzer analyzer_grad_vanishing = {.name = "grad_vanishing",
                                                 .summary = "gradients hardly reach the first layers",
                                                 .source = "failure knowledge F27; Hochreiter 1998; AutoTrainer (ICSE 2021)",
                                                 .kinds = kinds,
                                                 .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART) | WANTS(ROLE_LOSS_TRAIN),
                                                 .needs = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART),
                                                 .scope = PER_RUN,
                                                 .state_size = sizeof(struct state),
                                                 .first_size = offsetof(struct state, last),
                                                 .knobs = knobs,
                                                 .observe = observe,
                                                 .finish = finish};
