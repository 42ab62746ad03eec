/* text_told_at - see text/told_at.h. Hand-written loops print it: print("Loss at step %d: %f"). */
#include "told_at.h"

#include <string.h>

#include "../../base/num.h"

enum { NAME_WORDS_MAX = 4, BEHIND_MAX = 8 };

/* counted - "step 85" at the start of s and the bytes it takes; 0 when no counter stands there. */
static size_t counted(struct span s, const struct field **field, int64_t *n)
{
    const char *blank = memchr(s.p, ' ', s.n);
    if (!blank) return 0;
    size_t word = (size_t)(blank - s.p), digits = 0;
    *field = field_of((struct span){s.p, word});
    struct span number = span_from(s, word + 1);
    while (digits < number.n && number.p[digits] >= '0' && number.p[digits] <= '9') digits++;
    if (field_rank(*field) == FIELD_UNRANKED || !num_integer((struct span){number.p, digits}, n)) return 0;
    return word + 1 + digits;
}

/* value_of - the number behind ':', '=' or "is"; false when there is none, or more than a unit follows it. */
static bool value_of(struct span s, double *value)
{
    s = span_trim(s);
    if (s.n && (s.p[0] == ':' || s.p[0] == '=')) s = span_from(s, 1);
    else if (span_starts(s, "is ")) s = span_from(s, 3);
    else return false;
    s = span_trim(s);
    size_t n = num_prefix(s, value);
    return n && s.n - n <= BEHIND_MAX && !memchr(s.p + n, ' ', s.n - n);
}

static size_t words(struct span s)
{
    size_t n = s.n != 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == ' ';
    return n;
}

/* named - what the value is called. The score that Deeplearning4j tells at an iteration is its loss (ScoreIterationListener.java). */
static struct span named(struct span name, const struct field *field)
{
    bool score = span_is(name, "Score") && field->kind == FIELD_STEP;
    return score ? span_of("loss (Score)") : name;
}

bool text_told_at(struct text_run *r, const struct text_line *l, const char *joint, const struct format_out *out)
{
    const char *at = memmem(l->body.p, l->body.n, joint, strlen(joint));
    struct span name = {l->body.p, at ? (size_t)(at - l->body.p) : 0};
    if (!name.n || words(name) > NAME_WORDS_MAX || memchr(name.p, ':', name.n) || memchr(name.p, '=', name.n)) return false;
    struct span count = span_from(l->body, name.n + strlen(joint));
    const struct field *field;
    int64_t n;
    double value;
    size_t used = counted(count, &field, &n);
    if (!used || !value_of(span_from(count, used), &value)) return false;
    name = named(name, field);
    const struct text_name *metric = text_name_of(&r->names, name, 0, out->arena);
    if (!metric || !(metric->flags & NAME_STRONG) || (metric->flags & NAME_IGNORED)) return false;
    enum text_split split = text_split_of(name);
    struct text_count c = {.value = (double)n,
                           .total = NAN,
                           .epoch = NAN,
                           .episode = NAN,
                           .axis = field_axis(field->kind),
                           .named = true,
                           .field = field};
    struct text_where where = {n, c.axis, split};
    if (c.axis == AXIS_STEP) where = text_where_counted(r, &c, split, out);
    text_point(r, l, name, value, where, out);
    return true;
}
