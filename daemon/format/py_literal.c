/* py_literal - see py_literal.h. Of the words only None is another one in JSON, True and False are of no number's name. */
#include "py_literal.h"

#include <string.h>

bool py_literal_is(struct span head)
{
    struct span s = span_trim(head);
    if (s.n && s.p[0] == '"') s = span_trim(span_from(s, 1));
    if (!s.n || s.p[0] != '{') return false;
    s = span_trim(span_from(s, 1));
    return s.n && s.p[0] == '\'';
}

void py_literal_json(struct span s, char *to)
{
    for (size_t i = 0; i < s.n; i++) to[i] = s.p[i] == '\'' ? '"' : s.p[i] == '"' ? ' ' : s.p[i];
    for (char *p = to, *end = to + s.n; (p = memmem(p, (size_t)(end - p), "None", 4)) != NULL; p += 4) memcpy(p, "null", 4);
}
