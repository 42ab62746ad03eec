/* text_stylegan - see text/stylegan.h. NVlabs/stylegan2-ada-pytorch and stylegan3: training/training_loop.py, metrics/metric_main.py; EDM and many
 * others have the loop from there. The time so far is told in words, the images seen (kimg) by the ticks. */
#include "stylegan.h"

#include "../../base/num.h"

/* next_column - the next name and what stands behind it, up to two blanks or the end; false at the end. */
static bool next_column(struct span *rest, struct span *name, struct span *value)
{
    *rest = span_trim(*rest);
    const char *blank = memchr(rest->p, ' ', rest->n);
    if (!blank) return false;
    *name = (struct span){rest->p, (size_t)(blank - rest->p)};
    *rest = span_trim(span_from(*rest, name->n));
    const char *two = memmem(rest->p, rest->n, "  ", 2);
    *value = (struct span){rest->p, two ? (size_t)(two - rest->p) : rest->n};
    *rest = span_from(*rest, value->n);
    return value->n != 0;
}

bool text_stylegan_tick(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out)
{
    struct span row = l->body, name, value;
    double number;
    (void)f, (void)rest;
    if (!next_column(&row, &name, &value) || !span_is(name, "tick") || !num_parse(value, &number) || number < 0) return false;
    r->place.step = text_place_step(&r->place, (int64_t)number, NAN, NAN);
    r->place.axis = AXIS_STEP;
    struct text_where at = {r->place.step, AXIS_STEP, SPLIT_NONE};
    while (next_column(&row, &name, &value))
        if (!span_is(name, "kimg") && num_parse(value, &number)) text_point(r, l, name, number, at, out);
    return true;
}

bool text_stylegan_results(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                           const struct format_out *out)
{
    static const char begin[] = "{\"results\": {";
    (void)f, (void)rest;
    if (!span_starts(l->body, begin)) return false;
    struct span text = span_from(l->body, sizeof begin - 1);
    bool counted = r->place.known && r->place.axis == AXIS_STEP;
    struct text_where at = {r->place.step, AXIS_STEP, SPLIT_NONE};
    if (!counted) at = (struct text_where){++r->place.record, AXIS_RECORD, SPLIT_NONE};
    for (double number; text.n && text.p[0] == '"'; text = span_trim(text)) {
        const char *quote = memchr(text.p + 1, '"', text.n - 1);
        if (!quote) break;
        struct span name = {text.p + 1, (size_t)(quote - text.p) - 1};
        text = span_trim(span_from(text, name.n + 2));
        if (!text.n || text.p[0] != ':') break;
        text = span_trim(span_from(text, 1));
        size_t n = num_prefix(text, &number);
        if (!n || !name.n) break;
        text_point(r, l, name, number, at, out);
        text = span_from(text, n);
        if (!text.n || text.p[0] != ',') break;
        text = span_from(text, 1);
    }
    return true;
}
