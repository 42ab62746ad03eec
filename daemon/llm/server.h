/* server - a row of llm.c's table: how a kind of server is asked, and where in its answer the text is. */
#ifndef MLWATCH_LLM_SERVER_H
#define MLWATCH_LLM_SERVER_H

#include "../base/json.h"
#include "../base/model_server.h"
#include "lines.h"
#include "llm.h"

/* What one JSON value of an answer says. */
struct piece {
    struct span text;  /* borrowed from the value; empty for none */
    const char *error; /* what the server says is wrong, or NULL; hostile text */
    bool end, cut;     /* nothing more will come; because there was no room for more */
};

struct llm_server {
    struct model_server at;
    enum framing framing;
    /* question - what is posted, but for "model" and "messages", which llm.c adds. */
    json_t *(*question)(const struct llm_question *q);
    void (*read)(const json_t *value, struct piece *ret);
};

extern const struct llm_server llm_ollama, llm_openai;

#endif
