/* frozen - weights that do not move, and whether that can be meant.
 *
 * Three signs: no bit changed since the checkpoint before; the optimizer has the parameter and never took a step for it, or remembers a
 * gradient that was always exactly 0; no group of the optimizer has it. A backbone, an adapter's base, a teacher are frozen on purpose:
 * they hold what an earlier training left. What stands still and still looks as an initialiser drew it was meant to learn. Where every
 * tensor looks so after many steps, nothing moved, whatever else is known. */
#include <math.h>

#include "parts.h"

struct knobs {
    double fresh_share, steps, part;
};
static const struct knob knobs[] = {{"frozen_fresh", "share", 0.5, 0.05, 1, 0.9, 0.2, offsetof(struct knobs, fresh_share),
                                     "of the weight tensors that stand still which look as initialised, from which it is a fault",
                                     "our choice"},
                                    {"frozen_steps", "steps", 5, 1, 1e6, 50, 2, offsetof(struct knobs, steps),
                                     "of the optimizer before a missing gradient means much", "our choice"},
                                    {"frozen_part", "share", 0.01, 0, 1, 0.05, 0, offsetof(struct knobs, part),
                                     "of all weights that stand still, below which it is only worth knowing",
                                     "the pooler of BERT, which many heads do not use, is 0.5 %; our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

enum sign { MOVES, SAME_BITS, NEVER_STEPPED, GRADIENT_ZERO, IN_NO_GROUP, AS_MADE, SIGNS };

/* Half precision loses squares of small gradients altogether: there 0 means nothing. */
static bool always_zero(const struct checkup_state *s)
{
    const struct checkup_tensor *v = s->second;
    return v && v->summed && v->summary.count && v->summary.zero == v->summary.count && v->dtype != TENSOR_F16;
}

static enum sign sign_of(const struct checkup *c, const struct checkup_tensor *t, double most_steps, double enough)
{
    const struct checkup_state *s = state_of(c, t);
    if (t->summed && t->summary.nan) return MOVES; /* NaN stays NaN: that is another finding */
    if (s && always_zero(s) && most_steps >= enough) return GRADIENT_ZERO;
    if (t->compared && isfinite(steps_between(c))) return t->change.changed ? MOVES : SAME_BITS;
    if (c->matched && !s && most_steps >= enough) return t->in_group ? NEVER_STEPPED : IN_NO_GROUP;
    return MOVES;
}

static double most_steps(const struct checkup *c)
{
    double most = 0;
    for (size_t i = 0; i < c->n_states; i++) most = fmax(most, c->states[i].steps); /* fmax passes NaN over */
    return most;
}

struct standing {
    double still, fresh, of; /* tensors */
    double still_elements, elements;
    uint32_t signs[SIGNS];
    const struct checkup_tensor *first, *first_fresh;
};

static struct standing count(const struct checkup *c, const struct knobs *k)
{
    struct standing n = {.of = 0};
    double taken = most_steps(c), fresh = 0;
    const struct checkup_tensor *any = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct checkup_tensor *t = &c->tensors[i];
        if (!is_weight(t)) continue;
        enum sign sign = sign_of(c, t, taken, k->steps);
        bool is_fresh = looks_fresh(t);
        if (!any) any = t;
        n.of++;
        n.elements += (double)t->summary.count;
        fresh += is_fresh;
        if (sign == MOVES) continue;
        n.signs[sign]++;
        n.still++;
        n.still_elements += (double)t->summary.count;
        n.fresh += is_fresh;
        if (!n.first) n.first = t;
        if (is_fresh && !n.first_fresh) n.first_fresh = t;
    }
    if (n.first || fresh < n.of || n.of < 2 || taken < k->steps) return n;
    return (struct standing){
        n.of, n.of, n.of, n.elements, n.elements, .signs = {[AS_MADE] = 1}, .first = any, .first_fresh = any};
}

/* why - the sign that says most, where tensors show several. */
static enum sign why(const struct standing *n)
{
    static const enum sign by_weight[] = {GRADIENT_ZERO, SAME_BITS, IN_NO_GROUP, NEVER_STEPPED, AS_MADE};
    size_t i = 0;
    while (i + 1 < sizeof by_weight / sizeof *by_weight && !n->signs[by_weight[i]]) i++;
    return by_weight[i];
}

static void look(const void *memory, const struct checkup *c, const struct findings *out)
{
    const struct knobs *k = memory;
    struct standing n = count(c, k);
    bool all = n.still == n.of, small = n.still_elements < k->part * n.elements;
    bool meant = !all && !n.signs[GRADIENT_ZERO] && (small || n.fresh < k->fresh_share * n.still);
    if (!n.first || (meant && !n.signs[SAME_BITS])) return; /* of a frozen backbone one checkpoint alone has little to tell */
    struct finding f = checkup_finding(c, "weights_frozen", meant ? SEVERITY_INFO : SEVERITY_WARNING, meant ? 0.8 : 0.9,
                                       n.first_fresh ? n.first_fresh : n.first);
    finding_add(&f, "tensors", n.still, "tensors");
    finding_add(&f, "of", n.of, "tensors");
    finding_add(&f, "fresh", n.fresh, "tensors");
    finding_add(&f, "all", all, "");
    finding_add(&f, "why", why(&n), "");
    if (c->step_before >= 0 && why(&n) == SAME_BITS) f.onset_step = f.first_step = c->step_before;
    out->emit(out->arg, &f);
}

static const char *const kinds[] = {"weights_frozen", NULL};
const struct check check_frozen = {.name = "frozen",
                                   .summary = "weights do not move, or never had a gradient",
                                   .source = "failure knowledge F43; Humbatova (ICSE 2020)",
                                   .kinds = kinds,
                                   .knobs = knobs,
                                   .knobs_size = sizeof(struct knobs),
                                   .look = look};
