/* parts - what the files of engine/checkpoint share with one another and with nobody else. */
#ifndef MLWATCH_CHECKPOINT_PARTS_H
#define MLWATCH_CHECKPOINT_PARTS_H

#include "checkpoint.h"

enum { PARTS_MAX = 4096, REASONS_MAX = 256, SMALL_FILE_BYTES = 64 << 20 };

/* reading_run - have one file read in the sandbox. inspection is filled in whatever happens: pair with inspection_done.
 *   against   a file to compare with, or NULL
 * Cost        as long as the reader may take */
enum reading_end reading_run(const char *path, const char *against, const struct checkpoint_options *o, struct inspection *ret);
/* reading_usual - what a zero in the options stands for. */
struct checkpoint_options reading_usual(const struct checkpoint_options *o);
/* reading_program - the path of mlwatch-inspect into path; a bare name is to be looked for in PATH. */
void reading_program(const struct checkpoint_options *o, char *path, size_t room);

/* reason_add - one more reason for the whole; false when memory ran out. part: a name put before it, or NULL. */
bool reason_add(struct checkpoint *c, const char *part, const char *text);
/* verdict_worsen - the whole is now at most as good as this. */
void verdict_worsen(struct checkpoint *c, uint8_t state, uint8_t safety);
/* part_add - a file of the checkpoint: `name` in `directory` (NULL: name is the whole path). NULL when memory ran out, or there are too many (then the
 * verdict says so). The same file twice is one part. */
struct checkpoint_part *part_add(struct checkpoint *c, const char *directory, const char *name, enum checkpoint_role role);

/* small_file - all of a file of at most SMALL_FILE_BYTES, malloc'ed, without a NUL; NULL when it cannot be had. */
char *small_file(const char *path, size_t *n);

/* layout_find - which layout, which parts; nothing is read but names and index files. Errors as of checkpoint_inspect.
 * layout_of - the layout of a directory by the names in it; CHECKPOINT_FILE when it is none. */
enum status layout_find(struct checkpoint *c, struct err *err);
enum checkpoint_layout layout_of(const char *directory);

/* index_add - the files that an index.json names become parts; its keys are kept in c. What is wrong with it is said of the whole; errors: E_MEMORY.
 * index_compare - after the parts were read: every key must be in the file that the index names, and no other. index_free - takes NULL. */
enum status index_add(struct checkpoint *c, const char *path, struct err *err);
void index_compare(struct checkpoint *c);
void index_free(struct shard_index *i);

/* whole_check - what a layout promises beyond its files: that all ranks are there, that flat lengths agree. After the parts were read. */
void whole_check(struct checkpoint *c);

/* dcp_name - the names of torch's distributed checkpoints, out of their .metadata; the tensors of other layouts stay as they are. */
void dcp_name(struct checkpoint *c);

/* join_optimizer - give the optimizer's tensors the names of their parameters where that is certain. Sets c->joined. */
void join_optimizer(struct checkpoint *c);

#endif
