/* wandb_log - the host of the formats that are block logs (wandb/block.h): each record is a protobuf message, and the numbers of its
 * fields say what it holds. A format names the reader of each number; what comes whole goes to it, what is unknown is passed over.
 *
 * All bytes are taken as they come: what is not whole yet waits inside. A file that ends within a record is no damage: the writer holds
 * up to a block back, and who is killed writes no more. */
#ifndef MLWATCH_WANDB_LOG_H
#define MLWATCH_WANDB_LOG_H

#include "block.h"
#include "console.h"

struct wandb_log { /* the first member of a format's state */
    struct wandb_block block;
    struct wandb_console console;
};

/* What one call of feed needs. */
struct wandb_reading {
    void *state; /* of the format; log is its first member */
    struct wandb_log *log;
    const struct format_out *out;
};

typedef void wandb_reader(const struct wandb_reading *r, struct span message);
struct wandb_log_rules {
    wandb_reader *const *readers; /* by the number of the record's field; NULL: passed over */
    size_t n;
    void (*settle)(const struct wandb_reading *r); /* no more comes for now: tell what was held back */
};

/* wandb_log_init - before the first byte; log is zeroed.
 *   start  the 7 bytes that the file must begin with: WANDB_BLOCK_START */
void wandb_log_init(struct wandb_log *log, const char *start);
/* wandb_log_feed - a format's feed: takes all of `in`.
 *   state  begins with its struct wandb_log */
size_t wandb_log_feed(const struct wandb_log_rules *rules, void *state, struct span in, int at_end, const struct format_out *out);

/* wandb_log_line - the number of the record in hand, from 1. */
static inline uint64_t wandb_log_line(const struct wandb_reading *r) { return r->log->block.records; }

#endif
