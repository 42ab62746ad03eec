/* daemon_places - what the daemon watches: directories come and go, are remembered for the next daemon, and are forgotten when nothing comes any
 * more. With nothing to watch and nobody who looks on, the daemon ends. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../base/clock.h"
#include "../../base/json.h"
#include "../../base/str.h"
#include "parts.h"

static const double KEEP_S = 2;

static void looked(void *arg, struct place *p)
{
    struct daemon *d = arg;
    (void)p;
    loop_hurry(d->loop, &d->follow, 0);
}

struct place *daemon_place(struct daemon *d, const char *path, const struct live_options *o)
{
    for (size_t i = 0; i < d->n_places; i++)
        if (strcmp(d->places[i]->path, path) == 0) return d->places[i];
    struct place **more = realloc(d->places, (d->n_places + 1) * sizeof *more);
    if (!more) return NULL;
    d->places = more;
    struct place *p = place_new(&d->engine, d->look, d->watch, path, o, looked, d);
    if (p) d->places[d->n_places++] = p;
    return p;
}

void daemon_forget_place(struct daemon *d, struct place *p, bool forget)
{
    for (size_t i = 0; i < d->n_places; i++) {
        if (d->places[i] != p) continue;
        d->places[i] = d->places[--d->n_places];
        for (struct follower *f = d->followers; f; f = f->next)
            if (f->place == p) f->place = NULL;
        place_free(p, forget);
        return;
    }
}

void daemon_save_places(struct daemon *d)
{
    if (!d->engine.memory) return;
    json_t *list = json_array();
    for (size_t i = 0; i < d->n_places; i++) {
        const struct place *p = d->places[i];
        if (p->looked && p->status != OK) continue;
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:i, s:f}", "path", json_text(p->path), "name", json_text(p->name),
                                        "tags", json_text(p->tags), "sensitivity", (int)p->sensitivity, "attached", p->attached));
    }
    struct str fresh = {0};
    str_addf(&fresh, "%s.new", d->paths.attached);
    if (fresh.p && json_dump_file(list, fresh.p, JSON_INDENT(1)) == 0) (void)rename(fresh.p, d->paths.attached);
    str_done(&fresh);
    json_decref(list);
}

void daemon_restore_places(struct daemon *d)
{
    json_t *list = json_load_file(d->paths.attached, 0, NULL), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        const char *path = json_string_value(json_object_get(one, "path"));
        struct live_options o = {json_string_value(json_object_get(one, "name")), json_string_value(json_object_get(one, "tags")),
                                 (enum sensitivity)json_integer_value(json_object_get(one, "sensitivity"))};
        struct place *p = path ? daemon_place(d, path, &o) : NULL;
        if (p) p->attached = json_number_value(json_object_get(one, "attached"));
    }
    json_decref(list);
}

/* ---- housekeeping ---------------------------------------------------------------------------------------------------------- */

/* Runs without a new byte for a day (a knob), and places in which nothing ever came. */
static void forget_old(struct daemon *d)
{
    double now = clock_wall();
    bool any = false;
    for (size_t p = d->n_places; p-- > 0;) {
        struct place *place = d->places[p];
        for (size_t i = place->n_lives; i-- > 0;) {
            struct live *l = place->lives[i];
            if (now - fmax(l->last_data, l->attached) <= d->engine.forget_s || !l->caught_up_once) continue;
            place_drop(place, l, true);
            any = true;
        }
        if (place->n_lives || !place->looked || now - place->attached <= d->engine.forget_s) continue;
        daemon_forget_place(d, place, true);
        any = true;
    }
    if (any) daemon_save_places(d);
}

static bool lonely(const struct daemon *d)
{
    for (size_t i = 0; i < d->n_places; i++)
        if (d->places[i]->n_lives || !d->places[i]->looked || d->places[i]->status == OK) return false;
    return control_clients(d->control) == 0;
}

void daemon_keep(void *arg)
{
    struct daemon *d = arg;
    double now = loop_now(d->loop);
    control_check(d->control);
    forget_old(d);
    if (!lonely(d)) d->lonely_since = -1;
    else if (d->lonely_since < 0) d->lonely_since = now;
    if (d->lonely_since >= 0 && now - d->lonely_since >= d->linger_s) loop_stop(d->loop);
    loop_start(d->loop, &d->keep, fmin(KEEP_S, d->linger_s > 0 ? d->linger_s : KEEP_S));
}
