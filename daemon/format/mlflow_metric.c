/* mlflow_metric - one metric of a run in MLflow's file store: mlruns/<experiment>/<run id>/metrics/<key>, the key being the name.
 *
 *   1700000000123 0.2431 17                  milliseconds since 1970, the value as Python's repr, the step
 *   1700000000124 nan 18 digits 5ea31f7      a metric of a data set: its name and digest behind it
 *   1700000000125 0.25                       old versions: no step, which is 0
 * Appended, each line by one write (mlflow/mlflow: mlflow/store/tracking/file_store.py, _log_run_metric). MLflow's own reader
 * takes the step of a line with five fields for 0; here it is the one that was written. A line without its end was torn, and is
 * never used. */
#include "field.h"
#include "mlflow.h"

#include "../base/num.h"

enum { LINE_MAX_BYTES = 4096, FIELDS_MAX = 5, IN_STORE = 100, BY_SHAPE = 60, DIGITS_OF_MS = 13 };

struct state {
    struct mlflow_rows rows;
    uint64_t line; /* newlines passed */
    size_t name_bytes;
    int series;
    enum axis axis;
    bool named, skipping; /* named: series is that of axis */
    char name[MLFLOW_KEY_MAX_BYTES];
};

struct row {
    int64_t time_ms, step;
    double value;
    int fields;
};

/* read_row - false when it is none: 2, 3 or 5 fields, and at least the first three are what they must be. */
static bool read_row(struct span line, struct row *row)
{
    struct span field[FIELDS_MAX];
    int n = 0;
    for (line = span_trim(line); line.n; n++) {
        const char *blank = memchr(line.p, ' ', line.n);
        if (n == FIELDS_MAX) return false;
        field[n] = (struct span){line.p, blank ? (size_t)(blank - line.p) : line.n};
        line = span_from(line, field[n].n + 1);
    }
    *row = (struct row){.fields = n};
    if (n != 2 && n != 3 && n != 5) return false;
    return num_integer(field[0], &row->time_ms) && num_parse(field[1], &row->value) &&
           (n == 2 || num_integer(field[2], &row->step));
}

/* The file's path below metrics/, where the store is not as it should be its last part. */
static struct span name_of(const char *path)
{
    struct span key = mlflow_key(path, "metrics");
    return key.p ? key : span_of(path_name(path));
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    struct span name = name_of(path);
    s->name_bytes = name.n < sizeof s->name ? name.n : sizeof s->name;
    memcpy(s->name, name.p, s->name_bytes);
}

static void tell(struct state *s, struct span line, const struct format_out *out)
{
    struct row row;
    enum axis axis;
    if (!span_trim(line).n) return;
    if (!read_row(line, &row)) {
        out->bad(out->arg, s->line + 1, "a line that is no 'time value step'");
        return;
    }
    int64_t step = mlflow_step(&s->rows, row.step, &axis);
    if (!s->named || s->axis != axis) s->series = out->series(out->arg, (struct span){s->name, s->name_bytes}, axis);
    s->named = true;
    s->axis = axis;
    if (s->series >= 0) out->point(out->arg, s->series, step, field_time((double)row.time_ms), row.value, s->line + 1);
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t used = 0;
    while (used < in.n) {
        struct span rest = span_from(in, used);
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        if (!end && !at_end && n <= LINE_MAX_BYTES) break;
        if (!s->skipping && (!end || n > LINE_MAX_BYTES))
            out->bad(out->arg, s->line + 1, n > LINE_MAX_BYTES ? "a line that is too long" : "the last line was torn");
        else if (!s->skipping) tell(s, (struct span){rest.p, n}, out);
        s->skipping = !end && !at_end;
        s->line += end != NULL;
        used += n + (end != NULL);
    }
    return used;
}

/* sniff - in the store its place and its first line say it all; elsewhere the line must have all that a new one has. */
static int sniff(const char *path, struct span head)
{
    struct row row;
    const char *end = memchr(head.p, '\n', head.n);
    struct span line = {head.p, end ? (size_t)(end - head.p) : head.n};
    if (!line.n || line.n > LINE_MAX_BYTES || !read_row(line, &row)) return 0;
    if (mlflow_key(path, "metrics").p) return IN_STORE;
    return end && row.fields == 3 && strspn(line.p, "0123456789") == DIGITS_OF_MS ? BY_SHAPE : 0;
}

const struct format format_mlflow_metric = {
    .name = "mlflow_metric",
    .summary = "MLflow file store: one metric of a run, named by its path",
    .globs = "mlruns/*/*/metrics/*",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .init = init,
    .sniff = sniff,
    .feed = feed,
};
