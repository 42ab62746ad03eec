/* What is only sure at the end is told while the run goes on, once it has held for a while, and is taken back where it was too early. */
#include "../../analyzers/stats/preview.h"
#include "../../analyzers/stats/taken_back.h"
#include "watched.h"

static const struct series loss = {.name = "loss", .unit = "", .metric = "loss", .depth = -1, .role = ROLE_LOSS_TRAIN};

struct asked {
    struct preview preview;
    struct watch heard;
    bool holds;
    uint32_t episode;
    int times;
};

static void judge(void *state, const struct findings *out)
{
    struct asked *a = state;
    struct finding f = {.kind = "loss_plateau",
                        .episode = a->episode,
                        .severity = SEVERITY_WARNING,
                        .confidence = 0.8,
                        .series = &loss,
                        .onset_step = 3};
    a->times++;
    if (a->holds) out->emit(out->arg, &f);
}

static void hear(struct asked *a, int64_t step, uint16_t source)
{
    struct findings out = {.arg = &a->heard, .emit = watch_emit, .last = watch_last};
    struct point p = {.series = &loss, .step = step, .source = source};
    a->heard.now = step;
    if (preview_due(&a->preview, &p)) preview_judge(&a->preview, a, judge, &out);
}
static void over(struct asked *a)
{
    struct findings out = {.arg = &a->heard, .emit = watch_emit, .last = watch_last};
    preview_over(&a->preview, a, judge, &out);
}

static void it_is_told_once_it_has_held_while_the_run_grew_by_half(void **unused)
{
    struct asked a = {.episode = 1};
    (void)unused;
    for (int s = 1; s <= 1000; s++) a.holds = s >= 200, hear(&a, s, 0);
    assert_int_equal(a.heard.told, 1);
    assert_in_range(a.heard.opened, 300, 480);
    assert_int_equal(a.heard.closed, 0);
    over(&a);
    assert_int_equal(a.heard.told, 1); /* the same again */
    assert_int_equal(a.heard.last.phase, PHASE_CHANGED);
}

static void a_long_run_is_asked_seldom(void **unused)
{
    struct asked a = {.episode = 1};
    (void)unused;
    for (int s = 1; s <= 100000; s++) hear(&a, s, 0);
    assert_in_range(a.times, 20, 60);
}

static void what_holds_no_longer_is_taken_back(void **unused)
{
    struct asked a = {.episode = 1};
    (void)unused;
    for (int s = 1; s <= 2000; s++) a.holds = s < 500, hear(&a, s, 0);
    assert_int_equal(a.heard.told, 1);
    assert_int_equal(a.heard.closed, 1);
    assert_true(taken_back(&a.heard.last));
    over(&a);
    assert_int_equal(a.heard.closed, 1);
}

static void what_is_not_said_at_the_end_is_taken_back(void **unused)
{
    struct asked a = {.episode = 1};
    (void)unused;
    a.holds = true;
    for (int s = 1; s <= 300; s++) hear(&a, s, 0);
    assert_int_equal(a.heard.told, 1);
    a.holds = false;
    over(&a);
    assert_true(taken_back(&a.heard.last));
}

static void another_symptom_takes_the_place_of_the_first(void **unused)
{
    struct asked a = {.holds = true, .episode = 1};
    (void)unused;
    for (int s = 1; s <= 300; s++) hear(&a, s, 0);
    a.episode = 2;
    for (int s = 301; s <= 900; s++) hear(&a, s, 0);
    assert_int_equal(a.heard.told, 2);
    assert_int_equal(a.heard.closed, 1);
    assert_int_equal(a.heard.last.episode, 2);
    assert_int_not_equal(a.heard.last.phase, PHASE_CLOSED);
}

/* How far another file was read must not decide. */
static void points_of_several_files_are_judged_at_the_end(void **unused)
{
    struct asked a = {.holds = true, .episode = 1};
    (void)unused;
    for (int s = 1; s <= 1000; s++) hear(&a, s, (uint16_t)(s % 2));
    assert_int_equal(a.heard.told, 0);
    over(&a);
    assert_int_equal(a.heard.told, 1);
}

/* The analyzers themselves: a run that sits at ln 10 from the start says so before it is over. */
static void a_loss_that_sits_at_chance_is_told_while_the_run_goes_on(void **unused)
{
    struct watch w;
    (void)unused;
    watch(&w, "loss_at_chance");
    w.a->fact(w.state, "num_classes", "10");
    for (int s = 0; s < 3000; s++) give(&w, &loss, s, log(10) + 0.004 * sin(s));
    assert_int_equal(w.told, 1);
    assert_in_range(w.opened, 20, 1500);
    done(&w);
    assert_int_equal(w.closed, 0);
}

/* Validation that is worse than an untrained model from the first evaluation on, and one in other units, which comes down as training does. */
static void a_gap_from_the_first_evaluation_is_told_while_the_run_goes_on(void **unused)
{
    static const struct series held = {
        .name = "val_loss", .unit = "", .metric = "loss", .depth = -1, .role = ROLE_LOSS_EVAL, .id = 1};
    (void)unused;
    for (int units = 0; units < 2; units++) {
        struct watch w;
        watch(&w, "split_gap");
        for (int s = 1; s <= 3000; s++) {
            double train = 0.2 + 1.8 * exp(-s / 600.0);
            give(&w, &loss, s, train + 0.01 * sin(s));
            if (s % 100 == 0) give(&w, &held, s, units ? 64 * train : 2.6 + 0.02 * cos(s));
        }
        assert_int_equal(w.told, units ? 0 : 1);
        if (!units) assert_in_range(w.opened, 300, 1500);
        done(&w);
        assert_int_equal(w.loud > 0, !units);
        assert_int_equal(w.closed, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_told_once_it_has_held_while_the_run_grew_by_half),
        cmocka_unit_test(a_long_run_is_asked_seldom),
        cmocka_unit_test(what_holds_no_longer_is_taken_back),
        cmocka_unit_test(what_is_not_said_at_the_end_is_taken_back),
        cmocka_unit_test(another_symptom_takes_the_place_of_the_first),
        cmocka_unit_test(points_of_several_files_are_judged_at_the_end),
        cmocka_unit_test(a_loss_that_sits_at_chance_is_told_while_the_run_goes_on),
        cmocka_unit_test(a_gap_from_the_first_evaluation_is_told_while_the_run_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
