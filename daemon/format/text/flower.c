/* text_flower - see text/flower.h. Lines: flwr/server/server.py, flwr/server/app.py (1.0 to 1.7), flwr/server/history.py (since 1.8). */
#include "flower.h"

#include <math.h>
#include <stdio.h>

#include "../../base/num.h"

/* pair_at - "(3, 0.044" at the start of s: round and value; the bytes it takes, 0 for anything else. */
static size_t pair_at(struct span s, double *round, double *value)
{
    size_t n = s.n > 4 && s.p[0] == '(' ? num_prefix(span_from(s, 1), round) : 0;
    if (!n || !field_is_step(*round) || !span_starts(span_from(s, 1 + n), ", ")) return 0;
    size_t m = num_prefix(span_from(s, n + 3), value);
    return m ? n + 3 + m : 0;
}

static void tell(struct text_run *r, const struct text_line *l, struct span name, double round, double value,
                 enum text_split split, const struct format_out *out)
{
    text_point(r, l, name, value, (struct text_where){(int64_t)round, AXIS_STEP, split}, out);
}

/* key_at - "'accuracy': " at the start of s; the bytes it takes. */
static size_t key_at(struct span s, struct span *key)
{
    const char *close = s.n > 3 && s.p[0] == '\'' ? memchr(s.p + 1, '\'', s.n - 1) : NULL;
    size_t n = close ? (size_t)(close - s.p) : 0;
    if (!n || !span_starts(span_from(s, n), "': ")) return 0;
    *key = (struct span){s.p + 1, n - 1};
    return n + 3;
}

bool text_flower_progress(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                          const struct format_out *out)
{
    static const char label[] = "fit progress: ";
    double round, value;
    (void)rest;
    if (!span_starts(l->body, label)) return false;
    struct span s = span_from(l->body, sizeof label - 1), key;
    size_t n = pair_at(s, &round, &value);
    if (!n) return false;
    f->flower.told = true;
    tell(r, l, span_of("loss"), round, value, SPLIT_EVAL, out);
    for (s = span_from(s, n); s.n; s = span_from(s, n)) {
        n = key_at(s, &key);
        size_t number = n ? num_prefix(span_from(s, n), &value) : 0;
        if (number) tell(r, l, key, round, value, SPLIT_EVAL, out);
        n = n + number ? n + number : 1;
    }
    return true;
}

/* heading - what the lists below are of: "distributed/" in front of their names, nothing where progress told them. */
static bool heading(struct text_families *f, struct span s)
{
    static const struct {
        const char *start, *prefix;
        bool loss;
    } heads[] = {{"app_fit: losses_distributed", "distributed/", true},
                 {"app_fit: metrics_distributed_fit", "fit/", false},
                 {"app_fit: metrics_distributed", "distributed/", false},
                 {"app_fit: losses_centralized", "", true},
                 {"app_fit: metrics_centralized", "", false},
                 {"History (loss, distributed)", "distributed/", true},
                 {"History (loss, centralized)", "", true},
                 {"History (metrics, distributed, fit)", "fit/", false},
                 {"History (metrics, distributed, evaluate)", "distributed/", false},
                 {"History (metrics, centralized)", "", false}};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (!span_starts(s, heads[i].start)) continue;
        f->flower.open = heads[i].prefix[0] || !f->flower.told;
        f->flower.prefix = heads[i].prefix;
        snprintf(f->flower.key, sizeof f->flower.key, "%s", heads[i].loss ? "loss" : "");
        return true;
    }
    return false;
}

static void tell_of(struct text_families *f, struct text_run *r, const struct text_line *l, double round, double value,
                    const struct format_out *out)
{
    char name[sizeof f->flower.key + 16];
    int n = snprintf(name, sizeof name, "%s%s", f->flower.prefix, f->flower.key);
    enum text_split split = f->flower.prefix[0] == 'f' ? SPLIT_NONE : SPLIT_EVAL;
    if (f->flower.open && f->flower.key[0]) tell(r, l, (struct span){name, (size_t)n}, round, value, split, out);
}

bool text_flower_history(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                         const struct format_out *out)
{
    bool heads = (span_starts(l->body, "History (") || span_starts(l->body, "app_fit: ")) && heading(f, l->body);
    double round, value;
    struct span s = l->body, key;
    size_t n;
    (void)rest;
    if (!heads && !f->flower.prefix) return false;
    if (span_starts(s, "round ")) {
        n = num_prefix(span_from(s, 6), &round);
        bool is = n && field_is_step(round) && span_starts(span_from(s, 6 + n), ": ") && num_prefix(span_from(s, 8 + n), &value);
        if (is) tell_of(f, r, l, round, value, out);
        return is;
    }
    bool any = heads;
    for (; s.n; s = span_from(s, n)) {
        n = s.p[0] == '\'' ? key_at(s, &key) : pair_at(s, &round, &value);
        if (n && s.p[0] == '\'') snprintf(f->flower.key, sizeof f->flower.key, "%.*s", (int)(key.n < 60 ? key.n : 60), key.p);
        else if (n) tell_of(f, r, l, round, value, out), any = true;
        n += !n;
    }
    return any;
}
