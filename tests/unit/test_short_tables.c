/* Tables of a dozen epochs: what is plain to see in them is told at their end, though no window is full. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1), norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "", 2),
                           critic = SERIES(ROLE_LOSS_DISCRIMINATOR, "d_loss", "loss", 3),
                           maker = SERIES(ROLE_LOSS_GENERATOR, "g_loss", "loss", 4);

/* The gradient norm falls by so many powers of e in the run, the loss to this share of what it began at. */
static struct watch after(int epochs, double powers, double left)
{
    struct watch w;
    seed = 8;
    watch(&w, "grad_vanishing");
    for (int s = 0; s < epochs; s++) {
        give(&w, &norm, s, 0.01 * exp(-powers * s / epochs + noise(0.1)));
        give(&w, &loss, s, 0.693 * (left + (1 - left) * exp(-8.0 * s / epochs)) * exp(noise(0.005)));
    }
    done(&w);
    return w;
}

static void a_gradient_that_is_gone_is_told_at_the_end_of_a_short_table(void **ctx)
{
    (void)ctx;
    for (int epochs = 15; epochs <= 120; epochs += 15) {
        struct watch w = after(epochs, 14, 1);
        assert_int_equal(w.told, 1);
        assert_in_range(w.last.onset_step, epochs / 4, epochs - 1);
    }
}

static void one_that_becomes_smaller_or_has_nothing_left_to_do_is_not(void **ctx)
{
    (void)ctx;
    for (int epochs = 15; epochs <= 120; epochs += 15) {
        assert_int_equal(after(epochs, 4, 1).told, 0);
        struct watch w = after(epochs, 14, 0.05);
        assert_int_equal(w.told - w.closed, 0);
    }
}

static void an_overpowered_generator_is_told_in_fifteen_epochs(void **ctx)
{
    (void)ctx;
    for (int wins = 0; wins < 2; wins++) {
        struct watch w;
        seed = 9;
        watch(&w, "discriminator_wins");
        for (int s = 0; s < 15; s++) {
            double since = wins ? fmax(0, s - 6) : 0;
            give(&w, &critic, s, 0.65 * exp(-1.3 * since + noise(0.08)));
            give(&w, &maker, s, 0.9 + 1.3 * since + noise(0.07));
        }
        done(&w);
        assert_int_equal(w.told, wins);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gradient_that_is_gone_is_told_at_the_end_of_a_short_table),
        cmocka_unit_test(one_that_becomes_smaller_or_has_nothing_left_to_do_is_not),
        cmocka_unit_test(an_overpowered_generator_is_told_in_fifteen_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
