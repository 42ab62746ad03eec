#include "pieces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 16 << 20 };

static enum status read_text(const char *path, char **ret, size_t *n, struct err *err)
{
    FILE *f = fopen(path, "re");
    if (!f) return err_errno(err, errno == ENOENT ? E_ABSENT : E_IO, "cannot read '%s'", path);
    char *text = malloc(FILE_MAX + 1);
    *n = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
    enum status s = OK;
    if (!text) s = err_set(err, E_MEMORY, "no memory");
    else if (ferror(f)) s = err_errno(err, E_IO, "cannot read '%s'", path);
    else if (*n > FILE_MAX) s = err_set(err, E_LIMIT, "'%s' is over %d MiB: is it a vocabulary?", path, FILE_MAX >> 20);
    fclose(f);
    if (s) free(text);
    else *ret = text;
    return s;
}

static size_t count_lines(const char *text, size_t n)
{
    size_t lines = n && text[n - 1] != '\n';
    for (size_t i = 0; i < n; i++) lines += text[i] == '\n';
    return lines;
}

static void add(struct pieces *p, uint32_t from, uint32_t bytes, int32_t number)
{
    uint32_t h = PIECES_HASH_EMPTY;
    for (uint32_t i = 0; i < bytes; i++) h = pieces_hash_step(h, p->text[from + i]);
    size_t at = h & (p->places - 1);
    while (p->table[at].number != PIECES_NONE) at = (at + 1) & (p->places - 1);
    p->table[at] = (struct piece){h, from, bytes, number};
    if (bytes > p->longest_bytes) p->longest_bytes = bytes;
}

static void add_lines(struct pieces *p, size_t n)
{
    for (size_t from = 0; from < n;) {
        const char *end = memchr(p->text + from, '\n', n - from);
        size_t to = end ? (size_t)(end - p->text) : n, bytes = to - from;
        if (bytes && p->text[to - 1] == '\r') bytes--;
        add(p, (uint32_t)from, (uint32_t)bytes, (int32_t)p->count++);
        from = to + 1;
    }
}

enum status pieces_open(struct pieces *p, const char *path, struct err *err)
{
    size_t n = 0;
    *p = (struct pieces){0};
    enum status s = read_text(path, &p->text, &n, err);
    if (s) return s;
    for (p->places = 16; p->places < 2 * count_lines(p->text, n);) p->places *= 2;
    p->table = malloc(p->places * sizeof *p->table);
    if (!p->table) return pieces_done(p), err_set(err, E_MEMORY, "no memory");
    for (size_t i = 0; i < p->places; i++) p->table[i].number = PIECES_NONE;
    add_lines(p, n);
    return OK;
}

void pieces_done(struct pieces *p)
{
    if (!p) return;
    free(p->text);
    free(p->table);
    *p = (struct pieces){0};
}

int32_t pieces_find(const struct pieces *p, struct span prefix, struct span word, uint32_t hash)
{
    for (size_t at = hash & (p->places - 1); p->table[at].number != PIECES_NONE; at = (at + 1) & (p->places - 1)) {
        const struct piece *e = &p->table[at];
        if (e->hash != hash || e->bytes != prefix.n + word.n) continue;
        if (memcmp(p->text + e->from, prefix.p, prefix.n) == 0 && memcmp(p->text + e->from + prefix.n, word.p, word.n) == 0)
            return e->number;
    }
    return PIECES_NONE;
}

int32_t pieces_number(const struct pieces *p, const char *piece)
{
    uint32_t h = PIECES_HASH_EMPTY;
    for (const char *c = piece; *c; c++) h = pieces_hash_step(h, *c);
    return pieces_find(p, span_of(""), span_of(piece), h);
}
