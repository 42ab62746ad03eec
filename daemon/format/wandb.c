/* wandb - W&B's .wandb file: everything that an offline or online run logged, in one append-only log of records.
 *
 *   file    wandb/block.h: chunks in blocks of 32 KiB       -> one Record after the other (wandb/log.h)
 *   Record  1 num, and one of: 2 history, 3 summary, 4 output, 5 config, 7 stats, 10 alert, 11 telemetry, 12 metric, 13 output_raw,
 *           17 run, 18 exit, 26 environment; others are passed over (wandb/wandb, wandb/proto/wandb_internal.proto) */
#include "wandb/facts.h"
#include "wandb/log.h"
#include "wandb/points.h"

struct state {
    struct wandb_log log;
    struct wandb_points points;
    struct wandb_summary summary;
};

static uint64_t line_of(const struct wandb_reading *r) { return wandb_log_line(r); }
static struct wandb_points *points_of(const struct wandb_reading *r) { return &((struct state *)r->state)->points; }
static struct wandb_summary *summary_of(const struct wandb_reading *r) { return &((struct state *)r->state)->summary; }

static void history(const struct wandb_reading *r, struct span m) { wandb_points_history(points_of(r), m, line_of(r), r->out); }
static void stats(const struct wandb_reading *r, struct span m) { wandb_points_stats(points_of(r), m, line_of(r), r->out); }
static void metric(const struct wandb_reading *r, struct span m) { wandb_points_step(points_of(r), m, line_of(r), r->out); }
static void summary(const struct wandb_reading *r, struct span m) { wandb_facts_summary(summary_of(r), m, r->out); }
static void config(const struct wandb_reading *r, struct span m) { wandb_facts_config(m, r->out); }
static void run(const struct wandb_reading *r, struct span m) { wandb_facts_run(m, r->out); }
static void telemetry(const struct wandb_reading *r, struct span m) { wandb_facts_telemetry(m, r->out); }
static void environment(const struct wandb_reading *r, struct span m) { wandb_facts_environment(m, r->out); }
static void output(const struct wandb_reading *r, struct span m)
{
    wandb_console_output(&r->log->console, m, line_of(r), points_of(r)->record.records, r->out);
}
static void alert(const struct wandb_reading *r, struct span m)
{
    wandb_console_alert(&r->log->console, m, line_of(r), points_of(r)->record.records, r->out);
}

/* settle - what was held back until more is known. */
static void settle(const struct wandb_reading *r)
{
    wandb_console_end(&r->log->console, line_of(r), points_of(r)->record.records, r->out);
    wandb_facts_summary_end(summary_of(r), &points_of(r)->record, r->out);
}
static void ended(const struct wandb_reading *r, struct span m)
{
    settle(r);
    wandb_facts_exit(m, r->log->console.failed, line_of(r), r->out);
}

static wandb_reader *const readers[] = {
    [2] = history,    [3] = summary, [4] = output,  [5] = config, [7] = stats,  [10] = alert,
    [11] = telemetry, [12] = metric, [13] = output, [17] = run,   [18] = ended, [26] = environment,
};
static const struct wandb_log_rules rules = {readers, sizeof readers / sizeof *readers, settle};

static void init(void *state, const char *path)
{
    struct state *s = state;
    (void)path;
    wandb_log_init(&s->log, WANDB_BLOCK_START);
    wandb_points_init(&s->points);
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    return wandb_log_feed(&rules, state, in, at_end, out);
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
