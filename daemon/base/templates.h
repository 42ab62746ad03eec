/* templates - the files of templates/, compiled into the program. */
#ifndef MLWATCH_TEMPLATES_H
#define MLWATCH_TEMPLATES_H

#include <stddef.h>

struct template_file {
    const char *path;
    const char *text;
    size_t n;
};                                                  /* path below templates/; text is NUL-terminated */
extern const struct template_file template_files[]; /* a NULL path ends the list */

#endif
