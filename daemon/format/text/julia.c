/* text_julia - see text/julia.h. Source: the ConsoleLogger of Julia's Logging (stdlib/Logging/src/ConsoleLogger.jl), whose warnings end in
 * "└ @ Main file.jl:12". */
#include "julia.h"

#include <math.h>
#include <string.h>

static bool opens(struct span drawn) { return span_starts(drawn, "\u250c Info: "); }
static bool goes_on(struct span drawn) { return span_starts(drawn, "\u2502 "); }
static bool closes(struct span drawn) { return span_starts(drawn, "\u2514 "); }

/* plain - what stands behind the drawn sign; nothing for the place in the source. */
static struct span plain(struct span drawn)
{
    struct span s = span_trim(span_from(drawn, strlen("\u2502")));
    return span_starts(s, "@ ") ? span_from(s, s.n) : s;
}

static bool add(struct text_julia *j, struct span s)
{
    static const char comma[] = ", ";
    size_t n = j->n && s.n ? sizeof comma - 1 : 0;
    if (j->lines == TEXT_JULIA_LINES || j->n + n + s.n > sizeof j->joined) return false;
    memcpy(j->joined + j->n, comma, n);
    memcpy(j->joined + j->n + n, s.p, s.n);
    j->n += n + s.n;
    j->lines++;
    return true;
}

static void end(struct text_julia *j, struct text_line *whole)
{
    *whole = (struct text_line){.body = {j->joined, j->n}, .time = j->time, .line = j->line};
    j->lines = 0;
}

bool text_julia(struct text_julia *j, const struct text_line *l, struct text_line *whole)
{
    whole->body.n = 0;
    if (j->lines) {
        bool next = l->line == j->line + j->lines, last = next && closes(l->drawn);
        bool kept = next && (last || goes_on(l->drawn)) && add(j, plain(l->drawn));
        if (last || !kept) end(j, whole);
        return kept;
    }
    if (!opens(l->drawn)) return false;
    struct span title = span_from(l->drawn, strlen("\u250c Info: "));
    j->n = 0;
    j->line = l->line, j->time = l->time;
    return add(j, title);
}
