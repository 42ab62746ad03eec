/* unpack - zlib and libzstd behind one loop: read a piece, inflate it, hand on what comes out.
 *
 * Both formats may hold several parts one behind the other (`cat a.gz b.gz`, parallel packers): each end begins the next part.
 * gzip(1) takes no notice of what stands behind the last part; neither does this. */
#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { PIECE_BYTES = 256 << 10, MAGIC_BYTES = 4 };
static const char gzip_magic[] = "\x1F\x8B\x08", zstd_magic[] = "\x28\xB5\x2F\xFD";

enum progress { GOES_ON, PART_ENDED, BROKEN };

struct unpacker {
    int fd;
    off_t at; /* in the packed file */
    bool zstd, begun;
    z_stream z;
    ZSTD_DStream *d;
    unsigned char *in, *out;
    size_t have, used; /* in `in` */
    uint64_t packed, unpacked;
};

bool unpack_is_packed(struct span head)
{
    return (head.n >= 3 && memcmp(head.p, gzip_magic, 3) == 0) || (head.n >= 4 && memcmp(head.p, zstd_magic, 4) == 0);
}

static bool unpacker_open(struct unpacker *u, int fd)
{
    char head[MAGIC_BYTES] = "";
    *u = (struct unpacker){.fd = fd};
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0 || !unpack_is_packed((struct span){head, (size_t)n})) return false;
    u->zstd = head[0] == zstd_magic[0];
    u->in = malloc(PIECE_BYTES);
    u->out = malloc(PIECE_BYTES);
    if (u->zstd) u->d = ZSTD_createDStream();
    if (u->d) ZSTD_DCtx_setParameter(u->d, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG_MAX);
    u->begun = u->zstd ? u->d != NULL : inflateInit2(&u->z, 15 + 16) == Z_OK;
    return u->in && u->out && u->begun;
}

static void unpacker_close(struct unpacker *u)
{
    if (u->begun && !u->zstd) inflateEnd(&u->z);
    ZSTD_freeDStream(u->d);
    free(u->in);
    free(u->out);
}

static enum progress inflate_piece(struct unpacker *u, size_t *n)
{
    u->z.next_in = u->in + u->used;
    u->z.avail_in = (uInt)(u->have - u->used);
    u->z.next_out = u->out;
    u->z.avail_out = PIECE_BYTES;
    int code = inflate(&u->z, Z_NO_FLUSH);
    u->used = u->have - u->z.avail_in;
    *n = PIECE_BYTES - u->z.avail_out;
    if (code == Z_STREAM_END) return inflateReset(&u->z) == Z_OK ? PART_ENDED : BROKEN;
    return code == Z_OK || code == Z_BUF_ERROR ? GOES_ON : BROKEN;
}

static enum progress zstd_piece(struct unpacker *u, size_t *n)
{
    ZSTD_inBuffer in = {u->in, u->have, u->used};
    ZSTD_outBuffer out = {u->out, PIECE_BYTES, 0};
    size_t code = ZSTD_decompressStream(u->d, &out, &in);
    u->used = in.pos;
    *n = out.pos;
    if (ZSTD_isError(code)) return BROKEN;
    return code == 0 ? PART_ENDED : GOES_ON;
}

/* The next piece of content into u->out. `between` tells whether a part has just ended: the packed file may end there, and only there. */
static enum status next_piece(struct unpacker *u, size_t *n, bool *between, bool *end)
{
    *n = 0;
    *end = false;
    while (*n == 0) {
        if (u->used == u->have) {
            ssize_t got = pread(u->fd, u->in, PIECE_BYTES, u->at);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return E_IO;
            if (got == 0) return *end = true, *between ? OK : E_FORMAT;
            u->at += got;
            u->packed += (uint64_t)got;
            u->have = (size_t)got;
            u->used = 0;
        }
        bool first = *between && u->unpacked > 0;
        enum progress p = u->zstd ? zstd_piece(u, n) : inflate_piece(u, n);
        if (p == BROKEN && first) *n = 0; /* what follows the last part is no part */
        if (p == BROKEN) return *end = true, first ? OK : E_FORMAT;
        *between = p == PART_ENDED;
    }
    u->unpacked += *n;
    return OK;
}

static int temporary_in(const char *directory)
{
    char name[4096];
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || snprintf(name, sizeof name, "%s/mlwatch-unpacked.XXXXXX", directory) >= (int)sizeof name) return fd;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0) unlink(name);
    return fd;
}

static int temporary(void)
{
    const char *const directories[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    int fd = -1;
    for (size_t i = 0; fd < 0 && i < sizeof directories / sizeof *directories; i++)
        if (directories[i] && *directories[i]) fd = temporary_in(directories[i]);
    return fd;
}

static bool put(int fd, const unsigned char *p, size_t n)
{
    while (n) {
        ssize_t got = write(fd, p, n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

static bool beyond_limits(const struct unpacker *u)
{
    return u->unpacked > UNPACK_MAX_BYTES || (u->unpacked > UNPACK_FREE_BYTES && u->unpacked / UNPACK_RATIO_MAX > u->packed);
}

static enum status unpack_into(struct unpacker *u, int to, const char *path, struct err *err)
{
    size_t n;
    bool between = false, end = false;
    while (!end) {
        enum status s = next_piece(u, &n, &between, &end);
        if (s == E_IO) return err_errno(err, E_IO, "cannot read '%s' to its end", path);
        if (n && !put(to, u->out, n)) return err_errno(err, E_IO, "cannot unpack all of '%s'", path);
        if (s) return err_set(err, s, "'%s' is cut off or damaged: it is read up to there", path);
        if (beyond_limits(u)) return err_set(err, E_LIMIT, "'%s' unpacks to more than a log would: it is read up to there", path);
    }
    return OK;
}

static int open_regular(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return err_errno(err, E_IO, "cannot read '%s'", path), -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
    close(fd);
    return err_set(err, E_IO, "cannot read '%s': it is no regular file", path), -1;
}

int unpack_open(const char *path, struct err *err)
{
    struct unpacker u;
    int fd = open_regular(path, err), to = -1;
    *err = fd < 0 ? *err : (struct err){0};
    if (fd < 0) return -1;
    if (!unpacker_open(&u, fd)) err_set(err, E_FORMAT, "cannot unpack '%s': it is neither gzip nor zstd", path);
    else if ((to = temporary()) < 0) err_errno(err, E_IO, "cannot unpack '%s': no place for a temporary file", path);
    else (void)unpack_into(&u, to, path, err);
    unpacker_close(&u);
    close(fd);
    if (to >= 0 && lseek(to, 0, SEEK_SET) == 0) return to;
    if (to >= 0) close(to);
    return -1;
}

ssize_t unpack_head(int fd, void *buffer, size_t n)
{
    struct unpacker u;
    size_t have = 0, piece;
    bool between = false, end = false;
    bool ready = unpacker_open(&u, fd);
    while (ready && have < n && !end && next_piece(&u, &piece, &between, &end) == OK) {
        if (piece > n - have) piece = n - have;
        memcpy((char *)buffer + have, u.out, piece);
        have += piece;
    }
    unpacker_close(&u);
    return have ? (ssize_t)have : -1;
}
