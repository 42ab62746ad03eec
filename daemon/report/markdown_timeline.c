/* markdown_timeline - see markdown_timeline.h. */
#include "markdown_timeline.h"

#include <stdlib.h>

#include "markdown_escape.h"
#include "words.h"

enum { TIMELINE_MAX = 64 };

struct moment {
    int64_t step;
    size_t order;
    const char *what;
    const struct finding_view *finding;
    const struct checkpoint_view *checkpoint;
    const struct seam *seam;
};

static int by_step(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->step != y->step) return x->step < y->step ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static void add_moment(const struct moment *m, struct str *s)
{
    str_add(s, "| ");
    words_count(s, m->step);
    str_add(s, " | ");
    if (m->finding) {
        str_addf(s, "%s %s: ", m->finding->id, severity_name(m->finding->finding.severity));
        if (m->finding->message) markdown_text(s, m->finding->message);
        else words_kind(s, m->finding->finding.kind);
    } else if (m->checkpoint) {
        str_add(s, "checkpoint ");
        markdown_text(s, m->checkpoint->path);
        str_addf(s, " (%s)", m->checkpoint->state ? m->checkpoint->state : "unverified");
    } else {
        str_add(s, "restarted: had reached step ");
        words_count(s, m->seam->step);
    }
    str_add(s, " |\n");
}

void markdown_timeline(const struct view *v, struct str *s)
{
    struct moment moments[TIMELINE_MAX];
    size_t n = 0;
    for (size_t i = 0; i < v->n_seams && n < TIMELINE_MAX / 4; i++, n++)
        moments[n] = (struct moment){.step = v->seams[i].resumed_at, .order = n, .seam = &v->seams[i]};
    for (size_t i = 0; i < v->n_findings && n < TIMELINE_MAX / 2; i++, n++)
        moments[n] = (struct moment){.step = v->findings[i].finding.onset_step, .order = n, .finding = &v->findings[i]};
    size_t from = v->n_checkpoints > TIMELINE_MAX / 2 ? v->n_checkpoints - TIMELINE_MAX / 2 : 0;
    for (size_t i = from; i < v->n_checkpoints && n < TIMELINE_MAX; i++, n++)
        moments[n] = (struct moment){.step = v->checkpoints[i].step, .order = n, .checkpoint = &v->checkpoints[i]};
    if (!n) return;
    qsort(moments, n, sizeof *moments, by_step);
    markdown_heading(s, "Timeline");
    str_add(s, "| step | what happened |\n|---:|---|\n");
    for (size_t i = 0; i < n; i++) add_moment(&moments[i], s);
}
