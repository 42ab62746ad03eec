/* boosted - is a series of a tree booster? There each step sees all rows and writes one value of all of them: no epochs, and no noise.
 *
 * Names as LightGBM ("training's rmse", "valid_0's rmse"), XGBoost ("train-rmse", "validation_0-rmse", "test-mlogloss-mean") and CatBoost
 * ("learn/RMSE", "test/MultiClass") print them. Where a console prints rounds its reader tells whose they are as the setting boosting_library;
 * scikit-learn's lines say how many trees a round grows: trees_per_round. */
#ifndef MLWATCH_BOOSTED_H
#define MLWATCH_BOOSTED_H

#include <string.h>
#include <strings.h>

#include "../analyzer.h"

/* What the settings tell of it. */
struct boosting {
    bool rounds, classes; /* classes: several trees a round, one for each */
    bool unnamed;         /* CatBoost's console, which names no loss */
};

/* boosting_fact - hear a setting. */
static inline void boosting_fact(struct boosting *b, const char *key, const char *value)
{
    bool library = strcmp(key, "boosting_library") == 0;
    if (library) b->rounds = true, b->unnamed = strcmp(value, "catboost") == 0;
    if (strcmp(key, "trees_per_round") != 0) return;
    b->rounds = true;
    b->classes = strcmp(value, "1") != 0;
}

/* boosted - Cost: O(1). */
static inline bool boosted(const struct boosting *b, const struct series *s)
{
    static const char *const ends[] = {"-rmse",    "-logloss", "-mlogloss",     "-mae",          "-error",
                                       "-merror",  "-auc",     "-aucpr",        "-rmsle",        "-mape",
                                       "/RMSE",    "/MAPE",    "/Quantile",     "/Logloss",      "/MultiClass",
                                       "mlogloss", "merror",   "multi_logloss", "binary_logloss"}; /* nobody else's */
    if (b->rounds) return true;
    size_t n = strlen(s->name);
    bool folds = n > 5 && strcmp(s->name + n - 5, "-mean") == 0; /* cv(): the same metrics in the spelling of each library */
    n -= folds ? 5 : 0;
    if (strncmp(s->name, "training's ", 11) == 0 || (strncmp(s->name, "valid", 5) == 0 && strstr(s->name, "'s "))) return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t m = strlen(ends[i]);
        if (n <= m) continue;
        const char *end = s->name + n - m;
        if (memcmp(end, ends[i], m) == 0) return true;
        if (folds && strchr("-_ ", *end) && strncasecmp(end + 1, ends[i] + 1, m - 1) == 0) return true;
    }
    return false;
}

/* boosted_classes - is it a loss of classes? One of noiseless numbers may well go to 0. */
static inline bool boosted_classes(const struct boosting *b, const struct series *s)
{
    return b->classes || strcasestr(s->name, "logloss") || strstr(s->name, "MultiClass");
}

/* boosted_smoothly - does this metric of a booster move a little each round? A share of wrong answers moves in jumps, and may well stand for the first
 * rounds. */
static inline bool boosted_smoothly(const struct series *s)
{
    return !strcasestr(s->metric, "err") && !strcasestr(s->metric, "auc") && !strcasestr(s->metric, "acc");
}

#endif
