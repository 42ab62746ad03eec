/* fuzz_swanlab - .swanlab files: lists of records, each u16 length and bytes, that get their chunks and checksums here. What a damaged
 * block does is tried by fuzz_wandb. */
#include "../unit/wandb_made.h"
#include "fuzz_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = {(const char *)data, size};
    struct str file = {0};
    if (size < 1) return 0;
    struct str log = {0};
    wandb_made(&log, "S\n");
    for (rest = span_from(rest, 1); rest.n > 1;) {
        size_t n = (size_t)(unsigned char)rest.p[0] | (size_t)(unsigned char)rest.p[1] << 8;
        rest = span_from(rest, 2);
        if (n > rest.n) n = rest.n;
        made_record(&log, (struct span){rest.p, n});
        rest = span_from(rest, n);
    }
    str_add_span(&file, (struct span){(const char *)data, 1});
    str_add_span(&file, (struct span){log.p, log.n});
    int result = fuzz_format("swanlab", "run-1.swanlab", (const uint8_t *)file.p, file.n);
    str_done(&log);
    str_done(&file);
    return result;
}
