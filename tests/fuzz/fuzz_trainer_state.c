/* fuzz_trainer_state - trainer_state.json: any bytes, any split. */
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_format("trainer_state", "trainer_state.json", data, size);
}
