/* Servers that answer well, late, never, without end, or from elsewhere. */
#include "embed_fixture.h"

#include "../../daemon/base/http.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

static enum status ask(const char *url, struct http_request r, struct str *answer, struct err *err)
{
    r.url = url;
    if (!r.total_s) r.total_s = 30;
    if (!r.answer_max) r.answer_max = 1 << 20;
    return http_ask(&r, answer, err);
}

/* One request to a server that says the same to everybody. */
static struct err ask_one(const char *say, struct http_request r, struct str *answer)
{
    struct said s;
    struct err err = {0};
    server_start(&s, say_arg, (void *)(uintptr_t)say);
    err.status = ask(s.url, r, answer, &err);
    server_stop(&s);
    return err;
}

static void a_good_answer_is_collected(void **state)
{
    struct str answer = {0};
    (void)state;
    assert_int_equal(ask_one(OK_HEAD "hello", (struct http_request){0}, &answer).status, OK);
    assert_string_equal(answer.p, "hello");
    str_done(&answer);
}

static void a_body_is_posted_as_json_and_without_one_it_is_a_get(void **state)
{
    struct said s;
    struct str answer = {0};
    struct err err;
    char heard[2048] = {0};
    (void)state;
    server_start(&s, say_arg, (void *)(uintptr_t)(OK_HEAD "x"));
    assert_int_equal(ask(s.url, (struct http_request){.body = span_of("{\"a\":1}")}, &answer, &err), OK);
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_true(strncmp(heard, "POST /x HTTP/1.1\r\n", 18) == 0);
    assert_non_null(strstr(heard, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(heard, "\r\n\r\n{\"a\":1}"));
    memset(heard, 0, sizeof heard);
    assert_int_equal(ask(s.url, (struct http_request){0}, &answer, &err), OK);
    assert_true(read(s.heard, heard, sizeof heard - 1) > 0);
    assert_true(strncmp(heard, "GET /x HTTP/1.1\r\n", 17) == 0);
    str_done(&answer);
    server_stop(&s);
}

static void a_bad_status_is_told_with_what_the_server_said(void **state)
{
    struct str answer = {0};
    (void)state;
    struct err err = ask_one("HTTP/1.1 503 Busy\r\n\r\nloading \x1b[31mmodel\n", (struct http_request){0}, &answer);
    assert_int_equal(err.status, E_IO);
    assert_non_null(strstr(err.text, "status 503: loading ?[31mmodel"));
    assert_int_equal(answer.n, 0);
    err = ask_one("HTTP/1.1 500 Oops\r\n\r\n", (struct http_request){0}, &answer);
    assert_non_null(strstr(err.text, "status 500"));
    str_done(&answer);
}

static void a_redirection_is_not_followed(void **state)
{
    struct str answer = {0};
    (void)state;
    struct err err =
        ask_one("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\r\n", (struct http_request){.remote = true}, &answer);
    assert_int_equal(err.status, E_IO);
    assert_non_null(strstr(err.text, "status 302"));
    str_done(&answer);
}

static void nobody_there_is_told(void **state)
{
    struct said s;
    struct str answer = {0};
    struct err err;
    (void)state;
    server_start(&s, say_arg, NULL);
    server_stop(&s);
    assert_int_equal(ask(s.url, (struct http_request){0}, &answer, &err), E_IO);
    assert_non_null(strstr(err.text, "connection refused"));
    assert_int_equal(ask("ftp://127.0.0.1/x", (struct http_request){0}, &answer, &err), E_USAGE);
    assert_int_equal(ask("file:///etc/hostname", (struct http_request){0}, &answer, &err), E_USAGE);
    assert_int_equal(ask("http://", (struct http_request){0}, &answer, &err), E_USAGE);
    str_done(&answer);
}

static void another_machine_needs_permission(void **state)
{
    static const char *const elsewhere[] = {"http://192.0.2.1/", "http://[2001:db8::1]/", "http://user:pass@192.0.2.1/"};
    struct str answer = {0};
    struct err err;
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1); /* a proxy on this machine would be a way out */
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) {
        assert_int_equal(ask(elsewhere[i], (struct http_request){0}, &answer, &err), E_USAGE);
        assert_non_null(strstr(err.text, "not on this machine"));
        assert_null(strstr(err.text, "pass"));
    }
    unsetenv("http_proxy");
    str_done(&answer);
}

static void a_key_cannot_be_a_second_header(void **state)
{
    struct str answer = {0};
    struct err err;
    (void)state;
    assert_int_equal(ask("http://127.0.0.1:1/", (struct http_request){.key = "a\r\nX: y"}, &answer, &err), E_USAGE);
    assert_null(strstr(err.text, "X: y"));
    str_done(&answer);
}

/* ---- too much, too late ---------------------------------------------------------------------------------------------------- */

static void say_without_end(int fd, int nth, void *arg)
{
    char piece[4096];
    (void)nth;
    memset(piece, 'x', sizeof piece - 1);
    piece[sizeof piece - 1] = 0;
    say_text(fd, arg);
    while (write(fd, piece, sizeof piece - 1) > 0) continue;
}

static void an_answer_has_a_size_it_may_not_pass(void **state)
{
    struct said s;
    struct str answer = {0};
    struct err err;
    (void)state;
    server_start(&s, say_without_end, (void *)(uintptr_t)OK_HEAD);
    assert_int_equal(ask(s.url, (struct http_request){.answer_max = 100000}, &answer, &err), E_LIMIT);
    assert_true(answer.n <= 100000);
    server_stop(&s);
    server_start(&s, say_without_end, (void *)(uintptr_t) "HTTP/1.1 500 Oops\r\n\r\n");
    assert_int_equal(ask(s.url, (struct http_request){.answer_max = 100000}, &answer, &err), E_IO);
    server_stop(&s);
    str_done(&answer);
}

static void say_headers_without_end(int fd, int nth, void *arg)
{
    (void)nth, (void)arg;
    say_text(fd, "HTTP/1.1 200 OK\r\n");
    while (write(fd, "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", 58) > 0) continue;
}

static void headers_have_one_too(void **state)
{
    struct said s;
    struct str answer = {0};
    struct err err;
    (void)state;
    server_start(&s, say_headers_without_end, NULL);
    assert_int_equal(ask(s.url, (struct http_request){0}, &answer, &err), E_LIMIT);
    server_stop(&s);
    str_done(&answer);
}

static void say_then_wait(int fd, int nth, void *arg)
{
    (void)nth;
    say_text(fd, arg);
    pause();
}

static void each_part_of_an_answer_has_its_time(void **state)
{
    static const struct {
        const char *say;
        double first_byte_s, total_s;
        const char *why;
    } cases[] = {
        {"", 0.2, 30, "does not answer within 0.2 s"},
        {"HTTP/1.1 200 OK\r\n\r\n", 0.2, 30, "does not answer within 0.2 s"}, /* headers are no answer */
        {"", 0, 0.2, "has not finished"},
        {OK_HEAD "he", 0.2, 0.4, "has not finished its answer within 0.4 s"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct said s;
        struct str answer = {0};
        struct err err;
        server_start(&s, say_then_wait, (void *)(uintptr_t)cases[i].say);
        struct http_request r = {.first_byte_s = cases[i].first_byte_s, .total_s = cases[i].total_s};
        assert_int_equal(ask(s.url, r, &answer, &err), E_IO);
        if (!strstr(err.text, cases[i].why)) fail_msg("case %zu: %s", i, err.text);
        server_stop(&s);
        str_done(&answer);
    }
}

static bool stop_at_once(void *arg)
{
    ++*(int *)arg;
    return true;
}

static void a_request_can_be_given_up(void **state)
{
    struct said s;
    struct str answer = {0};
    struct err err;
    int asked = 0;
    (void)state;
    server_start(&s, say_then_wait, (void *)(uintptr_t) "");
    assert_int_equal(ask(s.url, (struct http_request){.stop = stop_at_once, .arg = &asked}, &answer, &err), E_IO);
    assert_non_null(strstr(err.text, "given up"));
    assert_int_equal(asked, 1);
    server_stop(&s);
    str_done(&answer);
}

/* ---- taking pieces --------------------------------------------------------------------------------------------------------- */

static bool take_until_three(void *arg, struct span piece)
{
    str_add_span(arg, piece);
    return !strchr(((struct str *)arg)->p, '3');
}

static void say_numbers_without_end(int fd, int nth, void *arg)
{
    char number[8];
    (void)nth, (void)arg;
    say_text(fd, OK_HEAD);
    for (unsigned i = 1;; i = i % 9 + 1) {
        snprintf(number, sizeof number, "%u\n", i);
        if (write(fd, number, 2) < 0) return;
    }
}

static void the_taker_ends_an_answer_that_has_no_end(void **state)
{
    struct said s;
    struct str got = {0};
    struct err err;
    (void)state;
    server_start(&s, say_numbers_without_end, NULL);
    assert_int_equal(ask(s.url, (struct http_request){.take = take_until_three, .arg = &got}, NULL, &err), OK);
    assert_true(strncmp(got.p, "1\n2\n3", 5) == 0);
    server_stop(&s);
    str_done(&got);
}

static void the_taker_sees_nothing_of_a_bad_answer(void **state)
{
    struct said s;
    struct str got = {0};
    struct err err;
    (void)state;
    server_start(&s, say_arg, (void *)(uintptr_t) "HTTP/1.1 401 No\r\n\r\nwho are you\r\n");
    assert_int_equal(ask(s.url, (struct http_request){.take = take_until_three, .arg = &got}, NULL, &err), E_IO);
    assert_int_equal(got.n, 0);
    assert_non_null(strstr(err.text, "who are you"));
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer_is_collected),
        cmocka_unit_test(a_body_is_posted_as_json_and_without_one_it_is_a_get),
        cmocka_unit_test(a_bad_status_is_told_with_what_the_server_said),
        cmocka_unit_test(a_redirection_is_not_followed),
        cmocka_unit_test(nobody_there_is_told),
        cmocka_unit_test(another_machine_needs_permission),
        cmocka_unit_test(a_key_cannot_be_a_second_header),
        cmocka_unit_test(an_answer_has_a_size_it_may_not_pass),
        cmocka_unit_test(headers_have_one_too),
        cmocka_unit_test(each_part_of_an_answer_has_its_time),
        cmocka_unit_test(a_request_can_be_given_up),
        cmocka_unit_test(the_taker_ends_an_answer_that_has_no_end),
        cmocka_unit_test(the_taker_sees_nothing_of_a_bad_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
