/* explanation - what is known of a run or an incident as plain sentences, each with what it rests on.
 *
 * Sentences come from templates/reports/explain.json, values from the view and the memory. Every sentence cites a finding of this run, a cause,
 * a rule (an analyzer) or an incident of the memory; one that could cite nothing is not said. */
#ifndef MLWATCH_EXPLANATION_H
#define MLWATCH_EXPLANATION_H

#include "phrases.h"
#include "recall.h"

enum { EXPLANATION_MAX = 64, EXPLANATION_SIMILAR = 3 };

struct sentence {
    const char *section, *text, *cites; /* cites: "finding f1, cause lr_too_high" */
    bool quotation;                     /* the log's own words */
};
struct explanation {
    struct phrases phrases; /* phrases_section() gives the order and the titles of sections */
    struct arena arena;
    struct sentence sentences[EXPLANATION_MAX];
    size_t n;
    const char *run;           /* its name */
    const struct cause *cause; /* the best one, or NULL */
    double probability;
    struct fix_view fixes[RANK_MAX];
    size_t n_fixes;
    const struct incident_row *incident; /* asked about, or the run's first; or NULL */
    const struct incident_row *similar[EXPLANATION_SIMILAR];
    size_t n_similar;
};

/* explanation_make - from a view, an incident or both.
 *   view      of the run; NULL when only the incident is left of it
 *   incident  asked about; NULL: the newest that the memory keeps of the run
 * What is given back borrows from c and v. Errors: E_FORMAT of the templates, E_STORE, E_MEMORY. Cost: one pass over the incidents. */
enum status explanation_make(struct explanation *e, struct recall *c, const struct view *v, const struct incident_row *incident,
                             struct err *err);
/* explanation_done - takes a zeroed struct too. */
void explanation_done(struct explanation *e);

#endif
