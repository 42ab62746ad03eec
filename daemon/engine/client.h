/* client - the other end of control.h: find the daemon through its lock, start one if there is none, ask.
 *
 * A daemon of another version is asked to stop, which hands everything over through the memory, and one of ours is started. */
#ifndef MLWATCH_CLIENT_H
#define MLWATCH_CLIENT_H

#include "../base/json.h"
#include <stdbool.h>

#include "../base/err.h"

struct line_reader {
    char *p;
    size_t n, room;
}; /* bytes of messages that are not whole yet */
struct connection {
    int fd;
    long pid;
    struct line_reader in;
};

/* client_connect - to the daemon of this host and memory.
 *   start   start one if there is none, or if it has another version; otherwise E_ABSENT when there is none
 * Errors: E_DAEMON when it cannot be reached or started. Takes up to 10 s when the machine is busy. */
enum status client_connect(bool start, struct connection *ret, struct err *err);
void client_close(struct connection *c);
/* client_ask - send a request; steals the reference. */
enum status client_ask(struct connection *c, json_t *request, struct err *err);
/* client_next - one message. 1: *ret is a new reference; 0: none is whole yet (wait for fd to be readable); -1: the daemon is gone.
 *   wait   block until there is one */
int client_next(struct connection *c, bool wait, json_t **ret);
/* client_pid - of the daemon that runs, 0 when none does. */
long client_pid(void);
/* client_call - connect (starting a daemon if asked), ask, and hand every message but the last to each().
 *   code   of the last message */
enum status client_call(bool start, json_t *request, void (*each)(void *arg, const json_t *message), void *arg, int *code,
                        struct err *err);

#endif
