/* pieces - the vocabulary of a WordPiece model, found by bytes: a table of open addresses under FNV-1a, whose value for a prefix is a
 * step towards that of the next longer one, so that all prefixes of a word cost one pass. */
#ifndef MLWATCH_PIECES_H
#define MLWATCH_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "../base/err.h"
#include "../base/span.h"

#define PIECES_HASH_EMPTY 2166136261u
static inline uint32_t pieces_hash_step(uint32_t h, char c) { return (h ^ (unsigned char)c) * 16777619u; }

enum { PIECES_NONE = -1 };

struct pieces {
    char *text; /* the whole file */
    struct piece {
        uint32_t hash, from, bytes; /* within text */
        int32_t number;             /* PIECES_NONE: a free place */
    } * table;
    size_t places; /* a power of two, at least twice the pieces */
    size_t count, longest_bytes;
};

/* pieces_open - as wordpiece_open, without asking which pieces there are. pieces_done takes what was zeroed, too. */
enum status pieces_open(struct pieces *p, const char *path, struct err *err);
void pieces_done(struct pieces *p);
/* pieces_find - the number of prefix and word together, whose hash the caller has; PIECES_NONE when they are no piece. */
int32_t pieces_find(const struct pieces *p, struct span prefix, struct span word, uint32_t hash);
/* pieces_number - the same for one text. */
int32_t pieces_number(const struct pieces *p, const char *piece);

#endif
