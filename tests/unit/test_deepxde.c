/* deepxde: loss.dat, whose heading names lists of columns that differ in number. */
#include "format_probe.h"

#define HEADING "# step, loss_train, loss_test, metrics_test\n"

/* What is minimised is the sum; the terms stand beside it. */
static void the_terms_are_told_and_their_sum(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("deepxde", HEADING "0.0e+00 5.0e-01 2.0e+00 5.0e-01 2.5e+00\n1.0e+03 2.5e-01 1.0e+00 2.5e-01 1.5e+00\n");
    probe_expect(p, "point loss_train 0 2.5 @2");
    probe_expect(p, "point loss_test 0 3 @2");
    probe_expect(p, "point loss_train 1000 1.25 @3");
    probe_expect(p, "point loss_term_1 1000 0.25 @3");
    probe_expect(p, "point test_term_2 1000 1.5 @3");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

/* Three terms and two metrics are as wide as four terms: a term in the test is near the same term in training. */
static void metrics_behind_the_terms_are_no_terms(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("deepxde", HEADING "0 0.5 0.25 8 0.5 0 9 1 5\n1000 0.25 0.125 4 0.25 0 4 0.5 3\n");
    probe_expect(p, "point loss_train 1000 4.375 @3");
    probe_expect(p, "point metrics_test_2 1000 3 @3");
    probe_refuse(p, "series loss_term_4");
    probe_close(p);
}

static void a_loss_of_one_term_is_that_term(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("deepxde", HEADING "0 2 2 9\n500 1 nan 8\n");
    probe_expect(p, "point loss_train 500 1 @3");
    probe_expect(p, "point loss_test 500 NaN @3");
    probe_expect(p, "point metrics_test_1 500 8 @3");
    probe_refuse(p, "series loss_term_1");
    probe_close(p);
}

static void a_row_that_is_torn_is_reported_once(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("deepxde", HEADING "0 2 2\n500 1\n1000 x 1\n1500 0.5 0.5\n");
    probe_expect(p, "point loss_train 1500 0.5 @5");
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_terms_are_told_and_their_sum),
        cmocka_unit_test(metrics_behind_the_terms_are_no_terms),
        cmocka_unit_test(a_loss_of_one_term_is_that_term),
        cmocka_unit_test(a_row_that_is_torn_is_reported_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
