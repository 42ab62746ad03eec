#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/str.h"

enum { REQUEST_BYTES_MAX = 1 << 20, QUEUE_BYTES_MAX = 8 << 20, CLIENTS_MAX = 256 };

struct client {
    struct control *control;
    int fd;
    bool ending, asked;
    struct str in, out;
    size_t sent;
    struct client *next;
};
struct control {
    struct loop *loop;
    const struct paths *paths;
    struct control_hooks hooks;
    int fd;
    ino_t inode;
    struct client *clients;
    size_t n;
};

/* ---- one connection -------------------------------------------------------------------------------------------------------- */

static void drop(struct client *c)
{
    struct control *k = c->control;
    for (struct client **at = &k->clients; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    k->n--;
    loop_remove(k->loop, c->fd);
    close(c->fd);
    k->hooks.closed(k->hooks.arg, c);
    str_done(&c->in);
    str_done(&c->out);
    free(c);
}

/* False when the connection is gone. */
static bool flush(struct client *c)
{
    while (c->sent < c->out.n) {
        ssize_t n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) break;
        if (n <= 0) return false;
        c->sent += (size_t)n;
    }
    bool all = c->sent == c->out.n;
    if (all) {
        str_clear(&c->out);
        c->sent = 0;
    }
    loop_change(c->control->loop, c->fd, all ? EPOLLIN : EPOLLIN | EPOLLOUT);
    return !(all && c->ending);
}

void client_send(struct client *c, json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (text && !c->ending && c->out.n - c->sent < QUEUE_BYTES_MAX) {
        bool was_empty = c->out.n == 0;
        str_add(&c->out, text);
        str_add(&c->out, "\n");
        if (was_empty) loop_change(c->control->loop, c->fd, EPOLLIN | EPOLLOUT);
    }
    free(text);
    json_decref(message);
}

void client_done(struct client *c, int code)
{
    client_send(c, json_pack("{s:s, s:i}", "say", "done", "code", code));
    c->ending = true;
}

void client_say(struct client *c, const char *what, const char *text)
{
    client_send(c, json_pack("{s:s, s:o}", "say", what, "text", json_text(text)));
}

void client_fail(struct client *c, int code, const char *text)
{
    client_say(c, "error", text);
    client_done(c, code);
}

static void take_lines(struct client *c)
{
    char *newline = c->in.p ? memchr(c->in.p, '\n', c->in.n) : NULL;
    if (!newline || c->asked) return;
    json_error_t e;
    json_t *request = json_loadb(c->in.p, (size_t)(newline - c->in.p), 0, &e);
    c->asked = true;
    if (json_is_object(request)) c->control->hooks.request(c->control->hooks.arg, c, request);
    else {
        client_send(c, json_pack("{s:s, s:s}", "say", "error", "text", "the request is no JSON object"));
        client_done(c, 2);
    }
    json_decref(request);
}

static void ready(void *arg, uint32_t events)
{
    struct client *c = arg;
    char bytes[4096];
    bool alive = true;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN)) alive = false;
        else if (n > 0 && c->in.n < REQUEST_BYTES_MAX) str_add_span(&c->in, (struct span){bytes, (size_t)n});
        if (alive) take_lines(c);
    }
    if (!alive || !flush(c)) drop(c);
}

/* ---- the socket ------------------------------------------------------------------------------------------------------------- */

static void incoming(void *arg, uint32_t events)
{
    struct control *k = arg;
    (void)events;
    int fd = accept4(k->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct client *c = fd >= 0 && k->n < CLIENTS_MAX ? calloc(1, sizeof *c) : NULL;
    if (!c || loop_add(k->loop, fd, EPOLLIN, ready, c, NULL) != OK) {
        if (fd >= 0) close(fd);
        free(c);
        return;
    }
    c->control = k;
    c->fd = fd;
    c->next = k->clients;
    k->clients = c;
    k->n++;
    client_send(c, json_pack("{s:s, s:s, s:I}", "say", "hello", "version", MLWATCH_VERSION, "pid", (json_int_t)getpid()));
}

static enum status start_listening(struct control *k, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat st;
    const char *path = k->paths->socket;
    enum status s = paths_make_socket_dir(k->paths, err);
    if (s) return s;
    if (strlen(path) >= sizeof address.sun_path) return err_set(err, E_LIMIT, "the path '%s' is too long for a socket", path);
    strcpy(address.sun_path, path);
    unlink(path);
    k->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (k->fd < 0 || bind(k->fd, (struct sockaddr *)&address, sizeof address) != 0 || chmod(path, 0600) != 0 ||
        listen(k->fd, 64) != 0 || stat(path, &st) != 0) {
        s = err_errno(err, E_IO, "cannot listen on '%s'", path);
        if (k->fd >= 0) close(k->fd);
        k->fd = -1;
        return s;
    }
    k->inode = st.st_ino;
    return loop_add(k->loop, k->fd, EPOLLIN, incoming, k, err);
}

struct control *control_open(struct loop *l, const struct paths *p, const struct control_hooks *hooks, struct err *err)
{
    struct control *k = calloc(1, sizeof *k);
    if (!k) return err_set(err, E_MEMORY, "no memory"), NULL;
    *k = (struct control){.loop = l, .paths = p, .hooks = *hooks, .fd = -1};
    if (start_listening(k, err) == OK) return k;
    free(k);
    return NULL;
}

void control_check(struct control *k)
{
    struct stat st;
    if (lstat(k->paths->socket, &st) == 0 && st.st_ino == k->inode) return;
    if (k->fd >= 0) {
        loop_remove(k->loop, k->fd);
        close(k->fd);
        k->fd = -1;
    }
    (void)start_listening(k, NULL);
}

size_t control_clients(const struct control *k) { return k->n; }

bool control_has(const struct control *k, const struct client *who)
{
    for (const struct client *c = k ? k->clients : NULL; c; c = c->next)
        if (c == who) return true;
    return false;
}

void control_close(struct control *k)
{
    if (!k) return;
    unlink(k->paths->socket);
    if (k->fd >= 0) {
        loop_remove(k->loop, k->fd);
        close(k->fd);
    }
    while (k->clients) {
        client_done(k->clients, 0);
        (void)flush(k->clients);
        drop(k->clients);
    }
    free(k);
}
