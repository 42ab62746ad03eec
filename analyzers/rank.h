/* rank - fixes for a cause, ordered by what they should bring, what they may harm and what worked before.
 *
 * P(works) starts as the fix's own Beta prior, of which each place further down the cause's list keeps 0.8, and is updated by
 * outcomes, told or watched; the score is
 *   P(cause) * P(works) * gain - P(harm) * damage - cost * effort        (failure knowledge, section 5)
 * An outcome counts by its weight (a person's word 1, what was only watched less) times how much its incident is like the trouble at
 * hand: another cause keeps 0.5 of it, another kind of finding 0.8, another project 0.6, another framework 0.9; what is not known of
 * either takes nothing away. A fix whose harm weighs 0.25 or more, and more than its help, stands below all others, whatever its score. */
#ifndef MLWATCH_RANK_H
#define MLWATCH_RANK_H

#include "diagnose.h"

/* What a fix does to one setting, so that it is recognised when somebody tries it. */
struct change {
    const char *setting;   /* its canonical name (fact_key) */
    const char *direction; /* "down", "up": a number; "on": was off; "to": its text says `value` now; "other": another text */
    const char *value;     /* of "to": '|' between alternatives, whole words; else NULL */
};

struct fix {
    const char *id, *title, *action, *expect, *verify, *risk, *source;
    double works_for, works_against; /* Beta prior: pseudo-counts of "worked" and "did not" */
    double gain, cost;               /* 0..1: share of the loss regained; effort */
    double harm;                     /* P(it makes things worse); 0.29 where nothing better is known (Islam 2020) */
    struct wordings in;              /* the line to change, by framework */
    const struct change *changes;    /* any of them: it was tried */
    size_t n_changes;
};

/* What was tried against incidents of one cause, kind, project and framework. */
struct outcome {
    const char *cause, *fix;
    const char *kind, *project, *framework; /* NULL or "": not known */
    double worked, failed, worse;           /* sums of weights: a person's word is 1 */
    uint32_t times, times_worked;           /* how many outcomes these are */
};

/* The trouble that a fix is wanted for; NULL or "": not known. */
struct trouble {
    const char *kind, *project, *framework;
};

struct ranked {
    const struct fix *fix;
    double probability, score;    /* probability: P(works | cause), posterior mean */
    uint32_t times, times_worked; /* outcomes for this cause, whatever they weigh */
    bool harmed;                  /* it did harm more than it helped, and stands below the others */
};

enum { RANK_MAX = 6 };
/* rank_near - order the fixes of one cause for a trouble.
 *   near      what outcomes are compared with;  out   room for RANK_MAX
 *   returns   how many, best first
 * Cost        O(fixes of the cause x (fixes + outcomes)), no allocation */
size_t rank_near(const struct cause *cause, double probability, const struct trouble *near, const struct fix *fixes,
                 size_t n_fixes, const struct outcome *outcomes, size_t n_outcomes, struct ranked *out);
/* rank - the same where nothing is known of the trouble but its cause. */
size_t rank(const struct cause *cause, double probability, const struct fix *fixes, size_t n_fixes,
            const struct outcome *outcomes, size_t n_outcomes, struct ranked *out);

#endif
