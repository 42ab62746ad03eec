/* made_rounds - generated rounds of a booster: losses without noise, by the names that their libraries print.
 *
 * Included by made_runs.h, which has the tools; the rows of MADE_ROUNDS stand in its table. A name that begins with "well" is a near miss
 * and must be left alone by everybody. */
#ifndef MLWATCH_TEST_MADE_ROUNDS_H
#define MLWATCH_TEST_MADE_ROUNDS_H

static double rounds_well(int s) { return fall(s, 0.69, 0.3, 120); }
static double held_well(int s) { return fall(s, 0.69, 0.34, 110); }
static double held_otherwise(int s) { return fall(s, 0.69, 1.1, 200); }
static double rounds_by_row(int s) { return 0.69 * exp(-s / 4000.0); }
static double held_by_row(int s) { return 0.69 + 0.00006 * s; }
static double rounds_few(int s) { return fall(s, 0.69, 0.3, 20); }
static double held_few(int s) { return fall(s, 0.69, 0.34, 20); }
static double rounds_quick(int s) { return fall(s, 0.69, 0.3, 3); }
static double held_quick(int s) { return fall(s, 0.69, 0.34, 3); }
static double held_weakly(int s) { return fall(s, 0.69, 0.66, 60) + 0.00002 * s; } /* a weak relation, found first */

#define ROUNDS(f) ROW(ROLE_LOSS_TRAIN, "train-logloss", "logloss", BETTER_LOWER, f, 1)
#define HELD(f)   ROW(ROLE_LOSS_EVAL, "test-logloss", "logloss", BETTER_LOWER, f, 1)
#define FEW(role_, name_, f)                                                                                                     \
    {                                                                                                                            \
        .s = {.name = name_, .unit = "", .metric = "logloss", .depth = -1, .role = role_, .better = BETTER_LOWER}, .value = f,   \
        .every = 1, .until = 18                                                                                                  \
    }
#define FEW_ROUNDS(f) FEW(ROLE_LOSS_TRAIN, "train-logloss", f)
#define FEW_HELD(f)   FEW(ROLE_LOSS_EVAL, "test-logloss", f)

#define MADE_ROUNDS                                                                                                              \
    {"well boosted", {ROUNDS(rounds_well), HELD(held_well)}},                                                                    \
        {"held-out rows come in another shape", {ROUNDS(rounds_well), HELD(held_otherwise)}},                                    \
        {"labels of other rows", {ROUNDS(rounds_by_row), HELD(held_by_row)}},                                                    \
        {"boosted for a few rounds", {FEW_ROUNDS(rounds_few), FEW_HELD(held_few)}},                                              \
        {"well boosted to the end in a few rounds", {FEW_ROUNDS(rounds_quick), FEW_HELD(held_quick)}},                           \
    {                                                                                                                            \
        "well boosted on a weak relation", { ROUNDS(rounds_by_row), HELD(held_weakly) }                                          \
    }

#endif
