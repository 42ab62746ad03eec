/* A loss told as its mean since the epoch began. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../analyzers/stats/since.h"
#include "chance.h"

enum { SEEDS = 50, VALUES = 30, EPOCHS = 12 };

struct made {
    bool means;        /* told as means; else the single losses */
    double tail;       /* of the losses: 0 for normal ones */
    int bad_at;        /* the value, of all, that is a bad batch; 0 for none */
    double from, fall; /* the level of an epoch */
};

static struct since told(uint64_t with_seed, const struct made *m)
{
    struct since s = {0};
    seed = with_seed;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double sum = 0, level = m->from * exp(-m->fall * epoch);
        for (int k = 1; k <= VALUES; k++) {
            double loss = level * exp(noise(0.3) + m->tail * pow(chance(), 8));
            if (m->bad_at && epoch * VALUES + k == m->bad_at) loss += 20 * level;
            sum += loss;
            since_add(&s, m->means ? sum / k : loss, 0, k == 1);
        }
    }
    return s;
}

static void means_are_told_from_single_losses(void **ctx)
{
    const struct made noisy = {true, 0, 0, 1, 0.1}, broad = {true, 1.5, 0, 1, 0.1}, bad = {true, 0, 200, 1, 0.1},
                      single = {false, 0, 0, 1, 0.1}, falling = {false, 1.5, 0, 1, 0.4};
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        struct since a = told(i, &noisy), b = told(i, &broad), c = told(i, &bad), d = told(i, &single), e = told(i, &falling);
        assert_true(since_is_mean(&a) && since_is_mean(&b) && since_is_mean(&c));
        assert_false(since_is_mean(&d) || since_is_mean(&e));
    }
}

static void a_bad_batch_is_seen_through_the_mean_wherever_it_falls(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++) {
        const struct made usual = {true, 0, 0, 1, 0.1}, early = {true, 0, 6 * VALUES + 1, 1, 0.1},
                          late = {true, 0, 6 * VALUES + VALUES, 1, 0.1};
        struct since a = told(i, &usual), b = told(i, &early), c = told(i, &late);
        assert_true(since_is_usual(&a));
        assert_false(since_is_usual(&b) || since_is_usual(&c));
    }
}

static void a_first_value_of_an_epoch_is_low_for_what_it_is(void **ctx)
{
    const struct made m = {true, 0, 0, 1, 0};
    (void)ctx;
    struct since s = told(1, &m);
    since_add(&s, 2, 0, true);
    assert_true(since_is_low(&s));
    for (int k = 2; k <= VALUES; k++) since_add(&s, 2, 0, false); /* thirty losses of twice the level */
    assert_false(since_is_low(&s));
}

static void a_restart_begins_it_afresh(void **ctx)
{
    const struct made m = {true, 0, 0, 1, 0.1};
    (void)ctx;
    struct since s = told(1, &m);
    since_add(&s, 1, 1, false);
    assert_false(since_is_mean(&s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_told_from_single_losses),
        cmocka_unit_test(a_bad_batch_is_seen_through_the_mean_wherever_it_falls),
        cmocka_unit_test(a_first_value_of_an_epoch_is_low_for_what_it_is),
        cmocka_unit_test(a_restart_begins_it_afresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
