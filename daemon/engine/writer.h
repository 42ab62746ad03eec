/* writer - is there a process on this machine that has a file open for writing?
 *
 * It tells a hang from an end: a run that fell silent with its log still open hangs; one whose log nobody holds is over, or its writer is on
 * another machine or opens the file anew for each line, and then silence proves nothing. */
#ifndef MLWATCH_WRITER_H
#define MLWATCH_WRITER_H

#include <stdbool.h>
#include <stddef.h>

/* writer_there - does another process than this one hold one of the files open for writing? Processes that may not be looked into do not count.
 *   paths   canonical;  n   how many
 * Cost      a walk over /proc: about 1 ms a hundred processes */
bool writer_there(const char *const *paths, size_t n);

#endif
