/* suffix - what a file's name ends in. */
#ifndef MLWATCH_SUFFIX_H
#define MLWATCH_SUFFIX_H

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* suffix_is - does name end in suffix (with its dot, lower case)? Letters of any case count. */
static inline bool suffix_is(const char *name, const char *suffix)
{
    size_t n = strlen(name), m = strlen(suffix);
    return n > m && strcasecmp(name + n - m, suffix) == 0;
}

#endif
