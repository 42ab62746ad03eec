/* fuzz_npz - a zip of arrays: any bytes. */
#include "fuzz_ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_ckpt("npz", "arrays.npz", data, size); }
