/* lock - one daemon a host and memory: a file that is locked (fcntl) for life, and tells clients where the daemon is.
 *
 * Its text is one JSON object: {"pid", "boot", "version", "socket"}. Only the lock itself says whether the daemon lives: a text left by a
 * dead one is nothing. A process must not open the file again while it holds the lock, for closing it would give the lock up. */
#ifndef MLWATCH_LOCK_H
#define MLWATCH_LOCK_H

#include <stdbool.h>

#include "../base/err.h"

struct lock_text {
    long pid;
    char version[32], socket[128], boot[40];
};

/* lock_take - E_DAEMON when another process holds it, E_IO when it cannot be written. fd stays open for life. */
enum status lock_take(const char *path, const char *socket, int *fd, struct err *err);
/* lock_read - false when nobody holds it. For clients only. */
bool lock_read(const char *path, struct lock_text *ret);

#endif
