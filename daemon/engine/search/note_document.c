#include "note_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../report/words.h"
#include "document.h"

enum { EMBED_AT_ONCE_MAX = 64 };

void note_document(const struct note *n, struct str *out)
{
    str_add(out, n->text);
    if (n->symptoms) str_add(out, "\n"), str_add(out, n->symptoms);
    if (n->cause) str_add(out, "\n"), document_add_id(out, n->cause);
    for (size_t i = 0; i < n->n_fixes; i++) {
        str_add(out, "\n");
        document_add_id(out, n->fixes[i].fix);
        const char *worked = words_worked(n->fixes[i].worked);
        if (worked) str_addf(out, " %s", worked);
    }
}

struct waiting {
    char ids[EMBED_AT_ONCE_MAX][12];
    size_t n, max;
};

static bool keep_id(void *arg, const char *id)
{
    struct waiting *w = arg;
    snprintf(w->ids[w->n++], sizeof w->ids[0], "%s", id);
    return w->n < w->max;
}

static bool write_document(void *arg, const struct note *n)
{
    note_document(n, arg);
    return false;
}

static enum status embed_one(struct store *s, struct embed *e, const char *id, struct err *err)
{
    struct str text = {0};
    float *vector = malloc(embed_dims(e) * sizeof *vector);
    enum status status =
        vector ? note_each(s, NOTE_ID, id, 1, write_document, &text, err) : err_set(err, E_MEMORY, "no memory to embed");
    if (!status && text.failed) status = err_set(err, E_MEMORY, "no memory to embed");
    if (!status) status = embed_text(e, (struct span){text.p, text.n}, vector, err);
    if (!status) status = note_vector(s, id, embed_model(e), vector, embed_dims(e), err);
    str_done(&text);
    free(vector);
    return status;
}

enum status note_embed(struct store *s, struct embed *e, size_t max, size_t *n, struct err *err)
{
    struct waiting w = {.max = max < EMBED_AT_ONCE_MAX ? max : EMBED_AT_ONCE_MAX};
    *n = 0;
    if (!w.max) return OK;
    enum status status = note_unembedded(s, embed_model(e), w.max, keep_id, &w, err);
    for (; !status && *n < w.n; ++*n) status = embed_one(s, e, w.ids[*n], err);
    return status;
}
