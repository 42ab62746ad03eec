/* A language model's server: what is asked of it, and what of its answer is text; servers that lie, babble and hang. */
#include "embed_fixture.h"

#include "../../daemon/llm/llm.h"

#define OK_HEAD     "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define EVENT(text) "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}]}\n\n"
#define STOP(why)   "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"" why "\"}]}\n\ndata: [DONE]\n\n"
#define LINE(text)  "{\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"
#define DONE(why)   "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"" why "\"}\n"

struct asked {
    struct str text;
    enum status status;
    enum llm_end end;
    struct err err;
    size_t most; /* bytes that are taken */
};

static bool take(void *arg, struct span piece)
{
    struct asked *a = arg;
    str_add_span(&a->text, piece);
    return a->text.n < a->most;
}

static void ask_at(struct asked *a, const char *url, double total_s)
{
    const struct llm_message messages[] = {{"system", "be brief"}, {"user", "why \xFF?"}};
    const struct llm_question q = {.messages = messages, .n = 2, .max_tokens = 50, .total_s = total_s, .take = take, .arg = a};
    const struct llm_choice c = {.url = url, .key = "secret", .connect_s = 5, .first_byte_s = total_s};
    struct llm *m = NULL;
    a->most = a->most ? a->most : 1 << 20;
    a->status = llm_open(&c, &m, &a->err);
    if (!a->status) a->status = llm_ask(m, &q, &a->end, &a->err);
    llm_close(m);
}

/* One question to a server of this scheme that says `say`. */
static struct asked ask(const char *scheme, void (*how)(int fd, int nth, void *arg), const char *say, double total_s, char *heard,
                        size_t room)
{
    struct said s;
    struct asked a = {0};
    char url[128];
    server_start(&s, how, (void *)(uintptr_t)say);
    snprintf(url, sizeof url, "%s:http://127.0.0.1:%d/v1/#some model", scheme, s.port);
    ask_at(&a, url, total_s);
    if (heard) {
        const ssize_t n = read(s.heard, heard, room - 1);
        heard[n > 0 ? n : 0] = 0;
    }
    server_stop(&s);
    return a;
}

static void the_text_of_an_answer_is_taken_piece_by_piece(void **state)
{
    static const struct {
        const char *scheme, *say, *text;
        enum llm_end end;
    } cases[] = {
        {"openai", OK_HEAD EVENT("The ") EVENT("loss \\u00e4") STOP("stop"), "The loss \xC3\xA4", LLM_WHOLE},
        {"openai", OK_HEAD EVENT("The ") STOP("length"), "The ", LLM_CUT},
        {"openai", OK_HEAD EVENT("The "), "The ", LLM_CUT},
        {"openai", OK_HEAD ": ping\n\n" EVENT("a") "data: [DONE]", "a", LLM_WHOLE},
        {"openai",
         OK_HEAD "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"name\":\"rm\"}}],\"content\":null}}]}\n" EVENT(
             "a") STOP("stop"),
         "a", LLM_WHOLE},
        {"openai", OK_HEAD "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n" EVENT("a") STOP("tool_calls"),
         "a", LLM_CUT},
        {"ollama", OK_HEAD LINE("The ") LINE("loss") DONE("stop"), "The loss", LLM_WHOLE},
        {"ollama", OK_HEAD LINE("The ") DONE("length"), "The ", LLM_CUT},
        {"ollama", OK_HEAD LINE("The ") "{\"message\":{\"thinking\":\"hm\"}}\n", "The ", LLM_CUT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked a = ask(cases[i].scheme, say_arg, cases[i].say, 20, NULL, 0);
        if (a.status) fail_msg("case %zu: %s", i, a.err.text);
        assert_string_equal(a.text.p, cases[i].text);
        assert_int_equal(a.end, cases[i].end);
        str_done(&a.text);
    }
}

static void the_question_is_a_chat_that_is_streamed(void **state)
{
    char heard[4096];
    (void)state;
    struct asked a = ask("openai", say_arg, OK_HEAD EVENT("a") STOP("stop"), 20, heard, sizeof heard);
    assert_true(strncmp(heard, "POST /v1/chat/completions HTTP/1.1\r\n", 36) == 0);
    assert_non_null(strstr(heard, "Authorization: Bearer secret\r\n"));
    json_t *body = json_loads(strstr(heard, "\r\n\r\n"), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(body, "model")), "some model");
    assert_true(json_is_true(json_object_get(body, "stream")));
    assert_int_equal(json_integer_value(json_object_get(body, "max_tokens")), 50);
    const json_t *user = json_array_get(json_object_get(body, "messages"), 1);
    assert_string_equal(json_string_value(json_object_get(user, "role")), "user");
    assert_string_equal(json_string_value(json_object_get(user, "content")), "why ??");
    json_decref(body);
    str_done(&a.text);
    a = ask("ollama", say_arg, OK_HEAD LINE("a") DONE("stop"), 20, heard, sizeof heard);
    assert_true(strncmp(heard, "POST /v1/api/chat HTTP/1.1\r\n", 28) == 0);
    assert_non_null(strstr(heard, "\"num_predict\":50"));
    str_done(&a.text);
}

static void the_taker_ends_an_answer(void **state)
{
    struct said s;
    struct asked a = {.most = 3};
    char url[128];
    (void)state;
    server_start(&s, say_arg, (void *)(uintptr_t)(OK_HEAD EVENT("abc") EVENT("def") STOP("stop")));
    snprintf(url, sizeof url, "openai:http://127.0.0.1:%d#m", s.port);
    ask_at(&a, url, 20);
    server_stop(&s);
    assert_int_equal(a.status, OK);
    assert_int_equal(a.end, LLM_TAKEN);
    assert_string_equal(a.text.p, "abc");
    str_done(&a.text);
}

/* ---- hostile --------------------------------------------------------------------------------------------------------------- */

static void what_is_no_answer_is_told(void **state)
{
    static const struct {
        const char *scheme, *say, *why;
    } cases[] = {
        {"openai", OK_HEAD "<html><body>Welcome</body></html>", "not a stream of JSON"},
        {"ollama", OK_HEAD "<html>\n<body>Welcome</body></html>", "not JSON"},
        {"openai", OK_HEAD, "not a stream of JSON"},
        {"openai", OK_HEAD "data: {\"choices\":[{\"delta\":{\"content\":\"trunc", "not JSON"},
        {"openai", OK_HEAD "data: not json\n\n", "not JSON"},
        {"openai", OK_HEAD EVENT("\xE2\x82") STOP("stop"), "not JSON"},
        {"openai", OK_HEAD "data: []\n\ndata: 7\n", "not JSON"},
        {"openai",
         OK_HEAD "data: {\"choices\":{}}\n\ndata: {\"choices\":[{\"delta\":{\"content\":{\"a\":1}}}]}\n\ndata: [DONE]\n",
         "no text"},
        {"openai", OK_HEAD "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
         "no text"},
        {"openai", OK_HEAD "data: {\"error\":{\"message\":\"no \\u001b[31mroom\"}}\n\n", "says: no ?[31mroom"},
        {"openai", OK_HEAD "data: {\"error\":{\"code\":1}}\n\n", "an error without a word"},
        {"ollama", OK_HEAD "{\"error\":\"model not found\"}\n", "says: model not found"},
        {"ollama", OK_HEAD "{\"done\":true}\n", "no text"},
        {"openai", "HTTP/1.1 404 Not Found\r\n\r\nno such model", "status 404: no such model"},
        {"openai", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "status 302"},
        {"openai", "\x00\x01\x02", "HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct asked a = ask(cases[i].scheme, say_arg, cases[i].say, 20, NULL, 0);
        if (!a.status || (!strstr(a.err.text, cases[i].why) && i + 1 < sizeof cases / sizeof *cases))
            fail_msg("case %zu: status %d: %s", i, a.status, a.status ? a.err.text : a.text.p);
        str_done(&a.text);
    }
}

static void say_one_line_without_end(int fd, int nth, void *arg)
{
    char piece[4096];
    (void)nth, (void)arg;
    memset(piece, 'x', sizeof piece);
    say_text(fd, OK_HEAD "data: {\"choices\":[{\"delta\":{\"content\":\"");
    while (write(fd, piece, sizeof piece) > 0) continue;
}

static void say_nothing_useful_without_end(int fd, int nth, void *arg)
{
    (void)nth, (void)arg;
    say_text(fd, OK_HEAD);
    while (write(fd, ": keep waiting, please keep waiting, it will come soon, it will\n\n", 66) > 0) continue;
}

static void say_words_without_end(int fd, int nth, void *arg)
{
    (void)nth, (void)arg;
    say_text(fd, OK_HEAD);
    while (write(fd, EVENT("word "), sizeof EVENT("word ") - 1) > 0) continue;
}

static void an_answer_without_end_is_ended(void **state)
{
    struct asked a = ask("openai", say_one_line_without_end, NULL, 30, NULL, 0);
    (void)state;
    assert_int_equal(a.status, E_LIMIT);
    assert_non_null(strstr(a.err.text, "too long"));
    a = ask("openai", say_nothing_useful_without_end, NULL, 60, NULL, 0);
    assert_int_equal(a.status, E_LIMIT);
    a = ask("openai", say_words_without_end, NULL, 60, NULL, 0);
    assert_int_equal(a.status, E_LIMIT);
    assert_true(a.text.n < LLM_ANSWER_MAX);
    str_done(&a.text);
}

static void say_then_wait(int fd, int nth, void *arg)
{
    (void)nth;
    say_text(fd, arg);
    pause();
}

static void what_came_before_the_deadline_was_taken(void **state)
{
    struct asked a = ask("openai", say_then_wait, OK_HEAD EVENT("The loss"), 0.3, NULL, 0);
    (void)state;
    assert_int_equal(a.status, E_IO);
    assert_non_null(strstr(a.err.text, "has not finished its answer within 0.3 s"));
    assert_string_equal(a.text.p, "The loss");
    str_done(&a.text);
    a = ask("openai", say_then_wait, "", 0.3, NULL, 0);
    assert_int_equal(a.status, E_IO);
}

/* ---- addresses ------------------------------------------------------------------------------------------------------------- */

static void an_address_that_cannot_be_read_is_told(void **state)
{
    static const struct {
        const char *url, *why;
    } cases[] = {
        {"gpt", "no language model is called 'gpt'"},
        {"http://127.0.0.1:1", "no language model"},
        {"openai:m", "does not say where the server is"},
        {"openai:http://127.0.0.1:1/v1", "does not name a model"},
        {"ollama:", "does not name a model"},
        {"ollama:http://127.0.0.1:1#", "does not name a model"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct llm *m = NULL;
        struct err err;
        assert_int_equal(llm_open(&(struct llm_choice){.url = cases[i].url}, &m, &err), E_USAGE);
        if (!strstr(err.text, cases[i].why)) fail_msg("%s: %s", cases[i].url, err.text);
    }
    struct llm *m = NULL;
    struct err err;
    assert_int_equal(llm_open(&(struct llm_choice){.url = "ollama:qwen3:8b"}, &m, &err), OK);
    assert_string_equal(llm_model(m), "ollama:qwen3:8b");
    llm_close(m);
    assert_true(llm_off(NULL) && llm_off("") && llm_off("off") && !llm_off("ollama:m"));
}

static void nothing_is_sent_to_another_machine(void **state)
{
    struct asked a = {0};
    (void)state;
    ask_at(&a, "openai:http://192.0.2.1/v1#m", 5);
    assert_int_equal(a.status, E_USAGE);
    assert_non_null(strstr(a.err.text, "not on this machine"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_an_answer_is_taken_piece_by_piece),
        cmocka_unit_test(the_question_is_a_chat_that_is_streamed),
        cmocka_unit_test(the_taker_ends_an_answer),
        cmocka_unit_test(what_is_no_answer_is_told),
        cmocka_unit_test(an_answer_without_end_is_ended),
        cmocka_unit_test(what_came_before_the_deadline_was_taken),
        cmocka_unit_test(an_address_that_cannot_be_read_is_told),
        cmocka_unit_test(nothing_is_sent_to_another_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
