/* ingest_fixture - beside the memory of store_fixture.h: another one, and a file that is taken in or written. */
#ifndef MLWATCH_TEST_INGEST_FIXTURE_H
#define MLWATCH_TEST_INGEST_FIXTURE_H

#include "store_fixture.h"

struct two {
    struct place *place;
    char other[96], file[96];
};

static inline struct two places(void **state)
{
    struct two t = {.place = *state};
    snprintf(t.other, sizeof t.other, "%s/other.db", t.place->dir);
    snprintf(t.file, sizeof t.file, "%s/export.jsonl", t.place->dir);
    return t;
}

static inline void clean(const struct two *t)
{
    remove_files(t->other);
    unlink(t->file);
}

static inline void write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
}

#endif
