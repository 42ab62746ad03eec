#include "event.h"

#include <math.h>

#include "bits.h"

static const char WALL_TIME_KEY = 0x09, STEP_KEY = 0x10, SUMMARY_KEY = 0x2A, VALUE_KEY = 0x0A, SIMPLE_KEY = 0x15;

void event_field(struct event_record *e, const struct proto_field *f)
{
    if (f->number == EVENT_WALL_TIME && f->wire == PROTO_EIGHT && f->value) e->time = from_bits(f->value);
    else if (f->number == EVENT_STEP && f->wire == PROTO_VARINT) e->step = (int64_t)f->value;
    else if (f->number == EVENT_FILE_VERSION && f->wire == PROTO_BYTES) e->file_version = f->bytes;
    else if (f->number == EVENT_SUMMARY && f->wire == PROTO_BYTES) e->summary = f->bytes;
    else if (f->number == EVENT_SESSION_LOG && f->wire == PROTO_BYTES) e->session_log = f->bytes;
}

/* wall_time, step, summary and nothing else: what nearly every record is. False leaves the rest to the careful way. */
static bool event_usual(struct span data, struct event_record *e)
{
    struct span rest = span_from(data, 9);
    uint64_t step = 0, n;
    if (data.n < 12 || data.p[0] != WALL_TIME_KEY) return false;
    double time = from_bits(bits_64(data.p + 1));
    if (rest.p[0] == STEP_KEY && (rest = span_from(rest, 1), !proto_varint(&rest, &step))) return false;
    if (!rest.n || rest.p[0] != SUMMARY_KEY) return false;
    rest = span_from(rest, 1);
    if (!proto_varint(&rest, &n) || n != rest.n || time == 0) return false;
    *e = (struct event_record){.time = time, .step = (int64_t)step, .summary = rest};
    return true;
}

bool event_parse(struct span data, struct event_record *e)
{
    struct span w = data;
    struct proto_field f;
    if (event_usual(data, e)) return true;
    *e = (struct event_record){.time = NAN};
    while (proto_next(&w, &f)) event_field(e, &f);
    return w.n == 0;
}

/* A tag of less than 128 bytes and a simple_value. */
static bool value_usual(struct span bytes, struct value_record *v)
{
    size_t n = bytes.n > 7 ? (unsigned char)bytes.p[1] : 0;
    if (bytes.n != n + 7 || n > 127 || bytes.p[0] != VALUE_KEY || bytes.p[2 + n] != SIMPLE_KEY) return false;
    *v = (struct value_record){.tag = {bytes.p + 2, n}, .kind = VALUE_SIMPLE, .simple = bits_float(bits_32(bytes.p + 3 + n))};
    return true;
}

static void take_plugin(struct span metadata, struct value_record *v)
{
    struct span w = metadata;
    struct proto_field f, of;
    v->described = true;
    while (proto_next(&w, &f)) {
        if (f.number != 1 || f.wire != PROTO_BYTES) continue;
        for (struct span in = f.bytes; proto_next(&in, &of);) {
            if (of.number == 1 && of.wire == PROTO_BYTES) v->plugin = of.bytes;
            if (of.number == 2 && of.wire == PROTO_BYTES) v->content = of.bytes;
        }
    }
}

bool value_parse(struct span bytes, struct value_record *v)
{
    struct span w = bytes;
    struct proto_field f;
    if (value_usual(bytes, v)) return true;
    *v = (struct value_record){.tag = {"", 0}, .kind = VALUE_NONE};
    while (proto_next(&w, &f)) {
        if (f.number == 1 && f.wire == PROTO_BYTES) v->tag = f.bytes;
        else if (f.number == 2 && f.wire == PROTO_FOUR) v->kind = VALUE_SIMPLE, v->simple = bits_float((uint32_t)f.value);
        else if (f.number == 5 && f.wire == PROTO_BYTES) v->kind = VALUE_HISTO, v->body = f.bytes;
        else if (f.number == 8 && f.wire == PROTO_BYTES) v->kind = VALUE_TENSOR, v->body = f.bytes;
        else if (f.number == 9 && f.wire == PROTO_BYTES) take_plugin(f.bytes, v);
    }
    return w.n == 0;
}

struct span session_checkpoint(struct span log)
{
    struct span w = log;
    struct proto_field f;
    struct span path = {0};
    bool saved = false;
    while (proto_next(&w, &f)) {
        if (f.number == 1 && f.wire == PROTO_VARINT) saved = f.value == SESSION_CHECKPOINT;
        if (f.number == 2 && f.wire == PROTO_BYTES) path = f.bytes;
    }
    return saved ? path : (struct span){0};
}
