/* memory prune - what is old goes. */
#include "memory.h"

#include <string.h>

#include "../engine/client.h"
#include "../engine/search/facet.h"

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
        str_add(&s, "the memory had "), cmd_memory_add_bytes(&s, n->bytes_before), str_add(&s, " and has "),
            cmd_memory_add_bytes(&s, n->bytes_after), str_add(&s, "\n");
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
    return cmd_memory_wants_json(given) ? pruned_json(&p.n, how.dry) : pruned_text(&p.n, how.dry);
}
