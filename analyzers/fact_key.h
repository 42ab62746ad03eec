/* fact_key - settings under one name: "lr", "--learning-rate", "optim.args.lr" are all "learning_rate".
 *
 * Every framework spells its settings in its own way; causes (templates/causes) name each once. fact_key() itself is
 * declared in diagnose.h. A spelling is looked up whole, then without its leading path components, so that "generator/lr" may
 * mean something else than "optim/lr". Only '/', '.' and ':' part components: "min_lr" is never taken for "lr". */
#ifndef MLWATCH_FACT_KEY_H
#define MLWATCH_FACT_KEY_H

#include <stdbool.h>

/* fact_canonical - key and value of a logged setting, as causes name them. Switches become values: fp16=True is precision=fp16.
 *   key, value   NUL-terminated, any bytes; NULL is unknown
 *   ret_key      written on success; static
 *   ret_value    written on success; value itself, or static
 *   returns      false when no cause could name the setting, or when it is a switch that is off
 * Cost           about 2 us, no allocation */
bool fact_canonical(const char *key, const char *value, const char **ret_key, const char **ret_value);

/* fact_number - the number that a setting's text starts with; "[5e-4, 1e-4]" gives the first.
 *   value     written on success; finite
 *   returns   false for None, True, "cosine", "0x10", "12k" */
bool fact_number(const char *text, double *value);

/* fact_says - does one of the alternatives stand in text as a whole word, whatever the case?
 *   alternatives   parted by '|', "adam|adamw"; a word ends where letters and digits end, so "adamw_torch" says "adamw" */
bool fact_says(const char *text, const char *alternatives);

#endif
