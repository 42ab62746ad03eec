/* deck - what the shipped knowledge says of each cause in people's words, to be searched.
 *
 * templates/knowledge/FAMILY.json is {"cards": [...]}. A card of a cause in templates/causes has its id and `symptoms`: title, explanation
 * and fixes are the cause's. A card of what no log can show (a label map, an exported model) has all of its own: title, explanation,
 * symptoms, evidence, fixes, source. A cause without a card is searched by its title and explanation. `words` of a card are read by words only:
 * error messages, and what people say in languages that the embedding model cannot read.
 *
 * A file may also have "elsewhere": what people ask that no card is about. A question that is nearer to those is refused. */
#ifndef MLWATCH_DECK_H
#define MLWATCH_DECK_H

#include <stdint.h>

#include "../../base/arena.h"
#include "../../knowledge/knowledge.h"

enum { DECK_CARDS_MAX = 512, DECK_ELSEWHERE_MAX = 256, DECK_BYTES_MAX = 8 << 20 };

struct card {
    const char *id, *title, *explanation, *evidence;
    const char *const *symptoms;
    size_t n_symptoms;
    const char *const *words;
    size_t n_words;
    const char *const *fixes; /* a cause's: ids of fixes; of a card that stands alone: sentences */
    size_t n_fixes;
    const struct cause *cause; /* NULL for a card that stands alone */
};
struct deck {
    struct card *cards;
    const char **elsewhere;
    size_t n, n_elsewhere;
    size_t n_phrases; /* title, explanation and symptoms of all cards, and elsewhere behind them */
    uint64_t hash;    /* of all phrases in order */
    struct arena arena;
};

/* deck_open - cards beside the causes of k, which is borrowed. MLWATCH_TEMPLATES=DIR reads DIR/knowledge where there is one.
 * Errors: E_FORMAT names the file and what is wrong with it; E_MEMORY. Cost: about 2 ms. */
enum status deck_open(struct deck *d, const struct knowledge *k, struct err *err);
/* deck_done - takes a zeroed struct too. */
void deck_done(struct deck *d);
/* deck_phrases - how many phrases a card has; deck_phrase - the i-th: title, explanation, then symptoms. */
size_t deck_phrases(const struct card *c);
const char *deck_phrase(const struct card *c, size_t i);

#endif
