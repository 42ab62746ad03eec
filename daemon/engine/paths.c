#include "paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../base/hash.h"
#include "../base/str.h"

static char *join(const char *a, const char *b, const char *c)
{
    struct str s = {0};
    str_add(&s, a);
    str_add(&s, b);
    str_add(&s, c);
    return str_take(&s);
}

static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL;
}

/* A host name is a directory name here: anything else in it would leave the directory. */
static void host_name(char host[HOST_NAME_MAX + 1])
{
    if (gethostname(host, HOST_NAME_MAX + 1) != 0 || !host[0]) strcpy(host, "localhost");
    host[HOST_NAME_MAX] = 0;
    for (char *p = host; *p; p++)
        if (*p == '/' || (unsigned char)*p < 33) *p = '_';
    if (host[0] == '.') host[0] = '_';
}

static char *root_directory(void)
{
    const char *home = getenv("MLWATCH_HOME");
    if (home && *home) return paths_absolute(home);
    if (environment("XDG_DATA_HOME")) return join(environment("XDG_DATA_HOME"), "/mlwatch", "");
    return environment("HOME") ? join(environment("HOME"), "/.local/share/mlwatch", "") : NULL;
}

/* sun_path holds 108 bytes: a deep MLWATCH_HOME gets a socket of its own in /tmp, named by a hash of it. */
static void choose_socket(struct paths *p)
{
    const char *home = getenv("MLWATCH_HOME");
    struct sockaddr_un address;
    if (home && *home && strlen(p->data) + strlen("/run/socket") < sizeof address.sun_path && access(p->root, F_OK | W_OK) == 0) {
        p->socket_dir = join(p->data, "/run", "");
        p->socket = join(p->socket_dir, "/socket", "");
    } else {
        struct str s = {0};
        str_addf(&s, "/tmp/mlwatch-%u", (unsigned)getuid());
        p->socket_dir = str_take(&s);
        str_addf(&s, "%s/%016llx.socket", p->socket_dir, (unsigned long long)hash64(p->data, strlen(p->data), 0));
        p->socket = str_take(&s);
    }
    p->spare_lock = p->socket ? join(p->socket, ".lock", "") : NULL;
}

enum status paths_find(struct paths *ret, struct err *err)
{
    char host[HOST_NAME_MAX + 1];
    host_name(host);
    struct paths p = {.root = root_directory()};
    if (!p.root) return err_set(err, E_USAGE, "neither MLWATCH_HOME nor HOME says where to keep the memory");
    p.data = join(p.root, "/", host);
    if (!p.data) return paths_done(&p), err_set(err, E_MEMORY, "no memory");
    p.lock = join(p.data, "/lock", "");
    p.database = join(p.data, "/memory.db", "");
    p.attached = join(p.data, "/attached", "");
    p.stdin_dir = join(p.data, "/stdin", "");
    mkdir(p.root, 0700);
    choose_socket(&p);
    if (!p.lock || !p.database || !p.attached || !p.stdin_dir || !p.spare_lock)
        return paths_done(&p), err_set(err, E_MEMORY, "no memory");
    *ret = p;
    return OK;
}

void paths_done(struct paths *p)
{
    if (!p) return;
    char *all[] = {p->root, p->data, p->lock, p->database, p->attached, p->stdin_dir, p->socket_dir, p->socket, p->spare_lock};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    *p = (struct paths){0};
}

static int make_parents(const char *path)
{
    char *copy = strdup(path);
    if (!copy) return -1;
    int rc = 0;
    for (char *p = copy + 1; rc == 0; p++) {
        if (*p && *p != '/') continue;
        char was = *p;
        *p = 0;
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) rc = -1;
        *p = was;
        if (!was) break;
    }
    free(copy);
    return rc;
}

enum status paths_make(const struct paths *p, struct err *err)
{
    if (make_parents(p->data) != 0 && errno != EROFS && errno != EACCES)
        return err_errno(err, E_IO, "cannot create '%s'", p->data);
    if (access(p->data, W_OK | X_OK) != 0) return err_errno(err, E_IO, "cannot write to '%s'", p->data);
    return OK;
}

enum status paths_make_socket_dir(const struct paths *p, struct err *err)
{
    struct stat st;
    if (make_parents(p->socket_dir) != 0) return err_errno(err, E_IO, "cannot create '%s'", p->socket_dir);
    if (lstat(p->socket_dir, &st) != 0) return err_errno(err, E_IO, "cannot look at '%s'", p->socket_dir);
    if (!S_ISDIR(st.st_mode)) return err_set(err, E_IO, "'%s' is not a directory", p->socket_dir);
    if (st.st_uid != getuid()) return err_set(err, E_IO, "'%s' belongs to somebody else", p->socket_dir);
    if ((st.st_mode & 077) != 0 && chmod(p->socket_dir, 0700) != 0)
        return err_errno(err, E_IO, "cannot close '%s' to others", p->socket_dir);
    return OK;
}

char *paths_absolute(const char *path)
{
    char *real = realpath(path, NULL);
    if (real) return real;
    if (path[0] == '/') return strdup(path);
    char *here = getcwd(NULL, 0);
    char *joined = here ? join(here, "/", path) : NULL;
    free(here);
    return joined;
}
