/* csv - a header and rows of numbers, as RFC 4180 has them and as training tools bend it.
 *
 * Read: Keras CSVLogger, Lightning metrics.csv, Ultralytics results.csv, Stable-Baselines3 progress.csv and monitor.csv, timm
 * summary.csv, DeepSpeed csv_monitor, CatBoost *.tsv, AlgoPerf measurements.csv, and tables without a header line.
 *   record     cells parted by one of , tab ; | as the first record shows; ends in \n or \r\n, mixed at will. In a file that is not called
 *              a table also by blanks: "epoch loss acc" above rows of numbers, as numpy.savetxt and print write them
 *   cell       blanks around it do not count; in quotes it may hold delimiters, "" and line ends
 *   decimals   where semicolons part the cells, "0,5" is 0.5
 *   missing    "", NA, N/A, None, null, "-"; a row may end early; more cells than columns is a bad record, but for as many empty ones
 *   comment    a line that starts with #, before the header; Stable-Baselines3 keeps its start time and env_id there
 *   long form  a row for each number, its metric in a column of names (csv/tidy.h)
 *   header     may come again (a restart), with other columns too; a first record of numbers means that there is none
 *   evaluated  the time of an evaluation without its loss: NaN, as pandas writes it (csv/evaluated.h)
 *   blank      a frame whose rows have nothing but their index, or all but their losses, was NaN (csv/blank.h)
 *   pairs      "epoch;3;loss;0.5": a name in front of each number, in every row the same; then nothing else is the header
 *   index      a first column without a name, as pandas writes one, is the step where nothing else is (csv/index.h)
 * GROWTH_REWRITTEN: Lightning and Stable-Baselines3 write the file anew when a column appears. */
#include "../base/num.h"
#include "csv/cell.h"
#include "csv/parts.h"
#include "csv/sniff.h"

static void text_cell(struct csv *s, uint32_t i, struct csv_cell cell)
{
    double value;
    switch (csv_content(cell.span, s->delimiter, &value)) {
    case CSV_NUMBER: record_number(&s->record, s->columns[i], value); break;
    case CSV_TEXT: record_text(&s->record, s->columns[i], cell.span); break;
    case CSV_MISSING: break;
    }
}

/* tidy_cell - one of the two cells of a table in long form that no column stands for; false for any other. */
static bool tidy_cell(const struct csv *s, uint32_t i, struct csv_row *r, struct span *name, double *value, bool *missing)
{
    if (s->tidy.name < 0 || ((int32_t)i != s->tidy.name && (int32_t)i != s->tidy.value)) return false;
    struct csv_cell cell = csv_next(r);
    if ((int32_t)i == s->tidy.name) *name = cell.span;
    else *missing = csv_content(cell.span, s->delimiter, value) != CSV_NUMBER;
    return true;
}

/* tidy_number - the number of such a row, in a column of the name that the row tells. */
static void tidy_number(struct csv *s, struct span name, double value, const struct format_out *out)
{
    if (!name.n || name.n >= FIELD_NAME_MAX_BYTES) return;
    record_number(&s->record, record_column(&s->record, name, NULL, s->line + 1, out), value);
}

/* too_wide - has a row as many empty cells as it has too many? Flair leaves one out of its header: they stand for nothing. */
static bool too_wide(const struct csv *s, struct span line)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    size_t cells = 0, empty = 0;
    for (; r.more; cells++) empty += csv_next(&r).span.n == 0;
    return s->delimiter != ' ' && empty && cells == s->n_columns + empty;
}

/* read_cells - fill the record; false when there are more cells than columns. A number up to the next delimiter is the rule.
 *   close   empty cells stand for nothing, and what follows moves up */
static bool read_cells(struct csv *s, struct span line, bool close, const struct format_out *out)
{
    struct csv_row r = {line.p, line.p + line.n, s->delimiter, true};
    struct span name = {NULL, 0};
    double number = 0;
    bool missing = false;
    for (uint32_t i = 0; r.more; i++) {
        double value;
        if (i >= s->n_columns) {
            if (!csv_missing(csv_next(&r).span) && s->n_columns < CSV_COLUMNS_MAX) return false;
            continue;
        }
        if (tidy_cell(s, i, &r, &name, &number, &missing)) continue;
        if (s->delimiter == ' ') {
            text_cell(s, i, csv_next(&r));
            continue;
        }
        if (r.p < r.end && *r.p == s->delimiter) {
            r.p++;
            i -= close;
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

/* place_in_time - Stable-Baselines3's t counts from t_start; as a wall clock it becomes the record's time. */
static void place_in_time(struct csv *s)
{
    if (s->t_column < 0 || s->columns[s->t_column] < 0) return;
    const struct column *c = &s->record.columns[s->columns[s->t_column]];
    if (c->stamp == s->record.stamp) s->record.cells[c->cell].value += s->t_start;
}

/* place_by_index - pandas' index as the step: the number of the row, where it does not count. */
static void place_by_index(struct csv *s, const struct format_out *out)
{
    if (!s->index.counts || s->index.proven || s->columns[0] < 0) return;
    const struct column *c = &s->record.columns[s->columns[0]];
    if (c->stamp != s->record.stamp) return;
    s->record.cells[c->cell].value = csv_index_row(&s->index, s->record.cells[c->cell].value);
    if (s->index.proven) csv_plain_settle(s, out);
}

/* cut_short - has a last row without a line end fewer cells than columns, or an open quote? */
static bool cut_short(const struct csv *s, struct span line)
{
    size_t quotes = 0;
    for (size_t i = 0; i < line.n; i++) quotes += line.p[i] == '"';
    return quotes % 2 || csv_count(line, s->delimiter) + 1 < s->n_columns;
}

static void read_row(struct csv *s, struct span line, bool cut, const struct format_out *out)
{
    if (!line.n || s->fallen) return;
    if (line.p[0] == '#') {
        csv_comment(s, line, out);
        return;
    }
    bool again = s->begun && csv_header_again(s, line);
    if (!s->begun || again) {
        if (again) s->record.records = 0; /* another run: where rows are numbered, they are from 1 again */
        csv_header(s, line, out);
        if (s->header_bytes || s->fallen) return;
    }
    record_begin(&s->record);
    bool read = read_cells(s, line, false, out);
    if (!read && too_wide(s, line)) {
        record_begin(&s->record);
        read = read_cells(s, line, true, out);
    }
    if (!read) out->bad(out->arg, s->line + 1, "more cells than columns");
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
static const char *take_row(struct csv *s, const char *p, const char *end, int at_end, const struct format_out *out)
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
    struct csv *s = state;
    const char *p = in.p, *end = in.p + in.n;
    while (p < end) {
        const char *next;
        if (s->skipping) {
            const char *newline = memchr(p, '\n', (size_t)(end - p));
            s->skipping = newline == NULL;
            s->line += newline != NULL;
            next = newline ? newline + 1 : end;
        } else if (p - in.p >= NUM_FORM_BEFORE && (next = csv_plain_row(s, p, end))) {
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

static void init(void *state, const char *path) { csv_place_of(&((struct csv *)state)->place, path); }

const struct format format_csv = {
    .name = "csv",
    .summary = "tables with or without a header line; the delimiter is found out; sparse and padded cells",
    .globs = "*.csv *.tsv metrics.csv results.csv progress.csv *.monitor.csv summary.csv",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct csv),
    .sniff = csv_sniff,
    .init = init,
    .feed = feed,
};
