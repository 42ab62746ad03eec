/* checkpoint_made - checkpoints on disk, made byte by byte: small safetensors files, and the directories that frameworks put them in. */
#ifndef MLWATCH_TEST_CHECKPOINT_MADE_H
#define MLWATCH_TEST_CHECKPOINT_MADE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct made {
    char directory[64], program[4096], path[512];
};

/* A directory of our own, and the reader that was built beside the tests. */
static inline void made_begin(struct made *m)
{
    strcpy(m->directory, "/tmp/mlwatch-checkpoint.XXXXXX");
    ssize_t n = readlink("/proc/self/exe", m->program, sizeof m->program - 1);
    m->program[n > 0 ? n : 0] = '\0';
    for (int up = 0; up < 2; up++) *strrchr(m->program, '/') = '\0';
    strcat(m->program, "/mlwatch-inspect");
    if (!mkdtemp(m->directory)) abort();
}

static inline void made_end(struct made *m)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", m->directory);
    if (system(command)) abort();
}

/* A path below the directory; directories on the way are made. */
static inline const char *made_path(struct made *m, const char *name)
{
    snprintf(m->path, sizeof m->path, "%s/%s", m->directory, name);
    for (char *slash = m->path + strlen(m->directory) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(m->path, 0777);
        *slash = '/';
    }
    return m->path;
}

static inline void made_bytes(struct made *m, const char *name, const void *p, size_t n)
{
    FILE *f = fopen(made_path(m, name), "w");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f)) abort();
}

static inline void made_text(struct made *m, const char *name, const char *text) { made_bytes(m, name, text, strlen(text)); }

/* A safetensors file with vectors of two floats, one a name; names end in NULL. */
static inline void made_safetensors(struct made *m, const char *name, ...)
{
    char header[2048] = "{", file[4096];
    uint64_t n = 1, bytes = 0;
    va_list names;
    va_start(names, name);
    for (const char *t; (t = va_arg(names, const char *)); bytes += 8)
        n += (uint64_t)snprintf(header + n, sizeof header - n,
                                "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}", bytes ? "," : "", t,
                                (int)bytes, (int)bytes + 8);
    va_end(names);
    header[n++] = '}';
    memcpy(file, &n, 8);
    memcpy(file + 8, header, n);
    for (size_t i = 0; i < bytes / 4; i++) memcpy(file + 8 + n + 4 * i, &(float){(float)(i + 1)}, 4);
    made_bytes(m, name, file, 8 + n + bytes);
}

#endif
