/* csv - a header and rows of numbers, as RFC 4180 has them and as training tools bend it.
 *
 * Read: Keras CSVLogger, Lightning metrics.csv, Ultralytics results.csv, Stable-Baselines3 progress.csv and monitor.csv, timm
 * summary.csv, DeepSpeed csv_monitor, CatBoost *.tsv, AlgoPerf measurements.csv, and tables without a header line.
 *   record     cells parted by one of , tab ; | as the first record shows; ends in \n or \r\n, mixed at will. In a file that is not called
 *              a table also by blanks: "epoch loss acc" above rows of numbers, as numpy.savetxt and print write them
 *   cell       blanks around it do not count; in quotes it may hold delimiters, "" and line ends
 *   decimals   where semicolons part the cells, "0,5" is 0.5
 *   missing    "", NA, N/A, None, null, "-"; a row may end early; more cells than columns is a bad record
 *   comment    a line that starts with #, before the header; Stable-Baselines3 keeps its start time and env_id there
 *   long form  a row for each number, its metric in a column of names (csv/tidy.h)
 *   header     may come again (a restart), with other columns too; a first record of numbers means that there is none
 *   evaluated  the time of an evaluation without its loss: NaN, as pandas writes it (csv/evaluated.h)
 *   blank      a frame whose rows have nothing but their index was NaN (csv/blank.h)
 *   pairs      "epoch;3;loss;0.5": a name in front of each number, in every row the same; then nothing else is the header
 *   index      a first column without a name, as pandas writes one, is the step where nothing else is (csv/index.h)
 * GROWTH_REWRITTEN: Lightning and Stable-Baselines3 write the file anew when a column appears. */
#include "csv/blank.h"
#include "csv/cell.h"
#include "csv/evaluated.h"
#include "csv/index.h"
#include "csv/place.h"
#include "csv/sniff.h"
#include "csv/tidy.h"
#include "format.h"
#include "json_scan.h"
#include "record.h"

#include <stdio.h>

#include "../base/num.h"
#include "../base/num_form.h"

enum { COLUMNS_MAX = 4096, HEADER_MAX_BYTES = 128 << 10, COMMENT_MAX_BYTES = 4096 };

/* A column of plain numbers: what a value becomes, and what it looks like. */
struct plain {
    struct num_form form;
    struct cell cell;
};

struct state {
    struct record record;
    uint64_t line;       /* finished physical lines */
    double t_start;      /* Stable-Baselines3: seconds since 1970, to which column t adds; 0 when unknown */
    int32_t *columns;    /* of the record's columns; -1 for what is refused */
    struct plain *plain; /* the same, if steady */
    uint32_t kinds;
    char *header; /* the header's own bytes, to know it again */
    uint32_t n_columns, plain_cap, header_bytes, header_cap;
    int32_t t_column; /* -1 when there is none */
    char *comment;    /* the last # line: the header when numbers follow it */
    struct csv_place place;
    struct csv_tidy tidy;
    struct csv_index index;
    struct csv_evaluated evaluated;
    struct csv_blank blank;
    uint32_t comment_bytes;
    char delimiter;
    bool begun, steady, skipping,
        fallen; /* steady: every column may have numbers; skipping: within a line that is too long; fallen: no memory for the header */
};

/* --- the header --- */

/* add_column - name the next column: by its header cell, else column_N; a name that was there already gets a number. */
static void add_column(struct state *s, struct span name, const struct field *field, const struct format_out *out)
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

static bool header_room(struct state *s, struct span line, const struct format_out *out)
{
    if (!s->columns) s->columns = arena_alloc(out->arena, COLUMNS_MAX * sizeof *s->columns);
    if (!s->columns || line.n > HEADER_MAX_BYTES) return false;
    if (s->header && line.n <= s->header_cap) return true;
    s->header_cap = (uint32_t)line.n * 2;
    s->header = arena_alloc(out->arena, s->header_cap + 1);
    return s->header != NULL;
}

static void read_header(struct state *s, struct span line, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    csv_index_begin(&s->index, line, s->delimiter);
    char name[FIELD_NAME_MAX_BYTES], placed[FIELD_NAME_MAX_BYTES];
    s->n_columns = 0;
    s->t_column = -1;
    csv_place_header(&s->place, line, s->delimiter);
    csv_tidy_begin(&s->tidy);
    while (r.more && s->n_columns < COLUMNS_MAX) {
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
static void name_columns(struct state *s, struct csv_shape shape, const struct format_out *out)
{
    s->t_column = -1;
    csv_tidy_begin(&s->tidy);
    s->index = (struct csv_index){0};
    bool counted = shape.cells >= 2 && shape.whole_first;
    struct span named = s->place.says && shape.cells == 1u + counted ? span_of(s->place.file) : (struct span){NULL, 0};
    for (size_t i = 0; i < shape.cells && i < COLUMNS_MAX; i++)
        add_column(s, i + 1 == shape.cells ? named : (struct span){NULL, 0}, i == 0 && counted ? field_of(span_of("step")) : NULL,
                   out);
}

/* name_pairs - each row has the names of its own numbers in front of them: those of the first row are the columns'. */
static void name_pairs(struct state *s, struct span line, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    char name[FIELD_NAME_MAX_BYTES];
    s->t_column = -1;
    csv_tidy_begin(&s->tidy);
    s->index = (struct csv_index){0};
    while (r.more && s->n_columns + 1 < COLUMNS_MAX) {
        size_t n = csv_unquote(csv_next(&r), name, sizeof name);
        s->columns[s->n_columns++] = -1; /* of the names themselves */
        add_column(s, span_trim((struct span){name, n}), NULL, out);
        csv_next(&r);
    }
}

/* --- rows --- */

struct comment {
    struct state *s;
    const struct format_out *out;
};

static void comment_value(void *arg, struct span path, enum json_kind kind, struct span raw, double value)
{
    struct comment *c = arg;
    if (kind == JSON_NUMBER && span_is(path, "t_start")) c->s->t_start = isfinite(field_time(value)) ? value : 0;
    else if (path.n && kind != JSON_SKIPPED && c->s->record.n_facts++ < RECORD_FACTS_MAX) c->out->fact(c->out->arg, path, raw);
}

/* read_comment - Stable-Baselines3 writes #{"t_start": 1700000000.1, "env_id": "CartPole-v1"}; what it counts is episodes. */
static void read_comment(struct state *s, struct span line, const struct format_out *out)
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

static void text_cell(struct state *s, uint32_t i, struct csv_cell cell)
{
    double value;
    switch (csv_content(cell.span, s->delimiter, &value)) {
    case CSV_NUMBER: record_number(&s->record, s->columns[i], value); break;
    case CSV_TEXT: record_text(&s->record, s->columns[i], cell.span); break;
    case CSV_MISSING: break;
    }
}

/* tidy_cell - one of the two cells of a table in long form that no column stands for; false for any other. */
static bool tidy_cell(const struct state *s, uint32_t i, struct csv_row *r, struct span *name, double *value, bool *missing)
{
    if (s->tidy.name < 0 || ((int32_t)i != s->tidy.name && (int32_t)i != s->tidy.value)) return false;
    struct csv_cell cell = csv_next(r);
    if ((int32_t)i == s->tidy.name) *name = cell.span;
    else *missing = csv_content(cell.span, s->delimiter, value) != CSV_NUMBER;
    return true;
}

/* tidy_number - the number of such a row, in a column of the name that the row tells. */
static void tidy_number(struct state *s, struct span name, double value, const struct format_out *out)
{
    if (!name.n || name.n >= FIELD_NAME_MAX_BYTES) return;
    record_number(&s->record, record_column(&s->record, name, NULL, s->line + 1, out), value);
}

/* read_cells - fill the record; false when there are more cells than columns. A number up to the next delimiter is the rule. */
static bool read_cells(struct state *s, struct span line, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    struct span name = {NULL, 0};
    double number = 0;
    bool missing = false;
    for (uint32_t i = 0; r.more; i++) {
        double value;
        if (i >= s->n_columns) {
            if (!csv_missing(csv_next(&r).span) && s->n_columns < COLUMNS_MAX) return false;
            continue;
        }
        if (tidy_cell(s, i, &r, &name, &number, &missing)) continue;
        if (s->delimiter == ' ') {
            text_cell(s, i, csv_next(&r));
            continue;
        }
        if (r.p < r.end && *r.p == s->delimiter) {
            r.p++;
            continue;
        }
        size_t n = num_prefix((struct span){r.p, (size_t)(r.end - r.p)}, &value);
        const char *behind = r.p + n;
        if (!n || (behind < r.end && *behind != s->delimiter)) {
            text_cell(s, i, csv_next(&r));
            continue;
        }
        record_number(&s->record, s->columns[i], value);
        r.more = behind < r.end;
        r.p = r.more ? behind + 1 : behind;
    }
    if (!missing) tidy_number(s, name, number, out);
    return true;
}

static bool plain_room(struct state *s, const struct format_out *out)
{
    if (s->n_columns <= s->plain_cap) return true;
    uint32_t cap = s->n_columns < 2 * s->plain_cap ? 2 * s->plain_cap : s->n_columns;
    struct plain *plain = arena_alloc(out->arena, cap * sizeof *plain);
    if (plain) s->plain = plain, s->plain_cap = cap;
    return plain != NULL;
}

/* settle - the columns are known: may rows of plain numbers be read in one go? */
static void settle(struct state *s, const struct format_out *out)
{
    s->steady = false;
    bool watched = s->index.counts && !s->index.proven;
    if (s->fallen || s->t_column >= 0 || watched || s->delimiter == ' ' || !plain_room(s, out)) return;
    s->kinds = 0;
    for (uint32_t i = 0; i < s->n_columns; i++) {
        if (s->columns[i] < 0) return;
        s->plain[i] = (struct plain){.cell = record_cell(&s->record, s->columns[i], NAN)};
        s->kinds |= 1u << s->plain[i].cell.kind;
    }
    s->steady = s->n_columns > 0;
}

/* steady_row - the row at p, where it is as wide as the header and has plain numbers and empty cells: fills the record, and returns
 * the newline; else NULL. Most rows are so, and their end is found by the way. NUM_FORM_BEFORE bytes are readable before p. */
static const char *steady_row(struct state *s, const char *p, const char *end)
{
    struct record *r = &s->record;
    if (!s->steady || (size_t)(end - p) < (size_t)s->n_columns * NUM_SCAN_BYTES || *p == '\n' || *p == '\r') return NULL;
    struct plain *known = s->plain, *last = known + s->n_columns - 1;
    record_begin(r);
    for (struct cell *cell = r->cells;; known++, p++) {
        double value;
        const char *behind = num_form_scan(&known->form, p, &value);
        if (behind) *cell = known->cell, cell++->value = value, p = behind;
        else if (s->kinds & 1u << FIELD_SUMMARY) return NULL; /* what a row is depends on the cells that it has */
        if (known == last) {
            r->n_cells = (uint32_t)(cell - r->cells);
            break;
        }
        if (*p != s->delimiter) return NULL;
    }
    r->kinds = s->kinds;
    p += *p == '\r';
    return *p == '\n' ? p : NULL;
}

/* place_in_time - Stable-Baselines3's t counts from t_start; as a wall clock it becomes the record's time. */
static void place_in_time(struct state *s)
{
    if (s->t_column < 0 || s->columns[s->t_column] < 0) return;
    const struct column *c = &s->record.columns[s->columns[s->t_column]];
    if (c->stamp == s->record.stamp) s->record.cells[c->cell].value += s->t_start;
}

/* place_by_index - pandas' index as the step: the number of the row, where it does not count. */
static void place_by_index(struct state *s, const struct format_out *out)
{
    if (!s->index.counts || s->index.proven || s->columns[0] < 0) return;
    const struct column *c = &s->record.columns[s->columns[0]];
    if (c->stamp != s->record.stamp) return;
    s->record.cells[c->cell].value = csv_index_row(&s->index, s->record.cells[c->cell].value);
    if (s->index.proven) settle(s, out);
}

static bool letters_first(struct span line)
{
    char c = line.p[0];
    return c == '"' || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* header_again - is this row the header, or one that takes its place? */
static bool header_again(struct state *s, struct span line)
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

static void begin(struct state *s, struct span line, const struct format_out *out)
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
    settle(s, out);
}

/* cut_short - has a last row without a line end fewer cells than columns, or an open quote? */
static bool cut_short(const struct state *s, struct span line)
{
    size_t quotes = 0;
    for (size_t i = 0; i < line.n; i++) quotes += line.p[i] == '"';
    return quotes % 2 || csv_count(line, s->delimiter) + 1 < s->n_columns;
}

static void read_row(struct state *s, struct span line, bool cut, const struct format_out *out)
{
    if (!line.n || s->fallen) return;
    if (line.p[0] == '#') {
        read_comment(s, line, out);
        return;
    }
    bool again = s->begun && header_again(s, line);
    if (!s->begun || again) {
        if (again) s->record.records = 0; /* another run: where rows are numbered, they are from 1 again */
        begin(s, line, out);
        if (s->header_bytes || s->fallen) return;
    }
    record_begin(&s->record);
    if (!read_cells(s, line, out)) out->bad(out->arg, s->line + 1, "more cells than columns");
    else if (cut && cut_short(s, line)) out->bad(out->arg, s->line + 1, "the last row is cut off");
    else {
        place_in_time(s);
        place_by_index(s, out);
        csv_evaluated_row(&s->evaluated, &s->record);
        csv_blank_row(&s->blank, &s->record);
        record_end(&s->record, s->line + 1, out);
    }
}

/* --- records --- */

static uint64_t newlines(const char *p, const char *end)
{
    uint64_t n = 0;
    while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) n++, p++;
    return n;
}

/* take_row - the record that starts at p; returns where the next one starts, or p when it is not all there. A quote that is
 * never closed costs its own line only. */
static const char *take_row(struct state *s, const char *p, const char *end, int at_end, const struct format_out *out)
{
    const char *limit = (size_t)(end - p) > FORMAT_RECORD_MAX_BYTES ? p + FORMAT_RECORD_MAX_BYTES : end;
    const char *stop = csv_row_end(p, limit, s->delimiter);
    bool hopeless = limit - p >= FORMAT_RECORD_MAX_BYTES || at_end, unclosed = false;
    if (!stop && !hopeless) return p;
    if (!stop && (stop = memchr(p, '\n', (size_t)(limit - p)))) unclosed = true;
    if (!stop && limit - p >= FORMAT_RECORD_MAX_BYTES) {
        out->bad(out->arg, s->line + 1, "a line of 1 MiB or more");
        s->skipping = true;
        return limit;
    }
    const char *last = stop ? stop : limit;
    struct span line = csv_trim(p, last);
    if (s->line == 0 && span_starts(line, "\xEF\xBB\xBF")) line = span_from(line, 3);
    if (unclosed) out->bad(out->arg, s->line + 1, "a quote that is never closed");
    else read_row(s, line, !stop, out);
    s->line += newlines(p, last) + (stop != NULL);
    return stop ? stop + 1 : limit;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    const char *p = in.p, *end = in.p + in.n;
    while (p < end) {
        const char *next;
        if (s->skipping) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            s->skipping = newline == NULL;
            s->line += newline != NULL;
            next = newline ? newline + 1 : end;
        } else if (p - in.p >= NUM_FORM_BEFORE && (next = steady_row(s, p, end))) {
            csv_evaluated_row(&s->evaluated, &s->record);
            csv_blank_row(&s->blank, &s->record);
            record_end(&s->record, ++s->line, out);
            next++;
        } else next = take_row(s, p, end, at_end, out);
        if (next == p) break;
        p = next;
    }
    return (size_t)(p - in.p);
}

static void init(void *state, const char *path) { csv_place_of(&((struct state *)state)->place, path); }

const struct format format_csv = {
    .name = "csv",
    .summary = "tables with or without a header line; the delimiter is found out; sparse and padded cells",
    .globs = "*.csv *.tsv metrics.csv results.csv progress.csv *.monitor.csv summary.csv",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = csv_sniff,
    .init = init,
    .feed = feed,
};
