/* swanlab - SwanLab's .swanlab file: the log of one run, in the blocks of a .wandb file (wandb/block.h).
 *
 *   Record        1 num  2 timestamp  10 start  11 finish  13 scalar  16 log; others are passed over
 *   start         1 project  4 name  7 group  8 job_type  10 id
 *   scalar        1 key  2 step  4 timestamp {1 seconds, 2 nanos}  5 value {1 number, a double}; what is 0 is left out
 *   log           1 line, whole
 *   finish        1 state: 1 finished, 2 crashed, 3 aborted  2 error: a traceback, with its lines
 * Source: SwanHubX/SwanLab, protos of 0.10 (swanlab/proto/swanlab), swanlab/sdk/internal/core_python/store. */
#include "proto.h"
#include "record.h"
#include "wandb/block.h"
#include "wandb/console.h"

enum finish_state { FINISHED = 1, CRASHED, ABORTED };

struct state {
    struct wandb_block block;
    struct record names; /* the columns alone: a series each */
    struct wandb_console console;
    uint64_t points;
};

/* What one call of feed needs. */
struct reading {
    struct state *s;
    const struct format_out *out;
};

static uint64_t line_of(const struct reading *r) { return r->s->block.records; }

/* series_of - SwanLab's own metrics of the machine are system/NAME. */
static int series_of(const struct reading *r, struct span key)
{
    static const char own[] = "__swanlab__.";
    static const struct field metric = {"", FIELD_VALUE};
    char name[FIELD_NAME_MAX_BYTES] = "system/";
    int at = record_column(&r->s->names, key, &metric, line_of(r), r->out);
    if (at < 0) return -1;
    struct column *c = &r->s->names.columns[at];
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

static void scalar(const struct reading *r, struct span message)
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
    r->s->points++;
    r->out->point(r->out->arg, series, step, time, value, line_of(r));
}

static void start(const struct reading *r, struct span message)
{
    static const char *const keys[] = {[1] = "project", [4] = "run_name", [7] = "group", [8] = "job_type", [10] = "run_id"};
    struct proto_field f;
    while (proto_next(&message, &f)) {
        bool told = f.wire == PROTO_BYTES && f.bytes.n && f.number < sizeof keys / sizeof *keys && keys[f.number];
        if (told) r->out->fact(r->out->arg, span_of(keys[f.number]), f.bytes);
    }
}

static void output(const struct reading *r, struct span message)
{
    enum { LINE = 1 };
    struct proto_field f;
    while (proto_next(&message, &f))
        if (f.number == LINE) wandb_console_lines(&r->s->console, f.bytes, line_of(r), r->s->points, r->out);
}

static void settle(const struct reading *r) { wandb_console_end(&r->s->console, line_of(r), r->s->points, r->out); }

static void finish(const struct reading *r, struct span message)
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
            wandb_console_lines(&r->s->console, f.bytes, line_of(r), r->s->points, r->out);
    }
    settle(r);
    if (state < FINISHED || state > ABORTED || (state == CRASHED && r->s->console.failed)) return;
    r->out->event(r->out->arg, line_of(r), ends[state].kind, span_of(ends[state].words));
}

static void (*const kinds[])(const struct reading *r,
                             struct span message) = {[10] = start, [11] = finish, [13] = scalar, [16] = output};

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
    s->block.start = SWANLAB_BLOCK_START;
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
