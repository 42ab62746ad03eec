/* text_environment - what a program says about itself and its machine: versions, commit, device, precision, seed. */
#ifndef MLWATCH_TEXT_ENVIRONMENT_H
#define MLWATCH_TEXT_ENVIRONMENT_H

#include "settings.h"

/* text_environment - returns true when the line told one. Cost: a look at the first letter for most lines. */
bool text_environment(struct text_facts *f, struct span s, const struct format_out *out);

#endif
