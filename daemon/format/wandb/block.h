/* wandb_block - the block log of a .wandb file: bytes in, whole records out.
 *
 *   ":W&B" u16 0xBEE1 u8 version            7 bytes, once
 *   blocks of 32,768 bytes, counted from the file's first byte
 *   chunk  := u32 crc, u16 length, u8 type, length bytes      type 1 full, 2 first, 3 middle, 4 last part of a record
 *   crc     = CRC-32 as zlib has it, of the type and the bytes
 * Everything is little-endian. A chunk never crosses a block; fewer than 7 bytes at a block's end are padding.
 * Source: wandb/wandb, wandb/sdk/internal/datastore.py; the LevelDB log format. SwanLab's log is the same behind
 * ":SWL" u16 0xE1D6 u8 version 2.
 *
 * A chunk that is damaged is told once and its record is lost. If the next chunk stands where it should, the log goes on there, else
 * with the next block. Zeros to the end of the file are space that was never written: no damage. */
#ifndef MLWATCH_WANDB_BLOCK_H
#define MLWATCH_WANDB_BLOCK_H

#include "../format.h"

enum { BLOCK_BYTES = 32 << 10, BLOCK_CHUNK_HEAD_BYTES = 7 };

#define WANDB_BLOCK_START   ":W&B\xE1\xBE" /* and its NUL is version 0 */
#define SWANLAB_BLOCK_START ":SWL\xD6\xE1\x02"

struct wandb_block {    /* zeroed before the first byte, but for start */
    const char *start;  /* the 7 bytes that the file must begin with */
    uint64_t at;        /* of the next byte, in the file */
    uint64_t skip_to;   /* bytes before are not looked at */
    uint64_t records;   /* given */
    uint32_t n_held;    /* bytes of a chunk that is not whole yet */
    uint32_t n_long;    /* bytes of a record in several chunks */
    uint32_t long_room; /* of long_record */
    char *long_record;  /* in the arena; at most FORMAT_RECORD_MAX_BYTES */
    bool within;        /* a record: its first chunk was there, its last was not */
    bool lost;          /* damage was told; no record was begun since */
    bool zeros;         /* an empty chunk head: space that was not written, if nothing follows */
    bool foreign;       /* the first bytes are not `start` */
    char held[BLOCK_BYTES];
};

struct wandb_sink {
    void *arg;
    void (*record)(void *arg, struct span record); /* borrowed for the call */
};

/* wandb_block_is - does a file that begins with head begin with these 7 bytes? */
bool wandb_block_is(struct span head, const char *start);
/* wandb_block_feed - take all of `in`, which goes on where the call before ended.
 * Cost: of the CRC, and a copy of what the calls cut apart. */
void wandb_block_feed(struct wandb_block *b, struct span in, const struct wandb_sink *sink, const struct format_out *out);

#endif
