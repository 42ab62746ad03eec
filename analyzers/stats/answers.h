/* answers - what a model that has learned nothing answers, as its held-out score and loss tell: one answer to all inputs, outputs that are all equal,
 * or outputs at their ends; and whether the score tells that it has learned something. For a loss that never falls (loss_not_decreasing.c). */
#ifndef MLWATCH_ANSWERS_H
#define MLWATCH_ANSWERS_H

#include "track.h"

enum { ANSWERS_KINDS = 16 };
struct answers { /* of a held-out score: how often it was the same as before, and which values it took */
    const struct series *series;
    uint32_t n, again, n_kinds;
    double first, last, kinds[ANSWERS_KINDS];
};
enum at_chance { NOT_AT_CHANCE, TELLS_APART, SCORE_UNKNOWN, ONE_ANSWER, EVEN_OUTPUTS, EVEN_AT_LAST }; /* as the evidence has it */
enum constant { CHANGES, CONSTANT, AT_ENDS, BINARY_AT_ENDS, THROWN_TO_ENDS };

/* answers_follow - one more value of a held-out score: of the main one, where more is better and there is a best. */
void answers_follow(struct answers *a, const struct point *p);
/* answers_know_better - does the score tell that the model, which began as one that guesses, knows better? Its answers change, so that it is no
 * share of one class.
 *   first   the first training loss, in nats */
bool answers_know_better(const struct answers *a, double first);
/* answers_get_better - has a share of right answers risen by as much, in steps? One that only changes from one class for all to another does so
 * once or twice. Of another score (F1, AUC, mAP) guessing does not have what it begins with, so that more values must tell it. */
bool answers_get_better(const struct answers *a);
/* answers_at_chance - does the loss stand where guessing puts it, and what does the score say to that?
 *   held    a held-out loss, or NULL;  first, initial, level  of the training loss: its first value, its first level, where it stands
 *   alike   are its batches as alike as those of classes are? A squared error scatters more and comes there by accident */
enum at_chance answers_at_chance(const struct answers *a, const struct track *held, double first, double initial, double level,
                                 bool alike);
/* answers_constant - what it means that a held-out loss is one number. Where the first rows cost less than all later ones, the outputs did
 * not begin at their ends: a step threw them there.
 *   first, level  as above */
enum constant answers_constant(const struct answers *a, const struct track *held, double first, double level);

#endif
