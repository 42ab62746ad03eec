#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../analyzers/checkup/checkup.h"
#include "../base/num.h"
#include "../base/opt.h"
#include "../base/user_conf.h"
#include "../base/yaml.h"
#include "examine/examine.h"

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

struct group {
    const char *name, *summary;
    const struct knob *knobs;
};

/* The i-th of all things that have thresholds; false behind the last. */
static bool group_at(size_t i, struct group *ret)
{
    static const struct group own = {"checkpoints", "how much of them is read", examine_knobs};
    size_t n = 0, m = 0;
    while (analyzers[n]) n++;
    while (checks[m]) m++;
    if (i < n) *ret = (struct group){analyzers[i]->name, analyzers[i]->summary, analyzers[i]->knobs};
    else if (i == n) *ret = own;
    else if (i <= n + m) *ret = (struct group){checks[i - n - 1]->name, checks[i - n - 1]->summary, checks[i - n - 1]->knobs};
    return i <= n + m;
}

/* ---- one setting --------------------------------------------------------------------------------------------------------- */

static const struct knob *find_knob(const char *name)
{
    struct group g;
    for (size_t i = 0; group_at(i, &g); i++)
        for (const struct knob *k = g.knobs; k && k->name; k++)
            if (strcmp(k->name, name) == 0) return k;
    return NULL;
}

static enum status no_such_setting(const char *key, const char *name, struct err *err)
{
    const char *names[NAMES_MAX] = {"sensitivity"};
    size_t n = 1;
    struct group g;
    for (size_t i = 0; group_at(i, &g); i++)
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

enum status config_set(struct config *c, const char *key, const char *value, const char *origin, struct err *err)
{
    const char *name = strncmp(key, "thresholds.", 11) == 0 ? key + 11 : key;
    if (strcmp(key, "sensitivity") == 0) return set_sensitivity(c, value, origin, err);
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

enum status config_open(struct config *ret, struct err *err)
{
    const char *named = getenv("MLWATCH_CONFIG"), *word = getenv("MLWATCH_SENSITIVITY");
    char path[PATH_BYTES];
    enum status s = OK;
    *ret = (struct config){0};
    user_conf_path("mlwatch.conf", path, sizeof path);
    if (named && *named) s = open_file(ret, named, true, err);
    else s = open_file(ret, "/etc/mlwatch/mlwatch.conf", false, err);
    if (!s && !(named && *named)) s = open_file(ret, path, false, err);
    return !s && word && *word ? set_sensitivity(ret, word, "MLWATCH_SENSITIVITY", err) : s;
}

void config_done(struct config *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->n; i++) free(c->values[i].origin);
    free(c->values);
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

void config_write(const struct config *c, bool origin, struct str *out)
{
    size_t line = out->n;
    str_addf(out, "sensitivity: %s", config_sensitivity_name(c->sensitivity));
    if (origin) write_comment(out, line, c->sensitivity_origin ? c->sensitivity_origin : "built in");
    else write_comment(out, line, "quiet, normal or paranoid: moves every threshold that is not set below");
    str_add(out, "\nthresholds:\n");
    struct group g;
    for (size_t i = 0; group_at(i, &g); i++) {
        if (g.knobs && g.knobs->name) str_addf(out, "  # %s: %s\n", g.name, g.summary);
        for (const struct knob *k = g.knobs; k && k->name; k++) write_knob(c, k, origin, out);
    }
}
