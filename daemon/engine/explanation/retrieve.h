/* retrieve - what the memory and the knowledge hold of trouble like this, beside what the explanation says already: facts for a language
 * model, each with what it cites. */
#ifndef MLWATCH_RETRIEVE_H
#define MLWATCH_RETRIEVE_H

#include "../explanation.h"

enum { RETRIEVED_MAX = 8 };

/* explanation_retrieve - by meaning, words and likeness (search/find.h); texts live as long as e.
 *   phrases   templates of prompts/explain.json;  v  may be NULL
 *   ret       room for RETRIEVED_MAX sentences, of the sections "why" and "alike"
 * Returns how many; none when nothing is found, or nothing can be searched. Cost: one search. */
size_t explanation_retrieve(struct explanation *e, struct recall *c, const struct view *v, const struct phrases *phrases,
                            struct sentence ret[RETRIEVED_MAX]);

#endif
