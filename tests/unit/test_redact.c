/* test_redact - what is hidden and what must stay readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../daemon/base/redact.h"

static void shows(const char *key, const char *value, const char *expected)
{
    struct str out = {0};
    str_add(&out, "");
    if (key) redact(&out, span_of(key), span_of(value));
    else redact_text(&out, span_of(value));
    assert_string_equal(out.p, expected);
    str_done(&out);
}

static void a_secret_name_hides_any_value(void **unused)
{
    (void)unused;
    static const char *const names[] = {
        "token",       "hf_token",         "api_key",       "apiKey",        "OPENAI-API-KEY",        "wandb/api_key",
        "password",    "db_passwd",        "client_secret", "Authorization", "aws_secret_access_key", "auth_token",
        "credentials", "push_to_hub_token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) shows(names[i], "hunter2", "[redacted]");
}

static void counting_tokens_is_no_secret(void **unused)
{
    (void)unused;
    static const char *const names[] = {"num_tokens",   "max_tokens", "tokenizer",       "tokens_per_second",   "max_new_tokens",
                                        "pad_token_id", "eos_token",  "token_count",     "mean_token_accuracy", "author",
                                        "keyboard",     "monkey",     "consumed_tokens", "tokenizer_path"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) shows(names[i], "4096", "4096");
    shows("token", "None", "None");
}

static void a_secret_shape_is_hidden_under_any_name(void **unused)
{
    (void)unused;
    shows("note", "hf_abcdefghijklmnopqrstuvwx", "[redacted]");
    shows(NULL, "use sk-proj-abcdefghijklmnop1234 now", "use [redacted] now");
    shows(NULL, "(ghp_abcdefghijklmnopqrstuv123456)", "([redacted])");
    shows(NULL, "id AKIAABCDEFGHIJKLMNOP, xoxb-123456789-abc", "id [redacted], [redacted]");
    shows(NULL, "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLXBhcnQ", "t=[redacted]");
    shows("url", "https://user:pa55@host.org/x.git?a=1", "https://[redacted]@host.org/x.git?a=1");
}

static void text_that_names_a_secret_loses_its_value(void **unused)
{
    (void)unused;
    shows(NULL, "python t.py --lr 0.1 --api-key abc123 --seed 1", "python t.py --lr 0.1 --api-key [redacted] --seed 1");
    shows(NULL, "--hf_token=abc123 --seed 1", "--hf_token=[redacted] --seed 1");
    shows(NULL, "Authorization: Bearer abc.def-123", "Authorization: [redacted]");
    shows(NULL, "header 'Bearer abcdef123'", "header 'Bearer [redacted]'");
    shows(NULL, "{\"password\": \"x y\", \"lr\": 0.1}", "{\"password\": \"[redacted] y\", \"lr\": 0.1}");
    shows(NULL, "WANDB_API_KEY=0123456789abcdef python x.py", "WANDB_API_KEY=[redacted] python x.py");
}

static void plain_text_stays_as_it_is(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"",
                                        "RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB",
                                        "the token was lost",
                                        "max_tokens=100, lr: 1e-3",
                                        "https://github.com/a/b@v1.2",
                                        "user@host.org: done",
                                        "task-scheduler sk-learn",
                                        "checkpoints/run-2021_01_15"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) shows(NULL, texts[i], texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_name_hides_any_value),
        cmocka_unit_test(counting_tokens_is_no_secret),
        cmocka_unit_test(a_secret_shape_is_hidden_under_any_name),
        cmocka_unit_test(text_that_names_a_secret_loses_its_value),
        cmocka_unit_test(plain_text_stays_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
