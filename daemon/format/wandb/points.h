/* wandb_points - history and system metrics of a .wandb file as points.
 *
 *   HistoryRecord  1 item*  2 step {1 num}        StatsRecord  2 timestamp {1 seconds, 2 nanos}  3 item*
 *   item           1 key or 2 nested_key*; 16 value_json; newer: 5 integer, 6 number, 8 json          (wandb/proto/wandb_internal.proto)
 * Items stand in any order. `_step` is the step, unless define_metric says that another counter is everyone's (Trainer and Lightning
 * do); `_timestamp` the time. Keys of a nested value are joined as a/b. Values are JSON: numbers, bare or quoted NaN and Infinity; a
 * histogram becomes KEY/min, /max, /mean and /zero_share; images, tables and other things with a _type are passed over, whole. */
#ifndef MLWATCH_WANDB_POINTS_H
#define MLWATCH_WANDB_POINTS_H

#include "../proto.h"
#include "../record.h"

struct wandb_links; /* what is known of a column beside its name */
struct wandb_thing; /* a value of several items that has a _type */

enum { POINTS_RECENT_BITS = 10 };

struct wandb_points { /* zeroed before wandb_points_init */
    struct record record;
    struct wandb_links *links;
    struct wandb_thing *things;
    uint32_t n_links, n_things, things_room;
    int own_step;                             /* column of `_step`; -1 until it is there */
    uint32_t described;                       /* things of the record in hand */
    bool broken;                              /* a value of the record in hand could not be read */
    uint16_t recent[1 << POINTS_RECENT_BITS]; /* column + 1, by a few bits of the name */
};

/* wandb_points_init - W&B counts steps from the first record on. */
void wandb_points_init(struct wandb_points *w);
/* wandb_points_history, wandb_points_stats - tell the points of one record.
 *   message  of HistoryRecord or StatsRecord;  line  the record's number */
void wandb_points_history(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out);
void wandb_points_stats(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out);
/* wandb_points_step - MetricRecord {2 glob_name, 4 step_metric}: "*" with a name that counts steps makes it the step of all. */
void wandb_points_step(struct wandb_points *w, struct span message, uint64_t line, const struct format_out *out);

#endif
