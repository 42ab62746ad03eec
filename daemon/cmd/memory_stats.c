/* memory stats - how much there is. */
#include "memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../report/words.h"

void cmd_memory_add_bytes(struct str *out, int64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = (double)bytes;
    size_t unit = 0;
    for (; size >= 1024 && unit < 4; unit++) size /= 1024;
    str_addf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

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

enum status cmd_memory_measure(struct hosts *h, struct upkeep_stats *all, struct err *err)
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
        cmd_memory_add_bytes(out, s->tables[i].bytes);
        if (strcmp(s->tables[i].name, "points") == 0 && s->points)
            str_addf(out, ", %.2f bytes a point", (double)s->tables[i].bytes / (double)s->points);
        str_add(out, "\n");
    }
    if (!others) return;
    str_addf(out, "  %-24s", "others");
    cmd_memory_add_bytes(out, others);
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
    cmd_memory_add_bytes(&out, s->bytes);
    if (databases > 1) str_addf(&out, " in %zu databases", databases);
    if (s->free_bytes) str_add(&out, ", of which free: "), cmd_memory_add_bytes(&out, s->free_bytes);
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
    if (!status) status = cmd_memory_measure(&h, &s, &err);
    int code = status ? cmd_fail(&err) : cmd_memory_wants_json(given) ? stats_json(&s, h.n_stores) : stats_text(&s, h.n_stores);
    hosts_close(&h);
    return code;
}
