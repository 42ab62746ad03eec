/* inspection_record - what both sides of the worker's pipe agree on (the layout is told in inspection.c). */
#ifndef MLWATCH_INSPECTION_RECORD_H
#define MLWATCH_INSPECTION_RECORD_H

#include <stdint.h>

enum inspection_record {
    RECORD_HEAD = 'H',
    RECORD_COUNT = 'N',
    RECORD_TENSOR = 'T',
    RECORD_GROUP = 'G',
    RECORD_MEMBER = 'M',
    RECORD_FACT = 'F',
    RECORD_STATE = 'S',
    RECORD_SAFETY = 'Y',
    RECORD_END = 'E'
};
enum { TENSOR_SUMMED = 1, TENSOR_SHARES = 2, TENSOR_COMPARED = 4, TENSOR_HISTOGRAM = 8 };
enum { INSPECTION_NO_TEXT = 65535, INSPECTION_RECORD_BYTES = 4096 };

/* inspection_state_badness - 0 whole, 1 unverified, 2 incomplete, 3 corrupt. */
static inline uint8_t inspection_state_badness(uint8_t state)
{
    static const uint8_t badness[] = {0, 2, 3, 1};
    return state < sizeof badness ? badness[state] : 1;
}

#endif
