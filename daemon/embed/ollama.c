/* ollama - an Ollama server: POST /api/embed {"model", "input"} answers {"embeddings": [[...]]}. (ollama/docs/api.md) */
#include "server.h"

static const json_t *vector(const json_t *answer) { return json_array_get(json_object_get(answer, "embeddings"), 0); }

static const struct server_kind kind = {{"ollama", "http://127.0.0.1:11434", "/api/embed"}, "{\"truncate\": true}", vector};

static enum status open_ollama(const struct embed_choice *c, const char *rest, struct embedding *ret, struct err *err)
{
    return server_open(&kind, c, rest, ret, err);
}

const struct embedder embed_ollama = {"ollama", open_ollama, server_close, server_embed};
