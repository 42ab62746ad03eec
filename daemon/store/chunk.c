#include "chunk.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "values.h"

enum column { ARRIVAL, SOURCE, SEGMENT, STEP, LINE, TIME, COLUMNS };
enum { ZSTD_LEVEL = 1 };

/* Points of a chunk in the order of their series; order[i] is the arrival of the i-th. */
struct groups {
    size_t n_points, n;
    uint32_t *order;        /* (n_points,) */
    uint32_t *ids, *counts; /* (n,) ascending ids */
};

static void groups_done(struct groups *g)
{
    free(g->order);
    free(g->ids);
    free(g->counts);
}

/* Stable radix sort of the arrivals by series id, a byte at a time; bytes that are the same everywhere are skipped. */
static void sort_by_series(const struct point_row *points, size_t n, uint32_t *order, uint32_t *spare)
{
    uint32_t *to = order;
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t start[257] = {0};
        for (size_t i = 0; i < n; i++) start[(points[i].series >> shift & 0xFF) + 1]++;
        if (start[(points[0].series >> shift & 0xFF) + 1] == n) continue;
        for (size_t i = 1; i < 257; i++) start[i] += start[i - 1];
        for (size_t i = 0; i < n; i++) spare[start[points[order[i]].series >> shift & 0xFF]++] = order[i];
        uint32_t *swap = order;
        order = spare;
        spare = swap;
    }
    if (to != order) memcpy(to, order, n * sizeof *to);
}

static bool groups_of(struct groups *g, const struct point_row *points, size_t n)
{
    uint32_t *spare = malloc(n * sizeof *spare);
    *g = (struct groups){.n_points = n};
    g->order = malloc(n * sizeof *g->order);
    g->ids = malloc(n * sizeof *g->ids);
    g->counts = malloc(n * sizeof *g->counts);
    bool ok = spare && g->order && g->ids && g->counts;
    if (ok) sort_by_series(points, n, g->order, spare);
    free(spare);
    for (size_t i = 0; ok && i < n; i++) {
        uint32_t id = points[g->order[i]].series;
        if (i == 0 || id != g->ids[g->n - 1]) {
            g->ids[g->n] = id;
            g->counts[g->n++] = 0;
        }
        g->counts[g->n - 1]++;
    }
    return ok;
}

static uint64_t time_bits(double time)
{
    uint64_t bits;
    memcpy(&bits, &time, sizeof bits);
    return bits;
}

static uint64_t field(const struct point_row *points, uint32_t arrival, enum column c)
{
    const struct point_row *p = points + arrival;
    switch (c) {
    case ARRIVAL: return arrival;
    case SOURCE: return p->source;
    case SEGMENT: return p->segment;
    case STEP: return (uint64_t)p->step;
    case LINE: return p->line;
    default: return time_bits(p->time);
    }
}

/* All arithmetic modulo 2^64: any step, any bits of time come back. */
static uint8_t *put_column(uint8_t *to, const struct groups *g, const struct point_row *points, enum column c)
{
    uint64_t start = 0;
    const uint32_t *arrival = g->order;
    for (size_t i = 0; i < g->n; i++) {
        uint64_t last = field(points, *arrival++, c), slope = 0;
        to = put_varint(to, zigzag(last - start));
        start = last;
        for (uint32_t k = 1; k < g->counts[i]; k++) {
            uint64_t v = field(points, *arrival++, c);
            to = put_varint(to, zigzag(v - last - slope));
            slope = v - last;
            last = v;
        }
    }
    return to;
}

static uint8_t *put_groups(uint8_t *to, const struct groups *g)
{
    uint32_t last = 0;
    to = put_varint(to, g->n);
    for (size_t i = 0; i < g->n; last = g->ids[i++]) to = put_varint(to, g->ids[i] - last);
    for (size_t i = 0; i < g->n; i++) to = put_varint(to, g->counts[i]);
    return to;
}

static uint8_t *put_values(uint8_t *to, const struct groups *g, const struct point_row *points)
{
    double *v = malloc(g->n_points * sizeof *v);
    if (!v) return NULL;
    for (size_t i = 0; i < g->n_points; i++) v[i] = points[g->order[i]].value;
    to = values_put(to, v, g->n_points, g->counts, g->n);
    free(v);
    return to;
}

static size_t columns_room(size_t n, size_t n_groups)
{
    return VARINT_MAX_BYTES * (1 + 2 * n_groups + COLUMNS * n) + values_room(n, n_groups);
}

/* The columns of the points as bytes on the heap; NULL without memory. */
static uint8_t *columns_of(const struct point_row *points, size_t n, size_t *bytes)
{
    struct groups g;
    uint8_t *columns = NULL, *to = NULL;
    if (groups_of(&g, points, n)) columns = malloc(columns_room(n, g.n));
    if (columns) {
        to = put_groups(columns, &g);
        for (enum column c = 0; c < COLUMNS; c++) to = put_column(to, &g, points, c);
        to = put_values(to, &g, points);
    }
    groups_done(&g);
    if (!to) {
        free(columns);
        return NULL;
    }
    *bytes = (size_t)(to - columns);
    return columns;
}

void chunk_writer_done(struct chunk_writer *w)
{
    if (!w) return;
    ZSTD_freeCCtx(w->zstd);
    w->zstd = NULL;
}

static bool add_frame(struct chunk_writer *w, struct str *out, const uint8_t *columns, size_t n)
{
    size_t room = ZSTD_compressBound(n);
    char *frame = malloc(room);
    if (!w->zstd) w->zstd = ZSTD_createCCtx();
    size_t used = frame && w->zstd ? ZSTD_compressCCtx(w->zstd, frame, room, columns, n, ZSTD_LEVEL) : 0;
    bool ok = used > 0 && !ZSTD_isError(used);
    if (ok) str_add_span(out, (struct span){frame, used});
    free(frame);
    return ok;
}

enum status chunk_encode(struct chunk_writer *w, const struct point_row *points, size_t n, enum chunk_kind kind, struct str *out,
                         struct err *err)
{
    uint8_t head[1 + 2 * VARINT_MAX_BYTES], *to = head;
    size_t bytes = 0;
    uint8_t *columns = columns_of(points, n, &bytes);
    bool ok = columns != NULL;
    if (ok) {
        *to++ = (uint8_t)kind;
        to = put_varint(put_varint(to, n), bytes);
        str_add_span(out, (struct span){(char *)head, (size_t)(to - head)});
        if (kind == CHUNK_ZSTD) ok = add_frame(w, out, columns, bytes);
        else str_add_span(out, (struct span){(char *)columns, bytes});
    }
    free(columns);
    return ok && !out->failed ? OK : err_set(err, E_MEMORY, "no memory to compress %zu points", n);
}

/* Series and sizes of the groups; bad unless they cover all points once. */
static bool get_groups(struct byte_reader *r, struct groups *g, size_t n)
{
    uint64_t n_groups = get_varint(r), id = 0, total = 0;
    *g = (struct groups){.n_points = n};
    if (n_groups == 0 || n_groups > n) return r->bad = true, true;
    g->n = n_groups;
    g->order = calloc(n, sizeof *g->order);
    g->ids = calloc(g->n, sizeof *g->ids);
    g->counts = calloc(g->n, sizeof *g->counts);
    if (!g->order || !g->ids || !g->counts) return false;
    for (size_t i = 0; i < g->n; i++) {
        uint64_t more = get_varint(r);
        if (more > UINT32_MAX - id || (i && more == 0)) r->bad = true;
        id += more;
        g->ids[i] = (uint32_t)id;
    }
    for (size_t i = 0; i < g->n && !r->bad; i++) {
        uint64_t count = get_varint(r);
        if (count == 0 || count > n - total) r->bad = true;
        total += count;
        g->counts[i] = (uint32_t)count;
    }
    r->bad = r->bad || total != n;
    return true;
}

static bool set_field(struct point_row *p, enum column c, uint64_t v)
{
    switch (c) {
    case SOURCE: p->source = (uint16_t)v; return v <= UINT16_MAX;
    case SEGMENT: p->segment = (uint16_t)v; return v <= UINT16_MAX;
    case STEP: p->step = (int64_t)v; return true;
    case LINE: p->line = v; return true;
    default: memcpy(&p->time, &v, sizeof v); return true;
    }
}

/* The arrival column makes `order` a permutation; the others are put where it says. */
static bool place(struct groups *g, struct point_row *out, uint8_t *seen, size_t i, enum column c, uint64_t v)
{
    if (c != ARRIVAL) return set_field(out + g->order[i], c, v);
    if (v >= g->n_points || seen[v]) return false;
    seen[v] = 1;
    g->order[i] = (uint32_t)v;
    return true;
}

static void get_column(struct byte_reader *r, struct groups *g, struct point_row *out, uint8_t *seen, enum column c)
{
    uint64_t start = 0;
    size_t i = 0;
    for (size_t group = 0; group < g->n; group++) {
        uint64_t slope = 0, v = start += unzigzag(get_varint(r));
        for (uint32_t k = 0; k < g->counts[group]; k++) {
            if (k) v += slope += unzigzag(get_varint(r));
            if (r->bad || !place(g, out, seen, i++, c, v)) {
                r->bad = true;
                return;
            }
        }
    }
}

static bool get_values(struct byte_reader *r, const struct groups *g, struct point_row *out)
{
    double *v = calloc(g->n_points, sizeof *v);
    if (!v) return false;
    values_get(r, v, g->n_points, g->counts, g->n);
    for (size_t group = 0, i = 0; group < g->n && !r->bad; group++)
        for (uint32_t k = 0; k < g->counts[group]; k++, i++) {
            out[g->order[i]].series = g->ids[group];
            out[g->order[i]].value = v[i];
        }
    free(v);
    return true;
}

static enum status get_columns(struct span columns, struct point_row *out, size_t n, struct err *err)
{
    const uint8_t *p = (const uint8_t *)columns.p;
    struct byte_reader r = {p, p + columns.n, false};
    struct groups g = {0};
    uint8_t *seen = calloc(n, 1);
    bool memory = seen && get_groups(&r, &g, n);
    for (enum column c = 0; memory && !r.bad && c < COLUMNS; c++) get_column(&r, &g, out, seen, c);
    if (memory && !r.bad) memory = get_values(&r, &g, out);
    free(seen);
    groups_done(&g);
    if (!memory) return err_set(err, E_MEMORY, "no memory to read %zu points", n);
    return r.bad || r.p != r.end ? err_set(err, E_STORE, "a chunk of %zu points is damaged", n) : OK;
}

static enum status get_frame(struct span frame, size_t bytes, struct point_row *out, size_t n, struct err *err)
{
    char *columns = malloc(bytes);
    if (!columns) return err_set(err, E_MEMORY, "no memory to read %zu points", n);
    size_t got = ZSTD_decompress(columns, bytes, frame.p, frame.n);
    enum status status = got == bytes ? get_columns((struct span){columns, bytes}, out, n, err)
                                      : err_set(err, E_STORE, "a chunk of %zu points does not decompress", n);
    free(columns);
    return status;
}

enum status chunk_decode(struct span in, struct point_row *out, size_t max, size_t *n, struct err *err)
{
    struct byte_reader r = {(const uint8_t *)in.p, (const uint8_t *)in.p + in.n, false};
    const uint8_t *kind = get_bytes(&r, 1);
    uint64_t points = get_varint(&r), bytes = get_varint(&r);
    if (r.bad || points == 0 || points > CHUNK_POINTS_MAX || points > max || bytes == 0 || bytes > columns_room(points, points))
        return err_set(err, E_STORE, "a chunk of points begins with sizes that cannot be");
    struct span rest = {(const char *)r.p, (size_t)(r.end - r.p)};
    enum status status;
    if (*kind == CHUNK_ZSTD) status = get_frame(rest, bytes, out, points, err);
    else if (*kind == CHUNK_PLAIN && rest.n == bytes) status = get_columns(rest, out, points, err);
    else return err_set(err, E_STORE, "a chunk of points is of kind %d, which is unknown, or cut short", *kind);
    if (!status) *n = points;
    return status;
}
