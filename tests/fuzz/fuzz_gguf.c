/* fuzz_gguf - GGUF headers and chat templates: any bytes. */
#include "fuzz_ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_ckpt("gguf", "model.gguf", data, size); }
