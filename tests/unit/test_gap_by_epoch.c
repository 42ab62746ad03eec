/* A log by epochs begins with the mean of an epoch of learning: an untrained model costs more than that, and a held-out loss above it is not worse than one. */
#include "chance.h"
#include "watched.h"

/* A training loss that ends three tenths below its first value, beside a held-out one that stands at `held` from the first evaluation on. */
static int stands_at(double level, enum axis axis)
{
    struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1), held = SERIES(ROLE_LOSS_EVAL, "val_loss", "loss", 2);
    struct watch w;
    loss.axis = held.axis = axis;
    seed = 91;
    watch(&w, "split_gap");
    for (int e = 0; e < 22; e++) {
        give(&w, &loss, e, (0.29 + 0.13 * exp(-e / 8.0)) * exp(noise(0.01)));
        give(&w, &held, e, level * exp(noise(0.02)));
    }
    done(&w);
    return w.loud;
}

static void rows_that_are_harder_are_not_worse_than_untrained(void **ctx)
{
    (void)ctx;
    assert_int_equal(stands_at(0.58, AXIS_EPOCH), 0);
    assert_true(stands_at(0.58, AXIS_STEP) > 0);
    assert_true(stands_at(1.1, AXIS_EPOCH) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_are_harder_are_not_worse_than_untrained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
