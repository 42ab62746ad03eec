/* find - one question to the memory and to the shipped knowledge: by words, by meaning and by facets, as one list.
 *
 * A card's score is its nearness (meaning.h) and a share of the words' score (bm25.h), of those words that any card has; an incident's the
 * same over its own text, of all words, or halfway to that of its cause's card where that is higher. A question is refused when even what
 * fits best is too far: nearness, words and how near the question is to training as a whole, less how near it is to what people ask
 * elsewhere, stay below a floor; unless an incident has much of its words. What is long was pasted: it has no facets.
 * Weights and floors: find.c, measured by tests/search/score.py on tests/search/development.jsonl. */
#ifndef MLWATCH_FIND_H
#define MLWATCH_FIND_H

#include "../recall.h"
#include "bm25.h"
#include "facet.h"
#include "meaning.h"

enum { FIND_WHY_MAX = 6 };
enum find_by { FIND_BOTH, FIND_WORDS, FIND_MEANING, FIND_ORDER }; /* to measure by: one alone; both without a floor */

struct find_hit {
    const struct incident *incident; /* NULL: of the knowledge */
    const struct card *card;         /* NULL: of the memory */
    double score;
    const char *title, *fix, *worked; /* fix: an id, or a sentence for cards that stand alone */
    const char *why[FIND_WHY_MAX];
    size_t n_why;
};
struct find_question {
    const char *text;        /* words and facets */
    const char *kind, *like; /* NULL = any; like: a run's id */
    double since;            /* seconds since 1970; 0 = ever */
    size_t limit;
    enum find_by by;
};
struct found {
    const struct find_hit *hits; /* best first */
    size_t n;
    bool refused;
    double evidence, floor; /* what the floor was held against; 0 without words */
};

struct finder {
    struct recall *recall;
    struct deck deck;
    struct meaning meaning;
    struct arena arena;
    const char *note; /* a sentence for the user, when meaning is less than it could be; or NULL */
};

/* find_open - the knowledge's cards and their vectors. recall is borrowed.
 * Without a home directory nothing is kept between searches. Errors: as deck_open and meaning_open. */
enum status find_open(struct finder *f, struct recall *recall, struct err *err);
/* find_close - takes a zeroed struct too. */
void find_close(struct finder *f);

/* find - hits live until find_close. Errors: E_USAGE of the facets; E_STORE; E_MEMORY; as embed_text. */
enum status find(struct finder *f, const struct find_question *q, struct found *ret, struct err *err);

#endif
