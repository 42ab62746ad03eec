/* Which embedder is chosen, what the one without a model is good for, and servers that say anything at all. */
#include <math.h>

#include "embed_fixture.h"

#include "../../daemon/embed/embed.h"

static struct embed *open_or_fail(const char *url)
{
    struct embed *e;
    struct err err;
    if (embed_open(&(struct embed_choice){.url = url, .models = "/nowhere", .patience_s = 20}, &e, &err))
        fail_msg("%s", err.text);
    return e;
}

static struct err refusal(const char *url)
{
    struct embed *e;
    struct err err = {0};
    assert_true(embed_open(&(struct embed_choice){.url = url, .models = "/nowhere", .patience_s = 20}, &e, &err) == err.status &&
                err.status);
    return err;
}

static void without_a_model_words_are_hashed_and_it_is_said(void **state)
{
    static const char *const unsaid[] = {NULL, "", "auto"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct embed *e = open_or_fail(unsaid[i]);
        assert_non_null(strstr(embed_note(e), "no embedding model is installed"));
        assert_string_equal(embed_model(e), "hashing-1");
        embed_close(e);
    }
    struct embed *e = open_or_fail("hashing:");
    assert_null(embed_note(e)); /* it was asked for */
    embed_close(e);
}

static void a_named_model_is_never_replaced_by_another(void **state)
{
    (void)state;
    struct err err = refusal("minilm:");
    assert_int_equal(err.status, E_ABSENT);
    assert_non_null(strstr(err.text, "scripts/model install"));
    assert_int_equal(refusal("word2vec:x").status, E_USAGE);
    assert_int_equal(refusal("minilm").status, E_USAGE);
    assert_int_equal(refusal("minilm:large").status, E_USAGE);
    assert_int_equal(refusal("openai:model").status, E_USAGE);
    assert_int_equal(refusal("openai:http://127.0.0.1:1/v1").status, E_USAGE);
    assert_int_equal(refusal("ollama:").status, E_USAGE);
}

/* ---- hashing ------------------------------------------------------------------------------------------------------------- */

static void unit_vector(struct embed *e, struct span text, float *v)
{
    struct err err;
    double squares = 0;
    assert_int_equal(embed_text(e, text, v, &err), OK);
    for (size_t i = 0; i < embed_dims(e); i++) squares += (double)v[i] * (double)v[i];
    assert_true(fabs(squares - 1) < 1e-5);
}

static double likeness(struct embed *e, const char *a, const char *b)
{
    float x[EMBED_DIMS_MAX], y[EMBED_DIMS_MAX];
    double dot = 0;
    unit_vector(e, span_of(a), x);
    unit_vector(e, span_of(b), y);
    for (size_t i = 0; i < embed_dims(e); i++) dot += (double)x[i] * (double)y[i];
    return dot;
}

static void shared_words_and_stems_make_texts_alike(void **state)
{
    (void)state;
    struct embed *e = open_or_fail("hashing:");
    assert_true(likeness(e, "the loss diverged", "LOSS, diverged!") > 0.9);
    assert_true(likeness(e, "gradient norm explodes", "exploding gradient norms") >
                likeness(e, "gradient norm explodes", "disk is full") + 0.3);
    assert_true(likeness(e, "lr 1e-3", "lr 1e-3 adam") > likeness(e, "lr 1e-3", "lr 1e-4 adam"));
    assert_true(fabs(likeness(e, "what is the", "it was in")) < 0.5);
    embed_close(e);
}

static void any_text_has_a_direction(void **state)
{
    static char odd[300000];
    float v[EMBED_DIMS_MAX];
    uint64_t x = 5;
    (void)state;
    struct embed *e = open_or_fail("hashing:");
    unit_vector(e, span_of(""), v);
    unit_vector(e, span_of(" .-. \n"), v);
    unit_vector(e, span_of("损失 発散 🔥"), v);
    for (size_t i = 0; i < sizeof odd; i++) x = x * 6364136223846793005u + 1442695040888963407u, odd[i] = (char)(x >> 56);
    for (size_t n = 0; n < 400; n++) unit_vector(e, (struct span){odd + n, n}, v);
    unit_vector(e, (struct span){odd, sizeof odd}, v);
    memset(odd, 'a', sizeof odd);
    unit_vector(e, (struct span){odd, sizeof odd}, v);
    embed_close(e);
}

/* ---- servers --------------------------------------------------------------------------------------------------------------- */

#define JSON_OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"

static void say_ollama(int fd, int nth, void *arg)
{
    (void)nth, (void)arg;
    say_text(fd, JSON_OK "{\"model\":\"m\",\"embeddings\":[[3, 0, -4]]}");
}

static void ollama_is_asked_as_it_wants_to_be(void **state)
{
    struct said s;
    char url[80], heard[4096] = {0};
    float v[EMBED_DIMS_MAX];
    struct err err;
    (void)state;
    server_start(&s, say_ollama, NULL);
    snprintf(url, sizeof url, "ollama:http://127.0.0.1:%d/#tiny", s.port);
    struct embed *e = open_or_fail(url);
    assert_int_equal(embed_dims(e), 3);
    assert_string_equal(embed_model(e), "ollama:tiny");
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_int_equal(embed_text(e, (struct span){"lo\xffss \"nan\"", 11}, v, &err), OK);
    assert_true(fabs((double)v[0] - 0.6) < 1e-6 && v[1] == 0 && fabs((double)v[2] + 0.8) < 1e-6);
    memset(heard, 0, sizeof heard);
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_true(strncmp(heard, "POST /api/embed HTTP/1.1\r\n", 26) == 0);
    assert_non_null(strstr(heard, "\"model\":\"tiny\""));
    assert_non_null(strstr(heard, "\"input\":\"lo?ss \\\"nan\\\"\""));
    assert_null(strstr(heard, "Authorization"));
    embed_close(e);
    server_stop(&s);
}

static void say_openai(int fd, int nth, void *arg)
{
    (void)nth, (void)arg;
    say_text(fd, JSON_OK "{\"object\":\"list\",\"data\":[{\"index\":0,\"embedding\":[0.5,0.5,0.5,0.5]}]}");
}

static void an_openai_server_gets_the_key_and_the_beginning_of_a_long_text(void **state)
{
    static char heard[1 << 16], text[20000];
    struct said s;
    char url[80];
    float v[EMBED_DIMS_MAX];
    struct embed *e;
    struct err err;
    (void)state;
    server_start(&s, say_openai, NULL);
    snprintf(url, sizeof url, "openai:http://127.0.0.1:%d/v1#a/b", s.port);
    if (embed_open(&(struct embed_choice){.url = url, .key = "sk-secret", .patience_s = 20}, &e, &err)) fail_msg("%s", err.text);
    assert_string_equal(embed_model(e), "openai:a/b");
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_non_null(strstr(heard, "POST /v1/embeddings HTTP/1.1\r\n"));
    assert_non_null(strstr(heard, "Authorization: Bearer sk-secret\r\n"));
    for (size_t i = 0; i + 2 < sizeof text; i += 2) memcpy(text + i, "é", 3);
    assert_int_equal(embed_text(e, (struct span){text, strlen(text)}, v, &err), OK);
    memset(heard, 0, sizeof heard);
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_true(strlen(heard) > 1000 && strlen(heard) < 3000);
    assert_null(strstr(heard, "é?")); /* cut between characters */
    embed_close(e);
    server_stop(&s);
}

static void what_a_server_says_instead_of_a_vector_is_told(void **state)
{
    static const struct {
        const char *answer, *why;
        enum status status;
    } cases[] = {
        {JSON_OK "<html>\x1b[31mhello</html>", "not JSON", E_FORMAT},
        {JSON_OK, "not JSON", E_FORMAT},
        {JSON_OK "[]", "without a vector", E_FORMAT},
        {JSON_OK "{\"embeddings\":[]}", "without a vector", E_FORMAT},
        {JSON_OK "{\"embeddings\":[[]]}", "without a vector", E_FORMAT},
        {JSON_OK "{\"embeddings\":{\"0\":[1]}}", "without a vector", E_FORMAT},
        {JSON_OK "{\"embeddings\":[[1,\"2\"]]}", "something else than numbers", E_FORMAT},
        {JSON_OK "{\"embeddings\":[[1,null]]}", "something else than numbers", E_FORMAT},
        {JSON_OK "{\"embeddings\":[[1,1e300]]}", "something else than numbers", E_FORMAT},
        {"HTTP/1.1 404 Not Found\r\n\r\n{\"error\":\"model \\\"tiny\\\" not found\"}", "404: {\"error\":\"model", E_IO},
        {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"embeddings\":[[1", "cannot get an answer", E_IO},
        {"not HTTP at all\r\n", "does not speak HTTP", E_IO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said s;
        char url[80];
        server_start(&s, say_arg, (void *)(uintptr_t)cases[i].answer);
        snprintf(url, sizeof url, "ollama:http://127.0.0.1:%d#tiny", s.port);
        struct err err = refusal(url);
        if (err.status != cases[i].status || !strstr(err.text, cases[i].why))
            fail_msg("case %zu: %d, %s", i, err.status, err.text);
        for (const char *c = err.text; *c; c++) assert_true((unsigned char)*c >= ' ');
        server_stop(&s);
    }
}

static void say_longer_and_longer(int fd, int nth, void *arg)
{
    (void)arg;
    say_text(fd, JSON_OK "{\"embeddings\":[[1");
    for (int i = 0; i < nth; i++) say_text(fd, ",2");
    say_text(fd, "]]}");
}

static void a_vector_of_another_length_is_an_error(void **state)
{
    struct said s;
    char url[80];
    float v[EMBED_DIMS_MAX];
    struct err err;
    (void)state;
    server_start(&s, say_longer_and_longer, NULL);
    snprintf(url, sizeof url, "ollama:http://127.0.0.1:%d#tiny", s.port);
    struct embed *e = open_or_fail(url);
    assert_int_equal(embed_text(e, span_of("x"), v, &err), E_FORMAT);
    assert_non_null(strstr(err.text, "was the model changed?"));
    embed_close(e);
    server_stop(&s);
}

static void a_vector_of_zeros_has_no_direction(void **state)
{
    struct said s;
    char url[80];
    float v[EMBED_DIMS_MAX];
    struct err err;
    (void)state;
    server_start(&s, say_arg, (void *)(uintptr_t)(JSON_OK "{\"embeddings\":[[0,0]]}"));
    snprintf(url, sizeof url, "ollama:http://127.0.0.1:%d#tiny", s.port);
    struct embed *e = open_or_fail(url);
    assert_int_equal(embed_text(e, span_of("x"), v, &err), E_FORMAT);
    embed_close(e);
    server_stop(&s);
}

static void text_stays_on_this_machine_unless_somebody_allows_it(void **state)
{
    (void)state;
    struct err err = refusal("ollama:http://192.0.2.7:11434#tiny");
    assert_int_equal(err.status, E_USAGE);
    assert_non_null(strstr(err.text, "not on this machine"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_model_words_are_hashed_and_it_is_said),
        cmocka_unit_test(a_named_model_is_never_replaced_by_another),
        cmocka_unit_test(shared_words_and_stems_make_texts_alike),
        cmocka_unit_test(any_text_has_a_direction),
        cmocka_unit_test(ollama_is_asked_as_it_wants_to_be),
        cmocka_unit_test(an_openai_server_gets_the_key_and_the_beginning_of_a_long_text),
        cmocka_unit_test(what_a_server_says_instead_of_a_vector_is_told),
        cmocka_unit_test(a_vector_of_another_length_is_an_error),
        cmocka_unit_test(a_vector_of_zeros_has_no_direction),
        cmocka_unit_test(text_stays_on_this_machine_unless_somebody_allows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
