/* gguf_read - the little pieces a GGUF header is made of, read through a buffer; nothing is believed to be there before it is. */
#ifndef MLWATCH_GGUF_READ_H
#define MLWATCH_GGUF_READ_H

#include "ckpt.h"

enum { GGUF_BOOL = 7, GGUF_STRING = 8, GGUF_ARRAY = 9 };
enum gguf_end { GGUF_CUT, GGUF_IO, GGUF_MEMORY, GGUF_LIMIT, GGUF_VERSION, GGUF_LONG };
struct gguf_read {
    int fd;
    uint64_t base, size, at;  /* at: of the next byte, from base */
    bool short_lengths;       /* version 1: lengths of 32 bits */
    enum gguf_end end_reason; /* why a call returned false */
    uint64_t buffer_at;
    size_t buffer_n;
    char buffer[16 << 10];
};
struct gguf_number {
    uint64_t integer;
    double real;
    bool is_real, is_signed;
};

/* gguf_begin - at the first byte of f. */
void gguf_begin(struct gguf_read *r, const struct ckpt_file *f);
/* gguf_bytes - the next n bytes; false when they are not there. gguf_skip steps over n, gguf_skip_many over n of `each`. */
bool gguf_bytes(struct gguf_read *r, void *p, size_t n);
bool gguf_skip(struct gguf_read *r, uint64_t n);
bool gguf_skip_many(struct gguf_read *r, uint64_t n, size_t each);
bool gguf_u32(struct gguf_read *r, uint32_t *ret);
bool gguf_u64(struct gguf_read *r, uint64_t *ret);
/* gguf_count - of an array. gguf_length - of a string: as many bytes are there. gguf_name - a string of at most room bytes, NUL behind it, none within: else GGUF_LONG. */
bool gguf_count(struct gguf_read *r, uint64_t *ret);
bool gguf_length(struct gguf_read *r, uint64_t *ret);
bool gguf_name(struct gguf_read *r, char *p, size_t room);
/* gguf_size - bytes of a scalar of this type; 0 for strings, arrays and what is unknown. gguf_number reads one. */
size_t gguf_size(uint32_t type);
bool gguf_number(struct gguf_read *r, uint32_t type, struct gguf_number *ret);

#endif
