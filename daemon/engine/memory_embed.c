/* memory_embed - what incidents mean is worked out after they are written, a few at a time, so that the next batch need not wait for it.
 * Without it the memory is searched by words: a failure is no news, and the next incident tries again. */
#include <stdio.h>
#include <stdlib.h>

#include "../store/upkeep.h"
#include "memory_parts.h"
#include "search/document.h"
#include "search/meaning.h"
#include "search/note_document.h"

enum { EMBED_AT_ONCE = 4 };

struct embedding {
    struct job job;
    struct memory *memory;
    size_t n;
    enum status status;
};

/* Incidents first, then notes; fewer than EMBED_AT_ONCE when none is left. */
static enum status embed_some(struct memory *m, size_t *n, struct err *err)
{
    size_t notes = 0;
    enum status status = document_embed(m->store, m->embed, EMBED_AT_ONCE, n, err);
    if (!status && *n < EMBED_AT_ONCE) status = note_embed(m->store, m->embed, EMBED_AT_ONCE - *n, &notes, err);
    *n += notes;
    return status;
}

static void embedding_work(struct job *j)
{
    struct embedding *e = (struct embedding *)j;
    struct memory *m = e->memory;
    struct err err;
    e->status = m->embed ? OK : meaning_embed_open(NULL, &m->embed, &err);
    if (!e->status) e->status = embed_some(m, &e->n, &err);
}

static void embedding_done(struct job *j)
{
    struct embedding *e = (struct embedding *)j;
    struct memory *m = e->memory;
    bool more = e->status == OK && e->n == EMBED_AT_ONCE;
    m->embedding = NULL;
    free(e);
    if (more) memory_embed(m);
}

void memory_embed(struct memory *m)
{
    if (m->embedding || m->closing || !(m->embedding = calloc(1, sizeof *m->embedding))) return;
    *m->embedding = (struct embedding){.job = {.work = embedding_work, .done = embedding_done}, .memory = m};
    lane_push(m->lane, &m->embedding->job);
}

/* Another back end takes the place of the one there is, if it can be opened. */
static enum status change_embedder(struct memory *m, const char *url, struct err *err)
{
    struct embed *other = NULL;
    enum status status = meaning_embed_open(url, &other, err);
    if (status) return status;
    embed_close(m->embed);
    m->embed = other;
    return OK;
}

static enum status reembed_begin(struct memory *m, struct reembedding *r)
{
    enum status status = OK;
    if (r->url || !m->embed) status = change_embedder(m, r->url, &r->err);
    if (!status) snprintf(r->model, sizeof r->model, "%s", embed_model(m->embed));
    if (!status && r->anew) status = upkeep_forget_vectors(m->store, r->model, false, &r->err);
    r->begun = true;
    return status;
}

static void reembed_work(struct job *j)
{
    struct reembedding *r = (struct reembedding *)j;
    size_t n = 0;
    r->status = r->begun ? OK : reembed_begin(r->memory, r);
    if (!r->status) r->status = embed_some(r->memory, &n, &r->err);
    r->done += n;
    r->more = !r->status && n == EMBED_AT_ONCE;
    if (!r->status && !r->more) r->status = upkeep_forget_vectors(r->memory->store, r->model, true, &r->err);
}

static void reembed_done(struct job *j)
{
    struct reembedding *r = (struct reembedding *)j;
    r->ready(r);
}

void memory_reembed(struct memory *m, struct reembedding *r)
{
    r->memory = m;
    r->job = (struct job){.work = reembed_work, .done = reembed_done};
    lane_push(m->lane, &r->job);
}
