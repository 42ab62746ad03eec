/* schedule - what the settings declare of the learning rate's schedule: its name, how many steps, how many of them a warm-up. */
#ifndef MLWATCH_SCHEDULE_H
#define MLWATCH_SCHEDULE_H

#include <stdbool.h>

enum { SCHEDULE_NAME = 48 };
struct schedule {
    char name[SCHEDULE_NAME]; /* as declared; "" for not told */
    double max_steps, warmup; /* 0: not told */
};

/* schedule_fact - hear a setting. */
void schedule_fact(struct schedule *s, const char *key, const char *value);
/* schedule_rises - is it one that rises on purpose: restarts, cycles, plateau rules, or a function of one's own? */
bool schedule_rises(const struct schedule *s);
/* schedule_decays - is it one that only falls to its end? A linear warm-up is no linear decay. */
bool schedule_decays(const struct schedule *s);
/* schedule_is_linear - in any of its parts. */
bool schedule_is_linear(const struct schedule *s);

#endif
