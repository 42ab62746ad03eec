/* unwritten - a file may have its size before its bytes (truncate, fallocate, a download, a power cut): what has not come reads as zeros. What is wrong from
 * there on is no damage: it is not there yet. */
#ifndef MLWATCH_UNWRITTEN_H
#define MLWATCH_UNWRITTEN_H

#include "ckpt.h"

/* unwritten_from - is the byte before `at` zero, and every one from there to the file's end? Counted from f->base; false at the file's begin.
 * Cost: reads up to the first byte that is not zero, 16 MiB at most: so many zeros are believed. */
bool unwritten_from(const struct ckpt_file *f, uint64_t at);
/* unwritten_signature - the `at` of a file whose signature breaks off within head: behind the first byte of it that is another one. */
uint64_t unwritten_signature(struct span head, const char *signature);
/* unwritten_fault - the state of a fault found at `at`: incomplete when the bytes there have not come, else corrupt. */
enum ckpt_state unwritten_fault(const struct ckpt_file *f, uint64_t at);

/* What the file system knows was never written (lseek(2), SEEK_HOLE). Where it cannot tell, nothing is. */
struct unwritten_holes {
    uint64_t first;  /* where the first hole begins; the file's size: there is none */
    uint64_t to_end; /* where the one begins that ends the file; the file's size: none does */
};
/* unwritten_holes_of - of the whole file. Cost: two calls a hole, 4096 holes at most. */
struct unwritten_holes unwritten_holes_of(const struct ckpt_file *f);

#endif
