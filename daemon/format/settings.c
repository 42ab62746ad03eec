/* settings - config.json, hparams.yaml, all_results.json: what the run was told, and its sums. Facts only; such a file makes no run.
 *
 * JSON is one object, told when it is whole. Of YAML the part that trainers write their settings in is read, line by line, so that a
 * file may be read while it grows: `key: value` and nesting by indentation; lists, anchors, tags and block texts are passed over. */
#include <ctype.h>

#include "format.h"
#include "json_scan.h"

enum { SURE = 60, LEVELS = 8, KEY_BYTES = 256, LINE_MAX_BYTES = 4096 };

struct state {
    struct {
        size_t indent, key_bytes; /* key_bytes: of the path above this level */
    } level[LEVELS];
    size_t depth;
    char path[KEY_BYTES];
    size_t path_bytes;
    bool yaml, skipping, whole; /* within a line that is too long; the JSON object was told */
};

static const char *const names[] = {"config.json",
                                    "args.json",
                                    "params.json",
                                    "hparams.json",
                                    "sft_args.json",
                                    "ds_config.json",
                                    "hyperparameters.json",
                                    "hyperparams.json",
                                    "flags.json",
                                    "hparams.yaml",
                                    "hparams.yml",
                                    "args.yaml",
                                    "config.yaml",
                                    "params.yaml",
                                    "config.yml",
                                    "opt.yaml",
                                    "opts.yaml",
                                    "cfg.yaml",
                                    "hyperparameters.yaml",
                                    "training_args.yaml",
                                    "adapter_config.json",
                                    NULL};

/* of_trainer - train_results.json and the like of the Hugging Face Trainer; others put whole benchmarks into files of that name. */
static bool of_trainer(const char *name, struct span head)
{
    static const char ending[] = "_results.json";
    size_t n = strlen(name), k = sizeof ending - 1;
    return n > k && strcmp(name + n - k, ending) == 0 && span_has(head, "_runtime\"");
}

/* of_sacred - run.json: what ran where, and how it ended (IDSIA/sacred: sacred/observers/file_storage.py). */
static bool of_sacred(const char *name, struct span head)
{
    return strcmp(name, "run.json") == 0 && span_has(head, "\"experiment\"") && span_has(head, "\"heartbeat\"");
}

static int sniff(const char *path, struct span head)
{
    const char *name = path_name(path);
    head = span_trim(head);
    if (!head.n) return 0;
    bool known = of_trainer(name, head) || of_sacred(name, head);
    for (size_t i = 0; names[i] && !known; i++) known = strcmp(name, names[i]) == 0;
    return known && (head.p[0] == '{' || memchr(head.p, ':', head.n)) ? SURE : 0;
}

/* ---- JSON -------------------------------------------------------------------------------------------------------------- */

static void nothing(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    (void)arg, (void)path, (void)kind, (void)raw, (void)value;
}

static void tell(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    const struct format_out *out = arg;
    (void)value;
    if (path.n && kind != JSON_SKIPPED && !span_is(raw, "null")) out->fact(out->arg, path, raw);
}

static size_t feed_json(struct span in, int at_end, const struct format_out *out)
{
    struct json_cursor check = {in.p, in.p + in.n, JSON_OK}, again = check;
    bool whole = json_scan_object(&check, &(struct json_sink){NULL, nothing});
    if (!whole && check.state == JSON_TORN && !at_end && in.n < FORMAT_RECORD_MAX_BYTES) return 0;
    if (whole) json_scan_object(&again, &(struct json_sink){(void *)out, tell});
    else out->bad(out->arg, 1, "settings that are no JSON object");
    return in.n;
}

/* ---- YAML -------------------------------------------------------------------------------------------------------------- */

static struct span unquote(struct span value)
{
    value = span_trim(value);
    const char *close =
        value.n > 1 && (value.p[0] == '"' || value.p[0] == '\'') ? memchr(value.p + 1, value.p[0], value.n - 1) : NULL;
    if (close) return (struct span){value.p + 1, (size_t)(close - value.p - 1)};
    for (size_t i = 1; i < value.n; i++)
        if (value.p[i] == '#' && value.p[i - 1] == ' ') return span_trim((struct span){value.p, i});
    return value;
}

/* The path of a key at this indentation: what is deeper or as deep is over. False when it is too long or too deep. */
static bool enter(struct state *s, size_t indent, struct span key)
{
    while (s->depth && s->level[s->depth - 1].indent >= indent) s->path_bytes = s->level[--s->depth].key_bytes;
    if (s->depth == LEVELS || s->path_bytes + key.n + 1 >= KEY_BYTES) return false;
    s->level[s->depth].indent = indent;
    s->level[s->depth++].key_bytes = s->path_bytes;
    if (s->path_bytes) s->path[s->path_bytes++] = '/';
    memcpy(s->path + s->path_bytes, key.p, key.n);
    s->path_bytes += key.n;
    return true;
}

static void yaml_line(struct state *s, struct span line, const struct format_out *out)
{
    size_t indent = 0, colon = 0;
    while (indent < line.n && line.p[indent] == ' ') indent++;
    struct span rest = span_from(line, indent);
    while (colon < rest.n && rest.p[colon] != ':') colon++;
    if (colon == 0 || colon == rest.n || (colon + 1 < rest.n && !span_blank_char(rest.p[colon + 1]))) return;
    if (!isalnum((unsigned char)rest.p[0]) && rest.p[0] != '_') return; /* a list item, a comment, a quoted key */
    struct span key = span_trim((struct span){rest.p, colon}), value = unquote(span_from(rest, colon + 1));
    if (!enter(s, indent, key) || !value.n || strchr("|>&!", value.p[0]) || span_is(value, "null")) return;
    out->fact(out->arg, (struct span){s->path, s->path_bytes}, value);
}

static size_t feed_yaml(struct state *s, struct span in, int at_end, const struct format_out *out)
{
    size_t used = 0;
    while (used < in.n) {
        struct span rest = span_from(in, used);
        const char *end = memchr(rest.p, '\n', rest.n);
        if (!end && !at_end && rest.n <= LINE_MAX_BYTES) return used;
        struct span line = {rest.p, end ? (size_t)(end - rest.p) : rest.n};
        if (!s->skipping && line.n <= LINE_MAX_BYTES) yaml_line(s, line, out);
        s->skipping = !end && !at_end;
        used += line.n + (end != NULL);
    }
    return used;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    struct span text = span_trim(in);
    if (s->whole) return in.n;
    if (!s->yaml && !text.n) return at_end || in.n >= FORMAT_RECORD_MAX_BYTES ? in.n : 0;
    s->yaml = s->yaml || text.p[0] != '{';
    if (s->yaml) return feed_yaml(s, in, at_end, out);
    size_t used = feed_json(in, at_end, out);
    s->whole = used > 0;
    return used;
}

const struct format format_settings = {.name = "settings",
                                       .summary = "settings of the run (JSON or YAML)",
                                       .globs = "config.json hparams.yaml args.yaml params.json *_results.json",
                                       .growth = GROWTH_SETTINGS,
                                       .state_size = sizeof(struct state),
                                       .sniff = sniff,
                                       .feed = feed};
