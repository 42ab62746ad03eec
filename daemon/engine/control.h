/* control - the daemon's socket: newline-delimited JSON, requests in, messages out.
 *
 *   daemon -> client   {"say": "hello", "version": V, "pid": N}                           first, so that both know whom they talk to
 *   client -> daemon   {"do": "attach"|"detach"|"status"|"stop"|"outcome", ...}           one a connection
 *                      {"do": "import"|"prune"|"reembed", ...}                           ingest/requests.h
 *   daemon -> client   {"say": "found"|"alert"|"live"|"note"|"error"|"run", ...} ...
 *                      {"say": "done", "code": N}                                         the last one; N is the exit code
 * A client that does not read what it asked for is cut off: nothing here waits. */
#ifndef MLWATCH_CONTROL_H
#define MLWATCH_CONTROL_H

#include "../base/json.h"

#include "loop.h"
#include "paths.h"

struct control;
struct client;
struct control_hooks {
    void (*request)(void *arg, struct client *c, const json_t *request);
    void (*closed)(void *arg, struct client *c);
    void *arg;
};

/* control_open - listen. E_IO when the socket or its directory cannot be made safely. */
struct control *control_open(struct loop *l, const struct paths *p, const struct control_hooks *hooks, struct err *err);
/* control_close - say done to everybody and remove the socket. Takes NULL. */
void control_close(struct control *c);
/* control_check - make the socket again when somebody removed it. */
void control_check(struct control *c);
size_t control_clients(const struct control *c);
/* control_has - is this client still there? For answers that come later. */
bool control_has(const struct control *c, const struct client *who);

/* client_send - queue a message; steals the reference. */
void client_send(struct client *c, json_t *message);
/* client_say - a sentence; what: "note" or "error". client_fail - an error, and with it the last message. */
void client_say(struct client *c, const char *what, const char *text);
void client_fail(struct client *c, int code, const char *text);
/* client_done - the last message, then the connection is closed once it is read. */
void client_done(struct client *c, int code);

#endif
