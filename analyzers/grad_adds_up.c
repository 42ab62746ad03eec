/* grad_adds_up - the gradient norm grows from the first step on and hardly scatters: each step's gradient is added to all before it.
 *
 * The norm of one batch's gradient differs from the next one's by a tenth or more, and is largest when a run begins. A sum of t of them
 * grows with t (where they agree) or with its root (where they do not) and differs from the sum before it by one part in t. So a norm
 * that keeps growing, in the second half of the run too, and changes by a few per cent at a time is no batch's: gradients are not
 * cleared. It is told whatever the loss does, for Adam learns for a while with such a sum. Told as grad_explosion, with adds_up as evidence.
 * Where few steps are logged a sum makes large strides, and all of them upwards. So a norm that grows tenfold and hardly ever falls is told too; as
 * a sum as long as it does not grow much faster than one can, whose second half stands at three times the first. */
#include <math.h>

#include "analyzer.h"
#include "stats/log_sum.h"
#include "stats/preview.h"
#include "stats/track_level.h"

enum { EPISODE = 1 << 16 };
struct knobs {
    double min_points, grown, later, later_smooth, rough, smooth, dip, tenfold, falls, linear;
};
struct state {
    const struct knobs *knobs;
    struct preview preview;
    struct track norm[1];
    uint32_t n;
    double last;            /* the newest norm */
    struct log_sum changes; /* sizes of changes of its logarithm, each at most that of CHANGE_MAX */
    struct log_sum falls;   /* of those downwards */
};
static const double CHANGE_MAX = 1.6487212707001282; /* e^0.5: one odd batch is no roughness */

static const char *const kinds[] = {"grad_explosion", NULL};
static const struct knob knobs[] = {
    {"grad_adds_up_points", "points", 30, 20, 100000, 60, 20, offsetof(struct knobs, min_points), "norms before anything is said",
     "our choice"},
    {"grad_adds_up_grown", "x", 2.2, 1.5, 100, 4, 2, offsetof(struct knobs, grown), "its first level, at the end",
     "a sum of 30 records grows by 5 as the root; seeded training runs: healthy ones that are as smooth grew by 1.2"},
    {"grad_adds_up_later", "x", 1.15, 1.01, 10, 1.25, 1.1, offsetof(struct knobs, later),
     "that its second half stands above the first", "a root's does by 1.5, the half of it where early batches weigh more"},
    {"grad_adds_up_rough", "share", 0.075, 0.005, 0.3, 0.05, 0.1, offsetof(struct knobs, rough),
     "that it changes by from one value to the next, on average and at most",
     "seeded training runs: 0.02 to 0.07 for sums, 0.25 and more in healthy runs whose norm doubles"},
    {"grad_adds_up_smooth", "share", 0.05, 0.002, 0.3, 0.03, 0.06, offsetof(struct knobs, smooth),
     "the same, for a sum whose batches cancel out", "seeded training runs: 0.056 and more where each step has its own gradient"},
    {"grad_adds_up_later_smooth", "x", 1.02, 1, 10, 1.1, 1.01, offsetof(struct knobs, later_smooth), "the same as later, there",
     "our choice: it must not fall back"},
    {"grad_adds_up_dip", "share", 0.6, 0.1, 1, 0.8, 0.5, offsetof(struct knobs, dip),
     "of its highest level that it never falls below", "our choice: a sum forgets nothing"},
    {"grad_adds_up_tenfold", "x", 10, 3, 1000, 30, 6, offsetof(struct knobs, tenfold),
     "its first level, at the end, where it changes by more from value to value but hardly ever falls",
     "seeded training runs: healthy ones that fall as little grew by 2.1"},
    {"grad_adds_up_falls", "share", 0.035, 0.005, 0.3, 0.02, 0.045, offsetof(struct knobs, falls),
     "that it falls by from one value to the next, on average and at most, there", "seeded training runs: 0 to 0.03 for sums"},
    {"grad_adds_up_linear", "x", 4, 3, 100, 3.5, 5, offsetof(struct knobs, linear),
     "that its second half stands above the first at most, to be a sum", "3 of a line through 0"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static double deepest_dip(const double *level, size_t n)
{
    double high = 0, dip = 1;
    for (size_t i = 0; i < n; i++) {
        high = fmax(high, level[i]);
        dip = fmin(dip, level[i] / high);
    }
    return dip;
}

static void judge(void *state, const struct findings *out)
{
    const struct state *s = state;
    const struct track *t = &s->norm[0];
    double level[TRACK_BUCKETS];
    if (!s->n) return;
    size_t n = track_means(t, level);
    if ((double)t->curve->points < s->knobs->min_points || n < 10 || !track_begins(t) || track_low(t) <= 0) return;
    double steps = (double)(t->curve->points - 1), first = level[0], now = track_level(t, 0.75, 1);
    double rough = log_sum_value(&s->changes) / steps, falls = log_sum_value(&s->falls) / steps;
    double later = track_level(t, 0.5, 1) / track_level(t, 0, 0.5);
    bool strides = now >= s->knobs->tenfold * first && falls <= s->knobs->falls;
    if ((rough > s->knobs->rough && !strides) || now < s->knobs->grown * first || deepest_dip(level, n) < s->knobs->dip) return;
    if (later < (rough <= s->knobs->smooth ? s->knobs->later_smooth : s->knobs->later)) return;
    struct finding f = track_finding(t, "grad_explosion", 0);
    f.episode += EPISODE; /* apart from what grad_explosion tells of the series */
    f.severity = SEVERITY_WARNING;
    f.confidence = 0.85;
    finding_add(&f, "from", first, "");
    finding_add(&f, "to", now, "");
    finding_add(&f, "ratio", now / first, "x");
    finding_add(&f, "adds_up", rough <= s->knobs->rough || later <= s->knobs->linear, "");
    finding_add(&f, "rough", rough, "share");
    out->emit(out->arg, &f);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    const struct track *t = track_add(s->norm, &s->n, 1, p);
    if (!t) return;
    bool begins = t->curve->points == 1;
    double change = p->value == s->last ? 1 : p->value > s->last ? p->value / s->last : s->last / p->value;
    if (!(change >= 1 && change < CHANGE_MAX)) change = CHANGE_MAX;
    if (begins) s->changes = s->falls = (struct log_sum){0};
    else log_sum_add(&s->changes, change);
    if (!begins && p->value < s->last) log_sum_add(&s->falls, change);
    s->last = p->value;
    if (preview_due(&s->preview, p)) preview_judge(&s->preview, s, judge, out);
}

static void finish(void *state, const struct findings *out)
{
    preview_over(&((struct state *)state)->preview, state, judge, out);
}

const struct analyzer analyzer_grad_adds_up = {.name = "grad_adds_up",
                                               .summary = "gradients add up from step to step",
                                               .source = "failure knowledge F44",
                                               .kinds = kinds,
                                               .wants = WANTS(ROLE_GRAD_NORM),
                                               .scope = PER_RUN,
                                               .state_size = sizeof(struct state),
                                               .knobs = knobs,
                                               .observe = observe,
                                               .finish = finish};
