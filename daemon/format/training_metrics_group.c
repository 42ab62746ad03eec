/* training_metrics_group - lists that stand in an object of their own, with their own steps and times beside them.
 *
 *   {"training.loss": {"steps": [0, 10], "timestamps": ["2026-01-05T10:00:00.5", ...], "values": [2.31, 1.92]}, ...
 *       metrics.json of Sacred (IDSIA/sacred: sacred/observers/file_storage.py, log_metrics), whose keys are sorted; a number of numpy
 *       is {"dtype": "float64", "py/object": "numpy.float64", "value": 2.31} there
 *   {"train": {"epoch": [1, 2], "loss": [2.3, 1.9]}, "val": {"epoch": [2], "loss": [2.1]}}       loops of one's own
 * "values" has the name of its object, any other list its own behind it. */
#include <stdio.h>

#include "../base/num.h"
#include "json_scan.h"
#include "training_metrics.h"

enum { LIST_MAX = 1 << 20 };

static void put(struct laid_list *l, double value, struct arena *arena)
{
    if (l->n == LIST_MAX) return;
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 64;
        double *more = arena_alloc(arena, cap * sizeof *more);
        if (!more) return;
        if (l->n) memcpy(more, l->at, l->n * sizeof *more);
        l->at = more;
        l->cap = cap;
    }
    l->at[l->n++] = value;
}

static void begin(struct laid_group *g, struct span parent, struct span counter, enum axis axis)
{
    laid_keep(&g->parent, parent);
    laid_keep(&g->counter, counter);
    g->axis = axis;
    g->steps.n = g->times.n = 0;
    g->hand.open = false;
}

static double time_of(struct span raw)
{
    double value;
    if (raw.n >= 2 && raw.p[0] == '"') return field_time_text((struct span){raw.p + 1, raw.n - 2});
    return num_parse(raw, &value) ? field_time(value) : (double)NAN;
}

static void numpy_value(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    (void)raw;
    if (kind == JSON_NUMBER && span_is(path, "value")) *(double *)arg = value;
}

/* number_of - a scalar, or numpy's number as an object; false for a missing value and anything else. */
static bool number_of(struct span raw, double *value)
{
    if (!raw.n || span_is(raw, "null")) return false;
    if (raw.p[0] != '{') return laid_number(raw, value);
    struct json_cursor c = {.p = raw.p, .end = raw.p + raw.n};
    *value = (double)NAN;
    return json_scan_object(&c, &(struct json_sink){value, numpy_value});
}

/* is_row - an object that is no number of numpy's: a record of its own. */
static bool is_row(struct span raw) { return raw.n && raw.p[0] == '{' && !span_has(raw, "\"value\""); }

static void tell(struct laid_group *g, int series, int64_t index, double value, uint64_t line, const struct format_out *out)
{
    size_t i = (size_t)index;
    if (i >= g->steps.n) {
        laid_too_long(&g->hand, line, out);
        return;
    }
    double step = g->steps.at[i], time = i < g->times.n ? g->times.at[i] : (double)NAN;
    if (series >= 0) out->point(out->arg, series, field_is_step(step) ? (int64_t)step : index, time, value, line);
}

bool laid_group_item(struct laid_group *g, struct span path, int64_t index, struct span raw, uint64_t line,
                     const struct format_out *out)
{
    enum axis axis;
    double value = (double)NAN;
    const char *slash = memrchr(path.p ? path.p : "", '/', path.n);
    if (!slash || slash == path.p || path.n >= LAID_KEY_BYTES) return false;
    struct span parent = {path.p, (size_t)(slash - path.p)}, key = span_from(path, parent.n + 1);
    bool same = laid_is(&g->parent, parent), counter = laid_counter(key, &axis);
    if (counter && !index && !same) begin(g, parent, key, axis), same = true;
    if (!same || (counter && !laid_is(&g->counter, key)) || is_row(raw)) return false;
    if (counter) {
        put(&g->steps, laid_number(raw, &value) ? value : (double)NAN, out->arena);
        return true;
    }
    if (span_is(key, "timestamps")) {
        put(&g->times, time_of(raw), out->arena);
        return true;
    }
    if (!number_of(raw, &value)) return true;
    tell(g, laid_series(&g->hand, path, span_is(key, "values") ? parent : path, g->axis, out), index, value, line, out);
    return true;
}
