/* text_unfold - see text/unfold.h. Sources: Python's pprint, which breaks a dict wider than its line behind each value, and json.dumps
 * with an indent. The lines are kept as they came: what turns out to be no record may be settings, which are read line by line. */
#include "unfold.h"

#include <math.h>
#include <string.h>

/* balance - brackets opened less those closed; false for a quote that does not end. */
static bool balance(struct span s, int *depth)
{
    char quote = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quote && c == '\\') i++;
        else if (quote) quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"') quote = c;
        else *depth += (c == '{' || c == '[' || c == '(') - (c == '}' || c == ']' || c == ')');
    }
    return !quote;
}

static bool begins(struct span s) { return s.p[0] == '{' && (s.n == 1 || s.p[1] == '\'' || s.p[1] == '"'); }

static bool keep(struct text_unfold *u, struct span body)
{
    if (u->lines == TEXT_UNFOLD_LINES || u->n + body.n + 1 > sizeof u->text) return false;
    memcpy(u->text + u->n, body.p, body.n);
    u->n += body.n;
    u->text[u->n++] = '\n';
    u->lines++;
    return true;
}

/* goes_on - a line that a dict may go on with: set off to the right, or its last brace. */
static bool goes_on(const struct text_unfold *u, const struct text_line *l)
{
    bool printed = isnan(l->time) && !l->tag.n && !l->split && !l->redraw && l->line == u->line + u->lines;
    return printed && (l->indented || l->body.p[0] == '}');
}

enum unfolded text_unfold(struct text_unfold *u, const struct text_line *l)
{
    int depth = u->lines ? u->depth : 0;
    if (u->lines) {
        if (!goes_on(u, l) || !balance(l->body, &depth) || depth < 0 || !keep(u, l->body)) return UNFOLD_BROKEN;
        u->depth = depth;
        return depth ? UNFOLD_HELD : UNFOLD_WHOLE;
    }
    if (!begins(l->body) || l->indented || l->redraw || l->closed || l->split) return UNFOLD_NONE;
    if (!balance(l->body, &depth) || depth < 1 || !keep(u, l->body)) return UNFOLD_NONE;
    u->line = l->line;
    u->time = l->time;
    u->depth = depth;
    return UNFOLD_HELD;
}

struct text_line text_unfold_joined(struct text_unfold *u)
{
    size_t n = 0;
    for (size_t i = 0; i < u->n; i++) {
        bool feed = u->text[i] == '\n', brace = n && u->joined[n - 1] == '{';
        if (!feed) u->joined[n++] = u->text[i];
        else if (!brace && i + 1 < u->n) u->joined[n++] = ' ';
    }
    return (struct text_line){.body = {u->joined, n}, .time = u->time, .line = u->line};
}

bool text_unfold_line(const struct text_unfold *u, size_t *at, unsigned *i, struct text_line *l)
{
    if (*at >= u->n) return false;
    const char *p = u->text + *at, *end = memchr(p, '\n', u->n - *at);
    struct span body = {p, (size_t)(end - p)};
    *l = (struct text_line){.body = body, .time = *i ? (double)NAN : u->time, .line = u->line + *i};
    l->indented = *i && body.p[0] != '}';
    *at += body.n + 1;
    ++*i;
    return true;
}

void text_unfold_done(struct text_unfold *u) { u->lines = 0, u->n = 0; }
