/* wandb_log - see wandb/log.h. */
#include "log.h"

struct host {
    const struct wandb_log_rules *rules;
    struct wandb_reading reading;
};

static void record(void *arg, struct span message)
{
    const struct host *h = arg;
    const struct wandb_reading *r = &h->reading;
    struct proto_field f;
    while (proto_next(&message, &f)) {
        bool known = f.wire == PROTO_BYTES && f.number < h->rules->n && h->rules->readers[f.number];
        if (known) h->rules->readers[f.number](r, f.bytes);
    }
    if (message.n) r->out->bad(r->out->arg, wandb_log_line(r), "a record that is damaged inside");
}

void wandb_log_init(struct wandb_log *log, const char *start)
{
    log->block.start = start;
    wandb_console_init(&log->console);
}

size_t wandb_log_feed(const struct wandb_log_rules *rules, void *state, struct span in, int at_end, const struct format_out *out)
{
    struct host h = {rules, {state, state, out}};
    wandb_block_feed(&h.reading.log->block, in, &(struct wandb_sink){&h, record}, out);
    if (at_end) rules->settle(&h.reading);
    return in.n;
}
