/* unpack - a finished .gz or .zst file as a plain one: its content in a temporary file that has no name.
 *
 * What is read is a file like any other then: it can be read at any offset, again, and its identity can be checked. The temporary
 * file lies in $TMPDIR, else /var/tmp, else /tmp, and goes away with its descriptor, also when the program is killed.
 * Known by their first bytes, not by their names: gzip 1F 8B 08 (RFC 1952), zstd 28 B5 2F FD (RFC 8878). */
#ifndef MLWATCH_UNPACK_H
#define MLWATCH_UNPACK_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "span.h"

/* Beyond this a file is refused: 4 GiB unpacked; 128 MiB for one zstd window; more than 500 bytes for each packed one, once 64 MiB
 * are unpacked (a log that repeats itself packs 5 to 200 times smaller; a bomb 1,000 times and more). */
#define UNPACK_MAX_BYTES (UINT64_C(4) << 30)
enum { UNPACK_FREE_BYTES = 64 << 20, UNPACK_RATIO_MAX = 500, UNPACK_WINDOW_LOG_MAX = 27 };

/* unpack_is_packed - do these first bytes (4 or more) begin a file that can be unpacked? */
bool unpack_is_packed(struct span head);
/* unpack_open - a descriptor of the content, at its first byte; the caller closes it. -1 and err when there is none.
 *   err   OK when all of it was unpacked. E_FORMAT, E_LIMIT or E_IO with a descriptor of 0 or more: the file is torn or met a limit, and
 *         what could be unpacked up to there is in it. Never NULL
 * Errors: E_IO when the file cannot be opened, is no regular file, or the temporary one cannot be written; E_FORMAT when it is not
 * packed. Cost: about 3 ms a MiB of content for gzip, 1 ms for zstd, the disk space of the content, 0.5 MiB of memory and the zstd window. */
int unpack_open(const char *path, struct err *err);
/* unpack_head - the first bytes of the content only, without a temporary file.
 *   fd        of the packed file; its offset is left alone
 *   returns   bytes, at most n; -1 when it is not packed or gives nothing */
ssize_t unpack_head(int fd, void *buffer, size_t n);

#endif
