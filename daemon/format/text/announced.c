/* text_announced - see text/announced.h. Sources: PaddlePaddle/Paddle, python/paddle/hapi/callbacks.py (ProgBarLogger); coqui-ai/Trainer,
 * trainer/logging/console_logger.py; Chris-hughes10/pytorch-accelerated, pytorch_accelerated/callbacks.py (PrintProgressCallback). Between the two lines the counts are those of the evaluation's own loop. */
#include "announced.h"

#include <string.h>

bool text_announced(struct text_place *p, struct span body)
{
    static const struct {
        const char *start;
        enum text_split now;
        bool whole; /* the line says nothing else */
    } rows[] = {
        {"Eval begin...", SPLIT_EVAL, true},       {"Eval samples: ", SPLIT_NONE, true},
        {"> EVALUATION", SPLIT_EVAL, true},        {"--> EVAL PERFORMANCE", SPLIT_EVAL, true},
        {"--> TIME: ", SPLIT_NONE, false},         {"> TRAINING", SPLIT_NONE, false},
        {"> EPOCH: ", SPLIT_NONE, false},          {"Epoch ", SPLIT_NONE, false},
        {"Starting eval epoch", SPLIT_EVAL, true}, {"Starting epoch ", SPLIT_NONE, false},
    };
    if (body.p[0] != 'E' && body.p[0] != 'S' && body.p[0] != '>' && body.p[0] != '-') return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!span_starts(body, rows[i].start)) continue;
        p->announced = rows[i].now;
        return rows[i].whole;
    }
    return p->announced && span_starts(body, "--> STEP: ");
}
