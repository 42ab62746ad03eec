/* fuzz_safetensors - a header and what it promises: any bytes. */
#include "fuzz_ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_ckpt("safetensors", "model.safetensors", data, size); }
