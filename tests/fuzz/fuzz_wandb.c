/* fuzz_wandb - .wandb files: any bytes, any split. An input whose second byte is 'R' is a list of records, each u16 length and bytes, that
 * get their chunks and checksums here: else hardly any change of a file would reach what lies within. */
#include "../unit/wandb_made.h"
#include "fuzz_format.h"

static void put_records(struct str *file, struct span records)
{
    while (records.n > 1) {
        size_t n = (size_t)(unsigned char)records.p[0] | (size_t)(unsigned char)records.p[1] << 8;
        records = span_from(records, 2);
        if (n > records.n) n = records.n;
        made_record(file, (struct span){records.p, n});
        records = span_from(records, n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {(const char *)data, size};
    struct str file = {0};
    if (size < 2 || data[1] != 'R') return fuzz_format("wandb", "run-1.wandb", data, size);
    str_add_span(&file, (struct span){input.p, 1});
    struct str log = {0};
    wandb_made(&log, "W\n");
    put_records(&log, span_from(input, 2));
    str_add_span(&file, (struct span){log.p, log.n});
    int result = fuzz_format("wandb", "run-1.wandb", (const uint8_t *)file.p, file.n);
    str_done(&log);
    str_done(&file);
    return result;
}
