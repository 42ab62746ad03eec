/* numbers - a file of nothing but numbers, where the file's name says what they are: train_loss.txt, val_acc.log, loss_history.json.
 *
 *   0.6931                     a number a line, in brackets perhaps: the nth is record n, from 1
 *   0 0.6931 · 0.6931 0        two in a line, of which one is whole and grows: it counts; so in 1_0.6931
 *   epoch1<tab>0.6931          the same, the counter with its name
 *   [0.6931, 0.5512, ...]      str() of a list, or JSON; a second one of several numbers is a series of its own
 *   [[1700000000.1, 0, 0.6931], [...]]    wall time, step and value, as TensorBoard hands out JSON; or step and value
 *
 * Written by open(...).write(str(loss)), by numpy.savetxt without a header, by json.dump of a list. The name must be one that a metric of
 * training has, or hold the word loss: without it numbers are a data set. A first row waits for the second, which shows what counts. */
#include "format.h"

#include <stdio.h>
#include <strings.h>

#include "../base/num.h"
#include "field.h"
#include "file_says.h"

enum { WIDTH_MAX = 8, TOKEN_MAX_BYTES = 128, LISTS_MAX = 16, SURE = 46 };

struct row {
    double value[WIDTH_MAX];
    size_t n;
    bool broken; /* something that is no number stands in it */
    uint64_t line;
};
struct state {
    char name[FILE_SAYS_BYTES];
    uint64_t line; /* newlines passed */
    int64_t rows, lists;
    int depth;
    size_t width;          /* of the rows told; 0 before the second */
    int counter, clock;    /* the columns that count and tell the time; -1 for none */
    enum axis axis;        /* of the counter */
    bool named_counter;    /* the row in hand has a counter's name in front */
    int series[WIDTH_MAX]; /* -2 before it was asked for */
    struct row row, held;
    bool bad_told;
};

static void forget_series(struct state *s)
{
    for (size_t i = 0; i < WIDTH_MAX; i++) s->series[i] = -2;
}

static void init(void *state, const char *path)
{
    struct state *s = state;
    file_says(path, s->name);
    if (!s->name[0]) memcpy(s->name, "value", sizeof "value");
    s->counter = s->clock = -1;
    s->axis = AXIS_STEP;
    forget_series(s);
}

/* series_of - one column of values has the file's name alone, several have numbers behind it. */
static int series_of(struct state *s, size_t column, size_t columns, const struct format_out *out)
{
    char name[FILE_SAYS_BYTES + 48];
    if (s->series[column] != -2) return s->series[column];
    int n = snprintf(name, sizeof name, "%s", s->name);
    if (s->lists > 1) n += snprintf(name + n, sizeof name - (size_t)n, ".%lld", (long long)s->lists);
    if (columns > 1) n += snprintf(name + n, sizeof name - (size_t)n, "/%zu", column + 1);
    return s->series[column] = out->series(out->arg, (struct span){name, (size_t)n}, s->counter < 0 ? AXIS_RECORD : s->axis);
}

static void tell(struct state *s, const struct row *r, const struct format_out *out)
{
    int64_t step = s->counter < 0 ? ++s->rows : (int64_t)r->value[s->counter];
    double time = s->clock < 0 ? (double)NAN : field_time(r->value[s->clock]);
    size_t columns = r->n - (s->counter >= 0) - (s->clock >= 0);
    for (size_t i = 0; i < r->n; i++) {
        if ((int)i == s->counter || (int)i == s->clock) continue;
        int series = series_of(s, i, columns, out);
        if (series >= 0) out->point(out->arg, series, step, time, r->value[i], r->line);
    }
}

/* counts - is a column whole numbers that grow? */
static bool counts(const struct row *a, const struct row *b, size_t column)
{
    double first = a->value[column], second = b->value[column];
    return field_is_step(first) && field_is_step(second) && first >= 0 && second > first;
}

static void decide(struct state *s, const struct row *a, const struct row *b)
{
    s->width = b->n;
    if (b->n == 3 && isfinite(field_time(a->value[0])) && counts(a, b, 1)) s->clock = 0, s->counter = 1;
    for (size_t i = 0; i < b->n && s->counter < 0 && (i == 0 || b->n == 2); i++)
        if (counts(a, b, i)) s->counter = (int)i;
}

static void complain(struct state *s, const struct row *r, const char *why, const struct format_out *out)
{
    if (!s->bad_told) out->bad(out->arg, r->line, why);
    s->bad_told = true;
}

/* end_row - a line, an item of a list, or a list within one is whole. */
static void end_row(struct state *s, const struct format_out *out)
{
    struct row r = s->row;
    bool named = s->named_counter;
    s->row = (struct row){.n = 0};
    s->named_counter = false;
    if (r.broken && s->line == 0 && !s->depth && !s->width && !s->held.n) return; /* a heading */
    if (!r.n && !r.broken) return;
    if (r.broken || (s->width && r.n != s->width)) {
        complain(s, &r, r.broken ? "a line that is no number" : "a row of another width than those before it", out);
    } else if (!s->width && named && r.n == 2) {
        s->width = 2, s->counter = 0;
        tell(s, &r, out);
    } else if (!s->width && r.n > 1 && !s->held.n) {
        s->held = r;
    } else if (!s->width && r.n > 1) {
        decide(s, &s->held, &r);
        if (s->held.n == r.n) tell(s, &s->held, out);
        tell(s, &r, out);
    } else {
        s->width = r.n;
        tell(s, &r, out);
    }
}

/* joined - the counter in front of "12_0.25"; 0 bytes where none is. */
static size_t joined(struct span token)
{
    size_t n = 0;
    while (n < token.n && token.p[n] >= '0' && token.p[n] <= '9') n++;
    return n && n + 1 < token.n && token.p[n] == '_' ? n : 0;
}

/* add - a token: a number, a counter's name with its number ("epoch12"), or its name alone. */
static void add(struct state *s, struct span token, const struct format_out *out)
{
    double value;
    size_t letters = 0, count = joined(token);
    struct row *r = &s->row;
    if (count && !r->n) {
        add(s, (struct span){token.p, count}, out);
        token = span_from(token, count + 1);
    }
    if (!r->n) r->line = s->line + 1;
    while (letters < token.n && (token.p[letters] | 0x20) >= 'a' && (token.p[letters] | 0x20) <= 'z') letters++;
    struct span word = {token.p, letters}, number = span_from(token, letters);
    const struct field *f = letters > 1 && !r->n ? field_of(word) : NULL;
    bool counter = f && field_rank(f) < FIELD_UNRANKED;
    if (counter) s->named_counter = true, s->axis = field_axis(f->kind);
    if (counter && !number.n) return;
    if (number.n > 1 && counter && strchr("_-#", number.p[0])) number = span_from(number, 1);
    if (!num_parse(counter ? number : token, &value) || r->n == WIDTH_MAX) {
        r->broken = true;
        return;
    }
    r->value[r->n++] = value;
    if (s->depth == 1) end_row(s, out);
}

static void open_list(struct state *s)
{
    if (!s->depth && s->row.n) s->row.broken = true;
    if (s->depth < 2) s->depth++;
    s->row = s->depth == 2 ? (struct row){.broken = s->row.broken, .line = s->row.line} : s->row;
}

static void close_list(struct state *s, const struct format_out *out)
{
    if (s->depth == 2) end_row(s, out);
    if (s->depth) s->depth--;
}

/* begin_list - a list at the top: the second one of several numbers counts from 1 again. */
static void begin_list(struct state *s, struct span rest)
{
    const char *comma = memchr(rest.p, ',', rest.n < TOKEN_MAX_BYTES ? rest.n : TOKEN_MAX_BYTES),
               *close = memchr(rest.p, ']', rest.n);
    if (!comma || (close && close < comma)) return; /* "[0.5]" a line */
    s->lists++;
    s->rows = 0;
    s->width = 0;
    s->counter = s->clock = -1;
    s->held.n = 0;
    if (s->lists <= LISTS_MAX) forget_series(s);
}

static bool parts(char c) { return span_blank_char(c) || strchr(",;:[]()\n", c) != NULL; }

/* sign - one byte that is no part of a number. */
static void sign(struct state *s, struct span rest, const struct format_out *out)
{
    char c = rest.p[0];
    if (c == '[' && !s->depth) begin_list(s, rest);
    if (c == '[') open_list(s);
    else if (c == ']') close_list(s, out);
    else if (c == '\n' && !s->depth) end_row(s, out);
    s->line += c == '\n';
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t at = 0;
    while (at < in.n) {
        struct span rest = span_from(in, at);
        if (parts(rest.p[0])) {
            bool known = at_end || rest.n > TOKEN_MAX_BYTES || rest.p[0] != '[' || s->depth || memchr(rest.p, ']', rest.n);
            if (!known) break; /* whether a list has one number or more shows a little further on */
            sign(s, rest, out);
            at++;
            continue;
        }
        size_t n = 1;
        while (n < rest.n && n < TOKEN_MAX_BYTES && !parts(rest.p[n])) n++;
        if (n == rest.n && n < TOKEN_MAX_BYTES && !at_end) break;
        add(s, (struct span){rest.p, n}, out);
        at += n;
    }
    if (at_end && !s->depth) end_row(s, out);
    return at;
}

/* ---- is it one? ---------------------------------------------------------------------------------------------------------- */

struct tally {
    unsigned points, bad;
};
static int no_series(void *arg, struct span name, enum axis axis) { return (void)arg, (void)name, (void)axis, 0; }
static void tally_point(void *arg, int series, int64_t step, double time, double value, uint64_t line)
{
    (void)series, (void)step, (void)time, (void)value, (void)line;
    ((struct tally *)arg)->points++;
}
static void tally_bad(void *arg, uint64_t line, const char *why) { (void)line, (void)why, ((struct tally *)arg)->bad++; }

static bool may_be(const char *path, struct span head)
{
    static const char *const endings[] = {".txt", ".log", ".dat", ".out", ".json", NULL};
    const char *dot = strrchr(path_name(path), '.');
    bool ends = !dot;
    for (const char *const *e = endings; *e && !ends; e++) ends = strcasecmp(dot, *e) == 0;
    for (size_t i = 0; i < head.n && i < TOKEN_MAX_BYTES; i++)
        if (strchr("{}=\"", head.p[i])) return false;
    return ends;
}

static int sniff(const char *path, struct span head)
{
    struct state s = {0};
    struct tally t = {0};
    char name[FILE_SAYS_BYTES];
    struct format_out out = {.arg = &t, .series = no_series, .point = tally_point, .bad = tally_bad};
    if (!path || !head.n || !may_be(path, head) || !file_says(path, name)) return 0;
    init(&s, path);
    feed(&s, head, head.n < FORMAT_HEAD_BYTES, &out);
    bool enough = t.points > 1 || (t.points && strcasestr(name, "loss"));
    return enough && !t.bad && !s.row.broken ? SURE : 0;
}

const struct format format_numbers = {
    .name = "numbers",
    .summary = "numbers alone, where the file's name says what they are",
    .globs = "*loss*.txt *acc*.txt *loss*.log *loss*.json run-*-tag-*.json",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .init = init,
    .feed = feed,
};
