/* csv_sniff - see csv/sniff.h. The first rows are surveyed: their width, how much of them is numbers, and the names in the header. */
#include "sniff.h"

#include <string.h>
#include <strings.h>

#include "../field.h"
#include "../format.h"
#include "cell.h"
#include "place.h"

enum {
    SNIFF_ROWS = 64,
    BLANK_APART = 43, /* where text finds a record or two by another shape, it is text */
    ALTERNATES = 47,  /* to text the names are prose */
    NAMELESS_MAX = 64 /* columns that nobody named: beyond them a row is an array, and the table no log */
};
struct survey {
    size_t rows, cells, regular, numbers, texts;
    char delimiter;
    bool comment, headed, alternates, known; /* known: a column has a name that a training log has */
    bool compares;                           /* the rows are results of many runs */
    struct csv_shape first;
    struct csv_place place;
    struct span heading; /* the last comment */
};

static bool knows_name(struct span line, char delimiter)
{
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    while (r.more)
        if (field_speaks_of_training(csv_next(&r).span)) return true;
    return false;
}

/* compares - does a header name what its rows compare, and count nothing: "dataset,method,seed,test_acc"? Its rows are results of runs, each of
 * its own, and no curve. */
static bool compares(struct span line, char delimiter)
{
    static const char *const words[] = {"method",   "model",      "model_name", "algorithm",    "variant",
                                        "baseline", "experiment", "trial",      "architecture", "configuration",
                                        "dataset",  "classifier", "estimator",  "backbone"};
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    bool named = false;
    while (r.more) {
        struct span cell = csv_next(&r).span;
        if (field_rank(field_of(cell)) != FIELD_UNRANKED) return false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            named |= cell.n == strlen(words[i]) && strncasecmp(cell.p, words[i], cell.n) == 0;
    }
    return named;
}

/* names_columns - is a line the names of all columns, one of them known? What blanks part is a table only then. */
static bool names_columns(const struct survey *v, struct span line)
{
    struct csv_shape shape = csv_shape(line, ' ');
    return line.n && shape.cells == v->cells && shape.texts == shape.cells && shape.cells >= 2 && knows_name(line, ' ');
}

/* says_loss - losses.csv: whatever its columns are called, it is of a training. */
static bool says_loss(const struct csv_place *place) { return place->says && strcasestr(place->file, "loss"); }

static void survey_row(struct survey *v, struct span line)
{
    if (!v->rows) {
        v->delimiter = csv_place_delimiter(&v->place, line);
        v->first = csv_shape(line, v->delimiter);
        v->alternates = csv_alternates(line, v->delimiter);
        v->headed = !v->alternates && (v->first.texts || !v->first.numbers);
        v->cells = v->first.cells;
        v->known = (!v->headed && !v->alternates) || v->comment || knows_name(line, v->delimiter) || says_loss(&v->place);
        v->compares = v->headed && compares(line, v->delimiter);
        bool placed = !v->headed && csv_place_column(&v->place, 0, v->cells).n > 0;
        if (v->delimiter == ' ') v->known = placed || names_columns(v, v->headed ? line : v->heading);
    }
    struct csv_shape shape = csv_shape(line, v->delimiter);
    v->rows++;
    v->regular += shape.cells == v->cells;
    if (v->rows == 1 && v->headed) return;
    v->numbers += shape.numbers;
    v->texts += shape.texts;
}

static struct survey survey_of(const char *path, struct span head)
{
    struct survey v = {.delimiter = ','};
    csv_place_of(&v.place, path);
    bool whole = head.n < FORMAT_HEAD_BYTES;
    const char *p = head.p, *end = head.p + head.n;
    if (span_starts(head, "\xEF\xBB\xBF")) p += 3;
    while (p < end && v.rows < SNIFF_ROWS) {
        const char *stop = csv_row_end(p, end, v.rows ? v.delimiter : 0);
        if (!stop && (!whole && v.rows)) break;
        struct span line = csv_trim(p, stop ? stop : end);
        p = stop ? stop + 1 : end;
        if (!v.rows && line.n && line.p[0] == '#') v.comment = true, v.heading = span_trim(span_from(line, 1));
        else if (line.n) survey_row(&v, line);
    }
    return v;
}

static bool named_csv(const char *path)
{
    static const char *const suffixes[] = {".csv", ".tsv"};
    size_t n = strlen(path);
    for (size_t i = 0; i < 2; i++)
        if (n >= 4 && strcasecmp(path + n - 4, suffixes[i]) == 0) return true;
    return false;
}

int csv_sniff(const char *path, struct span head)
{
    bool named = named_csv(path);
    struct span start = span_trim(head);
    if (!start.n || memchr(head.p, 0, head.n) || start.p[0] == '{' || start.p[0] == '[') return 0;
    struct survey v = survey_of(path, head);
    if (v.compares) return named ? 10 : 0;
    size_t data = v.rows - (v.headed && v.rows);
    if (!data) return named && v.known && v.cells >= 2 ? 50 : 0;
    if (v.delimiter == ' ') return data >= 2 && v.known && !v.texts && v.regular == v.rows ? BLANK_APART : 0;
    if (!v.headed && !v.comment && v.cells > NAMELESS_MAX) return named ? 10 : 0;
    bool mostly = v.numbers >= v.texts, regular = 10 * v.regular >= 8 * v.rows;
    if (!v.known || !v.numbers || (!named && (v.cells < 2 || data < 2 || !regular || !mostly))) return named ? 10 : 0;
    if (!named) return v.comment ? 60 : v.alternates ? ALTERNATES : 45;
    return v.cells < 2 ? 30 : mostly && regular ? 90 : 40;
}
