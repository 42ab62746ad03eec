/* fuzz_history - Keras histories: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_format("history", "history.json", data, size); }
