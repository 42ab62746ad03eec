/* jsonl_shape - lines that are like one before: the text between their values is the same, byte by byte.
 *
 * Tools write the same keys in the same order for hours, so the text between the values of the last lines is kept as a shape, and a line that agrees
 * with it needs only its values read. Where all of them are numbers and plain strings that is done from the line's first byte on, and finds the
 * line's end by the way. SHAPES of them serve files that mix training and evaluation lines. */
#include "../../base/same.h"
#include "parts.h"

enum { SHAPE_SLOTS_MAX = 512, COMPARED_MAX = 64, SHAPE_BYTES_MAX = 16 << 10 };

/* room - what an array should hold now: what is needed, and at least twice what it held before, for that stays in the arena. */
static uint32_t room(uint32_t before, size_t needed, uint32_t most)
{
    size_t n = needed > 2 * (size_t)before ? needed : 2 * (size_t)before;
    return n < most ? (uint32_t)n : most;
}

struct shape *jsonl_shape_fresh(struct jsonl *s, struct span line, const struct format_out *out)
{
    struct shape *f = &s->shapes[s->oldest];
    size_t values = 2;
    for (size_t i = 0; i < line.n; i++) values += line.p[i] == ',';
    f->n = f->bytes = 0;
    f->steady = false;
    if (f->n_most < values && f->n_most < SHAPE_SLOTS_MAX) {
        f->n_most = room(f->n_most, values, SHAPE_SLOTS_MAX);
        f->slots = arena_alloc(out->arena, f->n_most * sizeof *f->slots);
    }
    if (f->bytes_most < line.n && f->bytes_most < SHAPE_BYTES_MAX) {
        f->bytes_most = room(f->bytes_most, line.n, SHAPE_BYTES_MAX);
        f->text = arena_alloc(out->arena, f->bytes_most + SAME_BYTES);
    }
    if (f->slots && f->text) return f;
    f->n_most = f->bytes_most = 0;
    return NULL;
}

bool jsonl_shape_add(struct shape *f, const char *from, const char *until, enum json_kind kind, int column)
{
    size_t n = (size_t)(until - from);
    if (f->n == f->n_most || n > f->bytes_most - f->bytes) {
        f->n = 0;
        return false;
    }
    memcpy(f->text + f->bytes, from, n);
    f->slots[f->n++] = (struct slot){
        .text = f->text + f->bytes, .length = (uint32_t)n, .ending = same_ending(n), .column = column, .kind = kind};
    f->bytes += (uint32_t)n;
    return true;
}

static bool columns_differ(const struct shape *f)
{
    for (uint32_t i = 1; i + 1 < f->n; i++)
        for (uint32_t j = 0; j < i; j++)
            if (f->slots[i].column == f->slots[j].column) return false;
    return true;
}

void jsonl_shape_settle(struct shape *f, const struct jsonl *s)
{
    const struct record *r = &s->record;
    f->kinds = 0;
    f->steady = (r->n_cells == f->n - 1 && r->n_texts == 0) || (f->n <= COMPARED_MAX && columns_differ(f));
    for (uint32_t i = 0; i + 1 < f->n && f->steady; i++) {
        struct slot *slot = &f->slots[i];
        f->steady = (slot->kind == JSON_NUMBER || slot->kind == JSON_TEXT) && slot->column >= 0;
        for (uint32_t k = 0; k < s->n_measured; k++) f->steady &= s->measured[k].text != slot->column;
        if (!f->steady || slot->kind == JSON_TEXT) continue;
        slot->cell = record_cell(r, slot->column, NAN);
        f->kinds |= r->columns[slot->column].kind_bit;
    }
}

/* plain_end - the quote that closes a string of plain characters at p; NULL when there is none before `end` or something else is in it. */
static inline const char *plain_end(const char *p, const char *end)
{
#if defined __SSE2__
    typedef unsigned char bytes __attribute__((vector_size(SAME_BYTES)));
    typedef char mask __attribute__((vector_size(SAME_BYTES)));
    for (bytes b; end - p >= SAME_BYTES; p += SAME_BYTES) {
        memcpy(&b, p, sizeof b);
        uint32_t stops = (uint32_t)__builtin_ia32_pmovmskb128((mask)((b == '"') | (b == '\\') | (b < ' ')));
        if (stops) return p[__builtin_ctz(stops)] == '"' ? p + __builtin_ctz(stops) : NULL;
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ') p++;
    return p < end && *p == '"' ? p : NULL;
}

/* steady_line - the line at p, if it has this shape; returns its newline, or NULL. The record is filled, and not ended. */
static const char *steady_line(struct record *r, const struct shape *f, const char *p, const char *end)
{
    ptrdiff_t room = (ptrdiff_t)(f->bytes + (size_t)f->n * NUM_SCAN_BYTES);
    struct slot *slot = f->slots, *last = slot + f->n - 1;
    if (end - p < room) return NULL;
    record_begin(r);
    r->kinds = f->kinds;
    for (;; slot++) {
        if (!same_text(slot->text, p, slot->length, slot->ending)) return NULL;
        p += slot->length;
        if (slot == last) break;
        if (slot->kind == JSON_TEXT) {
            const char *quote = plain_end(p, end);
            if (!quote || end - quote < room) return NULL;
            record_text(r, slot->column, (struct span){p, (size_t)(quote - p)});
            p = quote;
            continue;
        }
        struct cell *cell = &r->cells[r->n_cells++];
        *cell = slot->cell;
        if (!(p = num_form_scan(&slot->form, p, &cell->value))) return NULL;
    }
    p += *p == '\r';
    return *p == '\n' ? p : NULL;
}

const char *jsonl_known_steady(struct jsonl *s, const char *p, const char *end)
{
    for (uint32_t k = 0; k < SHAPES; k++) {
        uint32_t i = (s->last + k) % SHAPES;
        const char *newline = s->shapes[i].steady ? steady_line(&s->record, &s->shapes[i], p, end) : NULL;
        if (!newline) continue;
        s->last = i;
        return newline;
    }
    return NULL;
}

/* text_at - a string whose opening quote is in the shape; returns its closing quote, or NULL. One with anything but plain characters
 * goes the way of json_scan.h, and the line of a traceback the careful way. */
static const char *text_at(struct jsonl *s, const struct slot *slot, const char *p, const char *end)
{
    const char *quote = p;
    while (quote < end && *quote != '"' && *quote != '\\' && (unsigned char)*quote >= ' ') quote++;
    if (quote == end) return NULL;
    struct span raw = {p, (size_t)(quote - p)};
    if (*quote == '"') return jsonl_take(s, slot->column, JSON_TEXT, raw, NAN), quote;
    struct json_cursor c = {.p = p - 1, .end = end};
    bool escaped;
    if (!json_scan_string(&c, &raw, &escaped) || json_said_holds(raw)) return NULL;
    jsonl_take(s, slot->column, JSON_TEXT, raw, NAN);
    return c.p - 1;
}

/* What can be read from here on: the line, and the bytes behind it that happen to be there, for reading many at once. */
struct ahead {
    const char *line, *end;
};

/* value_at - read the value of a slot at p; returns its end, or NULL when it is of another kind. Where a number was may stand
 * null, true or false, and the other way round. */
static const char *value_at(struct jsonl *s, const struct slot *slot, const char *p, struct ahead until)
{
    struct span rest = {p, (size_t)(until.line - p)};
    double value;
    if (slot->kind == JSON_TEXT) return text_at(s, slot, p, until.line);
    if (slot->kind == JSON_SKIPPED) {
        struct json_cursor c = {.p = p, .end = until.line};
        if (!rest.n || *p != '[' || !json_scan_skip(&c)) return NULL;
        jsonl_take(s, slot->column, JSON_SKIPPED, (struct span){p, (size_t)(c.p - p)}, NAN);
        return c.p;
    }
    const char *stop = until.end - p >= NUM_SCAN_BYTES ? num_scan(p, &value) : NULL;
    if (!stop) {
        size_t n = json_scan_number(rest, &value);
        if (!n) return span_starts(rest, "null") || span_starts(rest, "true") ? p + 4 : span_starts(rest, "false") ? p + 5 : NULL;
        stop = p + n;
    }
    jsonl_take(s, slot->column, JSON_NUMBER, rest, value);
    return stop;
}

static bool shape_fits(struct jsonl *s, const struct shape *f, struct span line, const char *end)
{
    const char *p = line.p;
    struct ahead until = {p + line.n, end};
    record_begin(&s->record);
    for (uint32_t i = 0; i < f->n; i++) {
        const struct slot *slot = &f->slots[i];
        if ((size_t)(until.line - p) < slot->length || memcmp(p, slot->text, slot->length) != 0) return false;
        p += slot->length;
        if (i + 1 == f->n) return p == until.line;
        p = value_at(s, slot, p, until);
        if (!p) return false;
    }
    return false;
}

bool jsonl_known(struct jsonl *s, struct span line, const char *end)
{
    for (uint32_t k = 0; k < SHAPES; k++) {
        uint32_t i = (s->last + k) % SHAPES;
        if (!s->shapes[i].n || !shape_fits(s, &s->shapes[i], line, end)) continue;
        s->last = i;
        return true;
    }
    return false;
}
