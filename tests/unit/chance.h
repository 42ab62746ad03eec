/* chance - seeded random numbers for tests: the same on every machine. */
#ifndef MLWATCH_TEST_CHANCE_H
#define MLWATCH_TEST_CHANCE_H

#include <stddef.h>
#include <stdint.h>

static uint64_t seed;
/* chance - in [0, 1). */
static inline double chance(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) * 0x1p-53;
}
/* noise - nearly normal, with this standard deviation: a sum of twelve. */
static inline double noise(double sd)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += chance();
    return sd * sum;
}
/* below - a whole number in [0, n). */
static inline size_t below(size_t n) { return (size_t)(chance() * (double)n); }

#endif
