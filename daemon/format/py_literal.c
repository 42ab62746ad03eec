/* py_literal - see py_literal.h. Of the words only None is another one in JSON, True and False are of no number's name. */
#include "py_literal.h"

#include <string.h>

#include "format.h"

/* behind - what follows `mark` in s, without the blanks around; s as it is where it begins with something else. */
static struct span behind(struct span s, char mark) { return s.n && s.p[0] == mark ? span_trim(span_from(s, 1)) : s; }

enum py_literal py_literal_of(struct span head)
{
    bool whole = head.n >= FORMAT_HEAD_BYTES; /* no more is looked at */
    if (whole) head.n = FORMAT_HEAD_BYTES;
    struct span quoted = behind(span_trim(head), '"'), key = behind(quoted, '{');
    if (!key.n) return whole ? PY_LITERAL_NOT : PY_LITERAL_UNTOLD;
    return key.p != quoted.p && key.p[0] == '\'' ? PY_LITERAL_IS : PY_LITERAL_NOT;
}

void py_literal_json(struct span s, char *to)
{
    for (size_t i = 0; i < s.n; i++) to[i] = s.p[i] == '\'' ? '"' : s.p[i] == '"' ? ' ' : s.p[i];
    for (char *p = to, *end = to + s.n; (p = memmem(p, (size_t)(end - p), "None", 4)) != NULL; p += 4) memcpy(p, "null", 4);
}
