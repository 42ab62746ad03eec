/* fuzz_npy - an array of numpy: any bytes. */
#include "fuzz_ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_ckpt("npy", "array.npy", data, size); }
