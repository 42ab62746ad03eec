/* save - a file that is either the old one or the whole new one: written beside its place, renamed when complete. */
#ifndef MLWATCH_REPORT_SAVE_H
#define MLWATCH_REPORT_SAVE_H

#include "../base/err.h"
#include "../base/span.h"

struct save {
    const char *path;
    char *beside;
    int fd;
}; /* path is borrowed */

/* save_begin - open a new file beside path for writing. E_IO with path and reason. Pair with save_end. */
enum status save_begin(struct save *s, const char *path, struct err *err);
/* save_end - keep: rename it to path; otherwise, or when that fails, remove it. E_IO with path and reason. */
enum status save_end(struct save *s, bool keep, struct err *err);
/* save_text - all of the above for text that is there already. */
enum status save_text(const char *path, struct span text, struct err *err);

#endif
