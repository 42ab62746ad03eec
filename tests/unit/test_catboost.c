/* catboost: a JSON document whose last three bytes are written over at each iteration. */
#include "format_probe.h"

static const char head[] =
    "{\n\"meta\":{\"test_sets\":[\"test\",\"test1\"],\"test_metrics\":[{\"best_value\":\"Max\",\"name\":\"AUC\"},"
    "{\"best_value\":\"Min\",\"name\":\"Logloss\"}],\"learn_metrics\":[{\"best_value\":\"Min\",\"name\":\"Logloss\"}],"
    "\"launch_mode\":\"Train\",\"parameters\":\"\",\"iteration_count\":1000,\"learn_sets\":[\"learn\"]},\n"
    "\"iterations\":[";
enum { TAIL_BYTES = 3 }; /* "\n]}" */

static void append_iteration(struct str *doc, int iteration, const char *learn)
{
    bool first = iteration == 0;
    if (!first) doc->n -= TAIL_BYTES, doc->p[doc->n] = 0;
    str_addf(doc, "%s\n{\"learn\":[%s],\"iteration\":%d,\"passed_time\":0.5,\"test\":[0.75,\"nan\"],\"test1\":[0.5,0.25]}\n]}",
             first ? head : ",", learn, iteration);
}

static void every_metric_of_every_set_is_a_series(void **unused)
{
    (void)unused;
    struct str doc = {0};
    append_iteration(&doc, 0, "0.625");
    append_iteration(&doc, 1, "\"inf\"");
    struct probe *p = probe_text("catboost", doc.p);
    probe_expect(p, "series learn/Logloss step");
    probe_expect(p, "point learn/Logloss 0 0.625 @4");
    probe_expect(p, "point test/AUC 0 0.75 @4");
    probe_expect(p, "point test/Logloss 0 NaN @4");
    probe_expect(p, "point test1/Logloss 0 0.25 @4");
    probe_expect(p, "point learn/Logloss 1 inf @5");
    probe_expect(p, "fact iteration_count=1000");
    probe_refuse(p, "fact parameters");
    assert_int_equal(p->points, 10);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    str_done(&doc);
}

/* A metric of one's own has no role by its name; that it is never a number is said all the same. Held-out sets may lack a class. */
static void a_learning_set_without_numbers_is_said_once(void **unused)
{
    (void)unused;
    static const char *const learn[] = {"0.5", "\"nan\"", "0.5", "\"inf\"", "\"nan\"", "\"nan\""};
    struct str doc = {0};
    for (int i = 0; i < 6; i++) append_iteration(&doc, i, learn[i]);
    struct probe *p = probe_text("catboost", doc.p);
    probe_expect(p, "event nonfinite @8 {\"learn\":[\"nan\"],\"iteration\":4,\"passed_time\":0.5,\"test\":[0.75,\"nan\"],"
                    "\"test1\":[0.5,0.25]}");
    assert_int_equal(p->events, 1);
    probe_close(p);
    str_done(&doc);
}

/* The file as a follower finds it after each iteration: what was taken stays where it was, and each iteration is told once. */
static void a_followed_training_tells_each_iteration_once(void **unused)
{
    (void)unused;
    struct probe *p = probe_open(format_by_name("catboost"), PROBE_ARENA_BYTES);
    struct str doc = {0}, taken = {0};
    for (int i = 0; i < 50; i++) {
        append_iteration(&doc, i, "0.5");
        assert_memory_equal(doc.p, taken.p ? taken.p : "", taken.n);
        size_t used = probe_feed(p, (struct span){doc.p + taken.n, doc.n - taken.n}, 0);
        str_add_span(&taken, (struct span){doc.p + taken.n, used});
        assert_int_equal(p->points, 5 * (i + 1));
        assert_true(doc.n - taken.n >= TAIL_BYTES);
    }
    probe_read(p, (struct span){doc.p + taken.n, doc.n - taken.n}, doc.n, 1);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    str_done(&doc);
    str_done(&taken);
}

static void an_entry_without_its_iteration_is_the_only_one_lost(void **unused)
{
    (void)unused;
    struct str doc = {0};
    str_addf(&doc, "%s\n{\"learn\":[1]},\n{\"learn\":[2],\"iteration\":7},\n{\"learn\":[3],\"iteration\":\"x\"}\n]}", head);
    struct probe *p = probe_text("catboost", doc.p);
    probe_expect(p, "point learn/Logloss 7 2 @5");
    assert_int_equal(p->points, 1);
    assert_int_equal(p->bad, 2);
    probe_close(p);
    str_done(&doc);
}

static void metrics_that_meta_does_not_name_are_numbered(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("catboost", "{\n\"meta\":{},\n\"iterations\":[\n{\"iteration\":0,\"learn\":[1,2]}\n]}");
    probe_expect(p, "point learn/0 0 1 @4");
    probe_expect(p, "point learn/1 0 2 @4");
    probe_close(p);
}

static void its_own_shape_is_known_under_any_name(void **unused)
{
    (void)unused;
    int sure;
    assert_string_equal(format_sniff("info/catboost_training.json", span_of(head), &sure)->name, "catboost");
    assert_string_equal(format_sniff("info/copy.json", span_of(head), &sure)->name, "catboost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_of_every_set_is_a_series),
        cmocka_unit_test(a_learning_set_without_numbers_is_said_once),
        cmocka_unit_test(a_followed_training_tells_each_iteration_once),
        cmocka_unit_test(an_entry_without_its_iteration_is_the_only_one_lost),
        cmocka_unit_test(metrics_that_meta_does_not_name_are_numbered),
        cmocka_unit_test(its_own_shape_is_known_under_any_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
