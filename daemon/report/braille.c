/* braille - a plot of characters. A cell is two dots wide and four high (Unicode block U+2800):
 *
 *   dots  1 4    bits  0x01 0x08
 *         2 5          0x02 0x10
 *         3 6          0x04 0x20
 *         7 8          0x40 0x80
 *
 * Left: value ticks. Right: each curve's name where it ends. Top row: × where values are not finite. Below the axis: ▲ at the
 * onset of each finding, with its kind. */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "page.h"
#include "pick.h"
#include "report.h"
#include "words.h"

enum {
    LEFT = 10,
    WIDTH_MIN = 40,
    WIDTH_MAX = 400,
    HEIGHT_MIN = 8,
    HEIGHT_MAX = 120,
    NAME_WIDTH = 16,
    FINDING_ROWS = 3,
    MARKS_MAX = 32
};
static const char *const curve_inks[PANEL_SERIES] = {"\033[36m", "\033[32m", "\033[35m", "\033[37m"};
static const char *const finding_inks[] = {"\033[2m", "\033[33m", "\033[1;31m"};

struct cell {
    uint8_t dots, owner;
    bool lost;
};
struct canvas {
    struct cell *cells; /* rows x columns */
    int columns, rows;
    bool colour;
    const struct picture *picture;
    const struct panel *panel;
    struct str *out;
};

static void dot(struct canvas *c, int x, int y, uint8_t owner)
{
    static const uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (x < 0 || y < 0 || x >= 2 * c->columns || y >= 4 * c->rows) return;
    struct cell *cell = &c->cells[y / 4 * c->columns + x / 2];
    if (!cell->dots || owner < cell->owner) cell->owner = owner;
    cell->dots |= bits[y % 4][x % 2];
}

static void line(struct canvas *c, int x0, int y0, int x1, int y1, uint8_t owner)
{
    int n = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
    for (int i = 0; i <= n; i++)
        dot(c, n ? x0 + (int)lround((double)(x1 - x0) * i / n) : x0, n ? y0 + (int)lround((double)(y1 - y0) * i / n) : y0, owner);
}

static double share_x(const struct canvas *c, double x)
{
    return (x - c->picture->first) / (c->picture->last - c->picture->first);
}
static int dot_x(const struct canvas *c, double x) { return (int)lround(share_x(c, x) * (2 * c->columns - 1)); }
static int dot_y(const struct canvas *c, double v) { return (int)lround((1 - pick_y(c->panel, v)) * (4 * c->rows - 1)); }

static void mark_lost(struct canvas *c, const struct series_view *s, uint32_t i)
{
    double first, last;
    if (!pick_lost(c->picture, s, i, &first, &last)) return;
    for (int x = dot_x(c, first) / 2; x <= dot_x(c, last) / 2 && x < c->columns; x++) c->cells[x].lost = true;
}

static void draw_curve(struct canvas *c, const struct series_view *s, uint8_t owner)
{
    int px = -1, py = 0;
    for (uint32_t i = 0; i < s->curve->used; i++) {
        const struct bucket *b = &s->curve->buckets[i];
        mark_lost(c, s, i);
        if (b->n == b->nonfinite) {
            px = -1;
            continue;
        }
        int x = dot_x(c, pick_bucket_x(c->picture, s, b)), y = dot_y(c, b->mean);
        if (px < 0 || x < px) dot(c, x, y, owner);
        else line(c, px, py, x, y, owner);
        px = x, py = y;
    }
}

static void ink(struct canvas *c, const char *code)
{
    if (c->colour) str_add(c->out, code);
}

static void add_cell(struct canvas *c, const struct cell *cell)
{
    if (cell->lost) {
        ink(c, finding_inks[SEVERITY_CRITICAL]);
        str_add(c->out, "×");
        ink(c, "\033[0m");
        return;
    }
    if (!cell->dots) {
        str_add(c->out, " ");
        return;
    }
    ink(c, curve_inks[cell->owner]);
    str_addf(c->out, "\xE2%c%c", 0xA0 | cell->dots >> 6, 0x80 | (cell->dots & 0x3F)); /* U+2800 + dots in UTF-8 */
    ink(c, "\033[0m");
}

/* The row in which each curve's name stands: that of its last finite value, or the nearest free one. */
static void name_rows(const struct canvas *c, int rows[PANEL_SERIES])
{
    for (size_t i = 0; i < c->panel->n; i++) {
        const struct curve *curve = c->panel->series[i]->curve;
        double last = 0;
        for (uint32_t k = 0; k < curve->used; k++)
            if (isfinite(curve->buckets[k].mean)) last = curve->buckets[k].mean;
        int want = dot_y(c, last) / 4, row = want;
        for (int away = 0; away < c->rows; away++) {
            bool taken = false;
            row = want + (away % 2 ? (away + 1) / 2 : -(away / 2));
            for (size_t j = 0; j < i; j++) taken |= rows[j] == row;
            if (!taken && row >= 0 && row < c->rows) break;
        }
        rows[i] = row;
    }
}

static void tick_rows(const struct canvas *c, char (*labels)[LEFT])
{
    double ticks[TICKS_MAX];
    size_t n = pick_ticks(c->panel->lo, c->panel->hi, c->panel->logarithmic, (size_t)(c->rows / 3 < 2 ? 2 : c->rows / 3), ticks);
    for (size_t i = 0; i < n; i++) {
        int row = dot_y(c, ticks[i]) / 4;
        char text[40];
        pick_tick_text(text, sizeof text, ticks[i],
                       c->panel->logarithmic ? ticks[i]
                       : n > 1               ? ticks[1] - ticks[0]
                                             : fabs(ticks[i]));
        snprintf(labels[row], LEFT, "%.9s", text);
    }
}

static void add_rows(struct canvas *c, char (*labels)[LEFT])
{
    int rows[PANEL_SERIES];
    name_rows(c, rows);
    for (int y = 0; y < c->rows; y++) {
        str_addf(c->out, "%*s %s", LEFT - 2, labels[y], labels[y][0] ? "┤" : "│");
        for (int x = 0; x < c->columns; x++) add_cell(c, &c->cells[y * c->columns + x]);
        for (size_t i = 0; i < c->panel->n; i++) {
            if (rows[i] != y) continue;
            ink(c, curve_inks[i]);
            str_add(c->out, " ");
            str_add_printable(c->out, span_of(c->panel->series[i]->series.name), NAME_WIDTH - 2);
            ink(c, "\033[0m");
        }
        str_add(c->out, "\n");
    }
}

static void pad(struct str *s, int columns)
{
    for (; columns > 0; columns--) str_add(s, " ");
}

static void add_axis(struct canvas *c)
{
    double ticks[TICKS_MAX];
    size_t n = pick_axis_ticks(c->picture, (size_t)(c->columns / 12 < 2 ? 2 : c->columns / 12), ticks);
    int next = 0, at = 0;
    pad(c->out, LEFT - 1);
    str_add(c->out, "└");
    for (int x = 0; x < c->columns; x++) {
        bool tick = false;
        for (size_t i = 0; i < n; i++) tick |= dot_x(c, ticks[i]) / 2 == x;
        str_add(c->out, tick ? "┬" : "─");
    }
    str_add(c->out, "\n");
    pad(c->out, LEFT);
    for (size_t i = 0; i < n; i++) {
        char text[40];
        pick_tick_text(text, sizeof text, ticks[i], n > 1 ? ticks[1] - ticks[0] : fabs(ticks[i]));
        int len = page_width(text), left = dot_x(c, ticks[i]) / 2 - len / 2;
        left = left < 0 ? 0 : left;
        if (left < next) continue;
        pad(c->out, left - at);
        str_add(c->out, text);
        at = left + len, next = at + 2;
    }
    str_addf(c->out, "  %s\n", axis_name(c->picture->axis));
}

struct mark {
    int at, end, row;
    bool before;
}; /* before: the words stand left of the ▲, for want of room */

/* Labels in as few rows as they need, worst finding first. Returns the rows used; marks beyond FINDING_ROWS keep row -1. */
static int place_findings(const struct canvas *c, const struct view *v, struct mark *marks, size_t n)
{
    int used = 0;
    for (size_t i = 0; i < n; i++) {
        struct mark *m = &marks[i];
        double first, last;
        pick_finding_x(v, c->picture, &v->findings[i].finding, &first, &last);
        int width = 3 + page_width(v->findings[i].finding.kind), at = dot_x(c, first) / 2;
        bool before = at + width > c->columns + NAME_WIDTH && at + 2 >= width;
        *m = (struct mark){.at = before ? at + 2 - width : at, .row = -1, .before = before};
        m->end = m->at + width;
        for (int row = 0; row < FINDING_ROWS && m->row < 0; row++) {
            bool free_row = true;
            for (size_t j = 0; j < i; j++) free_row &= marks[j].row != row || marks[j].end < m->at || m->end < marks[j].at;
            if (free_row) m->row = row;
        }
        if (m->row + 1 > used) used = m->row + 1;
    }
    return used;
}

static void add_finding_row(struct canvas *c, const struct view *v, const struct mark *marks, size_t n, int row)
{
    int at = 0;
    pad(c->out, LEFT);
    for (;;) {
        size_t next = n;
        for (size_t i = 0; i < n; i++)
            if (marks[i].row == row && marks[i].at >= at && (next == n || marks[i].at < marks[next].at)) next = i;
        if (next == n) break;
        const struct finding *f = &v->findings[next].finding;
        pad(c->out, marks[next].at - at);
        ink(c, finding_inks[f->severity]);
        if (marks[next].before) str_addf(c->out, "%s ▲", f->kind);
        else str_addf(c->out, "▲ %s", f->kind);
        ink(c, "\033[0m");
        at = marks[next].end - 1;
    }
    str_add(c->out, "\n");
}

static void add_findings(struct canvas *c, const struct view *v)
{
    struct mark marks[MARKS_MAX];
    size_t n = v->n_findings < MARKS_MAX ? v->n_findings : MARKS_MAX;
    int used = place_findings(c, v, marks, n);
    for (int row = 0; row < used; row++) add_finding_row(c, v, marks, n, row);
}

static void add_title(struct canvas *c)
{
    pad(c->out, LEFT);
    str_add_printable(c->out, span_of(c->panel->title), 60);
    str_add(c->out, c->panel->logarithmic ? ", log scale\n" : "\n");
}

enum status report_braille(const struct view *v, const char *const *series, size_t n, int width, int height, bool colour,
                           struct str *out, struct err *err)
{
    struct picture picture;
    enum status status = pick_panels(v, series, n, &picture, err);
    if (status != OK) return status;
    width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
    height = height < HEIGHT_MIN ? HEIGHT_MIN : height > HEIGHT_MAX ? HEIGHT_MAX : height;
    int rows = height - 3 - (v->n_findings ? 2 : 0);
    struct canvas c = {calloc((size_t)width * (size_t)height, sizeof(struct cell)),
                       width - LEFT - NAME_WIDTH,
                       rows,
                       colour,
                       &picture,
                       &picture.panels[0],
                       out};
    char(*labels)[LEFT] = calloc((size_t)height, sizeof *labels);
    if (c.cells && labels) {
        for (size_t i = 0; i < c.panel->n; i++) draw_curve(&c, c.panel->series[i], (uint8_t)i);
        tick_rows(&c, labels);
        add_title(&c);
        add_rows(&c, labels);
        add_axis(&c);
        add_findings(&c, v);
    } else status = err_set(err, E_MEMORY, "no memory to draw '%s'", view_name(v));
    free(c.cells);
    free(labels);
    return status;
}
