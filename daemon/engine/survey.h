/* survey - has anything in a directory changed that could make a scan find more? A walk of names and sizes, nothing is opened.
 *
 * A file that is too young to be recognised is taken up when it has grown: sizes count up to the bytes a scan reads, byte by byte while they
 * are small, later each time that they have doubled. */
#ifndef MLWATCH_SURVEY_H
#define MLWATCH_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SURVEY_ENTRIES_MAX = 20000, SURVEY_DEPTH_MAX = 8 };

struct survey {
    uint64_t signature; /* 0 when there is no such directory or file */
    char **directories;
    size_t n_directories, directories_room; /* the top first */
};

/* survey_take - look. Symbolic links are not followed. Cost: a stat an entry. False when memory ran out. */
bool survey_take(const char *top, struct survey *ret);
void survey_done(struct survey *s);

#endif
