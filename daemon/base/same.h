/* same - does a short text stand at p? As memcmp says, but inline, SAME_BYTES at once: the words of a line are short.
 *
 * SAME_BYTES must be readable behind both, whatever they are. Without SSE2 memcmp does it. */
#ifndef MLWATCH_SAME_H
#define MLWATCH_SAME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { SAME_BYTES = 16 };

/* same_ending - for a text of n > 0 bytes: the bits of those that its last SAME_BYTES have. */
static inline uint32_t same_ending(size_t n) { return (2u << (n - 1) % SAME_BYTES) - 1; }

/* same_text - of n > 0 bytes; ending: of same_ending. Cost: about 2 ns for up to SAME_BYTES */
static inline bool same_text(const char *text, const char *p, uint32_t n, uint32_t ending)
{
#if defined __SSE2__
    typedef char bytes __attribute__((vector_size(SAME_BYTES)));
    bytes x, y;
    for (uint32_t left = n;; left -= SAME_BYTES, text += SAME_BYTES, p += SAME_BYTES) {
        memcpy(&x, text, sizeof x);
        memcpy(&y, p, sizeof y);
        uint32_t differ = ~(uint32_t)__builtin_ia32_pmovmskb128((bytes)(x == y));
        if (left <= SAME_BYTES) return !(differ & ending);
        if (differ & UINT16_MAX) return false;
    }
#else
    return (void)ending, memcmp(text, p, n) == 0;
#endif
}

#endif
