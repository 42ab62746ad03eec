/* cluster - incidents that are alike, in groups: the same kind of finding, and near in meaning.
 *
 * Each incident, oldest first, joins the group of its kind whose direction it is nearest to, if its cosine to it is at least `nearness`, else it
 * begins one; a group's direction is the sum of its members'. One pass, so the groups depend on the order, which is that of time; that is
 * simple, and honest about being no more. Without vectors the groups are those of one kind and one likely cause. */
#ifndef MLWATCH_CLUSTER_H
#define MLWATCH_CLUSTER_H

#include "../hosts.h"

struct cluster {
    const char *kind, *cause;              /* cause: the commonest of its incidents, or NULL */
    const struct incident_row *const *all; /* the nearest to its direction first */
    size_t n, runs;
    const char *fix; /* that helped most often, or NULL */
    size_t helped;
};
struct clusters {
    struct cluster *all;
    size_t n;        /* the largest first */
    bool by_meaning; /* there were vectors */
    size_t incidents;
    struct arena arena;
};

/* clusters_make - of all hosts' incidents.
 *   model, dims   whose vectors;  nearness   a cosine.  Errors: E_STORE; E_MEMORY. Cost: incidents x groups of their kind */
enum status clusters_make(struct hosts *h, const char *model, size_t dims, double nearness, struct clusters *ret,
                          struct err *err);
/* clusters_done - takes a zeroed struct too. */
void clusters_done(struct clusters *c);

#endif
