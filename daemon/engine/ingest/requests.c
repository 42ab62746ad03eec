#include "requests.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../base/str.h"
#include "../daemon/parts.h"
#include "restore.h"

static const double SLICE_S = 0.2;

static void end(struct client *c, int code, const char *error)
{
    if (error) client_send(c, json_pack("{s:s, s:o}", "say", "error", "text", json_text(error)));
    client_done(c, code);
}

/* Is there a memory? The client is told when there is none. */
static bool can(struct daemon *d, struct client *c)
{
    if (!d->engine.memory) end(c, 3, d->memory_off);
    return d->engine.memory != NULL;
}

static char *copy_of(const json_t *request, const char *key)
{
    const char *text = json_string_value(json_object_get(request, key));
    return text ? str_dup(span_of(text)) : NULL;
}

/* ---- import ------------------------------------------------------------------------------------------------------------------ */

struct importing {
    struct task task;
    struct daemon *daemon;
    struct client *client;
    char *path;
    bool remove, more;
    struct restore *restore;
    json_t *said; /* sentences of this slice */
    enum status status;
    struct err err;
};

static void keep_sentence(void *arg, const char *text) { json_array_append_new(arg, json_text(text)); }

static void import_work(struct job *j)
{
    struct importing *t = (struct importing *)j;
    t->status = t->restore ? OK : restore_open(t->path, &t->restore, &t->err);
    if (!t->status) t->status = restore_some(t->restore, t->task.store, SLICE_S, &t->more, keep_sentence, t->said, &t->err);
}

static json_t *counts_json(const struct restore_counts *n)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "say", "imported", "runs", (json_int_t)n->runs,
                     "points", (json_int_t)n->points, "incidents", (json_int_t)n->incidents, "known", (json_int_t)n->known,
                     "watched", (json_int_t)n->watched, "notes", (json_int_t)n->notes, "outcomes", (json_int_t)n->outcomes,
                     "known_rows", (json_int_t)n->known_rows, "refused", (json_int_t)n->refused);
}

static void import_end(struct importing *t, bool heard)
{
    const struct restore_counts *n = t->restore ? restore_counts(t->restore) : NULL;
    if (n && (n->incidents || n->notes)) memory_embed(t->daemon->engine.memory);
    if (n && n->outcomes) daemon_learn(t->daemon);
    if (heard && n) client_send(t->client, counts_json(n));
    if (heard) end(t->client, t->status ? 3 : 0, t->status ? t->err.text : NULL);
    if (t->remove) unlink(t->path);
    restore_close(t->restore);
    json_decref(t->said);
    free(t->path);
    free(t);
}

static void import_done(struct job *j)
{
    struct importing *t = (struct importing *)j;
    bool heard = control_has(t->daemon->control, t->client);
    size_t i;
    json_t *text;
    json_array_foreach(t->said, i, text) if (heard) client_send(t->client, json_pack("{s:s, s:O}", "say", "note", "text", text));
    json_array_clear(t->said);
    if (t->status || !t->more || !heard) {
        import_end(t, heard);
        return;
    }
    const struct restore_counts *n = restore_counts(t->restore);
    client_send(t->client,
                json_pack("{s:s, s:I, s:I}", "say", "progress", "done", (json_int_t)n->bytes, "of", (json_int_t)n->of));
    memory_task(t->daemon->engine.memory, &t->task);
}

void ingest_import(struct daemon *d, struct client *c, const json_t *request)
{
    if (!can(d, c)) return;
    struct importing *t = calloc(1, sizeof *t);
    if (!t) {
        end(c, 3, "no memory to import");
        return;
    }
    *t = (struct importing){.task.job = {.work = import_work, .done = import_done},
                            .daemon = d,
                            .client = c,
                            .path = copy_of(request, "path"),
                            .remove = json_is_true(json_object_get(request, "remove")),
                            .said = json_array()};
    if (t->path) {
        memory_task(d->engine.memory, &t->task);
        return;
    }
    end(c, 2, "an import needs the path of a file");
    json_decref(t->said);
    free(t);
}

/* ---- prune ------------------------------------------------------------------------------------------------------------------- */

struct pruning {
    struct task task;
    struct daemon *daemon;
    struct client *client;
    struct upkeep_pruning how;
    struct upkeep_pruned done;
    enum status status;
    struct err err;
};

static void prune_work(struct job *j)
{
    struct pruning *t = (struct pruning *)j;
    t->status = upkeep_prune(t->task.store, &t->how, &t->done, &t->err);
}

static void prune_done(struct job *j)
{
    struct pruning *t = (struct pruning *)j;
    const struct upkeep_pruned *n = &t->done;
    if (control_has(t->daemon->control, t->client)) {
        if (!t->status)
            client_send(t->client, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "say", "pruned", "healthy",
                                             (json_int_t)n->healthy, "troubled", (json_int_t)n->troubled, "emptied",
                                             (json_int_t)n->emptied, "incidents", (json_int_t)n->incidents, "points",
                                             (json_int_t)n->points, "watched", (json_int_t)n->watched, "bytes_before",
                                             (json_int_t)n->bytes_before, "bytes_after", (json_int_t)n->bytes_after));
        end(t->client, t->status ? 3 : 0, t->status ? t->err.text : NULL);
    }
    free(t);
}

void ingest_prune(struct daemon *d, struct client *c, const json_t *request)
{
    const json_t *before = json_object_get(request, "before");
    if (!can(d, c)) return;
    if (!json_is_number(before)) {
        end(c, 2, "prune needs the time before which runs are old");
        return;
    }
    struct pruning *t = calloc(1, sizeof *t);
    if (!t) {
        end(c, 3, "no memory to prune");
        return;
    }
    *t = (struct pruning){.task.job = {.work = prune_work, .done = prune_done},
                          .daemon = d,
                          .client = c,
                          .how = {json_number_value(before), json_is_true(json_object_get(request, "keep_incidents")), false}};
    memory_task(d->engine.memory, &t->task);
}

/* ---- reembed ----------------------------------------------------------------------------------------------------------------- */

struct asked {
    struct reembedding reembedding;
    struct daemon *daemon;
    struct client *client;
};

static void reembedded(struct reembedding *r)
{
    struct asked *t = r->owner;
    bool heard = control_has(t->daemon->control, t->client);
    if (r->more && heard) {
        client_send(t->client, json_pack("{s:s, s:I}", "say", "progress", "done", (json_int_t)r->done));
        memory_reembed(t->daemon->engine.memory, r);
        return;
    }
    if (heard && !r->status)
        client_send(t->client, json_pack("{s:s, s:s, s:I}", "say", "reembedded", "model", r->model, "done", (json_int_t)r->done));
    if (heard) end(t->client, r->status ? 3 : 0, r->status ? r->err.text : NULL);
    free(r->url);
    free(t);
}

void ingest_reembed(struct daemon *d, struct client *c, const json_t *request)
{
    if (!can(d, c)) return;
    struct asked *t = calloc(1, sizeof *t);
    if (!t) {
        end(c, 3, "no memory to embed");
        return;
    }
    *t = (struct asked){.reembedding = {.url = copy_of(request, "url"), .anew = json_is_true(json_object_get(request, "anew"))},
                        .daemon = d,
                        .client = c};
    t->reembedding.owner = t;
    t->reembedding.ready = reembedded;
    memory_reembed(d->engine.memory, &t->reembedding);
}
