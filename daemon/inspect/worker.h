/* worker - one checkpoint file on a descriptor, everything that can be said of it as records on another (base/inspection.h).
 *
 * What the readers say goes out as soon as they are done, before the numbers: a verdict survives what happens later. */
#ifndef MLWATCH_WORKER_H
#define MLWATCH_WORKER_H

#include "../ckpt/ckpt.h"
#include "numbers.h"

struct worker {
    int file, against;               /* against: -1 when there is nothing to compare with */
    const char *name, *against_name; /* for what a suffix tells */
    int result;                      /* a pipe */
    const struct ckpt_limits *limits;
    struct numbers_budget budget;
    const char *sandbox; /* what is missing in the sandbox, as a fact; or NULL */
};

/* worker_run - scan, sum, tell. Errors: E_IO when the result could not be written; all else is told in the result. */
enum status worker_run(const struct worker *w, struct err *err);

#endif
