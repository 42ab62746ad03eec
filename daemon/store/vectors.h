/* vectors - every vector of one model in a flat file, so that the nearest ones are found without asking the database for all.
 *
 * The file lies beside the database and is a cache of it: the database's writer appends what it has committed, anybody reads, and a file that
 * is absent, torn or of another model costs time, not answers. Signs (codes.h) of all are compared first, those of some thousand more
 * finely, and some hundred in full. Numbers little-endian as they lie in memory:
 *
 *   offset  bytes      what
 *   0       8          "mlwscan1"
 *   8       8          hash of the model's name and of the number of dimensions
 *   16      8          dimensions
 *   24      8          vectors in the file
 *   32      8          through: rows of the database up to this number are here, if they are there
 *   40      8          hash of the 40 bytes before
 *   4096    ...        blocks of VECTORS_BLOCK vectors, each from a multiple of 4096:
 *       0       8      vectors in the block;  8  8  hash of codes, numbers and sums of those
 *       64      ...    codes, in groups (codes.h)
 *       ...     8 each numbers: the rows of the database, ascending through the file
 *       ...     8 each sums: hash of the row of floats below, seeded with the number
 *       ...            rows of floats (VECTORS_BLOCK, dims)
 *
 * Nothing is synced: what a power cut tears has a hash that does not fit. What is deleted from the database stays here until the file is made
 * anew: whoever asks looks each number up. */
#ifndef MLWATCH_VECTORS_H
#define MLWATCH_VECTORS_H

#include "../base/err.h"
#include "codes.h"

enum { VECTORS_BLOCK = 256, VECTORS_MAX = 1 << 24 };

struct vectors;
struct near {
    int64_t number;
    double cosine;
};

/* vectors_open - a file as it is now.
 *   writing  vectors_put will be called; one process at a time may
 * Errors: E_ABSENT there is none, or it is of another model; E_FORMAT it is torn; E_IO; E_MEMORY. Cost: about 2 ms for 100,000. */
enum status vectors_open(const char *path, const char *model, size_t dims, bool writing, struct vectors **ret, struct err *err);
/* vectors_make - an empty one under another name; the first vectors_commit gives it `path`, in place of what was there. */
enum status vectors_make(const char *path, const char *model, size_t dims, struct vectors **ret, struct err *err);
/* vectors_close - takes NULL. What was made and never committed is removed. */
void vectors_close(struct vectors *v);

/* vectors_put - append one; number: above all before it. vectors_commit - from now on readers see what was put; all rows up to
 * `through` are here. Errors: E_IO (disk full); then the file is of no use to a writer. Cost: 2 us and the writing of its floats. */
enum status vectors_put(struct vectors *v, int64_t number, const float *floats, struct err *err);
enum status vectors_commit(struct vectors *v, int64_t through, struct err *err);

/* vectors_count - of all that was put. vectors_through - as the last vectors_commit, or the file, says. */
size_t vectors_count(const struct vectors *v);
int64_t vectors_through(const struct vectors *v);

/* vectors_nearest - the numbers of the k vectors that are nearest to `question` (dims,), nearest first.
 *   ret  room for k;  n  how many were written
 * Some may be missed: of the ten nearest of 100,000 sentences 995 in 1,000 are found (scripts/bench memory).
 * Errors: E_FORMAT a row that was looked at is torn; E_MEMORY. Cost: about 0.5 ms for 100,000 of 384 numbers with AVX-512. */
enum status vectors_nearest(struct vectors *v, const float *question, size_t k, struct near *ret, size_t *n, struct err *err);

#endif
