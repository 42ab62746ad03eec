/* A score of few different values says how few rows it may have been counted on, and two of 24 rows are no fall. */
#include "watched.h"

static const struct series share = ACCURACY("val_accuracy", 1);

/* So many evaluations of `rows` rows: `before` of them are right, then `after`, with one more in every other evaluation. */
static int falls(int before, int after, int rows)
{
    struct watch w;
    watch(&w, "score_drop");
    for (int e = 0; e < 16; e++) give(&w, &share, e, round((double)((e < 9 ? before : after) + e % 2) / rows * 1e4) / 1e4);
    done(&w);
    return w.loud;
}

static void two_of_so_few_rows_are_no_fall(void **ctx)
{
    (void)ctx;
    assert_int_equal(falls(5, 3, 24), 0);
    assert_true(falls(240, 150, 300) > 0);
}

static int one_value_each(double before, double after)
{
    struct watch w;
    watch(&w, "score_drop");
    for (int e = 0; e < 8; e++) give(&w, &share, e, e < 5 ? before : after);
    done(&w);
    return w.loud;
}

static void two_values_say_enough_of_how_few_there_may_be(void **ctx)
{
    (void)ctx;
    assert_int_equal(one_value_each(0.2083, 0.125), 0);
    assert_true(one_value_each(0.9133, 0.3167) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_of_so_few_rows_are_no_fall),
        cmocka_unit_test(two_values_say_enough_of_how_few_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
