/* wandb - W&B's .wandb file: everything that an offline or online run logged, in one append-only log of records.
 *
 *   file    wandb/block.h: chunks in blocks of 32 KiB       -> one Record after the other
 *   Record  1 num, and one of: 2 history, 3 summary, 4 output, 5 config, 7 stats, 10 alert, 11 telemetry, 12 metric, 13 output_raw,
 *           17 run, 18 exit, 26 environment; others are passed over (wandb/wandb, wandb/proto/wandb_internal.proto)
 * All bytes are taken as they come: what is not whole yet waits inside. A file that ends within a record is no damage: the writer holds
 * up to a block back, and who is killed writes no more. */
#include "wandb/block.h"
#include "wandb/console.h"
#include "wandb/facts.h"
#include "wandb/points.h"

struct state {
    struct wandb_block block;
    struct wandb_points points;
    struct wandb_console console;
    struct wandb_summary summary;
};

/* What one call of feed needs. */
struct reading {
    struct state *s;
    const struct format_out *out;
};

static uint64_t line_of(const struct reading *r) { return r->s->block.records; }

static void history(const struct reading *r, struct span m) { wandb_points_history(&r->s->points, m, line_of(r), r->out); }
static void stats(const struct reading *r, struct span m) { wandb_points_stats(&r->s->points, m, line_of(r), r->out); }
static void metric(const struct reading *r, struct span m) { wandb_points_step(&r->s->points, m, line_of(r), r->out); }
static void summary(const struct reading *r, struct span m) { wandb_facts_summary(&r->s->summary, m, r->out); }
static void config(const struct reading *r, struct span m) { wandb_facts_config(m, r->out); }
static void run(const struct reading *r, struct span m) { wandb_facts_run(m, r->out); }
static void telemetry(const struct reading *r, struct span m) { wandb_facts_telemetry(m, r->out); }
static void environment(const struct reading *r, struct span m) { wandb_facts_environment(m, r->out); }
static void output(const struct reading *r, struct span m)
{
    wandb_console_output(&r->s->console, m, line_of(r), r->s->points.record.records, r->out);
}
static void alert(const struct reading *r, struct span m)
{
    wandb_console_alert(&r->s->console, m, line_of(r), r->s->points.record.records, r->out);
}

/* settle - what was held back until more is known. */
static void settle(const struct reading *r)
{
    wandb_console_end(&r->s->console, line_of(r), r->s->points.record.records, r->out);
    wandb_facts_summary_end(&r->s->summary, &r->s->points.record, r->out);
}
static void ended(const struct reading *r, struct span m)
{
    settle(r);
    wandb_facts_exit(m, r->s->console.failed, line_of(r), r->out);
}

static void (*const kinds[])(const struct reading *r, struct span message) = {
    [2] = history,    [3] = summary, [4] = output,  [5] = config, [7] = stats,  [10] = alert,
    [11] = telemetry, [12] = metric, [13] = output, [17] = run,   [18] = ended, [26] = environment,
};

static void record(void *arg, struct span message)
{
    const struct reading *r = arg;
    struct proto_field f;
    while (proto_next(&message, &f)) {
        bool known = f.wire == PROTO_BYTES && f.number < sizeof kinds / sizeof *kinds && kinds[f.number];
        if (known) kinds[f.number](r, f.bytes);
    }
    if (message.n) r->out->bad(r->out->arg, line_of(r), "a record that is damaged inside");
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    (void)path;
    s->block.start = WANDB_BLOCK_START;
    wandb_points_init(&s->points);
    wandb_console_init(&s->console);
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct reading r = {state, out};
    wandb_block_feed(&r.s->block, in, &(struct wandb_sink){&r, record}, out);
    if (at_end) settle(&r);
    return in.n;
}

static int sniff(const char *path, struct span head)
{
    (void)path;
    return wandb_block_is(head, WANDB_BLOCK_START) ? 100 : 0;
}

const struct format format_wandb = {
    .name = "wandb",
    .summary = "W&B run file, offline or online: history, config, system metrics, console, how it ended",
    .globs = "*.wandb",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .init = init,
    .feed = feed,
};
