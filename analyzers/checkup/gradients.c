/* gradients - how far the gradient reaches, layer by layer, by what Adam remembers of its square.
 *
 * Layers are taken in the file's order, which is the order they were made in. In a network that learns, gradients of first and last layers are
 * within two orders of magnitude; where each layer damps the signal (sigmoid upon sigmoid) the norm falls towards the first ones by a factor a
 * layer, so besides the ends the fall in between is asked. Embeddings are left out: most of their rows have no gradient in a batch. */
#include <math.h>

#include "parts.h"

enum { LAYERS = 512 };
struct knobs {
    double ratio, norm, rising, explodes, grown;
};
static const struct knob knobs[] = {
    {"layers_vanishing_ratio", "x", 1e-3, 1e-9, 0.1, 1e-4, 1e-2, offsetof(struct knobs, ratio),
     "of the gradient norm of the first layers to the last ones'", "AutoTrainer: 1e-3"},
    {"layers_vanishing_norm", "norm", 1e-4, 0, 1, 1e-5, 1e-3, offsetof(struct knobs, norm),
     "of the first layers, below which they starve", "AutoTrainer: 1e-4"},
    {"layers_rising", "share", 0.6, 0, 1, 0.75, 0.5, offsetof(struct knobs, rising),
     "of neighbours in which the later one has the larger gradient", "our choice: chance gives a half"},
    {"layers_exploding_norm", "norm", 1e3, 1, 1e12, 1e5, 1e2, offsetof(struct knobs, explodes),
     "of one layer, root mean square over steps", "TheDeepChecker: mean above 1e6; clipping bounds are 0.1 to 10"},
    {"layers_exploding_grown", "x", 100, 3, 1e9, 1000, 30, offsetof(struct knobs, grown),
     "of the gradient since the checkpoint before", "our choice: Adam's second moment changes slowly"},
    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

struct layers {
    const struct checkup_tensor *tensor[LAYERS];
    double norm[LAYERS];
    size_t n;
};

static void gather(struct layers *l, const struct checkup *c)
{
    for (size_t i = 0; i < c->n && l->n < LAYERS; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        const struct checkup_state *s = is_weight(t) ? state_of(c, t) : NULL;
        if (!s || !(s->gradient > 0) || !isfinite(s->gradient)) continue;
        l->tensor[l->n] = t;
        l->norm[l->n++] = s->gradient * sqrt((double)t->summary.count);
    }
}

/* The geometric mean of a few neighbours: one odd layer at an end is no sign. */
static double level(const double *norm, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += log(norm[i]);
    return exp(sum / (double)n);
}

static void look_vanishing(const struct knobs *k, const struct checkup *c, const struct layers *l, const struct findings *out)
{
    size_t few = l->n < 8 ? 1 : 2;
    double rising = 0;
    if (l->n < 4) return;
    for (size_t i = 1; i < l->n; i++) rising += l->norm[i] > l->norm[i - 1];
    double first = level(l->norm, few), last = level(l->norm + l->n - few, few);
    if (first >= k->norm || first >= k->ratio * last || rising < k->rising * (double)(l->n - 1)) return;
    struct finding f = checkup_finding(c, "grad_vanishing", SEVERITY_WARNING, 0.9, l->tensor[0]);
    finding_add(&f, "norm", first, "");
    finding_add(&f, "ratio", first / last, "x");
    finding_add(&f, "by_layer", 1, "");
    finding_add(&f, "points", (double)l->n, "layers");
    out->emit(out->arg, &f);
}

/* grown - how many times its gradient was before, by the sums of the second moment. */
static double grown(const struct checkup_state *s)
{
    const struct checkup_tensor *v = s ? s->second : NULL;
    return v && v->compared && v->change.norm_before > 0 ? sqrt(v->change.norm_now / v->change.norm_before) : 1;
}

static void look_explosion(const struct knobs *k, const struct checkup *c, const struct layers *l, const struct findings *out)
{
    size_t worst = 0;
    double most = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->norm[i] > l->norm[worst]) worst = i;
    for (size_t i = 0; i < l->n; i++) most = fmax(most, grown(state_of(c, l->tensor[i])));
    if (!l->n || (l->norm[worst] < k->explodes && !(most >= k->grown && l->norm[worst] > 1))) return;
    bool since = most >= k->grown;
    struct finding f = checkup_finding(c, "grad_explosion", SEVERITY_WARNING, since ? 0.85 : 0.8, l->tensor[worst]);
    finding_add(&f, "norm", l->norm[worst], "");
    finding_add(&f, "ratio", since ? most : l->norm[worst] / k->explodes, "x");
    finding_add(&f, "since", since, "");
    out->emit(out->arg, &f);
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    struct layers l = {.n = 0};
    gather(&l, c);
    look_vanishing(memory, c, &l, out);
    look_explosion(memory, c, &l, out);
}

static const char *const kinds[] = {"grad_vanishing", "grad_explosion", NULL};
const struct check check_gradients = {
    .name = "gradients",
    .summary = "gradients vanish on the way to the first layers, or explode",
    .source = "failure knowledge F27, F28; Hochreiter 1998; AutoTrainer (ICSE 2021); Kingma & Ba 2015",
    .kinds = kinds,
    .knobs = knobs,
    .knobs_size = sizeof(struct knobs),
    .look = look};
