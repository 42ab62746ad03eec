/* answer - what the daemon says to a request, and to those who follow what it watches.
 *
 * A follower is told, in this order: what was found (as soon as the logs were read, at the latest after FOUND_S), what history
 * holds (one alert an incident), then news as they come and one line a second that changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/json.h"
#include "../base/str.h"
#include "daemon/parts.h"
#include "ingest/requests.h"

static const double FOUND_S = 0.7, HISTORY_S = 5, LINE_S = 1, HURRY_S = 0.03;

static void say(struct client *c, const char *what, const char *text)
{
    client_send(c, json_pack("{s:s, s:o}", "say", what, "text", json_text(text)));
}

static void fail(struct client *c, int code, const char *text)
{
    say(c, "error", text);
    client_done(c, code);
}

/* ---- followers ------------------------------------------------------------------------------------------------------------- */

static void leave(struct daemon *d, struct follower *f)
{
    for (struct follower **at = &d->followers; *at; at = &(*at)->next)
        if (*at == f) {
            *at = f->next;
            break;
        }
    free(f->known);
    free(f->last_line);
    free(f);
}

static bool others(const struct daemon *d, const struct client *c)
{
    for (const struct follower *f = d->followers; f; f = f->next)
        if (f->client == c) return true;
    return false;
}

static bool knows(const struct follower *f, const char *id)
{
    for (size_t i = 0; i < f->n_known; i++)
        if (strcmp(f->known[i], id) == 0) return true;
    return false;
}

static void found(struct follower *f, const struct live *l)
{
    char(*more)[12] = realloc(f->known, (f->n_known + 1) * sizeof *more);
    if (!more) return;
    f->known = more;
    memcpy(f->known[f->n_known++], l->id, 12);
    client_send(f->client, live_found(l));
}

static void history(struct follower *f, const struct live *l)
{
    static const char *const order[] = {"critical", "warning", "info"};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < l->n_alerts; i++) {
            const char *severity = json_string_value(json_object_get(l->alerts[i].message, "severity"));
            if (severity && strcmp(severity, order[k]) == 0) client_send(f->client, json_incref(l->alerts[i].message));
        }
}

static const struct live *freshest(const struct place *p)
{
    const struct live *best = NULL;
    for (size_t i = 0; i < p->n_lives; i++)
        if (!best || p->lives[i]->last_data > best->last_data) best = p->lives[i];
    return best;
}

static void line(struct follower *f)
{
    const struct live *l = freshest(f->place);
    json_t *message = l ? live_line(l) : NULL;
    if (!message) return;
    if (f->place->n_lives > 1) json_object_set_new(message, "others", json_integer((json_int_t)f->place->n_lives - 1));
    char *text = json_dumps(message, JSON_COMPACT);
    if (text && (!f->last_line || strcmp(text, f->last_line) != 0)) {
        free(f->last_line);
        f->last_line = text;
        client_send(f->client, message);
        return;
    }
    free(text);
    json_decref(message);
}

static void explain_nothing(struct follower *f)
{
    struct str s = {0};
    str_addf(&s, "%s; it is watched, and a log will be taken up when it comes", f->place->err.text);
    if (s.p) say(f->client, "note", s.p);
    str_done(&s);
}

/* The directory cannot be read. One that is not there yet stays under watch, for it may come. */
static bool unreadable(struct daemon *d, struct follower *f)
{
    struct place *p = f->place;
    if (!p->looked || p->status == OK || p->n_lives) return false;
    bool missing = access(p->path, F_OK) != 0;
    struct str s = {0};
    str_addf(&s, "%s%s", p->err.text, missing ? "; it is watched from the moment it appears" : "");
    say(f->client, "error", s.p ? s.p : p->err.text);
    str_done(&s);
    struct client *c = f->client;
    leave(d, f);
    if (!missing) daemon_forget_place(d, p, false);
    if (!others(d, c)) client_done(c, 3);
    return true;
}

/* True when the follower is gone. */
static bool step(struct daemon *d, struct follower *f, double now)
{
    struct place *p = f->place;
    struct client *c = f->client;
    if (!p) {
        leave(d, f);
        if (!others(d, c)) client_done(c, 0);
        return true;
    }
    if (unreadable(d, f)) return true;
    bool caught_up = place_caught_up(p), late = now - f->since > FOUND_S;
    if (!p->looked || (!caught_up && !late && !f->found_said)) return false;
    if (!f->found_said && !p->n_lives) explain_nothing(f);
    if (!f->found_said && *p->note) say(c, "note", p->note);
    for (size_t i = 0; i < p->n_lives; i++) {
        struct live *l = p->lives[i];
        if (knows(f, l->id) || (f->found_said && !l->caught_up_once)) continue;
        found(f, l);
        if (f->told) history(f, l);
    }
    f->found_said = true;
    if (!f->told && (caught_up || now - f->since > HISTORY_S)) {
        for (size_t i = 0; i < p->n_lives; i++) history(f, p->lives[i]);
        f->told = true;
    }
    if (f->stays || !(f->told || late)) {
        if (f->told && f->stays) line(f);
        return false;
    }
    leave(d, f);
    if (!others(d, c)) client_done(c, 0);
    return true;
}

void answer_follow(void *arg)
{
    struct daemon *d = arg;
    double now = loop_now(d->loop), wait = LINE_S;
    for (struct follower *f = d->followers, *next; f; f = next) {
        next = f->next;
        if (!step(d, f, now) && !f->told) wait = HURRY_S;
    }
    if (d->followers) loop_start(d->loop, &d->follow, wait);
}

/* A run that this follower has not heard of yet is introduced first; its history holds the alert already. */
static void pass_on(struct follower *f, const struct live *l, json_t *message)
{
    if (knows(f, l->id)) {
        client_send(f->client, json_incref(message));
        return;
    }
    found(f, l);
    history(f, l);
}

void answer_alert(struct daemon *d, struct live *l, json_t *message)
{
    for (struct follower *f = d->followers; f; f = f->next)
        for (size_t i = 0; f->told && f->place && i < f->place->n_lives; i++)
            if (f->place->lives[i] == l) pass_on(f, l, message);
}

void answer_closed(void *arg, struct client *c)
{
    struct daemon *d = arg;
    for (struct follower *f = d->followers, *next; f; f = next) {
        next = f->next;
        if (f->client == c) leave(d, f);
    }
}

/* ---- requests --------------------------------------------------------------------------------------------------------------- */

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
    struct follower *f = calloc(1, sizeof *f);
    struct place *p = f ? place_of(d, path, &o) : NULL;
    if (!p) {
        free(f);
        return;
    }
    if (p->looked && p->status != OK) { /* it may be there by now */
        p->looked = false;
        place_rescan(p);
    }
    for (size_t i = 0; i < p->n_lives; i++) live_rouse(p->lives[i]);
    *f = (struct follower){.client = c,
                           .place = p,
                           .stays = json_is_true(json_object_get(request, "follow")),
                           .since = loop_now(d->loop),
                           .next = d->followers};
    d->followers = f;
}

static void attach(struct daemon *d, struct client *c, const json_t *request)
{
    size_t i;
    const json_t *path;
    if (*d->memory_off) say(c, "note", d->memory_off);
    else if (memory_failing(d->engine.memory)) say(c, "note", "the memory cannot be written at present; watching goes on");
    if (*memory_note(d->engine.memory)) say(c, "note", memory_note(d->engine.memory));
    if (*d->polling) say(c, "note", d->polling);
    json_array_foreach(json_object_get(request, "paths"), i, path) if (json_is_string(path))
        attach_one(d, c, request, json_string_value(path));
    if (!others(d, c)) {
        fail(c, 2, "nothing to watch was named");
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
        fail(c, 3, s.p ? s.p : "no such run is watched");
        str_done(&s);
        return;
    }
    daemon_save_places(d);
    client_done(c, 0);
}

static void status(struct daemon *d, struct client *c, const json_t *request)
{
    (void)request;
    if (*d->memory_off) say(c, "note", d->memory_off);
    if (*memory_note(d->engine.memory)) say(c, "note", memory_note(d->engine.memory));
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
    struct client *client; /* NULL once it has hung up: see answer_closed */
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
        else fail(t->client, t->status == E_USAGE ? 2 : 3, t->err.text);
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
        fail(c, 3, d->memory_off);
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
    fail(c, 2, "an outcome needs an incident, a fix and whether it worked");
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
    fail(c, 2, "this daemon (version " MLWATCH_VERSION ") does not know the request");
}
