/* since - is a loss told as its mean since the epoch began? And what were the single values that such means are of?
 *
 * As bars and meters print it: the k-th value of an epoch is the mean x(k) of k losses, and the first of the next is one loss alone. So x(k) differs
 * from x(k-1) by (l(k) - x(k-1)) / k, where l(k) is a single loss: times k these differences are of one size all through the epoch, and of any
 * other loss the differences themselves are. Which of the two it is, the values of an epoch tell by the likelihood of differences d(k) whose size is
 * about its mean (Laplace 1774): log K! - n log(sum k|d| / sum |d|), above 0 for means. Epochs are independent, so these add up.
 *
 * Of means a leap where an epoch begins, that comes down as 1/k, is one loss as others are; what befell the run shows in the single losses. */
#ifndef MLWATCH_SINCE_H
#define MLWATCH_SINCE_H

#include <stdbool.h>
#include <stdint.h>

struct since {
    double previous, sum, times; /* the last value; of |d| and of k|d| in the epoch in hand */
    double score;                /* of the epochs that are over: the log-likelihood for means, less that against them */
    double size; /* mean size of what a single value differs from the mean by, in the last few epochs; 0 while unknown */
    double farthest,
        second;             /* how far a single value stood above the mean, in sizes: the most, and the most in any other epoch */
    double best;            /* the least mean of a whole epoch */
    uint32_t k, n;          /* values of the epoch in hand; differences that sum and times are of */
    uint32_t epochs, whole; /* so far; those that best is of */
    uint32_t farthest_in;   /* epoch */
    uint16_t segment;
};

/* since_add - the next finite value of a loss.
 *   begins   it is the first of an epoch. Cost: O(1) */
void since_add(struct since *s, double x, uint16_t segment, bool begins);
/* since_is_mean - are the values means since their epoch began? */
bool since_is_mean(const struct since *s);
/* since_is_usual - has no single value stood farther above the mean than such values do, or than one in another epoch? Only of means. */
bool since_is_usual(const struct since *s);
/* since_is_low - is the mean in hand no higher than the least of a whole epoch, but for what so many single values differ by? Only of means. */
bool since_is_low(const struct since *s);

#endif
