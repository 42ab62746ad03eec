/* sandbox - everything the worker gives up before it looks at the first byte of a checkpoint.
 *
 *   descriptors   all but 1 (the result), 3 (the file) and, with one to compare with, 4 are closed; 0 and 2 lead to /dev/null
 *   rlimits       memory, processor time, no new descriptor, no process, no file written, no core
 *   Landlock      no path, no TCP port, no signal or abstract socket of others (as far as the kernel knows these rights)
 *   seccomp       read, compute, write the result, end; any other system call ends the process
 *
 * What the kernel lacks is left out and told; rlimits are always there. None of it can be taken back. */
#ifndef MLWATCH_SANDBOX_H
#define MLWATCH_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/err.h"

enum { SANDBOX_RESULT = 1, SANDBOX_FILE = 3, SANDBOX_AGAINST = 4 };

struct sandbox {
    bool against;          /* SANDBOX_AGAINST is a file too */
    uint64_t memory_bytes; /* that may be mapped on top of what the program itself takes */
    double cpu_s; /* processor time, until the kernel ends the process by SIGPROF; ten times as much under AddressSanitizer */
    bool landlock, seccomp; /* filled in: they are in force */
};

/* sandbox_enter - give everything up. Libraries must be loaded by now; nothing can be opened any more.
 * Errors  E_IO when a limit could not be set: the caller then reads nothing. A kernel without Landlock or seccomp is no error. */
enum status sandbox_enter(struct sandbox *s, struct err *err);

#endif
