/* config - how sensitive the judgement is, every threshold of it, and which models are asked, from built-in values, files, the environment
 * and flags.
 *
 *   built-in  <  /etc/mlwatch/mlwatch.conf  <  $XDG_CONFIG_HOME/mlwatch/mlwatch.conf  <  MLWATCH_SENSITIVITY, MLWATCH_LLM ...  <  flags
 *
 * The user's file is $MLWATCH_HOME/mlwatch.conf where MLWATCH_HOME is set, and the one that MLWATCH_CONFIG names instead of both. A file
 * is YAML: `sensitivity: quiet`, `llm: ollama:MODEL`, and thresholds by name below `thresholds:`; templates/debug-config.yaml is one with all of them. A value
 * outside its range, or a name that does not exist, is an error that names line and column. */
#ifndef MLWATCH_CONFIG_H
#define MLWATCH_CONFIG_H

#include "../../analyzers/analyzer.h"
#include "../base/err.h"
#include "../base/str.h"

enum sensitivity { SENSITIVITY_NORMAL, SENSITIVITY_QUIET, SENSITIVITY_PARANOID, SENSITIVITIES };

struct config_value {
    const struct knob *knob;
    double value;
    char *origin; /* "/etc/mlwatch/mlwatch.conf:4", "--set" */
};
/* Settings that are words: which models, and where. */
enum config_word { CONFIG_EMBED, CONFIG_EMBED_REMOTE, CONFIG_LLM, CONFIG_LLM_REMOTE, CONFIG_WORDS };
struct config {
    enum sensitivity sensitivity;
    char *sensitivity_origin; /* NULL: built in */
    struct {
        char *value, *origin;
    } words[CONFIG_WORDS]; /* NULL: built in */
    struct config_value *values;
    size_t n, room;
};

/* config_open - what files and environment say. Files that are absent are no error, unless MLWATCH_CONFIG names one.
 * Errors: E_USAGE "FILE:LINE:COLUMN: why", or the variable; E_IO, E_LIMIT, E_MEMORY. *ret is always to be freed by config_done. */
enum status config_open(struct config *ret, struct err *err);
void config_done(struct config *c);

/* config_set - one setting by its key: "sensitivity", "llm", "thresholds.loss_spike_height" or "loss_spike_height"; the last one counts.
 * Errors: E_USAGE for an unknown key (with the nearest one) and for a value outside the range. */
enum status config_set(struct config *c, const char *key, const char *value, const char *origin, struct err *err);
/* config_sensitivity - quiet, normal, paranoid; false for another word.  config_sensitivity_name - the word; never NULL. */
bool config_sensitivity(const char *word, enum sensitivity *ret);
const char *config_sensitivity_name(enum sensitivity s);

/* config_knob - the value of a threshold at a sensitivity: what was set, else what is built in. c may be NULL.
 *   origin   where it comes from ("built in"), or NULL */
double config_knob(const struct config *c, const struct knob *k, enum sensitivity s, const char **origin);

/* config_word - the value of a setting that is words; never NULL. config_is_yes - the same for one that is yes or no. c may be NULL. */
const char *config_word(const struct config *c, enum config_word w, const char **origin);
bool config_is_yes(const struct config *c, enum config_word w);

/* config_word_key, config_word_help - its name in a file, and what it means; static. */
const char *config_word_key(enum config_word w);
const char *config_word_help(enum config_word w);

/* config_group - the i-th of all things that have thresholds, analyzers first; false behind the last. */
struct config_group {
    const char *name, *summary;
    const struct knob *knobs; /* up to one without a name, or NULL */
};
bool config_group(size_t i, struct config_group *ret);

/* config_write - all of it as a file that config_open reads: one line a setting, with what it means, its unit and range behind it.
 *   origin   with where each value comes from instead */
void config_write(const struct config *c, bool origin, struct str *out);

#endif
