/* knowledge - templates/causes, templates/fixes and templates/unseen as structs.
 *
 * The JSON files are compiled into the program, so that one binary is enough; MLWATCH_TEMPLATES=DIR reads them from a
 * directory instead, which is how one tries a change without building. */
#ifndef MLWATCH_KNOWLEDGE_H
#define MLWATCH_KNOWLEDGE_H

#include "../../analyzers/rank.h"
#include "../base/err.h"

struct knowledge {
    const struct cause *causes;
    size_t n_causes;
    const struct fix *fixes;
    size_t n_fixes;
    const struct artifact *artifacts; /* the most wanted first */
    size_t n_artifacts;
    struct calibration calibration; /* of the causes' confidence; runs 0 where a directory of one's own has none */
    void *owned;                    /* the memory behind the above */
};
/* knowledge_open - read and check every cause, fix and artifact. E_FORMAT names the file, the key and what is wrong with it:
 * unknown finding kinds, roles, frameworks or fixes, a prior outside (0, 1), a ratio that is not positive. A directory of one's own
 * may do without `unseen`: then nothing is said of what was not logged. */
enum status knowledge_open(struct knowledge *k, struct err *err);
void knowledge_done(struct knowledge *k);
/* knowledge_fix, knowledge_cause - by id; NULL when there is none. */
const struct fix *knowledge_fix(const struct knowledge *k, const char *id);
const struct cause *knowledge_cause(const struct knowledge *k, const char *id);

#endif
