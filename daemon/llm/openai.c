/* openai - any server that answers as OpenAI's does, llama.cpp's, vLLM's and LM Studio's among them: POST BASE/chat/completions with
 * "stream": true answers with server-sent events
 *
 *     data: {"choices": [{"delta": {"content": " loss"}, "finish_reason": null}]}
 *     data: [DONE]
 *
 * Calls of tools and reasoning ("tool_calls", "reasoning_content") are no text and are passed over. */
#include "server.h"

static json_t *question(const struct llm_question *q)
{
    json_t *o = json_object();
    json_object_set_new(o, "stream", json_true());
    json_object_set_new(o, "max_tokens", json_integer(q->max_tokens));
    json_object_set_new(o, "temperature", json_integer(0));
    json_object_set_new(o, "seed", json_integer(1));
    return o;
}

static void read_piece(const json_t *value, struct piece *ret)
{
    const json_t *choice = json_array_get(json_object_get(value, "choices"), 0), *error = json_object_get(value, "error");
    const json_t *text = json_object_get(json_object_get(choice, "delta"), "content");
    const char *why = json_string_value(json_object_get(choice, "finish_reason"));
    ret->text = (struct span){json_string_value(text), json_string_length(text)};
    ret->end = why != NULL;
    ret->cut = why && strcmp(why, "stop") != 0;
    if (!error || json_is_null(error)) return;
    const char *said = json_string_value(json_is_object(error) ? json_object_get(error, "message") : error);
    ret->error = said ? said : "an error without a word";
}

const struct llm_server llm_openai = {{"openai", NULL, "/chat/completions"}, FRAMING_EVENTS, question, read_piece};
