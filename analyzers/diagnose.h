/* diagnose - findings, settings and events in; causes with probabilities out.
 *
 * Causes are data (templates/causes): a prior and likelihood ratios. Each cause is scored by its log-odds,
 *   log(prior / (1 - prior)) + sum log ratio,
 * over the findings that are there, the findings that are absent although they could have been seen, and the settings.
 * A cause needs at least one finding that raises it. The best cause takes its evidence; the others are scored again with what it
 * explains discounted, because several faults at once are the rule (62 % of 52 real programs, DeepFD). */
#ifndef MLWATCH_DIAGNOSE_H
#define MLWATCH_DIAGNOSE_H

#include "analyzer.h"
#include "wording.h"

/* One line of evidence. All given conditions must hold; a ratio above 1 speaks for the cause, below 1 against it. */
struct clue {
    const char *finding;  /* a finding kind is there; or NULL */
    const char *absent;   /* a finding kind is not there, although `role` was logged; or NULL */
    const char *evidence; /* of that finding: its value lies in [min, max]; or NULL */
    const char *fact;     /* a setting, by its canonical key; or NULL */
    const char
        *equals; /* the setting's text, '|' between alternatives, case ignored, whole words; NULL for a number in [min, max] */
    const char *event; /* an event of this name (event_name) happened; or NULL */
    const char *says;  /* the words of such an event hold one of these phrases, '|' between them, case ignored; or NULL */
    enum role role;    /* a series of this role is there (for absent: was logged); ROLE_NONE for no condition */
    double min, max;   /* -INFINITY, INFINITY when not given */
    double ratio;      /* P(evidence | cause) / P(evidence | another cause) */
    const char *why;   /* one clause for people: "the rate is above 0.01 with an Adam-type optimizer"; or NULL */
};
/* What would separate this cause from its neighbours, asked for while it is not logged. */
struct separator {
    const char *artifact, *why, *how;
    enum role role;     /* there already when a series of this role is */
    struct wordings in; /* how, by framework */
};

struct cause {
    const char *id, *title, *explanation, *source;
    double prior; /* share of failing runs that have it, before any evidence */
    const struct clue *clues;
    size_t n_clues;
    const struct separator *separators;
    size_t n_separators;
    const char *const *fixes;
    size_t n_fixes; /* ids, in order of preference */
};

struct fact {
    const char *key, *value;
};

struct said {
    enum event kind;
    const char *words;
};

/* What is known of one run. Arrays are borrowed. */
struct case_file {
    const struct finding *findings;
    size_t n_findings;
    const struct fact *facts;
    size_t n_facts;
    uint64_t roles;          /* WANTS() bits of the roles that have points */
    uint32_t events;         /* 1 << enum event */
    const struct said *said; /* what the log told of its events, in its own words */
    size_t n_said;
};

enum { DIAGNOSIS_MAX = 6, DIAGNOSIS_CLUES = 16, DIAGNOSIS_SEPARATORS = 4 };
struct diagnosis {
    const struct cause *cause;
    double probability;
    size_t n_because, n_against;
    uint16_t because[DIAGNOSIS_CLUES], against[DIAGNOSIS_CLUES]; /* indices into case_file.findings */
    size_t n_clues;
    const struct clue *clues[DIAGNOSIS_CLUES]; /* the clues that counted, one a topic, strongest first */
    size_t n_missing;
    const struct separator *missing[DIAGNOSIS_SEPARATORS];
};

/* What the sum of clues is worth as a probability, fitted on runs whose cause is known (templates/calibration):
 * logit(confidence) = slope * logit(sum of clues) + intercept. */
struct calibration {
    const char *id, *source;
    double slope, intercept, runs; /* runs: how many had a cause when it was fitted; 0: never, and then nothing is changed */
    double behind_slope,
        behind_intercept; /* of the causes behind the best one: an equal sum is right less often there; slope 0: as the best */
};
/* calibrated - a probability in [0.01, 0.97]; the order of causes stays. */
double calibrated(const struct calibration *c, double probability);
/* calibrated_behind - the same for a cause that is not the best one; never above the best one's, as it was shown. */
double calibrated_behind(const struct calibration *c, double probability, double best);

/* diagnose - rank causes for one run.
 *   out       room for at least DIAGNOSIS_MAX
 *   returns   how many; best first; none below 0.2 but the best one, and the next two from 0.1 on; none without a finding in because
 * Cost        O(causes x clues x findings), about 100 us for 40 causes and ten settings; no allocation */
size_t diagnose(const struct cause *causes, size_t n_causes, const struct case_file *run, struct diagnosis *out);

/* fact_key - the canonical key of a logged setting: "lr", "learning-rate", "optim.args.lr" are "learning_rate"; NULL when unknown. */
const char *fact_key(const char *key);

#endif
