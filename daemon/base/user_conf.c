/* user_conf - see user_conf.h. */
#include "user_conf.h"

#include <stdio.h>
#include <stdlib.h>

void user_conf_path(const char *name, char *to, size_t room)
{
    const char *home = getenv("MLWATCH_HOME"), *config = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
    if (home && *home) snprintf(to, room, "%s/%s", home, name);
    else if (config && *config) snprintf(to, room, "%s/mlwatch/%s", config, name);
    else snprintf(to, room, "%s/.config/mlwatch/%s", user ? user : "", name);
}
