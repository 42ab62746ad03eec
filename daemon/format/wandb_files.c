/* wandb_files - what W&B and SwanLab write beside their logs: settings, the machine, last values. Facts only, and they make no run.
 *
 *   files/config.yaml            KEY:\n  value: 0.001          each setting wrapped in "value" (older, and SwanLab: with "desc"); "_wandb" is its own
 *   files/wandb-metadata.json    {"program", "args", "os", "python", "git": {"commit", "remote"}, "gpu", "gpu_count", ...}
 *   files/wandb-summary.json     {"loss": 0.1, "best": "step-60", ...}      the last value of everything: told as summary/NAME
 *   logs/debug*.log              what they themselves did: claimed, so that nobody takes it for a training log, and not read
 * The readers of JSON and YAML are those of settings.c; what they find gets the names that the .wandb file's records get.
 * Source: wandb/wandb, core/internal/runfiles, wandb/sdk/lib/config_util.py. */
#include "../../analyzers/diagnose.h"
#include "field.h"
#include "format.h"
#include "json_scan.h"

#include <stdio.h>

enum { SURE = 90, NAME_MAX_BYTES = 256, COMMAND_MAX_BYTES = 1024, SUMMARY_FACTS_MAX = 64 };

enum kind { CONFIG, METADATA, SUMMARY, OWN_LOG };

struct state {
    enum kind kind;
    void *settings; /* state of format_settings, in the arena */
    uint32_t told;  /* facts of the summary */
    bool over;      /* metadata: the command was told */
};

/* What a fact passes through on its way out. */
struct relay {
    struct state *s;
    const struct format_out *out;
};

extern const struct format format_settings;

/* ---- which file it is ---------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum kind kind;
    const char *mark; /* must stand in its beginning */
} files[] = {
    {"config.yaml", CONFIG, "_wandb:"},       {"config.yaml", CONFIG, "wandb_version:"}, {"config.yaml", CONFIG, "\n  sort: 0\n"},
    {"wandb-metadata.json", METADATA, "{"},   {"wandb-summary.json", SUMMARY, "{"},      {"debug.log", OWN_LOG, "wandb"},
    {"debug-internal.log", OWN_LOG, "wandb"}, {"debug-core.log", OWN_LOG, "\"msg\":\""},
};

static bool named(const char *path, const char *name) { return strcmp(path_name(path), name) == 0; }

static int sniff(const char *path, struct span head)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (named(path, files[i].name) && span_has(head, files[i].mark)) return SURE;
    return 0;
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (named(path, files[i].name)) s->kind = files[i].kind;
}

/* ---- names --------------------------------------------------------------------------------------------------------------- */

/* config_fact - "optimizer/value/name" is "optimizer/name"; what stands beside "value" is W&B's own. */
static void config_fact(const struct relay *r, struct span key, struct span value)
{
    static const char wrapper[] = "/value";
    char name[NAME_MAX_BYTES];
    const char *slash = memchr(key.p, '/', key.n);
    size_t n = slash ? (size_t)(slash - key.p) : key.n;
    struct span rest = span_from(key, n);
    if (!span_starts(rest, wrapper) || span_starts(key, "_wandb")) return;
    rest = span_from(rest, sizeof wrapper - 1);
    if ((rest.n && rest.p[0] != '/') || n + rest.n > sizeof name) return;
    memcpy(name, key.p, n);
    if (rest.n) memcpy(name + n, rest.p, rest.n);
    r->out->fact(r->out->arg, (struct span){name, n + rest.n}, value);
}

static void metadata_fact(const struct relay *r, struct span key, struct span value)
{
    static const char *const names[][2] = {
        {"os", "os"},
        {"python", "python_version"},
        {"docker", "docker"},
        {"host", "hostname"},
        {"gpu", "gpu"},
        {"gpu_count", "gpu_count"},
        {"cpu_count", "cpu_count"},
        {"cudaVersion", "cuda_version"},
        {"cuda", "cuda_version"},
        {"git/commit", "git_commit"},
        {"git/remote", "git_remote"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(key, names[i][0])) r->out->fact(r->out->arg, span_of(names[i][1]), value);
}

/* summary_fact - not what would be taken for a setting: the last "loss" is no loss function. */
static void summary_fact(const struct relay *r, struct span key, struct span value)
{
    static const char prefix[] = "summary/";
    char name[NAME_MAX_BYTES + sizeof prefix];
    if (key.p[0] == '_' || key.n > NAME_MAX_BYTES || r->s->told == SUMMARY_FACTS_MAX || span_has(key, "/_type")) return;
    int n = snprintf(name, sizeof name, "%s%.*s", prefix, (int)key.n, key.p);
    if (n < 0 || fact_key(name)) return;
    r->s->told++;
    r->out->fact(r->out->arg, span_of(name), value);
}

static void relay_fact(void *arg, struct span key, struct span value)
{
    static void (*const facts[])(const struct relay *r, struct span key, struct span value) = {
        [CONFIG] = config_fact, [METADATA] = metadata_fact, [SUMMARY] = summary_fact};
    const struct relay *r = arg;
    if (key.n) facts[r->s->kind](r, key, value);
}

static void relay_bad(void *arg, uint64_t line, const char *why)
{
    const struct relay *r = arg;
    r->out->bad(r->out->arg, line, why);
}

/* ---- the command --------------------------------------------------------------------------------------------------------- */

struct command {
    char text[COMMAND_MAX_BYTES];
    size_t n;
};

static void add_word(struct command *c, struct span word)
{
    if (c->n && c->n < sizeof c->text) c->text[c->n++] = ' ';
    c->n += json_scan_unescape(word, c->text + c->n, sizeof c->text - c->n);
}

/* words - a string, or the strings of a list. */
static void words(struct command *to, struct span json)
{
    struct json_cursor c = {.p = json.p, .end = json.p + json.n};
    struct span word;
    bool escaped, list = json.n && json.p[0] == '[';
    if (list) c.p++;
    while (json_scan_string(&c, &word, &escaped)) {
        add_word(to, word);
        if (!list || !json_scan_take(&c, ',')) return;
    }
}

/* member - the value of a key of the object, empty when it has none. */
static struct span member(struct span object, const char *name)
{
    struct json_cursor c = {.p = object.p, .end = object.p + object.n};
    struct span key;
    bool escaped;
    if (!json_scan_take(&c, '{')) return (struct span){"", 0};
    while (json_scan_string(&c, &key, &escaped) && json_scan_take(&c, ':')) {
        json_scan_space(&c);
        const char *from = c.p;
        if (!json_scan_skip(&c)) break;
        if (span_is(key, name)) return (struct span){from, (size_t)(c.p - from)};
        if (!json_scan_take(&c, ',')) break;
    }
    return (struct span){"", 0};
}

static void tell_command(struct span object, const struct format_out *out)
{
    struct command c = {.n = 0};
    words(&c, member(object, "program"));
    if (c.n) words(&c, member(object, "args"));
    if (c.n) out->fact(out->arg, span_of("command"), (struct span){c.text, c.n});
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    struct relay relay = {s, out};
    struct format_out inner = {.arg = &relay, .arena = out->arena, .fact = relay_fact, .bad = relay_bad};
    if (s->kind == OWN_LOG) return in.n;
    if (!s->settings) s->settings = arena_alloc(out->arena, format_settings.state_size);
    if (!s->settings) return in.n;
    size_t used = format_settings.feed(s->settings, in, at_end, &inner);
    if (used && s->kind == METADATA && !s->over) {
        s->over = true;
        tell_command(in, out);
    }
    return used;
}

const struct format format_wandb_files = {
    .name = "wandb_files",
    .summary = "W&B's config.yaml, wandb-metadata.json, wandb-summary.json; its own debug logs are set aside",
    .globs = "config.yaml wandb-metadata.json wandb-summary.json debug.log debug-internal.log",
    .growth = GROWTH_SETTINGS,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .init = init,
    .feed = feed,
};
