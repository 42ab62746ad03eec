/* find_parts - what the files find*.c of this folder share: one search while it runs. */
#ifndef MLWATCH_FIND_PARTS_H
#define MLWATCH_FIND_PARTS_H

#include "find.h"

enum { FIND_ARENA_BYTES = 64 << 20, FIND_INCIDENTS_MAX = 300 };
/* Cosines: from which on something is found by meaning, by the meaning of a run to be like, and worth telling. */
static const double FIND_NEAR_ENOUGH = 0.3, FIND_LIKE_ENOUGH = 0.7, FIND_WORTH_TELLING = 0.35;

/* How one model's cosines and the words' score are added up. */
struct find_weights {
    const char *model;      /* NULL: any other */
    double nearness, words; /* of a hit's score */
    double latin;           /* 1: the model reads Latin letters only, so that its cosines count by the square of their share */
    double near, topic, elsewhere, share, sum, foreign, floor; /* refusal; find.c says how they are added up */
    double incident_words; /* the share of words that an incident needs to be told whatever the floor says */
};

struct search {
    struct finder *finder;
    const struct find_question *question;
    const struct find_weights *weights;
    struct facets facets;
    struct bm25_question words;
    bool worded;     /* there are words to search for */
    double readable; /* how much the model understands of it, 0 to 1 */
    float *vector;
    double *card_score, *cosine; /* a number a card */
    size_t *phrase;              /* the phrase nearest to the question, a number a card */
    struct bm25_text *texts;     /* of the cards */
    struct find_hit *hits;
    size_t n_hits, room;
    double nearest, best_words, best_sum; /* of the cards: nearness, share of words, sum of words */
    double best;                          /* score among what happened here */
    double incident_words;                /* share of words among what happened here */
};

/* find_keep - a printf into the finder's arena; "" without memory. */
const char *find_keep(struct search *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* find_add - room for one more hit; NULL without memory. */
struct find_hit *find_add(struct search *s);
void find_because(struct find_hit *h, const char *why);
/* find_has - is this incident, or note, among the hits? */
bool find_has(const struct search *s, const char *id);
double find_fused(const struct search *s, double nearness, double words);
/* find_score - score what happened here and say why it matches, when something was asked in words.
 *   t         what it says;  near  its cosine, 0 for none;  cause  or NULL
 *   by_words  what FTS5, or the signature of the run to be like, said of it; or NULL */
void find_score(struct search *s, const struct bm25_text *t, double near, const char *cause, const struct search_hit *by_words,
                struct find_hit *h);

/* find_cards - score the knowledge, and add the cards that the facets admit. */
enum status find_cards(struct search *s, struct err *err);
/* find_incidents - add what the memory has. */
enum status find_incidents(struct search *s, struct err *err);
/* find_notes - add what was told in words. asked: the question has a vector. */
enum status find_notes(struct search *s, bool asked, struct err *err);

#endif
