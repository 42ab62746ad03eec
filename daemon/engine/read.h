/* read - a finished file through its format into a run, from the first byte to the last. */
#ifndef MLWATCH_READ_H
#define MLWATCH_READ_H

#include "run.h"
#include "scan.h"

/* read_file - the same without a run, for a format that is fed: what the file tells goes to out. */
enum status read_file(const char *path, const struct format *format, const struct format_out *out, double deadline,
                      struct err *err);
/* read_source - feed one file, plain or packed (.gz, .zst). What cannot be read is a bad record of the source; E_IO when the file cannot
 * be opened or read. Memory: one buffer of 2 MiB. deadline: seconds on CLOCK_MONOTONIC after which it stops with E_LIMIT; INFINITY for
 * none. */
enum status read_source(struct run *r, int source, const char *path, const struct format *format, double deadline,
                        struct err *err);
/* read_run - every source of a scanned run, its checkpoints, then run_finish(). The rotated parts of a log are read before it, as one stream.
 * Preferred sources are read first (run_order_sources), whatever their index. A source that fails is named in *err, the others count. */
enum status read_run(struct run *r, const struct scan_run *from, double deadline, struct err *err);

#endif
