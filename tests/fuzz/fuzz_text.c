/* fuzz_text - console output: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_format("text", "train.log", data, size); }
