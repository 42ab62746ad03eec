/* note - see note.h: ids, and the way to the back end. */
#include "note.h"

#include "../base/hash.h"
#include "../base/str.h"
#include "store_ops.h"

void note_identify(struct note *n)
{
    const char *const texts[] = {n->text, n->symptoms, n->cause};
    uint64_t h = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) h = hash64(texts[i], span_of(texts[i]).n, h + i + 1);
    for (size_t i = 0; i < n->n_fixes; i++) {
        h = hash64(n->fixes[i].fix, span_of(n->fixes[i].fix).n, h + i + 1);
        h = hash64(n->fixes[i].worked, span_of(n->fixes[i].worked).n, h + i + 1);
    }
    hash_name(n->id, 'n', h);
}

enum status note_put(struct store *s, const struct note *n, bool *fresh, struct err *err)
{
    if (!n->text || !*n->text) return err_set(err, E_USAGE, "a note needs words that say what happened");
    return s->ops->notes->put(s, n, fresh, err);
}

enum status note_each(struct store *s, enum note_by by, const char *what, size_t limit,
                      bool (*each)(void *arg, const struct note *n), void *arg, struct err *err)
{
    return s->ops->notes->each(s, by, what, limit, each, arg, err);
}

enum status note_unembedded(struct store *s, const char *model, size_t max, bool (*each)(void *arg, const char *id), void *arg,
                            struct err *err)
{
    return s->ops->notes->unembedded(s, model, max, each, arg, err);
}

enum status note_vector(struct store *s, const char *id, const char *model, const float *v, size_t n, struct err *err)
{
    return s->ops->notes->vector(s, id, model, v, n, err);
}

enum status note_vectors(struct store *s, const char *model, size_t dims, bool (*each)(void *arg, const char *id, const float *v),
                         void *arg, struct err *err)
{
    return s->ops->notes->vectors(s, model, dims, each, arg, err);
}
