/* layout - greedy: marks from the right, each label in the lowest row that is free; names of curves from the top down, pushed apart,
 * then pushed back up from the panel's floor. Text width is estimated from the character count: DejaVu Sans at these sizes is close to it. */
#include "layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "report.h"
#include "words.h"

enum {
    HEADER_TOP = 40,
    HEADER_LINE = 19,
    FOOTER = 58,
    STRIP = 24,
    STRIP_ROW = 16,
    LABEL_GAP = 15,
    HEADER_COLUMNS = 166,
    ROWS_MAX = 5
};
static const double character_px = 6.9, sheet_px = SHEET_WIDTH - 8;

double layout_px(const struct picture *p, double x)
{
    return SHEET_LEFT + (SHEET_RIGHT - SHEET_LEFT) * (x - p->first) / (p->last - p->first);
}

static void add_mark(struct place *at, enum mark_kind kind, double first, double last, struct str *text)
{
    if (at->n_marks < MARKS_MAX) {
        struct mark *m = &at->marks[at->n_marks++];
        *m = (struct mark){.kind = kind, .first = first, .last = last, .row = -1};
        snprintf(m->text, sizeof m->text, "%s", text->p ? text->p : "");
    }
    str_done(text);
}

static void mark_findings(const struct view *v, const struct picture *p, struct layout *out)
{
    for (size_t i = 0; i < v->n_findings; i++) {
        const struct finding *f = &v->findings[i].finding;
        double first, last;
        struct str text = {0};
        str_addf(&text, "%s ", v->findings[i].id);
        for (const char *c = f->kind; *c; c++) str_addf(&text, "%c", *c == '_' ? ' ' : *c);
        pick_finding_x(v, p, f, &first, &last);
        add_mark(&out->places[pick_home(p, f)], (enum mark_kind)f->severity, first, last, &text);
    }
}

static void mark_seams(const struct view *v, const struct picture *p, struct place *at)
{
    for (size_t i = 0; i < v->n_seams; i++) {
        double x = fmin(fmax((double)v->seams[i].resumed_at, p->first), p->last);
        struct str text = {0};
        str_add(&text, "restart");
        add_mark(at, MARK_SEAM, x, x, &text);
    }
    if (!v->last_good) return;
    double x = (double)v->last_good->step;
    struct str text = {0};
    str_add(&text, "last good checkpoint");
    if (x >= p->first && x <= p->last) add_mark(at, MARK_GOOD, x, x, &text);
    else str_done(&text);
}

static double text_px(const char *text) { return page_width(text) * character_px; }

/* Free of other labels, of the title, and of the lines that lead down from higher rows. */
static bool row_is_free(const struct picture *p, const struct place *at, int row, double left, double right, double title_right)
{
    if (row == 0 && left < title_right) return false;
    for (size_t i = 0; i < at->n_marks; i++) {
        const struct mark *m = &at->marks[i];
        double line = layout_px(p, m->first);
        if (m->row == row && left < m->label_px + text_px(m->text) + 12 && right + 12 > m->label_px) return false;
        if (m->row > row && line > left && line < right) return false;
    }
    return true;
}

/* A run with nine restarts says so once. */
static bool said_before(const struct place *at, size_t i)
{
    for (size_t j = 0; j < at->n_marks; j++)
        if (j != i && at->marks[j].row >= 0 && strcmp(at->marks[j].text, at->marks[i].text) == 0) return true;
    return false;
}

static void place_mark(const struct picture *p, struct place *at, size_t i, double title_right)
{
    struct mark *m = &at->marks[i];
    double width = text_px(m->text), left = layout_px(p, m->first);
    if (left + width > sheet_px) left = sheet_px - width;
    if (said_before(at, i)) return;
    for (int row = 0; row < ROWS_MAX && m->row < 0; row++)
        if (row_is_free(p, at, row, left, left + width, title_right)) m->row = row, m->label_px = left;
    if (m->row + 1 > at->rows) at->rows = m->row + 1;
}

/* From the right to the left: a label reaches to the right of its line, so its own line crosses no label placed before it. */
static void place_marks(const struct picture *p, struct place *at)
{
    size_t order[MARKS_MAX];
    for (size_t i = 0; i < at->n_marks; i++) {
        size_t j = i;
        for (; j > 0 && at->marks[order[j - 1]].first < at->marks[i].first; j--) order[j] = order[j - 1];
        order[j] = i;
    }
    double title_right = SHEET_LEFT + text_px(at->title) + 14;
    at->rows = 1;
    for (size_t i = 0; i < at->n_marks; i++) place_mark(p, at, order[i], title_right);
    at->title_right = title_right;
}

static void title(const struct panel *panel, struct place *at)
{
    struct str s = {0};
    str_add_printable(&s, span_of(panel->title), 40);
    str_add(&s, panel->logarithmic ? " (log scale)" : "");
    snprintf(at->title, sizeof at->title, "%s", s.p ? s.p : "");
    str_done(&s);
}

static void stack(const struct picture *p, struct layout *out)
{
    double room = SHEET_HEIGHT - FOOTER - HEADER_TOP - HEADER_LINE * out->header_lines, weights = 0;
    for (size_t i = 0; i < p->n; i++) {
        room -= STRIP + STRIP_ROW * (out->places[i].rows - 1);
        weights += p->panels[i].weight;
    }
    double y = HEADER_TOP + HEADER_LINE * out->header_lines;
    for (size_t i = 0; i < p->n; i++) {
        y += STRIP + STRIP_ROW * (out->places[i].rows - 1);
        out->places[i].top = y;
        y += room * p->panels[i].weight / weights;
        out->places[i].bottom = y;
    }
}

static double end_value(const struct series_view *s)
{
    for (uint32_t i = s->curve->used; i > 0; i--)
        if (isfinite(s->curve->buckets[i - 1].mean)) return s->curve->buckets[i - 1].mean;
    return 0;
}

static void name_curves(const struct panel *panel, struct place *at)
{
    size_t order[PANEL_SERIES], n = panel->n;
    for (size_t i = 0; i < n; i++) {
        at->label_y[i] = at->bottom - (at->bottom - at->top) * pick_y(panel, end_value(panel->series[i]));
        size_t j = i;
        for (; j > 0 && at->label_y[order[j - 1]] > at->label_y[i]; j--) order[j] = order[j - 1];
        order[j] = i;
    }
    for (size_t i = 1; i < n; i++) at->label_y[order[i]] = fmax(at->label_y[order[i]], at->label_y[order[i - 1]] + LABEL_GAP);
    double floor_y = at->bottom - 4;
    for (size_t i = n; i > 0; i--) {
        at->label_y[order[i - 1]] = fmin(at->label_y[order[i - 1]], floor_y);
        floor_y = at->label_y[order[i - 1]] - LABEL_GAP;
    }
}

/* The verdict wrapped with the words of page.c, cut after HEADER_LINES. */
static void header(const struct view *v, struct layout *out)
{
    struct str sentence = {0}, wrapped = {0};
    struct page page = {&wrapped, HEADER_COLUMNS, false, true};
    report_verdict_sentence(v, &sentence);
    page_row(&page, 0, INK_PLAIN, NULL, 0, sentence.p ? sentence.p : "");
    for (char *line = wrapped.p, *end; line && *line && out->header_lines < HEADER_LINES; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) break;
        snprintf(out->header[out->header_lines++], sizeof out->header[0], "%.*s", (int)(end - line), line);
    }
    str_done(&sentence);
    str_done(&wrapped);
}

void layout_make(const struct view *v, const struct picture *p, struct layout *out)
{
    *out = (struct layout){.header_lines = 0};
    header(v, out);
    mark_findings(v, p, out);
    mark_seams(v, p, &out->places[0]);
    for (size_t i = 0; i < p->n; i++) {
        title(&p->panels[i], &out->places[i]);
        place_marks(p, &out->places[i]);
    }
    stack(p, out);
    for (size_t i = 0; i < p->n; i++) name_curves(&p->panels[i], &out->places[i]);
}
