/* rank - fixes for a cause, ordered by what they should bring, what they may harm and what worked before.
 *
 * P(works) starts as the fix's own Beta prior, of which each place further down the cause's list keeps 0.8, and is updated by
 * outcomes of resolved incidents; the score is
 *   P(cause) * P(works) * gain - P(harm) * damage - cost        (failure knowledge, section 5) */
#ifndef MLWATCH_RANK_H
#define MLWATCH_RANK_H

#include "diagnose.h"

struct fix {
    const char *id, *title, *action, *expect, *verify, *risk, *source;
    double works_for, works_against; /* Beta prior: pseudo-counts of "worked" and "did not" */
    double gain, cost;               /* 0..1: share of the loss regained; effort */
    double harm;                     /* P(it makes things worse); 0.29 where nothing better is known (Islam 2020) */
    struct wordings in;              /* the line to change, by framework */
};
struct outcome {
    const char *cause, *fix;
    uint32_t worked, failed, worse;
}; /* counts over the memory */

struct ranked {
    const struct fix *fix;
    double probability, score;
}; /* probability: P(works | cause), posterior mean */

enum { RANK_MAX = 6 };
/* rank - order the fixes of one cause.
 *   out      room for RANK_MAX;  returns how many, best first. Outcomes of other causes for the same fix count half. */
size_t rank(const struct cause *cause, double probability, const struct fix *fixes, size_t n_fixes,
            const struct outcome *outcomes, size_t n_outcomes, struct ranked *out);

#endif
