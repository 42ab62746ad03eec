/* compare_text - a comparison on a terminal. */
#include "compare.h"
#include "page.h"
#include "words.h"

enum { LABEL = 9, ROWS_MAX = 12 };
static const struct {
    const char *word, *sentence;
    enum ink ink;
} verdicts[] = {[VERIFICATION_NONE] = {"same", "the old run had nothing that would have to be gone", INK_DIM},
                [VERIFICATION_MET] = {"met", "what the old run suffered from is gone", INK_GREEN},
                [VERIFICATION_NOT_YET] = {"not yet", "the new run has not come as far as the trouble of the old one", INK_YELLOW},
                [VERIFICATION_FAILED] = {"not met", "what the old run suffered from is still there", INK_RED}};

static const char *text_of(const struct str *s) { return s->p ? s->p : ""; }

static void heading(struct page *p, const char *text)
{
    page_blank(p);
    page_row(p, 0, INK_BOLD, NULL, 0, text);
}

static void write_verdict(struct page *p, const struct comparison *c)
{
    struct str s = {0};
    words_foreign(&s, view_name(c->new));
    str_add(&s, " against ");
    words_foreign(&s, view_name(c->old));
    str_addf(&s, ": %s", verdicts[c->verification].sentence);
    page_row(p, 0, verdicts[c->verification].ink, verdicts[c->verification].word, LABEL, text_of(&s));
    str_done(&s);
}

static void symptom_row(struct page *p, const struct symptom *y)
{
    static const char *const label[] = {"gone", "there", "wait"};
    static const enum ink inks[] = {INK_GREEN, INK_RED, INK_YELLOW};
    struct str s = {0};
    words_foreign(&s, y->old->finding.kind);
    str_add(&s, " · was: ");
    words_foreign(&s, y->old->message);
    if (y->new) str_add(&s, " · is: "), words_foreign(&s, y->new->message);
    page_row(p, 2, inks[y->state], label[y->state], LABEL, text_of(&s));
    str_done(&s);
}

static void write_verification(struct page *p, const struct comparison *c)
{
    for (size_t i = 0; i < c->n_symptoms; i++) symptom_row(p, &c->symptoms[i]);
    if (!c->cause || !c->cause->n_fixes || !c->n_symptoms) return;
    struct str s = {0};
    words_foreign(&s, c->cause->fixes[0].fix->verify);
    page_row(p, 2, INK_DIM, "verify", LABEL, text_of(&s));
    str_done(&s);
}

static void write_settings(struct page *p, const struct comparison *c)
{
    if (c->n_settings) heading(p, "Settings that differ");
    for (size_t i = 0; i < c->n_settings && i < ROWS_MAX; i++) {
        struct str s = {0};
        words_foreign(&s, c->settings[i].key);
        str_add(&s, ": ");
        words_foreign(&s, c->settings[i].old ? c->settings[i].old : "(not told)");
        str_add(&s, " → ");
        words_foreign(&s, c->settings[i].new ? c->settings[i].new : "(not told)");
        page_row(p, 2, INK_PLAIN, NULL, 0, text_of(&s));
        str_done(&s);
    }
    if (c->n_settings <= ROWS_MAX) return;
    struct str more = {0};
    str_addf(&more, "and %zu more; --json lists them", c->n_settings - ROWS_MAX);
    page_row(p, 2, INK_DIM, NULL, 0, text_of(&more));
    str_done(&more);
}

static void curve_row(struct page *p, const struct curve_pair *k)
{
    struct str s = {0};
    words_foreign(&s, k->old->series.name);
    if (k->parted) {
        str_addf(&s, " parts at %s ", axis_name(k->old->series.axis));
        words_count(&s, k->step);
        str_add(&s, ": "), str_add_number(&s, k->was);
        str_add(&s, " → "), str_add_number(&s, k->is);
        str_add(&s, "; in the end ");
    } else {
        str_add(&s, " runs alike: ");
    }
    str_add_number(&s, k->old_end);
    str_add(&s, " → "), str_add_number(&s, k->new_end);
    page_row(p, 2, INK_PLAIN, NULL, 0, text_of(&s));
    str_done(&s);
}

static void write_findings(struct page *p, const char *title, const struct finding_view *const *list, size_t n)
{
    if (n) heading(p, title);
    for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
        struct str s = {0};
        str_addf(&s, "%s %s · ", severity_name(list[i]->finding.severity), list[i]->finding.kind);
        words_foreign(&s, list[i]->message);
        page_row(p, 2, INK_PLAIN, NULL, 0, text_of(&s));
        str_done(&s);
    }
}

void compare_text(const struct comparison *c, const struct report_options *o, struct str *out)
{
    struct page p = {.out = out, .columns = o->columns ? o->columns : 100, .colour = o->colour, .unicode = o->unicode};
    write_verdict(&p, c);
    write_verification(&p, c);
    write_settings(&p, c);
    if (c->n_curves) heading(&p, "Curves, old → new");
    for (size_t i = 0; i < c->n_curves && i < ROWS_MAX; i++) curve_row(&p, &c->curves[i]);
    write_findings(&p, "Only in the old run", c->only_old, c->n_only_old);
    write_findings(&p, "Only in the new run", c->only_new, c->n_only_new);
}
