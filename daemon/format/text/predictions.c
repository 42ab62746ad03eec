/* text_predictions - see text/predictions.h. */
#include "predictions.h"

#include <math.h>
#include <strings.h>

#include "../../base/num.h"

enum { REPORT_NUMBERS = 4, LABEL_MAX_BYTES = 64 };
#define ROUNDED 0.0051 /* of a number printed with two digits; more digits are nearer */

static void tell(const struct text_predictions *s, struct text_run *r, const char *name, double classes,
                 const struct format_out *out)
{
    struct text_line l = {.body = {"", 0}, .time = NAN, .line = s->line};
    if (r->points) text_point(r, &l, span_of(name), classes, (struct text_where){r->last.step, r->last.axis, SPLIT_NONE}, out);
}

static bool starts_with_word(struct span s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

/* find_word - where a word begins, whatever its case; NULL for nowhere. */
static const char *find_word(struct span s, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= s.n; i++)
        if ((s.p[i] | 32) == word[0] && strncasecmp(s.p + i, word, n) == 0) return s.p + i;
    return NULL;
}

/* ---- classification_report ----------------------------------------------------------------------------------------------- */

static bool report_head(struct span body)
{
    return starts_with_word(body, "precision") && span_has(body, "recall") && span_has(body, "f1-score") &&
           span_has(body, "support");
}

/* last_numbers - the numbers at the end of a line, the first of them first; false when there are fewer, or only they. */
static bool last_numbers(struct span body, double to[REPORT_NUMBERS])
{
    for (int i = REPORT_NUMBERS - 1; i >= 0; i--) {
        body = span_trim(body);
        size_t n = 0;
        while (n < body.n && body.p[body.n - 1 - n] != ' ') n++;
        struct span word = span_from(body, body.n - n);
        if (!n || num_prefix(word, &to[i]) != n) return false;
        body.n -= n;
    }
    return span_trim(body).n > 0;
}

static void report_end(struct text_predictions *s, struct text_run *r, const struct format_out *out)
{
    double precision_of_all = s->report.support / s->report.inputs;
    bool one = s->report.right == 1 && !s->report.wrong_guessed && s->report.recall > 1 - ROUNDED &&
               fabs(s->report.precision - precision_of_all) <= ROUNDED;
    s->open = PREDICTIONS_NONE;
    if (s->report.inputs < PREDICTIONS_MIN || s->report.with_inputs < 2) return;
    tell(s, r, "classification_report/predicted_classes", one ? 1 : s->report.right < 2 ? 2 : s->report.right, out);
}

static void report_row(struct text_predictions *s, struct text_run *r, struct span body, const struct format_out *out)
{
    enum { PRECISION, RECALL, F1, SUPPORT };
    double x[REPORT_NUMBERS];
    bool sums = starts_with_word(body, "accuracy") || starts_with_word(body, "micro avg") || starts_with_word(body, "macro avg");
    if (sums || !last_numbers(body, x) || s->report.classes == PREDICTIONS_CLASSES_MAX) {
        report_end(s, r, out);
        return;
    }
    s->report.classes++;
    s->report.with_inputs += x[SUPPORT] > 0;
    s->report.inputs += x[SUPPORT];
    s->report.wrong_guessed |= x[RECALL] <= 0 && x[PRECISION] > 0;
    if (!(x[RECALL] > 0)) return;
    s->report.right++;
    s->report.recall = x[RECALL], s->report.precision = x[PRECISION], s->report.support = x[SUPPORT];
}

/* ---- confusion matrix ---------------------------------------------------------------------------------------------------- */

static void matrix_end(struct text_predictions *s, struct text_run *r, const struct format_out *out)
{
    unsigned classes = 0;
    for (unsigned i = 0; i < s->matrix.columns; i++) classes += s->matrix.used[i];
    s->open = PREDICTIONS_NONE;
    bool square = s->matrix.rows == s->matrix.columns && s->matrix.rows >= 2;
    if (square && s->matrix.rows_used >= 2 && s->matrix.inputs >= PREDICTIONS_MIN)
        tell(s, r, "confusion_matrix/predicted_classes", classes, out);
}

static bool row_end(struct text_predictions *s)
{
    if (!s->matrix.rows) s->matrix.columns = s->matrix.column;
    s->matrix.rows++;
    s->matrix.rows_used += s->matrix.row_used;
    bool even = s->matrix.column == s->matrix.columns;
    s->matrix.column = 0;
    s->matrix.row_used = false;
    return even;
}

static bool matrix_number(struct text_predictions *s, double value)
{
    if (s->matrix.column == PREDICTIONS_CLASSES_MAX || !(value >= 0) || !isfinite(value) || value != floor(value)) return false;
    s->matrix.used[s->matrix.column++] |= value > 0;
    s->matrix.row_used |= value > 0;
    s->matrix.inputs += value;
    return true;
}

/* matrix_line - counts in brackets, as many lines as they take; anything else and it was none. */
static void matrix_line(struct text_predictions *s, struct text_run *r, struct span body, const struct format_out *out)
{
    while (body.n) {
        double value;
        size_t n = 1;
        if (body.p[0] >= '0' && body.p[0] <= '9') {
            n = num_prefix(body, &value);
            if (!n || !matrix_number(s, value)) break;
        } else if (body.p[0] == ']') {
            if (s->matrix.column && !row_end(s)) break;
            if (body.n > 1 && body.p[1] == ']') {
                matrix_end(s, r, out);
                return;
            }
        } else if (!strchr("[, .", body.p[0])) break;
        body = span_from(body, n);
    }
    if (body.n) s->open = PREDICTIONS_NONE;
}

static void matrix_begin(struct text_predictions *s, struct text_run *r, const struct text_line *l, const char *at,
                         const struct format_out *out)
{
    memset(&s->matrix, 0, sizeof s->matrix);
    s->open = PREDICTIONS_MATRIX;
    s->line = l->line;
    s->lines = 0;
    matrix_line(s, r, span_from(l->body, (size_t)(at - l->body.p)), out);
}

/* ---- counts -------------------------------------------------------------------------------------------------------------- */

static bool counts_label(struct span label)
{
    static const char *const words[] = {"count", "distribution", "histogram", "bincount"};
    if (!find_word(label, "pred")) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (find_word(label, words[i])) return true;
    return false;
}

struct tally {
    double inputs;
    unsigned classes, used; /* used: that were predicted at all */
    bool named;             /* classes that are not predicted are left out */
};

/* tally_of - "[950, 50]", "tensor([950., 50.])", "{0: 950, 'dog': 50}": of a dictionary what stands behind a colon. */
static bool tally_of(struct span text, struct tally *t)
{
    const char *list = text.n ? memchr(text.p, '[', text.n) : NULL, *map = text.n ? memchr(text.p, '{', text.n) : NULL;
    *t = (struct tally){.named = map && (!list || map < list)};
    const char *open = t->named ? map : list;
    bool counted = !t->named;
    double value;
    size_t n;
    if (!open) return false;
    for (text = span_from(text, (size_t)(open + 1 - text.p)); text.n; text = span_from(text, n)) {
        char c = text.p[0];
        n = 1;
        if (c == (t->named ? '}' : ']')) return true;
        if (t->named && (c == ':' || c == ',')) counted = c == ':';
        else if (counted && c != ' ' && c != ',') {
            n = num_prefix(text, &value);
            if (!n || !(value >= 0) || !isfinite(value) || value != floor(value)) return false;
            t->classes++, t->used += value > 0, t->inputs += value;
        }
    }
    return false;
}

static void counts(struct text_predictions *s, struct text_run *r, const struct text_line *l, struct span text,
                   const struct format_out *out)
{
    struct tally t;
    if (!tally_of(text, &t) || !t.used || t.inputs < PREDICTIONS_MIN || (!t.named && t.classes < 2)) return;
    s->line = l->line;
    tell(s, r, "prediction_counts/predicted_classes", t.used, out);
}

/* ---- lines --------------------------------------------------------------------------------------------------------------- */

static bool begins(struct text_predictions *s, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    struct span head = {l->body.p, l->body.n < LABEL_MAX_BYTES ? l->body.n : LABEL_MAX_BYTES};
    if (report_head(l->body)) {
        memset(&s->report, 0, sizeof s->report);
        s->open = PREDICTIONS_REPORT;
        s->line = l->line;
        return true;
    }
    const char *colon = memchr(head.p, ':', head.n), *equal = memchr(head.p, '=', head.n);
    const char *mark = !colon || (equal && equal < colon) ? equal : colon;
    if (!mark && l->body.n > LABEL_MAX_BYTES) return false; /* a sentence */
    bool called = span_has(head, "onfusion") && (span_has(head, "matrix") || span_has(head, "Matrix"));
    const char *matrix = called ? memmem(l->body.p, l->body.n, "[[", 2) : NULL;
    struct span label = {head.p, mark ? (size_t)(mark - head.p) : head.n};
    if (called) {
        s->open = PREDICTIONS_CALLED;
        if (matrix) matrix_begin(s, r, l, matrix, out);
        return true;
    }
    if (!mark || !counts_label(label)) return false;
    counts(s, r, l, span_from(l->body, label.n + 1), out);
    return true;
}

void text_predictions(struct text_predictions *s, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    const char *matrix = s->open == PREDICTIONS_CALLED && l->body.n >= 2 ? memmem(l->body.p, l->body.n, "[[", 2) : NULL;
    if (++s->lines > PREDICTIONS_LINES_MAX) s->open = PREDICTIONS_NONE;
    if (s->open == PREDICTIONS_REPORT) report_row(s, r, l->body, out);
    else if (s->open == PREDICTIONS_MATRIX) matrix_line(s, r, l->body, out);
    else if (matrix) matrix_begin(s, r, l, matrix, out);
    else if (begins(s, r, l, out)) s->lines = 0;
    else if (s->open == PREDICTIONS_CALLED && s->lines > 2) s->open = PREDICTIONS_NONE;
}
