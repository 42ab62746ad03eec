/* fuzz_zip - any zip archive, its members and its ends: any bytes. */
#include "fuzz_ckpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_ckpt("zip", "model.zip", data, size); }
