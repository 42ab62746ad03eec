#include "sources.h"

#include <stdlib.h>
#include <string.h>

#include "../base/json.h"
#include "../report/page.h"
#include "../report/words.h"

enum { NAME_COLUMNS = 22, PATH_CHARS = 200, FOLDED_MIN = 3, FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII };

static const char *text_of(const struct str *s) { return s->p ? s->p : ""; }

static void heading(struct page *p, const char *title)
{
    page_blank(p);
    page_row(p, 0, INK_BOLD, NULL, 0, title);
}

/* "first … last" for several, the path alone for one. */
static void entry(struct page *p, const struct str *first, const struct str *last, size_t n, const struct str *text)
{
    struct str label = {0};
    str_add(&label, text_of(first));
    if (n > 1) str_addf(&label, " … %s", text_of(last));
    page_row(p, 2, INK_PLAIN, text_of(&label), NAME_COLUMNS, text_of(text));
    str_done(&label);
}

/* ---- sources ------------------------------------------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

/* Sources of which the same is to be said, in the order of the view: the eight logs of eight ranks. */
struct alike {
    size_t first, last, n;
    uint64_t points;
};

static bool told_alike(const struct source_view *a, const struct source_view *b)
{
    return same_text(a->format, b->format) && same_text(a->why, b->why) && !a->bad_records && !b->bad_records &&
           !a->points == !b->points;
}

static struct alike alike_from(const struct view *v, size_t first)
{
    struct alike a = {.first = first};
    for (size_t i = first; i < v->n_sources; i++)
        if (i == first || told_alike(&v->sources[first], &v->sources[i])) a.n++, a.last = i, a.points += v->sources[i].points;
    return a.n < FOLDED_MIN ? (struct alike){first, first, 1, v->sources[first].points} : a;
}

/* Was it told with one before it? */
static bool told_before(const struct view *v, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (told_alike(&v->sources[i], &v->sources[at])) return alike_from(v, i).n > 1;
    return false;
}

/* "text, 800 points", "7 files, text, 5,600 points"; settings have none by right. */
static void add_counts(const struct view *v, const struct alike *a, struct str *s)
{
    const struct source_view *first = &v->sources[a->first];
    const struct format *f = first->format ? format_by_name(first->format) : NULL;
    if (a->n > 1) words_counted(s, a->n, "file", "files"), str_add(s, ", ");
    str_add(s, first->format ? first->format : "not read");
    if (a->points) str_add(s, ", "), words_counted(s, a->points, "point", "points");
    else if (!f || f->growth != GROWTH_SETTINGS) str_add(s, ", no points");
    if (first->bad_records) str_add(s, ", "), words_counted(s, first->bad_records, "bad record", "bad records");
}

void sources_add_text(const struct view *v, const struct report_options *o, struct str *out)
{
    struct page p = {out, o->columns > 0 ? o->columns : 100, o->colour, o->unicode};
    if (v->n_sources) heading(&p, "Sources");
    for (size_t i = 0; i < v->n_sources; i++) {
        if (told_before(v, i)) continue;
        struct alike a = alike_from(v, i);
        struct str first = {0}, last = {0}, text = {0};
        words_source(&first, v, v->sources[a.first].path);
        words_source(&last, v, v->sources[a.last].path);
        add_counts(v, &a, &text);
        if (v->sources[i].why) str_add(&text, " · "), words_foreign(&text, v->sources[i].why);
        entry(&p, &first, &last, a.n, &text);
        str_done(&first);
        str_done(&last);
        str_done(&text);
    }
}

/* ---- what was passed over ------------------------------------------------------------------------------------------------------ */

static void add_path(struct str *s, const char *dir, const char *path)
{
    size_t n = strlen(dir);
    while (n > 1 && dir[n - 1] == '/') n--;
    bool below = strncmp(path, dir, n) == 0 && path[n] == '/';
    str_add_printable(s, span_of(below ? path + n + 1 : path), PATH_CHARS);
}

static size_t skipped_alike(const struct scan *s, size_t from)
{
    size_t n = 1;
    while (from + n < s->n_skips && strcmp(s->skips[from + n].why, s->skips[from].why) == 0) n++;
    return n < FOLDED_MIN ? 1 : n;
}

static void add_others(struct page *p, const struct scan *s)
{
    struct str text = {0};
    if (s->foreign) words_counted(&text, s->foreign, "file of another kind", "files of other kinds");
    if (s->n_skips == SCAN_MAX_SKIPS) str_addf(&text, "%sand more that are not listed", s->foreign ? ", " : "");
    if (text.n) page_row(p, 2, INK_DIM, NULL, 0, text_of(&text));
    str_done(&text);
}

void sources_add_passed(const struct scan *s, const char *dir, const struct report_options *o, struct str *out)
{
    struct page p = {out, o->columns > 0 ? o->columns : 100, o->colour, o->unicode};
    if (s->n_skips || s->foreign) heading(&p, "Passed over");
    for (size_t i = 0, n; i < s->n_skips; i += n) {
        struct str first = {0}, last = {0}, text = {0};
        n = skipped_alike(s, i);
        add_path(&first, dir, s->skips[i].path);
        add_path(&last, dir, s->skips[i + n - 1].path);
        if (n > 1) words_counted(&text, n, "entry", "entries"), str_add(&text, ": ");
        str_add(&text, s->skips[i].why);
        entry(&p, &first, &last, n, &text);
        str_done(&first);
        str_done(&last);
        str_done(&text);
    }
    add_others(&p, s);
}

/* ---- JSON ---------------------------------------------------------------------------------------------------------------------- */

static json_t *seams_json(const struct view *v)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->n_seams; i++)
        json_array_append_new(list, json_pack("{s:I, s:I}", "step", (json_int_t)v->seams[i].step, "resumed_at",
                                              (json_int_t)v->seams[i].resumed_at));
    return list;
}

static json_t *taken_json(const struct source_view *v, const struct scan_run *from)
{
    json_t *one =
        json_pack("{s:o, s:o, s:o}", "path", json_text(v->path), "format", json_text(v->format), "why", json_text(v->why));
    for (size_t i = 0; from && i < from->n_sources; i++) {
        const struct scan_source *s = &from->sources[i];
        if (!s->n_older || strcmp(s->path, v->path) != 0) continue;
        json_t *older = json_array();
        for (size_t k = 0; k < s->n_older; k++) json_array_append_new(older, json_text(s->older[k]));
        json_object_set_new(one, "older", older);
    }
    return one;
}

/* The run that an entry is told with: the nearest one above it, else the first. */
static bool is_told_with(const struct scan *s, const struct scan_run *run, const char *path)
{
    const struct scan_run *best = s->n_runs ? &s->runs[0] : NULL;
    size_t most = 0;
    for (size_t i = 0; i < s->n_runs; i++) {
        size_t n = strlen(s->runs[i].root);
        if (n >= most && strncmp(path, s->runs[i].root, n) == 0 && path[n] == '/') best = &s->runs[i], most = n;
    }
    return best == run;
}

static json_t *recognised_json(const struct view *v, const struct scan *s, const struct scan_run *from)
{
    json_t *list = json_array();
    for (size_t i = 0; i < v->n_sources; i++) json_array_append_new(list, taken_json(&v->sources[i], from));
    for (size_t i = 0; i < s->n_skips; i++)
        if (is_told_with(s, from, s->skips[i].path))
            json_array_append_new(
                list, json_pack("{s:o, s:n, s:s}", "path", json_text(s->skips[i].path), "format", "why", s->skips[i].why));
    return list;
}

static void put(struct str *line, const char *key, json_t *value)
{
    char *text = json_dumps(value, FLAGS);
    str_addf(line, ",\"%s\":", key);
    str_add(line, text ? text : "[]");
    free(text);
    json_decref(value);
}

void sources_add_json(const struct view *v, const struct scan *s, const struct scan_run *from, struct str *line)
{
    if (line->n < 2 || line->p[line->n - 2] != '}') return;
    line->n -= 2;
    line->p[line->n] = 0;
    put(line, "seams", seams_json(v));
    if (s) put(line, "recognised", recognised_json(v, s, from));
    str_add(line, "}\n");
}
