/* grad_zero - the gradient is exactly zero while there is still something to learn.
 *
 * Zero is not small: a norm that was positive and becomes exactly 0 means that the graph is cut, or that every unit on the way is off. A
 * loss that is as good as solved has zero gradients by right (hinge losses), and several trainers print 0.000 when they do
 * not compute the norm, so zeros from the first record on are believed only while the loss does not fall either. One layer at zero while
 * others are not is often frozen on purpose: worth knowing. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/held.h"
#include "stats/standing.h"
#include "stats/told.h"

enum { LAYERS = 64 };
struct layer {
    const struct series *series;
    uint32_t n, zeros;
};
struct knobs {
    double min_points, min_share, fall, solved;
};
struct state {
    const struct knobs *knobs;
    struct track loss[1];
    uint32_t n_loss, n_layers, next;
    struct held h;
    const struct series *series;
    struct point newest;
    uint64_t before; /* positive norms before the zeros */
    uint64_t asked;  /* to rest from norms that are not 0 */
    struct told told, told_layers;
    struct layer layer[LAYERS]; /* behind first_size: few runs log them */
};

static const char *const kinds[] = {"grad_zero", NULL};
static const struct knob knobs[] = {{"grad_zero_points", "points", 20, 5, 100000, 50, 10, offsetof(struct knobs, min_points),
                                     "norms in a row that are 0", "as lr_zero_points"},
                                    {"grad_zero_share", "share", 0.05, 0.01, 1, 0.1, 0.03, offsetof(struct knobs, min_share),
                                     "of all norms, in a row", "as lr_zero_share"},
                                    {"grad_zero_fall", "share", 0.05, 0, 0.9, 0.02, 0.1, offsetof(struct knobs, fall),
                                     "that the loss may fall meanwhile: beyond it the norm is only printed as 0",
                                     "as lr_zero_loss_fall"},
                                    {"grad_zero_solved", "share", 0.1, 0, 0.9, 0.2, 0.05, offsetof(struct knobs, solved),
                                     "of its first level at which a loss is solved, and zero is right", "our choice"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void judge(struct state *s, bool over, const struct findings *out)
{
    bool from_start = s->before == 0, known = s->n_loss > 0;
    bool is = s->h.open && (known ? standing_since(s->loss, s->h.onset_step, s->knobs->fall, s->knobs->solved) : !from_start);
    struct finding f = {0};
    if (!over && (from_start || !known)) return; /* the loss may begin to fall at any time, or be logged later */
    if (is) {
        f = held_finding(&s->h, "grad_zero", HELD_BEGINS, &s->newest);
        f.episode = 1;
        f.severity = SEVERITY_WARNING;
        f.confidence = from_start ? 0.75 : 0.92;
        finding_add(&f, "points", (double)s->h.row, "points");
        finding_add(&f, "from_start", from_start, "");
        finding_add(&f, "layers", 0, "layers");
    }
    told_update(&s->told, is, false, &f, out);
}

static void judge_layers(struct state *s, const struct findings *out)
{
    const struct layer *first = NULL;
    double dead = 0;
    for (uint32_t i = 0; i < s->n_layers; i++) {
        const struct layer *l = &s->layer[i];
        if ((double)l->n < s->knobs->min_points || l->zeros < l->n) continue;
        dead++;
        if (!first || strcmp(l->series->name, first->series->name) < 0) first = l;
    }
    if (!first || dead == s->n_layers || s->told.open) return;
    struct finding f = {
        .kind = "grad_zero", .episode = 2, .confidence = 0.8, .series = first->series, .source = first->series->source};
    finding_add(&f, "points", first->n, "points");
    finding_add(&f, "from_start", 1, "");
    finding_add(&f, "layers", dead, "layers");
    told_update(&s->told_layers, true, false, &f, out);
}

static void observe_layer(struct state *s, const struct point *p, const struct findings *out)
{
    uint32_t i = s->next < s->n_layers && s->layer[s->next].series == p->series ? s->next : 0; /* they come in the same order */
    while (i < s->n_layers && s->layer[i].series != p->series) i++;
    if (i == LAYERS || !(s = state_whole(s, out))) return;
    if (i == s->n_layers) s->layer[s->n_layers++] = (struct layer){.series = p->series};
    s->layer[i].n++;
    s->layer[i].zeros += p->value == 0;
    s->next = i + 1;
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (p->series == s->series) {
        uint64_t n = rested(out, &s->asked);
        s->h.points += n, s->before += n;
    }
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LOSS_TRAIN) {
        const struct track *t = track_add(s->loss, &s->n_loss, 1, p);
        if (track_fills(t) && s->h.open) judge(s, false, out);
        rest_for(out, t ? track_fills_in(t) - 1 : REST);
        return;
    }
    if (p->series->role == ROLE_GRAD_PART) {
        observe_layer(s, p, out);
        return;
    }
    if (!s->series) s->series = p->series;
    if (p->series != s->series) return;
    enum held_change change = held_add(&s->h, p, p->value == 0, s->knobs->min_points, s->knobs->min_share);
    if (s->h.open) s->newest = *p;
    if (p->value != 0) s->before++;
    if (change == HELD_BEGINS || change == HELD_OVER) judge(s, false, out);
    if (s->h.row) return;
    s->asked = out->nth;
    rest_for(out, REST_UNTIL_0);
}

static void finish(void *state, const struct findings *out)
{
    struct state *s = state;
    judge(s, true, out);
    judge_layers(s, out);
}

const struct analyzer analyzer_grad_zero = {.name = "grad_zero",
                                            .summary = "the gradient is exactly zero",
                                            .source = "failure knowledge F43, F26; AutoTrainer (ICSE 2021)",
                                            .kinds = kinds,
                                            .wants = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART) | WANTS(ROLE_LOSS_TRAIN),
                                            .needs = WANTS(ROLE_GRAD_NORM) | WANTS(ROLE_GRAD_PART),
                                            .scope = PER_RUN,
                                            .state_size = sizeof(struct state),
                                            .first_size = offsetof(struct state, layer),
                                            .knobs = knobs,
                                            .observe = observe,
                                            .finish = finish};
