/* The embedders by URL scheme, and which one is taken when nobody said. */
#include <math.h>
#include <stdlib.h>

#include "embedder.h"

static const struct embedder *const embedders[] = {&embed_minilm, &embed_hashing, &embed_ollama, &embed_openai};
enum { N_EMBEDDERS = sizeof embedders / sizeof *embedders };

struct embed {
    const struct embedder *by;
    struct embedding is;
    const char *note;
};

static bool is_auto(const char *url) { return !url || !*url || strcmp(url, "auto") == 0; }

static const struct embedder *embedder_of(const char *url, const char **rest)
{
    const char *colon = strchr(url, ':');
    for (size_t i = 0; colon && i < N_EMBEDDERS; i++)
        if (span_is((struct span){url, (size_t)(colon - url)}, embedders[i]->scheme)) return *rest = colon + 1, embedders[i];
    return NULL;
}

static enum status open_by(struct embed *e, const struct embedder *by, const struct embed_choice *c, const char *rest,
                           struct err *err)
{
    e->by = by;
    return by->open(c, rest, &e->is, err);
}

static enum status open_named(struct embed *e, const struct embed_choice *c, struct err *err)
{
    const char *rest = "";
    const struct embedder *by = embedder_of(c->url, &rest);
    if (!by)
        return err_set(err, E_USAGE, "no embedding model is called '%s' (minilm:, hashing:, ollama:MODEL, openai:URL#MODEL are)",
                       c->url);
    return open_by(e, by, c, rest, err);
}

/* Not installed is a state of the world and told as a note; weights that are there and cannot be used are an error. */
static enum status open_best(struct embed *e, const struct embed_choice *c, struct err *err)
{
    enum status s = open_by(e, &embed_minilm, c, "", err);
    if (s != E_ABSENT) return s;
    e->note = "no embedding model is installed: texts are compared by their words, not by meaning (scripts/model install)";
    return open_by(e, &embed_hashing, c, "", err);
}

enum status embed_open(const struct embed_choice *c, struct embed **ret, struct err *err)
{
    struct embed *e = calloc(1, sizeof *e);
    if (!e) return err_set(err, E_MEMORY, "no memory");
    enum status s = is_auto(c->url) ? open_best(e, c, err) : open_named(e, c, err);
    if (s) free(e);
    else *ret = e;
    return s;
}

void embed_close(struct embed *e)
{
    if (!e) return;
    e->by->close(e->is.state);
    free(e);
}

enum status embed_text(struct embed *e, struct span text, float *ret, struct err *err)
{
    float v[EMBED_DIMS_MAX];
    enum status s = e->by->embed(e->is.state, text, v, err);
    if (s) return s;
    double squares = 0;
    for (size_t i = 0; i < e->is.dims; i++) squares += (double)v[i] * (double)v[i];
    if (!(squares > 0) || !isfinite(squares))
        return err_set(err, E_FORMAT, "'%s' gave a vector that has no direction", e->is.model);
    for (size_t i = 0; i < e->is.dims; i++) ret[i] = (float)(v[i] / sqrt(squares));
    return OK;
}

size_t embed_dims(const struct embed *e) { return e->is.dims; }
const char *embed_model(const struct embed *e) { return e->is.model; }
const char *embed_note(const struct embed *e) { return e->note; }
