/* attach_pipe - the log on standard input: copied to standard output byte by byte, and to a file that the daemon follows. */
#ifndef MLWATCH_ATTACH_PIPE_H
#define MLWATCH_ATTACH_PIPE_H

#include <stdbool.h>

/* attach_pipe - until end of file. SIGINT and SIGPIPE are ignored, and input is drained whatever fails: watching never ends a
 * training. Alerts go to stderr.  name: of the run, or NULL.  returns the exit code */
int attach_pipe(const char *name, bool plain);

#endif
