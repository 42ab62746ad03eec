/* announced - do the settings say that the data change on the way? What they announce is no trouble. */
#ifndef MLWATCH_ANNOUNCED_H
#define MLWATCH_ANNOUNCED_H

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* announced - is this the setting of a curriculum, and not one that switches it off? */
static inline bool announced(const char *key, const char *value)
{
    return strstr(key, "curriculum") && *value && strcasecmp(value, "none") != 0 && strcasecmp(value, "false") != 0 &&
           strcmp(value, "0") != 0;
}

#endif
