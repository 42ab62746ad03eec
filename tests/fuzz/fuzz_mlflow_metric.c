/* fuzz_mlflow_metric - one metric of an MLflow file store: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format("mlflow_metric", "mlruns/0/0123456789abcdef0123456789abcdef/metrics/loss", data, size);
}
