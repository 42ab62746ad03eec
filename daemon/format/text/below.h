/* text_below - records that are written below a line that counts, a metric a line.
 *
 *     [batch=200/4800]:                   [Eval batch=40/40] Eval on eval data:        Step 200:
 *     <tab> Train loss/train/total: 1.79  <tab> Eval metrics/eval/CrossEntropy: 1.92     loss: 1.79
 *     <tab> Train lr-AdamW/group0: 0.0010                                                lr: 0.001
 *
 *     2026-01-05 10:00:00.000  host:0  olmo.train:987  INFO  [step=15/900,epoch=0]
 *         train/CrossEntropyLoss=1.79 */
#ifndef MLWATCH_TEXT_BELOW_H
#define MLWATCH_TEXT_BELOW_H

#include "record.h"

struct text_below {
    bool open, bracketed; /* a heading stands above; in brackets, as Composer writes it */
    bool placed;          /* a metric was read below it: at is where they stand */
    enum text_split split;
    struct text_count count;
    struct text_where at;
    uint64_t line; /* of the heading or of what was read below it last */
};

/* text_below - read a heading, or a metric right below one.
 *   ps       of the line; filled in where it may be either
 *   returns  true when the line was one of the two; of a heading nothing is told yet. Cost: O(n), of other lines a few bytes */
bool text_below(struct text_below *b, struct text_run *r, const struct text_line *l, struct text_pairs *ps,
                const struct format_out *out);

#endif
