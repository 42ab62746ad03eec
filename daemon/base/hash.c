#include "hash.h"

#include <xxhash.h>

uint64_t hash64(const void *p, size_t n, uint64_t seed) { return XXH3_64bits_withSeed(p ? p : "", n, seed); }

void hash_name(char out[12], char prefix, uint64_t h)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
    out[0] = prefix;
    for (int i = 0; i < 8; i++) out[1 + i] = alphabet[(h >> (59 - 5 * i)) & 31];
    out[9] = 0;
}
