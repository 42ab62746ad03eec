/* markdown - a post-mortem to keep beside the run: verdict, what happened when, why, what to do, and what nobody could see.
 *
 * Text from logs is escaped (markdown_escape.h). */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>

#include "formats.h"
#include "markdown_escape.h"
#include "markdown_timeline.h"
#include "sparkline.h"
#include "words_checkpoint.h"

enum { SPARK_WIDTH = 60 };

static void source(struct str *s, const struct view *v, const char *path)
{
    struct str name = {0};
    words_source(&name, v, path);
    markdown_text(s, name.p);
    str_done(&name);
}

static void add_verdict(const struct view *v, struct str *s)
{
    struct str sentence = {0};
    report_verdict_sentence(v, &sentence);
    if (sentence.n) sentence.p[0] = (char)toupper((unsigned char)sentence.p[0]);
    str_add(s, "# ");
    markdown_text(s, view_name(v));
    str_add(s, "\n\n**");
    markdown_escaped(s, sentence.p, 4 * WORDS_TEXT_MAX);
    str_add(s, ".**\n");
    str_done(&sentence);
}

static void add_fact_line(struct str *s, const char *label, const char *value)
{
    if (!value || !*value) return;
    str_addf(s, "- %s: ", label);
    markdown_text(s, value);
    str_add(s, "\n");
}

static void add_summary(const struct view *v, struct str *s)
{
    struct str when = {0};
    words_time(&when, v->first_time);
    if (when.n && isfinite(v->last_time)) {
        str_add(&when, " to ");
        words_time(&when, v->last_time);
        str_add(&when, " (");
        words_duration(&when, v->last_time - v->first_time);
        str_add(&when, ")");
    }
    str_add(s, "\n");
    add_fact_line(s, "run", v->run);
    add_fact_line(s, "id", v->id);
    add_fact_line(s, "framework", v->framework);
    add_fact_line(s, "state", run_state_name(v->state));
    add_fact_line(s, "data", when.p);
    str_add(s, "- last step: ");
    words_count(s, v->last_step);
    str_add(s, "\n");
    str_done(&when);
}

static void add_events(const struct view *v, struct str *s)
{
    if (v->n_events) markdown_heading(s, "What the log itself says");
    for (size_t i = 0; i < v->n_events; i++) {
        const struct event_view *e = &v->events[i];
        str_add(s, "- ");
        markdown_text(s, event_name(e->kind));
        str_add(s, ", ");
        source(s, v, e->source);
        str_add(s, " line ");
        words_count(s, (int64_t)e->line);
        str_add(s, ": ");
        markdown_text(s, e->text);
        str_add(s, "\n");
    }
}

static void add_finding(const struct finding_view *f, struct str *s)
{
    str_addf(s, "| %s | %s | `%s` | ", f->id, severity_name(f->finding.severity), f->finding.kind);
    words_where(s, &f->finding);
    str_add(s, " | ");
    markdown_text(s, f->message ? f->message : f->finding.kind);
    if (f->quote) {
        str_add(s, " It said: “");
        markdown_text(s, f->quote);
        str_add(s, "”");
    }
    str_add(s, " | ");
    for (size_t i = 0; i < f->finding.n_evidence; i++) {
        struct str one = {0};
        words_evidence(&one, &f->finding.evidence[i]);
        if (i) str_add(s, ", ");
        markdown_text(s, one.p);
        str_done(&one);
    }
    str_addf(s, " | %.2f |\n", f->finding.confidence);
}

static void add_findings(const struct view *v, struct str *s)
{
    markdown_heading(s, "Findings");
    if (!v->n_findings) {
        str_add(s, "None.\n");
        return;
    }
    str_add(s, "| id | severity | kind | where | what | measured | confidence |\n|---|---|---|---|---|---|---:|\n");
    for (size_t i = 0; i < v->n_findings; i++) add_finding(&v->findings[i], s);
}

static void add_ids(const struct view *v, const char *label, const uint16_t *index, size_t n, struct str *s)
{
    if (!n) return;
    struct str cited = {0};
    words_cited(&cited, v, index, n);
    str_addf(s, "- %s: ", label);
    markdown_text(s, cited.p);
    str_add(s, "\n");
    str_done(&cited);
}

static void add_labelled(struct str *s, const char *label, const char *value)
{
    if (!value || !*value) return;
    str_addf(s, "  - %s: ", label);
    markdown_text(s, value);
    str_add(s, "\n");
}

static void add_fix(const struct view *v, const struct fix_view *f, struct str *s)
{
    struct str change = {0};
    str_add(s, "- [ ] **");
    markdown_text(s, f->fix->title);
    str_addf(s, "** (chance that it helps: %.2f", f->confidence);
    words_record(s, f);
    str_add(s, "): ");
    markdown_text(s, f->fix->action);
    str_add(s, "\n");
    words_change(&change, v, &f->fix->in);
    add_labelled(s, "change", change.p);
    str_done(&change);
    add_labelled(s, "expect", f->fix->expect);
    add_labelled(s, "verify", f->fix->verify);
    add_labelled(s, "risk", f->fix->risk);
}

static void add_cause(const struct view *v, const struct cause_view *c, struct str *s)
{
    const struct diagnosis *d = &c->diagnosis;
    str_add(s, "\n### ");
    markdown_text(s, d->cause->title);
    str_addf(s, " (%s, %.2f)\n\n", words_belief(d->probability), d->probability);
    if (d->cause->explanation) {
        markdown_text(s, d->cause->explanation);
        str_add(s, "\n\n");
    }
    add_ids(v, "because", d->because, d->n_because, s);
    add_ids(v, "against", d->against, d->n_against, s);
    for (size_t i = 0; i < d->n_clues; i++)
        if (d->clues[i]->why) {
            str_add(s, d->clues[i]->ratio < 1 ? "- speaks against it: " : "- speaks for it: ");
            markdown_text(s, d->clues[i]->why);
            str_add(s, "\n");
        }
    if (c->n_fixes) str_add(s, "\nFixes, best first:\n\n");
    for (size_t i = 0; i < c->n_fixes; i++) add_fix(v, &c->fixes[i], s);
}

static void add_causes(const struct view *v, struct str *s)
{
    if (v->n_causes) markdown_heading(s, view_decided(v) ? "Likely cause" : "Possible causes, none of them sure");
    for (size_t i = 0; i < v->n_causes; i++) add_cause(v, &v->causes[i], s);
    if (!v->n_needs) return;
    markdown_heading(s, "What would decide");
    for (size_t i = 0; i < v->n_needs; i++) {
        str_add(s, v->needs[i]->role != ROLE_NONE ? "- [ ] log " : "- [ ] ");
        markdown_text(s, v->needs[i]->artifact);
        str_add(s, ": ");
        markdown_text(s, v->needs[i]->why);
        str_add(s, "; how: ");
        markdown_text(s, words_how(v, &v->needs[i]->in, v->needs[i]->how));
        str_add(s, "\n");
    }
}

static void add_last_good(const struct view *v, struct str *s)
{
    markdown_heading(s, "Last good checkpoint");
    if (!v->last_good) {
        str_add(s, v->n_checkpoints ? "None of the checkpoints is known to be good.\n" : "No checkpoint was seen.\n");
        return;
    }
    struct str why = {0};
    markdown_text(s, v->last_good->path);
    str_add(s, ", step ");
    words_count(s, v->last_good->step);
    words_why_good(&why, v);
    str_addf(s, ": %s\n", why.p);
    str_done(&why);
}

static void add_bad_checkpoints(const struct view *v, struct str *s)
{
    size_t said = 0;
    for (size_t i = 0; i < v->n_checkpoints; i++) {
        struct str one = {0};
        if (!checkpoint_is_bad(&v->checkpoints[i])) continue;
        str_add(s, said++ ? "" : "\nNot in order:\n\n");
        words_bad_checkpoint(&one, v, &v->checkpoints[i]);
        str_add(s, "- ");
        markdown_text(s, one.p);
        str_add(s, "\n");
        str_done(&one);
    }
}

static void add_picture(struct str *s, const char *path)
{
    str_add(s, "![curves of the run](");
    markdown_target(s, path);
    str_add(s, ")\n\n");
}

static void add_curves(const struct view *v, const struct report_options *o, struct str *s)
{
    markdown_heading(s, "Curves");
    if (o->plot) add_picture(s, o->plot);
    str_add(
        s,
        "| series | role | course | first step | last step | least | largest | last |\n|---|---|---|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < v->n_series; i++) {
        const struct series_view *c = &v->series[i];
        double min = NAN, max = NAN;
        if (c->series.role == ROLE_NONE || !series_shown(c) || !c->points) continue;
        curve_range(c->curve, &min, &max);
        str_add(s, "| ");
        markdown_text(s, c->series.name);
        str_addf(s, " | %s | ", role_name(c->series.role));
        sparkline_whole(c->curve, SPARK_WIDTH / 2, true, s);
        str_addf(s, " | %" PRId64 " | %" PRId64 " | ", c->first_step, c->last_step);
        const double numbers[] = {min, max, c->last};
        for (size_t k = 0; k < 3; k++) {
            str_add_number(s, numbers[k]);
            str_add(s, k < 2 ? " | " : " |\n");
        }
    }
}

/* Keys that tell where the run ran rather than how it was set. */
static bool environmental(const char *key)
{
    static const char *const parts[] = {"version", "cuda", "gpu",    "device",   "host",   "python", "torch",     "tensorflow",
                                        "jax",     "git",  "commit", "platform", "driver", "node",   "world_size"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcasestr(key, parts[i])) return true;
    return false;
}

static void add_facts(const struct view *v, bool environment, struct str *s)
{
    bool any = false;
    for (size_t i = 0; i < v->n_facts; i++) {
        if (environmental(v->facts[i].key) != environment) continue;
        if (!any) markdown_heading(s, environment ? "Environment" : "Settings"), str_add(s, "| key | value |\n|---|---|\n");
        any = true;
        str_add(s, "| ");
        markdown_text(s, v->facts[i].key);
        str_add(s, " | ");
        markdown_text(s, v->facts[i].value);
        str_add(s, " |\n");
    }
}

static void add_sources(const struct view *v, struct str *s)
{
    markdown_heading(s, "Sources");
    str_add(s, "| file | format | points | bad records | why |\n|---|---|---:|---:|---|\n");
    for (size_t i = 0; i < v->n_sources; i++) {
        const struct source_view *f = &v->sources[i];
        str_add(s, "| ");
        source(s, v, f->path);
        str_add(s, " | ");
        markdown_text(s, f->format ? f->format : "not read");
        str_addf(s, " | %" PRIu64 " | %" PRIu64 " | ", f->points, f->bad_records);
        markdown_text(s, f->why ? f->why : "");
        str_add(s, " |\n");
    }
}

static void add_unseen(const struct view *v, struct str *s)
{
    markdown_heading(s, "What could not be seen");
    if (!v->n_unseen) {
        str_add(s, "Everything that is usually needed was logged.\n");
        return;
    }
    str_add(s, "| not logged | findings that were therefore impossible | the line that logs it |\n|---|---|---|\n");
    for (size_t i = 0; i < v->n_unseen; i++) {
        const struct unseen_view *u = &v->unseen[i];
        struct str kinds = {0};
        str_add(s, "| ");
        markdown_text(s, u->artifact->artifact);
        str_add(s, " | ");
        words_impossible(&kinds, u);
        markdown_text(s, kinds.p ? kinds.p : "");
        str_add(s, " | ");
        markdown_text(s, words_how(v, &u->artifact->in, u->artifact->how));
        str_add(s, " |\n");
        str_done(&kinds);
    }
}

static void add_trial(const struct trial_line *t, struct str *s)
{
    bool watching = strcmp(t->worked, "watching") == 0;
    str_add(s, "- it has ");
    markdown_text(s, t->changes);
    str_add(s, ", the fix (");
    markdown_text(s, t->fix);
    str_addf(s, ") offered for %s; ", t->incident);
    if (watching) str_add(s, "it is watched whether "), markdown_text(s, t->kind ? t->kind : "it"), str_add(s, " stays away");
    else str_add(s, "worked: "), markdown_text(s, t->worked);
    if (!watching && t->note && *t->note) str_add(s, "; "), markdown_text(s, t->note);
    str_add(s, "\n");
}

static void add_memory(const struct remembered *m, struct str *s)
{
    if (!m || (!m->n_incidents && !m->n_similar && !m->n_trials)) return;
    markdown_heading(s, "In the memory");
    for (size_t i = 0; i < m->n_incidents; i++) {
        str_addf(s, "- %s (%s): ", m->incidents[i].id, m->incidents[i].state);
        markdown_text(s, m->incidents[i].message ? m->incidents[i].message : m->incidents[i].kind);
        str_add(s, "\n");
        for (size_t k = 0; k < m->n_outcomes; k++) {
            if (strcmp(m->outcomes[k].incident, m->incidents[i].id) != 0) continue;
            str_add(s, "  - tried ");
            markdown_text(s, m->outcomes[k].fix);
            str_add(s, ", worked: ");
            markdown_text(s, m->outcomes[k].worked);
            if (m->outcomes[k].run) str_add(s, ", watched in "), markdown_text(s, m->outcomes[k].run);
            if (m->outcomes[k].note) str_add(s, "; "), markdown_text(s, m->outcomes[k].note);
            str_add(s, "\n");
        }
    }
    for (size_t i = 0; i < m->n_trials; i++) add_trial(&m->trials[i], s);
    if (m->n_similar) str_add(s, "- similar:");
    for (size_t i = 0; i < m->n_similar; i++) str_addf(s, " %s", m->similar[i]);
    if (m->n_similar) str_add(s, "\n");
}

static void write(const struct view *v, const struct report_options *o, struct str *out)
{
    add_verdict(v, out);
    if (v->verdict == VERDICT_UNREADABLE) return;
    add_summary(v, out);
    markdown_timeline(v, out);
    add_events(v, out);
    add_findings(v, out);
    add_causes(v, out);
    add_last_good(v, out);
    add_bad_checkpoints(v, out);
    add_curves(v, o, out);
    add_facts(v, false, out);
    add_facts(v, true, out);
    add_memory(o->memory, out);
    add_sources(v, out);
    add_unseen(v, out);
}

const struct report_format report_markdown = {"md", "a post-mortem in Markdown", write};
