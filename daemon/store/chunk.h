/* chunk - a stretch of a run's points as bytes, and back, bit for bit and in arrival order.
 *
 * Points are grouped by series, so that each series' steps, times and values lie together, and every field becomes a column.
 * One chunk holds all series of its stretch: a run is read in arrival order chunk by chunk, with the memory of one.
 *
 *   byte 0   1 = columns as they are (a journal row: small, soon folded), 2 = columns in one zstd frame
 *   varint   n, points;  varint bytes of the columns
 *   columns  varint n_groups; per group the series id as difference to the one before, and its number of points;
 *            six columns of integers: arrival, source, segment, step, line, bits of time: in a group the change of the
 *            difference, at its start the difference to the start of the group before, zigzag varints modulo 2^64;
 *            the values (values.h)
 *
 * A regular log differs by constants, so its integer columns are zeros, and zstd makes next to nothing of them. */
#ifndef MLWATCH_CHUNK_H
#define MLWATCH_CHUNK_H

#include "../base/err.h"
#include "../base/span.h"
#include "../base/str.h"
#include "store.h"

enum { CHUNK_POINTS_MAX = 1 << 16 };
enum chunk_kind { CHUNK_PLAIN = 1, CHUNK_ZSTD = 2 };

/* What compressing needs, some 300 KB: many small chunks are cheaper where it is made once. Zeroed at first; chunk_writer_done takes NULL. */
struct chunk_writer {
    void *zstd; /* NULL until it is needed */
};
void chunk_writer_done(struct chunk_writer *w);

/* chunk_encode - append the bytes of n points (1..CHUNK_POINTS_MAX) to out.
 * Errors: E_MEMORY. Cost: about 50 ns a point (bench_store); scratch of 150 bytes a point */
enum status chunk_encode(struct chunk_writer *w, const struct point_row *points, size_t n, enum chunk_kind kind, struct str *out,
                         struct err *err);
/* chunk_decode - the points of one chunk, whatever the bytes are.
 *   out     room for max points;  n  written on success
 * Errors: E_STORE when the bytes are not a chunk or hold more than max points; E_MEMORY. Cost: about 30 ns a point */
enum status chunk_decode(struct span in, struct point_row *out, size_t max, size_t *n, struct err *err);

#endif
