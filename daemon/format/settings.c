/* settings - config.json, hparams.yaml, all_results.json: what the run was told, and its sums. Facts only; such a file makes no run.
 *
 * It is known by its name, or by a name that speaks of settings and two of them in it.
 *
 * JSON is one object, told when it is whole. Of YAML the part that trainers write their settings in is read, line by line, so that a
 * file may be read while it grows: `key: value`, nesting by indentation, {flow: maps}, and lists of maps as if they were one; anchors, tags
 * and block texts are passed over. TOML, INI, gin and the overrides of Hydra are read alike: `key = value` below a [section]. */
#include <ctype.h>
#include <strings.h>

#include "../../analyzers/diagnose.h"
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
    bool yaml, skipping, whole, section; /* within a line that is too long; the JSON object was told; below a [section] */
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

static bool key_char(char c) { return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-'; }

/* How many names of settings that causes know stand in front of a ':' or a '='? */
static size_t known_settings(struct span head)
{
    size_t known = 0, n;
    for (size_t i = 0; i < head.n; i += n + 1) {
        char key[64];
        for (n = 0; i + n < head.n && key_char(head.p[i + n]);) n++;
        size_t end = i + n;
        while (end < head.n && end < i + n + 3 && (head.p[end] == '"' || head.p[end] == ' ')) end++;
        if (!n || n >= sizeof key || end >= head.n || (head.p[end] != ':' && head.p[end] != '=')) continue;
        memcpy(key, head.p + i, n);
        key[n] = '\0';
        known += fact_key(key) != NULL;
    }
    return known;
}

/* speaks_of_settings - train_config.json, experiment.toml, operative_config-0.gin, .hydra/overrides.yaml: by name and by content. */
static bool speaks_of_settings(const char *name, struct span head)
{
    static const char *const words[] = {"config", "conf", "cfg",   "args",  "param",  "setting",
                                        "option", "opts", "hyper", "flags", "recipe", "override"};
    static const char *const others[] = {"train", "experiment"}; /* of JSON that may as well be a log */
    static const char *const endings[] = {".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".gin"};
    enum { ENOUGH = 2 };
    const char *dot = strrchr(name, '.');
    bool ends = false, speaks = false;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++) ends = ends || strcasecmp(dot, endings[i]) == 0;
    if (!ends || strcasestr(name, "metric") || strcasestr(name, "result")) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) speaks = speaks || strcasestr(name, words[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others && strcasecmp(dot, ".json") != 0; i++)
        speaks = speaks || strcasestr(name, others[i]);
    return speaks && known_settings(head) >= ENOUGH;
}

static int sniff(const char *path, struct span head)
{
    const char *name = path_name(path);
    head = span_trim(head);
    if (!head.n) return 0;
    bool known = of_trainer(name, head) || of_sacred(name, head);
    for (size_t i = 0; names[i] && !known; i++) known = strcmp(name, names[i]) == 0;
    known = known || speaks_of_settings(name, head);
    return known && (head.p[0] == '{' || memchr(head.p, ':', head.n) || memchr(head.p, '=', head.n)) ? SURE : 0;
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

/* flow_map - `{name: adamw, lr: 0.003}`: what is in it lies below the key. Maps within are passed over. */
static void flow_map(const struct state *s, struct span map, const struct format_out *out)
{
    char path[KEY_BYTES];
    for (struct span rest = {map.p + 1, map.n - 2}; rest.n;) {
        const char *comma = memchr(rest.p, ',', rest.n);
        struct span item = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        rest = span_from(rest, item.n + (comma != NULL));
        const char *colon = memchr(item.p, ':', item.n);
        struct span key = span_trim((struct span){item.p, colon ? (size_t)(colon - item.p) : 0});
        if (!key.n || s->path_bytes + key.n + 1 > sizeof path || memchr(item.p, '{', item.n)) continue;
        memcpy(path, s->path, s->path_bytes);
        path[s->path_bytes] = '/';
        memcpy(path + s->path_bytes + 1, key.p, key.n);
        struct span value = unquote(span_from(item, (size_t)(colon - item.p) + 1));
        if (value.n) out->fact(out->arg, (struct span){path, s->path_bytes + 1 + key.n}, value);
    }
}

/* section - "[optimizer]" of TOML and INI: what follows lies below it. */
static bool section(struct state *s, struct span line)
{
    line = span_trim(line);
    if (line.n < 3 || line.p[0] != '[' || line.p[line.n - 1] != ']' || memchr(line.p, ',', line.n)) return false;
    s->depth = s->path_bytes = 0;
    s->section = true;
    return enter(s, 0, (struct span){line.p + 1, line.n - 2});
}

/* unmarked - a line of a list, an option: "- lr: 0.1" lies as deep as its key, "--lr=0.1" is lr. */
static struct span unmarked(struct span line, size_t *indent)
{
    while (*indent < line.n && line.p[*indent] == ' ') ++*indent;
    struct span rest = span_from(line, *indent);
    if (span_starts(rest, "- ")) *indent += 2;
    else if (!span_starts(rest, "--")) return rest;
    return span_trim(span_from(rest, 2));
}

static void yaml_line(struct state *s, struct span line, const struct format_out *out)
{
    size_t indent = 0, n = 0;
    struct span rest = unmarked(line, &indent);
    if (!indent && section(s, rest)) return;
    while (n < rest.n && rest.p[n] != ':' && rest.p[n] != '=') n++;
    if (n == 0 || n == rest.n || (rest.p[n] == ':' && n + 1 < rest.n && !span_blank_char(rest.p[n + 1]))) return;
    if (!isalnum((unsigned char)rest.p[0]) && rest.p[0] != '_') return; /* a comment, a quoted key */
    struct span key = span_trim((struct span){rest.p, n}), value = unquote(span_from(rest, n + 1));
    if (rest.p[n] == '=' && value.n && value.p[0] == '@') value = span_from(value, 1); /* gin's reference to a function */
    if (!enter(s, indent + s->section, key) || !value.n || strchr("|>&!", value.p[0]) || span_is(value, "null")) return;
    if (value.n > 2 && value.p[0] == '{' && value.p[value.n - 1] == '}') flow_map(s, value, out);
    else out->fact(out->arg, (struct span){s->path, s->path_bytes}, value);
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
                                       .summary = "settings of the run (JSON, YAML, TOML, INI, gin)",
                                       .globs = "config.json hparams.yaml *args*.json *config*.toml *.gin *_results.json",
                                       .growth = GROWTH_SETTINGS,
                                       .state_size = sizeof(struct state),
                                       .sniff = sniff,
                                       .feed = feed};
