/* fuzz_csv - tables: any bytes, any split, in files whose names say something of their columns and in one whose name does not. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {"log.csv", "test_error.tsv", "plots/metrics/train/loss.tsv"};
    return fuzz_format("csv", paths[size ? data[0] % 3 : 0], data, size);
}
