/* yaml_load - a YAML file as libyaml's tree of nodes, for who wants more of it than a list of settings (yaml.h). The door to libyaml. */
#ifndef MLWATCH_YAML_LOAD_H
#define MLWATCH_YAML_LOAD_H

#include <yaml.h>

#include "err.h"

enum { YAML_FILE_MAX_BYTES = 1 << 20 };

/* yaml_load - read and parse a file. *ret is the caller's to give to yaml_document_delete; an empty file is a document without a root.
 * Errors: E_ABSENT no such file; E_IO; E_LIMIT longer than YAML_FILE_MAX_BYTES; E_MEMORY; E_FORMAT "FILE:LINE:COLUMN: why". */
enum status yaml_load(const char *path, yaml_document_t *ret, struct err *err);

#endif
