/* layout - every byte before the directory belongs to exactly one member, and every name leads to one.
 *
 * Members that overlap are how a few kilobytes unpack to petabytes (Fifield 2019, "A better zip bomb"); bytes that belong to nobody are where
 * something is hidden; two members of one name are shown to one reader and loaded by the other. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

struct extent {
    uint64_t begin, end;
    uint32_t member;
};

static int by_begin(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return x->member < y->member ? -1 : x->member > y->member;
}

/* A data descriptor: signature or none, crc, then two sizes of 4 or of 8 bytes. */
static bool is_descriptor(const struct zip *z, const struct zip_entry *e, uint64_t at, uint64_t bytes)
{
    uint8_t d[24], *p = d;
    if (bytes != 12 && bytes != 16 && bytes != 20 && bytes != 24) return false;
    if (zip_at(z, d, (size_t)bytes, at, NULL) != OK) return false;
    if (bytes == 16 || bytes == 24) {
        if (le32(d) != ZIP_DESCRIPTOR) return false;
        p += 4, bytes -= 4;
    }
    uint64_t packed = bytes == 12 ? le32(p + 4) : le64(p + 4), size = bytes == 12 ? le32(p + 8) : le64(p + 12);
    return le32(p) == e->crc && packed == e->packed_bytes && size == e->bytes;
}

static void check_extent(struct zip *z, const struct zip_member *m, const struct extent *x, uint64_t next)
{
    char said[128];
    const struct zip_entry *e = &z->entries[x->member];
    zip_said_name(e, said);
    if (next < x->end) {
        zip_fault(z, "member '%s' overlaps what follows it", said);
    } else if (m->streamed) {
        if (!is_descriptor(z, e, x->end, next - x->end))
            zip_fault(z, "the data descriptor of member '%s' is not there or disagrees", said);
    } else if (next > x->end) {
        zip_fault(z, "%llu bytes behind member '%s' belong to nothing", (unsigned long long)(next - x->end), said);
    }
}

enum status zip_check_layout(struct zip *z, const struct zip_end *end, const struct zip_member *members, struct err *err)
{
    struct extent *x = calloc(z->n + 1, sizeof *x);
    if (!x) return err_set(err, E_MEMORY, "no memory for the layout of a zip");
    for (size_t i = 0; i < z->n; i++) x[i] = (struct extent){members[i].header, members[i].end, (uint32_t)i};
    qsort(x, z->n, sizeof *x, by_begin);
    x[z->n].begin = end->offset;
    if (x[0].begin) zip_fault(z, "%llu bytes before its first member belong to nothing", (unsigned long long)x[0].begin);
    for (size_t i = 0; i < z->n; i++) check_extent(z, &members[x[i].member], &x[i], x[i + 1].begin);
    free(x);
    return OK;
}

static int compare_names(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : a.n < b.n ? -1 : a.n > b.n;
}

static struct span name_of(const struct zip_entry *e) { return (struct span){e->name, e->name_bytes}; }

static int by_name(const void *a, const void *b, void *arg)
{
    const struct zip *z = arg;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int c = compare_names(name_of(&z->entries[x]), name_of(&z->entries[y]));
    return c ? c : x < y ? -1 : x > y;
}

/* Does a part of the name lead up, or the name to a root or a drive? */
static bool leads_out(struct span name)
{
    if (name.n && (name.p[0] == '/' || name.p[0] == '\\')) return true;
    if (name.n > 1 && name.p[1] == ':') return true;
    for (size_t i = 0, begin = 0; i <= name.n; i++) {
        if (i < name.n && name.p[i] != '/' && name.p[i] != '\\') continue;
        if (i - begin == 2 && name.p[begin] == '.' && name.p[begin + 1] == '.') return true;
        begin = i + 1;
    }
    return false;
}

static void check_name(struct zip *z, const struct zip_entry *e)
{
    char said[128];
    if (memchr(e->name, 0, e->name_bytes)) zip_fault(z, "the name of member '%s' holds a NUL", zip_said_name(e, said));
    if (leads_out(name_of(e)))
        ckpt_say_safety(z->out, CKPT_SUSPICIOUS, "member '%s' would be unpacked outside its folder", zip_said_name(e, said));
}

enum status zip_check_names(struct zip *z, struct err *err)
{
    char said[128];
    z->by_name = arena_alloc(z->out->arena, z->n * sizeof *z->by_name + 1);
    if (!z->by_name) return err_set(err, E_LIMIT, "a zip of %zu members is above the limit on memory", z->n);
    for (size_t i = 0; i < z->n; i++) {
        z->by_name[i] = (uint32_t)i;
        check_name(z, &z->entries[i]);
    }
    qsort_r(z->by_name, z->n, sizeof *z->by_name, by_name, z);
    for (size_t i = 1; i < z->n; i++) {
        const struct zip_entry *e = &z->entries[z->by_name[i]];
        if (compare_names(name_of(e), name_of(&z->entries[z->by_name[i - 1]])) == 0)
            zip_fault(z, "two members are named '%s'", zip_said_name(e, said));
    }
    return OK;
}

const struct zip_entry *zip_find(const struct zip *z, const char *name)
{
    size_t low = 0, high = z->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_names(name_of(&z->entries[z->by_name[middle]]), span_of(name)) < 0) low = middle + 1;
        else high = middle;
    }
    const struct zip_entry *e = low < z->n ? &z->entries[z->by_name[low]] : NULL;
    return e && compare_names(name_of(e), span_of(name)) == 0 ? e : NULL;
}
