/* fuzz_training_metrics - metrics laid out by hand, JSON and YAML: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format("training_metrics", "training-metrics.yaml", data, size);
}
