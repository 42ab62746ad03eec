/* tfevents_made - event files from a few words, so that tests can say what is in one; real ones are in tests/fixtures/tensorboard_torch.
 *
 * One record a line, unless it says otherwise; its time is second 1600000000 and as many as its step.
 *   V                   the version, which real files begin with
 *   s TAG STEP VALUE    a scalar as simple_value           i TAG STEP N      a picture of N bytes
 *   t TAG STEP VALUE    a scalar as tensor, with its plugin u TAG STEP VALUE  the same without
 *   h TAG STEP          a histogram, the old kind: 2 values in [-1, 0), 3 in [0, 1e-12), 5 in [1e-12, 4)
 *   k TAG STEP          a histogram, the new kind: rows (-1, 0, 1), (0, 1, 2), (1, 3, 1)
 *   x TAG TEXT          a text, with its plugin             p KEY=VALUE      a hyper-parameter; a number when VALUE is one
 *   m STEP N TAG VALUE  one summary with a picture of N bytes between two scalars, VALUE in TAG and again in TAG2
 *   c PATH              a session log: a checkpoint         r HEX            a record of these bytes
 *   head N              the header of a record of N bytes, and nothing else       foot   four bytes that are no checksum
 *   zeros N             so many zero bytes     flip N   change the byte N before the end     cut N   drop the last N bytes */
#ifndef MLWATCH_TFEVENTS_MADE_H
#define MLWATCH_TFEVENTS_MADE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../daemon/base/crc32c.h"
#include "../../daemon/base/str.h"

enum { TF_LINE_MAX_BYTES = 1024, TF_BEGIN_S = 1600000000 };

static inline void tf_put(struct str *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        char c = (char)(value >> (8 * i) & 255);
        str_add_span(to, (struct span){&c, 1});
    }
}
static inline void tf_varint(struct str *to, uint64_t value)
{
    for (; value > 127; value >>= 7) tf_put(to, (value & 127) | 128, 1);
    tf_put(to, value, 1);
}
static inline void tf_number(struct str *to, unsigned field, uint64_t value)
{
    tf_varint(to, field << 3);
    tf_varint(to, value);
}
static inline void tf_bytes(struct str *to, unsigned field, struct span bytes)
{
    tf_varint(to, field << 3 | 2);
    tf_varint(to, bytes.n);
    str_add_span(to, bytes);
}
static inline void tf_bytes_done(struct str *to, unsigned field, struct str *bytes)
{
    tf_bytes(to, field, (struct span){bytes->p, bytes->n});
    str_done(bytes);
}
static inline void tf_double(struct str *to, unsigned field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    tf_varint(to, field << 3 | 1);
    tf_put(to, bits, 8);
}
static inline void tf_float(struct str *to, unsigned field, double value)
{
    float narrow = (float)value;
    uint32_t bits;
    memcpy(&bits, &narrow, sizeof bits);
    tf_varint(to, field << 3 | 5);
    tf_put(to, bits, 4);
}
static inline void tf_fill(struct str *to, char with, size_t n)
{
    char some[4096];
    memset(some, with, sizeof some);
    for (size_t part; n; n -= part) {
        part = n < sizeof some ? n : sizeof some;
        str_add_span(to, (struct span){some, part});
    }
}

/* ---- frames ------------------------------------------------------------------------------------------------------------ */

static inline void tf_checksum(struct str *to, const void *p, size_t n)
{
    uint32_t crc = crc32c(0, p, n);
    tf_put(to, (uint32_t)(((crc >> 15) | (crc << 17)) + 0xa282ead8u), 4);
}
static inline void tf_head(struct str *file, uint64_t n)
{
    struct str length = {0};
    tf_put(&length, n, 8);
    str_add_span(file, (struct span){length.p, length.n});
    tf_checksum(file, length.p, length.n);
    str_done(&length);
}
static inline void tf_record(struct str *file, struct str *data)
{
    tf_head(file, data->n);
    if (data->n) str_add_span(file, (struct span){data->p, data->n});
    tf_checksum(file, data->p, data->n);
    str_done(data);
}

/* ---- events ------------------------------------------------------------------------------------------------------------ */

/* tf_event - a record of one summary; step 0 is left out, as protobuf has it. */
static inline void tf_event(struct str *file, long step, struct str *summary)
{
    struct str event = {0};
    tf_double(&event, 1, (double)(TF_BEGIN_S + step));
    if (step) tf_number(&event, 2, (uint64_t)step);
    tf_bytes_done(&event, 5, summary);
    tf_record(file, &event);
}
/* tf_value - a value of a summary: its tag, then the field `body` unless that is 0, then its plugin unless there is none. */
static inline void tf_value(struct str *summary, const char *tag, unsigned field, struct str *body, const char *plugin,
                            struct span content)
{
    struct str value = {0}, data = {0}, metadata = {0};
    tf_bytes(&value, 1, span_of(tag));
    if (field) tf_bytes_done(&value, field, body);
    if (plugin) {
        tf_bytes(&data, 1, span_of(plugin));
        if (content.n) tf_bytes(&data, 2, content);
        tf_bytes_done(&metadata, 1, &data);
        tf_bytes_done(&value, 9, &metadata);
    }
    tf_bytes_done(summary, 1, &value);
}
static inline void tf_simple(struct str *summary, const char *tag, double number)
{
    struct str value = {0};
    tf_bytes(&value, 1, span_of(tag));
    tf_float(&value, 2, number);
    tf_bytes_done(summary, 1, &value);
}
static inline void tf_shape(struct str *tensor, int rank, const uint64_t *sizes)
{
    struct str shape = {0}, dim = {0};
    for (int i = 0; i < rank; i++) {
        tf_number(&dim, 1, sizes[i]);
        tf_bytes_done(&shape, 2, &dim);
    }
    if (!rank) str_add(&shape, "");
    tf_bytes_done(tensor, 2, &shape);
}
static inline void tf_tensor_scalar(struct str *tensor, double value)
{
    float narrow = (float)value;
    uint32_t bits;
    struct str content = {0};
    memcpy(&bits, &narrow, sizeof bits);
    tf_number(tensor, 1, 1);
    tf_shape(tensor, 0, NULL);
    tf_put(&content, bits, 4);
    tf_bytes_done(tensor, 4, &content);
}
static inline void tf_old_histogram(struct str *to)
{
    static const double limits[] = {-1, 0, 1e-12, 4}, counts[] = {0, 2, 3, 5};
    struct str packed = {0};
    uint64_t bits;
    tf_double(to, 1, -0.5), tf_double(to, 2, 3), tf_double(to, 3, 10), tf_double(to, 4, 15), tf_double(to, 5, 50);
    for (int i = 0; i < 4; i++) memcpy(&bits, &limits[i], 8), tf_put(&packed, bits, 8);
    tf_bytes_done(to, 6, &packed);
    for (int i = 0; i < 4; i++) memcpy(&bits, &counts[i], 8), tf_put(&packed, bits, 8);
    tf_bytes_done(to, 7, &packed);
}
static inline void tf_new_histogram(struct str *tensor)
{
    static const double rows[] = {-1, 0, 1, 0, 1, 2, 1, 3, 1};
    struct str content = {0};
    uint64_t bits;
    tf_number(tensor, 1, 2);
    tf_shape(tensor, 2, (uint64_t[]){3, 3});
    for (int i = 0; i < 9; i++) memcpy(&bits, &rows[i], 8), tf_put(&content, bits, 8);
    tf_bytes_done(tensor, 4, &content);
}
static inline void tf_picture(struct str *summary, const char *tag, size_t n)
{
    struct str image = {0}, bytes = {0};
    tf_number(&image, 1, 8), tf_number(&image, 2, 8), tf_number(&image, 3, 3);
    tf_fill(&bytes, 'i', n);
    tf_bytes_done(&image, 4, &bytes);
    tf_value(summary, tag, 4, &image, NULL, (struct span){0});
}
static inline void tf_text(struct str *summary, const char *tag, const char *text)
{
    struct str tensor = {0};
    tf_number(&tensor, 1, 7);
    tf_shape(&tensor, 1, (uint64_t[]){1});
    tf_bytes(&tensor, 8, span_of(text));
    tf_value(summary, tag, 8, &tensor, "text", (struct span){0});
}
static inline void tf_parameter(struct str *summary, const char *key, const char *text)
{
    struct str value = {0}, entry = {0}, info = {0}, data = {0};
    char *end;
    double number = strtod(text, &end);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) tf_number(&value, 4, text[0] == 't');
    else if (end > text && !*end) tf_double(&value, 2, number);
    else tf_bytes(&value, 3, span_of(text));
    tf_bytes(&entry, 1, span_of(key));
    tf_bytes_done(&entry, 2, &value);
    tf_bytes_done(&info, 1, &entry);
    tf_bytes_done(&data, 3, &info);
    tf_value(summary, "_hparams_/session_start_info", 0, NULL, "hparams", (struct span){data.p, data.n});
    str_done(&data);
}

/* ---- the words --------------------------------------------------------------------------------------------------------- */

/* Words that are no event. */
static inline void tf_other_words(struct str *file, const char *line)
{
    struct str data = {0}, inner = {0};
    unsigned long n = strtoul(line + strcspn(line, " "), NULL, 10);
    unsigned byte;
    if (line[0] == 'V') {
        tf_double(&data, 1, TF_BEGIN_S);
        tf_bytes(&data, 3, span_of("brain.Event:2"));
        tf_record(file, &data);
    } else if (line[0] == 'r') {
        for (const char *p = line + 2; line[1] && sscanf(p, "%2x", &byte) == 1; p += 2) tf_put(&data, byte, 1);
        tf_record(file, &data);
    } else if (strncmp(line, "c ", 2) == 0) {
        tf_number(&inner, 1, 3);
        tf_bytes(&inner, 2, span_of(line + 2));
        tf_double(&data, 1, TF_BEGIN_S);
        tf_bytes_done(&data, 7, &inner);
        tf_record(file, &data);
    } else if (strncmp(line, "head", 4) == 0) tf_head(file, n);
    else if (strncmp(line, "foot", 4) == 0) str_add(file, "none");
    else if (strncmp(line, "zeros", 5) == 0) tf_fill(file, 0, n);
    else if (strncmp(line, "flip", 4) == 0 && n && n <= file->n) file->p[file->n - n] ^= 1;
    else if (strncmp(line, "cut", 3) == 0 && n <= file->n) file->n -= n;
}

static inline void tf_words(struct str *file, const char *line)
{
    char tag[TF_LINE_MAX_BYTES] = "", text[TF_LINE_MAX_BYTES] = "", second[TF_LINE_MAX_BYTES + 2];
    struct str summary = {0}, body = {0};
    long step = 0, size = 0;
    double value = 0;
    char word = line[1] == ' ' ? line[0] : 0;
    if (word == 'm' && sscanf(line, "m %ld %ld %1000s %lf", &step, &size, tag, &value) == 4) {
        snprintf(second, sizeof second, "%s2", tag);
        tf_simple(&summary, tag, value);
        tf_picture(&summary, "picture", (size_t)size);
        tf_simple(&summary, second, value);
    } else if (word == 'p' && sscanf(line, "p %1000[^=]=%1000[^\n]", tag, text) == 2) tf_parameter(&summary, tag, text);
    else if (word == 'x' && sscanf(line, "x %1000s %1000[^\n]", tag, text) == 2) tf_text(&summary, tag, text);
    else if (word && strchr("stuihk", word) && sscanf(line, "%*c %1000s %ld %1000s", tag, &step, text) >= 2) {
        value = strtod(text, NULL);
        if (word == 's') tf_simple(&summary, tag, value);
        if (word == 'i') tf_picture(&summary, tag, (size_t)value);
        if (word == 't' || word == 'u')
            tf_tensor_scalar(&body, value), tf_value(&summary, tag, 8, &body, word == 't' ? "scalars" : NULL, (struct span){0});
        if (word == 'h') tf_old_histogram(&body), tf_value(&summary, tag, 5, &body, NULL, (struct span){0});
        if (word == 'k') tf_new_histogram(&body), tf_value(&summary, tag, 8, &body, "histograms", (struct span){0});
    } else {
        tf_other_words(file, line);
        return;
    }
    tf_event(file, step, &summary);
}

/* tfevents_made - append what the lines describe. */
static inline void tfevents_made(struct str *file, const char *text)
{
    while (*text) {
        char line[TF_LINE_MAX_BYTES];
        size_t n = strcspn(text, "\n"), kept = n < sizeof line ? n : sizeof line - 1;
        memcpy(line, text, kept);
        line[kept] = 0;
        if (kept) tf_words(file, line);
        text += n + (text[n] == '\n');
    }
    str_add(file, "");
}

#endif
