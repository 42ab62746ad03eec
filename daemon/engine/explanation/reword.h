/* reword - an explanation told sentence by sentence: in mlwatch's own words, or, section by section, in those of a language model.
 *
 * Findings, causes and fixes are there before the model is asked, and it cannot change them. A section's sentences are its numbered facts, beside
 * what the memory and the knowledge hold of such trouble; the model says them again. A sentence of it is told when it has been checked
 * (llm/ground.h); what it left out, or said without its numbers, is told in mlwatch's words behind that. So nothing can be lost: with no
 * server, no answer in time, or nothing that holds, mlwatch's own words stand. */
#ifndef MLWATCH_REWORD_H
#define MLWATCH_REWORD_H

#include "../../base/model_server.h"
#include "../../llm/ground.h"
#include "../../llm/llm.h"
#include "../explanation.h"

extern const struct knob reword_knobs[];

struct reworded {
    char model[MODEL_NAME_BYTES]; /* "" when none is asked */
    size_t worded, dropped;       /* sentences of the model that were told, and that were not */
    size_t why[GROUND_VERDICTS];  /* how many were dropped for each reason */
    char trouble[600];            /* why it was not asked to the end, or "" */
};

/* A teller hears each sentence as soon as it is to be told; worded: it is the model's. */
struct teller {
    void *arg;
    void (*say)(void *arg, const struct sentence *s, bool worded);
};

/* reword_model - the model that is configured, ready to be asked; NULL for none.
 *   url  instead of the configured one, or NULL.  Errors: E_USAGE for a URL that it cannot read; E_MEMORY */
enum status reword_model(const struct config *c, const char *url, struct llm **ret, struct err *err);

/* reword_tell - tell all of e.
 *   c, v      what e was made from; v may be NULL
 *   model     NULL: in mlwatch's words
 *   deadline  seconds on CLOCK_MONOTONIC until which the model may take; INFINITY for none but its own
 *   ret       what became of the model's words; its trouble is none of the caller's
 * Cost: up to llm_total_s when there is a model. */
void reword_tell(struct explanation *e, struct recall *c, const struct view *v, struct llm *model, double deadline,
                 const struct teller *t, struct reworded *ret);

#endif
