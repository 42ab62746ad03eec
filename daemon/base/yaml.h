/* yaml - a YAML file as a list of settings: the path of keys to each scalar, with its place in the file. */
#ifndef MLWATCH_YAML_H
#define MLWATCH_YAML_H

#include "err.h"

#include <stddef.h>

enum { YAML_KEY_BYTES = 256, YAML_LEVELS_MAX = 16 };

struct yaml_setting {
    const char *key, *value; /* "thresholds.loss_spike_height", "8"; items of a list count from 0: "paths.0". Borrowed */
    size_t line, column;     /* of the value, from 1 */
};
struct yaml_sink {
    void *arg;
    enum status (*take)(void *arg, const struct yaml_setting *s, struct err *err); /* anything but OK ends the reading */
};

/* yaml_read - tell every scalar of a file, in order. An empty file has none. Aliases are followed, to a depth of YAML_LEVELS_MAX.
 * Errors: E_ABSENT no such file; E_IO; E_LIMIT too long or too deep; E_FORMAT "FILE:LINE:COLUMN: why"; what take returned. */
enum status yaml_read(const char *path, const struct yaml_sink *sink, struct err *err);

#endif
