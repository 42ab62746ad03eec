/* deepxde - loss.dat of DeepXDE: the terms of the loss of a physics-informed network, on the training and on the test points.
 *
 *   # step, loss_train, loss_test, metrics_test
 *   0.0e+00 1.5e-02 4.4e-01 1.6e-02 4.3e-01 9.1e-01
 *   1.0e+03 3.7e-02 5.7e-02 3.7e-02 5.6e-02 2.5e-01
 * numpy.savetxt of the step, the list of the terms in training, as many in the test, and the metrics (lululxvi/deepxde: deepxde/utils/external.py).
 * The heading names the lists, not the columns, so where one ends is found out: a term in the test is close to the same term in training,
 * above all before the first step. What the network minimises is the sum of the terms, which the console shows as well; it is told as
 * loss_train and loss_test, the terms as loss_term_1, test_term_1 ... */
#include "format.h"

#include <math.h>
#include <stdio.h>

#include "../base/num.h"
#include "field.h"

static const char heading[] = "# step, loss_train, loss_test, metrics_test";
enum { COLUMNS_MAX = 128, SURE = 90, NAME_BYTES = 32 };

struct state {
    uint64_t line;               /* newlines passed */
    size_t columns, terms;       /* of a row, and of each loss; 0 before the first row */
    int series[COLUMNS_MAX];     /* of the columns behind the step */
    int train, test;             /* of the sums */
    bool headed, told, skipping; /* told: that a row could not be read; skipping: within a line that is too long */
};

/* apart - how far the terms in training are from those in the test, were there k of each: the mean of the logarithm's distance, infinite
 * where there is nothing to compare. Older versions put 0 for a boundary in the test. */
static double apart(const double *v, size_t k)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < k; i++) {
        double a = fabs(v[i]), b = fabs(v[k + i]);
        if (b > 0) sum += a > 0 ? fabs(log(a / b)) : HUGE_VAL, n++;
    }
    return n > 0 ? sum / n : HUGE_VAL;
}

static size_t terms_of(const double *v, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; 2 * k <= n; k++)
        if (!best || apart(v, k) <= apart(v, best)) best = k;
    return best;
}

static int series(const char *what, size_t number, const struct format_out *out)
{
    char name[NAME_BYTES];
    int n = number ? snprintf(name, sizeof name, "%s_%zu", what, number) : snprintf(name, sizeof name, "%s", what);
    return out->series(out->arg, (struct span){name, (size_t)n}, AXIS_STEP);
}

/* begin - the first row tells how many columns there are, and what they are. */
static void begin(struct state *s, const double *v, size_t n, const struct format_out *out)
{
    s->columns = n;
    s->terms = terms_of(v + 1, n - 1);
    s->train = series("loss_train", 0, out);
    s->test = series("loss_test", 0, out);
    for (size_t i = 0; i + 1 < n; i++) {
        size_t set = i / s->terms, term = i % s->terms + 1;
        if (set < 2) s->series[i] = s->terms == 1 ? -1 : series(set ? "test_term" : "loss_term", term, out);
        else s->series[i] = series("metrics_test", i + 1 - 2 * s->terms, out);
    }
}

static void tell(const struct state *s, const double *v, const struct format_out *out)
{
    double sum[2] = {0};
    int64_t step = (int64_t)v[0];
    for (size_t i = 0; i + 1 < s->columns; i++) {
        if (i < 2 * s->terms) sum[i / s->terms] += v[i + 1];
        if (s->series[i] >= 0) out->point(out->arg, s->series[i], step, (double)NAN, v[i + 1], s->line + 1);
    }
    if (s->train >= 0) out->point(out->arg, s->train, step, (double)NAN, sum[0], s->line + 1);
    if (s->test >= 0) out->point(out->arg, s->test, step, (double)NAN, sum[1], s->line + 1);
}

/* numbers - those of a row; 0 when something else stands in it. */
static size_t numbers(struct span row, double *v)
{
    size_t n = 0;
    while ((row = span_trim(row)).n) {
        size_t bytes = n < COLUMNS_MAX ? num_prefix(row, v + n) : 0;
        if (!bytes || (bytes < row.n && !span_blank_char(row.p[bytes]))) return 0;
        row = span_from(row, bytes);
        n++;
    }
    return n;
}

static void read_row(struct state *s, struct span row, const struct format_out *out)
{
    double v[COLUMNS_MAX];
    size_t n;
    s->headed |= span_starts(row, heading);
    if (!s->headed || !row.n || row.p[0] == '#') return;
    n = numbers(row, v);
    if (!s->columns && n >= 3 && field_is_step(v[0])) begin(s, v, n, out);
    if (n && n == s->columns && field_is_step(v[0])) tell(s, v, out);
    else if (!s->told) s->told = true, out->bad(out->arg, s->line + 1, "a row that is no step and its numbers");
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct state *s = state;
    size_t at = 0;
    while (at < in.n) {
        struct span rest = span_from(in, at);
        const char *newline = memchr(rest.p, '\n', rest.n);
        size_t n = newline ? (size_t)(newline - rest.p) : rest.n;
        if (n >= FORMAT_RECORD_MAX_BYTES && !s->skipping) {
            out->bad(out->arg, s->line + 1, "a line of 1 MiB or more");
            s->skipping = true;
        }
        if (!newline && !at_end && !s->skipping) break;
        if (!s->skipping) read_row(s, span_trim((struct span){rest.p, n}), out);
        if (newline) s->skipping = false;
        at += n + (newline != NULL);
        s->line += newline != NULL;
    }
    return at;
}

static int sniff(const char *path, struct span head)
{
    (void)path;
    return span_starts(head, heading) ? SURE : 0;
}

const struct format format_deepxde = {
    .name = "deepxde",
    .summary = "DeepXDE's loss.dat: the terms of a physics-informed loss and their sum",
    .globs = "loss.dat",
    .growth = GROWTH_REWRITTEN,
    .state_size = sizeof(struct state),
    .sniff = sniff,
    .feed = feed,
};
