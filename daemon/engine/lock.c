#include "lock.h"

#include "../base/json.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void boot_id(char id[40])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, id, 36) : 0;
    id[n > 0 ? n : 0] = 0;
    if (fd >= 0) close(fd);
}

enum status lock_take(const char *path, const char *socket, int *ret, struct err *err)
{
    char boot[40], text[512];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return err_errno(err, E_IO, "cannot open the lock '%s'", path);
    if (fcntl(fd, F_SETLK, &lock) != 0) {
        enum status s = errno == EACCES || errno == EAGAIN ? err_set(err, E_DAEMON, "another daemon holds '%s'", path)
                                                           : err_errno(err, E_IO, "cannot lock '%s'", path);
        close(fd);
        return s;
    }
    boot_id(boot);
    int n = snprintf(text, sizeof text, "{\"pid\": %ld, \"boot\": \"%s\", \"version\": \"%s\", \"socket\": \"%s\"}\n",
                     (long)getpid(), boot, MLWATCH_VERSION, socket);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n) {
        enum status s = err_errno(err, E_IO, "cannot write the lock '%s'", path);
        close(fd);
        return s;
    }
    *ret = fd;
    return OK;
}

bool lock_read(const char *path, struct lock_text *ret)
{
    char text[512];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return false;
    bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ssize_t n = held ? pread(fd, text, sizeof text - 1, 0) : 0;
    close(fd);
    if (n <= 0) return false;
    json_t *j = json_loadb(text, (size_t)n, JSON_DISABLE_EOF_CHECK, NULL);
    const char *version = json_string_value(json_object_get(j, "version")),
               *socket = json_string_value(json_object_get(j, "socket"));
    if (version && socket) {
        ret->pid = (long)lock.l_pid;
        snprintf(ret->version, sizeof ret->version, "%s", version);
        snprintf(ret->socket, sizeof ret->socket, "%s", socket);
        snprintf(ret->boot, sizeof ret->boot, "%s", json_string_value(json_object_get(j, "boot")));
    }
    json_decref(j);
    return version && socket;
}
