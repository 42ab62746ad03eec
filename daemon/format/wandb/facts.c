/* wandb_facts - see wandb/facts.h. */
#include "facts.h"

#include <stdio.h>

#include "../../../analyzers/diagnose.h"
#include "../../base/num.h"
#include "../json_scan.h"

enum { COMMAND_MAX_BYTES = 1024, FACT_MAX_BYTES = 1024 };

static void tell(const struct format_out *out, const char *key, struct span value)
{
    if (value.n > FACT_MAX_BYTES) value.n = FACT_MAX_BYTES;
    if (value.n) out->fact(out->arg, span_of(key), value);
}

static void tell_number(const struct format_out *out, const char *key, uint64_t value)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    tell(out, key, (struct span){text, (size_t)n});
}

/* ---- fields that are facts as they stand --------------------------------------------------------------------------------- */

struct plain {
    uint32_t number;
    const char *key;
};

/* tell_plain - the fields of the table, which a NULL key ends. */
static void tell_plain(struct span message, const struct plain *table, const struct format_out *out)
{
    struct proto_field f;
    while (proto_next(&message, &f)) {
        const struct plain *row = table;
        while (row->key && row->number != f.number) row++;
        if (!row->key) continue;
        if (f.wire == PROTO_BYTES) tell(out, row->key, f.bytes);
        else if (f.wire == PROTO_VARINT) tell_number(out, row->key, f.value);
    }
}

static const struct plain run_table[] = {{1, "run_id"},    {3, "project"},   {6, "group"},    {7, "job_type"}, {8, "run_name"},
                                         {12, "sweep_id"}, {13, "hostname"}, {18, "resumed"}, {0, NULL}};
static const struct plain git_table[] = {{1, "git_remote"}, {2, "git_commit"}, {0, NULL}};
static const struct plain machine_table[] = {{1, "os"},         {2, "python_version"}, {4, "docker"},
                                             {12, "hostname"},  {16, "cpu_count"},     {18, "gpu"},
                                             {19, "gpu_count"}, {25, "cuda_version"},  {0, NULL}};
static const struct plain gpu_table[] = {{1, "gpu"}, {2, "gpu_memory_bytes"}, {0, NULL}};
static const struct plain version_table[] = {{4, "python_version"}, {5, "wandb_version"}, {6, "transformers_version"}, {0, NULL}};

/* The library that trains, if it was imported: what builds on others stands first. */
static const struct plain framework_table[] = {{11, "transformers"},
                                               {106, "lightning"},
                                               {9, "pytorch_lightning"},
                                               {4, "fastai"},
                                               {2, "keras"},
                                               {3, "tensorflow"},
                                               {1, "torch"},
                                               {12, "jax"},
                                               {6, "xgboost"},
                                               {8, "lightgbm"},
                                               {7, "catboost"},
                                               {5, "sklearn"},
                                               {0, NULL}};

void wandb_facts_telemetry(struct span message, const struct format_out *out)
{
    enum { IMPORTS_INIT = 1, IMPORTS_FINISH = 2 };
    size_t best = sizeof framework_table / sizeof *framework_table - 1;
    struct span rest = message;
    struct proto_field f, import;
    tell_plain(message, version_table, out);
    while (proto_next(&rest, &f)) {
        if ((f.number != IMPORTS_INIT && f.number != IMPORTS_FINISH) || f.wire != PROTO_BYTES) continue;
        while (proto_next(&f.bytes, &import))
            for (size_t i = 0; i < best; i++)
                if (framework_table[i].number == import.number && import.value) best = i;
    }
    if (framework_table[best].key) tell(out, "framework", span_of(framework_table[best].key));
}

void wandb_facts_run(struct span message, const struct format_out *out)
{
    enum { CONFIG = 4, TELEMETRY = 19, GIT = 21 };
    struct proto_field f;
    tell_plain(message, run_table, out);
    while (proto_next(&message, &f)) {
        if (f.number == CONFIG) wandb_facts_config(f.bytes, out);
        else if (f.number == TELEMETRY) wandb_facts_telemetry(f.bytes, out);
        else if (f.number == GIT) tell_plain(f.bytes, git_table, out);
    }
}

static void add_word(char *to, size_t *n, struct span word)
{
    if (*n && *n < COMMAND_MAX_BYTES) to[(*n)++] = ' ';
    size_t room = COMMAND_MAX_BYTES - *n, length = word.n < room ? word.n : room;
    memcpy(to + *n, word.p, length);
    *n += length;
}

void wandb_facts_environment(struct span message, const struct format_out *out)
{
    enum { ARGS = 5, PROGRAM = 6, GIT = 9, GPU_NVIDIA = 24 };
    char command[COMMAND_MAX_BYTES];
    struct proto_field f;
    size_t n = 0;
    tell_plain(message, machine_table, out);
    struct span arguments = message;
    while (proto_next(&message, &f)) {
        if (f.number == GIT) tell_plain(f.bytes, git_table, out);
        else if (f.number == GPU_NVIDIA) tell_plain(f.bytes, gpu_table, out);
        else if (f.number == PROGRAM) add_word(command, &n, f.bytes);
    }
    while (n && proto_next(&arguments, &f))
        if (f.number == ARGS) add_word(command, &n, f.bytes);
    tell(out, "command", (struct span){command, n});
}

void wandb_facts_exit(struct span message, bool failed, uint64_t line, const struct format_out *out)
{
    enum { EXIT_CODE = 1, NOT_COMPLETE = 3, INTERRUPTED = 255 };
    struct proto_field f;
    char text[64];
    int code = 0;
    bool over = true;
    while (proto_next(&message, &f)) {
        if (f.number == EXIT_CODE) code = (int)(uint32_t)f.value;
        else if (f.number == NOT_COMPLETE) over = !f.value;
    }
    enum event kind = code == 0 ? EVENT_FINISHED : code == INTERRUPTED ? EVENT_INTERRUPTED : EVENT_TRACEBACK;
    int n = snprintf(text, sizeof text, "the run ended with exit code %d", code);
    if (over && (code == 0 || !failed)) out->event(out->arg, line, kind, (struct span){text, (size_t)n});
}

/* ---- config and summary: names with JSON values -------------------------------------------------------------------------- */

struct member {
    char name[FIELD_NAME_MAX_BYTES];
    size_t n;
    const struct format_out *out;
};

static void add_key(struct member *m, struct span key)
{
    size_t room = sizeof m->name - m->n - (m->n > 0), n = key.n < room ? key.n : room;
    if (m->n == sizeof m->name) return;
    if (m->n) m->name[m->n++] = '/';
    memcpy(m->name + m->n, key.p, n);
    m->n += n;
}

/* read_member - the name of an item; returns its value, empty when it has none. */
static struct span read_member(struct span item, struct member *m)
{
    enum { KEY = 1, NESTED_KEY = 2, VALUE_JSON = 16 };
    struct span json = {"", 0};
    struct proto_field f;
    m->n = 0;
    while (proto_next(&item, &f)) {
        if (f.number == KEY || f.number == NESTED_KEY) add_key(m, f.bytes);
        else if (f.number == VALUE_JSON) json = f.bytes;
    }
    return json;
}

/* plain_text - a JSON scalar as people write it: strings without quotes and escapes. Empty for null, lists and objects. */
static struct span plain_text(struct span json, char to[FACT_MAX_BYTES])
{
    struct json_cursor c = {.p = json.p, .end = json.p + json.n};
    struct span raw = {"", 0}, none = {"", 0};
    bool escaped;
    if (!json.n || json.p[0] == '{' || json.p[0] == '[' || span_is(json, "null")) return none;
    if (json.p[0] != '"') return json;
    if (!json_scan_string(&c, &raw, &escaped)) return none;
    return escaped ? (struct span){to, json_scan_unescape(raw, to, FACT_MAX_BYTES)} : raw;
}

static void config_member(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct member *m = arg;
    char text[FACT_MAX_BYTES];
    size_t outer = m->n;
    (void)value;
    if (!path.n || kind == JSON_SKIPPED || span_is(raw, "null")) return;
    if (kind == JSON_TEXT && memchr(raw.p, '\\', raw.n)) raw = (struct span){text, json_scan_unescape(raw, text, sizeof text)};
    if (raw.n > FACT_MAX_BYTES) raw.n = FACT_MAX_BYTES;
    add_key(m, path);
    if (raw.n) m->out->fact(m->out->arg, (struct span){m->name, m->n}, raw);
    m->n = outer;
}

void wandb_facts_config(struct span message, const struct format_out *out)
{
    enum { UPDATE = 1 };
    struct proto_field f;
    struct member m = {.out = out};
    while (proto_next(&message, &f)) {
        if (f.number != UPDATE) continue;
        struct span json = read_member(f.bytes, &m);
        struct json_cursor whole = {.p = json.p, .end = json.p + json.n}, c = whole;
        char text[FACT_MAX_BYTES];
        if (!m.n || span_starts((struct span){m.name, m.n}, "_wandb")) continue;
        struct span scalar = plain_text(json, text);
        if (scalar.n > FACT_MAX_BYTES) scalar.n = FACT_MAX_BYTES;
        if (scalar.n) out->fact(out->arg, (struct span){m.name, m.n}, scalar);
        else if (json.n && json.p[0] == '{' && json_scan_skip(&whole))
            json_scan_object(&c, &(struct json_sink){&m, config_member});
    }
}

/* ---- the summary --------------------------------------------------------------------------------------------------------- */

static struct summary_value *value_of(struct wandb_summary *s, struct span name, const struct format_out *out)
{
    if (!s->values) s->values = arena_alloc(out->arena, SUMMARY_MAX * sizeof *s->values);
    for (uint32_t i = 0; s->values && i < s->n; i++)
        if (span_is(name, s->values[i].name)) return &s->values[i];
    if (!s->values || s->n == SUMMARY_MAX) return NULL;
    char *copy = arena_copy(out->arena, name.p, name.n);
    if (!copy) return NULL;
    s->values[s->n].name = copy;
    return &s->values[s->n++];
}

void wandb_facts_summary(struct wandb_summary *s, struct span message, const struct format_out *out)
{
    enum { UPDATE = 1 };
    struct proto_field f;
    struct member m = {.out = out};
    while (proto_next(&message, &f)) {
        if (f.number != UPDATE) continue;
        char text[FACT_MAX_BYTES];
        struct span value = plain_text(read_member(f.bytes, &m), text);
        bool own = !m.n || m.name[0] == '_' || memchr(m.name, '\0', m.n);
        if (own || !value.n || value.n > SUMMARY_TEXT_MAX_BYTES) continue;
        struct summary_value *v = value_of(s, (struct span){m.name, m.n}, out);
        if (!v || (v->n == value.n && memcmp(v->text, value.p, value.n) == 0)) continue;
        memcpy(v->text, value.p, value.n);
        v->n = (uint32_t)value.n;
        v->told = false;
    }
}

void wandb_facts_summary_end(struct wandb_summary *s, const struct record *history, const struct format_out *out)
{
    struct member m = {.out = out};
    for (uint32_t i = 0; i < s->n; i++) {
        struct summary_value *v = &s->values[i];
        if (v->told || record_find(history, span_of(v->name)) >= 0 || fact_key(v->name)) continue;
        v->told = true;
        m.n = 0;
        add_key(&m, span_of("summary"));
        add_key(&m, span_of(v->name));
        out->fact(out->arg, (struct span){m.name, m.n}, (struct span){v->text, v->n});
    }
}
