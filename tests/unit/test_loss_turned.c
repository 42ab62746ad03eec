/* A training loss of few values that had come down, and climbs ever since: told without a norm or a held-out loss beside it. */
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", 1), rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", 2),
                           reward = SERIES(ROLE_RETURN, "return", "return", 3);

static double falls(int s, double n) { return 0.6 + 1.7 * exp(-s / (0.2 * n)); }
static double turns(int s, double n) { return falls(s, n) * (1 + 2.5 * pow(fmax(0, s / n - 0.5) / 0.5, 1.3)); }
static double leaps(int s, double n) { return falls(s, n) * (s < n / 2 ? 1 : 2.5); }
static double humps(int s, double n) { return falls(s, n) * (1 + 2 * exp(-pow((s / n - 0.6) / 0.08, 2))); }
static double fades(int s, double n) { return 1e-3 + exp(-s / (0.05 * n)) + 0.002 * fmax(0, s / n - 0.5); }

struct seen {
    int loud; /* what stands at the end, at warning or above */
    int64_t opened, onset;
};
static struct seen of(double (*value)(int, double), int n, double scatter, const struct series *beside, double raised)
{
    struct watch w;
    seed = 3;
    watch(&w, "loss_turned");
    for (int s = 0; s < n; s++) {
        if (beside) give(&w, beside, s, s > n / 2 ? raised : 1e-3);
        give(&w, &loss, s, value(s, n) * exp(noise(scatter)));
    }
    done(&w);
    return (struct seen){w.told - w.closed, w.opened, w.last.onset_step};
}

static void a_loss_that_climbs_since_its_lowest_is_told(void **ctx)
{
    (void)ctx;
    for (int n = 24; n <= 240; n += 36) {
        struct seen s = of(turns, n, 0.03, NULL, 0);
        assert_int_equal(s.loud, 1);
        assert_in_range(s.opened, n / 2, n - 1); /* as soon as a quarter more values are there */
        assert_in_range(s.onset, 4 * n / 10, 7 * n / 10);
    }
}

static void what_falls_leaps_comes_back_or_is_next_to_nothing_is_not(void **ctx)
{
    static double (*const others[])(int, double) = {falls, leaps, humps, fades};
    (void)ctx;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int n = 24; n <= 240; n += 36) assert_int_equal(of(others[i], n, 0.03, NULL, 0).loud, 0);
    assert_int_equal(of(turns, 40, 0.6, NULL, 0).loud, 0); /* batches that differ by more than it rises */
}

static void a_rate_that_was_raised_explains_it_and_games_rise_by_themselves(void **ctx)
{
    (void)ctx;
    assert_int_equal(of(turns, 60, 0.03, &rate, 1e-3).loud, 1);
    assert_int_equal(of(turns, 60, 0.03, &rate, 5e-3).loud, 0);
    assert_int_equal(of(turns, 60, 0.03, &reward, 1).loud, 0);
}

static void what_the_settings_announce_is_no_warning(void **ctx)
{
    struct watch w;
    (void)ctx;
    watch(&w, "loss_turned");
    w.a->fact(w.state, "data/curriculum", "harder from step 20");
    for (int s = 0; s < 40; s++) give(&w, &loss, s, turns(s, 40));
    done(&w);
    assert_int_equal(w.told, 0);
    assert_true(w.last.kind && w.last.severity == SEVERITY_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_loss_that_climbs_since_its_lowest_is_told),
        cmocka_unit_test(what_falls_leaps_comes_back_or_is_next_to_nothing_is_not),
        cmocka_unit_test(a_rate_that_was_raised_explains_it_and_games_rise_by_themselves),
        cmocka_unit_test(what_the_settings_announce_is_no_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
