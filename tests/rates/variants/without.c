/* without - less of it is logged: no companions, no settings, no clock. */
#include "parts.h"

#include <math.h>

static bool drop(struct tape *t, uint64_t roles)
{
    bool dropped = false, left = false;
    for (size_t i = 0; i < t->n; i++) {
        struct told *e = &t->all[i];
        if (is_of(t, e, roles)) e->what = TOLD_NOTHING, t->series[e->series].dropped = dropped = true;
        else left |= is_of(t, e, LOSSES | SCORES | GAMES);
    }
    return dropped && left;
}

static bool loss_alone(struct tape *t, double by)
{
    (void)by;
    return has(t, WANTS(ROLE_LOSS_TRAIN)) && !has(t, GAMES) &&
           drop(t, ~(WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_PROGRESS) | WANTS(ROLE_EVENT)));
}
static bool losses_alone(struct tape *t, double by)
{
    (void)by;
    return has(t, WANTS(ROLE_LOSS_TRAIN)) && has(t, WANTS(ROLE_LOSS_EVAL)) && !has(t, GAMES) &&
           drop(t, ~(WANTS(ROLE_LOSS_TRAIN) | WANTS(ROLE_LOSS_EVAL) | WANTS(ROLE_PROGRESS) | WANTS(ROLE_EVENT)));
}
static bool no_held_out(struct tape *t, double by) { return (void)by, drop(t, HELD_OUT); }
static bool no_held_out_loss(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_LOSS_EVAL)); }
static bool no_scores(struct tape *t, double by) { return (void)by, drop(t, SCORES); }
static bool no_train_score(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_SCORE_TRAIN)); }
static bool no_grads(struct tape *t, double by) { return (void)by, drop(t, GRADS); }
static bool no_rate(struct tape *t, double by) { return (void)by, drop(t, WANTS(ROLE_LEARNING_RATE)); }

static bool no_settings(struct tape *t, double by)
{
    bool dropped = false;
    (void)by;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_FACT) t->all[i].what = TOLD_NOTHING, dropped = true;
    return dropped;
}

static bool no_clock(struct tape *t, double by)
{
    bool dropped = false;
    (void)by;
    for (size_t i = 0; i < t->n; i++)
        if (t->all[i].what == TOLD_POINT && isfinite(t->all[i].time)) t->all[i].time = NAN, dropped = true;
    return dropped;
}

/* What a loop of one's own prints: losses and scores, to a few digits, and nothing else. */
static bool bare(struct tape *t, double by)
{
    no_settings(t, 0);
    no_clock(t, 0);
    return drop(t, ~(LOSSES | SCORES | GAMES | WANTS(ROLE_EVENT))) && ways_digits(t, by);
}

const struct way ways_without[] = {
    {"training loss alone", loss_alone, 0},
    {"losses alone", losses_alone, 0},
    {"no held-out numbers", no_held_out, 0},
    {"no held-out loss", no_held_out_loss, 0},
    {"no scores", no_scores, 0},
    {"no training score", no_train_score, 0},
    {"no gradient", no_grads, 0},
    {"no learning rate", no_rate, 0},
    {"no settings", no_settings, 0},
    {"no clock", no_clock, 0},
    {"losses and scores", bare, 4},
    {NULL, NULL, 0},
};
