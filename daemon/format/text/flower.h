/* text_flower - what a server of Flower, for federated learning, tells of its rounds; rows of the table of text/family.c. */
#ifndef MLWATCH_TEXT_FLOWER_H
#define MLWATCH_TEXT_FLOWER_H

#include "family.h"

/* text_flower_progress - "fit progress: (3, 0.044, {'accuracy': 0.51}, 32.4)": round, loss and metrics on the server's held-out data, seconds. */
bool text_flower_progress(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                          const struct format_out *out);
/* text_flower_history - what it sums up at the end: "app_fit: losses_distributed [(1, 1.98), (2, 1.68)]" and "History (loss, distributed):" with
 * "round 1: 0.0641" and "{'accuracy': [(1, 0.31)," below it. What the clients found is told as distributed/loss; what progress told before is not
 * told again. */
bool text_flower_history(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                         const struct format_out *out);

#endif
