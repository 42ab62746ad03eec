/* tail_neighbours - the files beside a log that may have been the log once, the oldest first.
 *
 * Where log.2 and log.2.gz are both there the packer is still at work: the plain one counts. The order in time is that of the modification
 * times, which rename, gzip and zstd keep; where two are equal the names decide. A copy is as young as its last write, or as the copying: both
 * lie before the next one's. */
#ifndef MLWATCH_TAIL_NEIGHBOURS_H
#define MLWATCH_TAIL_NEIGHBOURS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "rotated.h"

struct neighbour {
    char *path;
    struct rotated name; /* its stamp lies in path */
    struct timespec changed;
    uint64_t device, inode;
};
struct neighbours {
    struct neighbour *list;
    size_t n, room;
};

/* neighbours_of - the regular files beside the path, none of them empty, whose name begins like its own, up to the first dot. Those for which memory
 * ran out are missing.
 *   rotated_only   those with a rotated name
 * Cost             two listings of the directory, and a stat of each of them; up to eight while names change */
struct neighbours neighbours_of(const char *path, bool rotated_only);
void neighbours_done(struct neighbours *b);

#endif
