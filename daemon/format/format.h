/* format - bytes of a training log in; series, points, facts and events out.
 *
 * One file is one format; format.c holds the list. A format never sees a file descriptor: the host feeds it the bytes it has, and
 * any split of the same bytes gives the same output. It allocates from out->arena only. How to add one: README.md here. */
#ifndef MLWATCH_FORMAT_H
#define MLWATCH_FORMAT_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../../analyzers/analyzer.h"
#include "../base/arena.h"
#include "../base/err.h"
#include "../base/span.h"

/* What a reader calls. Handles of series() are valid until the format is initialised again; -1 = refused (too many), skip it. */
struct format_out {
    void *arg;
    struct arena *arena; /* tables of columns, tags, keys: capped and freed by the host */
    int (*series)(void *arg, struct span name,
                  enum axis axis); /* interns name; cheap enough to call once per new key, not per point */
    void (*point)(void *arg, int series, int64_t step, double time, double value, uint64_t line);
    void (*fact)(void *arg, struct span key, struct span value); /* settings, versions, git commit; the host redacts secrets */
    void (*event)(void *arg, uint64_t line, enum event kind,
                  struct span text); /* text: the log's own words, quoted as evidence */
    void (*bad)(void *arg, uint64_t line,
                const char *why); /* a record that could not be read: counted, never fatal; why is static */
};

enum growth {
    GROWTH_APPENDED,
    GROWTH_REWRITTEN,
    GROWTH_QUERIED, /* a database: asked again when it changed, never fed */
    GROWTH_SETTINGS /* small, written once or rewritten; makes no run by itself */
};

struct format {
    const char *name, *summary;
    const char *globs; /* file names it is usual for, space-separated; shown in the documentation */
    enum growth growth;
    size_t state_size;
    /* sniff - how sure, 0 (no) to 100 (magic bytes or an exact name and shape), that a file whose first bytes are head is this.
     *   path   for its last component only; the file may be gone;  head   up to 64 KiB */
    int (*sniff)(const char *path, struct span head);
    /* called - the user's own name for files of this path, or NULL for none; may be NULL. Borrowed for the process's life. */
    const char *(*called)(const char *path);
    /* init - state is zeroed; or NULL.
     *   path   as sniff has it: for a format whose files say in their name or directory what they hold. Borrowed for the call */
    void (*init)(void *state, const char *path);
    /* feed - read whole records from `in`. Returns the bytes done with, at most in.n; the rest is offered again with more behind it.
     *   at_end  no more bytes will come for now that can complete the last record: use what is there or report it bad.
     * A record that has no end within 1 MiB is dropped with bad() (text: the rest of the line is skipped). Never returns 0 for
     * in.n >= 1 MiB. O(in.n), no allocation but from out->arena. */
    size_t (*feed)(void *state, struct span in, int at_end, const struct format_out *out);
    /* skip - or NULL: how many of the bytes that come next, of which `there` are in the file, need not be read; they count as fed.
     * Asked when the format is done with all that it was given. 0 when the next one is wanted. What a host does not skip it feeds. */
    uint64_t (*skip)(void *state, uint64_t there);
    /* poll - GROWTH_QUERIED only, where feed is NULL: open the database read-only, tell what is in it and was not told by this state
     * before, close it. The same database gives the same points in the same order to every new state.
     * Errors: E_IO, E_LIMIT; what was told before the error counts, and the next poll goes on there. */
    enum status (*poll)(void *state, const char *path, const struct format_out *out, struct err *err);
};

enum { FORMAT_RECORD_MAX_BYTES = 1 << 20, FORMAT_HEAD_BYTES = 64 << 10 };

extern const struct format *const formats[]; /* NULL ends the list; on equal confidence the earlier one wins */

/* format_sniff - the best format for a file, or NULL when none claims it with at least 20.
 *   confidence  written when not NULL */
const struct format *format_sniff(const char *path, struct span head, int *confidence);
/* format_by_name - NULL when there is none. */
const struct format *format_by_name(const char *name);

#endif
