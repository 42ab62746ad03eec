/* wandb_made - .wandb files from a few words, so that tests can say what is in one; real ones are in tests/fixtures/wandb.
 *
 *   one record a line; words are NAME=JSON without blanks, and a|b is a nested name
 *     W                      the 7 bytes of the file's beginning        pad     x to the end of the block: damage
 *     h _step=1 loss=2.5     history                                    zeros   zeros to the end of the block
 *     s gpu.0.temp=41        system metrics, at second 1700000000       flip N  change the byte N before the end of what there is
 *     c lr=0.1   u best=1    config; summary                            cut N   drop the last N bytes
 *     o TEXT   p TEXT        console, stdout: a line; a piece of one    long N  a history record with a text of N bytes
 *     x N                    exit record                                m NAME  define_metric("*", step_metric=NAME)
 *     r HEX                  a record of these bytes
 *   and of SwanLab's log
 *     S                      its first 7 bytes                          l TEXT  a line of the console
 *     n NAME STEP VALUE      a scalar                                   f N     the run's end, in this state */
#ifndef MLWATCH_WANDB_MADE_H
#define MLWATCH_WANDB_MADE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "../../daemon/base/str.h"

enum { MADE_BLOCK_BYTES = 32768, MADE_HEAD_BYTES = 7 };

static inline void made_byte(struct str *to, unsigned byte)
{
    char c = (char)byte;
    str_add_span(to, (struct span){&c, 1});
}

static inline void made_varint(struct str *to, uint64_t v)
{
    for (; v > 0x7f; v >>= 7) made_byte(to, (unsigned)(v & 0x7f) | 0x80);
    made_byte(to, (unsigned)v);
}

static inline void made_number(struct str *to, unsigned field, uint64_t v)
{
    made_varint(to, (uint64_t)field << 3);
    made_varint(to, v);
}

static inline void made_bytes(struct str *to, unsigned field, struct span bytes)
{
    made_varint(to, (uint64_t)field << 3 | 2);
    made_varint(to, bytes.n);
    str_add_span(to, bytes);
}

/* made_chunk - type 1 full, 2 first, 3 middle, 4 last. */
static inline void made_chunk(struct str *file, unsigned type, struct span part)
{
    char head = (char)type;
    uLong crc = crc32_z(crc32_z(0, (const Bytef *)&head, 1), (const Bytef *)part.p, part.n);
    for (int i = 0; i < 4; i++) made_byte(file, (unsigned)(crc >> (8 * i)) & 0xff);
    made_byte(file, part.n & 0xff);
    made_byte(file, (unsigned)(part.n >> 8));
    made_byte(file, type);
    str_add_span(file, part);
}

static inline size_t made_room(const struct str *file) { return MADE_BLOCK_BYTES - file->n % MADE_BLOCK_BYTES; }
static inline void made_fill(struct str *file, unsigned byte)
{
    for (size_t n = made_room(file); n > 0; n--) made_byte(file, byte);
}

/* made_record - as W&B writes one: cut where a block ends. */
static inline void made_record(struct str *file, struct span record)
{
    if (made_room(file) < MADE_HEAD_BYTES) made_fill(file, 0);
    for (bool first = true, last = false; !last; first = false) {
        size_t room = made_room(file) - MADE_HEAD_BYTES, n = record.n < room ? record.n : room;
        last = n == record.n;
        made_chunk(file, first && last ? 1 : first ? 2 : last ? 4 : 3, (struct span){record.p, n});
        record = span_from(record, n);
    }
}

/* made_wrapped - the message as field `kind` of a Record. */
static inline void made_wrapped(struct str *file, unsigned kind, const struct str *message)
{
    struct str record = {0};
    made_number(&record, 1, 7);
    made_bytes(&record, kind, (struct span){message->p, message->n});
    made_record(file, (struct span){record.p, record.n});
    str_done(&record);
}

/* made_item - "a|b=1.5" as an item: keys and JSON. Plain names are a key for the summary's sake and a nested key of one else. */
static inline void made_item(struct str *message, unsigned field, struct span word, bool plain)
{
    struct str item = {0};
    const char *equals = memchr(word.p, '=', word.n);
    struct span name = {word.p, equals ? (size_t)(equals - word.p) : word.n}, json = span_from(word, name.n + 1);
    while (name.n) {
        const char *bar = memchr(name.p, '|', name.n);
        struct span key = {name.p, bar ? (size_t)(bar - name.p) : name.n};
        made_bytes(&item, plain ? 1 : 2, key);
        name = span_from(name, key.n + 1);
    }
    made_bytes(&item, 16, json);
    made_bytes(message, field, (struct span){item.p, item.n});
    str_done(&item);
}

static inline void made_items(struct str *message, unsigned field, struct span words, bool plain)
{
    while ((words = span_trim(words)).n) {
        size_t n = 0;
        while (n < words.n && words.p[n] != ' ') n++;
        made_item(message, field, (struct span){words.p, n}, plain);
        words = span_from(words, n);
    }
}

static inline void made_hex(struct str *file, struct span hex)
{
    struct str record = {0};
    for (; hex.n > 1; hex = span_from(hex, 2)) {
        char two[3] = {hex.p[0], hex.p[1], 0};
        made_byte(&record, (unsigned)strtoul(two, NULL, 16));
    }
    made_record(file, (struct span){record.p, record.n});
    str_done(&record);
}

static inline void made_scalar(struct str *message, struct span words)
{
    const char *blank = memchr(words.p, ' ', words.n);
    if (!blank) return;
    struct str inner = {0};
    char *end;
    made_bytes(message, 1, (struct span){words.p, (size_t)(blank - words.p)});
    made_number(message, 2, strtoul(blank, &end, 10));
    double value = strtod(end, NULL);
    made_byte(&inner, 1 << 3 | 1);
    str_add_span(&inner, (struct span){(const char *)&value, sizeof value});
    made_bytes(message, 5, (struct span){inner.p, inner.n});
    str_done(&inner);
}

static inline void made_line(struct str *file, struct span line)
{
    struct str m = {0}, inner = {0};
    struct span word = {line.p, 0};
    while (word.n < line.n && line.p[word.n] != ' ') word.n++;
    struct span rest = span_from(line, word.n + 1);
    size_t n = rest.n ? (size_t)strtoul(rest.p, NULL, 10) : 0;
    if (span_is(word, "W")) str_add_span(file, (struct span){":W&B\xE1\xBE", MADE_HEAD_BYTES});
    else if (span_is(word, "S")) str_add_span(file, (struct span){":SWL\xD6\xE1\x02", MADE_HEAD_BYTES});
    else if (span_is(word, "n")) made_scalar(&m, rest), made_wrapped(file, 13, &m);
    else if (span_is(word, "l")) made_bytes(&m, 1, rest), made_wrapped(file, 16, &m);
    else if (span_is(word, "f")) made_number(&m, 1, n), made_wrapped(file, 11, &m);
    else if (span_is(word, "h")) made_items(&m, 1, rest, false), made_wrapped(file, 2, &m);
    else if (span_is(word, "c")) made_items(&m, 1, rest, true), made_wrapped(file, 5, &m);
    else if (span_is(word, "u")) made_items(&m, 1, rest, false), made_wrapped(file, 3, &m);
    else if (span_is(word, "s")) {
        made_number(&inner, 1, 1700000000);
        made_bytes(&m, 2, (struct span){inner.p, inner.n});
        made_items(&m, 3, rest, true);
        made_wrapped(file, 7, &m);
    } else if (span_is(word, "o") || span_is(word, "p")) {
        str_add_span(&inner, rest);
        if (span_is(word, "o")) str_add(&inner, "\n");
        made_number(&m, 1, 1);
        made_bytes(&m, 3, (struct span){inner.p, inner.n});
        made_wrapped(file, 13, &m);
    } else if (span_is(word, "x")) {
        if (n) made_number(&m, 1, n);
        made_wrapped(file, 18, &m);
    } else if (span_is(word, "m")) {
        made_bytes(&m, 2, span_of("*"));
        made_bytes(&m, 4, rest);
        made_wrapped(file, 12, &m);
    } else if (span_is(word, "long")) {
        str_add(&inner, "_step=1 text=\"");
        while (inner.n < n) str_add(&inner, "y");
        str_add(&inner, "\"");
        made_items(&m, 1, (struct span){inner.p, inner.n}, false);
        made_wrapped(file, 2, &m);
    } else if (span_is(word, "pad")) made_fill(file, 'x');
    else if (span_is(word, "zeros")) made_fill(file, 0);
    else if (span_is(word, "flip")) file->p[file->n - n] ^= 1;
    else if (span_is(word, "cut")) file->n -= n;
    else if (span_is(word, "r")) made_hex(file, rest);
    str_done(&m);
    str_done(&inner);
}

/* wandb_made - append what the words say. */
static inline void wandb_made(struct str *file, const char *text)
{
    for (struct span rest = span_of(text); rest.n;) {
        const char *newline = memchr(rest.p, '\n', rest.n);
        size_t n = newline ? (size_t)(newline - rest.p) : rest.n;
        made_line(file, (struct span){rest.p, n});
        rest = span_from(rest, n + 1);
    }
}

#endif
