#include "long.h"

#include <math.h>

#include "../../../analyzers/stats/bytes.h"
#include "frame.h"
#include "numbers.h"

void long_begin(struct long_record *l, size_t length)
{
    struct long_point *points = l->points;
    *l = (struct long_record){.left = length, .open = true, .event = {.time = NAN}, .points = points};
}

static void hold(struct long_record *l, const struct numbers *of, const struct format_out *out)
{
    if (!l->points && of->n) l->points = arena_alloc(out->arena, LONG_POINTS_MAX * sizeof *l->points);
    for (unsigned i = 0; i < of->n; i++) {
        if (!l->points || l->n == LONG_POINTS_MAX) l->unread = true;
        else l->points[l->n++] = (struct long_point){of->at[i], of->tag, of->first + i};
    }
}

/* The next field of the event or, within its summary, of that. Returns the bytes of it that are done with, 0 when more are needed; what
 * is to be passed over of it is l->skip. */
static size_t take_field(struct long_record *l, struct span in, struct tags *tags, uint64_t line, const struct format_out *out)
{
    struct span w = in;
    struct proto_field f = {0};
    uint64_t key, room = l->summary_left ? l->summary_left : l->left;
    if (!proto_varint(&w, &key)) return 0;
    f.number = (uint32_t)(key >> 3), f.wire = (enum proto_wire)(key & 7);
    if (f.wire != PROTO_BYTES) {
        w = in;
        if (!proto_next(&w, &f)) return 0;
        if (!l->summary_left) event_field(&l->event, &f);
        return (size_t)(w.p - in.p);
    }
    if (!proto_varint(&w, &f.value)) return 0;
    size_t head = (size_t)(w.p - in.p);
    if (f.value > room - head) return 0;
    if (!l->summary_left && f.number == EVENT_SUMMARY) return l->summary_left = f.value + head, head;
    if (l->summary_left && f.number == SUMMARY_VALUE && f.value <= LONG_VALUE_BYTES) {
        struct value_record v;
        struct numbers numbers;
        if (f.value > in.n - head) return 0;
        if (!value_parse((struct span){w.p, (size_t)f.value}, &v)) l->unread = true;
        else if (v.kind != VALUE_NONE && numbers_of(&v, tags, line, out, &numbers)) hold(l, &numbers, out);
        return head + (size_t)f.value;
    }
    l->skip = f.value;
    return head;
}

static void pass(struct long_record *l, const char *p, size_t n)
{
    l->crc = crc32c(l->crc, p, n);
    l->left -= n;
    if (l->summary_left) l->summary_left -= n;
}

static void tell(struct long_record *l, struct tags *tags, uint64_t line, const struct format_out *out)
{
    for (uint32_t i = 0; i < l->n; i++) {
        int series = tags_series(tags, &tags->at[l->points[i].tag], l->points[i].which, out);
        if (series >= 0) out->point(out->arg, series, l->event.step, l->event.time, l->points[i].value, line);
    }
    if (l->unread) out->bad(out->arg, line, "a long record could not be read whole");
}

uint64_t long_skip(struct long_record *l, uint64_t there)
{
    uint64_t n = l->left + FRAME_FOOTER_BYTES;
    if (!l->open || l->n || l->unread || !l->skip || l->skip != l->left || n > there) return 0;
    l->open = false;
    return n;
}

size_t long_feed(struct long_record *l, struct span in, struct tags *tags, uint64_t line, const struct format_out *out)
{
    size_t used = 0;
    while (l->left) {
        uint64_t room = l->summary_left ? l->summary_left : l->left;
        size_t there = in.n - used < room ? in.n - used : (size_t)room;
        size_t n = l->skip < there ? (size_t)l->skip : there;
        if (l->skip) l->skip -= n;
        else n = take_field(l, (struct span){in.p + used, there}, tags, line, out);
        if (!n && there < room && there <= LONG_VALUE_BYTES + 2 * VARINT_MAX_BYTES) return used;
        if (!n) l->unread = true, l->skip = l->left, l->summary_left = 0; /* no message: only its checksum is of interest now */
        pass(l, in.p + used, n);
        used += n;
    }
    if (in.n - used < FRAME_FOOTER_BYTES) return used;
    if (frame_masked(l->crc) != bits_32(in.p + used)) out->bad(out->arg, line, "a record is damaged: its checksum does not fit");
    else tell(l, tags, line, out);
    l->open = false;
    return used + FRAME_FOOTER_BYTES;
}
