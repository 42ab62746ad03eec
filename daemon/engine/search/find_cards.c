/* The knowledge's half of a search. */
#include <math.h>
#include <string.h>

#include "find_parts.h"
#include "question.h"

enum { SENTENCES_MAX = 8, SENTENCE_BYTES_MIN = 15 };
static const double TITLE_WEIGHT = 3, CLUE_WEIGHT = 0.5, FIX_WEIGHT = 0.3, COMMON_WORTH = 0.02, RARE_PRIOR = 0.01;

static void read_card(const struct search *s, const struct card *c, struct bm25_text *t)
{
    const struct knowledge *k = &s->finder->recall->knowledge;
    for (size_t p = 0; p < deck_phrases(c); p++) bm25_read(&s->words, span_of(deck_phrase(c, p)), p == 0 ? TITLE_WEIGHT : 1, t);
    for (size_t i = 0; c->cause && i < c->cause->n_clues; i++)
        if (c->cause->clues[i].ratio > 1 && c->cause->clues[i].why)
            bm25_read(&s->words, span_of(c->cause->clues[i].why), CLUE_WEIGHT, t);
    double length = t->length; /* a card is no longer for what is said of it in other languages */
    for (size_t i = 0; i < c->n_words; i++) bm25_read(&s->words, span_of(c->words[i]), 1, t);
    t->length = length;
    if (c->evidence) bm25_read(&s->words, span_of(c->evidence), CLUE_WEIGHT, t);
    for (size_t i = 0; i < c->n_fixes; i++) {
        const struct fix *fix = c->cause ? knowledge_fix(k, c->fixes[i]) : NULL;
        bm25_read(&s->words, span_of(fix ? fix->title : c->fixes[i]), FIX_WEIGHT, t);
        if (fix) bm25_read(&s->words, span_of(fix->action), FIX_WEIGHT, t);
    }
}

static const char *first_fix(const struct search *s, const struct card *c)
{
    struct ranked ranked[RANK_MAX];
    const struct recall *r = s->finder->recall;
    if (!c->cause) return c->n_fixes ? c->fixes[0] : NULL;
    size_t n = rank(c->cause, 1, r->knowledge.fixes, r->knowledge.n_fixes, r->hosts.outcomes, r->hosts.n_outcomes, ranked);
    return n ? ranked[0].fix->id : NULL;
}

static void explain(struct search *s, const struct card *c, size_t i, struct find_hit *h)
{
    struct str words = {0};
    bm25_matches(&s->words, &s->texts[i], &words);
    if (s->cosine[i] >= FIND_WORTH_TELLING)
        find_because(h, find_keep(s, "meaning %.2f: \"%.300s\"", s->cosine[i], deck_phrase(c, s->phrase[i])));
    if (words.n) find_because(h, find_keep(s, "%s", words.p));
    str_done(&words);
}

/* One sentence of a long question often says it all, and the others are its circumstances: a card is as near as halfway between the whole
 * question and the sentence that is nearest to it. */
static enum status hear_sentences(struct search *s, double *near, struct err *err)
{
    const struct deck *d = &s->finder->deck;
    const struct meaning *m = &s->finder->meaning;
    struct span rest = span_of(s->facets.words);
    size_t bytes = (d->n + 1) * sizeof(double);
    double *best = arena_alloc(&s->finder->arena, bytes), *one = arena_alloc(&s->finder->arena, bytes),
           *cosine = arena_alloc(&s->finder->arena, bytes);
    size_t *phrase = arena_alloc(&s->finder->arena, (d->n + 1) * sizeof *phrase);
    float *vector = arena_alloc(&s->finder->arena, m->dims * sizeof *vector);
    enum status status = best && one && cosine && phrase && vector ? OK : err_set(err, E_MEMORY, "no memory to search");
    if (status) return status;
    memcpy(best, near, bytes);
    for (size_t told = 0; rest.n && told < SENTENCES_MAX && !status;) {
        struct span sentence = question_sentence(&rest);
        if (sentence.n < SENTENCE_BYTES_MIN) continue;
        status = embed_text(m->embed, sentence, vector, err);
        if (!status) meaning_near(m, d, vector, one, phrase, cosine);
        for (size_t i = 0; i < d->n && !status; i++) {
            if (one[i] > best[i]) best[i] = one[i];
            if (cosine[i] > s->cosine[i]) s->cosine[i] = cosine[i], s->phrase[i] = phrase[i];
        }
        told++;
    }
    for (size_t i = 0; i < d->n; i++) near[i] = 0.5 * (near[i] + best[i]);
    return status;
}

/* Among cards that fit alike the commoner cause comes first: a little for each tenfold of its prior. */
static double commonness(const struct card *c) { return c->cause ? COMMON_WORTH * log10(c->cause->prior / RARE_PRIOR) : 0; }

static bool admitted(const struct search *s, const struct card *c)
{
    const struct facets *f = &s->facets;
    if (*f->kind || f->since > 0 || f->n_settings || s->question->like) return false;
    return *f->cause ? strcmp(f->cause, c->id) == 0 : s->worded;
}

enum status find_cards(struct search *s, struct err *err)
{
    const struct deck *d = &s->finder->deck;
    double *near = arena_alloc(&s->finder->arena, (d->n + 1) * sizeof *near);
    if (!near) return err_set(err, E_MEMORY, "no memory to search");
    for (size_t i = 0; i < d->n; i++) read_card(s, &d->cards[i], &s->texts[i]);
    bm25_background(&s->words, s->texts, d->n);
    if (s->worded) meaning_near(&s->finder->meaning, d, s->vector, near, s->phrase, s->cosine);
    if (s->worded && strlen(s->facets.words) >= QUESTION_LONG_BYTES) {
        enum status status = hear_sentences(s, near, err);
        if (status) return status;
    }
    for (size_t i = 0; i < d->n; i++) {
        double sum = bm25_sum(&s->words, &s->texts[i]);
        s->card_score[i] = find_fused(s, near[i], s->words.known > 0 ? sum / s->words.known : 0);
        s->nearest = fmax(s->nearest, near[i]);
        s->best_sum = fmax(s->best_sum, sum);
        s->best_words = fmax(s->best_words, bm25_score(&s->words, &s->texts[i]));
        struct find_hit *h = admitted(s, &d->cards[i]) ? find_add(s) : NULL;
        if (!h) continue;
        const struct card *c = &d->cards[i];
        *h = (struct find_hit){.card = c, .score = s->card_score[i] + commonness(c), .title = c->title, .fix = first_fix(s, c)};
        if (s->worded) explain(s, c, i, h);
    }
    return OK;
}
