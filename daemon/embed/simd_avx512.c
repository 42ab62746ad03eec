/* AVX-512: 16 floats a vector, 32 registers: 12 rows of 32 outputs are 24 of them. */
#if defined(__x86_64__)

#define SIMD_WIDTH  16
#define SIMD_ROWS   12
#define SIMD_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,fma")))
#define SIMD_NAME   simd_avx512
#define SIMD_LABEL  "avx512"
#define SIMD_RUNS_HERE                                                                                                           \
    __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
#include "simd_body.h"

#endif
