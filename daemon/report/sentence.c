/* sentence - the run in one sentence: what, where, how sure, what to do. */
#include <string.h>

#include "report.h"
#include "words.h"

static void add_clean(const struct view *v, struct str *out)
{
    str_add(out, "clean: ");
    words_counted(out, view_series(v), "series", "series");
    str_add(out, ", ");
    words_counted(out, view_points(v), "point", "points");
    str_addf(out, " to %s ", axis_name(view_axis(v)));
    words_count(out, v->last_step);
    str_add(out, "; nothing to report");
}

static void add_cause(const struct view *v, struct str *out)
{
    const struct cause_view *c = &v->causes[0];
    double p = c->diagnosis.probability;
    str_add(out, p >= 0.8 ? "; likely cause: " : p >= 0.5 ? "; possible cause: " : "; perhaps: ");
    words_clause(out, c->diagnosis.cause->title);
    str_addf(out, " (%.2f)", p);
    if (!c->n_fixes) return;
    str_add(out, p >= 0.8 ? "; do first: " : "; to try: ");
    words_clause(out, c->fixes[0].fix->title);
}

/* Do the words of a kind say when it began? "validation was bad from the first evaluation from epoch 0" says it twice. */
static bool says_when(const char *kind) { return strcmp(kind, "gap_from_start") == 0 || strcmp(kind, "still_improving") == 0; }

void report_verdict_sentence(const struct view *v, struct str *out)
{
    if (v->verdict == VERDICT_UNREADABLE) {
        str_add(out, "unreadable: ");
        if (v->unreadable) words_foreign(out, v->unreadable);
        else str_add(out, "nothing in it could be read");
        return;
    }
    if (!v->n_findings) {
        add_clean(v, out);
        return;
    }
    const struct finding *f = &v->findings[0].finding;
    str_addf(out, "%s: ", severity_name(f->severity));
    words_kind(out, f->kind);
    str_add(out, " ");
    if (!says_when(f->kind)) words_onset(out, f);
    if (out->n && out->p[out->n - 1] == ' ') out->p[--out->n] = 0;
    if (v->n_findings > 1) str_addf(out, ", with %zu more finding%s", v->n_findings - 1, v->n_findings == 2 ? "" : "s");
    if (v->n_causes) add_cause(v, out);
}
