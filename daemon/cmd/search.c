/* search - the failure memory and the shipped knowledge by meaning, words and facets; says why each hit matched, and refuses what it does not
 * know. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../analyzers/kind.h"
#include "../base/json.h"
#include "../engine/search/find.h"
#include "../report/page.h"
#include "../report/words.h"
#include "look.h"

enum { LIMIT_MAX = 1000, LIMIT_DEFAULT = 10, KINDS_MAX = 256 };

struct answer {
    const char *query;
    struct found found;
};

/* ---- the question ------------------------------------------------------------------------------------------------------- */

static void join_words(const struct opt_result *given, struct str *out)
{
    for (int i = 0; i < given->n_words; i++) {
        if (i) str_add(out, " ");
        str_add(out, given->words[i]);
    }
}

static enum status make_question(const struct opt_result *given, struct recall *c, const char *words, char like[12],
                                 struct find_question *q, struct err *err)
{
    double limit = LIMIT_DEFAULT;
    *q = (struct find_question){.text = words, .kind = opt_value(given, "kind", NULL)};
    enum status s = opt_number(given, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT, &limit, err);
    if (!s && opt_has(given, "since")) s = facet_since(opt_value(given, "since", ""), &q->since, err);
    if (!s && opt_has(given, "like")) s = recall_run_id(c, opt_value(given, "like", ""), like, err);
    if (!s && opt_has(given, "like")) q->like = like;
    q->limit = (size_t)limit;
    return s;
}

/* What somebody told in words belongs to no run: its id is no incident's. */
static bool is_note(const struct find_hit *h) { return h->incident && strcmp(h->incident->kind, "note") == 0; }

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

/* Only a memory that was read can have nothing: what was left out (hosts_note) may have it. */
enum whose { HAS_NONE, NONE_READ, READ };
static enum whose whose(const struct hosts *h) { return h->n_stores ? READ : *h->note ? NONE_READ : HAS_NONE; }

static void say_nothing(const struct answer *a, const struct find_question *q, enum whose of, struct str *out)
{
    if (a->found.refused) {
        str_add(out, "neither the memory nor the knowledge has an answer to '");
        words_foreign(out, a->query);
        str_add(out, "'");
    } else {
        static const char *const words[] = {[HAS_NONE] = "the memory is empty: nothing was ever attached here",
                                            [NONE_READ] = "no memory could be read",
                                            [READ] = "no incident in the memory matches"};
        str_add(out, words[of]);
    }
    add_unknown_kind(q->kind, out);
    str_add(out, "\n");
}

static void add_head(struct str *s, const struct incident *i)
{
    str_addf(s, "%s", i->kind);
    if (i->cause && isnan(i->cause_probability)) str_addf(s, " · %s", i->cause);
    else if (i->cause) str_addf(s, " · %s %.2f", i->cause, i->cause_probability);
    if (*i->run_name) str_add(s, " · "), words_foreign(s, i->run_name);
    if (!isnan(i->opened)) str_add(s, " · "), words_time(s, i->opened);
}

static void add_matches(struct str *s, const struct find_hit *h)
{
    str_add(s, "matched: ");
    for (size_t w = 0; w < h->n_why; w++) {
        if (w) str_add(s, "; ");
        words_foreign(s, h->why[w]);
    }
}

static void add_fix(struct str *s, const struct find_hit *h)
{
    str_add(s, "fix: ");
    words_foreign(s, h->fix);
    const char *worked = words_worked(h->worked);
    if (worked) str_addf(s, " %s", worked);
    if (!h->worked && is_note(h)) str_add(s, " was tried; it was not told how it went");
    else if (!h->worked && h->incident) str_add(s, " was offered; nobody has said how it went (mlwatch resolve)");
}

static void print_head(struct page *p, const struct find_hit *h)
{
    struct str s = {0};
    if (h->incident) add_head(&s, h->incident), page_row(p, 0, INK_BOLD, h->incident->id, 10, s.p);
    else str_addf(&s, "%s · %s", h->card->id, h->card->title), page_row(p, 0, INK_BOLD, "known", 10, s.p);
    str_clear(&s);
    words_foreign(&s, h->incident ? h->title : h->card->explanation);
    if (s.n) page_row(p, 10, INK_PLAIN, NULL, 0, s.p);
    str_done(&s);
}

static void print_hit(struct page *p, const struct find_hit *h)
{
    struct str s = {0};
    print_head(p, h);
    if (h->fix) add_fix(&s, h), page_row(p, 10, INK_GREEN, NULL, 0, s.p);
    str_clear(&s);
    if (h->n_why) add_matches(&s, h), page_row(p, 10, INK_DIM, NULL, 0, s.p);
    str_done(&s);
}

static void as_text(const struct answer *a, struct str *out)
{
    struct report_options o = look_options();
    struct page p = {out, o.columns, o.colour, o.unicode};
    for (size_t i = 0; i < a->found.n; i++) {
        if (i) page_blank(&p);
        print_hit(&p, &a->found.hits[i]);
    }
}

/* Somebody with an empty memory should know whose answers these are. */
static void say_whose(const struct answer *a, enum whose of, struct str *out)
{
    static const char *const words[] = {[HAS_NONE] = "The memory is empty: nothing was ever attached here",
                                        [NONE_READ] = "No memory could be read",
                                        [READ] = "The memory has nothing like it"};
    size_t own = 0;
    for (size_t i = 0; i < a->found.n; i++) own += a->found.hits[i].incident != NULL;
    if (own) return;
    str_addf(out, "\n%s; this is what is known of such failures.\n", words[of]);
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

static const char *from(const struct find_hit *h) { return h->card ? "knowledge" : is_note(h) ? "note" : "memory"; }

static json_t *hit_json(const struct find_hit *h)
{
    const struct incident *i = h->incident;
    json_t *o = json_object(), *why = json_array();
    for (size_t w = 0; w < h->n_why; w++) json_array_append_new(why, json_text(h->why[w]));
    json_object_set_new(o, "from", json_string(from(h)));
    json_object_set_new(o, "incident", json_text(i && !is_note(h) ? i->id : NULL));
    json_object_set_new(o, "run", json_text(i && !is_note(h) ? i->run_name : NULL));
    if (is_note(h)) json_object_set_new(o, "note", json_text(i->id));
    json_object_set_new(o, "score", json_number(h->score));
    json_object_set_new(o, "kind", json_text(i ? i->kind : NULL));
    json_object_set_new(o, "cause", json_text(i ? i->cause : h->card->id));
    json_object_set_new(o, "title", json_text(h->title));
    json_object_set_new(o, "why", why);
    json_object_set_new(o, "when", i ? time_json(i->opened) : json_null());
    json_object_set_new(o, "fix", json_text(h->fix));
    json_object_set_new(o, "worked", json_text(h->worked));
    return o;
}

static void as_json(const struct answer *a, struct str *out)
{
    json_t *o = json_object(), *hits = json_array();
    for (size_t i = 0; i < a->found.n; i++) json_array_append_new(hits, hit_json(&a->found.hits[i]));
    json_object_set_new(o, "schema", json_string("mlwatch.search/1"));
    json_object_set_new(o, "query", json_text(a->query));
    json_object_set_new(o, "refused", json_boolean(a->found.refused));
    json_object_set_new(o, "hits", hits);
    char *text = json_dumps(o, JSON_COMPACT);
    str_add(out, text);
    str_add(out, "\n");
    free(text);
    json_decref(o);
}

/* ---- the verb ----------------------------------------------------------------------------------------------------------- */

static int answer(struct finder *f, const struct find_question *q, bool json)
{
    struct err err = {0};
    struct str out = {0};
    struct answer a = {.query = q->text};
    if (find(f, q, &a.found, &err)) return look_fail(&err);
    if (json) as_json(&a, &out);
    else if (a.found.n) as_text(&a, &out), say_whose(&a, whose(&f->recall->hosts), &out);
    else say_nothing(&a, q, whose(&f->recall->hosts), &out);
    int code = look_print(NULL, &out);
    str_done(&out);
    return code;
}

static int search(struct recall *c, const struct opt_result *given, bool json)
{
    struct err err = {0};
    struct finder f = {0};
    struct str words = {0};
    struct find_question q;
    char like[12] = "";
    int code;
    join_words(given, &words);
    if (make_question(given, c, words.p ? words.p : "", like, &q, &err) || find_open(&f, c, &err)) code = look_fail(&err);
    else {
        if (f.note) fprintf(stderr, "mlwatch: %s\n", f.note);
        code = answer(&f, &q, json);
    }
    find_close(&f);
    str_done(&words);
    return code;
}

static int run(const struct opt_result *given)
{
    struct err err = {0};
    struct recall c;
    const char *format = opt_has(given, "json") ? "json" : opt_value(given, "format", "text");
    bool json = strcmp(format, "json") == 0;
    if (!json && strcmp(format, "text") != 0)
        return err_set(&err, E_USAGE, "there is no format '%s' here: text or json", format), cmd_fail(&err);
    if (recall_open(&c, &err)) return cmd_fail(&err);
    if (*c.hosts.note) fprintf(stderr, "mlwatch: %s\n", c.hosts.note);
    int code = search(&c, given, json);
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
    .summary = "past incidents and known causes by meaning, words, facets",
    .options = options,
    .help = "Looks through the memory of every host below the data directory and through the\n"
            "shipped knowledge; the daemon need not run. A question is any words. Facets are\n"
            "kind:loss_spike cause:lr_too_high since:30d, and settings of the run in any\n"
            "spelling: optimizer:adamw lr>1e-3 batch_size<=8. What is too far from all that\n"
            "is known is refused; the exit code is 0 all the same. Meaning needs the\n"
            "embedding model (scripts/model install); without it words decide.\n\n"
            "  mlwatch search loss is nan after warmup\n"
            "  mlwatch search 'diverged lr>1e-3 since:90d'\n",
    .run = run,
};
