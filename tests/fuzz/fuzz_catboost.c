/* fuzz_catboost - catboost_training.json: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format("catboost", "catboost_training.json", data, size);
}
