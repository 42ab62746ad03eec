/* text - what `check` and `report` print on a terminal: the verdict in one sentence, then what a person needs to act, in the order
 * of need: findings, cause, first fix, what would decide, the checkpoint to go back to. `brief` stops there and says it in fewer lines;
 * otherwise curves, settings and sources follow. */
#include "formats.h"
#include "page.h"
#include "text_curves.h"
#include "words_checkpoint.h"

enum { BRIEF_FINDINGS = 5, LABEL = 9, NAME_COLUMNS = 22 };

static const enum ink severity_inks[] = {
    [SEVERITY_INFO] = INK_DIM, [SEVERITY_WARNING] = INK_YELLOW, [SEVERITY_CRITICAL] = INK_RED};
static const enum ink verdict_inks[] = {[VERDICT_CLEAN] = INK_GREEN,
                                        [VERDICT_INFO] = INK_DIM,
                                        [VERDICT_WARNING] = INK_YELLOW,
                                        [VERDICT_CRITICAL] = INK_RED,
                                        [VERDICT_UNREADABLE] = INK_RED};
static const char *const severity_words[] = {
    [SEVERITY_INFO] = "info", [SEVERITY_WARNING] = "WARNING", [SEVERITY_CRITICAL] = "CRITICAL"};
static const char *const verdict_words[] = {[VERDICT_CLEAN] = "clean",
                                            [VERDICT_INFO] = "info",
                                            [VERDICT_WARNING] = "WARNING",
                                            [VERDICT_CRITICAL] = "CRITICAL",
                                            [VERDICT_UNREADABLE] = "UNREADABLE"};

static const char *text_of(const struct str *s) { return s->p ? s->p : ""; }

static void foreign_row(struct page *p, int indent, const char *label, int label_width, const char *text)
{
    struct str s = {0};
    words_foreign(&s, text);
    if (s.n) page_row(p, indent, INK_DIM, label, label_width, text_of(&s));
    str_done(&s);
}

/* The sentence without its leading verdict, which stands before the run's name already. */
static void verdict(struct page *p, const struct view *v)
{
    struct str name = {0}, all = {0}, line = {0};
    words_foreign(&name, v->run ? v->run : view_name(v));
    report_verdict_sentence(v, &all);
    const char *colon = all.p ? strstr(all.p, ": ") : NULL;
    str_addf(&line, "%s: %s", text_of(&name), colon ? colon + 2 : text_of(&all));
    const char *word = verdict_words[v->verdict];
    int width = page_width(word) + 1;
    page_row(p, 0, verdict_inks[v->verdict], word, width < LABEL ? LABEL : width, text_of(&line));
    str_done(&name);
    str_done(&all);
    str_done(&line);
}

static void add_unbroken(struct str *s, const char *text)
{
    for (; *text; text++) str_add_span(s, *text == ' ' ? span_of("\xC2\xA0") : (struct span){text, 1});
}

static void evidence_row(struct page *p, const struct finding *f, int indent)
{
    struct str s = {0};
    for (size_t i = 0; i < f->n_evidence; i++) {
        struct str one = {0};
        words_evidence(&one, &f->evidence[i]);
        if (i) str_add(&s, " · ");
        add_unbroken(&s, text_of(&one));
        str_done(&one);
    }
    if (s.n) page_row(p, indent, INK_DIM, "measured", LABEL, text_of(&s));
    str_done(&s);
}

static void add_line_of(struct str *s, const struct view *view, const struct finding_view *v)
{
    uint64_t line = v->finding.first_line ? v->finding.first_line : v->finding.quote_line;
    if (!v->source || !line) return;
    str_add(s, " · ");
    words_source(s, view, v->source);
    str_add(s, " line ");
    words_count(s, (int64_t)line);
}

static void finding(struct page *p, const struct view *view, const struct finding_view *v, bool brief)
{
    const struct finding *f = &v->finding;
    struct str head = {0}, id = {0};
    str_addf(&id, "%-3s %s", v->id, severity_words[f->severity]);
    str_addf(&head, "%s · ", f->kind);
    words_where(&head, f);
    bool running = view->state == RUN_RUNNING || view->state == RUN_STALLED;
    if (f->phase == PHASE_CLOSED) str_add(&head, ", over");
    else if (running) str_add(&head, ", still going on");
    add_line_of(&head, view, v);
    page_row(p, 2, severity_inks[f->severity], text_of(&id), 13, text_of(&head));
    foreign_row(p, 6, "", 0, v->message);
    if (!brief) evidence_row(p, f, 6);
    if (v->quote) foreign_row(p, 6, "it said", LABEL, v->quote);
    str_done(&head);
    str_done(&id);
}

static void findings(struct page *p, const struct view *v, bool brief)
{
    size_t n = brief && v->n_findings > BRIEF_FINDINGS ? BRIEF_FINDINGS : v->n_findings;
    if (n && !brief) page_heading(p, "What was measured");
    for (size_t i = 0; i < n; i++) finding(p, v, &v->findings[i], brief);
    if (n == v->n_findings) return;
    struct str s = {0};
    words_counted(&s, v->n_findings - n, "more finding", "more findings");
    str_add(&s, ": mlwatch report shows all");
    page_row(p, 6, INK_DIM, NULL, 0, text_of(&s));
    str_done(&s);
}

static void add_whys(struct str *s, const struct diagnosis *d, bool against)
{
    for (size_t i = 0; i < d->n_clues; i++) {
        if (!d->clues[i]->why || (d->clues[i]->ratio < 1) != against) continue;
        if (s->n) str_add(s, "; ");
        words_foreign(s, d->clues[i]->why);
    }
}

static void reasons(struct page *p, const struct view *v, const struct diagnosis *d, bool against)
{
    struct str s = {0};
    if (against) words_cited(&s, v, d->against, d->n_against);
    else words_cited(&s, v, d->because, d->n_because);
    add_whys(&s, d, against);
    if (s.n) page_row(p, 6, INK_DIM, against ? "against" : "because", LABEL, text_of(&s));
    str_done(&s);
}

static void change_row(struct page *p, const struct view *v, const struct fix *f)
{
    struct str s = {0};
    words_change(&s, v, &f->in);
    if (s.n) page_row(p, 6, INK_DIM, "change", LABEL, text_of(&s));
    str_done(&s);
}

static void first_fix(struct page *p, const struct view *view, const struct fix_view *v, bool decided, bool brief)
{
    struct str s = {0};
    words_foreign(&s, v->fix->title);
    str_addf(&s, " (chance that it helps: %.2f", v->confidence);
    words_record(&s, v);
    str_add(&s, ")");
    page_row(p, 6, INK_GREEN, decided ? "do first" : "try", LABEL, text_of(&s));
    foreign_row(p, 6, "how", LABEL, v->fix->action);
    change_row(p, view, v->fix);
    if (!brief) foreign_row(p, 6, "expect", LABEL, v->fix->expect);
    foreign_row(p, 6, "verify", LABEL, v->fix->verify);
    if (!brief) foreign_row(p, 6, "risk", LABEL, v->fix->risk);
    str_done(&s);
}

static void other_fix(struct page *p, const struct view *view, const char *label, const struct fix_view *v)
{
    struct str s = {0};
    words_foreign(&s, v->fix->title);
    str_addf(&s, " (%.2f", v->confidence);
    words_record(&s, v);
    str_add(&s, "): ");
    words_foreign(&s, v->fix->action);
    page_row(p, 6, INK_DIM, label, LABEL, text_of(&s));
    change_row(p, view, v->fix);
    str_done(&s);
}

static void cause(struct page *p, const struct view *v, const struct cause_view *c, bool best, bool brief)
{
    const struct diagnosis *d = &c->diagnosis;
    struct str label = {0}, title = {0};
    str_addf(&label, "%s %.2f", words_belief(d->probability), d->probability);
    words_clause(&title, d->cause->title);
    str_addf(&title, " (%s)", d->cause->id);
    page_row(p, 2, INK_BOLD, text_of(&label), 14, text_of(&title));
    if (best && !brief) foreign_row(p, 6, "", 0, d->cause->explanation);
    if (best || !brief) reasons(p, v, d, false), reasons(p, v, d, true);
    if (best && c->n_fixes) first_fix(p, v, &c->fixes[0], d->probability >= 0.8, brief);
    for (size_t i = best ? 1 : 0; i < c->n_fixes && !brief; i++) other_fix(p, v, i ? "or" : "try", &c->fixes[i]);
    str_done(&label);
    str_done(&title);
}

static void causes(struct page *p, const struct view *v, bool brief)
{
    if (v->n_causes && !brief) page_heading(p, view_decided(v) ? "Likely cause" : "Possible causes, none of them sure");
    for (size_t i = 0; i < v->n_causes && (i < 2 || !brief); i++) cause(p, v, &v->causes[i], i == 0, brief);
}

static void needs(struct page *p, const struct view *v, bool brief)
{
    if (!v->n_needs) return;
    if (!brief) page_heading(p, "To decide between them");
    for (size_t i = 0; i < v->n_needs && (i < 2 || !brief); i++) {
        struct str s = {0};
        if (v->needs[i]->role != ROLE_NONE) str_add(&s, "log "); /* others are to be run or looked at */
        words_foreign(&s, v->needs[i]->artifact);
        str_add(&s, ": ");
        words_foreign(&s, v->needs[i]->why);
        str_add(&s, "; how: ");
        words_foreign(&s, words_how(v, &v->needs[i]->in, v->needs[i]->how));
        page_row(p, 2, INK_BOLD, brief ? "to decide" : "·", brief ? 14 : 2, text_of(&s));
        str_done(&s);
    }
}

static void last_good(struct page *p, const struct view *v, bool brief)
{
    struct str s = {0};
    words_last_good(&s, v);
    if (s.n && !brief) page_heading(p, "Last good checkpoint");
    if (s.n) page_row(p, 2, INK_BOLD, brief ? "go back to" : "", brief ? 14 : 0, text_of(&s));
    str_done(&s);
}

static void bad_checkpoints(struct page *p, const struct view *v)
{
    size_t said = 0;
    for (size_t i = 0; i < v->n_checkpoints; i++) {
        struct str s = {0};
        if (!checkpoint_is_bad(&v->checkpoints[i])) continue;
        if (!said++) page_heading(p, "Checkpoints that are not in order");
        words_bad_checkpoint(&s, v, &v->checkpoints[i]);
        page_row(p, 2, INK_PLAIN, "·", 2, text_of(&s));
        str_done(&s);
    }
}

static void settings(struct page *p, const struct view *v)
{
    struct str s = {0};
    for (size_t i = 0; i < v->n_facts; i++) {
        struct str one = {0};
        if (s.n) str_add(&s, " · ");
        words_foreign(&one, v->facts[i].key);
        str_add(&one, " ");
        str_add_printable(&one, span_of(v->facts[i].value), 60);
        add_unbroken(&s, text_of(&one));
        str_done(&one);
    }
    if (s.n) page_heading(p, "Settings the log tells"), page_row(p, 2, INK_PLAIN, NULL, 0, text_of(&s));
    str_done(&s);
}

static void sources(struct page *p, const struct view *v)
{
    if (v->n_sources) page_heading(p, "Sources");
    for (size_t i = 0; i < v->n_sources; i++) {
        const struct source_view *f = &v->sources[i];
        struct str name = {0}, s = {0};
        words_source(&name, v, f->path);
        str_addf(&s, "%s, ", f->format ? f->format : "not read");
        words_counted(&s, f->points, "point", "points");
        if (f->bad_records) str_add(&s, ", "), words_counted(&s, f->bad_records, "bad record", "bad records");
        if (f->why) str_add(&s, " · "), words_foreign(&s, f->why);
        page_row(p, 2, INK_PLAIN, text_of(&name), NAME_COLUMNS, text_of(&s));
        str_done(&name);
        str_done(&s);
    }
}

/* One row an artifact: what it hides, how to log it. */
static void unseen_row(struct page *p, const struct view *v, const struct unseen_view *u)
{
    struct str name = {0}, s = {0};
    words_foreign(&name, u->artifact->artifact);
    str_add(&s, "without it impossible: ");
    if (!words_impossible(&s, u)) str_add(&s, "nothing that was not found otherwise");
    str_add(&s, "; log it: ");
    words_foreign(&s, words_how(v, &u->artifact->in, u->artifact->how));
    page_row(p, 2, u->artifact->usual ? INK_BOLD : INK_DIM, text_of(&name), NAME_COLUMNS, text_of(&s));
    str_done(&name);
    str_done(&s);
}

static size_t hidden_kinds(const struct view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_unseen; i++)
        if (v->unseen[i].artifact->usual) n += v->unseen[i].n_findings;
    return n;
}

static void unseen(struct page *p, const struct view *v, bool brief)
{
    struct str s = {0};
    uint64_t bad = 0;
    if (!brief && v->n_unseen) page_heading(p, "What could not be seen, because it is not logged");
    for (size_t i = 0; i < v->n_unseen && !brief; i++) unseen_row(p, v, &v->unseen[i]);
    if (!brief) page_blank(p);
    words_unseen(&s, v);
    if (s.n) str_add(&s, " (not logged)");
    if (s.n && brief) {
        str_add(&s, ": ");
        words_counted(&s, hidden_kinds(v), "kind of finding", "kinds of findings");
        str_add(&s, " out of sight");
    }
    for (size_t i = 0; i < v->n_sources; i++) bad += v->sources[i].bad_records;
    if (bad) {
        if (s.n) str_add(&s, "; ");
        words_counted(&s, bad, "record that could not be read", "records that could not be read");
    }
    if (s.n) page_row(p, 2, INK_DIM, "not judged", 14, text_of(&s));
    str_done(&s);
}

/* Fixes that were offered for other runs and are tried here. */
static void trials(struct page *p, const struct remembered *m)
{
    if (!m || !m->n_trials) return;
    page_heading(p, "What this run tries");
    for (size_t i = 0; i < m->n_trials; i++) {
        const struct trial_line *t = &m->trials[i];
        struct str s = {0};
        bool watching = strcmp(t->worked, "watching") == 0;
        words_foreign(&s, t->changes);
        str_addf(&s, ", the fix (%s) offered for %s; ", t->fix, t->incident);
        if (watching) str_addf(&s, "it is watched whether %s stays away", t->kind ? t->kind : "it");
        else str_addf(&s, "worked: %s", t->worked);
        if (!watching && t->note && *t->note) str_add(&s, "; "), words_foreign(&s, t->note);
        page_row(p, 2, INK_PLAIN, "", 0, text_of(&s));
        str_done(&s);
    }
}

static void write(const struct view *v, const struct report_options *o, struct str *out)
{
    struct page p = {out, o->columns > 0 ? o->columns : 100, o->colour, o->unicode};
    if (p.columns < 40) p.columns = 40;
    verdict(&p, v);
    if (v->verdict != VERDICT_UNREADABLE) {
        findings(&p, v, o->brief);
        causes(&p, v, o->brief);
        needs(&p, v, o->brief);
        last_good(&p, v, o->brief);
        if (!o->brief) bad_checkpoints(&p, v), trials(&p, o->memory);
        if (!o->brief) text_curves(&p, v), settings(&p, v);
        unseen(&p, v, o->brief);
    }
    if (o->sources || !o->brief) sources(&p, v);
}

const struct report_format report_text = {"text", "for a terminal", write};
