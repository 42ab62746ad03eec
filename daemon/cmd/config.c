/* config - every setting with its value, what it means and where it came from; the output is a file that mlwatch reads. */
#include "../engine/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "cmd.h"
#include "look.h"

static const struct opt options[] = {
    {"origin", 0, NULL, "where each value comes from, instead of what it means"},
    {"defaults", 0, NULL, "as built in, whatever files and environment say"},
    {"sensitivity", 0, "WORD", "as it would be at quiet, normal or paranoid"},
    {"format", 'f', "FORMAT", "text (default; YAML) or json (one line a setting)"},
    {"json", 0, NULL, "short for --format json"},
    {0},
};

static void print_json(const json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(12));
    puts(text ? text : "");
    free(text);
}

static void knob_json(const struct config *c, const char *group, const struct knob *k)
{
    const char *from;
    double value = config_knob(c, k, c->sensitivity, &from);
    json_t *j = json_pack("{s:s, s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s}", "schema", "mlwatch.config/1",
                          "name", k->name, "analyzer", group, "value", json_number(value), "unit", k->unit, "normal",
                          json_number(k->initial), "quiet", json_number(k->quiet), "paranoid", json_number(k->paranoid), "min",
                          json_number(k->min), "max", json_number(k->max), "help", k->help, "source", k->source, "origin", from);
    print_json(j);
    json_decref(j);
}

static void word_json(const struct config *c, enum config_word w)
{
    const char *from, *value = config_word(c, w, &from);
    json_t *j = json_pack("{s:s, s:s, s:o, s:s, s:s}", "schema", "mlwatch.config/1", "name", config_word_key(w), "value",
                          json_text(value), "help", config_word_help(w), "origin", from);
    print_json(j);
    json_decref(j);
}

static void show_json(const struct config *c)
{
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:s}", "schema", "mlwatch.config/1", "name", "sensitivity", "value",
                  config_sensitivity_name(c->sensitivity), "origin", c->sensitivity_origin ? c->sensitivity_origin : "built in");
    print_json(j);
    json_decref(j);
    for (size_t i = 0; i < CONFIG_WORDS; i++) word_json(c, (enum config_word)i);
    struct config_group g;
    for (size_t i = 0; config_group(i, &g); i++)
        for (const struct knob *k = g.knobs; k && k->name; k++) knob_json(c, g.name, k);
}

static int show(const struct opt_result *given, const struct config *c)
{
    struct str out = {0};
    if (opt_has(given, "json") || strcmp(opt_value(given, "format", "text"), "json") == 0) return show_json(c), EXIT_CLEAN;
    config_write(c, opt_has(given, "origin"), &out);
    int code = look_print(NULL, &out);
    str_done(&out);
    return code;
}

static enum status check_words(const struct opt_result *given, struct err *err)
{
    const char *format = opt_value(given, "format", "text");
    if (given->n_words != 1 || strcmp(given->words[0], "show") != 0)
        return err_set(err, E_USAGE, "config knows one word: `mlwatch config show`");
    if (strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
        return err_set(err, E_USAGE, "there is no format '%s' here; use text or json", format);
    return OK;
}

static int run(const struct opt_result *given)
{
    struct config c = {0};
    struct err err = {0};
    const char *word = opt_value(given, "sensitivity", NULL);
    enum status s = check_words(given, &err);
    if (!s && !opt_has(given, "defaults")) s = config_open(&c, &err);
    if (!s && word) s = config_set(&c, "sensitivity", word, "--sensitivity", &err);
    int code = s ? cmd_fail(&err) : show(given, &c);
    config_done(&c);
    return code;
}

const struct command command_config = {
    .name = "config",
    .usage = "show [--origin]",
    .summary = "every threshold: its value, unit, range, and where it came from",
    .options = options,
    .help = "What counts, from weak to strong: built in, /etc/mlwatch/mlwatch.conf,\n"
            "~/.config/mlwatch/mlwatch.conf, MLWATCH_SENSITIVITY, flags. MLWATCH_CONFIG\n"
            "names one file instead. The output is such a file; keep the lines you mean.\n\n"
            "  mlwatch config show --origin | grep loss_spike\n",
    .run = run,
};
