/* document - what an incident is about, as one text to be understood: what was found, its causes, the framework and the settings that
 * matter, the top of the traceback, and what people noted. A model reads the beginning best, so what matters most stands first. */
#ifndef MLWATCH_DOCUMENT_OF_INCIDENT_H
#define MLWATCH_DOCUMENT_OF_INCIDENT_H

#include "../../base/str.h"
#include "../../embed/embed.h"
#include "../../store/store.h"

/* document_add_id - loss_divergence as people write it. */
void document_add_id(struct str *out, const char *id);
/* document_of - append it. Errors: E_STORE. */
enum status document_of(struct store *s, const struct incident_row *i, struct str *out, struct err *err);

/* document_embed - vectors for incidents that have none of this embedder's model, newest first.
 *   max    incidents at most: about 10 ms each with a model;  n   how many were done: fewer than max when none is left
 * Errors: as embed_text; E_STORE; E_MEMORY. */
enum status document_embed(struct store *s, struct embed *e, size_t max, size_t *n, struct err *err);

#endif
