#include "attach_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../engine/client.h"
#include "../engine/paths.h"
#include "cmd.h"
#include "show.h"

enum { CHUNK_BYTES = 64 << 10 };

struct pipe_copy {
    int log; /* the file that the daemon follows; -1 when it cannot be written */
    bool out_open;
    char *path;
    const char *name;
    char last;
    struct connection daemon;
    bool connected;
    struct show show;
};

static void write_all(int *fd, const char *p, size_t n, const char *what)
{
    while (n && *fd >= 0) {
        ssize_t w = write(*fd, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) {
            fprintf(stderr, "mlwatch: cannot write to '%s' any more: %s; the input is still passed on\n", what, strerror(errno));
            close(*fd);
            *fd = -1;
            return;
        }
        p += w;
        n -= (size_t)w;
    }
}

/* A reader behind us that goes away must not end the training before us: its copy ends, the draining goes on. */
static void pass_on(struct pipe_copy *c, const char *p, size_t n)
{
    while (n && c->out_open) {
        ssize_t w = write(STDOUT_FILENO, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){STDOUT_FILENO, POLLOUT, 0}, 1, -1);
            continue;
        }
        if (w <= 0) c->out_open = false;
        else p += w, n -= (size_t)w;
    }
}

static char *log_path(const char *name, struct err *err)
{
    struct paths p;
    struct str s = {0};
    if (paths_find(&p, err) != OK) return NULL;
    if (paths_make(&p, err) == OK && (mkdir(p.stdin_dir, 0700) == 0 || errno == EEXIST)) {
        str_addf(&s, "%s/", p.stdin_dir);
        for (const char *c = name; *c; c++)
            str_add_span(&s, span_of(*c == '/' || (unsigned char)*c < 33 ? "_" : (char[]){*c, 0}));
        str_add(&s, ".log");
    } else if (err->status == OK) err_errno(err, E_IO, "cannot create '%s'", p.stdin_dir);
    paths_done(&p);
    return s.p ? str_take(&s) : NULL;
}

static void open_log(struct pipe_copy *c, const char *name)
{
    struct err err = {0};
    c->path = log_path(name, &err);
    c->log = c->path ? open(c->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (c->log >= 0) return;
    if (c->path) err_errno(&err, E_IO, "cannot write '%s'", c->path);
    fprintf(stderr, "mlwatch: %s: this log is passed on and not watched\n", err.text);
}

static json_t *request(const struct pipe_copy *c, const char *name, bool follow)
{
    return json_pack("{s:s, s:[s], s:b, s:s}", "do", "attach", "paths", c->path, "follow", follow, "name", name);
}

static void ask(struct pipe_copy *c)
{
    struct err err;
    if (c->log < 0) return;
    enum status s = client_connect(true, &c->daemon, &err);
    if (s == OK) s = client_ask(&c->daemon, request(c, c->name, true), &err);
    c->connected = s == OK;
    if (s) fprintf(stderr, "mlwatch: %s; the log is kept in '%s'\n", err.text, c->path);
}

/* The daemon is gone: a process of its own starts another, because that may take seconds and the input must not wait. */
static void revive(const struct pipe_copy *c)
{
    int code;
    if (c->log < 0 || fork() != 0) return;
    _exit(client_call(true, request(c, c->name, false), NULL, NULL, &code, NULL) == OK ? 0 : 1);
}

static void take_messages(struct pipe_copy *c)
{
    json_t *message;
    int got = 0;
    while (c->connected && (got = client_next(&c->daemon, false, &message)) == 1) {
        const char *what = json_string_value(json_object_get(message, "say"));
        if (what && (strcmp(what, "alert") == 0 || strcmp(what, "error") == 0)) show_message(&c->show, message);
        json_decref(message);
    }
    if (got < 0) {
        c->connected = false;
        client_close(&c->daemon);
        revive(c);
    }
}

static void copy_until_end(struct pipe_copy *c)
{
    char *bytes = malloc(CHUNK_BYTES);
    while (bytes) {
        struct pollfd wait[2] = {{STDIN_FILENO, POLLIN, 0}, {c->connected ? c->daemon.fd : -1, POLLIN, 0}};
        if (poll(wait, 2, -1) < 0 && errno != EINTR) break;
        if (wait[1].revents) take_messages(c);
        if (!wait[0].revents) continue;
        ssize_t n = read(STDIN_FILENO, bytes, CHUNK_BYTES);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) break;
        pass_on(c, bytes, (size_t)n);
        write_all(&c->log, bytes, (size_t)n, c->path ? c->path : "");
        c->last = bytes[n - 1];
    }
    free(bytes);
}

int attach_pipe(const char *given, bool plain)
{
    char name[80];
    struct pipe_copy c = {.log = -1, .out_open = true, .last = '\n', .daemon = {.fd = -1}};
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    snprintf(name, sizeof name, "stdin-%lld-%ld", (long long)t.tv_sec, (long)getpid());
    signal(SIGINT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    show_start(&c.show, stderr, plain);
    c.show.live = false;
    signal(SIGCHLD, SIG_IGN);
    c.name = given ? given : name;
    open_log(&c, c.name);
    ask(&c);
    copy_until_end(&c);
    if (c.log >= 0 && c.last != '\n') write_all(&c.log, "\n", 1, c.path); /* the end is known: the last line is whole */
    if (c.log >= 0) close(c.log);
    if (c.path && c.connected)
        fprintf(stderr, "mlwatch: the log is kept in '%s'; `mlwatch status %s` tells of it\n", c.path, c.name);
    if (c.connected) client_close(&c.daemon);
    show_end(&c.show);
    free(c.path);
    return EXIT_CLEAN;
}
