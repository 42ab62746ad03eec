/* llm - text to text: a language model behind a server, asked with messages, answering piece by piece.
 *
 * One file a kind of server (server.h); llm.c holds the list by URL scheme and does what they share. The model words what is known; it
 * decides nothing, and what it says is believed only as far as ground.h can see it in the facts.
 *
 *   ollama:MODEL, ollama:http://HOST:PORT#MODEL   an Ollama server's /api/chat
 *   openai:http://HOST:PORT/v1#MODEL              any server that answers like OpenAI's /v1/chat/completions: llama.cpp's, vLLM, LM Studio
 *   NULL, "", "off"                               none */
#ifndef MLWATCH_LLM_H
#define MLWATCH_LLM_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/span.h"

enum { LLM_ANSWER_MAX = 4 << 20 };

struct llm_choice {
    const char *url; /* as above */
    const char *key; /* sent as a bearer token, or NULL */
    bool remote;     /* may text leave this machine? Otherwise the server has to be on a loopback address */
    double connect_s, first_byte_s;
};

struct llm;

/* llm_off - does this URL say that there is no model? */
bool llm_off(const char *url);
/* llm_open - nothing is sent yet. Errors: E_USAGE no such scheme, or a URL it cannot read; E_MEMORY. */
enum status llm_open(const struct llm_choice *c, struct llm **ret, struct err *err);
void llm_close(struct llm *m); /* takes NULL */
/* llm_model - "ollama:smollm2:135m". */
const char *llm_model(const struct llm *m);

struct llm_message {
    const char *role, *text; /* role: "system", "user" or "assistant" */
};
struct llm_question {
    const struct llm_message *messages;
    size_t n;
    unsigned max_tokens;
    double total_s; /* until the whole answer is there */
    /* take - a piece of the answer, as it comes: UTF-8, whatever characters are in it; false ends the answer. */
    bool (*take)(void *arg, struct span piece);
    void *arg;
};
enum llm_end { LLM_WHOLE, LLM_CUT, LLM_TAKEN }; /* the model had finished; it was cut off; take had enough */

/* llm_ask - wait for the answer; blocks for at most total_s. Temperature 0 and a fixed seed, where the server has them.
 * Errors: http_ask's; E_FORMAT an answer that is no stream of JSON, or holds no text; E_IO what the server says is wrong. What take was
 *         given before an error stays given. */
enum status llm_ask(struct llm *m, const struct llm_question *q, enum llm_end *ret, struct err *err);

#endif
