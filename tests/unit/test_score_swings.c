/* A held-out share of right answers over some rows: swings that the weights make are told, what so few rows make by chance is not. */
#include "chance.h"
#include "watched.h"

static const struct series share = ACCURACY("val/accuracy", 1), percent = ACCURACY("val/acc", 2);

/* Of so many rows. */
static double counted(double p, int rows)
{
    int right = 0;
    for (int i = 0; i < rows; i++) right += chance() < p;
    return (double)right / rows;
}

struct course {
    double low, high,
        rises; /* two evaluations stand at the one, the next at the other; and all of them rise by so much in the end */
    int rows, evaluations;
};

static struct watch seen(const struct series *of, double scale, struct course c)
{
    struct watch w;
    seed = 81;
    watch(&w, "score_swings");
    for (int i = 0; i < c.evaluations; i++) {
        double p = (i % 3 == 1 ? c.high : c.low) + c.rises * i / c.evaluations;
        give(&w, of, 50 * i, scale * counted(p, c.rows));
    }
    done(&w);
    return w;
}

static void a_score_that_swings_by_more_than_its_rows_can_is_told(void **ctx)
{
    (void)ctx;
    struct watch w = seen(&share, 1, (struct course){0.6, 0.82, 0, 300, 20});
    assert_true(w.loud > 0);
    assert_string_equal(w.last.kind, "loss_oscillation");
    assert_true(evidence(&w, "from") < 0.66 && evidence(&w, "to") > 0.76);
    assert_true(seen(&percent, 100, (struct course){0.6, 0.82, 0, 300, 20}).loud > 0);
    assert_true(seen(&share, 1, (struct course){0.6, 0.82, 0, 300, 200}).loud > 0);
}

static void few_rows_swing_by_chance(void **ctx)
{
    (void)ctx;
    assert_int_equal(seen(&share, 1, (struct course){0.75, 0.75, 0, 24, 20}).loud, 0);
    assert_int_equal(seen(&share, 1, (struct course){0.5, 0.5, 0, 16, 40}).loud, 0);
}

static void a_score_that_gets_somewhere_may_swing_on_its_way(void **ctx)
{
    (void)ctx;
    assert_int_equal(seen(&share, 1, (struct course){0.3, 0.42, 0.5, 300, 20}).loud, 0);
    assert_int_equal(seen(&share, 1, (struct course){0.9, 0.93, 0, 1000, 30}).loud, 0); /* by less than anybody would speak of */
    assert_int_equal(seen(&share, 1, (struct course){0.6, 0.82, 0, 300, 6}).loud, 0);   /* three times up is no habit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_that_swings_by_more_than_its_rows_can_is_told),
        cmocka_unit_test(few_rows_swing_by_chance),
        cmocka_unit_test(a_score_that_gets_somewhere_may_swing_on_its_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
