/* text_table - boxed tables of two columns, as OpenAI baselines, guided-diffusion and Stable-Baselines3 print them.
 *
 *     ----------------------------------
 *     | rollout/           |           |
 *     |    ep_rew_mean     | 21.7      |
 *     | time/              |           |
 *     |    total_timesteps | 2048      |
 *     ----------------------------------
 *
 * or without bars, as dowel and garage print theirs with tabulate:
 *
 *     ----------  ------
 *     Loss          0.52
 *     TotalSteps  120
 *     ----------  ------
 *
 * A table is one record; its rows are kept until the closing line, which tells the step. Below a head "| Parameter | Value |", as
 * llm.c prints it, the rows are settings. */
#ifndef MLWATCH_TEXT_TABLE_H
#define MLWATCH_TEXT_TABLE_H

#include "record.h"
#include "settings.h"

enum { TEXT_TABLE_ROWS = 64, TEXT_TABLE_NAME_BYTES = 72 };
struct text_table {
    bool open, bare, settings; /* bare: open, and without bars; settings: its rows are facts */
    uint64_t line;
    double time;
    size_t n;
    char group[TEXT_TABLE_NAME_BYTES];
    struct text_table_row {
        char name[TEXT_TABLE_NAME_BYTES];
        double value;
    } row[TEXT_TABLE_ROWS];
};

/* text_table - returns true when the line is a row or the end of a table. Rows behind TEXT_TABLE_ROWS are dropped with bad(). */
bool text_table(struct text_table *t, struct text_run *r, struct text_facts *f, const struct text_line *l,
                const struct format_out *out);

#endif
