/* rank: what was tried before decides what is offered first. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/knowledge/knowledge.h"

static const struct fix fixes[] = {
    {.id = "first", .works_for = 4, .works_against = 1, .gain = 0.5, .cost = 0.1, .harm = 0.29},
    {.id = "second", .works_for = 4, .works_against = 1, .gain = 0.5, .cost = 0.1, .harm = 0.29},
    {.id = "third", .works_for = 4, .works_against = 1, .gain = 0.5, .cost = 0.1, .harm = 0.29},
};
static const char *const ids[] = {"first", "second", "third", "nobody knows"};
static const struct cause cause = {.id = "c", .fixes = ids, .n_fixes = 4};

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-12)

static struct ranked out[RANK_MAX];
static size_t ask(const struct outcome *outcomes, size_t n) { return rank(&cause, 0.8, fixes, 3, outcomes, n, out); }
static const struct ranked *of(size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(out[i].fix->id, id)) return &out[i];
    fail_msg("%s is not offered", id);
    return NULL;
}

static void without_outcomes_the_causes_own_order_stands(void **state)
{
    (void)state;
    assert_int_equal(ask(NULL, 0), 3);
    for (size_t i = 0; i < 3; i++) assert_string_equal(out[i].fix->id, ids[i]);
    assert_near(out[0].probability, 0.8);
}

static void a_fix_that_failed_three_times_loses_the_first_place(void **state)
{
    (void)state;
    struct outcome failed = {.cause = "c", .fix = "first", .failed = 3};
    size_t n = ask(&failed, 1);
    assert_string_equal(out[0].fix->id, "second");
    assert_near(of(n, "first")->probability, 4.0 / 8.0);
}

static void a_fix_that_worked_moves_up(void **state)
{
    (void)state;
    struct outcome worked = {.cause = "c", .fix = "third", .worked = 6};
    ask(&worked, 1);
    assert_string_equal(out[0].fix->id, "third");
}

static void making_it_worse_counts_more_than_not_helping(void **state)
{
    (void)state;
    struct outcome failed = {.cause = "c", .fix = "first", .failed = 2}, worse = {.cause = "c", .fix = "first", .worse = 2};
    size_t n = ask(&failed, 1);
    struct ranked after_failure = *of(n, "first");
    n = ask(&worse, 1);
    assert_near(of(n, "first")->probability, after_failure.probability);
    assert_true(of(n, "first")->score < after_failure.score);
}

static void outcomes_of_another_cause_count_half(void **state)
{
    (void)state;
    struct outcome here = {.cause = "c", .fix = "second", .worked = 2}, elsewhere = {.cause = "d", .fix = "second", .worked = 4};
    size_t n = ask(&here, 1);
    double expected = of(n, "second")->probability;
    n = ask(&elsewhere, 1);
    assert_near(of(n, "second")->probability, expected);
}

static void what_did_harm_stands_below_what_nobody_tried(void **state)
{
    (void)state;
    struct outcome harmed[] = {{.cause = "c", .fix = "first", .worse = 0.5}, {.cause = "c", .fix = "second", .failed = 30}};
    ask(harmed, 2);
    assert_string_equal(out[0].fix->id, "third");
    assert_string_equal(out[1].fix->id, "second"); /* thirty failures are no harm */
    assert_string_equal(out[2].fix->id, "first");
    assert_true(out[2].harmed);
    harmed[0].worked = 1; /* it helped more than it harmed */
    ask(harmed, 2);
    assert_string_not_equal(out[2].fix->id, "first");
}

static double chance_of(const struct trouble *near, const struct outcome *o)
{
    size_t n = rank_near(&cause, 0.8, near, fixes, 3, o, 1, out);
    return of(n, "second")->probability;
}

static void outcomes_count_more_the_more_their_incident_is_alike(void **state)
{
    (void)state;
    struct outcome o = {.cause = "c", .fix = "second", .kind = "k", .project = "p", .framework = "f", .worked = 3};
    const struct trouble same = {"k", "p", "f"}, kind = {"x", "p", "f"}, project = {"k", "x", "f"}, framework = {"k", "p", "x"},
                         none = {"x", "x", "x"}, unknown = {0};
    double all = chance_of(&same, &o), other_cause;
    assert_near(chance_of(&unknown, &o), all);
    assert_true(all > chance_of(&framework, &o) && chance_of(&framework, &o) > chance_of(&kind, &o));
    assert_true(chance_of(&kind, &o) > chance_of(&project, &o) && chance_of(&project, &o) > chance_of(&none, &o));
    o.cause = "d";
    other_cause = chance_of(&same, &o);
    assert_true(other_cause < all && other_cause > 4 * 0.8 / 5);
}

static void a_watched_outcome_moves_less_than_a_persons_word(void **state)
{
    (void)state;
    struct outcome word = {.cause = "c", .fix = "second", .worked = 1}, watched = {.cause = "c", .fix = "second", .worked = 0.5};
    double before = ask(NULL, 0) ? of(3, "second")->probability : 0;
    ask(&watched, 1);
    double after_watch = of(3, "second")->probability;
    ask(&word, 1);
    assert_true(before < after_watch && after_watch < of(3, "second")->probability);
}

static void how_often_it_was_tried_is_told_for_its_own_cause(void **state)
{
    (void)state;
    const struct outcome o[] = {{.cause = "c", .fix = "second", .project = "a", .worked = 0.5, .times = 1, .times_worked = 1},
                                {.cause = "c", .fix = "second", .project = "b", .failed = 2, .times = 2},
                                {.cause = "d", .fix = "second", .worked = 9, .times = 9, .times_worked = 9}};
    size_t n = ask(o, 3);
    assert_int_equal(of(n, "second")->times, 3);
    assert_int_equal(of(n, "second")->times_worked, 1);
    assert_int_equal(of(n, "first")->times, 0);
}

static void more_fixes_than_places_keep_the_best(void **state)
{
    (void)state;
    enum { MANY = 20 };
    static char names[MANY][8];
    static struct fix many[MANY];
    static const char *many_ids[MANY];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        many_ids[i] = names[i];
        many[i] = (struct fix){.id = names[i], .works_for = 1, .works_against = 1, .gain = 0.01};
    }
    struct cause c = {.id = "c", .fixes = many_ids, .n_fixes = MANY};
    assert_int_equal(rank(&c, 1, many, MANY, NULL, 0, out), RANK_MAX);
    assert_string_equal(out[0].fix->id, "f0");
    many[MANY - 1].cost = -20; /* worth any effort: it must come from the last place to the first */
    assert_int_equal(rank(&c, 1, many, MANY, NULL, 0, out), RANK_MAX);
    assert_string_equal(out[0].fix->id, names[MANY - 1]);
    for (size_t i = 1; i < RANK_MAX; i++) assert_true(out[i].score <= out[i - 1].score);
}

static void three_failures_change_what_is_offered_first_for_a_rate_that_is_too_high(void **state)
{
    (void)state;
    struct knowledge k;
    struct err err = {0};
    unsetenv("MLWATCH_TEMPLATES");
    assert_int_equal(knowledge_open(&k, &err), OK);
    const struct cause *c = knowledge_cause(&k, "lr_too_high");
    assert_true(rank(c, 0.8, k.fixes, k.n_fixes, NULL, 0, out) >= 2);
    assert_string_equal(out[0].fix->id, "lower_learning_rate");
    struct outcome failed = {.cause = c->id, .fix = out[0].fix->id, .failed = 3};
    rank(c, 0.8, k.fixes, k.n_fixes, &failed, 1, out);
    assert_string_not_equal(out[0].fix->id, "lower_learning_rate");
    knowledge_done(&k);
}

static void a_cause_offers_the_fix_it_prefers_first(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"nan_invalid_math", "guard_math"},
                                           {"overfitting", "keep_best_checkpoint"},
                                           {"corrupt_or_invalid_data", "validate_data"},
                                           {"exploding_gradients", "clip_gradients"},
                                           {"vanishing_gradients", "use_relu_family"},
                                           {"out_of_memory", "smaller_micro_batch"},
                                           {"missing_preprocessing", "standardise_inputs"}};
    struct knowledge k;
    struct err err = {0};
    assert_int_equal(knowledge_open(&k, &err), OK);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        rank(knowledge_cause(&k, pairs[i][0]), 0.7, k.fixes, k.n_fixes, NULL, 0, out);
        assert_string_equal(out[0].fix->id, pairs[i][1]);
    }
    knowledge_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_outcomes_the_causes_own_order_stands),
        cmocka_unit_test(a_fix_that_failed_three_times_loses_the_first_place),
        cmocka_unit_test(a_fix_that_worked_moves_up),
        cmocka_unit_test(making_it_worse_counts_more_than_not_helping),
        cmocka_unit_test(outcomes_of_another_cause_count_half),
        cmocka_unit_test(what_did_harm_stands_below_what_nobody_tried),
        cmocka_unit_test(outcomes_count_more_the_more_their_incident_is_alike),
        cmocka_unit_test(a_watched_outcome_moves_less_than_a_persons_word),
        cmocka_unit_test(how_often_it_was_tried_is_told_for_its_own_cause),
        cmocka_unit_test(more_fixes_than_places_keep_the_best),
        cmocka_unit_test(three_failures_change_what_is_offered_first_for_a_rate_that_is_too_high),
        cmocka_unit_test(a_cause_offers_the_fix_it_prefers_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
