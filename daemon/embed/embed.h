/* embed - text to a unit vector whose angles are likeness of meaning.
 *
 * One file a back end (embedder.h); embed.c holds the list by URL scheme and chooses. Vectors of different models never mix: whoever
 * keeps vectors keeps embed_model's name beside them and compares only those of one name.
 *
 *   minilm:                                    all-MiniLM-L6-v2, here, where its weights are installed
 *   hashing:                                   hashed words and parts of words; no model at all
 *   ollama:MODEL, ollama:http://HOST:PORT#MODEL  an Ollama server's /api/embed
 *   openai:http://HOST:PORT/v1#MODEL           any server that answers like OpenAI's /v1/embeddings
 *   NULL, "", "auto"                           minilm: where it is installed, else hashing:, and it says so */
#ifndef MLWATCH_EMBED_H
#define MLWATCH_EMBED_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/span.h"

enum { EMBED_DIMS_MAX = 4096 };

struct embed_choice {
    const char *url;    /* as above */
    const char *models; /* the directory in which models are installed, or NULL */
    const char *key;    /* sent to a server as a bearer token, or NULL */
    bool remote;        /* may text leave this machine? Otherwise a server has to be on a loopback address */
    double patience_s;  /* how long a server may take for a text; 0 for 60 s */
};

struct embed;

/* embed_open - choose a back end and make it ready.
 * Cost    minilm: looks whether its files are there and reads them at the first text (about 50 ms); a server is asked for one text
 * Errors  E_USAGE no such scheme, or a URL it cannot read; E_ABSENT the weights are not installed; of a server: http_ask's, E_FORMAT */
enum status embed_open(const struct embed_choice *c, struct embed **ret, struct err *err);
void embed_close(struct embed *e); /* takes NULL */

/* embed_text - the vector of a text, of length 1.
 *   text  UTF-8, hostile bytes allowed; a model reads only its beginning (minilm: 256 tokens)
 *   ret   embed_dims floats, written on success
 * One text at a time: an embed belongs to one thread. Errors: E_MEMORY; the first time, of the files; of a server: as embed_open. */
enum status embed_text(struct embed *e, struct span text, float *ret, struct err *err);

/* embed_dims - numbers of a vector. */
size_t embed_dims(const struct embed *e);
/* embed_model - what made the vectors, to be stored beside them: "all-MiniLM-L6-v2", "hashing-1", "ollama:nomic-embed-text". */
const char *embed_model(const struct embed *e);
/* embed_note - a sentence to tell the user once, when the choice was a poor one; else NULL. */
const char *embed_note(const struct embed *e);

#endif
