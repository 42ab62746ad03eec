/* plot - a view as a gnuplot script: layout.c says where, pick.c what, templates/plots/style.gp how it looks.
 *
 * Numbers travel as inline data blocks ($c<panel>_<series>: x, mean, min, max); text only through gnuplot_quote, with enhanced mode off,
 * so that nothing a log says is ever interpreted. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "../base/templates.h"
#include "gnuplot.h"
#include "layout.h"
#include "report.h"
#include "save.h"
#include "words.h"

static const struct {
    const char *ending, *terminal;
} terminals[] = {
    {".png", "pngcairo noenhanced size 1200,800 font 'DejaVu Sans,9.5' background '#ffffff'"},
    {".svg", "svg noenhanced size 1200,800 font 'DejaVu Sans,9.5' fontscale 1.333 background '#ffffff'"},
    {".pdf", "pdfcairo noenhanced size 12in,8in font 'DejaVu Sans,9.5' fontscale 0.72 background '#ffffff'"},
};

static const struct {
    const char *band, *text;
} paints[] = {[MARK_INFO] = {NULL, "#57606a"},
              [MARK_WARNING] = {"#d6e69f00", "#8a5a00"},
              [MARK_CRITICAL] = {"#e2d1242f", "#b3161f"},
              [MARK_SEAM] = {NULL, "#57606a"},
              [MARK_GOOD] = {NULL, "#1a7f37"}};

static const char *terminal_for(const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++)
        if (n > 4 && strcasecmp(path + n - 4, terminals[i].ending) == 0) return terminals[i].terminal;
    return NULL;
}

static void add_style(struct str *s)
{
    for (const struct template_file *t = template_files; t->path; t++)
        if (strcmp(t->path, "plots/style.gp") == 0) str_add_span(s, (struct span){t->text, t->n});
}

static double across(double px) { return px / SHEET_WIDTH; }
static double up(double px) { return 1 - px / SHEET_HEIGHT; } /* gnuplot counts from the bottom */

static void add_label(struct str *s, double px, double py, const char *align, const char *colour, const char *font,
                      const char *text, size_t max)
{
    str_add(s, "set label ");
    gnuplot_quote(s, text, max);
    str_addf(s, " at screen %.5f,%.5f %s front textcolor rgb '%s' font '%s'\n", across(px), up(py), align, colour, font);
}

/* One row a bucket. An empty line breaks the curve: at a bucket without finite values, and where a restart went back. */
static void add_curve_data(struct str *s, const struct picture *p, const struct panel *panel, size_t i, size_t j)
{
    const struct series_view *view = panel->series[j];
    const struct curve *c = view->curve;
    double before = -INFINITY;
    str_addf(s, "$c%zu_%zu << EOD\n", i, j);
    for (uint32_t k = 0; k < c->used; k++) {
        const struct bucket *b = &c->buckets[k];
        double x = pick_bucket_x(p, view, b);
        if (b->n == b->nonfinite || x < before) str_add(s, "\n");
        before = x;
        if (b->n == b->nonfinite) continue;
        str_addf(s, "%.12g %.9g %.9g %.9g\n", x, fmin(fmax(b->mean, panel->lo), panel->hi),
                 fmin(fmax(b->min, panel->lo), panel->hi), fmin(fmax(b->max, panel->lo), panel->hi));
    }
    str_add(s, "EOD\n");
}

struct stretch {
    double first, last;
};

/* Stretches of x where any curve of the panel holds values that are not finite, joined where they touch. At most `max`. */
static size_t nan_stretches(const struct picture *p, const struct panel *panel, struct stretch *out, size_t max)
{
    size_t n = 0;
    double near = (p->last - p->first) / 200;
    for (size_t j = 0; j < panel->n; j++)
        for (uint32_t k = 0; k < panel->series[j]->curve->used; k++) {
            double first, last;
            if (!pick_lost(p, panel->series[j], k, &first, &last)) continue;
            size_t i = 0;
            while (i < n && (first > out[i].last + near || last < out[i].first - near)) i++;
            if (i == max) continue;
            if (i == n) out[n++] = (struct stretch){first, last};
            out[i].first = fmin(out[i].first, first), out[i].last = fmax(out[i].last, last);
        }
    return n;
}

/* Diagonals clipped to a rectangle of pixels. Lines, because not every viewer of SVG knows fill patterns. */
static void add_hatching(struct str *s, double left, double right, double top, double bottom)
{
    const double apart = 9, height = bottom - top;
    for (double foot = left - height + apart; foot < right; foot += apart) {
        double from = fmax(foot, left), to = fmin(foot + height, right); /* x at the foot and at the head */
        if (to <= from) continue;
        str_addf(s, "set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead back linecolor rgb '#c4cad1' linewidth 1\n",
                 across(from), up(bottom - (from - foot)), across(to), up(bottom - (to - foot)));
    }
}

static void add_nan(struct str *s, const struct picture *p, const struct panel *panel, const struct place *at, size_t index)
{
    struct stretch found[16];
    size_t n = nan_stretches(p, panel, found, sizeof found / sizeof *found);
    double step = (p->last - p->first) / 70;
    str_addf(s, "$n%zu << EOD\n", index);
    for (size_t i = 0; i < n; i++) {
        double wide = found[i].last - found[i].first, x = found[i].first + (wide < step ? wide / 2 : 0);
        for (; x <= found[i].last; x += step) str_addf(s, "%.12g %.9g\n", x, pick_value(panel, 0.94));
    }
    str_add(s, "EOD\n");
    for (size_t i = 0; i < n; i++) {
        double left = layout_px(p, found[i].first), right = fmin(fmax(layout_px(p, found[i].last), left + 3), SHEET_RIGHT);
        add_hatching(s, left, right, at->top, at->bottom);
        if (right - left > 40 && at->bottom - at->top > 70)
            add_label(s, (left + right) / 2, (at->top + at->bottom) / 2, "center", "#57606a", ",9",
                      right - left > 120 ? "NaN or infinite" : "NaN", 20);
    }
}

static void add_mark_band(struct str *s, const struct picture *p, const struct place *at, const struct mark *m)
{
    double least = (p->last - p->first) / 250;
    double last = fmax(m->last, fmin(m->first + least, p->last)), first = fmin(m->first, last - least);
    if (m->kind == MARK_WARNING || m->kind == MARK_CRITICAL)
        str_addf(s,
                 "set object rectangle from first %.12g, graph 0 to first %.12g, graph 1 behind fillcolor rgb '%s' "
                 "fillstyle solid noborder\n",
                 first, last, paints[m->kind].band);
    double foot = at->bottom, x = layout_px(p, m->first);
    double head = m->row < 0 || (m->row > 0 && x < at->title_right) ? at->top : at->top - 5 - 16 * m->row;
    str_addf(s, "set arrow from screen %.5f,%.5f to screen %.5f,%.5f nohead %s linecolor rgb '%s' linewidth %s dashtype %s\n",
             across(x), up(head), across(x), up(foot), "back", paints[m->kind].text, m->kind == MARK_SEAM ? "0.9" : "1",
             m->kind == MARK_SEAM   ? "3"
             : m->kind == MARK_GOOD ? "2"
                                    : "1");
    if (m->row >= 0)
        add_label(s, m->label_px + (m->label_px < x - 1 ? 0 : 3), at->top - 10 - 16 * m->row, "left", paints[m->kind].text, ",9",
                  m->text, sizeof m->text);
}

static void add_ticks(struct str *s, const char *axis, const double *ticks, size_t n, bool logarithmic, bool labelled)
{
    str_addf(s, "set %stics (", axis);
    for (size_t i = 0; i < n; i++) {
        char text[40] = "";
        double spacing = logarithmic ? ticks[i] : n > 1 ? ticks[1] - ticks[0] : fabs(ticks[i]);
        if (labelled) pick_tick_text(text, sizeof text, ticks[i], spacing);
        str_addf(s, "%s'%s' %.12g", i ? ", " : "", text, ticks[i]);
    }
    str_add(s, ")\n");
}

static void add_axes(struct str *s, const struct picture *p, const struct panel *panel, const struct place *at, bool lowest)
{
    str_addf(s,
             "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\nset bmargin at screen %.5f\n",
             across(SHEET_LEFT), across(SHEET_RIGHT), up(at->top), up(at->bottom));
    str_addf(s, "%s\nset xrange [%.12g:%.12g]\nset yrange [%.12g:%.12g]\n",
             panel->logarithmic ? "set logscale y" : "unset logscale", p->first, p->last, panel->lo, panel->hi);
    double ticks[TICKS_MAX];
    size_t most = (size_t)((at->bottom - at->top) / 34), n;
    n = pick_ticks(panel->lo, panel->hi, panel->logarithmic, most < 2 ? 2 : most > 8 ? 8 : most, ticks);
    add_ticks(s, "y", ticks, n, panel->logarithmic, !panel->empty);
    n = pick_axis_ticks(p, 9, ticks);
    add_ticks(s, "x", ticks, n, false, lowest);
}

static void add_curve_names(struct str *s, const struct picture *p, const struct panel *panel, const struct place *at)
{
    static const char *const colours[PANEL_SERIES] = {"#0072b2", "#009e73", "#8b4a9c", "#4d4d4d"};
    for (size_t j = 0; j < panel->n; j++) {
        struct str name = {0};
        size_t room = pick_stretched(p, panel->series[j]) ? LABEL_CHARACTERS - 9 : LABEL_CHARACTERS;
        str_add_printable(&name, span_of(panel->series[j]->series.name), room);
        if (pick_stretched(p, panel->series[j])) str_addf(&name, " (%s)", axis_name(panel->series[j]->series.axis));
        add_label(s, SHEET_RIGHT + 8, at->label_y[j], "left", colours[j], ",9", name.p ? name.p : "", 60);
        str_done(&name);
    }
}

/* Passes over the same steps: restarts, or a counter that wraps. The envelopes of many would only darken each other. */
static bool repeats(const struct curve *c)
{
    uint32_t back = 0;
    for (uint32_t i = 1; i < c->used; i++) back += c->buckets[i].last_step < c->buckets[i - 1].first_step;
    return back > 2;
}

static void add_plot_command(struct str *s, const struct panel *panel, size_t i)
{
    bool lost = false;
    str_add(s, "plot ");
    for (size_t j = 0; j < panel->n; j++) {
        const struct curve *c = panel->series[j]->curve;
        bool sparse = c->used <= 60;
        lost |= c->nonfinite > 0;
        if (c->width > 1 && !repeats(c))
            str_addf(s, "$c%zu_%zu using 1:3:4 with filledcurves linestyle %zu fillstyle transparent solid 0.18 noborder, ", i, j,
                     j + 1);
        str_addf(s, "$c%zu_%zu using 1:2 with %s linestyle %zu%s", i, j, sparse ? "linespoints" : "lines", j + 1,
                 sparse ? " pointtype 7 pointsize 0.45" : "");
        str_add(s, j + 1 < panel->n ? ", " : "");
    }
    if (lost) str_addf(s, ", $n%zu using 1:2 with points pointtype 2 pointsize 0.8 linewidth 1.4 linecolor rgb '#b3161f'", i);
    str_add(s, "\n");
}

static void add_panel(struct str *s, const struct picture *p, const struct layout *l, size_t i)
{
    const struct panel *panel = &p->panels[i];
    const struct place *at = &l->places[i];
    str_add(s, "unset label\nunset arrow\nunset object\n");
    for (size_t j = 0; j < panel->n; j++) add_curve_data(s, p, panel, i, j);
    for (size_t m = 0; m < at->n_marks; m++) add_mark_band(s, p, at, &at->marks[m]);
    add_nan(s, p, panel, at, i);
    add_axes(s, p, panel, at, i + 1 == p->n);
    add_label(s, SHEET_LEFT, at->top - 10, "left", "#1f2328", "DejaVu Sans:Bold,9", at->title, sizeof at->title);
    add_curve_names(s, p, panel, at);
    if (i + 1 == p->n)
        add_label(s, (SHEET_LEFT + SHEET_RIGHT) / 2.0, SHEET_HEIGHT - 16, "center", "#57606a", ",9", axis_name(p->axis), 20);
    add_plot_command(s, panel, i);
}

static void add_header(struct str *s, const struct view *v, const struct layout *l)
{
    add_label(s, 24, 24, "left", "#1f2328", "DejaVu Sans:Bold,13", view_name(v), 90);
    for (int i = 0; i < l->header_lines; i++)
        add_label(s, 24, 49 + 19 * i, "left", "#424a53", ",10", l->header[i], sizeof l->header[0]);
}

static void add_script(struct str *s, const struct view *v, const struct picture *p, const struct layout *l, const char *terminal)
{
    str_addf(s, "set terminal %s\n", terminal);
    add_style(s);
    str_add(s, "set multiplot\n");
    for (size_t i = 0; i < p->n; i++) add_panel(s, p, l, i);
    str_add(s,
            "unset label\nunset arrow\nunset object\nunset border\nunset tics\nset lmargin at screen 0\nset rmargin at screen 1\n"
            "set tmargin at screen 1\nset bmargin at screen 0\nunset logscale\nset xrange [0:1]\nset yrange [0:1]\n");
    add_header(s, v, l);
    str_add(s, "plot 2 notitle\nunset multiplot\n");
}

static enum status draw_to(struct span script, const char *path, struct err *err)
{
    struct save file;
    enum status status = save_begin(&file, path, err);
    if (status != OK) return status;
    status = gnuplot_run(script, file.fd, err);
    enum status ended = save_end(&file, status == OK, err);
    return status != OK ? status : ended;
}

enum status report_plot(const struct view *v, const char *const *series, size_t n, const char *path, struct err *err)
{
    struct picture picture;
    struct layout layout;
    struct str script = {0};
    const char *terminal = terminal_for(path);
    if (!terminal)
        return err_set(err, E_USAGE, "cannot tell the kind of picture from '%s': give a name that ends in .png, .svg or .pdf",
                       path);
    enum status status = pick_panels(v, series, n, &picture, err);
    if (status != OK) return status;
    layout_make(v, &picture, &layout);
    add_script(&script, v, &picture, &layout, terminal);
    if (script.failed) status = err_set(err, E_MEMORY, "no memory to draw '%s'", path);
    else status = draw_to((struct span){script.p, script.n}, path, err);
    str_done(&script);
    return status;
}
