/* fuzz_tfevents - event files: any bytes, any split. An input whose second byte is 'R' is a list of records, each u16 length and bytes, that get
 * their checksums here: else hardly any change of a file would reach what lies within. A length with its highest bit set asks for a field of
 * LONG_BYTES behind the bytes, so that the record is read on the way. */
#include "../../daemon/format/tfevents/long.h"
#include "../unit/tfevents_made.h"
#include "fuzz_format.h"

static const char path[] = "logs/train/events.out.tfevents.1";

static void put_records(struct str *file, struct span records)
{
    enum { LONGS_MAX = 2 };
    unsigned longs = 0;
    while (records.n > 1) {
        size_t n = (size_t)(unsigned char)records.p[0] | (size_t)(unsigned char)records.p[1] << 8;
        struct str data = {0}, graph = {0};
        bool is_long = n >> 15 && longs++ < LONGS_MAX;
        records = span_from(records, 2);
        n &= 0x7fff;
        if (n > records.n) n = records.n;
        str_add_span(&data, (struct span){records.p, n});
        if (is_long) tf_fill(&graph, 'g', LONG_BYTES), tf_bytes_done(&data, 9, &graph);
        tf_record(file, &data);
        records = span_from(records, n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span input = {(const char *)data, size};
    struct str file = {0};
    if (size < 2 || data[1] != 'R') return fuzz_format("tfevents", path, data, size);
    char split = (char)(data[0] % 97 + 96); /* not the smallest pieces: long records take them a hundred thousand times */
    str_add_span(&file, (struct span){&split, 1});
    put_records(&file, span_from(input, 2));
    int result = fuzz_format("tfevents", path, (const uint8_t *)file.p, file.n);
    str_done(&file);
    return result;
}
