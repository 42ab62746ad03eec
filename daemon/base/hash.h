/* hash - XXH3, and the ids made from it. Not for secrets. */
#ifndef MLWATCH_HASH_H
#define MLWATCH_HASH_H

#include <stddef.h>
#include <stdint.h>

/* hash64 - XXH3 of n bytes; the same on every machine. p may be NULL when n is 0. */
uint64_t hash64(const void *p, size_t n, uint64_t seed);
/* hash_name - prefix and 8 lower-case RFC 4648 base-32 characters (40 bits of h) and a NUL. */
void hash_name(char out[12], char prefix, uint64_t h);

#endif
