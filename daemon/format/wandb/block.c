/* wandb_block - see wandb/block.h. */
#include "block.h"

#include "../../base/crc32.h"

enum chunk { CHUNK_NONE, CHUNK_FULL, CHUNK_FIRST, CHUNK_MIDDLE, CHUNK_LAST };

struct reading {
    struct wandb_block *b;
    const struct wandb_sink *sink;
    const struct format_out *out;
};

bool wandb_block_is(struct span head, const char *start)
{
    return head.n >= BLOCK_CHUNK_HEAD_BYTES && memcmp(head.p, start, BLOCK_CHUNK_HEAD_BYTES) == 0;
}

static uint32_t number(const char *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = n; i-- > 0;) v = v << 8 | (unsigned char)p[i];
    return v;
}

static uint64_t block_end(uint64_t at) { return (at / BLOCK_BYTES + 1) * BLOCK_BYTES; }

/* damaged - the record in hand is lost; what is damaged in a row is told once. */
static void damaged(const struct reading *r, const char *why)
{
    struct wandb_block *b = r->b;
    if (!b->lost) r->out->bad(r->out->arg, b->records + 1, why);
    b->lost = true;
    b->within = false;
}

/* ---- records ------------------------------------------------------------------------------------------------------------- */

static void give(const struct reading *r, struct span record)
{
    r->b->records++;
    r->sink->record(r->sink->arg, record);
}

/* make_room - for n more bytes of a long record. Each room is four times the one before: all of them are 1.3 times the last. */
static bool make_room(const struct reading *r, size_t n)
{
    struct wandb_block *b = r->b;
    uint32_t room = b->long_room ? b->long_room : 2 * BLOCK_BYTES;
    if (n > FORMAT_RECORD_MAX_BYTES - b->n_long) return false;
    while (room < b->n_long + n) room *= 4;
    if (room <= b->long_room) return true;
    char *more = arena_alloc(r->out->arena, room);
    if (!more) return false;
    if (b->n_long) memcpy(more, b->long_record, b->n_long);
    b->long_record = more;
    b->long_room = room;
    return true;
}

static void add_part(const struct reading *r, struct span part)
{
    struct wandb_block *b = r->b;
    if (!make_room(r, part.n)) {
        damaged(r, "a record that is too long: more than 1 MiB, or than there is memory for");
        return;
    }
    memcpy(b->long_record + b->n_long, part.p, part.n);
    b->n_long += (uint32_t)part.n;
}

static void begin(const struct reading *r)
{
    if (r->b->within) damaged(r, "a record without its last part");
    r->b->lost = false;
}

static void take(const struct reading *r, enum chunk type, struct span part)
{
    struct wandb_block *b = r->b;
    if (b->zeros) damaged(r, "zeros between records");
    b->zeros = false;
    if (type == CHUNK_FULL || type == CHUNK_FIRST) {
        begin(r);
        b->n_long = 0;
        b->within = type == CHUNK_FIRST;
    }
    if (type == CHUNK_FULL) give(r, part);
    else if (b->within) add_part(r, part);
    else damaged(r, "a record without its first part");
    if (type != CHUNK_LAST || !b->within) return;
    b->within = false;
    give(r, (struct span){b->long_record, b->n_long});
}

/* ---- chunks -------------------------------------------------------------------------------------------------------------- */

/* sized - the bytes of the chunk whose head is at p; 0 when no chunk of this block begins so. */
static size_t sized(uint64_t from, const char *p)
{
    size_t n = BLOCK_CHUNK_HEAD_BYTES + number(p + 4, 2);
    bool known = p[6] >= CHUNK_FULL && p[6] <= CHUNK_LAST;
    return known && n <= block_end(from) - from ? n : 0;
}

/* chunk - a whole one, n bytes at p. */
static void chunk(const struct reading *r, uint64_t from, const char *p, size_t n)
{
    struct wandb_block *b = r->b;
    if (crc32_add(0, p + 6, n - 6) != number(p, 4)) {
        if (b->lost) b->skip_to = block_end(from); /* the length is no better */
        damaged(r, "a record whose checksum is wrong");
    } else take(r, (enum chunk)p[6], (struct span){p + BLOCK_CHUNK_HEAD_BYTES, n - BLOCK_CHUNK_HEAD_BYTES});
}

/* headless - what stands at the place of a chunk's head is none. */
static void headless(const struct reading *r, uint64_t from, const char *p)
{
    static const char none[BLOCK_CHUNK_HEAD_BYTES];
    if (memcmp(p, none, sizeof none) == 0) r->b->zeros = true;
    else damaged(r, "bytes that are no record");
    r->b->skip_to = block_end(from);
}

/* whole - the bytes that belong together at p, where n are there: more than n when they are not all there. */
static size_t whole(uint64_t from, const char *p, size_t n)
{
    size_t room = block_end(from) - from;
    if (room < BLOCK_CHUNK_HEAD_BYTES) return room;
    if (from == 0 || n < BLOCK_CHUNK_HEAD_BYTES) return BLOCK_CHUNK_HEAD_BYTES;
    size_t size = sized(from, p);
    return size ? size : BLOCK_CHUNK_HEAD_BYTES;
}

/* part - what whole() found, complete. */
static void part(const struct reading *r, uint64_t from, const char *p, size_t n)
{
    if (block_end(from) - from < BLOCK_CHUNK_HEAD_BYTES) return; /* padding */
    if (from == 0) {
        r->b->foreign = !wandb_block_is((struct span){p, n}, r->b->start);
        if (r->b->foreign) r->out->bad(r->out->arg, 1, "not the beginning of such a log");
    } else if (sized(from, p)) chunk(r, from, p, n);
    else headless(r, from, p);
}

/* hold - bytes that wait for the rest of their chunk. Returns how many were taken. */
static size_t hold(struct wandb_block *b, struct span in, size_t wanted)
{
    size_t n = wanted - b->n_held < in.n ? wanted - b->n_held : in.n;
    memcpy(b->held + b->n_held, in.p, n);
    b->n_held += (uint32_t)n;
    return n;
}

/* step - one part, or the beginning of one. Returns the bytes of `in` that are done with, at least 1. */
static size_t step(const struct reading *r, struct span in)
{
    struct wandb_block *b = r->b;
    uint64_t from = b->at - b->n_held;
    if (b->foreign) return in.n;
    if (b->at < b->skip_to && !b->n_held) return b->skip_to - b->at < in.n ? (size_t)(b->skip_to - b->at) : in.n;
    size_t there = b->n_held ? b->n_held : in.n;
    const char *p = b->n_held ? b->held : in.p;
    size_t wanted = whole(from, p, there);
    if (!b->n_held && wanted <= in.n) {
        part(r, from, p, wanted);
        return wanted;
    }
    size_t taken = hold(b, in, wanted);
    if (b->n_held == wanted && whole(from, b->held, wanted) == wanted) {
        b->n_held = 0;
        part(r, from, b->held, wanted);
    }
    return taken;
}

void wandb_block_feed(struct wandb_block *b, struct span in, const struct wandb_sink *sink, const struct format_out *out)
{
    struct reading r = {b, sink, out};
    while (in.n) {
        size_t taken = step(&r, in);
        b->at += taken;
        in = span_from(in, taken);
    }
}
