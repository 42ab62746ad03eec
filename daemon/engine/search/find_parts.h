/* find_parts - what the files find*.c of this folder share: one search while it runs. */
#ifndef MLWATCH_FIND_PARTS_H
#define MLWATCH_FIND_PARTS_H

#include "find.h"

enum { FIND_ARENA_BYTES = 64 << 20, FIND_INCIDENTS_MAX = 200 };

/* How one model's cosines and the words' score are added up. */
struct find_weights {
    const char *model;      /* NULL: any other */
    double nearness, words; /* of a hit's score */
    double topic, floor,
        incident_words; /* refusal: share of the topic's cosine, the floor, and the share of words that an incident needs */
};

struct search {
    struct finder *finder;
    const struct find_question *question;
    const struct find_weights *weights;
    struct facets facets;
    struct bm25_question words;
    bool worded; /* there are words to search for */
    float *vector;
    double *card_score, *cosine; /* a number a card */
    size_t *phrase;              /* the phrase nearest to the question, a number a card */
    struct bm25_text *texts;     /* of the cards */
    struct find_hit *hits;
    size_t n_hits, room;
    double best, best_words; /* of the scores and of the words' share in them, for the floor */
    double incident_words;   /* best share of words among incidents */
};

/* find_keep - a printf into the finder's arena; "" without memory. */
const char *find_keep(struct search *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* find_add - room for one more hit; NULL without memory. */
struct find_hit *find_add(struct search *s);
void find_because(struct find_hit *h, const char *why);
double find_fused(const struct search *s, double nearness, double words);

/* find_cards - score the knowledge, and add the cards that the facets admit. */
enum status find_cards(struct search *s, struct err *err);
/* find_incidents - add what the memory has. */
enum status find_incidents(struct search *s, struct err *err);

#endif
