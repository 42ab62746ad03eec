/* yaml_load - see yaml_load.h. */
#include "yaml_load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static enum status parse(const char *path, const char *text, size_t n, yaml_document_t *ret, struct err *err)
{
    yaml_parser_t parser;
    enum status s = OK;
    if (!yaml_parser_initialize(&parser)) return err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    if (!yaml_parser_load(&parser, ret))
        s = err_set(err, E_FORMAT, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1, parser.problem_mark.column + 1,
                    parser.problem ? parser.problem : "not YAML");
    yaml_parser_delete(&parser);
    return s;
}

enum status yaml_load(const char *path, yaml_document_t *ret, struct err *err)
{
    FILE *f = fopen(path, "re");
    if (!f) return err_errno(err, errno == ENOENT || errno == ENOTDIR ? E_ABSENT : E_IO, "cannot read '%s'", path);
    char *text = malloc(YAML_FILE_MAX_BYTES);
    size_t n = text ? fread(text, 1, YAML_FILE_MAX_BYTES, f) : 0;
    enum status s;
    if (!text) s = err_set(err, E_MEMORY, "cannot read '%s': out of memory", path);
    else if (ferror(f)) s = err_errno(err, E_IO, "cannot read '%s'", path);
    else if (n == YAML_FILE_MAX_BYTES) s = err_set(err, E_LIMIT, "'%s' is longer than 1 MiB", path);
    else s = parse(path, text, n, ret, err);
    free(text);
    fclose(f);
    return s;
}
