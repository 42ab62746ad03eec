/* text_stylegan - what StyleGAN's training loops print; rows of the table of text/family.c. */
#ifndef MLWATCH_TEXT_STYLEGAN_H
#define MLWATCH_TEXT_STYLEGAN_H

#include "family.h"

/* text_stylegan_tick - "tick 12    kimg 48.0     time 36m 12s      sec/tick 151.0   sec/kimg 37.75   maintenance 0.1    cpumem 3.15   gpumem 6.34
 * augment 0.120": columns of a name and a value, two blanks apart or more; the tick counts. */
bool text_stylegan_tick(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out);
/* text_stylegan_results - {"results": {"fid50k_full": 30.5}, "metric": "fid50k_full", ...}: an evaluation at the tick above it. */
bool text_stylegan_results(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                           const struct format_out *out);

#endif
