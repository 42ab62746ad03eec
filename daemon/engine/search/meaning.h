/* meaning - the deck's phrases as vectors, and how near a question is to each card.
 *
 * Some thousand phrases take a model seconds, so their vectors are kept in <data home>/knowledge.vectors, made anew when model or knowledge
 * change. The file, little-endian, written beside and renamed:
 *
 *   offset  bytes  what
 *   0       8      "mlwvec1\n"
 *   8       8      hash of model, phrases, their number and the dimensions: another one is another file
 *   16      4n     n = phrases x dimensions floats
 *   16+4n   8      hash of those
 *
 * A card is as near as the mean of two cosines: to the phrase that is nearest, and to the direction of all its phrases. */
#ifndef MLWATCH_MEANING_H
#define MLWATCH_MEANING_H

#include "../../embed/embed.h"
#include "deck.h"

struct meaning {
    struct embed *embed;
    size_t dims;
    float *phrases; /* n_phrases x dims, those of elsewhere last */
    float *cards;   /* cards x dims: the direction of a card's phrases, length 1 */
    float *centre;  /* dims: the direction of all cards */
};

/* meaning_embed_open - the embedder that is configured (`embed`, $MLWATCH_EMBED: a URL of embed.h), else the installed model, else hashing.
 *   url   of another one that takes its place, or NULL.  Errors: config_open's and embed_open's. */
enum status meaning_embed_open(const char *url, struct embed **ret, struct err *err);

/* meaning_open - vectors of the deck, from the file or made now.
 *   path   of the file; NULL: kept nowhere
 * Errors: as embed_open and embed_text; E_MEMORY. Cost: 1 ms from the file; else 3 ms a phrase with a model. */
enum status meaning_open(struct meaning *m, const struct deck *d, const char *path, struct err *err);
/* meaning_done - takes a zeroed struct too. */
void meaning_done(struct meaning *m);

/* meaning_near - one question against every card.
 *   question  dims floats of length 1
 *   near      room for a number a card: -1 to 1;  best  room for a phrase a card: its nearest;  cosine  of that phrase */
void meaning_near(const struct meaning *m, const struct deck *d, const float *question, double *near, size_t *best,
                  double *cosine);
/* meaning_topic - is it about training at all? The cosine to the direction of all cards. */
double meaning_topic(const struct meaning *m, const float *question);
/* meaning_elsewhere - the cosine to the nearest of what no card is about; 0 where nothing is. */
double meaning_elsewhere(const struct meaning *m, const struct deck *d, const float *question);
/* meaning_cosine - of two vectors of length 1.  meaning_unit - give a vector length 1; false where it has no direction. */
double meaning_cosine(const float *a, const float *b, size_t dims);
bool meaning_unit(float *v, size_t dims);

#endif
