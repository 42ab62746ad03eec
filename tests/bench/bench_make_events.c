/* bench_make_events - logdirs as torch.utils.tensorboard writes them, from a fixed seed, for bench_tfevents and for other readers.
 *   usage   bench_make_events DIRECTORY RUNS TAGS STEPS [PICTURE_BYTES [EVERY]]
 * DIRECTORY/run-0000/events.out.tfevents... : at each step a record for each tag; with PICTURE_BYTES also one picture of so many random
 * bytes every EVERY (1) steps. The same arguments make the same bytes. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../daemon/base/crc32c.h"

enum { WROTE_BYTES = 1 << 20, TAG_BYTES = 48, HEAD_BYTES = 256 };

static const char *const groups[] = {"train/loss", "train/grad_norm", "train/learning_rate", "val/accuracy",
                                     "layers/attention_entropy"};

static uint64_t next_random(uint64_t *seed) /* xorshift64* (Vigna 2016) */
{
    *seed ^= *seed >> 12, *seed ^= *seed << 25, *seed ^= *seed >> 27;
    return *seed * 2685821657736338717u;
}

static size_t put_varint(unsigned char *to, uint64_t value)
{
    size_t n = 0;
    for (; value > 127; value >>= 7) to[n++] = (unsigned char)(value | 128);
    to[n++] = (unsigned char)value;
    return n;
}

static void put_checked(FILE *f, const void *p, size_t n, uint32_t crc)
{
    uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
    fwrite(p, 1, n, f);
    fwrite(&masked, 1, sizeof masked, f);
}

/* put_record - data in two parts, the second may be empty. */
static void put_record(FILE *f, const void *head, size_t head_n, const void *rest, size_t rest_n)
{
    uint64_t n = head_n + rest_n;
    put_checked(f, &n, sizeof n, crc32c(0, &n, sizeof n));
    fwrite(head, 1, head_n, f);
    put_checked(f, rest, rest_n, crc32c(crc32c(0, head, head_n), rest, rest_n));
}

/* put_event - wall_time, step and a summary of one value: its tag, and a field whose key and, for a picture, length stand in `field`. */
static void put_event(FILE *f, double time, uint64_t step, const char *tag, const void *field, size_t field_n, const void *rest,
                      size_t rest_n)
{
    unsigned char head[HEAD_BYTES], *p = head;
    size_t tag_n = strlen(tag);
    unsigned char size[10];
    uint64_t value_n = 1 + put_varint(size, tag_n) + tag_n + field_n + rest_n;
    *p++ = 0x09, memcpy(p, &time, 8), p += 8;
    if (step) *p++ = 0x10, p += put_varint(p, step);
    *p++ = 0x2a, p += put_varint(p, 1 + put_varint(size, value_n) + value_n);
    *p++ = 0x0a, p += put_varint(p, value_n);
    *p++ = 0x0a, p += put_varint(p, tag_n), memcpy(p, tag, tag_n), p += tag_n;
    memcpy(p, field, field_n), p += field_n;
    put_record(f, head, (size_t)(p - head), rest, rest_n);
}

static void put_scalar(FILE *f, double time, uint64_t step, const char *tag, double value)
{
    unsigned char field[5] = {0x15};
    float narrow = (float)value;
    memcpy(field + 1, &narrow, 4);
    put_event(f, time, step, tag, field, sizeof field, NULL, 0);
}

static void put_picture(FILE *f, double time, uint64_t step, const unsigned char *bytes, size_t n)
{
    unsigned char field[32] = {0x22}, image[24] = {0x08, 64, 0x10, 64, 0x18, 3, 0x22};
    size_t image_n = 7 + put_varint(image + 7, n), field_n = 1 + put_varint(field + 1, image_n + n);
    memcpy(field + field_n, image, image_n);
    put_event(f, time, step, "samples/0", field, field_n + image_n, bytes, n);
}

static int make_run(const char *directory, unsigned run, unsigned tags, unsigned long steps, const unsigned char *picture,
                    size_t picture_n, unsigned long every)
{
    char path[4096], tag[TAG_BYTES];
    static const unsigned char version[] = "\x1a\x0d"
                                           "brain.Event:2";
    unsigned char first[9 + sizeof version - 1] = {0x09};
    double time = 1700000000 + run;
    uint64_t seed = run + 1;
    snprintf(path, sizeof path, "%s/run-%04u", directory, run);
    if (mkdir(path, 0777) && errno != EEXIST) return -1;
    snprintf(path, sizeof path, "%s/run-%04u/events.out.tfevents.1700000000.host.%u.0", directory, run, run);
    FILE *f = fopen(path, "wb");
    if (!f) return -1;
    setvbuf(f, NULL, _IOFBF, WROTE_BYTES);
    memcpy(first + 1, &time, 8), memcpy(first + 9, version, sizeof version - 1);
    put_record(f, first, sizeof first, NULL, 0);
    for (uint64_t step = 0; step < steps; step++) {
        for (unsigned i = 0; i < tags; i++) {
            double noise = (double)(next_random(&seed) >> 11) * 0x1p-53;
            if (i < 5) snprintf(tag, sizeof tag, "%s", groups[i]);
            else snprintf(tag, sizeof tag, "%s_%u", groups[i % 5], i);
            put_scalar(f, time += 0.001, step, tag, 2 / sqrt((double)step + 1) + 0.1 * noise);
        }
        if (picture_n && step % every == 0) put_picture(f, time, step, picture, picture_n);
    }
    return fclose(f);
}

int main(int argc, char **argv)
{
    if (argc < 5) return fprintf(stderr, "usage: bench_make_events DIRECTORY RUNS TAGS STEPS [PICTURE_BYTES [EVERY]]\n"), 2;
    unsigned runs = (unsigned)atoi(argv[2]), tags = (unsigned)atoi(argv[3]);
    size_t n = argc > 5 ? (size_t)atol(argv[5]) : 0;
    unsigned long every = argc > 6 ? strtoul(argv[6], NULL, 10) : 1;
    unsigned char *picture = malloc(n + 8);
    uint64_t seed = 42;
    if (!picture || !every || (mkdir(argv[1], 0777) && errno != EEXIST)) return 3;
    for (size_t i = 0; i < n; i += 8) memcpy(picture + i, &(uint64_t){next_random(&seed)}, 8);
    for (unsigned run = 0; run < runs; run++)
        if (make_run(argv[1], run, tags, strtoul(argv[4], NULL, 10), picture, n, every)) return perror(argv[1]), 3;
    free(picture);
    return 0;
}
