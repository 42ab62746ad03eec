/* made_progress - generated runs whose loss, validation, outputs or machine do what no learning curve should, and near misses of each.
 *
 * Included by made_runs.h, which has the tools; the rows of MADE_PROGRESS stand in its table. A name that begins with "well" is a near miss
 * and must be left alone by everybody. */
#ifndef MLWATCH_TEST_MADE_PROGRESS_H
#define MLWATCH_TEST_MADE_PROGRESS_H

static double loss_at_ln10(int s) { return fall(s, 2.9, log(10), 20) * exp(noise(0.006)); }
static double loss_above_ln10(int s) { return fall(s, 2.9, 2.36, 60) * exp(noise(0.006)) * (s < 500 ? 1 : 0.99); }
static double loss_swinging(int s)
{
    return (s < 250 ? fall(s, 2.3, 0.5, 60) : 0.5 * exp(1.2 * sin(s / 4.0))) * exp(noise(0.05));
}
static double loss_noisy(int s) { return fall(s, 2.3, 0.3, 80) * exp(noise(0.3)); }
static double loss_still_falling(int s) { return (4 - 0.58 * log(s + 1.0)) * exp(noise(0.01)); }
static double loss_quick(int s) { return fall(s, 2.3, 0.02, 60) * exp(noise(0.05)); }
static double eval_useless(int s) { return (2.35 + 0.0006 * s) * exp(noise(0.01)); }
static double eval_parting(int s) { return fall(s, 2.3, 0.9, 60) * exp(noise(0.01)); }
static double score_train(int s) { return 0.75 - 0.65 * exp(-s / 60.0) + noise(0.01); }
static double score_too_good(int s) { return fmin(1, 0.99 - 0.1 * exp(-s / 30.0) + noise(0.002)); }
static double score_a_little_better(int s) { return score_train(s) + 0.03 + noise(0.005); }
static double loss_on_floor(int s) { return fall(s, log(10), log1p(9 / exp(1)), 40) + fabs(noise(0.004)); }
static double loss_above_floor(int s) { return fall(s, log(10), 0.52, 40) + fabs(noise(0.004)); }
static double score_right(int s) { return 0.97 - 0.8 * exp(-s / 40.0) + noise(0.004); }
static double score_standing(int s) { return 0.1135 + 0 * s; }
static double score_late(int s) { return s < 200 ? 0.1 : 0.8 - 0.7 * exp(-(s - 200) / 60.0) + noise(0.01); }
static double loss_little(int s) { return fall(s, 1, 0.85, 20) * exp(noise(0.05)); }
static double eval_standing(int s) { return 0.8852 + 0 * s; }
static double score_at_share(int s) { return 0.62 + 0 * s; }
static double loss_worse(int s) { return (1 + 0.0008 * s) * exp(noise(0.2)); }
static double score_worse(int s) { return 0.5 - 0.0004 * s + noise(0.02); }
static double loss_unsteady(int s) { return fall(s, 1.4, 0.6, 20) * exp(noise(0.6)); }
static double eval_unsteady(int s) { return fall(s, 1.3, 1.2, 60) * exp(noise(0.4)); }
static double score_unsteady(int s) { return 0.5 + noise(0.08) + 0 * s; }
static double eval_leaping(int s) { return 0.8 * exp(noise(0.9)) + 0 * s; }
static double count_tp(int s) { return s < 120 ? 30 + floor(noise(8)) : 0; }
static double count_fp(int s) { return s < 120 ? 12 + fabs(floor(noise(3))) : 0; }
static double count_fn(int s) { return s < 120 ? 20 : 50; }
static double count_tp_found(int s) { return s < 120 ? 0 : 35; }
static double count_fp_found(int s) { return s < 120 ? 0 : 5; }
static double count_fn_found(int s) { return s < 120 ? 50 : 15; }
static double distinct_falling(int s) { return s < ONSET ? 0.42 + noise(0.03) : 0.02; }
static double distinct_rising(int s) { return 0.6 - 0.55 * exp(-s / 60.0) + noise(0.02); }
static double pace_dropping(int s) { return (s < ONSET ? 51000 : 14000) * exp(noise(0.03)); }
static double pace_pausing(int s) { return (s % 100 < 10 ? 21000 : 51000) * exp(noise(0.03)); }
static double memory_leaking(int s) { return (s < 60 ? 4000 + 60 * s : 7600) + 18.0 * s + noise(30); }
static double memory_filling(int s) { return 9000 - 5000 * exp(-s / 60.0) + (s > 300 ? 700 : 0) + noise(10); }
static double wait_long(int s) { return 0.21 * exp(noise(0.2)) + 0 * s; }
static double wait_at_start(int s) { return (s < 60 ? 0.9 : 0.01) * exp(noise(0.2)); }
static double step_time(int s) { return 0.35 * exp(noise(0.1)) + 0 * s; }

#define SCORE_TRAIN(f)                                                                                                           \
    {                                                                                                                            \
        .s = {.name = "train/accuracy",                                                                                          \
              .unit = "",                                                                                                        \
              .metric = "accuracy",                                                                                              \
              .depth = -1,                                                                                                       \
              .role = ROLE_SCORE_TRAIN,                                                                                          \
              .better = BETTER_HIGHER,                                                                                           \
              .bounded = true},                                                                                                  \
        .value = f, .every = 15                                                                                                  \
    }
#define SCORE_SHARE(f)  COUNTED(f, 15)
#define COUNT(name_, f) ROW(ROLE_CONFUSION, "val/" name_, name_, BETTER_UNKNOWN, f, 15)
#define DISTINCT(f)                                                                                                              \
    {                                                                                                                            \
        .s = {.name = "samples/distinct_2", .unit = "distinct", .metric = "", .depth = -1, .role = ROLE_DIVERSITY}, .value = f,  \
        .every = 15                                                                                                              \
    }
#define PACE(f)   ROW(ROLE_THROUGHPUT, "tokens_per_second", "", BETTER_UNKNOWN, f, 1)
#define MEMORY(f) ROW(ROLE_MEMORY, "memory_mb", "", BETTER_UNKNOWN, f, 1)
#define WAIT(f)   ROW(ROLE_DATA_TIME, "data_time", "", BETTER_UNKNOWN, f, 1)
#define STEP_TIME ROW(ROLE_STEP_TIME, "step_time", "", BETTER_UNKNOWN, step_time, 1)

#define MADE_PROGRESS                                                                                                            \
    {"sits at ln 10", {LOSS(loss_at_ln10), NORM(norm_well)}}, {"well, a little above ln 10", {LOSS(loss_above_ln10)}},           \
        {"swings", {LOSS(loss_swinging), RATE}}, {"well, noisy batches", {LOSS(loss_noisy)}},                                    \
        {"still falls", {LOSS(loss_still_falling), RATE}},                                                                       \
        {"validation useless from the start", {LOSS(loss_quick), EVAL(eval_useless)}},                                           \
        {"well, validation parts later", {LOSS(loss_quick), EVAL(eval_parting)}},                                                \
        {"validation too good", {LOSS(loss_well), SCORE_TRAIN(score_train), SCORE_SHARE(score_too_good)}},                       \
        {"well, validation a little better", {LOSS(loss_well), SCORE_TRAIN(score_train), SCORE_SHARE(score_a_little_better)}},   \
        {"softmax twice", {LOSS(loss_on_floor), SCORE_SHARE(score_right)}},                                                      \
        {"well, label smoothing", {LOSS(loss_above_floor), SCORE_SHARE(score_right)}},                                           \
        {"score never moves", {LOSS(loss_well), SCORE_SHARE(score_standing)}},                                                   \
        {"well, score moves late", {LOSS(loss_well), SCORE_SHARE(score_late)}},                                                  \
        {"little of everything", {LOSS(loss_little), EVAL(eval_standing), SCORE_SHARE(score_at_share)}},                         \
        {"only evaluations, and worse", {EVAL(loss_worse), SCORE_SHARE(score_worse)}},                                           \
        {"a little worse in everything", {LOSS(loss_worse), EVAL(loss_worse), SCORE_SHARE(score_at_share)}},                     \
        {"unsteady", {LOSS(loss_unsteady), EVAL(eval_unsteady), SCORE_SHARE(score_unsteady)}},                                   \
        {"trains well, evaluates anyhow", {LOSS(loss_quick), EVAL(eval_leaping), SCORE_SHARE(score_unsteady)}},                  \
        {"predicts one class", {LOSS(loss_well), COUNT("tp", count_tp), COUNT("fp", count_fp), COUNT("fn", count_fn)}},          \
        {"well, predicts both classes",                                                                                          \
         {LOSS(loss_well), COUNT("tp", count_tp_found), COUNT("fp", count_fp_found), COUNT("fn", count_fn_found)}},              \
        {"samples repeat", {LOSS(loss_well), DISTINCT(distinct_falling)}},                                                       \
        {"well, samples get better", {LOSS(loss_well), DISTINCT(distinct_rising)}},                                              \
        {"gets slow", {LOSS(loss_well), PACE(pace_dropping)}},                                                                   \
        {"well, pauses now and then", {LOSS(loss_well), PACE(pace_pausing)}},                                                    \
        {"leaks", {LOSS(loss_well), MEMORY(memory_leaking)}}, {"well, fills memory", {LOSS(loss_well), MEMORY(memory_filling)}}, \
        {"waits for data", {LOSS(loss_well), WAIT(wait_long), STEP_TIME}},                                                       \
    {                                                                                                                            \
        "well, waits at the start", { LOSS(loss_well), WAIT(wait_at_start), STEP_TIME }                                          \
    }

#endif
