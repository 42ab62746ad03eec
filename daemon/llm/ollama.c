/* ollama - an Ollama server: POST /api/chat answers with a JSON value a line (ollama/docs/api.md):
 *
 *     {"message": {"role": "assistant", "content": " loss"}, "done": false}
 *     {"message": {"role": "assistant", "content": ""}, "done": true, "done_reason": "stop"} */
#include "server.h"

enum { CONTEXT_TOKENS = 4096 };

/* Its usual context of 2048 tokens is cut from the front, without a word. */
static json_t *question(const struct llm_question *q)
{
    json_t *o = json_object(), *options = json_object();
    json_object_set_new(options, "num_ctx", json_integer(CONTEXT_TOKENS));
    json_object_set_new(options, "num_predict", json_integer(q->max_tokens));
    json_object_set_new(options, "temperature", json_integer(0));
    json_object_set_new(options, "seed", json_integer(1));
    json_object_set_new(o, "stream", json_true());
    json_object_set_new(o, "think", json_false());
    json_object_set_new(o, "options", options);
    return o;
}

static void read_piece(const json_t *value, struct piece *ret)
{
    const json_t *text = json_object_get(json_object_get(value, "message"), "content");
    const char *why = json_string_value(json_object_get(value, "done_reason"));
    ret->text = (struct span){json_string_value(text), json_string_length(text)};
    ret->error = json_string_value(json_object_get(value, "error"));
    ret->end = json_is_true(json_object_get(value, "done"));
    ret->cut = ret->end && why && strcmp(why, "stop") != 0;
}

const struct llm_server llm_ollama = {{"ollama", "http://127.0.0.1:11434", "/api/chat"}, FRAMING_LINES, question, read_piece};
