/* mlflow_param - what MLflow's file store says of a run besides its metrics: params/<key>, tags/<key>, meta.yaml. Facts, and its end.
 *
 * A parameter's file is its value, without a newline, so it is complete when no more bytes come. meta.yaml is flat, `key: value`,
 * and replaced by a new file when the run ends:
 *   run_name: brave-cat-12
 *   start_time: 1700000000000     ms
 *   status: 3                     1 running, 2 scheduled, 3 finished, 4 failed, 5 killed */
#include "mlflow.h"

enum { FILE_MAX_BYTES = 64 << 10, IN_STORE = 95 };

enum part { META, PARAM, TAG, NOTHING };

struct state {
    enum part part;
    bool told;
    size_t key_bytes;
    char key[MLFLOW_KEY_MAX_BYTES];
};

static enum part part_of(const char *path, struct span *key)
{
    struct span own = mlflow_key(path, NULL);
    if (own.p && span_is(own, "meta.yaml")) return META;
    if ((*key = mlflow_key(path, "params")).p) return PARAM;
    return (*key = mlflow_key(path, "tags")).p ? TAG : NOTHING;
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    struct span key = {NULL, 0};
    s->part = part_of(path, &key);
    if (key.n > sizeof s->key) s->part = NOTHING;
    else if (key.p) memcpy(s->key, key.p, s->key_bytes = key.n);
}

/* Values are plain or in single quotes: 'it''s' where YAML would take them for something else. Names that need more stay quoted. */
static struct span unquoted(struct span value)
{
    bool quoted = value.n >= 2 && (value.p[0] == '\'' || value.p[0] == '"') && value.p[value.n - 1] == value.p[0];
    return quoted ? (struct span){value.p + 1, value.n - 2} : value;
}

static void meta_line(struct span line, uint64_t number, const struct format_out *out)
{
    static const char *const told[][2] = {
        {"run_name", "run_name"}, {"run_id", "mlflow_run"}, {"source_name", "command"}, {"source_version", "git_commit"}};
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon) return;
    struct span key = {line.p, (size_t)(colon - line.p)}, value = unquoted(span_trim(span_from(line, key.n + 1)));
    if (span_is(key, "status")) mlflow_status(out, number, value);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (span_is(key, told[i][0]) && !span_is(value, "null")) mlflow_param(out, span_of(told[i][1]), value);
}

static void tell_meta(struct span text, const struct format_out *out)
{
    for (uint64_t number = 1; text.n; number++) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        meta_line((struct span){text.p, n}, number, out);
        text = span_from(text, n + 1);
    }
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    bool too_long = in.n > FILE_MAX_BYTES;
    if (s->told) return in.n;
    if (!at_end && !too_long) return 0;
    s->told = true;
    if (too_long) out->bad(out->arg, 1, "a setting of more than 64 KiB");
    else if (s->part == META) tell_meta(in, out);
    else if (s->part == PARAM) mlflow_param(out, (struct span){s->key, s->key_bytes}, span_trim(in));
    else if (s->part == TAG) mlflow_tag(out, (struct span){s->key, s->key_bytes}, span_trim(in));
    return in.n;
}

static int sniff(const char *path, struct span head)
{
    struct span key = {NULL, 0};
    enum part part = part_of(path, &key);
    if (part == META) return span_has(head, "run_id:") || span_has(head, "run_uuid:") ? IN_STORE : 0;
    return part == NOTHING ? 0 : IN_STORE;
}

const struct format format_mlflow_param = {
    .name = "mlflow_param",
    .summary = "MLflow file store: parameters, tags and the state of a run",
    .globs = "mlruns/*/*/params/* mlruns/*/*/tags/* mlruns/*/*/meta.yaml",
    .growth = GROWTH_SETTINGS,
    .state_size = sizeof(struct state),
    .init = init,
    .sniff = sniff,
    .feed = feed,
};
