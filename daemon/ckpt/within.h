/* within - a stored member of an archive as a file of its own: read in place by whatever reader it has. */
#ifndef MLWATCH_WITHIN_H
#define MLWATCH_WITHIN_H

#include "zip.h"

/* within_scan - let the reader of member e describe it; its sentences begin with the member's name, its tensors' names with `prefix`.
 *   outer     the archive's file
 *   head      the member's first bytes
 *   prefix    "" or text that ends in a separator
 *   *known    false when no reader knows it; nothing was said then
 * Errors  as of a reader's scan, but what is wrong with the member's bytes is said; more than 8 archives around each other are unverified */
enum status within_scan(const struct ckpt_file *outer, struct zip *z, const struct zip_entry *e, struct span head,
                        const char *prefix, bool *known, struct err *err);

#endif
