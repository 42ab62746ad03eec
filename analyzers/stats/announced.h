/* announced - do the settings say that the data, or the weights of the loss's terms, change on the way? What they announce is no trouble. */
#ifndef MLWATCH_ANNOUNCED_H
#define MLWATCH_ANNOUNCED_H

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* announced - is this the setting of a curriculum, or of a term that is weighed in slowly (Bowman 2016, Tarvainen 2017), and not one that
 * switches it off? */
static inline bool announced(const char *key, const char *value)
{
    static const char *const words[] = {"curriculum", "kl_anneal", "kl_warm",  "kl_ramp",  "beta_anneal",
                                        "beta_warm",  "beta_ramp", "aux_warm", "aux_ramp", "consistency_ramp"};
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) known = known || strstr(key, words[i]);
    return known && *value && strcasecmp(value, "none") != 0 && strcasecmp(value, "false") != 0 && strcmp(value, "0") != 0;
}

#endif
