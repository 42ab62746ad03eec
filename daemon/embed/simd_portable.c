/* Any processor: 4 floats a vector, which is SSE2 on x86-64, NEON on ARM, and plain code elsewhere. */
#define SIMD_WIDTH 4
#define SIMD_ROWS  6
#define SIMD_TARGET
#define SIMD_NAME      simd_portable
#define SIMD_LABEL     "portable"
#define SIMD_RUNS_HERE true
#include "simd_body.h"
