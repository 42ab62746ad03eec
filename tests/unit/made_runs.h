/* made_runs - generated runs for the walk over the analyzers: a handful of series each, with a fault at two thirds or none. A new
 * finding kind gets a generator and a line in made[]. */
#ifndef MLWATCH_TEST_MADE_RUNS_H
#define MLWATCH_TEST_MADE_RUNS_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/analyzer.h"
#include "chance.h"

enum { STEPS = 600, ONSET = 400, SERIES = 8, POINTS = STEPS, WATCHERS = 128, TOLD = 64 };

/* A step's value of one series; NaN with *none set when the series has no record there. */
struct made_series {
    struct series s;
    double (*value)(int step);
    int every;
    int until; /* 0: all STEPS */
};
struct made_run {
    const char *name;
    struct made_series series[SERIES];
};

static double fall(int s, double start, double floor, double scale) { return floor + (start - floor) * exp(-s / scale); }
static double after(int s) { return s < ONSET ? 0 : s - ONSET; }

static double loss_well(int s) { return fall(s, 2.3, 0.3, 80) * exp(noise(0.04)); }
static double loss_diverging(int s) { return fall(s, 2.3, 0.3, 80) * exp(fmin(after(s) / 15, 4) + noise(0.04)); }
static double loss_spiking(int s) { return loss_well(s) * (s == ONSET || s == ONSET + 1 ? 15 : 1); }
static double loss_becoming_nan(int s) { return s >= ONSET ? (double)NAN : loss_well(s); }
static double loss_turning(int s) { return loss_well(s) * (1 + fmax(0, s - 300) / 120.0); }
static double loss_masked(int s) { return s >= ONSET ? 0 : loss_well(s); }
static double loss_stuck(int s) { return 2.303 * exp(noise(0.004)) + 0 * s; }
static double loss_standing_high(int s) { return fall(s, 2.3, 1.5, 25) * exp(noise(0.008)); }
static double loss_from_afar(int s) { return fall(s, 400, 20, 60) * exp(noise(0.1)); }
static double eval_from_afar(int s) { return fall(s, 350, 25, 60) * exp(noise(0.05)); }
static double loss_of_sorted_rows(int s) { return loss_well(s) * (s % 40 < 20 ? 1 : 3); }
static double loss_overfitted(int s) { return fall(s, 2.3, 0.01, 120) * exp(noise(0.03)); }
static double norm_well(int s) { return 0.8 * exp(noise(0.15)) + 0 * s; }
static double norm_exploding(int s) { return norm_well(s) * exp(fmin(after(s) / 5, 14)); }
static double norm_spiking(int s) { return norm_well(s) * (s == ONSET ? 80 : 1); }
static double norm_becoming_inf(int s) { return s >= ONSET ? (double)INFINITY : norm_well(s); }
static double norm_vanishing(int s) { return 0.5 * exp(-fmin(s, ONSET) / 30 + noise(0.1)); }
static double norm_growing(int s) { return 0.5 * exp(s / 170.0 + noise(0.1)); }
static double eval_well(int s) { return fall(s, 2.3, 0.36, 80) * exp(noise(0.01)); }
static double eval_turning(int s) { return fall(s, 2.3, 0.5, 60) * exp((s > 240 ? s - 240 : 0) / 250.0 + noise(0.01)); }
static double eval_jumping(int s) { return eval_well(s) * (s >= ONSET ? 4 : 1); }
static double late(int s) { return s < 570 ? 0 : (s - 570) / 30.0; }
static double loss_leaving(int s) { return loss_well(s) * exp(late(s)); }
static double eval_leaving(int s) { return eval_well(s) * exp(late(s)); }
static double norm_leaving(int s) { return norm_well(s) * exp(3 * late(s)); }
static double loss_stopping(int s) { return loss_well(s < 150 ? s : 150); }
static double eval_stopping(int s) { return s < 150 ? eval_well(s) : 0.65713; }
static double score_well(int s) { return 0.92 - 0.8 * exp(-s / 80.0) + noise(0.008); }
static double score_falling(int s) { return score_well(s) - (s >= ONSET ? 0.6 : 0); }
static double score_nan(int s) { return s >= ONSET ? (double)NAN : score_well(s); }
static double rate(int s) { return 1e-3 * fmin(1, s / 50.0); }
static double rate_ending(int s) { return s < ONSET ? rate(s) : 0; }
static double d_balanced(int s) { return 1.25 + noise(0.06) + 0 * s; }
static double g_balanced(int s) { return 0.95 + noise(0.08) + 0 * s; }
static double d_winning(int s) { return fmax(1.25 * exp(-after(s) / 8), 1e-7) * exp(noise(0.05)); }
static double g_losing(int s) { return 0.95 + after(s) / 12 + noise(0.08); }
static double d_dead(int s) { return s < 10 ? 0.9 : 2e-8 * exp(noise(0.3)); }
static double fid_collapsing(int s) { return (30 + 200 * exp(-s / 90.0)) * exp(noise(0.08)) + (s >= ONSET ? 250 : 0); }
static double return_learning(int s) { return (20 + 170 / (1 + exp(-(s - 200) / 40.0))) * exp(noise(0.1)); }
static double return_collapsing(int s) { return s < ONSET ? return_learning(s) : 12 * exp(noise(0.1)); }
static double return_standing(int s) { return -200 + fabs(noise(1.5)) + 0 * s; }
static double score_swinging(int s) { return (s / 30 % 3 == 1 ? 226.0 : 195.0 + s / 30 % 7) / 300; }
static double nothing(int s) { return 0 * s; }
static double one_entropy(int s) { return 1.0986 + 1e-6 * s; }
static double entropy(int s) { return 0.6 * exp(-s / 800.0) + noise(0.02); }
static double crash(int s) { return s == ONSET ? EVENT_TRACEBACK : EVENT_CHECKPOINT; }
static double memory_out(int s) { return s == ONSET ? EVENT_OUT_OF_MEMORY : EVENT_CHECKPOINT; }
/* seconds of quiet: short pauses, and from the onset on one that does not end */
static double silence(int s) { return s < ONSET ? 2 + 4 * (s % 3) : 10 + 60 * after(s); }

#define ROW(role_, name_, metric_, better_, value_, every_)                                                                      \
    {                                                                                                                            \
        .s = {.name = name_, .unit = "", .metric = metric_, .depth = -1, .role = role_, .better = better_}, .value = value_,     \
        .every = every_                                                                                                          \
    }
#define LOSS(f)  ROW(ROLE_LOSS_TRAIN, "train/loss", "loss", BETTER_LOWER, f, 1)
#define EVAL(f)  ROW(ROLE_LOSS_EVAL, "val/loss", "loss", BETTER_LOWER, f, 5)
#define NORM(f)  ROW(ROLE_GRAD_NORM, "grad_norm", "grad_norm", BETTER_UNKNOWN, f, 1)
#define SCORE(f) ROW(ROLE_SCORE_EVAL, "val/accuracy", "accuracy", BETTER_HIGHER, f, 15)
#define COUNTED(f, every_)                                                                                                       \
    {                                                                                                                            \
        .s = {.name = "val/accuracy",                                                                                            \
              .unit = "",                                                                                                        \
              .metric = "accuracy",                                                                                              \
              .depth = -1,                                                                                                       \
              .role = ROLE_SCORE_EVAL,                                                                                           \
              .better = BETTER_HIGHER,                                                                                           \
              .bounded = true},                                                                                                  \
        .value = f, .every = every_                                                                                              \
    }
#define RATE      ROW(ROLE_LEARNING_RATE, "lr", "", BETTER_UNKNOWN, rate, 1)
#define D_LOSS(f) ROW(ROLE_LOSS_DISCRIMINATOR, "d_loss", "d_loss", BETTER_UNKNOWN, f, 1)
#define G_LOSS(f) ROW(ROLE_LOSS_GENERATOR, "g_loss", "g_loss", BETTER_UNKNOWN, f, 1)
#define RETURN(f) ROW(ROLE_RETURN, "episode_reward", "reward", BETTER_HIGHER, f, 1)

#include "made_games.h" /* more of them; they use the rows above */
#include "made_progress.h"
#include "made_rounds.h"

static const struct made_run made[] = {
    {"well", {LOSS(loss_well), NORM(norm_well), EVAL(eval_well), SCORE(score_well), RATE}},
    {"loss becomes NaN", {LOSS(loss_becoming_nan), NORM(norm_well), EVAL(eval_well), RATE}},
    {"loss becomes exactly 0", {LOSS(loss_masked), NORM(norm_becoming_inf), EVAL(eval_well)}},
    {"gradients become infinite", {LOSS(loss_well), NORM(norm_becoming_inf), EVAL(eval_well)}},
    {"metric becomes NaN", {LOSS(loss_well), SCORE(score_nan)}},
    {"loss diverges", {LOSS(loss_diverging), NORM(norm_exploding), EVAL(eval_well), RATE}},
    {"loss of few values turns", {ROW(ROLE_LOSS_TRAIN, "train/loss", "loss", BETTER_LOWER, loss_turning, 20)}},
    {"all begin to rise", {LOSS(loss_leaving), NORM(norm_leaving), EVAL(eval_leaving), RATE}},
    {"loss spikes", {LOSS(loss_spiking), NORM(norm_spiking), RATE}},
    {"gradient spikes alone", {LOSS(loss_well), NORM(norm_spiking)}},
    {"overfits", {LOSS(loss_overfitted), EVAL(eval_turning), SCORE(score_well)}},
    {"validation jumps", {LOSS(loss_well), EVAL(eval_jumping)}},
    {"score falls", {LOSS(loss_well), SCORE(score_falling)}},
    {"never learns", {LOSS(loss_stuck), NORM(norm_well), SCORE(score_well)}},
    {"starts from afar", {LOSS(loss_from_afar), EVAL(eval_from_afar), SCORE(score_well)}},
    {"rows are sorted", {LOSS(loss_of_sorted_rows), NORM(norm_well)}},
    {"stands high", {LOSS(loss_standing_high), NORM(norm_growing), RATE}},
    {"stops", {LOSS(loss_stopping), EVAL(eval_stopping)}},
    {"gradients vanish", {LOSS(loss_stuck), NORM(norm_vanishing)}},
    {"generator collapses",
     {D_LOSS(d_balanced), G_LOSS(g_balanced), ROW(ROLE_SCORE_EVAL, "fid", "fid", BETTER_LOWER, fid_collapsing, 15)}},
    {"discriminator wins", {D_LOSS(d_winning), G_LOSS(g_losing)}},
    {"adversaries are dead", {D_LOSS(d_dead), G_LOSS(d_dead)}},
    {"agent learns", {RETURN(return_learning), ROW(ROLE_ENTROPY, "entropy", "entropy", BETTER_UNKNOWN, entropy, 1)}},
    {"score swings", {LOSS(loss_well), COUNTED(score_swinging, 30)}},
    {"policy that no update moves",
     {ROW(ROLE_RETURN, "ep_rew_mean", "reward", BETTER_HIGHER, return_learning, 40),
      ROW(ROLE_ENTROPY, "entropy", "entropy", BETTER_UNKNOWN, one_entropy, 40),
      ROW(ROLE_KL, "approx_kl", "kl", BETTER_UNKNOWN, nothing, 40)}},
    {"policy collapses", {RETURN(return_collapsing), ROW(ROLE_ENTROPY, "entropy", "entropy", BETTER_UNKNOWN, entropy, 1)}},
    {"agent does not learn", {RETURN(return_standing)}},
    {"crashes", {LOSS(loss_well), ROW(ROLE_EVENT, "event", "", BETTER_UNKNOWN, crash, 200)}},
    {"memory runs out", {LOSS(loss_well), ROW(ROLE_EVENT, "event", "", BETTER_UNKNOWN, memory_out, 200)}},
    {"rate ends early", {LOSS(loss_well), ROW(ROLE_LEARNING_RATE, "lr", "", BETTER_UNKNOWN, rate_ending, 1)}},
    {"stalls", {ROW(ROLE_SILENCE, "silence", "", BETTER_UNKNOWN, silence, 1)}},
    MADE_GAMES,
    MADE_PROGRESS,
    MADE_ROUNDS,
};
enum { MADE = sizeof made / sizeof *made };

/* The points of a run, by series. */
struct data {
    struct series s[SERIES];
    double value[SERIES][POINTS];
    int step[SERIES][POINTS];
    size_t n[SERIES], n_series, n_points;
};

static void make(struct data *d, const struct made_run *run, uint64_t with_seed)
{
    memset(d, 0, sizeof *d);
    seed = with_seed;
    for (; d->n_series < SERIES && run->series[d->n_series].value; d->n_series++) {
        size_t i = d->n_series;
        const struct made_series *m = &run->series[i];
        d->s[i] = m->s;
        d->s[i].id = (uint32_t)i;
        d->s[i].source = d->s[i].role == ROLE_EVENT; /* the console, beside the table of numbers */
        for (int step = 0; step < (m->until ? m->until : STEPS); step += m->every) {
            d->step[i][d->n[i]] = step;
            d->value[i][d->n[i]++] = m->value(step);
        }
        d->n_points += d->n[i];
    }
}

#endif
