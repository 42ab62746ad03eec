#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/checkup/checkup.h"
#include "../base/num.h"
#include "../base/opt.h"
#include "../base/redact.h"
#include "../base/user_conf.h"
#include "../base/yaml.h"
#include "examine/examine.h"
#include "explanation/reword.h"

enum { PATH_BYTES = 4200, NAMES_MAX = 1024, EXPLAIN_COLUMN = 44 };
static const char *const words[] = {"normal", "quiet", "paranoid"};

bool config_sensitivity(const char *word, enum sensitivity *ret)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) return *ret = (enum sensitivity)i, true;
    return false;
}

const char *config_sensitivity_name(enum sensitivity s) { return words[s]; }

/* ---- all there are ------------------------------------------------------------------------------------------------------- */

bool config_group(size_t i, struct config_group *ret)
{
    static const struct config_group own = {"checkpoints", "how much of them is read", examine_knobs};
    static const struct config_group llm = {"llm", "how long a language model may take to word an explanation", reword_knobs};
    size_t n = 0, m = 0;
    while (analyzers[n]) n++;
    while (checks[m]) m++;
    if (i < n) *ret = (struct config_group){analyzers[i]->name, analyzers[i]->summary, analyzers[i]->knobs};
    else if (i == n) *ret = own;
    else if (i <= n + m)
        *ret = (struct config_group){checks[i - n - 1]->name, checks[i - n - 1]->summary, checks[i - n - 1]->knobs};
    else *ret = llm;
    return i <= n + m + 1;
}

/* Which models. Keys of servers are secrets and come from the environment alone: MLWATCH_EMBED_KEY, MLWATCH_LLM_KEY. */
static const struct {
    const char *key, *variable, *initial;
    bool yes_or_no;
    const char *help;
} word_settings[CONFIG_WORDS] = {
    [CONFIG_EMBED] = {"embed", "MLWATCH_EMBED", "auto", false,
                      "what finds by meaning: auto, minilm:, hashing:, ollama:MODEL, openai:http://HOST:PORT/v1#MODEL"},
    [CONFIG_EMBED_REMOTE] = {"embed_remote", "MLWATCH_EMBED_REMOTE", "no", true,
                             "may texts be sent to another machine for that? yes, no"},
    [CONFIG_LLM] = {"llm", "MLWATCH_LLM", "off", false,
                    "what words explanations: off, ollama:MODEL, openai:http://HOST:PORT/v1#MODEL"},
    [CONFIG_LLM_REMOTE] = {"llm_remote", "MLWATCH_LLM_REMOTE", "no", true,
                           "may findings be sent to another machine for that? yes, no"},
};

const char *config_word_key(enum config_word w) { return word_settings[w].key; }
const char *config_word_help(enum config_word w) { return word_settings[w].help; }

/* ---- one setting --------------------------------------------------------------------------------------------------------- */

static const struct knob *find_knob(const char *name)
{
    struct config_group g;
    for (size_t i = 0; config_group(i, &g); i++)
        for (const struct knob *k = g.knobs; k && k->name; k++)
            if (strcmp(k->name, name) == 0) return k;
    return NULL;
}

static enum status no_such_setting(const char *key, const char *name, struct err *err)
{
    const char *names[NAMES_MAX] = {"sensitivity"};
    size_t n = 1;
    struct config_group g;
    for (size_t i = 0; i < CONFIG_WORDS; i++) names[n++] = word_settings[i].key;
    for (size_t i = 0; config_group(i, &g); i++)
        for (const struct knob *k = g.knobs; k && k->name && n < NAMES_MAX; k++) names[n++] = k->name;
    const char *near = opt_nearest(name, names, n);
    return err_set(err, E_USAGE, "there is no setting '%s'%s%s%s", key, near ? "; did you mean '" : "; see `mlwatch config show`",
                   near ? near : "", near ? "'?" : "");
}

static enum status set_sensitivity(struct config *c, const char *value, const char *origin, struct err *err)
{
    if (!config_sensitivity(value, &c->sensitivity))
        return err_set(err, E_USAGE, "sensitivity is quiet, normal or paranoid, not '%s'", value);
    free(c->sensitivity_origin);
    c->sensitivity_origin = str_dup(span_of(origin));
    return c->sensitivity_origin ? OK : err_set(err, E_MEMORY, "out of memory");
}

static struct config_value *slot(struct config *c, const struct knob *k)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->values[i].knob == k) return &c->values[i];
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 16;
        struct config_value *more = realloc(c->values, room * sizeof *more);
        if (!more) return NULL;
        c->values = more, c->room = room;
    }
    c->values[c->n] = (struct config_value){.knob = k};
    return &c->values[c->n++];
}

static enum status set_knob(struct config *c, const struct knob *k, const char *value, const char *origin, struct err *err)
{
    double v = NAN;
    if (!num_parse(span_of(value), &v) || !(v >= k->min && v <= k->max))
        return err_set(err, E_USAGE, "%s is a number from %g to %g (%s), not '%s'", k->name, k->min, k->max, k->unit, value);
    struct config_value *to = slot(c, k);
    char *from = str_dup(span_of(origin));
    if (!to || !from) return free(from), err_set(err, E_MEMORY, "out of memory");
    free(to->origin);
    to->value = v;
    to->origin = from;
    return OK;
}

static enum status set_word(struct config *c, enum config_word w, const char *value, const char *origin, struct err *err)
{
    const bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    if (word_settings[w].yes_or_no && !yes && strcmp(value, "no") != 0 && strcmp(value, "false") != 0)
        return err_set(err, E_USAGE, "%s is yes or no, not '%s'", word_settings[w].key, value);
    char *word = str_dup(span_of(!word_settings[w].yes_or_no ? value : yes ? "yes" : "no")), *from = str_dup(span_of(origin));
    if (!word || !from) return free(word), free(from), err_set(err, E_MEMORY, "out of memory");
    free(c->words[w].value);
    free(c->words[w].origin);
    c->words[w].value = word;
    c->words[w].origin = from;
    return OK;
}

enum status config_set(struct config *c, const char *key, const char *value, const char *origin, struct err *err)
{
    const char *name = strncmp(key, "thresholds.", 11) == 0 ? key + 11 : key;
    if (strcmp(key, "sensitivity") == 0) return set_sensitivity(c, value, origin, err);
    for (size_t i = 0; i < CONFIG_WORDS; i++)
        if (strcmp(key, word_settings[i].key) == 0) return set_word(c, (enum config_word)i, value, origin, err);
    const struct knob *k = find_knob(name);
    return k ? set_knob(c, k, value, origin, err) : no_such_setting(key, name, err);
}

double config_knob(const struct config *c, const struct knob *k, enum sensitivity s, const char **origin)
{
    const struct config_value *set = NULL;
    for (size_t i = 0; c && i < c->n; i++)
        if (strcmp(c->values[i].knob->name, k->name) == 0) set = &c->values[i];
    if (origin) *origin = set ? set->origin : "built in";
    if (set) return set->value;
    return s == SENSITIVITY_QUIET ? k->quiet : s == SENSITIVITY_PARANOID ? k->paranoid : k->initial;
}

const char *config_word(const struct config *c, enum config_word w, const char **origin)
{
    const bool set = c && c->words[w].value;
    if (origin) *origin = set ? c->words[w].origin : "built in";
    return set ? c->words[w].value : word_settings[w].initial;
}

bool config_is_yes(const struct config *c, enum config_word w) { return strcmp(config_word(c, w, NULL), "yes") == 0; }

/* ---- where they come from ------------------------------------------------------------------------------------------------- */

struct file {
    struct config *config;
    const char *path;
};

static enum status take(void *arg, const struct yaml_setting *s, struct err *err)
{
    struct file *f = arg;
    struct str origin = {0};
    struct err why = {0};
    str_addf(&origin, "%s:%zu", f->path, s->line);
    enum status status = config_set(f->config, s->key, s->value, origin.p ? origin.p : f->path, &why);
    str_done(&origin);
    return status ? err_set(err, status, "%s:%zu:%zu: %.300s", f->path, s->line, s->column, why.text) : OK;
}

static enum status open_file(struct config *c, const char *path, bool needed, struct err *err)
{
    struct file f = {c, path};
    struct err why = {0};
    enum status s = yaml_read(path, &(struct yaml_sink){&f, take}, &why);
    if (!s || (s == E_ABSENT && !needed)) return OK;
    return err_set(err, s == E_FORMAT || s == E_ABSENT ? E_USAGE : s, "%s", why.text);
}

static enum status take_environment(struct config *c, struct err *err)
{
    const char *word = getenv("MLWATCH_SENSITIVITY");
    enum status s = word && *word ? set_sensitivity(c, word, "MLWATCH_SENSITIVITY", err) : OK;
    for (size_t i = 0; i < CONFIG_WORDS && !s; i++) {
        word = getenv(word_settings[i].variable);
        if (word && *word) s = set_word(c, (enum config_word)i, word, word_settings[i].variable, err);
    }
    return s;
}

enum status config_open(struct config *ret, struct err *err)
{
    const char *named = getenv("MLWATCH_CONFIG");
    char path[PATH_BYTES];
    enum status s = OK;
    *ret = (struct config){0};
    user_conf_path("mlwatch.conf", path, sizeof path);
    if (named && *named) s = open_file(ret, named, true, err);
    else s = open_file(ret, "/etc/mlwatch/mlwatch.conf", false, err);
    if (!s && !(named && *named)) s = open_file(ret, path, false, err);
    return s ? s : take_environment(ret, err);
}

void config_done(struct config *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n; i++) free(c->values[i].origin);
    free(c->values);
    for (size_t i = 0; i < CONFIG_WORDS; i++) free(c->words[i].value), free(c->words[i].origin);
    free(c->sensitivity_origin);
    *c = (struct config){0};
}

/* ---- as a file ------------------------------------------------------------------------------------------------------------ */

static void write_comment(struct str *out, size_t line, const char *text)
{
    while (out->n - line < EXPLAIN_COLUMN) str_add(out, " ");
    str_addf(out, " # %s", text);
}

static void write_knob(const struct config *c, const struct knob *k, bool origin, struct str *out)
{
    const char *from;
    size_t line = out->n;
    str_addf(out, "  %s: %.6g", k->name, config_knob(c, k, c->sensitivity, &from));
    write_comment(out, line, origin ? from : k->help);
    if (!origin)
        str_addf(out, " [%s, %g to %g; quiet %g, paranoid %g; %s]", k->unit, k->min, k->max, k->quiet, k->paranoid, k->source);
    str_add(out, "\n");
}

/* Plain where YAML takes it for text anyway. */
static void write_word(const struct config *c, enum config_word w, bool origin, struct str *out)
{
    const char *from, *value = config_word(c, w, &from);
    const bool plain =
        strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == strlen(value) && *value;
    size_t line = out->n;
    struct str shown = {0};
    redact_text(&shown, span_of(value));
    str_addf(out, "%s: %s", word_settings[w].key, plain ? "" : "\"");
    for (const char *p = shown.p; p && *p; p++) str_addf(out, !plain && strchr("\"\\", *p) ? "\\%c" : "%c", *p);
    if (!plain) str_add(out, "\"");
    write_comment(out, line, origin ? from : word_settings[w].help);
    str_add(out, "\n");
    str_done(&shown);
}

void config_write(const struct config *c, bool origin, struct str *out)
{
    size_t line = out->n;
    str_addf(out, "sensitivity: %s", config_sensitivity_name(c->sensitivity));
    if (origin) write_comment(out, line, c->sensitivity_origin ? c->sensitivity_origin : "built in");
    else write_comment(out, line, "quiet, normal or paranoid: moves every threshold that is not set below");
    str_add(out, "\n");
    for (size_t i = 0; i < CONFIG_WORDS; i++) write_word(c, (enum config_word)i, origin, out);
    str_add(out, "thresholds:\n");
    struct config_group g;
    for (size_t i = 0; config_group(i, &g); i++) {
        if (g.knobs && g.knobs->name) str_addf(out, "  # %s: %s\n", g.name, g.summary);
        for (const struct knob *k = g.knobs; k && k->name; k++) write_knob(c, k, origin, out);
    }
}
