/* note_document - what a note is about, as one text to be understood: its words, symptoms, cause, what was tried. */
#ifndef MLWATCH_NOTE_DOCUMENT_H
#define MLWATCH_NOTE_DOCUMENT_H

#include "../../base/str.h"
#include "../../embed/embed.h"
#include "../../store/note.h"

/* note_document - append it: what matters most first, for a model reads the beginning best. */
void note_document(const struct note *n, struct str *out);

/* note_embed - vectors for notes that have none of this embedder's model; as document_embed. */
enum status note_embed(struct store *s, struct embed *e, size_t max, size_t *n, struct err *err);

#endif
