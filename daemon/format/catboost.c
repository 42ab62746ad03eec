/* catboost - catboost_training.json: settings of the training, and the value of each metric on each set at each iteration.
 *
 *   {
 *   "meta":{"test_sets":["test"],"test_metrics":[{"best_value":"Min","name":"RMSE"}],"learn_sets":["learn"],"learn_metrics":[...],
 *           "iteration_count":6,"name":"experiment",...},
 *   "iterations":[
 *   {"learn":[2.10271933],"iteration":0,"passed_time":0.046,"remaining_time":0.23,"test":[1.926640308]},
 *   {...}
 *   ]}
 * It is a whole document at any time: to append, CatBoost goes back over the last three bytes, "\n]}", and writes them again behind the
 * new entry (catboost/catboost: catboost/libs/loggers/logger.h). So these are left unread until the end, and the file is read as one
 * that is appended. Values have ten digits; one that is not finite is the string "nan", "inf" or "-inf". The nth number of a set is
 * that of the nth metric: "learn/RMSE". Further test sets are called test1, test2. A number of the learning set that is not finite in two
 * iterations in a row is told as EVENT_NONFINITE too, once: the metric may be one that nobody else knows. */
#include "document.h"
#include "field.h"
#include "json_scan.h"

#include <stdio.h>

enum { QUOTE_MAX_BYTES = 200, METRICS_MAX = 64, CURVES_MAX = 256, FACTS_MAX = 64, SERIES_BYTES = 256, NAMED = 90, SURE = 100 };

struct names {
    const char *of[METRICS_MAX]; /* in the arena */
    uint32_t n;
};
struct curve {
    const char *set; /* in the arena */
    uint32_t metric;
    int series;
};
struct state {
    struct document document;
    struct names learn, test;
    struct curve curves[CURVES_MAX];
    uint32_t n_curves, facts, broken; /* broken: iterations in a row with a number of the learning set that is not finite */
    bool told;                        /* that it is so */
};
struct reading {
    struct state *s;
    const struct format_out *out;
};

/* ---- the names --------------------------------------------------------------------------------------------------------- */

static struct span unquoted(struct span raw) { return raw.n >= 2 && raw.p[0] == '"' ? (struct span){raw.p + 1, raw.n - 2} : raw; }

static void add_name(const struct reading *r, struct names *names, struct span raw)
{
    char text[SERIES_BYTES / 2];
    size_t n = json_scan_unescape(unquoted(raw), text, sizeof text);
    char *copy = names->n < METRICS_MAX ? arena_copy(r->out->arena, text, n) : NULL;
    if (copy) names->of[names->n++] = copy;
}

/* The curve of a set's nth metric; NULL when there are too many. */
static const struct curve *curve_of(const struct reading *r, struct span set, uint32_t metric)
{
    struct state *s = r->s;
    const struct names *names = span_starts(set, "learn") ? &s->learn : &s->test;
    char name[SERIES_BYTES];
    for (uint32_t i = 0; i < s->n_curves; i++)
        if (s->curves[i].metric == metric && span_is(set, s->curves[i].set)) return &s->curves[i];
    if (s->n_curves == CURVES_MAX || set.n > SERIES_BYTES / 4) return NULL;
    char *copy = arena_copy(r->out->arena, set.p, set.n);
    if (!copy) return NULL;
    int n = metric < names->n ? snprintf(name, sizeof name, "%s/%s", copy, names->of[metric])
                              : snprintf(name, sizeof name, "%s/%u", copy, metric);
    s->curves[s->n_curves] = (struct curve){copy, metric, r->out->series(r->out->arg, (struct span){name, (size_t)n}, AXIS_STEP)};
    return &s->curves[s->n_curves++];
}

/* ---- an iteration ------------------------------------------------------------------------------------------------------ */

/* next_member - the next key and value of the object at c, which is known to be whole; false at its end. */
static bool next_member(struct json_cursor *c, struct span *key, struct span *value)
{
    bool escaped;
    c->p++; /* the brace or the comma */
    if (!json_scan_string(c, key, &escaped) || !json_scan_take(c, ':')) return false;
    json_scan_space(c);
    const char *from = c->p;
    if (!json_scan_skip(c)) return false;
    *value = (struct span){from, (size_t)(c->p - from)};
    json_scan_space(c);
    return true;
}

/* tell_set - the numbers of one set; returns whether all are finite. */
static bool tell_set(const struct reading *r, struct span set, struct span list, int64_t iteration, uint64_t line)
{
    bool finite = true;
    struct json_cursor c = {.p = list.p, .end = list.p + list.n};
    for (uint32_t metric = 0; c.p < c.end && *c.p != ']'; metric++) {
        double value;
        c.p++; /* the bracket or the comma */
        json_scan_space(&c);
        const char *from = c.p;
        if (!json_scan_skip(&c)) return finite; /* the list is empty */
        bool number = document_number((struct span){from, (size_t)(c.p - from)}, &value);
        const struct curve *curve = number ? curve_of(r, set, metric) : NULL;
        finite &= !number || isfinite(value);
        if (curve && curve->series >= 0) r->out->point(r->out->arg, curve->series, iteration, (double)NAN, value, line);
        json_scan_space(&c);
    }
    return finite;
}

static void note_broken(const struct reading *r, struct span text, bool broken, uint64_t line)
{
    struct state *s = r->s;
    s->broken = broken ? s->broken + 1 : 0;
    if (s->broken < 2 || s->told) return;
    s->told = true;
    if (text.n > QUOTE_MAX_BYTES) text.n = QUOTE_MAX_BYTES;
    r->out->event(r->out->arg, line, EVENT_NONFINITE, text);
}

static void tell_iteration(const struct reading *r, struct span text, uint64_t line)
{
    struct json_cursor find = {.p = text.p, .end = text.p + text.n}, tell = find;
    struct span key, value;
    double number, iteration = (double)NAN;
    while (next_member(&find, &key, &value))
        if (span_is(key, "iteration") && document_number(value, &number)) iteration = number;
    if (!field_is_step(iteration)) {
        r->out->bad(r->out->arg, line, "an entry without its iteration");
        return;
    }
    bool broken = false;
    while (next_member(&tell, &key, &value)) {
        bool finite = value.p[0] != '[' || tell_set(r, key, value, (int64_t)iteration, line);
        broken |= !finite && span_starts(key, "learn");
    }
    note_broken(r, text, broken, line);
}

/* ---- the document ------------------------------------------------------------------------------------------------------ */

static enum document_way open_at(void *arg, const struct document_place *at, char bracket)
{
    (void)arg;
    return bracket == '{' && at->in_array && span_is(at->parent, "iterations") ? DOCUMENT_WHOLE : DOCUMENT_ENTER;
}

static void value_at(void *arg, const struct document_place *at, struct span raw)
{
    struct reading *r = arg;
    struct span text = unquoted(raw);
    if (raw.p[0] == '{') tell_iteration(r, raw, at->line);
    else if (at->in_array) return;
    else if (span_is(at->parent, "meta/learn_metrics") && span_is(at->key, "name")) add_name(r, &r->s->learn, raw);
    else if (span_is(at->parent, "meta/test_metrics") && span_is(at->key, "name")) add_name(r, &r->s->test, raw);
    else if (span_is(at->parent, "meta") && text.n && text.n <= FIELD_NAME_MAX_BYTES && r->s->facts++ < FACTS_MAX)
        r->out->fact(r->out->arg, at->key, text);
}

static void init(void *state, const char *path)
{
    (void)path;
    ((struct state *)state)->document.grows = true;
}

static size_t feed(void *state, struct span in, int at_end, const struct format_out *out)
{
    struct reading r = {state, out};
    return document_feed(&r.s->document, in, at_end, &(struct document_sink){&r, open_at, value_at}, out);
}

static int sniff(const char *path, struct span head)
{
    bool named = strcmp(path_name(path), "catboost_training.json") == 0;
    if (!span_starts(head, "{\n\"meta\":{")) return 0;
    return named ? SURE : span_has(head, "\"learn_metrics\":") && span_has(head, "\"iterations\":") ? NAMED : 0;
}

const struct format format_catboost = {
    .name = "catboost",
    .summary = "CatBoost's catboost_training.json",
    .globs = "catboost_training.json",
    .growth = GROWTH_APPENDED,
    .state_size = sizeof(struct state),
    .init = init,
    .sniff = sniff,
    .feed = feed,
};
