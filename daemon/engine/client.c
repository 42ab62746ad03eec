#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../base/clock.h"
#include "daemon.h"
#include "lock.h"
#include "paths.h"

enum { MESSAGE_BYTES_MAX = 16 << 20 };
static const double PATIENCE_S = 15;

static void nap(void) { nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL); }

static bool find(const struct paths *p, struct lock_text *lock)
{
    return lock_read(p->lock, lock) || lock_read(p->spare_lock, lock);
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

void client_close(struct connection *c)
{
    if (c->fd >= 0) close(c->fd);
    free(c->in.p);
    *c = (struct connection){.fd = -1};
}

int client_next(struct connection *c, bool wait, json_t **ret)
{
    for (;;) {
        char *newline = c->in.n ? memchr(c->in.p, '\n', c->in.n) : NULL;
        if (newline) {
            size_t n = (size_t)(newline - c->in.p) + 1;
            json_t *message = json_loadb(c->in.p, n, 0, NULL);
            memmove(c->in.p, c->in.p + n, c->in.n - n);
            c->in.n -= n;
            if (!message) continue;
            *ret = message;
            return 1;
        }
        if (c->in.n + 4096 > c->in.room) {
            if (c->in.room >= MESSAGE_BYTES_MAX) return -1;
            char *more = realloc(c->in.p, c->in.room + 65536);
            if (!more) return -1;
            c->in.p = more;
            c->in.room += 65536;
        }
        ssize_t got = recv(c->fd, c->in.p + c->in.n, c->in.room - c->in.n, wait ? 0 : MSG_DONTWAIT);
        if (got > 0) c->in.n += (size_t)got;
        else if (got < 0 && errno == EINTR) continue;
        else if (got < 0 && errno == EAGAIN) return 0;
        else return -1;
    }
}

enum status client_ask(struct connection *c, json_t *request, struct err *err)
{
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (!text) return err_set(err, E_MEMORY, "no memory for a request");
    size_t n = strlen(text), sent = 0;
    text[n++] = '\n';
    while (sent < n) {
        ssize_t got = send(c->fd, text + sent, n - sent, MSG_NOSIGNAL);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        sent += (size_t)got;
    }
    free(text);
    return sent == n ? OK : err_errno(err, E_DAEMON, "cannot talk to the daemon");
}

static bool same_version(struct connection *c, char version[32])
{
    json_t *hello = NULL;
    version[0] = 0;
    if (client_next(c, true, &hello) != 1) return false;
    const char *theirs = json_string_value(json_object_get(hello, "version"));
    snprintf(version, 32, "%s", theirs ? theirs : "");
    json_decref(hello);
    return strcmp(version, MLWATCH_VERSION) == 0;
}

/* It writes down everything before it ends; the next daemon goes on from there. */
static void replace(struct connection *c, const char *version)
{
    json_t *message;
    fprintf(stderr, "mlwatch: a daemon of version %s hands over to version %s\n", version, MLWATCH_VERSION);
    if (client_ask(c, json_pack("{s:s}", "do", "stop"), NULL) == OK)
        while (client_next(c, true, &message) == 1) json_decref(message);
}

enum status client_connect(bool start, struct connection *ret, struct err *err)
{
    struct paths p;
    enum status s = paths_find(&p, err);
    if (s) return s;
    double until = clock_now() + PATIENCE_S;
    int failures = 0;
    s = E_DAEMON;
    while (s == E_DAEMON && clock_now() < until) {
        struct lock_text lock;
        char version[32];
        if (!find(&p, &lock)) {
            if (!start) s = err_set(err, E_ABSENT, "no daemon is running");
            else if (daemon_start(err) == OK || ++failures < 3) nap();
            else break;
            continue;
        }
        struct connection c = {.fd = connect_to(lock.socket), .pid = lock.pid};
        if (c.fd >= 0 && same_version(&c, version)) {
            *ret = c;
            s = OK;
        } else if (c.fd >= 0 && *version && start) {
            replace(&c, version);
            client_close(&c);
        } else if (c.fd >= 0 && *version) {
            *ret = c;
            s = OK;
        } else {
            client_close(&c);
            nap();
        }
    }
    if (s == E_DAEMON && failures < 3) err_set(err, E_DAEMON, "the daemon does not answer on '%s'", p.socket);
    paths_done(&p);
    return s;
}

long client_pid(void)
{
    struct paths p;
    struct lock_text lock;
    if (paths_find(&p, NULL) != OK) return 0;
    long pid = find(&p, &lock) ? lock.pid : 0;
    paths_done(&p);
    return pid;
}

enum status client_call(bool start, json_t *request, void (*each)(void *, const json_t *), void *arg, int *code, struct err *err)
{
    struct connection c;
    enum status s = client_connect(start, &c, err);
    if (s) return json_decref(request), s;
    json_t *message;
    bool done = false;
    s = client_ask(&c, request, err);
    while (!s && !done && client_next(&c, true, &message) == 1) {
        const char *what = json_string_value(json_object_get(message, "say"));
        done = what && strcmp(what, "done") == 0;
        if (done) *code = (int)json_integer_value(json_object_get(message, "code"));
        else if (each) each(arg, message);
        json_decref(message);
    }
    client_close(&c);
    return s ? s : done ? OK : err_set(err, E_DAEMON, "the daemon ended before it had answered");
}
