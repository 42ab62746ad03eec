/* memory stats, prune, reembed - how much there is, what is old goes, vectors of another model. */
#include "memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../base/clock.h"
#include "../engine/client.h"
#include "../engine/hosts.h"
#include "../engine/search/facet.h"
#include "../report/words.h"
#include "../store/upkeep.h"

static bool wants_json(const struct opt_result *given)
{
    return opt_has(given, "json") || strcmp(opt_value(given, "format", "text"), "json") == 0;
}

static void add_bytes(struct str *out, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024 && unit < 4; unit++) size /= 1024;
    str_addf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

/* ---- stats ------------------------------------------------------------------------------------------------------------------- */

static void add_table(struct upkeep_stats *to, const char *name, int64_t bytes)
{
    size_t i = 0;
    while (i < to->n_tables && strcmp(to->tables[i].name, name) != 0) i++;
    if (i == UPKEEP_TABLES_MAX) return;
    if (i == to->n_tables) snprintf(to->tables[to->n_tables++].name, sizeof to->tables->name, "%s", name);
    to->tables[i].bytes += bytes;
}

static void add_model(struct upkeep_stats *to, const char *model, int64_t incidents, int64_t notes)
{
    size_t i = 0;
    while (i < to->n_models && strcmp(to->models[i].model, model) != 0) i++;
    if (i == UPKEEP_MODELS_MAX) return;
    if (i == to->n_models) snprintf(to->models[to->n_models++].model, sizeof to->models->model, "%s", model);
    to->models[i].incidents += incidents;
    to->models[i].notes += notes;
}

static int by_bytes(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)(const void *)((const char *)a + UPKEEP_NAME_BYTES),
            y = *(const int64_t *)(const void *)((const char *)b + UPKEEP_NAME_BYTES);
    return x != y ? (x < y ? 1 : -1) : strcmp(a, b);
}

/* All databases as one. */
static void add_stats(struct upkeep_stats *to, const struct upkeep_stats *s)
{
    to->runs += s->runs, to->watched += s->watched, to->points += s->points, to->incidents += s->incidents;
    to->open_incidents += s->open_incidents, to->outcomes += s->outcomes, to->notes += s->notes, to->events += s->events;
    to->facts += s->facts, to->bytes += s->bytes, to->free_bytes += s->free_bytes;
    to->oldest = fmin(to->oldest, s->oldest);
    to->newest = fmax(to->newest, s->newest);
    for (size_t i = 0; i < s->n_tables; i++) add_table(to, s->tables[i].name, s->tables[i].bytes);
    for (size_t i = 0; i < s->n_models; i++) add_model(to, s->models[i].model, s->models[i].incidents, s->models[i].notes);
}

static enum status measure(struct hosts *h, struct upkeep_stats *all, struct err *err)
{
    enum status s = OK;
    *all = (struct upkeep_stats){.oldest = (double)NAN, .newest = (double)NAN};
    for (size_t i = 0; i < h->n_stores && !s; i++) {
        struct upkeep_stats one;
        s = upkeep_stats(h->stores[i], &one, err);
        if (!s) add_stats(all, &one);
    }
    if (all->n_tables) qsort(all->tables, all->n_tables, sizeof *all->tables, by_bytes);
    return s;
}

static void time_text(char out[40], double seconds)
{
    struct tm tm;
    time_t t = isfinite(seconds) && fabs(seconds) < 1e11 ? (time_t)seconds : 0;
    out[0] = 0;
    if (t && gmtime_r(&t, &tm)) strftime(out, 40, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static int stats_json(const struct upkeep_stats *s, size_t databases)
{
    char oldest[40], newest[40];
    json_t *tables = json_object(), *models = json_object();
    time_text(oldest, s->oldest);
    time_text(newest, s->newest);
    for (size_t i = 0; i < s->n_tables; i++) json_object_set_new(tables, s->tables[i].name, json_integer(s->tables[i].bytes));
    for (size_t i = 0; i < s->n_models; i++)
        json_object_set_new(
            models, s->models[i].model,
            json_pack("{s:I, s:I}", "incidents", (json_int_t)s->models[i].incidents, "notes", (json_int_t)s->models[i].notes));
    return cmd_memory_json(json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "schema",
        "mlwatch.memory-stats/1", "databases", (json_int_t)databases, "runs", (json_int_t)s->runs, "watched",
        (json_int_t)s->watched, "points", (json_int_t)s->points, "incidents", (json_int_t)s->incidents, "open_incidents",
        (json_int_t)s->open_incidents, "outcomes", (json_int_t)s->outcomes, "notes", (json_int_t)s->notes, "events",
        (json_int_t)s->events, "facts", (json_int_t)s->facts, "bytes", (json_int_t)s->bytes, "free_bytes",
        (json_int_t)s->free_bytes, "oldest", *oldest ? json_string(oldest) : json_null(), "newest",
        *newest ? json_string(newest) : json_null(), "tables", tables, "vectors", models));
}

static void add_row(struct str *out, const char *name) { str_addf(out, "%-12s", name); }

/* The largest, and what all others take together. */
static void add_tables(struct str *out, const struct upkeep_stats *s)
{
    enum { SHOWN = 8 };
    int64_t others = 0;
    for (size_t i = 0; i < s->n_tables; i++) {
        if (i >= SHOWN) {
            others += s->tables[i].bytes;
            continue;
        }
        str_addf(out, "  %-24s", s->tables[i].name);
        add_bytes(out, s->tables[i].bytes);
        if (strcmp(s->tables[i].name, "points") == 0 && s->points)
            str_addf(out, ", %.2f bytes a point", (double)s->tables[i].bytes / (double)s->points);
        str_add(out, "\n");
    }
    if (!others) return;
    str_addf(out, "  %-24s", "others");
    add_bytes(out, others);
    str_add(out, "\n");
}

static int stats_text(const struct upkeep_stats *s, size_t databases)
{
    struct str out = {0};
    add_row(&out, "runs");
    str_addf(&out, "%lld, %lld of them watched", (long long)s->runs, (long long)s->watched);
    if (isfinite(s->oldest))
        str_add(&out, "; data from "), words_time(&out, s->oldest), str_add(&out, " to "), words_time(&out, s->newest);
    str_add(&out, "\n");
    add_row(&out, "points");
    str_addf(&out, "%lld\n", (long long)s->points);
    add_row(&out, "incidents");
    str_addf(&out, "%lld, %lld of them open; %lld outcomes\n", (long long)s->incidents, (long long)s->open_incidents,
             (long long)s->outcomes);
    add_row(&out, "notes");
    str_addf(&out, "%lld\n", (long long)s->notes);
    for (size_t i = 0; i < s->n_models; i++) {
        add_row(&out, i ? "" : "vectors");
        str_addf(&out, "%s: %lld incidents, %lld notes\n", s->models[i].model, (long long)s->models[i].incidents,
                 (long long)s->models[i].notes);
    }
    add_row(&out, "size");
    add_bytes(&out, s->bytes);
    if (databases > 1) str_addf(&out, " in %zu databases", databases);
    if (s->free_bytes) str_add(&out, ", of which free: "), add_bytes(&out, s->free_bytes);
    str_add(&out, "\n");
    add_tables(&out, s);
    int code = cmd_print((struct span){out.p ? out.p : "", out.n});
    str_done(&out);
    return code;
}

int cmd_memory_stats(const struct opt_result *given)
{
    struct err err = {0};
    struct hosts h = {0};
    struct upkeep_stats s;
    enum status status = cmd_memory_no_words(given, &err);
    if (!status) status = hosts_open(&h, &err);
    if (!status && *h.note) cmd_say(h.note);
    if (!status) status = measure(&h, &s, &err);
    int code = status ? cmd_fail(&err) : wants_json(given) ? stats_json(&s, h.n_stores) : stats_text(&s, h.n_stores);
    hosts_close(&h);
    return code;
}

/* ---- prune ------------------------------------------------------------------------------------------------------------------- */

static enum status read_age(const struct opt_result *given, double *before, struct err *err)
{
    struct err why = {0};
    const char *age = opt_value(given, "older-than", NULL);
    enum status s = cmd_memory_no_words(given, err);
    if (s) return s;
    if (!age) return err_set(err, E_USAGE, "how old may a run be? --older-than 90d (12h, 12w, 1y, or a date)");
    if (facet_since(age, before, &why))
        return err_set(err, E_USAGE, "'%s' is no age: --older-than 90d (12h, 12w, 1y, or a date)", age);
    return OK;
}

static int64_t count(const json_t *message, const char *name) { return json_integer_value(json_object_get(message, name)); }

struct pruned {
    struct upkeep_pruned n;
    bool told;
};

static void hear_pruned(void *arg, const json_t *message)
{
    struct pruned *p = arg;
    const char *what = json_string_value(json_object_get(message, "say")),
               *text = json_string_value(json_object_get(message, "text"));
    if (text) cmd_say(text);
    if (!what || strcmp(what, "pruned") != 0) return;
    p->told = true;
    p->n = (struct upkeep_pruned){count(message, "healthy"),      count(message, "troubled"),   count(message, "emptied"),
                                  count(message, "incidents"),    count(message, "points"),     count(message, "watched"),
                                  count(message, "bytes_before"), count(message, "bytes_after")};
}

/* Only read: of this host's memory and all others, for that is what the daemons of all hosts would do. */
static enum status look_what_would_go(const struct upkeep_pruning *how, struct upkeep_pruned *all, struct err *err)
{
    struct hosts h = {0};
    enum status s = hosts_open(&h, err);
    for (size_t i = 0; i < h.n_stores && !s; i++) {
        struct upkeep_pruned one;
        s = upkeep_prune(h.stores[i], how, &one, err);
        if (s) break;
        all->healthy += one.healthy, all->troubled += one.troubled, all->emptied += one.emptied, all->incidents += one.incidents;
        all->points += one.points, all->watched += one.watched, all->bytes_before += one.bytes_before;
        all->bytes_after += one.bytes_after;
    }
    hosts_close(&h);
    return s;
}

static int pruned_json(const struct upkeep_pruned *n, bool dry)
{
    return cmd_memory_json(json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "schema", "mlwatch.memory-prune/1",
                                     "dry_run", dry, "healthy_runs", (json_int_t)n->healthy, "troubled_runs",
                                     (json_int_t)n->troubled, "emptied_runs", (json_int_t)n->emptied, "incidents",
                                     (json_int_t)n->incidents, "points", (json_int_t)n->points, "watched", (json_int_t)n->watched,
                                     "bytes_before", (json_int_t)n->bytes_before, "bytes_after", (json_int_t)n->bytes_after));
}

static int pruned_text(const struct upkeep_pruned *n, bool dry)
{
    struct str s = {0};
    str_addf(
        &s,
        "%s: %lld healthy runs and %lld with %lld incidents; of %lld more only the points, for their incidents stay; %lld points",
        dry ? "would go" : "gone", (long long)n->healthy, (long long)n->troubled, (long long)n->incidents, (long long)n->emptied,
        (long long)n->points);
    if (n->watched) str_addf(&s, "; %lld that are as old stay, for they are watched", (long long)n->watched);
    str_add(&s, "\n");
    if (!dry)
        str_add(&s, "the memory had "), add_bytes(&s, n->bytes_before), str_add(&s, " and has "), add_bytes(&s, n->bytes_after),
            str_add(&s, "\n");
    int code = cmd_print((struct span){s.p ? s.p : "", s.n});
    str_done(&s);
    return code;
}

int cmd_memory_prune(const struct opt_result *given)
{
    struct err err = {0};
    struct pruned p = {.told = false};
    struct upkeep_pruning how = {.keep_incidents = opt_has(given, "keep-incidents"), .dry = opt_has(given, "dry-run")};
    int code = EXIT_CLEAN;
    enum status s = read_age(given, &how.before, &err);
    if (!s && how.dry) s = look_what_would_go(&how, &p.n, &err);
    else if (!s)
        s = client_call(true,
                        json_pack("{s:s, s:f, s:b}", "do", "prune", "before", how.before, "keep_incidents", how.keep_incidents),
                        hear_pruned, &p, &code, &err);
    if (s) return cmd_fail(&err);
    if (code || !(p.told || how.dry)) return code ? code : EXIT_UNREADABLE;
    return wants_json(given) ? pruned_json(&p.n, how.dry) : pruned_text(&p.n, how.dry);
}

/* ---- reembed ----------------------------------------------------------------------------------------------------------------- */

struct reembedding_told {
    struct cmd_memory_bar bar;
    uint64_t of, done;
    char model[200];
};

static void hear_reembedded(void *arg, const json_t *message)
{
    struct reembedding_told *t = arg;
    const char *text = json_string_value(json_object_get(message, "text")),
               *model = json_string_value(json_object_get(message, "model"));
    if (text) cmd_memory_bar_end(&t->bar), cmd_say(text);
    else cmd_memory_bar_at(&t->bar, t->done = (uint64_t)count(message, "done"), t->of, "incidents and notes");
    if (model) snprintf(t->model, sizeof t->model, "%s", model);
}

/* How many there are, for the bar. */
static uint64_t all_of_them(void)
{
    struct hosts h = {0};
    struct upkeep_stats s = {0};
    struct err ignored;
    if (!hosts_open(&h, &ignored)) (void)measure(&h, &s, &ignored);
    hosts_close(&h);
    return (uint64_t)(s.incidents + s.notes);
}

/* The embedder is that which a search from here would use, whatever the daemon was started with. */
int cmd_memory_reembed(const struct opt_result *given)
{
    struct err err = {0};
    struct reembedding_told t = {.of = all_of_them()};
    const char *url = getenv("MLWATCH_EMBED");
    int code = EXIT_CLEAN;
    if (cmd_memory_no_words(given, &err)) return cmd_fail(&err);
    json_t *request =
        json_pack("{s:s, s:s, s:b}", "do", "reembed", "url", url && *url ? url : "auto", "anew", opt_has(given, "anew"));
    cmd_memory_bar_begin(&t.bar);
    enum status s = client_call(true, request, hear_reembedded, &t, &code, &err);
    cmd_memory_bar_end(&t.bar);
    if (s) return cmd_fail(&err);
    if (!code) printf("%llu vectors made; all are of %s now\n", (unsigned long long)t.done, t.model);
    return code;
}
