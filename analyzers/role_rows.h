/* role_rows - how the rows of the tables of names are written, and which tables there are; for these files alone. */
#ifndef MLWATCH_ROLE_ROWS_H
#define MLWATCH_ROLE_ROWS_H

#include "role_table.h"

#define SCORE_UP(words, how, bounded)                                                                                            \
    {                                                                                                                            \
        words, how, ROLE_SCORE_TRAIN, ROLE_SCORE_EVAL, BETTER_HIGHER, bounded, NULL, ""                                          \
    }
#define SCORE_DOWN(words, how)                                                                                                   \
    {                                                                                                                            \
        words, how, ROLE_SCORE_TRAIN, ROLE_SCORE_EVAL, BETTER_LOWER, false, NULL, ""                                             \
    }
#define EVAL_UP(words, how, bounded)                                                                                             \
    {                                                                                                                            \
        words, how, ROLE_SCORE_EVAL, ROLE_SCORE_EVAL, BETTER_HIGHER, bounded, NULL, ""                                           \
    }
#define EVAL_DOWN(words, how)                                                                                                    \
    {                                                                                                                            \
        words, how, ROLE_SCORE_EVAL, ROLE_SCORE_EVAL, BETTER_LOWER, false, NULL, ""                                              \
    }
#define SAME(words, how, role, better)                                                                                           \
    {                                                                                                                            \
        words, how, role, role, better, false, "", ""                                                                            \
    }
#define PART(words)                                                                                                              \
    {                                                                                                                            \
        words, WHOLE, ROLE_LOSS_PART, ROLE_LOSS_PART, BETTER_LOWER, false, NULL, ""                                              \
    }
/* Of training only: an evaluation has a pace of its own. */
#define PACE(words, how, role, unit)                                                                                             \
    {                                                                                                                            \
        words, how, role, ROLE_NONE, BETTER_UNKNOWN, false, "", unit                                                             \
    }
#define UNIT(words, how, role, unit)                                                                                             \
    {                                                                                                                            \
        words, how, role, role, BETTER_UNKNOWN, false, "", unit                                                                  \
    }

extern const struct role_row role_table_training[], role_table_games[], role_table_scores[], role_table_machine[];

#endif
