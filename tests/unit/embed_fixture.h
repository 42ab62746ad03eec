/* embed_fixture - where the embedding model is installed, small files of the kinds it consists of, and a server that says one thing. */
#ifndef MLWATCH_EMBED_FIXTURE_H
#define MLWATCH_EMBED_FIXTURE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/base/json.h"
#include "../../daemon/base/str.h"
#include "../../daemon/engine/paths.h"

#define KEPT SOURCE_DIR "/tests/unit/embed/"

/* installed - the path of a file of the model, or a skipped test that says why. Free it. */
static inline char *installed(const char *name)
{
    struct paths p;
    struct err err;
    struct str path = {0};
    if (paths_find(&p, &err) == OK) {
        str_addf(&path, "%s/models%s%s", p.root, *name ? "/all-MiniLM-L6-v2/" : "", name);
        paths_done(&p);
        if (access(path.p, R_OK) == 0) return str_take(&path);
    }
    print_message("SKIP: '%s' is not there (scripts/model install)\n", path.p ? path.p : name);
    str_done(&path);
    skip();
    return NULL;
}

/* each_line - the JSON values of a file, a line each. */
static inline void each_line(const char *path, void (*each)(void *arg, size_t i, json_t *value), void *arg)
{
    char *line = NULL;
    size_t room = 0, i = 0;
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (ssize_t n; (n = getline(&line, &room, f)) > 0; i++) {
        json_t *value = json_loadb(line, (size_t)n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(value);
        each(arg, i, value);
        json_decref(value);
    }
    free(line);
    fclose(f);
}

static inline struct span text_of(const json_t *v) { return (struct span){json_string_value(v), json_string_length(v)}; }

/* write_file - n bytes into a new file below /tmp, whose name replaces that in path. */
static inline void write_file(char path[64], const void *p, size_t n)
{
    strcpy(path, "/tmp/mlwatch-embed.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), n);
    close(fd);
}

/* A server in a process of its own: it takes one request after another and says to each what `say` says, then closes. */
struct said {
    int port;
    pid_t pid;
    char url[64];
    int heard; /* a pipe with what was asked of it */
};

static inline void server_serve(int listener, int heard, void (*say)(int fd, int nth, void *arg), void *arg)
{
    char request[1 << 16];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    for (int nth = 0;; nth++) {
        int fd = accept(listener, NULL, NULL);
        ssize_t n = read(fd, request, sizeof request);
        if (n > 0 && write(heard, request, (size_t)n) < 0) _exit(1);
        say(fd, nth, arg);
        shutdown(fd, SHUT_WR);
        while (read(fd, request, sizeof request) > 0) continue;
        close(fd);
    }
}

static inline void server_start(struct said *s, void (*say)(int fd, int nth, void *arg), void *arg)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof a;
    int pipes[2], listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, n), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&a, &n), 0);
    assert_int_equal(pipe(pipes), 0);
    s->port = ntohs(a.sin_port);
    s->heard = pipes[0];
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/x", s->port);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) server_serve(listener, pipes[1], say, arg);
    close(listener);
    close(pipes[1]);
}

static inline void server_stop(struct said *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    close(s->heard);
}

static inline void say_text(int fd, const char *text)
{
    for (size_t n = strlen(text), at = 0; at < n;) {
        ssize_t did = write(fd, text + at, n - at);
        if (did <= 0) return;
        at += (size_t)did;
    }
}

/* say_arg - arg is the whole answer, status line and all. */
static inline void say_arg(int fd, int nth, void *arg)
{
    (void)nth;
    say_text(fd, arg);
}

#endif
