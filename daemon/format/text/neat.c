/* text_neat - see text/neat.h. Source: CodeReclaimers/neat-python, neat/reporting.py (StdOutReporter). */
#include "neat.h"

#include <string.h>

#include "../../base/num.h"

/* told - the number behind the words that a line begins with; false for any other line. */
static bool told(struct span body, const char *words, double *value)
{
    return span_starts(body, words) && num_prefix(span_from(body, strlen(words)), value);
}

bool text_neat(struct text_neat *t, struct text_run *r, const struct text_line *l, const struct format_out *out)
{
    double value;
    char first = l->body.p[0];
    if (first == '*' && told(l->body, "****** Running generation ", &value)) {
        t->generation = (int64_t)value;
        return t->open = value >= 0 && value < 1e9;
    }
    if (!t->open || (first != 'P' && first != 'B')) return false;
    const char *name = told(l->body, "Population's average fitness: ", &value) ? "average fitness"
                       : told(l->body, "Best fitness: ", &value)               ? "best fitness"
                                                                               : NULL;
    if (name) text_point(r, l, span_of(name), value, (struct text_where){t->generation, AXIS_STEP, SPLIT_NONE}, out);
    return name != NULL;
}
