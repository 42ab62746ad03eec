/* AVX2: 8 floats a vector, 16 registers: 6 rows of 16 outputs are 12 of them. */
#if defined(__x86_64__)

#define SIMD_WIDTH     8
#define SIMD_ROWS      6
#define SIMD_TARGET    __attribute__((target("avx2,fma")))
#define SIMD_NAME      simd_avx2
#define SIMD_LABEL     "avx2"
#define SIMD_RUNS_HERE __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
#include "simd_body.h"

#endif
