/* warm - memory is asked for before it is needed. */
#ifndef MLWATCH_WARM_H
#define MLWATCH_WARM_H

#include <stddef.h>
#include <stdint.h>

enum { WARM_LINE_BYTES = 64 };

/* warm - n bytes from p on will soon be read and written. Changes nothing; p may be any address, NULL too. Cost: about 1 ns a line, unless more
 * than a dozen are on their way already. */
static inline void warm(const void *p, size_t n)
{
    uintptr_t first = (uintptr_t)p / WARM_LINE_BYTES, last = ((uintptr_t)p + n - 1) / WARM_LINE_BYTES;
    for (uintptr_t line = first; p && n && line <= last; line++) __builtin_prefetch((const void *)(line * WARM_LINE_BYTES), 1, 2);
}

#endif
