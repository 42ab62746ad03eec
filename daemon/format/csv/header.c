/* csv_header - what the columns of a table are: by a header line, by a comment above the numbers, by names in front of each number, or by their
 * number. */
#include <stdio.h>

#include "../json_scan.h"
#include "cell.h"
#include "parts.h"
#include "sniff.h"

enum { HEADER_MAX_BYTES = 128 << 10, COMMENT_MAX_BYTES = 4096 };

/* add_column - name the next column: by its header cell, else column_N; a name that was there already gets a number. */
static void add_column(struct csv *s, struct span name, const struct field *field, const struct format_out *out)
{
    char text[FIELD_NAME_MAX_BYTES + 32];
    size_t n = 0;
    if (!name.n) n = (size_t)snprintf(text, sizeof text, "column_%u", s->n_columns + 1);
    else memcpy(text, name.p, n = name.n < FIELD_NAME_MAX_BYTES ? name.n : FIELD_NAME_MAX_BYTES);
    int32_t column = record_column(&s->record, (struct span){text, n}, field, s->line + 1, out);
    if (column >= 0 && s->record.columns[column].stamp == s->record.stamp) {
        n += (size_t)snprintf(text + n, sizeof text - n, ".%u", s->n_columns + 1);
        column = record_column(&s->record, (struct span){text, n}, field, s->line + 1, out);
    }
    if (column >= 0) s->record.columns[column].stamp = s->record.stamp; /* its name is taken */
    s->columns[s->n_columns++] = column;
}

static bool header_room(struct csv *s, struct span line, const struct format_out *out)
{
    if (!s->columns) s->columns = arena_alloc(out->arena, CSV_COLUMNS_MAX * sizeof *s->columns);
    if (!s->columns || line.n > HEADER_MAX_BYTES) return false;
    if (s->header && line.n <= s->header_cap) return true;
    s->header_cap = (uint32_t)line.n * 2;
    s->header = arena_alloc(out->arena, s->header_cap + 1);
    return s->header != NULL;
}

static void read_header(struct csv *s, struct span line, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    csv_index_begin(&s->index, line, s->delimiter);
    char name[FIELD_NAME_MAX_BYTES], placed[FIELD_NAME_MAX_BYTES];
    s->n_columns = 0;
    s->t_column = -1;
    csv_place_header(&s->place, line, s->delimiter);
    csv_tidy_begin(&s->tidy);
    while (r.more && s->n_columns < CSV_COLUMNS_MAX) {
        size_t n = csv_unquote(csv_next(&r), name, sizeof name);
        struct span header = csv_place_name(&s->place, span_trim((struct span){name, n}), placed);
        bool seconds = s->t_start > 0 && span_is(header, "t");
        if (seconds) s->t_column = (int32_t)s->n_columns;
        csv_tidy_column(&s->tidy, header, s->n_columns);
        const char *as = seconds ? "time" : !s->n_columns && s->index.counts ? "step" : NULL;
        add_column(s, header, as ? field_of(span_of(as)) : NULL, out);
    }
    if (r.more) out->bad(out->arg, s->line + 1, "more than 4096 columns; the rest are left out");
    if (csv_tidy_end(&s->tidy, s->n_columns)) s->columns[s->tidy.name] = s->columns[s->tidy.value] = -1;
}

/* name_columns - there is no header. Two columns or more, and a count first: that is the step. */
static void name_columns(struct csv *s, struct csv_shape shape, const struct format_out *out)
{
    s->t_column = -1;
    csv_tidy_begin(&s->tidy);
    s->index = (struct csv_index){0};
    bool placed = csv_place_column(&s->place, 0, shape.cells).n > 0, counted = shape.cells >= 2 && shape.whole_first && !placed;
    struct span named = s->place.says && shape.cells == 1u + counted ? span_of(s->place.file) : (struct span){NULL, 0};
    for (size_t i = 0; i < shape.cells && i < CSV_COLUMNS_MAX; i++) {
        struct span name = i + 1 == shape.cells && !placed ? named : csv_place_column(&s->place, i, shape.cells);
        add_column(s, name, i == 0 && counted ? field_of(span_of("step")) : NULL, out);
    }
}

/* name_pairs - each row has the names of its own numbers in front of them: those of the first row are the columns'. */
static void name_pairs(struct csv *s, struct span line, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    char name[FIELD_NAME_MAX_BYTES];
    s->t_column = -1;
    csv_tidy_begin(&s->tidy);
    s->index = (struct csv_index){0};
    while (r.more && s->n_columns + 1 < CSV_COLUMNS_MAX) {
        size_t n = csv_unquote(csv_next(&r), name, sizeof name);
        s->columns[s->n_columns++] = -1; /* of the names themselves */
        add_column(s, span_trim((struct span){name, n}), NULL, out);
        csv_next(&r);
    }
}

struct comment {
    struct csv *s;
    const struct format_out *out;
};

static void comment_value(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct comment *c = arg;
    if (kind == JSON_NUMBER && span_is(path, "t_start")) c->s->t_start = isfinite(field_time(value)) ? value : 0;
    else if (path.n && kind != JSON_SKIPPED && c->s->record.n_facts++ < RECORD_FACTS_MAX) c->out->fact(c->out->arg, path, raw);
}

void csv_comment(struct csv *s, struct span line, const struct format_out *out)
{
    struct comment comment = {s, out};
    struct json_sink sink = {&comment, comment_value};
    struct span text = span_trim(span_from(line, 1));
    struct json_cursor c = {.p = text.p, .end = text.p + text.n};
    if (json_scan_object(&c, &sink)) {
        s->record.episodes = s->record.episodes || s->t_start > 0;
        return;
    }
    if (!s->comment) s->comment = arena_alloc(out->arena, COMMENT_MAX_BYTES);
    s->comment_bytes = s->comment && text.n <= COMMENT_MAX_BYTES ? (uint32_t)text.n : 0;
    if (s->comment_bytes) memcpy(s->comment, text.p, text.n);
}

static bool letters_first(struct span line)
{
    char c = line.p[0];
    return c == '"' || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

bool csv_header_again(struct csv *s, struct span line)
{
    if (!letters_first(line) || !s->header_bytes) return false;
    if (line.n == s->header_bytes && memcmp(line.p, s->header, line.n) == 0) return true;
    struct csv_shape shape = csv_shape(line, s->delimiter);
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    size_t same = 0;
    if (shape.texts < shape.cells || shape.cells < 2) return false;
    while (r.more) { same += record_find(&s->record, csv_next(&r).span) >= 0; }
    return 2 * same > shape.cells;
}

void csv_header(struct csv *s, struct span line, const struct format_out *out)
{
    if (!s->begun) s->delimiter = csv_place_delimiter(&s->place, line);
    struct csv_shape shape = csv_shape(line, s->delimiter);
    record_begin(&s->record);
    s->begun = true;
    if (!header_room(s, line, out)) {
        s->fallen = true;
        out->bad(out->arg, s->line + 1, "the header is too long");
    } else if (csv_alternates(line, s->delimiter)) {
        name_pairs(s, line, out);
    } else if (!shape.texts && shape.numbers) {
        struct span comment = {s->comment, s->comment_bytes};
        if (comment.n && csv_shape(comment, s->delimiter).cells == shape.cells) read_header(s, comment, out);
        else name_columns(s, shape, out);
    } else {
        read_header(s, line, out);
        memcpy(s->header, line.p, line.n);
        s->header_bytes = (uint32_t)line.n;
        csv_evaluated_begin(&s->evaluated, &s->record, s->columns, s->n_columns);
        csv_blank_begin(&s->blank, &s->record, s->columns, s->n_columns, s->index.counts);
    }
    csv_plain_settle(s, out);
}
