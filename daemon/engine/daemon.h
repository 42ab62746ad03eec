/* daemon - one process a host that watches; started on demand, ends when there is nothing to watch.
 *
 * The loop, the lanes (memory, look), the places and the socket meet here. It prints nothing unless it runs in the foreground. */
#ifndef MLWATCH_DAEMON_H
#define MLWATCH_DAEMON_H

#include "../base/json.h"

#include "../base/err.h"

struct daemon_options {
    char **attach;
    int n_attach;                                    /* directories to watch from the start */
    int ready_fd;                                    /* told "ok" once clients may connect; -1 for none */
    void (*print)(void *arg, const json_t *message); /* in the foreground: notes and alerts; or NULL */
    void *arg;
};

/* daemon_run - until SIGTERM, SIGINT, "stop" or the end of the lingering time. E_DAEMON when another one holds the lock. */
enum status daemon_run(const struct daemon_options *o, struct err *err);
/* daemon_start - the same in a process of its own: own session, "/", umask 077, no descriptors, default signals. Returns once it can be
 * asked. OK too when another daemon came first. */
enum status daemon_start(struct err *err);

#endif
