/* mlflow - see mlflow.h. */
#include "mlflow.h"

#include <stdio.h>

enum { RUN_ID_DIGITS = 32, ROWS_AT_ZERO_MAX = 2 }; /* a step of 0 in two rows is a value logged twice; in three it is none */

static bool is_run_id(struct span name)
{
    size_t digits = 0;
    while (digits < name.n && strchr("0123456789abcdef", name.p[digits]) && name.p[digits]) digits++;
    return digits == RUN_ID_DIGITS && name.n == RUN_ID_DIGITS;
}

struct span mlflow_key(const char *path, const char *folder)
{
    for (const char *p = path, *slash; (slash = strchr(p, '/')); p = slash + 1) {
        if (!is_run_id((struct span){p, (size_t)(slash - p)})) continue;
        struct span rest = span_of(slash + 1);
        if (!folder) return rest;
        size_t n = strlen(folder);
        if (span_starts(rest, folder) && rest.n > n + 1 && rest.p[n] == '/') return span_from(rest, n + 1);
    }
    return (struct span){NULL, 0};
}

int64_t mlflow_step(struct mlflow_rows *rows, int64_t step, enum axis *axis)
{
    uint64_t row = rows->n++;
    rows->stepped = rows->stepped || step != 0;
    bool counted = !rows->stepped && row >= ROWS_AT_ZERO_MAX;
    *axis = counted ? AXIS_RECORD : AXIS_STEP;
    return counted ? (int64_t)row : step;
}

static void fact(const struct format_out *out, struct span key, struct span value)
{
    if (key.n && key.n <= MLFLOW_KEY_MAX_BYTES && value.n && value.n <= MLFLOW_VALUE_MAX_BYTES) out->fact(out->arg, key, value);
}

void mlflow_param(const struct format_out *out, struct span key, struct span value) { fact(out, key, value); }

/* Tags that MLflow sets itself; the last that fits. as: NULL leaves it out. */
static const struct {
    const char *start, *as;
} tags[] = {{"mlflow.", NULL},
            {"mlflow.runName", "run_name"},
            {"mlflow.source.name", "command"},
            {"mlflow.source.git.commit", "git_commit"},
            {"mlflow.source.git.branch", "git_branch"},
            {"mlflow.project.entryPoint", "entry_point"},
            {"mlflow.parentRunId", "mlflow_parent_run"},
            {"mlflow.autologging", "framework"}};

void mlflow_tag(const struct format_out *out, struct span key, struct span value)
{
    const char *as = NULL;
    bool own = false;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (i == 0 ? span_starts(key, tags[i].start) : span_is(key, tags[i].start)) own = true, as = tags[i].as;
    if (own && as) fact(out, span_of(as), value);
    if (!own) fact(out, key, value);
}

void mlflow_status(const struct format_out *out, uint64_t line, struct span status)
{
    static const struct {
        const char *number, *word;
        enum event end;
    } states[] = {{"1", "RUNNING", EVENT_NONE},
                  {"2", "SCHEDULED", EVENT_NONE},
                  {"3", "FINISHED", EVENT_FINISHED},
                  {"4", "FAILED", EVENT_TRACEBACK},
                  {"5", "KILLED", EVENT_KILLED}};
    char text[64];
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!span_is(status, states[i].number) && !span_is(status, states[i].word)) continue;
        fact(out, span_of("mlflow_status"), span_of(states[i].word));
        int n = snprintf(text, sizeof text, "MLflow closed the run as %s", states[i].word);
        if (states[i].end != EVENT_NONE) out->event(out->arg, line, states[i].end, (struct span){text, (size_t)n});
    }
}
