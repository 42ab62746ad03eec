/* save - O_EXCL beside the target refuses links planted there; the rename is atomic on one file system. */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/str.h"

enum { TRIES = 100 };

static char *name_beside(const char *path, int try)
{
    struct str s = {0};
    str_addf(&s, "%s.%ld-%d.part", path, (long)getpid(), try);
    return str_take(&s);
}

enum status save_begin(struct save *s, const char *path, struct err *err)
{
    struct stat there;
    *s = (struct save){.path = path, .fd = -1};
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return err_set(err, E_IO, "cannot write '%s': it is no regular file", path);
    for (int try = 0; try < TRIES; try++) {
        char *beside = name_beside(path, try);
        if (!beside) return err_set(err, E_MEMORY, "no memory to write '%s'", path);
        s->fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (s->fd >= 0) return s->beside = beside, OK;
        int why = errno;
        free(beside);
        errno = why;
        if (why != EEXIST) break;
    }
    return err_errno(err, E_IO, "cannot write '%s'", path);
}

enum status save_end(struct save *s, bool keep, struct err *err)
{
    enum status status = OK;
    if (s->fd >= 0 && close(s->fd) != 0 && keep) status = err_errno(err, E_IO, "cannot write '%s'", s->path);
    if (keep && status == OK && rename(s->beside, s->path) != 0) status = err_errno(err, E_IO, "cannot write '%s'", s->path);
    if (s->beside && (!keep || status != OK)) unlink(s->beside);
    free(s->beside);
    *s = (struct save){.fd = -1};
    return status;
}

enum status save_text(const char *path, struct span text, struct err *err)
{
    struct save s;
    enum status status = save_begin(&s, path, err);
    if (status != OK) return status;
    while (text.n && status == OK) {
        ssize_t n = write(s.fd, text.p, text.n);
        if (n > 0) text = span_from(text, (size_t)n);
        else if (n < 0 && errno != EINTR) status = err_errno(err, E_IO, "cannot write '%s'", path);
    }
    enum status ended = save_end(&s, status == OK, err);
    return status != OK ? status : ended;
}
