/* weights_frozen - weights do not move at all, to the last digit that is logged.
 *
 * A norm changes only in second order, so a coarsely printed one may stand while training goes well: it is a fault when every norm and
 * mean that is logged has stood since the first record, and the loss has not fallen either. Tensors that stand while others
 * move are frozen, mostly on purpose: worth knowing. An extreme may stand because one element does, and is not asked. */
#include <math.h>
#include <string.h>

#include "analyzer.h"
#include "stats/standing.h"
#include "stats/told.h"

enum { TENSORS = 128 };
struct tensor {
    const struct series *series;
    double first;
    uint32_t n;
    bool moved;
};
struct knobs {
    double min_points, fall, solved;
};
struct state {
    const struct knobs *knobs;
    struct tensor tensor[TENSORS];
    uint32_t n, next, n_loss;
    int64_t first_step, last_step;
    uint64_t first_line, last_line;
    uint16_t segment;
    struct track loss[1];
    struct told told;
};

static const char *const kinds[] = {"weights_frozen", NULL};
static const struct knob knobs[] = {{"weights_frozen_points", "points", 30, 5, 100000, 60, 15, offsetof(struct knobs, min_points),
                                     "records in which nothing moved", "our choice"},
                                    {"weights_frozen_fall", "share", 0.05, 0, 0.9, 0.02, 0.1, offsetof(struct knobs, fall),
                                     "that the loss may fall meanwhile: beyond it the weights do move", "as lr_zero_loss_fall"},
                                    {"weights_frozen_solved", "share", 0.1, 0, 0.9, 0.2, 0.05, offsetof(struct knobs, solved),
                                     "of its first level at which a loss is solved", "as grad_zero_solved"},
                                    {NULL, NULL, 0, 0, 0, 0, 0, 0, NULL, NULL}};

static void judge(struct state *s, bool over, const struct findings *out)
{
    const struct tensor *frozen = NULL;
    double standing = 0, moving = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct tensor *t = &s->tensor[i];
        if ((double)t->n < s->knobs->min_points) continue;
        if (t->moved) moving++;
        else standing++;
        if (!t->moved && (!frozen || strcmp(t->series->name, frozen->series->name) < 0)) frozen = t;
    }
    if (!frozen) {
        told_update(&s->told, false, false, NULL, out);
        return;
    }
    bool all = moving == 0, stands = s->n_loss && standing_since(s->loss, s->first_step, s->knobs->fall, s->knobs->solved);
    if ((all && s->n_loss && !stands) || (!over && !(all && stands))) { /* printed too coarsely; or not sure before the end */
        told_update(&s->told, false, false, NULL, out);
        return;
    }
    struct finding f = {.kind = "weights_frozen",
                        .episode = 1,
                        .severity = all && stands ? SEVERITY_WARNING : SEVERITY_INFO,
                        .confidence = all && stands ? 0.9 : 0.8,
                        .series = frozen->series,
                        .source = frozen->series->source,
                        .segment = s->segment,
                        .onset_step = s->first_step,
                        .first_step = s->first_step,
                        .last_step = s->last_step,
                        .first_line = s->first_line,
                        .last_line = s->last_line};
    finding_add(&f, "points", frozen->n, "points");
    finding_add(&f, "tensors", standing, "tensors");
    finding_add(&f, "of", standing + moving, "tensors");
    finding_add(&f, "all", all, "");
    told_update(&s->told, true, over, &f, out);
}

static void observe(void *state, const struct point *p, const struct findings *out)
{
    struct state *s = state;
    if (!isfinite(p->value)) return;
    if (p->series->role == ROLE_LOSS_TRAIN) {
        if (track_fills(track_add(s->loss, &s->n_loss, 1, p)) && s->n) judge(s, false, out);
        return;
    }
    bool extreme =
        p->series->role == ROLE_WEIGHT_PART && (strstr(p->series->metric, " min") || strstr(p->series->metric, " max"));
    if (extreme) return;
    uint32_t i = s->next < s->n && s->tensor[s->next].series == p->series ? s->next : 0; /* they come in the same order */
    while (i < s->n && s->tensor[i].series != p->series) i++;
    if (i == TENSORS) return;
    if (i == s->n) s->tensor[s->n++] = (struct tensor){.series = p->series, .first = p->value};
    struct tensor *t = &s->tensor[i];
    t->moved = t->moved || p->value != t->first;
    t->n++;
    s->next = i + 1;
    if (s->last_line == 0 || p->step < s->first_step) s->first_step = p->step, s->first_line = p->line;
    if (s->last_line == 0 || p->step > s->last_step) s->last_step = p->step, s->last_line = p->line ? p->line : 1;
    s->segment = p->segment;
}

static void finish(void *state, const struct findings *out) { judge(state, true, out); }

const struct analyzer analyzer_weights_frozen = {
    .name = "weights_frozen",
    .summary = "weights do not move at all",
    .source = "failure knowledge F43; Humbatova (ICSE 2020)",
    .kinds = kinds,
    .wants = WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART) | WANTS(ROLE_WEIGHT_MEAN) | WANTS(ROLE_LOSS_TRAIN),
    .needs = WANTS(ROLE_WEIGHT_NORM) | WANTS(ROLE_WEIGHT_PART) | WANTS(ROLE_WEIGHT_MEAN),
    .scope = PER_RUN,
    .state_size = sizeof(struct state),
    .knobs = knobs,
    .observe = observe,
    .finish = finish};
