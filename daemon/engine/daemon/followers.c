/* daemon_followers - those who look on, and what they are told.
 *
 * A follower is told, in this order: what was found (as soon as the logs were read, at the latest after FOUND_S), what history
 * holds (one alert an incident), then news as they come and one line a second that changes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../base/json.h"
#include "../../base/str.h"
#include "parts.h"

static const double FOUND_S = 0.7, HISTORY_S = 5, LINE_S = 1, HURRY_S = 0.03;

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

bool daemon_has_followers(const struct daemon *d, const struct client *c)
{
    for (const struct follower *f = d->followers; f; f = f->next)
        if (f->client == c) return true;
    return false;
}

void daemon_add_follower(struct daemon *d, struct client *c, struct place *p, bool stays)
{
    struct follower *f = calloc(1, sizeof *f);
    if (!f) return;
    *f = (struct follower){.client = c, .place = p, .stays = stays, .since = loop_now(d->loop), .next = d->followers};
    d->followers = f;
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
    if (s.p) client_say(f->client, "note", s.p);
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
    client_say(f->client, "error", s.p ? s.p : p->err.text);
    str_done(&s);
    struct client *c = f->client;
    leave(d, f);
    if (!missing) daemon_forget_place(d, p, false);
    if (!daemon_has_followers(d, c)) client_done(c, 3);
    return true;
}

/* True when the follower is gone. */
static bool step(struct daemon *d, struct follower *f, double now)
{
    struct place *p = f->place;
    struct client *c = f->client;
    if (!p) {
        leave(d, f);
        if (!daemon_has_followers(d, c)) client_done(c, 0);
        return true;
    }
    if (unreadable(d, f)) return true;
    bool caught_up = place_caught_up(p), late = now - f->since > FOUND_S;
    if (!p->looked || (!caught_up && !late && !f->found_said)) return false;
    if (!f->found_said && !p->n_lives) explain_nothing(f);
    if (!f->found_said && *p->note) client_say(c, "note", p->note);
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
    if (!daemon_has_followers(d, c)) client_done(c, 0);
    return true;
}

void daemon_follow(void *arg)
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

void daemon_pass_on(struct daemon *d, struct live *l, json_t *message)
{
    for (struct follower *f = d->followers; f; f = f->next)
        for (size_t i = 0; f->told && f->place && i < f->place->n_lives; i++)
            if (f->place->lives[i] == l) pass_on(f, l, message);
}

void daemon_client_gone(void *arg, struct client *c)
{
    struct daemon *d = arg;
    for (struct follower *f = d->followers, *next; f; f = next) {
        next = f->next;
        if (f->client == c) leave(d, f);
    }
}
