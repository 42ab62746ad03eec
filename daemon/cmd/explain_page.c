#include "explain_page.h"

#include <string.h>

#include "../report/words.h"
#include "look.h"

enum { FINDINGS_LISTED = 12, LABEL = 10, SEVERITY = 10, KIND = 24 };

static void print(struct explain_page *p)
{
    if (p->code == EXIT_CLEAN) p->code = look_print(NULL, &p->out);
    str_clear(&p->out);
}

/* ---- what it rests on ------------------------------------------------------------------------------------------------------ */

static void add_padded(struct str *s, const char *text, size_t width)
{
    str_add(s, text);
    for (size_t n = strlen(text); n < width; n++) str_add(s, " ");
    str_add(s, " ");
}

static void list_finding(struct explain_page *p, const struct finding_view *f)
{
    struct str line = {0};
    add_padded(&line, severity_name(f->finding.severity), SEVERITY);
    add_padded(&line, f->finding.kind, KIND);
    words_onset(&line, &f->finding);
    while (line.n && line.p[line.n - 1] == ' ') line.p[--line.n] = 0;
    page_row(&p->page, 2, INK_PLAIN, f->id, LABEL, line.p ? line.p : "");
    str_done(&line);
}

static void list_findings(struct explain_page *p)
{
    const struct view *v = p->view;
    struct str more = {0};
    for (size_t i = 0; i < v->n_findings && i < FINDINGS_LISTED; i++) list_finding(p, &v->findings[i]);
    if (v->n_findings > FINDINGS_LISTED) {
        str_addf(&more, "and %zu more", v->n_findings - FINDINGS_LISTED);
        page_row(&p->page, 2 + LABEL, INK_PLAIN, NULL, 0, more.p ? more.p : "");
    }
    str_done(&more);
}

static void list_row(struct explain_page *p, const char *label, struct str *line)
{
    if (line->n) page_row(&p->page, 2, INK_PLAIN, label, LABEL, line->p);
    str_done(line);
}

static void add_cause(struct str *line, const char *id, double probability)
{
    str_addf(line, "%s%s %.2f", line->n ? ", " : "", id, probability);
}

static void list_causes(struct explain_page *p)
{
    const struct explanation *e = p->e;
    struct str causes = {0}, fixes = {0}, similar = {0};
    for (size_t i = 0; p->view && i < p->view->n_causes; i++)
        add_cause(&causes, p->view->causes[i].diagnosis.cause->id, p->view->causes[i].diagnosis.probability);
    if (!causes.n && e->cause) add_cause(&causes, e->cause->id, e->probability);
    for (size_t i = 0; i < e->n_fixes; i++) add_cause(&fixes, e->fixes[i].fix->id, e->fixes[i].confidence);
    for (size_t i = 0; i < e->n_similar; i++) str_addf(&similar, "%s%s", i ? ", " : "", e->similar[i]->incident.id);
    list_row(p, "causes", &causes);
    list_row(p, "fixes", &fixes);
    list_row(p, "similar", &similar);
}

void explain_page_begin(struct explain_page *p, const struct explanation *e, const struct view *v)
{
    struct report_options o = look_options();
    struct str head = {0};
    *p = (struct explain_page){.e = e, .view = v};
    p->page = (struct page){&p->out, o.columns, o.colour, o.unicode};
    words_foreign(&head, e->run);
    if (v) str_addf(&head, ": %s", verdict_name(v->verdict));
    page_row(&p->page, 0, INK_BOLD, NULL, 0, head.p ? head.p : "");
    if ((v && v->n_findings) || e->incident) page_blank(&p->page);
    if (e->incident) page_row(&p->page, 2, INK_PLAIN, e->incident->incident.id, LABEL, e->incident->incident.kind);
    if (v) list_findings(p);
    list_causes(p);
    str_done(&head);
    print(p);
}

/* ---- sentences ------------------------------------------------------------------------------------------------------------- */

static const char *title_of(const struct explanation *e, const char *section)
{
    const char *id, *title;
    for (size_t i = 0; phrases_section(&e->phrases, i, &id, &title); i++)
        if (strcmp(id, section) == 0) return title;
    return section;
}

void explain_page_say(void *page, const struct sentence *s, bool worded)
{
    struct explain_page *p = page;
    struct str line = {0};
    if (!p->section || strcmp(p->section, s->section) != 0) {
        page_blank(&p->page);
        page_row(&p->page, 0, INK_BOLD, NULL, 0, title_of(p->e, s->section));
        p->section = s->section;
    }
    str_addf(&line, "%s [", s->text);
    for (const char *c = s->cites; *c; c++) str_addf(&line, *c == ' ' && c[-1] != ',' ? "\xC2\xA0" : "%c", *c);
    str_add(&line, "].");
    page_row(&p->page, 2, INK_PLAIN, worded ? "~" : "-", 2, line.p ? line.p : "");
    str_done(&line);
    print(p);
}

/* ---- who worded it --------------------------------------------------------------------------------------------------------- */

/* "7 sentences were left out: 4 for citing nothing, 3 for a number ..." */
static void add_dropped(const struct reworded *r, struct str *out)
{
    const char *before = ": ";
    words_counted(out, r->dropped, "sentence was left out", "sentences were left out");
    for (size_t g = 0; g < GROUND_VERDICTS; g++) {
        if (!r->why[g]) continue;
        str_addf(out, "%s%zu for %s", before, r->why[g], ground_why((enum ground)g));
        before = ", ";
    }
}

int explain_page_end(struct explain_page *p, const struct reworded *r)
{
    struct str line = {0};
    if (r->worded) {
        str_add(&line, "~ worded by ");
        words_foreign(&line, r->model);
        str_add(&line, ": ");
        words_counted(&line, r->worded, "sentence", "sentences");
        if (r->dropped) str_add(&line, "; "), add_dropped(r, &line);
        page_blank(&p->page);
        page_row(&p->page, 0, INK_DIM, NULL, 0, line.p ? line.p : "");
        print(p);
    }
    str_done(&line);
    str_done(&p->out);
    return p->code;
}

bool explain_trouble(const struct reworded *r, struct str *out)
{
    if (!*r->model || (!*r->trouble && (r->worded || !r->dropped))) return false;
    if (*r->trouble) str_addf(out, "%s was given up: %s", r->model, r->trouble);
    else str_addf(out, "of what %s said nothing holds: ", r->model), add_dropped(r, out);
    str_add(out, r->worded ? "; what it had not worded is in mlwatch's own words" : "; mlwatch's own words stand");
    return true;
}
