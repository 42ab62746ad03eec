#include "check_notes.h"

enum { SEAMS_TOLD_MAX = 6, PATH_CHARS = 200 };

void check_add_seams(const struct view *v, struct str *out)
{
    if (!v->n_seams) return;
    str_addf(out, "  restarted     %zu time%s: ", v->n_seams, v->n_seams == 1 ? "" : "s");
    for (size_t i = 0; i < v->n_seams && i < SEAMS_TOLD_MAX; i++)
        str_addf(out, "%sat step %lld, going on from %lld", i ? "; " : "", (long long)v->seams[i].step,
                 (long long)v->seams[i].resumed_at);
    str_add(out, v->n_seams > SEAMS_TOLD_MAX ? "; ...\n" : "\n");
}

void check_add_skips(const struct scan *s, struct str *out)
{
    if (s->n_skips) str_add(out, "\nPassed over\n");
    for (size_t i = 0; i < s->n_skips; i++) {
        str_add(out, "  ");
        str_add_printable(out, span_of(s->skips[i].path), PATH_CHARS);
        str_addf(out, "  %s\n", s->skips[i].why);
    }
    if (s->n_skips == SCAN_MAX_SKIPS) str_add(out, "  ...\n");
}
