/* search - the failure memory by words and facets; says why each incident matched, and refuses what it does not know. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../analyzers/kind.h"
#include "../base/json.h"
#include "../base/num.h"
#include "../format/field.h"
#include "../report/page.h"
#include "../report/words.h"
#include "look.h"

enum { LIMIT_MAX = 1000, LIMIT_DEFAULT = 10, KINDS_MAX = 256 };

struct answer {
    const char *query;
    bool refused;
    const struct search_hit *hits;
    size_t n;
};

/* ---- the question ------------------------------------------------------------------------------------------------------- */

/* "30d" ago, or an ISO date; in seconds since 1970. */
static enum status parse_since(const char *text, double *ret, struct err *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400.0}, {"y", 365.25 * 86400}};
    char midnight[32];
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00", text);
    double n = 0, date = field_time_text(span_of(strlen(text) == 10 ? midnight : text));
    size_t used = num_prefix(span_of(text), &n);
    for (size_t i = 0; used && n >= 0 && isfinite(n) && i < sizeof units / sizeof *units; i++)
        if (strcmp(text + used, units[i].unit) == 0) return *ret = (double)time(NULL) - n * units[i].seconds, OK;
    if (isfinite(date)) return *ret = date, OK;
    return err_set(err, E_USAGE, "option '--since' needs a time like 12h, 30d, 4w, 1y or 2026-01-31, not '%s'", text);
}

static void join_words(const struct opt_result *given, struct str *out)
{
    for (int i = 0; i < given->n_words; i++) {
        if (i) str_add(out, " ");
        str_add(out, given->words[i]);
    }
}

static enum status make_query(const struct opt_result *given, struct recall *c, const char *words, char like[12],
                              struct search_query *q, struct err *err)
{
    double limit = LIMIT_DEFAULT;
    *q = (struct search_query){.words = words, .kind = opt_value(given, "kind", NULL)};
    enum status s = opt_number(given, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &limit, err);
    if (!s && opt_has(given, "since")) s = parse_since(opt_value(given, "since", ""), &q->since, err);
    if (!s && opt_has(given, "like")) s = recall_run_id(c, opt_value(given, "like", ""), like, err);
    if (!s && opt_has(given, "like")) q->like_run = like;
    q->limit = (size_t)limit;
    return s;
}

/* ---- as text ------------------------------------------------------------------------------------------------------------ */

static void add_unknown_kind(const char *kind, struct str *out)
{
    const char *names[KINDS_MAX];
    size_t n = 0;
    if (!kind || kind_of(kind)) return;
    for (; kinds[n].name && n < KINDS_MAX; n++) names[n] = kinds[n].name;
    const char *near = opt_nearest(kind, names, n);
    if (near) str_addf(out, "; there is no kind '%s': did you mean '%s'?", kind, near);
    else str_addf(out, "; there is no kind '%s'", kind);
}

static void say_nothing(const struct answer *a, const struct search_query *q, size_t databases, struct str *out)
{
    if (!databases) str_add(out, "the memory is empty: nothing was ever attached here");
    else if (a->refused) {
        str_add(out, "the memory does not know a word of '");
        words_foreign(out, a->query);
        str_add(out, "': there is no answer to give");
    } else str_add(out, "no incident in the memory matches");
    add_unknown_kind(q->kind, out);
    str_add(out, "\n");
}

static void add_head(struct str *s, const struct search_hit *h)
{
    const struct incident *i = &h->incident;
    str_addf(s, "%s", i->kind);
    if (i->cause) str_addf(s, " · %s %.2f", i->cause, i->cause_probability);
    str_add(s, " · ");
    words_foreign(s, i->run_name);
    if (!isnan(i->opened)) str_add(s, " · "), words_time(s, i->opened);
}

static void add_matches(struct str *s, const struct search_hit *h)
{
    str_add(s, "matched: ");
    for (size_t w = 0; w < h->n_why; w++) {
        if (w) str_add(s, "; ");
        words_foreign(s, h->why[w]);
    }
}

static const char *const worked_words[][2] = {{"yes", "helped"}, {"no", "did not help"}, {"worse", "made it worse"}};

static void add_fix(struct str *s, const struct search_hit *h)
{
    str_addf(s, "fix: %s", h->fix);
    for (size_t i = 0; h->worked && i < sizeof worked_words / sizeof *worked_words; i++)
        if (strcmp(h->worked, worked_words[i][0]) == 0) str_addf(s, " %s", worked_words[i][1]);
    if (!h->worked) str_add(s, " was offered; nobody has said how it went (mlwatch resolve)");
}

static void print_hit(struct page *p, const struct search_hit *h)
{
    struct str s = {0};
    add_head(&s, h);
    page_row(p, 0, INK_BOLD, h->incident.id, 10, s.p);
    str_clear(&s);
    words_foreign(&s, h->incident.message ? h->incident.message : h->title);
    if (s.n) page_row(p, 10, INK_PLAIN, NULL, 0, s.p);
    str_clear(&s);
    if (h->fix) add_fix(&s, h), page_row(p, 10, INK_GREEN, NULL, 0, s.p);
    str_clear(&s);
    if (h->n_why) add_matches(&s, h), page_row(p, 10, INK_DIM, NULL, 0, s.p);
    str_done(&s);
}

static void as_text(const struct answer *a, struct str *out)
{
    struct report_options o = look_options();
    struct page p = {out, o.columns, o.colour, o.unicode};
    for (size_t i = 0; i < a->n; i++) {
        if (i) page_blank(&p);
        print_hit(&p, &a->hits[i]);
    }
}

/* ---- as JSON: mlwatch.search/1 ------------------------------------------------------------------------------------------- */

static json_t *time_json(double seconds)
{
    char text[40];
    struct tm tm;
    if (!isfinite(seconds) || fabs(seconds) > 1e11) return json_null();
    time_t t = (time_t)seconds;
    return gmtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) ? json_string(text) : json_null();
}

static json_t *hit_json(const struct search_hit *h)
{
    json_t *o = json_object(), *why = json_array();
    for (size_t i = 0; i < h->n_why; i++) json_array_append_new(why, json_text(h->why[i]));
    json_object_set_new(o, "from", json_string("memory"));
    json_object_set_new(o, "incident", json_text(h->incident.id));
    json_object_set_new(o, "run", json_text(h->incident.run_name));
    json_object_set_new(o, "score", json_number(h->score));
    json_object_set_new(o, "kind", json_text(h->incident.kind));
    json_object_set_new(o, "cause", json_text(h->incident.cause));
    json_object_set_new(o, "title", json_text(h->title ? h->title : h->incident.message));
    json_object_set_new(o, "why", why);
    json_object_set_new(o, "when", time_json(h->incident.opened));
    json_object_set_new(o, "fix", json_text(h->fix));
    json_object_set_new(o, "worked", json_text(h->worked));
    return o;
}

static void as_json(const struct answer *a, struct str *out)
{
    json_t *o = json_object(), *hits = json_array();
    for (size_t i = 0; i < a->n; i++) json_array_append_new(hits, hit_json(&a->hits[i]));
    json_object_set_new(o, "schema", json_string("mlwatch.search/1"));
    json_object_set_new(o, "query", json_text(a->query));
    json_object_set_new(o, "refused", json_boolean(a->refused));
    json_object_set_new(o, "hits", hits);
    char *text = json_dumps(o, JSON_COMPACT);
    str_add(out, text);
    str_add(out, "\n");
    free(text);
    json_decref(o);
}

/* ---- the verb ----------------------------------------------------------------------------------------------------------- */

static int answer(struct recall *c, const struct search_query *q, bool json)
{
    struct err err = {0};
    struct str out = {0};
    struct answer a = {.query = q->words};
    if (hosts_search(&c->hosts, q, &a.refused, &a.hits, &a.n, &err)) return look_fail(&err);
    if (json) as_json(&a, &out);
    else if (a.n) as_text(&a, &out);
    else say_nothing(&a, q, c->hosts.n_stores, &out);
    int code = look_print(NULL, &out);
    str_done(&out);
    return code;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct recall c;
    struct str words = {0};
    struct search_query q;
    char like[12] = "";
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "text") != 0)
        return err_set(&err, E_USAGE, "there is no format '%s' here: text or json", format), cmd_fail(&err);
    if (recall_open(&c, &err)) return cmd_fail(&err);
    if (*c.hosts.note) fprintf(stderr, "mlwatch: %s\n", c.hosts.note);
    join_words(given, &words);
    int code = make_query(given, &c, words.p ? words.p : "", like, &q, &err) ? look_fail(&err) : answer(&c, &q, json);
    str_done(&words);
    recall_close(&c);
    return code;
}

static const struct opt options[] = {
    {"kind", 'k', "KIND", "only incidents of this kind: loss_divergence, ..."},
    {"like", 0, "RUN", "incidents like those of RUN (directory, id, name)"},
    {"since", 0, "TIME", "told since then: 12h, 30d, 4w, 1y, 2026-01-31"},
    {"limit", 'n', "N", "at most N incidents, best first (10)"},
    {"format", 'f', "FORMAT", "text or json"},
    {"json", 0, NULL, "short for --format json: schema mlwatch.search/1"},
    {NULL, 0, NULL, NULL},
};

const struct command command_search = {
    .name = "search",
    .usage = "[WORDS...] [--kind KIND] [--like RUN] [--since TIME]",
    .summary = "past incidents by words and facets, and what fixed them",
    .options = options,
    .help = "Looks through the memory of every host below the data directory; the daemon\n"
            "need not run. Words are matched against messages, causes, settings and quoted\n"
            "log lines. Where the memory knows none of the words it says so and gives no\n"
            "hits; the exit code is 0 all the same.\n\n"
            "  mlwatch search nan after warmup --since 90d\n",
    .run = run,
};
