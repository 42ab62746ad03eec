/* memory clusters - incidents that are alike, in groups. */
#include "memory.h"

#include "../engine/search/cluster.h"
#include "../engine/search/meaning.h"
#include "../report/words.h"
#include "look.h"

enum { SHOWN = 20, IDS = 5 };
static const double NEARNESS = 0.8;

static json_t *cluster_json(const struct cluster *c)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < c->n; i++) json_array_append_new(ids, json_string(c->all[i]->incident.id));
    return json_pack("{s:o, s:o, s:I, s:I, s:o, s:o, s:I, s:o}", "kind", json_text(c->kind), "cause", json_text(c->cause),
                     "incidents", (json_int_t)c->n, "runs", (json_int_t)c->runs, "like", json_text(c->all[0]->incident.message),
                     "fix", json_text(c->fix), "helped", (json_int_t)c->helped, "ids", ids);
}

static int as_json(const struct clusters *c, const char *model, double nearness)
{
    json_t *all = json_array();
    for (size_t i = 0; i < c->n; i++) json_array_append_new(all, cluster_json(&c->all[i]));
    return cmd_memory_json(json_pack("{s:s, s:o, s:f, s:I, s:o}", "schema", "mlwatch.memory-clusters/1", "model",
                                     c->by_meaning ? json_text(model) : json_null(), "nearness", nearness, "incidents",
                                     (json_int_t)c->incidents, "clusters", all));
}

static void add_cluster(struct str *out, const struct cluster *c)
{
    str_addf(out, "%zu %s of %zu %s · %s", c->n, c->n == 1 ? "incident" : "incidents", c->runs, c->runs == 1 ? "run" : "runs",
             c->kind);
    if (c->cause) str_addf(out, " · most often %s", c->cause);
    str_add(out, "\n    ");
    words_foreign(out, c->all[0]->incident.message ? c->all[0]->incident.message : "");
    if (c->fix) str_addf(out, "\n    %s helped in %zu", c->fix, c->helped);
    str_add(out, "\n    ");
    for (size_t i = 0; i < c->n && i < IDS; i++) str_addf(out, "%s%s", i ? " " : "", c->all[i]->incident.id);
    str_add(out, c->n > IDS ? " ...\n" : "\n");
}

static int as_text(const struct clusters *c, const char *model)
{
    struct str out = {0};
    for (size_t i = 0; i < c->n && i < SHOWN; i++) add_cluster(&out, &c->all[i]);
    if (c->n > SHOWN) str_addf(&out, "and %zu smaller ones\n", c->n - SHOWN);
    if (!c->n) str_add(&out, "no incident is remembered\n");
    else if (!c->by_meaning)
        str_addf(
            &out,
            "No incident has a vector of %s (`mlwatch memory reembed` makes them): grouped by kind and likely cause alone.\n",
            model);
    int code = cmd_print((struct span){out.p ? out.p : "", out.n});
    str_done(&out);
    return code;
}

int cmd_memory_clusters(const struct opt_result *given)
{
    struct err err = {0};
    struct hosts h = {0};
    struct clusters c = {0};
    struct embed *embed = NULL;
    double nearness = NEARNESS;
    enum status s = cmd_memory_no_words(given, &err);
    if (!s) s = opt_number(given, "nearness", 0, 1, NEARNESS, &nearness, &err);
    if (!s) s = hosts_open(&h, &err);
    if (!s && *h.note) cmd_say(h.note);
    if (!s) s = meaning_embed_open(NULL, &embed, &err);
    if (!s) s = clusters_make(&h, embed_model(embed), embed_dims(embed), nearness, &c, &err);
    int code = s                              ? cmd_fail(&err)
               : cmd_memory_wants_json(given) ? as_json(&c, embed_model(embed), nearness)
                                              : as_text(&c, embed_model(embed));
    clusters_done(&c);
    embed_close(embed);
    hosts_close(&h);
    return code;
}
