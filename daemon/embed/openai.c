/* openai - any server that answers as OpenAI's does, llama.cpp's, vLLM's and LM Studio's among them: POST BASE/embeddings {"model", "input",
 * "encoding_format": "float"} answers {"data": [{"embedding": [...]}]}. */
#include "server.h"

static const json_t *vector(const json_t *answer)
{
    return json_object_get(json_array_get(json_object_get(answer, "data"), 0), "embedding");
}

static const struct server_kind kind = {{"openai", NULL, "/embeddings"}, "{\"encoding_format\": \"float\"}", vector};

static enum status open_openai(const struct embed_choice *c, const char *rest, struct embedding *ret, struct err *err)
{
    return server_open(&kind, c, rest, ret, err);
}

const struct embedder embed_openai = {"openai", open_openai, server_close, server_embed};
