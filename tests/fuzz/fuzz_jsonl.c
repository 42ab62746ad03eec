/* fuzz_jsonl - JSON lines: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return fuzz_format("jsonl", "log.jsonl", data, size); }
