/* The same run logged more or less often, and what is said of it: thresholds are in units of the run, not of its log. */
#include "chance.h"
#include "watched.h"

static const struct series mean_return = SERIES(ROLE_RETURN, "rollout/ep_rew_mean", "return", 1);

enum { SEEDS = 40 };

/* ---- agents --------------------------------------------------------------------------------------------------------------------- */

/* Of 300 mean returns every so many: one that learns within the first 40 of them, to a level at which they scatter little; or never. */
static int agent(uint64_t with_seed, bool learns, int every)
{
    struct watch w;
    double wander = 0;
    seed = with_seed;
    watch(&w, "return_flat");
    for (int i = 0; i < 300; i++) {
        wander = 0.9 * wander + noise(0.3);
        double value = learns ? 9 - 3 * exp(-i / 12.0) + noise(0.17) : 22 + wander + noise(1);
        if (i % every == 0) give(&w, &mean_return, i, value);
    }
    done(&w);
    return w.loud > 0;
}

static void an_agent_that_learns_at_once_is_not_flat_however_rarely_it_is_logged(void **ctx)
{
    (void)ctx;
    for (uint64_t i = 1; i <= SEEDS; i++)
        for (int every = 1; every <= 5; every += 2) assert_int_equal(agent(i, true, every), 0);
}

static void an_agent_that_never_learns_is_flat_however_rarely_it_is_logged(void **ctx)
{
    (void)ctx;
    for (int every = 1; every <= 10; every = every < 2 ? 3 : 2 * every) {
        int told = 0;
        for (uint64_t i = 1; i <= SEEDS; i++) told += agent(i, false, every);
        if (told < SEEDS * 9 / 10) print_error("every %d: %d\n", every, told);
        assert_true(told >= SEEDS * 9 / 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_that_learns_at_once_is_not_flat_however_rarely_it_is_logged),
        cmocka_unit_test(an_agent_that_never_learns_is_flat_however_rarely_it_is_logged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
