/* answer - what the daemon says to a request. Those that ask to look on become followers (daemon/followers.c). */
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../base/json.h"
#include "../base/str.h"
#include "daemon/parts.h"
#include "ingest/requests.h"

static const char *text_of(const json_t *request, const char *key) { return json_string_value(json_object_get(request, key)); }

/* As asked for, else as the daemon's settings have it. */
static enum sensitivity sensitivity_of(const struct daemon *d, const char *word)
{
    enum sensitivity s = d->config.sensitivity;
    if (word) (void)config_sensitivity(word, &s);
    return s;
}

/* A run that a place watches already is followed there. */
static struct place *place_of(struct daemon *d, const char *path, const struct live_options *o)
{
    for (size_t i = 0; i < d->n_places; i++)
        for (size_t k = 0; k < d->places[i]->n_lives; k++)
            if (strcmp(d->places[i]->lives[k]->root, path) == 0) return d->places[i];
    return daemon_place(d, path, o);
}

static void attach_one(struct daemon *d, struct client *c, const json_t *request, const char *path)
{
    struct live_options o = {text_of(request, "name"), text_of(request, "tags"),
                             sensitivity_of(d, text_of(request, "sensitivity"))};
    struct place *p = place_of(d, path, &o);
    if (!p) return;
    if (p->looked && p->status != OK) { /* it may be there by now */
        p->looked = false;
        place_rescan(p);
    }
    for (size_t i = 0; i < p->n_lives; i++) live_rouse(p->lives[i]);
    daemon_add_follower(d, c, p, json_is_true(json_object_get(request, "follow")));
}

static void attach(struct daemon *d, struct client *c, const json_t *request)
{
    size_t i;
    const json_t *path;
    if (*d->memory_off) client_say(c, "note", d->memory_off);
    else if (memory_failing(d->engine.memory)) client_say(c, "note", "the memory cannot be written at present; watching goes on");
    if (*memory_note(d->engine.memory)) client_say(c, "note", memory_note(d->engine.memory));
    if (*d->polling) client_say(c, "note", d->polling);
    json_array_foreach(json_object_get(request, "paths"), i, path) if (json_is_string(path))
        attach_one(d, c, request, json_string_value(path));
    if (!daemon_has_followers(d, c)) {
        client_fail(c, 2, "nothing to watch was named");
        return;
    }
    daemon_save_places(d);
    loop_hurry(d->loop, &d->follow, 0.01);
}

static struct live *find(struct daemon *d, const char *which, struct place **in)
{
    for (size_t i = 0; i < d->n_places; i++) {
        struct live *l = place_find(d->places[i], which);
        if (l) return *in = d->places[i], l;
    }
    return NULL;
}

static void stopped(struct client *c, const char *name)
{
    client_send(c, json_pack("{s:s, s:o}", "say", "stopped", "run", json_text(name)));
}

static void detach(struct daemon *d, struct client *c, const json_t *request)
{
    const char *which = text_of(request, "run"), *path = text_of(request, "path");
    struct place *p = NULL;
    for (size_t i = 0; path && i < d->n_places; i++)
        if (strcmp(d->places[i]->path, path) == 0) p = d->places[i];
    struct live *l = p || !which ? NULL : find(d, path && find(d, path, &p) ? path : which, &p);
    if (l) {
        stopped(c, l->name);
        place_drop(p, l, true);
        if (!p->n_lives) daemon_forget_place(d, p, true);
    } else if (p) {
        for (size_t i = 0; i < p->n_lives; i++) stopped(c, p->lives[i]->name);
        if (!p->n_lives) stopped(c, p->path);
        daemon_forget_place(d, p, true);
    } else {
        struct str s = {0};
        str_add(&s, "no run '");
        str_add_printable(&s, span_of(which ? which : ""), 200);
        str_add(&s, "' is watched; `mlwatch status` lists those that are");
        client_fail(c, 3, s.p ? s.p : "no such run is watched");
        str_done(&s);
        return;
    }
    daemon_save_places(d);
    client_done(c, 0);
}

static void status(struct daemon *d, struct client *c, const json_t *request)
{
    (void)request;
    if (*d->memory_off) client_say(c, "note", d->memory_off);
    if (*memory_note(d->engine.memory)) client_say(c, "note", memory_note(d->engine.memory));
    for (size_t p = 0; p < d->n_places; p++)
        for (size_t i = 0; i < d->places[p]->n_lives; i++) {
            json_t *j = live_status(d->places[p]->lives[i]);
            if (!j) continue;
            json_object_set_new(j, "say", json_string("run"));
            client_send(c, j);
        }
    client_done(c, 0);
}

static void stop(struct daemon *d, struct client *c, const json_t *request)
{
    (void)request;
    client_done(c, 0);
    loop_stop(d->loop);
}

/* What was done about an incident, written by the one process that writes. */
struct outcome_task {
    struct task task;
    struct daemon *daemon;
    struct client *client; /* NULL once it has hung up: see daemon_client_gone */
    char *incident, *fix, *worked, *note;
    struct err err;
    enum status status;
};

static void write_outcome(struct job *j)
{
    struct outcome_task *t = (struct outcome_task *)j;
    t->status = store_outcome(t->task.store, t->incident, t->fix, t->worked, t->note, clock_wall(), &t->err);
}

static void outcome_written(struct job *j)
{
    struct outcome_task *t = (struct outcome_task *)j;
    if (t->incident && t->status == OK) daemon_learn(t->daemon);
    if (t->client && control_has(t->daemon->control, t->client)) {
        if (t->status == OK) client_done(t->client, 0);
        else client_fail(t->client, t->status == E_USAGE ? 2 : 3, t->err.text);
    }
    free(t->incident), free(t->fix), free(t->worked), free(t->note);
    free(t);
}

static char *copy_of(const json_t *request, const char *key)
{
    const char *text = text_of(request, key);
    return text ? str_dup(span_of(text)) : NULL;
}

static void outcome(struct daemon *d, struct client *c, const json_t *request)
{
    if (!d->engine.memory) {
        client_fail(c, 3, d->memory_off);
        return;
    }
    struct outcome_task *t = calloc(1, sizeof *t);
    if (!t) return;
    *t = (struct outcome_task){.task.job = {.work = write_outcome, .done = outcome_written},
                               .daemon = d,
                               .client = c,
                               .incident = copy_of(request, "incident"),
                               .fix = copy_of(request, "fix"),
                               .worked = copy_of(request, "worked"),
                               .note = copy_of(request, "note")};
    if (t->incident && t->fix && t->worked) {
        memory_task(d->engine.memory, &t->task);
        return;
    }
    client_fail(c, 2, "an outcome needs an incident, a fix and whether it worked");
    t->client = NULL;
    t->status = E_USAGE;
    outcome_written(&t->task.job);
}

static const struct {
    const char *name;
    void (*answer)(struct daemon *d, struct client *c, const json_t *request);
} requests[] = {
    {"attach", attach},   {"detach", detach},        {"status", status},      {"stop", stop},
    {"outcome", outcome}, {"import", ingest_import}, {"prune", ingest_prune}, {"reembed", ingest_reembed},
};

void answer_request(void *arg, struct client *c, const json_t *request)
{
    struct daemon *d = arg;
    const char *word = text_of(request, "do");
    for (size_t i = 0; word && i < sizeof requests / sizeof *requests; i++)
        if (strcmp(word, requests[i].name) == 0) {
            requests[i].answer(d, c, request);
            return;
        }
    client_fail(c, 2, "this daemon (version " MLWATCH_VERSION ") does not know the request");
}
