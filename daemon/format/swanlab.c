/* swanlab - SwanLab's .swanlab file: the log of one run, in the blocks of a .wandb file (wandb/log.h).
 *
 *   Record        1 num  2 timestamp  10 start  11 finish  13 scalar  16 log; others are passed over
 *   start         1 project  4 name  7 group  8 job_type  10 id
 *   scalar        1 key  2 step  4 timestamp {1 seconds, 2 nanos}  5 value {1 number, a double}; what is 0 is left out
 *   log           1 line, whole
 *   finish        1 state: 1 finished, 2 crashed, 3 aborted  2 error: a traceback, with its lines
 * Source: SwanHubX/SwanLab, protos of 0.10 (swanlab/proto/swanlab), swanlab/sdk/internal/core_python/store. */
#include "record.h"
#include "wandb/log.h"

enum finish_state { FINISHED = 1, CRASHED, ABORTED };

struct state {
    struct wandb_log log;
    struct record names; /* the columns alone: a series each */
    uint64_t points;
};

static uint64_t line_of(const struct wandb_reading *r) { return wandb_log_line(r); }
static uint64_t *points_of(const struct wandb_reading *r) { return &((struct state *)r->state)->points; }

/* series_of - SwanLab's own metrics of the machine are system/NAME. */
static int series_of(const struct wandb_reading *r, struct span key)
{
    static const char own[] = "__swanlab__.";
    static const struct field metric = {"", FIELD_VALUE};
    char name[FIELD_NAME_MAX_BYTES] = "system/";
    struct record *names = &((struct state *)r->state)->names;
    int at = record_column(names, key, &metric, line_of(r), r->out);
    if (at < 0) return -1;
    struct column *c = &names->columns[at];
    if (c->axis != AXIS_UNTOLD) return c->series;
    struct span shown = {c->name, c->length};
    if (span_starts(shown, own)) {
        struct span rest = span_from(shown, sizeof own - 1);
        size_t n = strlen(name);
        memcpy(name + n, rest.p, rest.n);
        shown = (struct span){name, n + rest.n};
    }
    c->series = r->out->series(r->out->arg, shown, AXIS_STEP);
    c->axis = AXIS_STEP;
    return c->series;
}

/* moment - a Timestamp as seconds since 1970. */
static double moment(struct span message)
{
    struct proto_field f;
    double at = 0;
    while (proto_next(&message, &f)) at += (double)f.value * (f.number == 1 ? 1 : f.number == 2 ? 1e-9 : 0);
    return field_time(at);
}

static double number(struct span message)
{
    struct proto_field f;
    double value = 0;
    while (proto_next(&message, &f))
        if (f.number == 1 && f.wire == PROTO_EIGHT) value = proto_double(&f);
    return value;
}

static void scalar(const struct wandb_reading *r, struct span message)
{
    enum { KEY = 1, STEP = 2, TIMESTAMP = 4, VALUE = 5 };
    struct span key = {"", 0};
    struct proto_field f;
    double time = NAN, value = NAN;
    int64_t step = 0;
    bool there = false;
    while (proto_next(&message, &f)) {
        if (f.number == KEY) key = f.bytes;
        else if (f.number == STEP) step = (int64_t)f.value;
        else if (f.number == TIMESTAMP) time = moment(f.bytes);
        else if (f.number == VALUE) value = number(f.bytes), there = true;
    }
    int series = there && key.n ? series_of(r, key) : -1;
    if (series < 0) return;
    (*points_of(r))++;
    r->out->point(r->out->arg, series, step, time, value, line_of(r));
}

static void start(const struct wandb_reading *r, struct span message)
{
    static const char *const keys[] = {[1] = "project", [4] = "run_name", [7] = "group", [8] = "job_type", [10] = "run_id"};
    struct proto_field f;
    while (proto_next(&message, &f)) {
        bool told = f.wire == PROTO_BYTES && f.bytes.n && f.number < sizeof keys / sizeof *keys && keys[f.number];
        if (told) r->out->fact(r->out->arg, span_of(keys[f.number]), f.bytes);
    }
}

static void output(const struct wandb_reading *r, struct span message)
{
    enum { LINE = 1 };
    struct proto_field f;
    while (proto_next(&message, &f))
        if (f.number == LINE) wandb_console_lines(&r->log->console, f.bytes, line_of(r), *points_of(r), r->out);
}

static void settle(const struct wandb_reading *r) { wandb_console_end(&r->log->console, line_of(r), *points_of(r), r->out); }

static void finish(const struct wandb_reading *r, struct span message)
{
    enum { STATE = 1, ERROR = 2 };
    static const struct {
        enum event kind;
        const char *words;
    } ends[] = {[FINISHED] = {EVENT_FINISHED, "SwanLab calls the run finished"},
                [CRASHED] = {EVENT_TRACEBACK, "SwanLab calls the run crashed"},
                [ABORTED] = {EVENT_INTERRUPTED, "SwanLab calls the run aborted"}};
    struct proto_field f;
    uint64_t state = 0;
    while (proto_next(&message, &f)) {
        if (f.number == STATE) state = f.value;
        else if (f.number == ERROR && f.wire == PROTO_BYTES)
            wandb_console_lines(&r->log->console, f.bytes, line_of(r), *points_of(r), r->out);
    }
    settle(r);
    if (state < FINISHED || state > ABORTED || (state == CRASHED && r->log->console.failed)) return;
    r->out->event(r->out->arg, line_of(r), ends[state].kind, span_of(ends[state].words));
}

static wandb_reader *const readers[] = {[10] = start, [11] = finish, [13] = scalar, [16] = output};
static const struct wandb_log_rules rules = {readers, sizeof readers / sizeof *readers, settle};

static void init(void *state, const char *path)
{
    struct state *s = state;
    (void)path;
    wandb_log_init(&s->log, SWANLAB_BLOCK_START);
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    return wandb_log_feed(&rules, state, in, at_end, out);
}

static int sniff(const char *path, struct span head)
{
    (void)path;
    return wandb_block_is(head, SWANLAB_BLOCK_START) ? 100 : 0;
}

const struct format format_swanlab = {
    .name = "swanlab",
    .summary = "SwanLab run file: scalars, system metrics, console, how it ended",
    .globs = "*.swanlab",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .init = init,
    .feed = feed,
};
