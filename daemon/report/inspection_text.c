/* inspection_text - a checkpoint on a terminal: the verdict first, then what is sick, then what it is made of. */
#include <math.h>
#include <string.h>

#include "inspection_rows.h"

enum { REASONS = 12, FACTS = 16, SLOTS = 16, DTYPES = 24 };

static const char *text_of(const struct str *s) { return s->p ? s->p : ""; }

void inspection_row(struct page *p, enum ink ink, const char *label, struct str *s)
{
    page_row(p, 2, ink, label, label ? INSPECTION_LABEL : 0, text_of(s));
    str_done(s);
}

void inspection_heading(struct page *p, const char *text)
{
    page_blank(p);
    page_row(p, 0, INK_BOLD, NULL, 0, text);
}

void inspection_more(struct page *p, size_t n)
{
    struct str s = {0};
    str_addf(&s, "and %zu more; --json lists them", n);
    inspection_row(p, INK_DIM, NULL, &s);
}

void add_count(struct str *s, uint64_t n) { words_count(s, n > INT64_MAX ? INT64_MAX : (int64_t)n); }

/* Of a long name the end tells more than the beginning. */
void add_name(struct str *s, const char *name)
{
    size_t n = strlen(name);
    const char *from = n > NAME_CHARACTERS ? name + n - NAME_CHARACTERS + 1 : name;
    while (from > name && ((unsigned char)*from & 0xC0) == 0x80) from++;
    if (from > name) str_add(s, "…");
    str_add_printable(s, span_of(from), NAME_CHARACTERS);
}

static void add_bytes(struct str *s, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
    double n = (double)bytes;
    size_t u = 0;
    while (n >= 1000 && u + 1 < sizeof units / sizeof *units) n /= 1000, u++;
    str_addf(s, u ? "%.1f %s" : "%.0f %s", n, units[u]);
}

/* ---- the verdict ------------------------------------------------------------------------------------------------------------------- */

static void write_verdict(struct page *p, const struct inspection_page *v)
{
    static const enum ink of_state[] = {INK_GREEN, INK_YELLOW, INK_RED, INK_YELLOW},
                          of_safety[] = {INK_GREEN, INK_YELLOW, INK_YELLOW, INK_RED};
    enum ink state = of_state[v->state & 3], safety = of_safety[v->safety & 3];
    struct str s = {0};
    words_foreign(&s, v->path);
    str_addf(&s, ": %s, %s", inspection_state_name(v->state),
             v->safety == INSPECTED_SAFETY_UNVERIFIED ? "safety unverified" : inspection_safety_name(v->safety));
    page_row(p, 0, state == INK_RED || safety == INK_RED ? INK_RED : state == INK_GREEN ? safety : state, NULL, 0, text_of(&s));
    str_done(&s);
    for (size_t i = 0; i < v->n_reasons && i < REASONS; i++) {
        words_foreign(&s, v->reasons[i]);
        inspection_row(p, INK_PLAIN, "because", &s);
    }
    if (v->n_reasons > REASONS) inspection_more(p, v->n_reasons - REASONS);
}

/* ---- what it is ---------------------------------------------------------------------------------------------------------------------- */

/* Elements by dtype, of the model alone. */
static void add_dtypes(struct str *s, const struct inspection_page *v)
{
    struct {
        const char *name;
        uint64_t n;
    } totals[DTYPES];
    size_t n = 0;
    EACH_TENSOR(v, t)
    {
        size_t i = 0;
        if (t->part > INSPECTED_BUFFER || t->shares) continue;
        while (i < n && strcmp(totals[i].name, t->dtype) != 0) i++;
        if (i == DTYPES) continue;
        if (i == n) totals[n].name = t->dtype, totals[n++].n = 0;
        totals[i].n += t->count;
    }
    for (size_t i = 0; i < n; i++) {
        str_add(s, i ? ", " : " (");
        str_add_printable(s, span_of(totals[i].name), 24);
        if (n > 1) str_add(s, " "), add_count(s, totals[i].n);
    }
    if (n) str_add(s, ")");
}

static void write_contents(struct page *p, const struct inspection_page *v)
{
    struct str s = {0};
    uint64_t tensors = 0, parameters = 0, state = 0;
    EACH_TENSOR(v, t)
    {
        tensors++;
        if (t->part <= INSPECTED_BUFFER && !t->shares) parameters += t->count;
        if (t->part == INSPECTED_OPTIMIZER) state += t->count;
    }
    words_foreign(&s, v->format);
    if (strcmp(v->layout, "file") != 0 && strcmp(v->layout, v->format) != 0) str_addf(&s, " (%s)", v->layout);
    str_add(&s, " · "), add_bytes(&s, v->size);
    str_add(&s, " · "), words_counted(&s, tensors, "tensor", "tensors");
    if (parameters) str_add(&s, " · "), words_counted(&s, parameters, "parameter", "parameters"), add_dtypes(&s, v);
    if (state) str_add(&s, " · "), words_counted(&s, state, "number", "numbers"), str_add(&s, " of optimizer state");
    if (v->step >= 0) str_add(&s, " · step "), words_count(&s, v->step);
    str_addf(&s, " · %.2f s", v->elapsed_s);
    inspection_row(p, INK_PLAIN, "holds", &s);
}

static void write_parts(struct page *p, const struct inspection_page *v)
{
    if (v->n_parts < 2) return;
    inspection_heading(p, "Files");
    for (size_t i = 0; i < v->n_parts && i < INSPECTION_ROWS + INSPECTION_ROWS; i++) {
        const struct inspection_part *part = &v->parts[i];
        struct str s = {0};
        add_name(&s, part->name);
        if (!part->present) str_add(&s, ": not there");
        else if (!part->inspection) str_add(&s, ": there, not looked into");
        else {
            str_addf(&s, ": %s, %s · ", inspection_state_name(part->inspection->state),
                     part->inspection->safety == INSPECTED_SAFETY_UNVERIFIED ? "safety unverified"
                                                                             : inspection_safety_name(part->inspection->safety));
            add_bytes(&s, part->inspection->size);
        }
        inspection_row(p, INK_DIM, part->role, &s);
    }
    if (v->n_parts > INSPECTION_ROWS + INSPECTION_ROWS) inspection_more(p, v->n_parts - INSPECTION_ROWS - INSPECTION_ROWS);
}

/* ---- findings ------------------------------------------------------------------------------------------------------------------------ */

static void write_findings(struct page *p, const struct inspection_page *v)
{
    static const enum ink inks[] = {INK_DIM, INK_YELLOW, INK_RED};
    if (v->n_findings) inspection_heading(p, "Findings");
    for (size_t i = 0; i < v->n_findings && i < INSPECTION_ROWS; i++) {
        const struct finding_view *f = &v->findings[i];
        struct str s = {0};
        str_addf(&s, "%s · ", f->finding.kind);
        words_foreign(&s, f->message);
        inspection_row(p, inks[f->finding.severity], severity_name(f->finding.severity), &s);
    }
    if (v->n_findings > INSPECTION_ROWS) inspection_more(p, v->n_findings - INSPECTION_ROWS);
}

/* ---- the optimizer ---------------------------------------------------------------------------------------------------------------------------- */

static void add_setting(struct str *s, const char *name, double value)
{
    if (!isnan(value)) str_addf(s, ", %s ", name), str_add_number(s, value);
}

static void group_row(struct page *p, const struct inspected_group *g)
{
    struct str s = {0};
    str_addf(&s, "group %u: ", g->index);
    if (g->optimizer) str_add_printable(&s, span_of(g->optimizer), 48), str_add(&s, ", ");
    words_counted(&s, g->n_parameters, "parameter tensor", "parameter tensors");
    add_setting(&s, "learning rate", g->learning_rate), add_setting(&s, "weight decay", g->weight_decay);
    add_setting(&s, "beta1", g->beta1), add_setting(&s, "beta2", g->beta2);
    add_setting(&s, "momentum", g->momentum), add_setting(&s, "eps", g->eps);
    inspection_row(p, INK_PLAIN, NULL, &s);
}

/* How many tensors of each slot there are. */
static void slots_row(struct page *p, const struct inspection_page *v)
{
    struct {
        const char *name;
        size_t n;
    } slots[SLOTS];
    size_t n = 0, all = 0, owned = 0;
    struct str s = {0};
    EACH_TENSOR(v, t)
    {
        size_t i = 0;
        if (t->part != INSPECTED_OPTIMIZER || !t->slot) continue;
        all++;
        owned += t->parameter != NULL;
        while (i < n && strcmp(slots[i].name, t->slot) != 0) i++;
        if (i == SLOTS) continue;
        if (i == n) slots[n].name = t->slot, slots[n++].n = 0;
        slots[i].n++;
    }
    for (size_t i = 0; i < n; i++) {
        str_add(&s, i ? ", " : "state: ");
        str_add_printable(&s, span_of(slots[i].name), 32);
        str_addf(&s, " of %zu", slots[i].n);
    }
    if (n && v->joined)
        str_add(&s, "; "), add_count(&s, owned), str_add(&s, " of "), add_count(&s, all), str_add(&s, " known whose they are");
    if (n) inspection_row(p, INK_PLAIN, NULL, &s);
}

static void write_optimizer(struct page *p, const struct inspection_page *v)
{
    size_t shown = 0, n = 0, slots = 0;
    for (size_t i = 0; i < v->n_parts; i++) n += v->parts[i].inspection ? v->parts[i].inspection->n_groups : 0;
    EACH_TENSOR(v, t) slots += t->part == INSPECTED_OPTIMIZER && t->slot;
    if (n || slots) inspection_heading(p, "Optimizer");
    for (size_t i = 0; i < v->n_parts; i++)
        for (size_t g = 0; v->parts[i].inspection && g < v->parts[i].inspection->n_groups; g++)
            if (shown++ < INSPECTION_ROWS) group_row(p, &v->parts[i].inspection->groups[g]);
    if (shown > INSPECTION_ROWS) inspection_more(p, shown - INSPECTION_ROWS);
    slots_row(p, v);
}

/* Several files of a checkpoint say the same. */
static bool is_told(const struct inspected_fact *const *told, size_t n, const struct inspected_fact *f)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(told[i]->key, f->key) == 0 && strcmp(told[i]->value, f->value) == 0) return true;
    return false;
}

static void write_facts(struct page *p, const struct inspection_page *v)
{
    const struct inspected_fact *told[FACTS];
    size_t n = 0, left = 0;
    for (size_t i = 0; i < v->n_parts; i++)
        for (size_t k = 0; v->parts[i].inspection && k < v->parts[i].inspection->n_facts; k++) {
            const struct inspected_fact *f = &v->parts[i].inspection->facts[k];
            struct str s = {0};
            if (is_told(told, n, f)) continue;
            if (n == FACTS && ++left) continue;
            if (n == 0) inspection_heading(p, "Told by the file");
            told[n++] = f;
            str_add_printable(&s, span_of(f->key), 48);
            str_add(&s, ": ");
            str_add_printable(&s, span_of(f->value), 160);
            inspection_row(p, INK_DIM, NULL, &s);
        }
    if (left) inspection_more(p, left);
}

void inspection_text(const struct inspection_page *v, const struct report_options *o, struct str *out)
{
    struct page p = {.out = out, .columns = o->columns ? o->columns : 100, .colour = o->colour, .unicode = o->unicode};
    write_verdict(&p, v);
    write_contents(&p, v);
    write_findings(&p, v);
    inspection_moved(&p, v);
    inspection_layers(&p, v);
    write_optimizer(&p, v);
    write_parts(&p, v);
    write_facts(&p, v);
}
