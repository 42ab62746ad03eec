#include "find.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../paths.h"
#include "find_parts.h"
#include "question.h"

/* A server's model is not measured here: its cosines order hits, and words alone decide what is refused. */
static const struct find_weights weights[] = {
    {"all-MiniLM-L6-v2", 1, 0.75, 1, 1, 0.5, 1, 0.25, 0.05, 0.22, 0.32, 0.4},
    {"hashing-1", 0.2, 1, 0, 0.2, 0, 0, 1, 0.03, 0, 0.31, 0.4},
    {NULL, 1, 0.75, 0, 0, 0, 0, 1, 0.05, 0, 0.31, 0.4},
};

static const double OWN_WORTH = 0.1; /* what happened here already is likelier */

static const struct find_weights *weights_of(const char *model)
{
    const struct find_weights *w = weights;
    while (w->model && strcmp(w->model, model) != 0) w++;
    return w;
}

double find_fused(const struct search *s, double nearness, double words)
{
    const struct find_weights *w = s->weights;
    if (s->question->by == FIND_WORDS) return words;
    if (s->question->by == FIND_MEANING) return nearness;
    return (w->nearness * s->readable * nearness + w->words * words) / (w->nearness + w->words);
}

const char *find_keep(struct search *s, const char *format, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    const char *kept = n < 0 ? NULL : arena_copy(&s->finder->arena, text, strlen(text));
    return kept ? kept : "";
}

struct find_hit *find_add(struct search *s)
{
    if (s->n_hits == s->room) return NULL;
    s->hits[s->n_hits] = (struct find_hit){0};
    return &s->hits[s->n_hits++];
}

void find_because(struct find_hit *h, const char *why)
{
    for (size_t i = 0; i < h->n_why; i++)
        if (strcmp(h->why[i], why) == 0) return;
    if (*why && h->n_why < FIND_WHY_MAX) h->why[h->n_why++] = why;
}

bool find_has(const struct search *s, const char *id)
{
    for (size_t i = 0; i < s->n_hits; i++)
        if (s->hits[i].incident && strcmp(s->hits[i].incident->id, id) == 0) return true;
    return false;
}

static double card_score(const struct search *s, const char *cause)
{
    const struct deck *d = &s->finder->deck;
    for (size_t i = 0; cause && i < d->n; i++)
        if (strcmp(d->cards[i].id, cause) == 0) return s->card_score[i];
    return 0;
}

/* FTS5 says which words an incident has, too, by its own stems: one list of them is enough. */
static bool tells_words(const char *why) { return strncmp(why, "words: ", 7) == 0; }

void find_score(struct search *s, const struct bm25_text *t, double near, const char *cause, const struct search_hit *by_words,
                struct find_hit *h)
{
    struct str said = {0};
    double words = bm25_score(&s->words, t), own = find_fused(s, near, words), card = card_score(s, cause);
    if (s->worded) h->score = fmax(own, 0.5 * (own + card)) + OWN_WORTH;
    if (words > s->incident_words) s->incident_words = words;
    if (s->worded && own > s->best) s->best = own;
    if (near >= FIND_WORTH_TELLING) find_because(h, find_keep(s, "meaning %.2f", near));
    bm25_matches(&s->words, t, &said);
    if (said.n) find_because(h, find_keep(s, "%s", said.p));
    for (size_t i = 0; by_words && i < by_words->n_why; i++)
        if (!said.n || !tells_words(by_words->why[i])) find_because(h, by_words->why[i]);
    str_done(&said);
    if (s->worded && card > own) find_because(h, find_keep(s, "its cause %s fits", cause));
}

/* ---- one search ---------------------------------------------------------------------------------------------------------- */

static enum status make_room(struct search *s, struct err *err)
{
    struct arena *a = &s->finder->arena;
    size_t cards = s->finder->deck.n;
    s->room = cards + FIND_INCIDENTS_MAX;
    s->hits = arena_alloc(a, s->room * sizeof *s->hits);
    s->card_score = arena_alloc(a, (cards + 1) * sizeof *s->card_score);
    s->cosine = arena_alloc(a, (cards + 1) * sizeof *s->cosine);
    s->phrase = arena_alloc(a, (cards + 1) * sizeof *s->phrase);
    s->texts = arena_alloc(a, (cards + 1) * sizeof *s->texts);
    s->vector = arena_alloc(a, s->finder->meaning.dims * sizeof *s->vector);
    if (s->hits && s->card_score && s->cosine && s->phrase && s->texts && s->vector) return OK;
    return err_set(err, E_MEMORY, "no memory to search");
}

/* What was pasted has no conditions: "lr:0.1" in a log would hide all that is known. */
static enum status read_facets(struct search *s, struct err *err)
{
    const struct find_question *q = s->question;
    s->facets = (struct facets){0};
    if (question_is_pasted(q->text)) question_plain(q->text, s->facets.words, sizeof s->facets.words);
    else return facet_parse(q->text, &s->facets, err);
    return OK;
}

static enum status understand(struct search *s, struct err *err)
{
    const struct find_question *q = s->question;
    enum status status = read_facets(s, err);
    if (status) return status;
    if (q->kind) snprintf(s->facets.kind, sizeof s->facets.kind, "%s", q->kind);
    if (q->since > s->facets.since) s->facets.since = q->since;
    struct span words = span_of(s->facets.words);
    double latin = question_latin(words);
    s->readable = s->weights->latin > 0 ? latin * latin : 1;
    bm25_ask(&s->words, words);
    s->worded = words.n != 0;
    return s->worded ? embed_text(s->finder->meaning.embed, words, s->vector, err) : OK;
}

static int best_first(const void *a, const void *b)
{
    const struct find_hit *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    if (!x->incident != !y->incident) return x->incident ? -1 : 1;
    if (x->incident && x->incident->opened != y->incident->opened) return x->incident->opened < y->incident->opened ? 1 : -1;
    return strcmp(x->incident ? x->incident->id : x->card->id, y->incident ? y->incident->id : y->card->id);
}

/* How near something is that is known, and training as a whole, less how near what is not for us is; and how much of the words is known.
 * Where the model cannot read the letters a constant stands for what it would have said. It stays readable: floors are chosen by it. */
static double evidence_of(const struct search *s)
{
    const struct find_weights *w = s->weights;
    const struct meaning *m = &s->finder->meaning;
    double meant = w->near * fmax(s->nearest, s->best) + w->topic * meaning_topic(m, s->vector) -
                   w->elsewhere * meaning_elsewhere(m, &s->finder->deck, s->vector);
    return s->readable * meant + (1 - s->readable) * w->foreign + w->share * s->best_words + w->sum * log1p(s->best_sum);
}

static void judge(struct search *s, struct found *ret)
{
    const struct find_weights *w = s->weights;
    if (!s->worded || s->question->by != FIND_BOTH) return;
    ret->floor = w->floor;
    ret->evidence = evidence_of(s);
    ret->refused = (!s->words.n || ret->evidence < w->floor) && s->incident_words < w->incident_words;
    if (ret->refused) s->n_hits = 0;
}

/* Of the best, knowledge may take what the memory leaves, and half in any case: what happened here is worth more than what may happen. */
static size_t choose(struct search *s, size_t limit)
{
    size_t incidents = 0, kept = 0, cards = 0;
    for (size_t i = 0; i < s->n_hits; i++) incidents += s->hits[i].incident != NULL;
    size_t reserved = incidents < (limit + 1) / 2 ? incidents : (limit + 1) / 2;
    for (size_t i = 0; i < s->n_hits && kept < limit; i++) {
        if (s->hits[i].card && cards == limit - reserved) continue;
        cards += s->hits[i].card != NULL;
        s->hits[kept++] = s->hits[i];
    }
    return kept;
}

enum status find(struct finder *f, const struct find_question *q, struct found *ret, struct err *err)
{
    struct search s = {.finder = f, .question = q, .weights = weights_of(embed_model(f->meaning.embed))};
    enum status status = make_room(&s, err);
    *ret = (struct found){0};
    (void)(status || (status = understand(&s, err)) || (status = find_cards(&s, err)) || (status = find_incidents(&s, err)));
    if (status) return status;
    judge(&s, ret);
    if (s.n_hits) qsort(s.hits, s.n_hits, sizeof *s.hits, best_first);
    ret->hits = s.hits;
    ret->n = choose(&s, q->limit);
    return OK;
}

/* ---- life --------------------------------------------------------------------------------------------------------------- */

enum status find_open(struct finder *f, struct recall *recall, struct err *err)
{
    struct paths paths;
    struct str file = {0};
    *f = (struct finder){.recall = recall};
    arena_init(&f->arena, FIND_ARENA_BYTES);
    if (paths_find(&paths, NULL) == OK) {
        str_addf(&file, "%s/knowledge.vectors", paths.root);
        paths_done(&paths);
    }
    enum status s = deck_open(&f->deck, &recall->knowledge, err);
    if (!s) s = meaning_open(&f->meaning, &f->deck, file.p, err);
    str_done(&file);
    if (s) find_close(f);
    else f->note = embed_note(f->meaning.embed);
    return s;
}

void find_close(struct finder *f)
{
    if (!f) return;
    meaning_done(&f->meaning);
    deck_done(&f->deck);
    arena_done(&f->arena);
    *f = (struct finder){0};
}
