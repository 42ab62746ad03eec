/* What people told in words, as hits: the notes that share words with the question and those whose vectors are near, scored as incidents are.
 *
 * A hit of a note is an incident of the kind "note" that belongs to no run: its id is the note's, its message what happened. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../store/note.h"
#include "find_parts.h"

enum { BY_WORDS_MAX = 60, BY_MEANING_MAX = 30, LISTED_MAX = 100 };

struct near_note {
    char id[12];
    size_t store;
    double cosine;
};
struct looking {
    struct search *search;
    size_t store;
    struct near_note near[BY_MEANING_MAX]; /* nearest first */
    size_t n;
    double cosine; /* of the note that is looked at, NAN without */
};

/* ---- vectors ------------------------------------------------------------------------------------------------------------- */

static bool keep_near(void *arg, const char *id, const float *v)
{
    struct looking *l = arg;
    struct near_note one = {.store = l->store, .cosine = meaning_cosine(l->search->vector, v, l->search->finder->meaning.dims)};
    snprintf(one.id, sizeof one.id, "%s", id);
    if (l->n == BY_MEANING_MAX && l->near[l->n - 1].cosine >= one.cosine) return true;
    size_t at = l->n < BY_MEANING_MAX ? l->n++ : l->n - 1;
    for (; at && l->near[at - 1].cosine < one.cosine; at--) l->near[at] = l->near[at - 1];
    l->near[at] = one;
    return true;
}

static double cosine_of(const struct looking *l, const char *id)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->near[i].id, id) == 0) return l->near[i].cosine;
    return (double)NAN;
}

/* ---- one note -------------------------------------------------------------------------------------------------------------- */

static bool admitted(const struct search *s, const struct note *n)
{
    const struct facets *f = &s->facets;
    if (*f->kind && strcmp(f->kind, "note") != 0) return false;
    if (*f->cause && !(n->cause && strcmp(f->cause, n->cause) == 0)) return false;
    return !(f->since > 0 && !(n->when >= f->since)) && !f->n_settings;
}

static const char *keep(struct search *s, const char *text)
{
    const char *kept = text ? arena_copy(&s->finder->arena, text, strlen(text)) : NULL;
    return text && !kept ? "" : kept;
}

static const struct incident *as_incident(struct search *s, const struct note *n)
{
    struct incident *i = arena_alloc(&s->finder->arena, sizeof *i);
    if (!i) return NULL;
    *i = (struct incident){.run_name = "",
                           .kind = "note",
                           .severity = "info",
                           .state = "closed",
                           .cause = keep(s, n->cause),
                           .cause_probability = (double)NAN,
                           .opened = n->when,
                           .closed = (double)NAN,
                           .message = keep(s, n->text)};
    memcpy(i->id, n->id, sizeof i->id);
    return i;
}

/* What worked; else the last that was tried. */
static void add_fix(struct search *s, const struct note *n, struct find_hit *h)
{
    size_t best = n->n_fixes;
    for (size_t i = n->n_fixes; i-- > 0;)
        if (best == n->n_fixes || (n->fixes[i].worked && strcmp(n->fixes[i].worked, "yes") == 0)) best = i;
    if (best == n->n_fixes) return;
    h->fix = keep(s, n->fixes[best].fix);
    h->worked = keep(s, n->fixes[best].worked);
}

static void read_note(const struct search *s, const struct note *n, struct bm25_text *t)
{
    const char *const texts[] = {n->text, n->symptoms, n->cause};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (texts[k]) bm25_read(&s->words, span_of(texts[k]), 1, t);
    for (size_t i = 0; i < n->n_fixes; i++) bm25_read(&s->words, span_of(n->fixes[i].fix), 1, t);
}

static void score(struct search *s, const struct note *n, double cosine, struct find_hit *h)
{
    struct bm25_text t = {.length = 0};
    double near = isnan(cosine) ? 0 : cosine;
    read_note(s, n, &t);
    find_score(s, &t, near, n->cause, NULL, h);
    if (!s->worded) h->score = 0.5 * near;
}

static bool add_note(void *arg, const struct note *n)
{
    struct looking *l = arg;
    struct search *s = l->search;
    struct find_hit *h = admitted(s, n) && !find_has(s, n->id) ? find_add(s) : NULL;
    if (!h) return true;
    h->incident = as_incident(s, n);
    if (!h->incident) {
        s->n_hits--;
        return false;
    }
    h->title = h->incident->message;
    add_fix(s, n, h);
    score(s, n, isnan(l->cosine) ? cosine_of(l, n->id) : l->cosine, h);
    return true;
}

/* ---- both ways ------------------------------------------------------------------------------------------------------------- */

static enum status by_meaning(struct looking *l, bool asked, struct err *err)
{
    struct search *s = l->search;
    const struct hosts *h = &s->finder->recall->hosts;
    double floor = s->worded ? FIND_NEAR_ENOUGH : FIND_LIKE_ENOUGH;
    enum status status = OK;
    for (l->store = 0; l->store < h->n_stores && asked && !status; l->store++)
        status =
            note_vectors(h->stores[l->store], embed_model(s->finder->meaning.embed), s->finder->meaning.dims, keep_near, l, err);
    for (size_t i = 0; i < l->n && !status && l->near[i].cosine >= floor; i++) {
        l->cosine = l->near[i].cosine;
        status = note_each(h->stores[l->near[i].store], NOTE_ID, l->near[i].id, 1, add_note, l, err);
    }
    l->cosine = (double)NAN;
    return status;
}

enum status find_notes(struct search *s, bool asked, struct err *err)
{
    const struct hosts *h = &s->finder->recall->hosts;
    struct looking l = {.search = s, .cosine = (double)NAN};
    enum status status = by_meaning(&l, asked, err);
    bool listed = !s->worded && !s->question->like;
    for (size_t i = 0; i < h->n_stores && !status && (listed || s->worded); i++)
        status = note_each(h->stores[i], listed ? NOTE_ALL : NOTE_WORDS, s->facets.words, listed ? LISTED_MAX : BY_WORDS_MAX,
                           add_note, &l, err);
    return status;
}
