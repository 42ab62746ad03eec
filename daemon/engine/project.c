#include "project.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/str.h"

enum { CONFIG_BYTES_MAX = 64 << 10 };

/* The url of [remote "origin"], or of the first remote. */
static struct span remote_url(struct span config)
{
    struct span url = {NULL, 0};
    bool remote = false, origin = false;
    while (config.n) {
        const char *newline = memchr(config.p, '\n', config.n);
        size_t n = newline ? (size_t)(newline - config.p) : config.n;
        struct span line = span_trim((struct span){config.p, n});
        config = span_from(config, n + 1);
        if (span_starts(line, "[")) {
            remote = span_starts(line, "[remote ");
            origin = span_is(line, "[remote \"origin\"]");
        } else if (remote && span_starts(line, "url") && (origin || !url.p)) {
            const char *equals = memchr(line.p, '=', line.n);
            if (equals) url = span_trim(span_from(line, (size_t)(equals - line.p) + 1));
        }
    }
    return url;
}

static char *without_credentials(struct span url)
{
    const char *scheme = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
    const char *at = scheme ? memchr(scheme, '@', url.n - (size_t)(scheme - url.p)) : NULL;
    struct str s = {0};
    if (!at) return str_dup(url);
    str_add_span(&s, (struct span){url.p, (size_t)(scheme + 3 - url.p)});
    str_add_span(&s, span_from(url, (size_t)(at + 1 - url.p)));
    return str_take(&s);
}

static char *from_git(const char *directory)
{
    struct str path = {0};
    str_add(&path, directory);
    str_add(&path, "/.git/config");
    int fd = path.p ? open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    str_done(&path);
    if (fd < 0) return NULL;
    char *bytes = malloc(CONFIG_BYTES_MAX);
    ssize_t n = bytes ? read(fd, bytes, CONFIG_BYTES_MAX) : -1;
    close(fd);
    struct span url = n > 0 ? remote_url((struct span){bytes, (size_t)n}) : (struct span){NULL, 0};
    char *key = url.n ? without_credentials(url) : NULL;
    free(bytes);
    return key;
}

char *project_key(const char *path)
{
    char *directory = str_dup(span_of(path)), *key = NULL;
    for (char *slash = directory ? directory + strlen(directory) : NULL; slash && !key; slash = strrchr(directory, '/')) {
        *slash = 0;
        key = from_git(directory);
    }
    free(directory);
    if (key) return key;
    const char *parent = strrchr(path, '/');
    return str_dup(parent > path ? (struct span){path, (size_t)(parent - path)} : span_of("/"));
}
