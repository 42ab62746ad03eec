/* text: what a program said, out of the JSON records of its logger or container. */
#include <stdio.h>

#include "text_probe.h"

static const char *taken_for(const char *path, const char *text)
{
    const struct format *f = format_sniff(path, span_of(text), NULL);
    return f ? f->name : "none";
}

static void the_message_of_a_record_is_read_as_a_line(void **unused)
{
    (void)unused;
    WITH("{\"time\": \"10:00\", \"level\": \"INFO\", \"lineno\": 42, \"message\": \"Epoch 1: loss 0.5, acc 0.75\"}\n"
         "{\"time\": \"10:01\", \"level\": \"INFO\", \"lineno\": 42, \"message\": \"Epoch 2: loss 0.25, acc 0.875\"}\n",
         p);
    probe_expect(p, "point loss 2 0.25 @2");
    probe_expect(p, "point acc 1 0.75 @1");
    assert_int_equal(p->points, 4);
    probe_close(p);
    WITH("{\"log\":\"Epoch 1: loss 0.5\\n\",\"stream\":\"stdout\"}\n{\"log\":\"Epoch 2: loss nan\\n\",\"stream\":\"stdout\"}\n",
         container);
    probe_expect(container, "point loss 2 NaN @2");
    probe_close(container);
}

static void json_within_json_is_read(void **unused)
{
    (void)unused;
    WITH("{\"level\": \"INFO\", \"msg\": \"{\\\"step\\\": 10, \\\"loss\\\": 0.5}\"}\n"
         "{\"level\": \"INFO\", \"msg\": \"{\\\"step\\\": 20, \\\"loss\\\": 0.25}\"}\n",
         p);
    probe_expect(p, "point loss 20 0.25 @2");
    probe_close(p);
}

static void a_traceback_in_messages_is_an_error(void **unused)
{
    (void)unused;
    WITH("{\"level\": \"INFO\", \"msg\": \"Epoch 1: loss 0.5\"}\n"
         "{\"level\": \"ERROR\", \"msg\": \"failed\\nTraceback (most recent call last):\\n  File \\\"a.py\\\", line 1, in "
         "<module>\\n    f()\\n"
         "ValueError: no such batch\"}\n",
         p);
    if (!strstr(p->text.p, "ValueError: no such batch")) fail_msg("%s", p->text.p);
    probe_close(p);
}

static void records_that_hold_numbers_of_the_training_are_json_lines(void **unused)
{
    char said[4096] = "", counted[4096] = "";
    (void)unused;
    for (int i = 0; i < 12; i++) {
        snprintf(said + strlen(said), sizeof said - strlen(said),
                 "{\"time\": \"10:%02d\", \"lineno\": 42, \"message\": \"Epoch %d: loss 0.5, acc 0.75\"}\n", i, i);
        snprintf(counted + strlen(counted), sizeof counted - strlen(counted),
                 "{\"step\": %d, \"loss\": 0.5, \"message\": \"Epoch %d: loss 0.5\"}\n", i, i);
    }
    assert_string_equal(taken_for("run/app.jsonl", said), "text");
    assert_string_equal(taken_for("run/app.log", said), "text");
    assert_string_equal(taken_for("run/app.log", counted), "jsonl");
    assert_string_equal(taken_for("run/app.jsonl", counted), "jsonl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_message_of_a_record_is_read_as_a_line),
        cmocka_unit_test(json_within_json_is_read),
        cmocka_unit_test(a_traceback_in_messages_is_an_error),
        cmocka_unit_test(records_that_hold_numbers_of_the_training_are_json_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
