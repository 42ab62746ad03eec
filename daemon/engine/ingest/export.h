/* export - the memory as lines of dump.h. */
#ifndef MLWATCH_EXPORT_H
#define MLWATCH_EXPORT_H

#include <stdio.h>

#include "dump.h"

struct export_counts {
    uint64_t runs, points, incidents, notes, outcomes;
};

/* export_memory - all that n stores hold, to a file: runs by id, each as of one moment; then what belongs to no single run. A run, a row or a
 * note that several stores have is written once. The same memory gives the same bytes, on every machine.
 *   step   called behind each run with the runs done and in all; or NULL
 * Errors: E_STORE; E_IO of writing; E_MEMORY. Cost: memory for one line of points, and for the ids of the runs */
enum status export_memory(struct store *const *stores, size_t n, FILE *to, void (*step)(void *arg, size_t done, size_t of),
                          void *arg, struct export_counts *ret, struct err *err);

#endif
