/* Analyzers of loss and run over seeded curves: what is told, when, and what is left alone. */
#include "../../analyzers/stats/quantum.h"
#include "chance.h"
#include "watched.h"

static const struct series loss = SERIES(ROLE_LOSS_TRAIN, "loss", "loss", ROLE_LOSS_TRAIN),
                           norm = SERIES(ROLE_GRAD_NORM, "grad_norm", "grad_norm", ROLE_GRAD_NORM),
                           rate = SERIES(ROLE_LEARNING_RATE, "lr", "lr", ROLE_LEARNING_RATE),
                           silence = SERIES(ROLE_SILENCE, "silence", "silence", ROLE_SILENCE),
                           eval = SERIES(ROLE_LOSS_EVAL, "val_loss", "val_loss", ROLE_LOSS_EVAL);

static int ascending(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The loss falls, and from `onset` on it doubles every `doubling` steps. Returns how many steps before the doubling it was told; -1: later. */
static int lead_of(uint64_t with_seed, bool with_norm)
{
    enum { STEPS = 1500 };
    struct watch w;
    seed = with_seed;
    int onset = 500 + (int)below(400);
    double doubling = 60 + 300 * chance(), start = 2 + 8 * chance(), floor = start * (0.05 + 0.4 * chance());
    double sd = 0.02 + 0.13 * chance();
    watch(&w, "loss_rising");
    for (int s = 0; s < STEPS; s++) {
        double up = s > onset ? (s - onset) / doubling * log(2) : 0;
        give(&w, &loss, s, (floor + (start - floor) * exp(-s / 120.0)) * exp(up + noise(sd)));
        if (with_norm) give(&w, &norm, s, exp(1.5 * up + noise(0.15)));
    }
    int lead = w.told ? onset + (int)doubling - (int)w.opened : -1;
    bool early = w.told && w.opened < onset;
    done(&w);
    assert_false(early);
    return lead < 0 ? -1 : lead;
}

static void a_slow_divergence_is_told_before_the_loss_has_doubled(void **unused)
{
    enum { RUNS = 60 };
    int lead[RUNS], before = 0;
    (void)unused;
    for (int i = 0; i < RUNS; i++) {
        lead[i] = lead_of(1000 + (uint64_t)i, i % 2);
        before += lead[i] >= 0;
    }
    qsort(lead, RUNS, sizeof *lead, ascending);
    print_message("%d of %d before the doubling, median lead %d steps\n", before, RUNS, lead[RUNS / 2]);
    assert_true(before >= RUNS * 8 / 10);
    assert_true(lead[RUNS / 2] >= 30); /* 2 % of the run */
}

static void a_rate_that_was_raised_explains_a_rise(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 5;
    watch(&w, "loss_rising");
    for (int s = 0; s < 1200; s++) {
        double again = s >= 600 ? 0.5 * (1 - exp(-(s - 600) / 60.0)) : 0;
        give(&w, &rate, s, s < 600 ? 1e-4 : 1e-3);
        give(&w, &loss, s, (0.5 + 2 * exp(-s / 100.0) + again) * exp(noise(0.03)));
    }
    assert_int_equal(w.told, 0);
    done(&w);
}

static void noise_alone_is_no_spike_and_no_rise(void **unused)
{
    enum { RUNS = 300 };
    static const char *const names[] = {"loss_spike", "loss_divergence", "loss_rising", "loss_oscillation"};
    struct watch w;
    (void)unused;
    for (size_t a = 0; a < sizeof names / sizeof *names; a++) {
        int fired = 0;
        for (uint64_t i = 0; i < RUNS; i++) {
            seed = 77 * i + 1;
            watch(&w, names[a]);
            double sd = 0.05 + 0.6 * chance();
            for (int s = 0; s < 400; s++) give(&w, &loss, s, (0.3 + 2 * exp(-s / 80.0)) * exp(noise(sd)));
            done(&w);
            fired += w.told > 0;
        }
        if (fired > RUNS / 50) print_error("%s fires on %d of %d curves of noise\n", names[a], fired, RUNS);
        assert_true(fired <= RUNS / 50);
    }
}

/* severity_of - of one value that leaps far out at step `at` and is made good at once. */
static enum severity severity_of(int at)
{
    struct watch w;
    seed = 11;
    watch(&w, "loss_spike");
    for (int s = 0; s < at + 60; s++) {
        double leap = s == at ? 1.1 : noise(0.12);
        give(&w, &loss, s, (0.5 + 2.5 * exp(-s / 80.0)) * exp(leap));
    }
    enum severity severity = w.last.severity;
    assert_true(w.told > 0);
    done(&w);
    return severity;
}

static void the_highest_of_very_many_values_is_worth_knowing_and_no_more(void **unused)
{
    (void)unused;
    assert_int_equal(severity_of(400), SEVERITY_WARNING);
    assert_int_equal(severity_of(9000), SEVERITY_INFO);
}

static void a_loss_that_wanders_is_mostly_left_alone(void **unused)
{
    enum { RUNS = 100, MOST = 6 };
    static const char *const names[] = {"loss_spike", "loss_divergence", "loss_rising", "loss_oscillation"};
    struct watch w;
    (void)unused;
    for (size_t a = 0; a < sizeof names / sizeof *names; a++) {
        int fired = 0;
        for (uint64_t i = 0; i < RUNS; i++) {
            double wandered = 0;
            seed = 31 * i + 1;
            watch(&w, names[a]);
            for (int s = 0; s < 1200; s++) {
                wandered = 0.9 * wandered + sqrt(1 - 0.9 * 0.9) * noise(0.1);
                give(&w, &loss, s, (0.4 + 2 * exp(-s / 150.0)) * exp(wandered + noise(0.05)));
            }
            done(&w);
            fired += w.told > 0;
        }
        if (fired > MOST) print_error("%s fires on %d of %d wandering curves\n", names[a], fired, RUNS);
        assert_true(fired <= MOST);
    }
}

static void what_the_settings_announce_is_no_trouble(void **unused)
{
    static const char *const names[] = {"loss_spike", "loss_divergence", "loss_rising"};
    struct watch w;
    (void)unused;
    for (size_t a = 0; a < sizeof names / sizeof *names; a++)
        for (int curriculum = 0; curriculum < 2; curriculum++) {
            seed = 3;
            watch(&w, names[a]);
            w.a->fact(w.state, "data/curriculum", curriculum ? "harder from step 300" : "none");
            for (int s = 0; s < 600; s++) {
                double harder = s < 300 ? 1 : 8;
                give(&w, &loss, s, harder * (0.1 + 2 * exp(-s / 60.0)) * exp(noise(0.05)));
            }
            done(&w);
            assert_int_equal(w.told > 0, !curriculum);
        }
}

static void a_loss_that_never_comes_back_to_its_start_diverged(void **unused)
{
    struct watch w;
    (void)unused;
    for (int high = 0; high < 2; high++) {
        seed = 8;
        watch(&w, "loss_divergence");
        give(&w, &loss, 0, 4.6);
        for (int s = 1; s < 300; s++) give(&w, &loss, s, ((high ? 12 : 2) + 900 * exp(-s / 25.0)) * exp(noise(0.05)));
        done(&w);
        assert_int_equal(w.told > 0, high);
    }
}

static void a_training_loss_that_ends_in_infinity_is_dead(void **unused)
{
    struct watch w;
    (void)unused;
    for (int goes_on = 0; goes_on < 2; goes_on++) {
        watch(&w, "loss_nonfinite");
        for (int s = 0; s < 50; s++) give(&w, &loss, s, 1.0 / (s + 1));
        give(&w, &loss, 50, INFINITY);
        for (int s = 51; goes_on && s < 55; s++) give(&w, &loss, s, 0.02);
        done(&w);
        assert_int_equal(w.last.severity, goes_on ? SEVERITY_WARNING : SEVERITY_CRITICAL);
    }
}

static void the_size_of_an_evaluation_set_is_read_from_its_scores(void **unused)
{
    static const int sizes[] = {24, 60, 500};
    struct quantum none = {0};
    (void)unused;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct quantum q = {0};
        seed = 4 + i;
        for (int k = 0; k < 40; k++) quantum_add(&q, round(1e4 * (double)below((size_t)sizes[i]) / sizes[i]) / 1e4);
        assert_int_equal((int)quantum_examples(&q), sizes[i]);
    }
    for (int k = 0; k < 40; k++) quantum_add(&none, round(1e4 * chance()) / 1e4);
    assert_int_equal((int)quantum_examples(&none), 0);
}

/* The accuracy rises to 0.8; from the middle of the run on it is by `fall` lower. */
static int told_of_a_fall(int examples, double fall)
{
    static const struct series accuracy = {.name = "val_accuracy",
                                           .unit = "",
                                           .metric = "accuracy",
                                           .depth = -1,
                                           .role = ROLE_SCORE_EVAL,
                                           .better = BETTER_HIGHER,
                                           .bounded = true};
    struct watch w;
    seed = 2;
    watch(&w, "score_drop");
    for (int s = 0; s < 40; s++) {
        double p = 0.8 - 0.6 * exp(-s / 4.0) - (s >= 20 ? fall : 0);
        give(&w, &accuracy, s, round(p * examples) / examples);
    }
    done(&w);
    return w.told;
}

static void a_fall_must_be_beyond_the_noise_of_a_small_evaluation_set(void **unused)
{
    (void)unused;
    assert_int_equal(told_of_a_fall(2000, 0.4), 1);
    assert_int_equal(told_of_a_fall(24, 0.6), 1);
    assert_int_equal(told_of_a_fall(12, 0.32), 0);
}

/* told_of_ranks - of an area under the ROC curve that falls from one level to another in mid-run. */
static int told_of_ranks(double from, double to)
{
    static const struct series auroc = {.name = "val_macro_AUROC",
                                        .unit = "",
                                        .metric = "macro auroc",
                                        .depth = -1,
                                        .role = ROLE_SCORE_EVAL,
                                        .better = BETTER_HIGHER,
                                        .bounded = true};
    struct watch w;
    seed = 3;
    watch(&w, "score_drop");
    for (int s = 0; s < 40; s++) give(&w, &auroc, s, (s < 12 ? from : to) + noise(0.005));
    done(&w);
    return w.told;
}

static void what_never_ranked_has_no_score_to_lose(void **unused)
{
    (void)unused;
    assert_int_equal(told_of_ranks(0.85, 0.5), 1);
    assert_int_equal(told_of_ranks(0.47, 0.23), 0);
}

/* A quiet time, told every two seconds as the host does. */
static void quiet(struct watch *w, int64_t step, double seconds)
{
    for (double s = 2; s <= seconds; s += 2) give(w, &silence, step, s);
}

/* Records come every 20 s, an evaluation of 15 minutes every 20 of them. Returns the step reached. */
static int64_t train(struct watch *w, int records)
{
    int64_t step = 0;
    for (int i = 1; i <= records; i++) {
        step += 10;
        quiet(w, step, 20);
        give(w, &loss, step, 1);
        if (i % 20 == 0) quiet(w, step, 900), give(w, &eval, step, 1);
    }
    return step;
}

static void an_evaluation_is_no_stall(void **unused)
{
    struct watch w;
    (void)unused;
    watch(&w, "run_stalled");
    int64_t step = train(&w, 119);
    quiet(&w, step + 10, 1200);
    give(&w, &eval, step + 10, 1);
    assert_int_equal(w.told, 0);
    done(&w);
}

static void a_stall_between_evaluations_is_told_before_an_evaluation_would_end(void **unused)
{
    struct watch w;
    (void)unused;
    watch(&w, "run_stalled");
    int64_t step = train(&w, 106);
    quiet(&w, step, 320); /* far shorter than an evaluation, which is not due */
    assert_int_equal(w.told, 1);
    give(&w, &loss, step + 10, 1);
    quiet(&w, step + 10, 4);
    assert_int_equal(w.last.phase, PHASE_CLOSED);
    done(&w);
}

static void the_first_evaluation_may_take_its_time(void **unused)
{
    struct watch w;
    (void)unused;
    watch(&w, "run_stalled");
    int64_t step = train(&w, 19);
    quiet(&w, step, 800);
    give(&w, &eval, step, 1);
    assert_int_equal(w.told, 0);
    done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_divergence_is_told_before_the_loss_has_doubled),
        cmocka_unit_test(a_rate_that_was_raised_explains_a_rise),
        cmocka_unit_test(noise_alone_is_no_spike_and_no_rise),
        cmocka_unit_test(the_highest_of_very_many_values_is_worth_knowing_and_no_more),
        cmocka_unit_test(a_loss_that_wanders_is_mostly_left_alone),
        cmocka_unit_test(what_the_settings_announce_is_no_trouble),
        cmocka_unit_test(a_loss_that_never_comes_back_to_its_start_diverged),
        cmocka_unit_test(a_training_loss_that_ends_in_infinity_is_dead),
        cmocka_unit_test(the_size_of_an_evaluation_set_is_read_from_its_scores),
        cmocka_unit_test(a_fall_must_be_beyond_the_noise_of_a_small_evaluation_set),
        cmocka_unit_test(what_never_ranked_has_no_score_to_lose),
        cmocka_unit_test(an_evaluation_is_no_stall),
        cmocka_unit_test(a_stall_between_evaluations_is_told_before_an_evaluation_would_end),
        cmocka_unit_test(the_first_evaluation_may_take_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
