/* inspection_layers - the tensors of a checkpoint on a terminal, the sickest first, and what moved since the one before. */
#include <math.h>
#include <stdlib.h>

#include "inspection_rows.h"

static void add_shape(struct str *s, const struct inspected_tensor *t)
{
    str_add(s, "[");
    for (uint32_t i = 0; i < t->n_dims; i++) str_addf(s, "%s%llu", i ? "×" : "", (unsigned long long)t->shape[i]);
    str_add(s, "]");
}

/* ---- layers, worst first ---------------------------------------------------------------------------------------------------------------- */

double inspection_update_ratio(const struct inspected_tensor *t)
{
    return t->compared && t->change.norm_before > 0 ? t->change.norm_difference / t->change.norm_before : NAN;
}

double inspection_cosine(const struct inspected_tensor *t)
{
    double norms = t->change.norm_before * t->change.norm_now;
    return t->compared && norms > 0 ? t->change.dot / norms : NAN;
}

static double share(uint64_t part, uint64_t whole) { return whole ? (double)part / (double)whole : 0; }

double inspection_sickness(const struct inspected_tensor *t)
{
    const struct tensor_summary *s = &t->summary;
    bool model = t->part <= INSPECTED_BUFFER, matrix = t->n_dims >= 2;
    double sickness = 0;
    if (!t->summed || !t->count) return 0;
    if (s->nan || s->inf) sickness += 1000 + 1000 * share(s->nan + s->inf, t->count);
    if (matrix && model) sickness += 100 * share(s->zero_rows, s->rows) + 10 * share(s->zero, t->count);
    if (matrix && model && s->std == 0) sickness += 100;
    if (t->compared && model && matrix && t->change.changed == 0) sickness += 50;
    return sickness;
}

struct sick {
    const struct inspected_tensor *t;
    double sickness;
    size_t at;
};

static int worst_first(const void *a, const void *b)
{
    const struct sick *x = a, *y = b;
    if (x->sickness != y->sickness) return x->sickness > y->sickness ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static struct sick *sort_by_sickness(const struct inspection_page *v, size_t *n)
{
    size_t room = 0;
    EACH_TENSOR(v, t) room++;
    struct sick *list = calloc(room + 1, sizeof *list);
    *n = 0;
    if (!list) return NULL;
    EACH_TENSOR(v, t)
    {
        list[*n] = (struct sick){t, inspection_sickness(t), *n};
        ++*n;
    }
    qsort(list, *n, sizeof *list, worst_first);
    return list;
}

static void add_numbers(struct str *s, const struct inspected_tensor *t)
{
    const struct tensor_summary *u = &t->summary;
    str_add(s, "mean "), str_add_number(s, u->mean);
    str_add(s, ", sd "), str_add_number(s, u->std);
    str_add(s, ", "), str_add_number(s, u->min), str_add(s, " to "), str_add_number(s, u->max);
    if (u->zero) str_addf(s, ", %.3g%% zero", 100 * share(u->zero, t->count));
    if (u->zero_rows)
        str_add(s, ", "), words_counted(s, u->zero_rows, "row", "rows"), str_add(s, " of "), add_count(s, u->rows),
            str_add(s, " zero");
    if (!isnan(t->effective_rank)) str_addf(s, ", effective rank %.3g", t->effective_rank);
}

static void layer_row(struct page *p, const struct sick *r)
{
    const struct inspected_tensor *t = r->t;
    struct str s = {0};
    add_name(&s, t->name);
    if (t->part == INSPECTED_OPTIMIZER && t->parameter) str_add(&s, " of "), add_name(&s, t->parameter);
    str_add(&s, " "), add_shape(&s, t);
    str_add(&s, " "), str_add_printable(&s, span_of(t->dtype), 24);
    str_add(&s, ": ");
    if (t->summed && t->summary.nan) add_count(&s, t->summary.nan), str_add(&s, " NaN, ");
    if (t->summed && t->summary.inf) add_count(&s, t->summary.inf), str_add(&s, " Inf, ");
    if (t->summed) add_numbers(&s, t);
    else str_add(&s, "not read");
    if (t->compared && !t->change.changed) str_add(&s, ", did not move");
    else if (t->compared) str_add(&s, ", moved by "), str_add_number(&s, inspection_update_ratio(t));
    bool broken = t->summed && (t->summary.nan || t->summary.inf);
    inspection_row(p,
                   broken              ? INK_RED
                   : r->sickness >= 50 ? INK_YELLOW
                                       : INK_DIM,
                   broken              ? "broken"
                   : r->sickness >= 50 ? "sick"
                                       : "-",
                   &s);
}

/* Magnitudes from 1e-20 to 1e10, a character a decade; its height is the logarithm of how many there are. */
static void histogram_row(struct page *p, const struct inspected_tensor *t)
{
    static const char *const blocks[] = {"_", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, *const plain[] = {"_", ".", ".", ":", ":",
                                                                                                         "+", "+", "#", "#"};
    size_t first = INSPECTION_BUCKETS - 2, last = 1;
    uint64_t most = 1;
    struct str s = {0};
    for (size_t i = 1; i + 1 < INSPECTION_BUCKETS; i++) {
        if (!t->histogram[i]) continue;
        if (i < first) first = i;
        last = i;
        if (t->histogram[i] > most) most = t->histogram[i];
    }
    if (first > last) return;
    str_addf(&s, "|x| from 1e%d ", (int)first - 21);
    for (size_t i = first; i <= last; i++) {
        double height = t->histogram[i] ? 1 + 7 * log1p((double)t->histogram[i]) / log1p((double)most) : 0;
        str_add(&s, (p->unicode ? blocks : plain)[(size_t)fmin(height, 8)]);
    }
    str_addf(&s, " to 1e%d", (int)last - 20);
    if (t->histogram[0]) str_add(&s, ", "), add_count(&s, t->histogram[0]), str_add(&s, " zero");
    if (t->histogram[INSPECTION_BUCKETS - 1])
        str_add(&s, ", "), add_count(&s, t->histogram[INSPECTION_BUCKETS - 1]), str_add(&s, " not finite");
    inspection_row(p, INK_DIM, "", &s);
}

void inspection_layers(struct page *p, const struct inspection_page *v)
{
    size_t n, rows = v->rows ? v->rows : INSPECTION_ROWS;
    struct sick *list = sort_by_sickness(v, &n);
    if (list && n) inspection_heading(p, "Tensors, worst first");
    for (size_t i = 0; list && i < n && i < rows; i++) {
        layer_row(p, &list[i]);
        if (list[i].t->histogram) histogram_row(p, list[i].t);
    }
    if (list && n > rows) inspection_more(p, n - rows);
    free(list);
}

/* ---- what moved --------------------------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct moved {
    double *ratios;
    size_t n, compared, frozen, model;
    const struct inspected_tensor *most, *turned;
};

static bool gather_moved(const struct inspection_page *v, struct moved *m)
{
    size_t room = 0;
    EACH_TENSOR(v, t) room++;
    m->ratios = calloc(room + 1, sizeof *m->ratios);
    if (!m->ratios) return false;
    EACH_TENSOR(v, t)
    {
        double ratio = inspection_update_ratio(t);
        if (t->part > INSPECTED_BUFFER) continue;
        m->model++;
        if (!t->compared) continue;
        m->compared++;
        m->frozen += t->change.changed == 0;
        if (!isfinite(ratio)) continue;
        m->ratios[m->n++] = ratio;
        if (!m->most || ratio > inspection_update_ratio(m->most)) m->most = t;
        if (isfinite(inspection_cosine(t)) && (!m->turned || inspection_cosine(t) < inspection_cosine(m->turned))) m->turned = t;
    }
    qsort(m->ratios, m->n, sizeof *m->ratios, by_value);
    return true;
}

static void write_extremes(struct page *p, const struct moved *m)
{
    struct str s = {0};
    if (m->n) {
        str_add(&s, "median "), str_add_number(&s, m->ratios[m->n / 2]);
        str_add(&s, " of a tensor's norm; most in "), add_name(&s, m->most->name);
        str_add(&s, ", by "), str_add_number(&s, inspection_update_ratio(m->most));
        inspection_row(p, INK_PLAIN, "moved by", &s);
    }
    if (m->turned) {
        str_add(&s, "most in "), add_name(&s, m->turned->name);
        str_add(&s, ", cosine "), str_add_number(&s, inspection_cosine(m->turned));
        inspection_row(p, INK_PLAIN, "turned", &s);
    }
}

static void write_frozen(struct page *p, const struct inspection_page *v)
{
    size_t n = 0;
    EACH_TENSOR(v, t)
    {
        struct str s = {0};
        if (!t->compared || t->part > INSPECTED_BUFFER || t->change.changed) continue;
        if (n++ >= INSPECTION_ROWS) continue;
        add_name(&s, t->name);
        inspection_row(p, INK_YELLOW, "frozen", &s);
    }
    if (n > INSPECTION_ROWS) inspection_more(p, n - INSPECTION_ROWS);
    n = 0;
    EACH_TENSOR(v, t)
    {
        struct str s = {0};
        if (!t->compared || t->change.changed == 0 || t->change.rows == 0 || t->change.changed_rows == t->change.rows) continue;
        if (t->part > INSPECTED_BUFFER || n++ >= INSPECTION_ROWS) continue;
        add_name(&s, t->name), str_add(&s, ": ");
        add_count(&s, t->change.changed_rows), str_add(&s, " of "), words_counted(&s, t->change.rows, "row", "rows"),
            str_add(&s, " changed");
        inspection_row(p, INK_PLAIN, "rows", &s);
    }
}

void inspection_moved(struct page *p, const struct inspection_page *v)
{
    struct moved m = {0};
    struct str s = {0};
    if (!v->against) return;
    str_add(&s, "Against "), words_foreign(&s, v->against);
    inspection_heading(p, s.p ? s.p : "Against");
    str_done(&s);
    if (!gather_moved(v, &m)) return;
    words_counted(&s, m.compared, "tensor", "tensors"), str_add(&s, " of "), add_count(&s, m.model);
    str_add(&s, " of the model could be compared; "), add_count(&s, m.frozen), str_add(&s, " did not move");
    inspection_row(p, INK_PLAIN, NULL, &s);
    write_extremes(p, &m);
    write_frozen(p, v);
    free(m.ratios);
}
