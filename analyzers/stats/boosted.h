/* boosted - is a series of a tree booster? There each step sees all rows and writes one value of all of them: no epochs, and no noise.
 *
 * Names as LightGBM ("training's rmse", "valid_0's rmse") and XGBoost ("train-rmse", "validation_0-rmse", "eval-logloss") print them. */
#ifndef MLWATCH_BOOSTED_H
#define MLWATCH_BOOSTED_H

#include <string.h>

#include "../analyzer.h"

/* boosted - judged by the name alone. Cost: O(1). */
static inline bool boosted(const struct series *s)
{
    static const char *const ends[] = {"-rmse",   "-logloss", "-mlogloss", "-mae",   "-error",
                                       "-merror", "-auc",     "-aucpr",    "-rmsle", "-mape"};
    size_t n = strlen(s->name);
    if (strncmp(s->name, "training's ", 11) == 0 || (strncmp(s->name, "valid", 5) == 0 && strstr(s->name, "'s "))) return true;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t m = strlen(ends[i]);
        if (n > m && strcmp(s->name + n - m, ends[i]) == 0) return true;
    }
    return false;
}

#endif
