/* parts - what the files of checkup share. */
#ifndef MLWATCH_CHECKUP_PARTS_H
#define MLWATCH_CHECKUP_PARTS_H

#include "checkup.h"

/* checkup_use - what a tensor of this name and shape is for. */
enum tensor_use checkup_use(const char *name, uint32_t n_dims, const uint64_t *shape);
/* checkup_plain_name - without what wrappers put before it: "module.", "_orig_mod.". */
const char *checkup_plain_name(const char *name);
/* checkup_match - find the parameter of each state; false when it cannot be told. */
bool checkup_match(struct checkup *c);
/* checkup_group_of - the group that a state's parameter is in, and its place there (UINT64_MAX: not known); NULL when none says. */
const struct checkup_group *checkup_group_of(const struct checkup *c, const struct checkup_state *s, uint64_t *place);

/* checkup_finding - a finding of this checkpoint about a tensor, or NULL for all. All findings of checks come from here: the sentence is
 * chosen by the evidence it begins with. */
struct finding checkup_finding(const struct checkup *c, const char *kind, enum severity severity, double confidence,
                               const struct checkup_tensor *t);

/* A parameter that is a matrix or a kernel, with numbers. */
bool is_weight(const struct checkup_tensor *t);
/* state_of - what the optimizer holds of a parameter, or NULL. */
const struct checkup_state *state_of(const struct checkup *c, const struct checkup_tensor *t);
/* steps_between - from the checkpoint before; NaN when not known. */
double steps_between(const struct checkup *c);
/* root_mean_square - of the finite elements; 0 when there are none. */
double root_mean_square(const struct checkup_tensor *t);
/* looks_fresh - are these the numbers that a usual initialiser draws for this shape? A uniform one has sharp borders, which a single step
 * crosses; a normal one is only told from others by its spread, so it means little alone. */
bool looks_fresh(const struct checkup_tensor *t);

#endif
