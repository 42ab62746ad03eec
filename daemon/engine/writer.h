/* writer - is there a process on this machine that has a file open for writing?
 *
 * It tells a hang from an end: a run that fell silent with its log still open hangs; one whose log nobody holds is over, or its writer is on
 * another machine or opens the file anew for each line, and then silence proves nothing. */
#ifndef MLWATCH_WRITER_H
#define MLWATCH_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All files that other processes hold open for writing, as they were at one moment: hashes of their canonical paths, in order. */
struct writers {
    uint64_t *files;
    size_t n, room;
    double taken, cost; /* when on CLOCK_MONOTONIC, and the seconds that it took; 0: never */
};

/* writers_take - look anew. Processes that may not be looked into do not count; when memory runs out, what was found so far does.
 * Cost: a walk over /proc: about 1 ms a hundred processes, and 5 us an open file. */
void writers_take(struct writers *w);
/* writers_have - was one of these files held open? O(n log files). */
bool writers_have(const struct writers *w, const char *const *paths, size_t n);
void writers_done(struct writers *w);

/* writer_there - does another process than this one hold one of the files open for writing now?
 *   paths   canonical;  n   how many
 * Cost      as writers_take */
bool writer_there(const char *const *paths, size_t n);

#endif
