/* user_conf - where a user's own configuration lies. */
#ifndef MLWATCH_USER_CONF_H
#define MLWATCH_USER_CONF_H

#include <stddef.h>

/* user_conf_path - the path of the user's file of this name: in $MLWATCH_HOME, else $XDG_CONFIG_HOME/mlwatch, else ~/.config/mlwatch.
 * Cut where room is too small. */
void user_conf_path(const char *name, char *to, size_t room);

#endif
