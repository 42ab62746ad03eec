#include "weights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/json.h"

enum { LENGTH_BYTES = 8, HEADER_MAX = 1 << 20 };

struct weights {
    char *path;
    const char *map, *data; /* data: behind the header */
    size_t map_bytes, data_bytes;
    json_t *header;
};

void weights_close(struct weights *w)
{
    if (!w) return;
    if (w->map) munmap((void *)(uintptr_t)w->map, w->map_bytes);
    json_decref(w->header);
    free(w->path);
    free(w);
}

void weights_forget(struct weights *w) { (void)madvise((void *)(uintptr_t)w->map, w->map_bytes, MADV_DONTNEED); }

static enum status map_file(struct weights *w, int fd, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return err_errno(err, E_IO, "cannot look at '%s'", w->path);
    if (!S_ISREG(st.st_mode) || st.st_size <= LENGTH_BYTES) return err_set(err, E_FORMAT, "'%s' is no safetensors file", w->path);
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) return err_errno(err, E_IO, "cannot map '%s'", w->path);
    w->map = map;
    w->map_bytes = (size_t)st.st_size;
    return OK;
}

/* Floats are read where they lie, so the data has to begin at a multiple of 4. */
static enum status read_header(struct weights *w, struct err *err)
{
    uint64_t n = 0;
    for (int i = LENGTH_BYTES - 1; i >= 0; i--) n = n << 8 | (unsigned char)w->map[i];
    if (n > HEADER_MAX) return err_set(err, E_LIMIT, "'%s' has a header of %llu bytes", w->path, (unsigned long long)n);
    if (n > w->map_bytes - LENGTH_BYTES || n % sizeof(float))
        return err_set(err, E_FORMAT, "'%s' is no safetensors file", w->path);
    json_error_t why;
    w->header = json_loadb(w->map + LENGTH_BYTES, n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(w->header)) return err_set(err, E_FORMAT, "the header of '%s' is no JSON object", w->path);
    w->data = w->map + LENGTH_BYTES + n;
    w->data_bytes = w->map_bytes - LENGTH_BYTES - n;
    return OK;
}

enum status weights_open(const char *path, struct weights **ret, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return err_errno(err, errno == ENOENT ? E_ABSENT : E_IO, "cannot read '%s'", path);
    struct weights *w = calloc(1, sizeof *w);
    enum status s = w && (w->path = strdup(path)) ? map_file(w, fd, err) : err_set(err, E_MEMORY, "no memory");
    close(fd);
    if (!s) s = read_header(w, err);
    if (s) weights_close(w);
    else *ret = w;
    return s;
}

static bool has_shape(const json_t *shape, size_t rows, size_t columns)
{
    const size_t n = rows ? 2 : 1;
    if (json_array_size(shape) != n) return false;
    if (rows && json_integer_value(json_array_get(shape, 0)) != (json_int_t)rows) return false;
    return json_integer_value(json_array_get(shape, n - 1)) == (json_int_t)columns;
}

enum status weights_tensor(const struct weights *w, const char *name, size_t rows, size_t columns, const float **ret,
                           struct err *err)
{
    const json_t *t = json_object_get(w->header, name), *offsets = json_object_get(t, "data_offsets");
    const char *type = json_string_value(json_object_get(t, "dtype"));
    if (!t) return err_set(err, E_ABSENT, "'%s' has no tensor '%s': is it another model?", w->path, name);
    if (!type || strcmp(type, "F32") != 0) return err_set(err, E_FORMAT, "'%s' in '%s' is not of 32-bit floats", name, w->path);
    if (!has_shape(json_object_get(t, "shape"), rows, columns))
        return err_set(err, E_FORMAT, "'%s' in '%s' has another shape: is it another model?", name, w->path);
    json_int_t from = json_integer_value(json_array_get(offsets, 0)), to = json_integer_value(json_array_get(offsets, 1));
    json_int_t bytes = (json_int_t)((rows ? rows : 1) * columns * sizeof(float));
    if (from < 0 || from % (json_int_t)sizeof(float) || to < from || to - from != bytes || (uint64_t)to > w->data_bytes)
        return err_set(err, E_FORMAT, "'%s' in '%s' lies outside the file: it may be cut off", name, w->path);
    *ret = (const float *)(const void *)(w->data + from);
    return OK;
}
