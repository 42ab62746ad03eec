/* shrink - how fast weights shrink by themselves, as the settings have it.
 *
 * Weight decay takes rate * decay of every weight at every step (of decoupled decay this holds exactly; of an L2 penalty under plain
 * gradient descent too), so what a step has learned is gone after 1 / (rate * decay) steps. Usual settings forget in 10,000 or more. */
#ifndef MLWATCH_SHRINK_H
#define MLWATCH_SHRINK_H

#include <string.h>

#include "../fact_key.h"

struct shrink {
    double rate, decay; /* as set; 0: not told */
};

/* shrink_fact - takes a setting that bears on it. */
static inline void shrink_fact(struct shrink *s, const char *key, const char *value)
{
    double number;
    if (!fact_canonical(key, value, &key, &value) || !fact_number(value, &number) || number < 0) return;
    if (strcmp(key, "learning_rate") == 0) s->rate = number;
    if (strcmp(key, "weight_decay") == 0) s->decay = number;
}
/* shrink_share - of a weight that is taken in one step at the full rate. */
static inline double shrink_share(const struct shrink *s) { return s->rate * s->decay; }

#endif
