/* paths - where the daemon of this host keeps what it has.
 *
 *   <data>/lock        held by the daemon for life; tells pid, boot, version and socket
 *   <data>/memory.db   the failure memory
 *   <data>/attached    the directories that are watched, for the next daemon
 *   <data>/stdin/      logs that came through a pipe
 * <data> is $MLWATCH_HOME/<hostname>, else $XDG_DATA_HOME/mlwatch/<hostname>, else ~/.local/share/mlwatch/<hostname>. The socket
 * lies below $MLWATCH_HOME, else in /tmp/mlwatch-UID (/run/user/UID goes away with the last log-in). */
#ifndef MLWATCH_PATHS_H
#define MLWATCH_PATHS_H

#include <stdbool.h>

#include "../base/err.h"

struct paths {
    char *root; /* the directory above <hostname>: readers look at every host's memory in it */
    char *data, *lock, *database, *attached, *stdin_dir;
    char *socket_dir, *socket;
    char *spare_lock; /* beside the socket: for a data directory that cannot be written */
};

/* paths_find - from the environment; creates nothing. E_USAGE when there is neither MLWATCH_HOME nor HOME. */
enum status paths_find(struct paths *ret, struct err *err);
void paths_done(struct paths *p);

/* paths_make - create the data directory and its parents, 0700. E_IO when it cannot be written: then there is no memory. */
enum status paths_make(const struct paths *p, struct err *err);
/* paths_make_socket_dir - 0700, ours, not a symbolic link; created when absent. E_IO says what is wrong with it. */
enum status paths_make_socket_dir(const struct paths *p, struct err *err);
/* paths_absolute - path below the current directory; "." and ".." and symbolic links resolved where it exists. Free it. */
char *paths_absolute(const char *path);

#endif
