/* pick - a table says which roles share a panel. Scales: logarithmic where all values are positive and span a factor of 20 (a gradient
 * norm always), because then a linear scale shows one event and nothing else. */
#include "pick.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

#define R(role) WANTS(ROLE_##role)
static const struct group {
    const char *title;
    uint64_t roles;
    bool prefers_log;
    double weight;
} groups[] = {
    {"loss", R(LOSS_TRAIN) | R(LOSS_EVAL), false, 3},
    {"generator and discriminator loss", R(LOSS_GENERATOR) | R(LOSS_DISCRIMINATOR), false, 3},
    {"return", R(RETURN), false, 2.4},
    {"score", R(SCORE_TRAIN) | R(SCORE_EVAL), false, 2},
    {"gradient norm", R(GRAD_NORM), true, 1.5},
    {"learning rate", R(LEARNING_RATE), false, 0.8},
    {"policy and value loss", R(LOSS_POLICY) | R(LOSS_VALUE), false, 1.4},
    {"entropy", R(ENTROPY), false, 1},
    {"KL divergence", R(KL), true, 1},
    {"loss terms", R(LOSS_PART), false, 1.6},
    {"gradient norm of layers", R(GRAD_PART), true, 1.5},
};
enum {
    GROUPS = sizeof groups / sizeof *groups,
    ESSENTIAL = 8
}; /* later groups are drawn only when nothing before them is there */
static const struct group single = {NULL, 0, false, 2};

static double finite_range(double v) { return fmax(-1e300, fmin(1e300, v)); }

struct range {
    double lo, hi, positive;
}; /* positive: the smallest value above 0 */

static struct range range_of(const struct series_view *s)
{
    struct range r = {INFINITY, -INFINITY, INFINITY};
    for (uint32_t i = 0; s->curve && i < s->curve->used; i++) {
        const struct bucket *b = &s->curve->buckets[i];
        if (b->n == b->nonfinite) continue;
        r.lo = fmin(r.lo, b->min);
        r.hi = fmax(r.hi, b->max);
        if (b->max > 0) r.positive = fmin(r.positive, b->min > 0 ? b->min : b->mean > 0 ? b->mean : b->max);
    }
    return r;
}

/* A curve that never was finite is drawn too: that it is not there is what one must see. */
static bool drawable(const struct series_view *s) { return series_shown(s) && s->curve && s->curve->used && s->points >= 2; }

/* Two scores share a panel only when one does not flatten the other: accuracy 0.9 and FID 300 do not. */
static bool fits_beside(const struct panel *p, const struct series_view *s)
{
    if (!p->n) return true;
    struct range a = range_of(p->series[0]), b = range_of(s);
    double x = fmax(fabs(a.lo), fabs(a.hi)), y = fmax(fabs(b.lo), fabs(b.hi));
    bool same_kind = p->series[0]->series.role != ROLE_SCORE_EVAL && p->series[0]->series.role != ROLE_SCORE_TRAIN;
    return same_kind || (x <= 10 * y && y <= 10 * x);
}

static void scale(struct panel *p, const struct group *g)
{
    struct range all = {INFINITY, -INFINITY, INFINITY};
    for (size_t i = 0; i < p->n; i++) {
        struct range r = range_of(p->series[i]);
        all.lo = fmin(all.lo, r.lo), all.hi = fmax(all.hi, r.hi), all.positive = fmin(all.positive, r.positive);
    }
    p->empty = all.lo > all.hi;
    if (p->empty) all.lo = 0, all.hi = 1;
    all.lo = finite_range(all.lo), all.hi = finite_range(all.hi);
    bool wide = all.lo > 1e-300 && all.hi / all.lo > 20;
    p->logarithmic = wide || (g->prefers_log && all.lo >= 0 && all.hi > 1e-290 && isfinite(all.positive));
    if (p->logarithmic) {
        double lo = fmax(fmax(all.positive, all.hi * 1e-12), 1e-300), pad = pow(all.hi / lo, 0.06);
        p->lo = lo / fmax(pad, 1.05), p->hi = fmin(all.hi * fmax(pad, 1.05), 1e305);
        return;
    }
    double pad = (all.hi - all.lo) * 0.06;
    if (!(pad > fabs(all.hi) * 1e-9)) pad = fabs(all.hi) > 1e-300 ? fabs(all.hi) * 0.1 : 1;
    p->lo = all.lo - pad, p->hi = all.hi + pad;
}

static void open_panel(struct picture *out, const struct group *g, const char *title)
{
    out->panels[out->n++] = (struct panel){.title = g->title ? g->title : title, .weight = g->weight};
}

static const struct group *group_of(enum role role)
{
    for (size_t i = 0; role != ROLE_NONE && i < GROUPS; i++)
        if (groups[i].roles & WANTS(role)) return &groups[i];
    return &single;
}

static const struct series_view *find(const struct view *v, const char *name)
{
    for (size_t i = 0; i < v->n_series; i++)
        if (strcmp(v->series[i].series.name, name) == 0) return &v->series[i];
    return NULL;
}

static void add_named(struct picture *out, const struct series_view *s)
{
    const struct group *g = group_of(s->series.role);
    for (size_t i = 0; i < out->n; i++) {
        struct panel *p = &out->panels[i];
        if (g == &single || p->title != g->title || p->n == PANEL_SERIES || !fits_beside(p, s)) continue;
        p->series[p->n++] = s;
        return;
    }
    if (out->n == PANELS_MAX) return;
    open_panel(out, g, s->series.name);
    out->panels[out->n - 1].series[0] = s;
    out->panels[out->n - 1].n = 1;
}

static enum status pick_named(const struct view *v, const char *const *names, size_t n, struct picture *out, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct series_view *s = find(v, names[i]);
        if (!s) return err_set(err, E_ABSENT, "no series '%s' in '%s'", names[i], view_name(v));
        if (drawable(s)) add_named(out, s);
    }
    return OK;
}

static bool found_in(const struct view *v, const struct series_view *s)
{
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct series *f = v->findings[i].finding.series;
        if (f && strcmp(f->name, s->series.name) == 0) return true;
    }
    return false;
}

static void add_once(struct panel *p, const struct series_view *s)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->series[i] == s) return;
    if (p->n < PANEL_SERIES && drawable(s) && fits_beside(p, s)) p->series[p->n++] = s;
}

/* The training loss first, then what findings are about, then the rest in the order of roles. */
static void pick_group(const struct view *v, const struct group *g, struct picture *out)
{
    struct panel p = {.title = g->title, .weight = g->weight};
    for (size_t i = 0; i < v->n_series && !p.n; i++)
        if ((g->roles & R(LOSS_TRAIN)) && v->series[i].series.role == ROLE_LOSS_TRAIN) add_once(&p, &v->series[i]);
    for (size_t i = 0; i < v->n_series; i++)
        if ((g->roles & WANTS(v->series[i].series.role)) && found_in(v, &v->series[i])) add_once(&p, &v->series[i]);
    for (unsigned role = ROLE_NONE + 1; role < ROLE_COUNT; role++)
        for (size_t i = 0; i < v->n_series; i++)
            if ((g->roles & WANTS(role)) && v->series[i].series.role == role) add_once(&p, &v->series[i]);
    if (p.n) out->panels[out->n++] = p;
}

static void pick_by_role(const struct view *v, struct picture *out)
{
    for (size_t i = 0; i < GROUPS && out->n < PANELS_MAX; i++)
        if (i < ESSENTIAL || !out->n) pick_group(v, &groups[i], out);
    for (size_t i = 0; i < v->n_series && !out->n; i++)
        if (drawable(&v->series[i])) add_named(out, &v->series[i]);
}

static void set_axis(struct picture *out)
{
    out->axis = out->panels[0].series[0]->series.axis;
    out->first = INFINITY, out->last = -INFINITY;
    for (size_t i = 0; i < out->n; i++)
        for (size_t j = 0; j < out->panels[i].n; j++) {
            const struct series_view *s = out->panels[i].series[j];
            if (s->series.axis != out->axis) continue;
            out->first = fmin(out->first, (double)s->first_step);
            out->last = fmax(out->last, (double)s->last_step);
        }
    if (!(out->last > out->first)) out->first -= 1, out->last = out->first + 2;
}

enum status pick_panels(const struct view *v, const char *const *names, size_t n, struct picture *out, struct err *err)
{
    *out = (struct picture){.n = 0};
    enum status status = OK;
    if (n) status = pick_named(v, names, n, out, err);
    else pick_by_role(v, out);
    if (status != OK) return status;
    if (!out->n) return err_set(err, E_FORMAT, "nothing to draw in '%s': no series has two points", view_name(v));
    for (size_t i = 0; i < out->n; i++) scale(&out->panels[i], group_of(out->panels[i].series[0]->series.role));
    set_axis(out);
    return OK;
}

bool pick_stretched(const struct picture *p, const struct series_view *s) { return s->series.axis != p->axis; }

double pick_x(const struct picture *p, const struct series_view *s, int64_t step)
{
    double x = (double)step;
    if (pick_stretched(p, s)) {
        double n = (double)s->last_step - (double)s->first_step + 1; /* an epoch is placed at its end */
        x = p->first + (p->last - p->first) * (x - (double)s->first_step + 1) / n;
    }
    return fmin(fmax(x, p->first), p->last);
}

double pick_bucket_x(const struct picture *p, const struct series_view *s, const struct bucket *b)
{
    double first = pick_x(p, s, b->first_step), last = pick_x(p, s, b->last_step);
    return last > first ? first + (last - first) / 2 : first;
}

bool pick_lost(const struct picture *p, const struct series_view *s, uint32_t i, double *first, double *last)
{
    const struct bucket *b = &s->curve->buckets[i], *end = i + 1 < s->curve->used && b[1].nonfinite ? b + 1 : b;
    if (!b->nonfinite) return false;
    *first = pick_x(p, s, b->first_step);
    *last = fmax(*first, pick_x(p, s, end->last_step));
    return true;
}

double pick_y(const struct panel *p, double value)
{
    double v = fmin(fmax(value, p->lo), p->hi);
    return p->logarithmic ? log(v / p->lo) / log(p->hi / p->lo) : (v / 2 - p->lo / 2) / (p->hi / 2 - p->lo / 2);
}

double pick_value(const struct panel *p, double share)
{
    return p->logarithmic ? p->lo * pow(p->hi / p->lo, share) : p->lo + (p->hi - p->lo) * share;
}

size_t pick_home(const struct picture *p, const struct finding *f)
{
    for (size_t i = 0; f->series && i < p->n; i++)
        for (size_t j = 0; j < p->panels[i].n; j++)
            if (strcmp(p->panels[i].series[j]->series.name, f->series->name) == 0) return i;
    for (size_t i = 0; f->series && i < p->n; i++)
        if (p->panels[i].title == group_of(f->series->role)->title) return i;
    return 0;
}

void pick_finding_x(const struct view *v, const struct picture *p, const struct finding *f, double *first, double *last)
{
    const struct series_view *s = f->series ? find(v, f->series->name) : NULL;
    double a = s ? pick_x(p, s, f->onset_step) : (double)f->onset_step, b = s ? pick_x(p, s, f->last_step) : (double)f->last_step;
    *first = fmin(fmax(a, p->first), p->last);
    *last = fmin(fmax(b, *first), p->last);
}

static size_t linear_ticks(double lo, double hi, size_t most, double ticks[TICKS_MAX])
{
    double raw = hi / (double)most - lo / (double)most, power = pow(10, floor(log10(raw))), unit = raw / power;
    double step = power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
    size_t n = 0;
    for (double k = ceil(lo / step); k * step <= hi && n <= most && n < TICKS_MAX; k++) ticks[n++] = k * step == 0 ? 0 : k * step;
    return n;
}

static size_t decade_ticks(double lo, double hi, size_t most, double ticks[TICKS_MAX])
{
    double first = ceil(log10(lo) - 1e-9), last = floor(log10(hi) + 1e-9);
    double stride = ceil((last - first + 1) / (double)most);
    size_t n = 0;
    for (double e = first; e <= last && n < most; e += stride) ticks[n++] = pow(10, e);
    return n;
}

static size_t octave_ticks(double lo, double hi, size_t most, double ticks[TICKS_MAX])
{
    static const double steps[] = {1, 2, 5};
    size_t n = 0;
    for (double e = floor(log10(lo)); e <= log10(hi); e++)
        for (size_t i = 0; i < 3; i++) {
            double t = steps[i] * pow(10, e);
            if (t >= lo && t <= hi && n < most) ticks[n++] = t;
        }
    return n;
}

size_t pick_ticks(double lo, double hi, bool logarithmic, size_t most, double ticks[TICKS_MAX])
{
    if (most > TICKS_MAX) most = TICKS_MAX;
    if (!logarithmic) return linear_ticks(lo, hi, most, ticks);
    double decades = log10(hi / lo);
    if (decades * 3 < (double)most) {
        size_t n = octave_ticks(lo, hi, most, ticks);
        return n >= 2 ? n : linear_ticks(lo, hi, most, ticks);
    }
    return decade_ticks(lo, hi, most, ticks);
}

size_t pick_axis_ticks(const struct picture *p, size_t most, double ticks[TICKS_MAX])
{
    size_t n = pick_ticks(p->first, p->last, false, most, ticks), whole = 0;
    for (size_t i = 0; i < n; i++)
        if (ticks[i] == floor(ticks[i])) ticks[whole++] = ticks[i];
    return whole;
}

void pick_tick_text(char *text, size_t size, double value, double spacing)
{
    double magnitude = fabs(value);
    if (value == 0) spacing = 1;
    if (value != 0 && (magnitude >= 1e7 || magnitude < 1e-4)) {
        int e = (int)floor(log10(magnitude) + 1e-12);
        double mantissa = value / pow(10, e);
        snprintf(text, size, "%.3ge%d", mantissa, e);
        return;
    }
    int decimals = spacing >= 1 || !(spacing > 0) ? 0 : (int)ceil(-log10(spacing) - 1e-9);
    if (decimals > 0 || magnitude < 1000) {
        snprintf(text, size, "%.*f", decimals > 6 ? 6 : decimals, value);
        return;
    }
    struct str s = {0};
    words_count(&s, (int64_t)llround(value));
    snprintf(text, size, "%s", s.p ? s.p : "");
    str_done(&s);
}
