/* csv_cell - see csv/cell.h. */
#include "cell.h"

#include "../../base/num.h"
#include "../field.h"

static const char *blanks(const char *p, const char *end, char delimiter)
{
    while (p < end && span_blank_char(*p) && *p != delimiter) p++;
    return p;
}

/* quoted_end - behind the closing quote of a cell that opens at p; end when it is never closed. */
static const char *quoted_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote) return end;
        p = quote + 1;
        if (p == end || *p != '"') return p;
    }
    return end;
}

/* blank_apart - a cell of a table whose cells blanks part: a run of them is one delimiter. */
static struct csv_cell blank_apart(struct csv_row *r)
{
    const char *from = r->p;
    while (from < r->end && (*from == ' ' || *from == '\t')) from++;
    const char *to = from;
    while (to < r->end && *to != ' ' && *to != '\t') to++;
    for (r->p = to; r->p < r->end && (*r->p == ' ' || *r->p == '\t');) r->p++;
    r->more = r->p < r->end;
    return (struct csv_cell){.span = span_trim((struct span){from, (size_t)(to - from)})};
}

struct csv_cell csv_next(struct csv_row *r)
{
    if (r->delimiter == ' ') return blank_apart(r);
    const char *from = blanks(r->p, r->end, r->delimiter);
    struct csv_cell cell = {.quoted = from < r->end && *from == '"'};
    const char *to = cell.quoted ? quoted_end(from, r->end) : from;
    const char *stop = memchr(to, r->delimiter, (size_t)(r->end - to));
    r->more = stop != NULL;
    r->p = stop ? stop + 1 : r->end;
    if (cell.quoted && to - from >= 2) cell.span = (struct span){from + 1, (size_t)(to - from) - 2};
    else cell.span = span_trim((struct span){from, (size_t)((stop ? stop : r->end) - from)});
    return cell;
}

bool csv_missing(struct span t)
{
    static const char *const words[] = {"NA", "N/A", "n/a", "None", "none", "null", "NULL", "-", "<NA>"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(t, words[i])) return true;
    return t.n == 0;
}

static bool boolean(struct span t)
{
    return span_is(t, "True") || span_is(t, "False") || span_is(t, "true") || span_is(t, "false");
}

/* comma_number - "0,5" where semicolons part the cells: how most of Europe writes 0.5, and spreadsheets there export it. */
static bool comma_number(struct span t, double *value)
{
    enum { NUMBER_BYTES = 40 };
    char text[NUMBER_BYTES];
    const char *comma = memchr(t.p, ',', t.n);
    if (!comma || t.n > sizeof text || memchr(t.p, '.', t.n)) return false;
    memcpy(text, t.p, t.n);
    text[comma - t.p] = '.';
    return num_parse((struct span){text, t.n}, value);
}

/* past_type - behind the name of the type and its bracket in "tensor(0.5, device='cuda:0')"; t where there is none. */
static struct span past_type(struct span t)
{
    static const char *const types[] = {"tensor(",           "np.float64(", "np.float32(", "np.float16(",  "numpy.float64(",
                                        "numpy.float32(",    "Array(",      "tf.Tensor(",  "jnp.float32(", "array(",
                                        "torch.FloatTensor("};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_starts(t, types[i])) return span_from(t, strlen(types[i]));
    return t;
}

/* wrapped_number - one number as Python shows what holds it: "tensor(0.5, device='cuda:0')", "[0.5]", "array([[0.5]], dtype=float32)". */
static bool wrapped_number(struct span t, double *value)
{
    struct span inner = past_type(t);
    bool typed = inner.n < t.n;
    size_t open = 0;
    while (open < inner.n && open < 2 && inner.p[open] == '[') open++;
    if (!typed && !open) return false;
    inner = span_from(inner, open);
    size_t n = num_prefix(inner, value);
    struct span rest = span_from(inner, n);
    if (!n || !rest.n) return false;
    size_t closed = 0;
    while (closed < open && closed < rest.n && rest.p[closed] == ']') closed++;
    rest = span_from(rest, closed);
    return closed == open && (typed ? rest.n && strchr(",)", rest.p[0]) : !rest.n);
}

enum csv_content csv_content(struct span t, char delimiter, double *value)
{
    if (num_parse(t, value)) return CSV_NUMBER;
    if (delimiter == ';' && comma_number(t, value)) return CSV_NUMBER;
    if (t.n && (t.p[t.n - 1] == ')' || t.p[t.n - 1] == ']') && wrapped_number(t, value)) return CSV_NUMBER;
    if (t.n > 1 && t.p[t.n - 1] == '%' && num_parse(span_trim((struct span){t.p, t.n - 1}), value)) return CSV_NUMBER;
    return csv_missing(t) || boolean(t) ? CSV_MISSING : CSV_TEXT;
}

struct span csv_trim(const char *p, const char *end)
{
    while (p < end && *p == ' ') p++;
    while (p < end && span_blank_char(end[-1])) end--;
    return (struct span){p, (size_t)(end - p)};
}

size_t csv_count(struct span t, char character)
{
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < t.n; i++) {
        quoted = quoted != (t.p[i] == '"');
        n += !quoted && t.p[i] == character;
    }
    return n;
}

static const char candidates[] = ",\t;|"; /* earlier ones win when a line has as many of both */
static bool candidate(char c) { return c && strchr(candidates, c); }

/* decimals - are all commas of a line within numbers, and semicolons between them? "1;0,5;0,25" */
static bool decimals(struct span line)
{
    if (!memchr(line.p, ';', line.n)) return false;
    for (size_t i = 0; i < line.n; i++) {
        bool within = i && i + 1 < line.n && span_digit_char(line.p[i - 1]) && span_digit_char(line.p[i + 1]);
        if (line.p[i] == ',' && !within) return false;
    }
    return true;
}

char csv_delimiter(struct span line)
{
    char best = ',';
    size_t most = 0;
    bool commas_point = decimals(line);
    for (size_t i = 0; candidates[i]; i++) {
        size_t n = commas_point && candidates[i] == ',' ? 0 : csv_count(line, candidates[i]);
        if (n > most) most = n, best = candidates[i];
    }
    return best;
}

char csv_delimiter_or_blank(struct span line)
{
    for (size_t i = 0; candidates[i]; i++)
        if (memchr(line.p, candidates[i], line.n)) return csv_delimiter(line);
    if (memchr(line.p, '"', line.n) || memchr(line.p, ':', line.n) || memchr(line.p, '=', line.n)) return ',';
    return memchr(line.p, ' ', line.n) ? ' ' : ',';
}

struct csv_shape csv_shape(struct span line, char delimiter)
{
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    struct csv_shape s = {0};
    while (r.more) {
        struct csv_cell cell = csv_next(&r);
        double value = 0;
        enum csv_content what = csv_content(cell.span, delimiter, &value);
        if (!s.cells) s.whole_first = what == CSV_NUMBER && field_is_step(value) && value >= 0;
        s.cells++;
        s.numbers += what == CSV_NUMBER;
        s.texts += what == CSV_TEXT;
    }
    return s;
}

size_t csv_unquote(struct csv_cell cell, char *to, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < cell.span.n && n < max; i++) {
        to[n++] = cell.span.p[i];
        if (cell.quoted && cell.span.p[i] == '"' && i + 1 < cell.span.n && cell.span.p[i + 1] == '"') i++;
    }
    return n;
}

const char *csv_row_end(const char *p, const char *end, char delimiter)
{
    const char *newline = memchr(p, '\n', (size_t)(end - p));
    const char *stop = newline ? newline : end;
    if (!memchr(p, '"', (size_t)(stop - p))) return newline;
    while (p < end) {
        const char *cell = blanks(p, end, '\n');
        if (cell < end && *cell == '"') p = quoted_end(cell, end);
        while (p < end && *p != '\n' && (delimiter ? *p != delimiter : !candidate(*p))) p++;
        if (p < end && *p == '\n') return p;
        p++;
    }
    return NULL;
}

bool csv_alternates(struct span line, char delimiter)
{
    struct csv_row r = {line.p, line.p + line.n, delimiter, true};
    size_t pairs = 0;
    while (r.more) {
        double value;
        struct csv_cell name = csv_next(&r), number;
        if (csv_content(name.span, delimiter, &value) != CSV_TEXT || !r.more) return false;
        number = csv_next(&r);
        if (csv_content(number.span, delimiter, &value) != CSV_NUMBER) return false;
        pairs++;
    }
    return pairs >= 2;
}
