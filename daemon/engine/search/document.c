#include "document.h"

#include <stdlib.h>
#include <string.h>

#include "../../../analyzers/fact_key.h"

enum { CAUSES_TOLD = 2, TRACEBACK_CHARACTERS = 300, NOTE_CHARACTERS = 300, SETTING_CHARACTERS = 40, EMBED_AT_ONCE_MAX = 64 };

/* Settings by their canonical names, most telling first. */
static const char *const settings[] = {"learning_rate", "optimizer",     "batch_size",           "precision", "weight_decay",
                                       "warmup_steps",  "epochs",        "gradient_clip",        "model",     "dropout",
                                       "activation",    "hidden_layers", "gradient_accumulation"};
enum { SETTINGS = sizeof settings / sizeof *settings };

struct told {
    struct str *out;
    bool settings[SETTINGS], traceback;
};

void document_add_id(struct str *out, const char *id)
{
    size_t from = out->n;
    str_add(out, id);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '_') out->p[i] = ' ';
}

static bool add_setting(void *arg, const struct fact *f)
{
    struct told *t = arg;
    const char *key, *value;
    if (!fact_canonical(f->key, f->value, &key, &value)) return true;
    for (size_t i = 0; i < SETTINGS; i++)
        if (!t->settings[i] && strcmp(key, settings[i]) == 0) {
            t->settings[i] = true;
            str_add(t->out, " ");
            document_add_id(t->out, key);
            str_add(t->out, " ");
            str_add_printable(t->out, span_of(value), SETTING_CHARACTERS);
            str_add(t->out, ",");
        }
    return true;
}

static bool add_event(void *arg, const struct event_row *e)
{
    struct told *t = arg;
    if (e->kind != EVENT_TRACEBACK || !e->text) return true;
    str_add(t->out, "\n");
    str_add_printable(t->out, span_of(e->text), TRACEBACK_CHARACTERS);
    return false;
}

static bool add_framework(void *arg, const struct run_row *r)
{
    struct told *t = arg;
    if (r->framework && *r->framework)
        str_add(t->out, "\n"), str_add_printable(t->out, span_of(r->framework), SETTING_CHARACTERS);
    return false;
}

static bool add_note(void *arg, const char *fix, const char *worked, const char *note, double when)
{
    struct told *t = arg;
    (void)when;
    str_add(t->out, "\n");
    document_add_id(t->out, fix);
    str_add(t->out, strcmp(worked, "yes") == 0 ? " helped" : " did not help");
    if (note && *note) str_add(t->out, ": "), str_add_printable(t->out, span_of(note), NOTE_CHARACTERS);
    return true;
}

enum status document_of(struct store *s, const struct incident_row *row, struct str *out, struct err *err)
{
    const struct incident *i = &row->incident;
    struct told t = {.out = out};
    enum status status;
    document_add_id(out, i->kind ? i->kind : "");
    str_add(out, ": ");
    str_add(out, i->message && *i->message ? i->message : row->text);
    for (size_t c = 0; c < row->n_causes && c < CAUSES_TOLD; c++)
        str_add(out, c ? ", " : "\n"), document_add_id(out, row->causes[c].cause);
    (void)((status = store_run(s, i->run_id, add_framework, &t, err)) ||
           (status = store_facts(s, i->run_id, add_setting, &t, err)) ||
           (status = store_events(s, i->run_id, add_event, &t, err)) ||
           (status = store_outcome_lines(s, i->id, add_note, &t, err)));
    return status;
}

/* ---- vectors ------------------------------------------------------------------------------------------------------------ */

struct waiting {
    char ids[EMBED_AT_ONCE_MAX][12];
    size_t n;
};

static bool keep_id(void *arg, const char *incident)
{
    struct waiting *w = arg;
    memcpy(w->ids[w->n++], incident, sizeof w->ids[0]);
    return w->n < EMBED_AT_ONCE_MAX;
}

struct writing {
    struct store *store;
    struct str text;
    struct err *err;
    enum status status;
};

static bool write_document(void *arg, const struct incident_row *row)
{
    struct writing *w = arg;
    w->status = document_of(w->store, row, &w->text, w->err);
    return false;
}

static enum status embed_one(struct store *s, struct embed *e, const char *incident, struct err *err)
{
    struct writing w = {.store = s, .err = err};
    float *vector = malloc(embed_dims(e) * sizeof *vector);
    enum status status =
        vector ? store_incident(s, incident, write_document, &w, err) : err_set(err, E_MEMORY, "no memory to embed");
    if (!status) status = w.status;
    if (!status && w.text.failed) status = err_set(err, E_MEMORY, "no memory to embed");
    if (!status) status = embed_text(e, (struct span){w.text.p, w.text.n}, vector, err);
    if (!status) status = store_vector(s, incident, embed_model(e), vector, embed_dims(e), err);
    str_done(&w.text);
    free(vector);
    return status;
}

enum status document_embed(struct store *s, struct embed *e, size_t max, size_t *n, struct err *err)
{
    struct waiting w = {.n = 0};
    enum status status = store_unembedded(s, embed_model(e), max < EMBED_AT_ONCE_MAX ? max : EMBED_AT_ONCE_MAX, keep_id, &w, err);
    for (*n = 0; !status && *n < w.n; ++*n) status = embed_one(s, e, w.ids[*n], err);
    return status;
}
