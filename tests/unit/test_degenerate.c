/* degenerate_output over made series: loops that readers measured in texts are told against what was sound before, and taken back. */
#include "chance.h"
#include "watched.h"

static const struct series texts = {
    .name = "samples/text_repetition", .unit = "looping", .metric = "", .depth = -1, .role = ROLE_DIVERSITY, .id = 1};
static const struct series repeated = {
    .name = "rep_4", .unit = "repeated", .metric = "", .depth = -1, .role = ROLE_DIVERSITY, .id = 2};

/* Twenty evaluations: `before` of them at one repetition, the rest at another. */
static void run(struct watch *w, const struct series *s, int before, double at_first, double then)
{
    watch(w, "degenerate_output");
    for (int i = 0; i < 20; i++) {
        double value = (i < before ? at_first : then) + noise(0.02);
        give(w, s, 100 * i, value < 0 ? 0 : value > 1 ? 1 : value);
    }
}

static void texts_that_come_to_loop_are_told_while_the_run_goes_on(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 1;
    run(&w, &texts, 12, 0.05, 0.95);
    assert_int_equal(w.told, 1);
    assert_int_equal(w.opened, 1400); /* the third of them in a row */
    assert_int_equal(w.last.onset_step, 1200);
    done(&w);
    assert_int_equal(w.closed, 0);
    assert_true(evidence(&w, "repeats") == 1);
}

static void loops_from_the_start_are_the_decoders(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 2;
    run(&w, &texts, 0, 0, 0.95);
    done(&w);
    assert_null(w.last.kind);
    run(&w, &texts, 1, 0.1, 0.9); /* an untrained model is random for a moment; then it decodes greedily, and loops */
    done(&w);
    assert_null(w.last.kind);
    run(&w, &repeated, 0, 0, 0.95); /* who logs such a number wants to know */
    done(&w);
    assert_int_equal(w.last.severity, SEVERITY_INFO);
}

static void texts_with_a_form_are_left_alone(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 3;
    run(&w, &texts, 6, 0.02, 0.62); /* from prose to tables */
    done(&w);
    run(&w, &texts, 18, 0.02, 0.95); /* two evaluations are chance */
    done(&w);
    assert_null(w.last.kind);
}

static void texts_that_are_sound_again_take_it_back(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 4;
    watch(&w, "degenerate_output");
    for (int i = 0; i < 30; i++) give(&w, &texts, 100 * i, i >= 8 && i < 16 ? 0.9 : 0.1);
    assert_int_equal(w.told, 1);
    assert_int_equal(w.closed, 1);
    done(&w);
    assert_int_equal(w.last.phase, PHASE_CLOSED);
}

static void one_sound_text_among_loops_does_not_take_it_back(void **unused)
{
    struct watch w;
    (void)unused;
    seed = 5;
    watch(&w, "degenerate_output");
    for (int i = 0; i < 24; i++) give(&w, &texts, 100 * i, i < 8 || i == 15 ? 0.1 : 0.9);
    done(&w);
    assert_int_equal(w.told, 1);
    assert_int_equal(w.closed, 0);
}

static void noise_about_any_level_is_no_collapse(void **unused)
{
    int fired = 0;
    (void)unused;
    for (uint64_t i = 1; i <= 200; i++) {
        struct watch w;
        seed = i;
        double level = chance(), spread = 0.3 * chance();
        watch(&w, "degenerate_output");
        for (int k = 0; k < 60; k++) {
            double value = level + noise(spread);
            give(&w, &texts, k, value < 0 ? 0 : value > 1 ? 1 : value);
        }
        done(&w);
        fired += w.told > 0;
    }
    assert_int_equal(fired, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_come_to_loop_are_told_while_the_run_goes_on),
        cmocka_unit_test(loops_from_the_start_are_the_decoders),
        cmocka_unit_test(texts_with_a_form_are_left_alone),
        cmocka_unit_test(texts_that_are_sound_again_take_it_back),
        cmocka_unit_test(one_sound_text_among_loops_does_not_take_it_back),
        cmocka_unit_test(noise_about_any_level_is_no_collapse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
