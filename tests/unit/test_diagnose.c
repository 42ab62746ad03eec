/* diagnose: the arithmetic, on causes made for the test, and the spellings of settings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/diagnose.h"
#include "../../analyzers/fact_key.h"

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-9)
#define ANY               .min = -INFINITY, .max = INFINITY
#define CLUES(...)                                                                                                               \
    .clues = (const struct clue[]){__VA_ARGS__}, .n_clues = sizeof((const struct clue[]){__VA_ARGS__}) / sizeof(struct clue)

static struct diagnosis found[DIAGNOSIS_MAX];
static struct finding sure(const char *kind) { return (struct finding){.kind = kind, .confidence = 1}; }
static double after(double prior, double ratio) { return prior * ratio / (prior * ratio + 1 - prior); }

static size_t ask(const struct cause *causes, size_t n_causes, const struct finding *findings, size_t n, const struct fact *facts,
                  size_t n_facts)
{
    struct case_file run = {findings, n, facts, n_facts, WANTS(ROLE_LOSS_TRAIN), 1u << EVENT_KILLED, NULL, 0};
    return diagnose(causes, n_causes, &run, found);
}

static void a_ratio_multiplies_the_odds(void **state)
{
    (void)state;
    const struct cause c = {.id = "c", .prior = 0.2, CLUES({.finding = "loss_spike", .ratio = 4, ANY})};
    struct finding f = sure("loss_spike");
    assert_int_equal(ask(&c, 1, &f, 1, NULL, 0), 1);
    assert_near(found[0].probability, after(0.2, 4));
    assert_int_equal(found[0].n_because, 1);
    assert_int_equal(found[0].n_clues, 1);
}

/* A plateau that ended was none; a divergence that ended has happened. */
static void a_standstill_that_was_taken_back_speaks_for_nothing(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.2,
                            CLUES({.finding = "loss_plateau", .ratio = 4, ANY}, {.finding = "loss_divergence", .ratio = 4, ANY})};
    struct finding f = sure("loss_plateau");
    f.phase = PHASE_CLOSED;
    assert_int_equal(ask(&c, 1, &f, 1, NULL, 0), 0);
    f.severity = SEVERITY_WARNING; /* over because the run was started again, and not because the loss moved */
    assert_int_equal(ask(&c, 1, &f, 1, NULL, 0), 1);
    f = sure("loss_divergence");
    f.phase = PHASE_CLOSED;
    assert_int_equal(ask(&c, 1, &f, 1, NULL, 0), 1);
}

/* What the error says outweighs that there was an error; only the words of that kind of event count. */
static void the_words_of_an_event_decide(void **state)
{
    (void)state;
    const struct cause c = {
        .id = "c",
        .prior = 0.2,
        CLUES({.finding = "run_crashed", .ratio = 2, ANY},
              {.finding = "run_crashed", .event = "traceback", .says = "Connection refused|timed out", .ratio = 20, ANY})};
    struct finding f = sure("run_crashed");
    static const struct {
        enum event kind;
        const char *words;
        double ratio;
    } cases[] = {{EVENT_TRACEBACK, "URLError: <urlopen error [Errno 111] connection REFUSED>", 20},
                 {EVENT_TRACEBACK, "OSError: Timed out", 20},
                 {EVENT_TRACEBACK, "KeyError: 'loss'", 2},
                 {EVENT_TRACEBACK, "", 2},
                 {EVENT_TRACEBACK, NULL, 2},
                 {EVENT_KILLED, "Connection refused", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct said said = {cases[i].kind, cases[i].words};
        struct case_file run = {.findings = &f, .n_findings = 1, .events = 1u << EVENT_TRACEBACK, .said = &said, .n_said = 1};
        assert_int_equal(diagnose(&c, 1, &run, found), 1);
        assert_near(found[0].probability, after(0.2, cases[i].ratio));
    }
}

static void calibration_keeps_the_order_and_stays_short_of_certainty(void **state)
{
    (void)state;
    const struct calibration none = {.slope = 3, .intercept = 1}, steep = {.slope = 3, .intercept = -1, .runs = 100};
    assert_near(calibrated(&none, 0.7), 0.7); /* never fitted: nothing changes */
    assert_near(calibrated(&steep, 0.5), 1 / (1 + exp(1)));
    const struct calibration two = {.slope = 1, .intercept = 1, .behind_slope = 1, .behind_intercept = -1, .runs = 100};
    assert_near(calibrated_behind(&two, 0.5, 0.9), 1 / (1 + exp(1)));
    assert_near(calibrated_behind(&two, 0.95, 0.6), 0.6);               /* not before the best one */
    assert_near(calibrated_behind(&steep, 0.5, 0.9), 1 / (1 + exp(1))); /* not fitted apart */
    double before = 0;
    for (double p = 0; p <= 1; p += 0.01) {
        double c = calibrated(&steep, p);
        assert_true(c >= before && c >= 0.01 && c <= 0.97);
        before = c;
    }
}

static void a_doubtful_finding_weighs_less(void **state)
{
    (void)state;
    const struct cause c = {.id = "c", .prior = 0.2, CLUES({.finding = "loss_spike", .ratio = 4, ANY})};
    struct finding f = sure("loss_spike");
    f.confidence = 0.5;
    ask(&c, 1, &f, 1, NULL, 0);
    assert_near(found[0].probability, after(0.2, 2.5));
}

static void a_cause_without_a_finding_for_it_is_not_told(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.9,
                            CLUES({.fact = "learning_rate", .ratio = 20, ANY}, {.event = "killed", .ratio = 200, ANY},
                                  {.finding = "loss_spike", .ratio = 0.5, ANY})};
    struct finding f = sure("loss_spike");
    struct fact rate = {"lr", "3"};
    assert_int_equal(ask(&c, 1, &f, 1, &rate, 1), 0);
    assert_int_equal(ask(&c, 1, NULL, 0, NULL, 0), 0);
}

static void two_clues_about_one_kind_are_one_observation(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.2,
                            CLUES({.finding = "loss_spike", .ratio = 4, ANY}, {.finding = "loss_spike", .ratio = 8, ANY},
                                  {.finding = "loss_spike", .ratio = 2, ANY})};
    struct finding f[2] = {sure("loss_spike"), sure("loss_spike")};
    ask(&c, 1, f, 2, NULL, 0);
    assert_near(found[0].probability, after(0.2, 8));
    assert_int_equal(found[0].n_because, 2);
}

static void the_more_precise_clue_speaks_even_when_it_is_weaker(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.2,
                            CLUES({.finding = "overfitting", .ratio = 20, ANY},
                                  {.finding = "overfitting", .evidence = "best_step", .min = -INFINITY, .max = 1, .ratio = 2})};
    struct finding f = sure("overfitting");
    finding_add(&f, "best_step", 0, "");
    ask(&c, 1, &f, 1, NULL, 0);
    assert_near(found[0].probability, after(0.2, 2));
    f.evidence[0].value = 7;
    ask(&c, 1, &f, 1, NULL, 0);
    assert_near(found[0].probability, after(0.2, 20));
}

static void kinds_that_follow_from_one_another_are_not_counted_twice_in_full(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.2,
                            CLUES({.finding = "loss_divergence", .ratio = 4, ANY}, {.finding = "loss_nonfinite", .ratio = 4, ANY},
                                  {.finding = "grad_explosion", .ratio = 4, ANY})};
    struct finding related[] = {sure("loss_divergence"), sure("loss_nonfinite")};
    struct finding apart[] = {sure("loss_divergence"), sure("grad_explosion")};
    ask(&c, 1, related, 2, NULL, 0);
    double echoed = found[0].probability;
    ask(&c, 1, apart, 2, NULL, 0);
    assert_near(found[0].probability, after(0.2, 16));
    assert_true(echoed > after(0.2, 4) && echoed < after(0.2, 8));
}

static void nothing_is_ever_proved(void **state)
{
    (void)state;
    const struct cause c = {.id = "c", .prior = 0.9, CLUES({.finding = "loss_spike", .ratio = 1000, ANY})};
    struct finding f = sure("loss_spike");
    ask(&c, 1, &f, 1, NULL, 0);
    assert_near(found[0].probability, 0.97);
}

static void what_the_first_cause_explains_speaks_less_for_the_second(void **state)
{
    (void)state;
    const struct cause c[] = {{.id = "likely", .prior = 0.5, CLUES({.finding = "loss_spike", .ratio = 20, ANY})},
                              {.id = "other", .prior = 0.2, CLUES({.finding = "loss_spike", .ratio = 20, ANY})},
                              {.id = "apart", .prior = 0.2, CLUES({.finding = "grad_vanishing", .ratio = 20, ANY})}};
    struct finding f[] = {sure("loss_spike"), sure("grad_vanishing")};
    assert_int_equal(ask(c, 3, f, 2, NULL, 0), 3);
    assert_string_equal(found[0].cause->id, "likely");
    assert_string_equal(found[1].cause->id, "apart");
    assert_near(found[1].probability, after(0.2, 20));
    assert_string_equal(found[2].cause->id, "other");
    assert_true(found[2].probability < after(0.2, 20) && found[2].probability > 0.2);
}

static void a_program_ends_for_one_cause(void **state)
{
    (void)state;
    const struct cause c[] = {{.id = "host", .prior = 0.5, CLUES({.finding = "run_crashed", .ratio = 50, ANY})},
                              {.id = "code", .prior = 0.2, CLUES({.finding = "run_crashed", .ratio = 10, ANY})},
                              {.id = "loss", .prior = 0.2, CLUES({.finding = "loss_spike", .ratio = 2, ANY})}};
    struct finding f[] = {sure("run_crashed"), sure("loss_spike")};
    assert_int_equal(ask(c, 3, f, 2, NULL, 0), 3);
    assert_string_equal(found[0].cause->id, "host");
    assert_string_equal(found[1].cause->id, "loss");
    assert_true(found[2].probability < after(0.2, 1.2));
}

/* However sure that one is: the same observation may be of either. */
static void what_cannot_be_told_from_the_best_cause_is_named_beside_it(void **state)
{
    (void)state;
    struct finding f = sure("loss_nonfinite");
    for (int certain = 0; certain < 2; certain++) {
        const struct cause c[] = {
            {.id = "usual", .prior = certain ? 0.5 : 0.25, CLUES({.finding = "loss_nonfinite", .ratio = 4, ANY})},
            {.id = "rare", .prior = 0.04, CLUES({.finding = "loss_nonfinite", .ratio = 10, ANY})},
            {.id = "hardly", .prior = 0.02, CLUES({.finding = "loss_nonfinite", .ratio = 4, ANY})}};
        assert_int_equal(ask(c, 3, &f, 1, NULL, 0), 2);
        assert_string_equal(found[0].cause->id, "usual");
        assert_true(found[1].probability > 0.1 && found[1].probability < 0.2);
    }
}

static void causes_below_a_fifth_are_left_out_but_for_the_best(void **state)
{
    (void)state;
    const struct cause c[] = {{.id = "a", .prior = 0.02, CLUES({.finding = "loss_spike", .ratio = 2, ANY})},
                              {.id = "b", .prior = 0.03, CLUES({.finding = "loss_spike", .ratio = 2, ANY})}};
    struct finding f = sure("loss_spike");
    assert_int_equal(ask(c, 2, &f, 1, NULL, 0), 1);
    assert_string_equal(found[0].cause->id, "b");
}

static void an_absent_finding_counts_only_where_it_could_have_been_seen(void **state)
{
    (void)state;
    struct clue clues[] = {{.finding = "loss_spike", .ratio = 4, ANY},
                           {.absent = "grad_explosion", .role = ROLE_GRAD_NORM, .ratio = 0.25, ANY}};
    const struct cause c = {.id = "c", .prior = 0.2, .clues = clues, .n_clues = 2};
    struct finding f[] = {sure("loss_spike"), sure("grad_explosion")};
    ask(&c, 1, f, 1, NULL, 0);
    assert_near(found[0].probability, after(0.2, 4));
    clues[1].role = ROLE_LOSS_TRAIN;
    ask(&c, 1, f, 1, NULL, 0);
    assert_near(found[0].probability, 0.2);
    ask(&c, 1, f, 2, NULL, 0);
    assert_near(found[0].probability, after(0.2, 4));
}

static void evidence_against_is_cited_as_such(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.5,
                            CLUES({.finding = "loss_spike", .ratio = 4, ANY}, {.finding = "grad_vanishing", .ratio = 0.5, ANY})};
    struct finding f[] = {sure("grad_vanishing"), sure("loss_spike")};
    ask(&c, 1, f, 2, NULL, 0);
    assert_int_equal(found[0].because[0], 1);
    assert_int_equal(found[0].n_against, 1);
    assert_int_equal(found[0].against[0], 0);
    assert_true(found[0].clues[0]->ratio == 4);
}

static void a_setting_is_read_in_any_spelling_and_the_last_one_counts(void **state)
{
    (void)state;
    const struct cause c = {
        .id = "c",
        .prior = 0.2,
        CLUES({.finding = "loss_spike", .ratio = 4, ANY}, {.fact = "learning_rate", .min = 1, .max = INFINITY, .ratio = 4})};
    struct finding f = sure("loss_spike");
    struct fact facts[] = {{"--base-lr", "1e-3"}, {"optim.args.lr", "20"}, {"min_lr", "0"}, {NULL, "1"}, {"lr", NULL}};
    ask(&c, 1, &f, 1, facts, 5);
    assert_near(found[0].probability, after(0.2, 16));
    facts[1].value = "cosine";
    ask(&c, 1, &f, 1, facts, 5);
    assert_near(found[0].probability, after(0.2, 4));
}

static void a_rate_is_judged_by_its_optimizer(void **state)
{
    (void)state;
    const struct cause c = {.id = "c",
                            .prior = 0.2,
                            CLUES({.finding = "loss_spike", .ratio = 4, ANY},
                                  {.fact = "adam_learning_rate", .min = 0.01, .max = INFINITY, .ratio = 4})};
    struct finding f = sure("loss_spike");
    struct fact facts[] = {{"lr", "0.1"}, {"optim", "adamw_torch"}};
    ask(&c, 1, &f, 1, facts, 2);
    assert_near(found[0].probability, after(0.2, 16));
    facts[1].value = "SGD";
    ask(&c, 1, &f, 1, facts, 2);
    assert_near(found[0].probability, after(0.2, 4));
}

static void only_what_is_not_logged_is_asked_for(void **state)
{
    (void)state;
    const struct separator separators[] = {
        {"loss", "", "", ROLE_LOSS_TRAIN, {0}}, {"norm", "", "", ROLE_GRAD_NORM, {0}}, {"batch", "", "", ROLE_NONE, {0}}};
    const struct cause c = {
        .id = "c", .prior = 0.2, CLUES({.finding = "loss_spike", .ratio = 4, ANY}), .separators = separators, .n_separators = 3};
    struct finding f = sure("loss_spike");
    ask(&c, 1, &f, 1, NULL, 0);
    assert_int_equal(found[0].n_missing, 2);
    assert_string_equal(found[0].missing[0]->artifact, "norm");
    assert_string_equal(found[0].missing[1]->artifact, "batch");
}

/* Random causes, findings and settings: order, bounds and citations hold whatever the data. */
static void any_data_gives_ordered_bounded_cited_answers(void **state)
{
    (void)state;
    static const char *const kinds[] = {"loss_spike",     "loss_divergence", "loss_nonfinite",
                                        "grad_explosion", "overfitting",     "score_drop"};
    srand(20240607);
    for (int round = 0; round < 3000; round++) {
        struct clue clues[12][10];
        struct cause causes[12];
        struct finding findings[40];
        size_t n = (size_t)rand() % 41;
        for (size_t i = 0; i < n; i++)
            findings[i] = (struct finding){.kind = kinds[rand() % 6], .confidence = rand() % 101 / 100.0};
        for (size_t i = 0; i < 12; i++) {
            for (size_t k = 0; k < 10; k++) {
                clues[i][k] = (struct clue){.finding = kinds[rand() % 6], .ratio = exp((rand() % 100 - 40) / 10.0), ANY};
                if (rand() % 4 == 0) clues[i][k].event = "killed";
            }
            causes[i] = (struct cause){.id = "c", .prior = (1 + rand() % 98) / 100.0, .clues = clues[i], .n_clues = 10};
        }
        size_t told = ask(causes, 12, findings, n, NULL, 0);
        assert_true(told <= DIAGNOSIS_MAX && (n || !told));
        for (size_t i = 0; i < told; i++) {
            const struct diagnosis *d = &found[i];
            assert_true(d->probability >= 0.01 && d->probability <= 0.97 && d->n_because > 0 && d->n_clues > 0);
            assert_true(i == 0 || (d->probability >= (i < 3 ? 0.1 : 0.2) && d->probability <= found[i - 1].probability));
            for (size_t k = 0; k < d->n_because; k++) assert_true(d->because[k] < n);
        }
    }
}

static void every_trainers_spelling_of_a_setting_is_one_key(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"lr", "learning_rate"},
                                           {"--learning-rate", "learning_rate"},
                                           {"learningRate", "learning_rate"},
                                           {"args.lr", "learning_rate"},
                                           {"optim/lr", "learning_rate"},
                                           {"SOLVER.BASE_LR", "learning_rate"},
                                           {"lr0", "learning_rate"},
                                           {"train.lr", "learning_rate"},
                                           {"max_lr", "learning_rate"},
                                           {"lrD", "d_learning_rate"},
                                           {"generator.lr", "g_learning_rate"},
                                           {"per_device_train_batch_size", "batch_size"},
                                           {"hidden_act", "activation"},
                                           {"torch_dtype", "precision"},
                                           {"fp16", "precision"},
                                           {"num_train_epochs", "epochs"},
                                           {"max_iters", "max_steps"},
                                           {"max_grad_norm", "gradient_clip"},
                                           {"lr_scheduler_type", "scheduler"},
                                           {"adam_beta2", "beta2"},
                                           {"n_critic", "d_steps"},
                                           {"gradient_accumulation_steps", "gradient_accumulation"},
                                           {"env", "env_id"},
                                           {"optimizer.type", "optimizer"},
                                           {"criterion", "loss_function"},
                                           {"warmup_iters", "warmup_steps"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *key = fact_key(pairs[i][0]);
        if (!key || strcmp(key, pairs[i][1])) fail_msg("%s is %s, not %s", pairs[i][0], key ? key : "unknown", pairs[i][1]);
    }
}

static void a_name_that_only_contains_a_known_one_is_unknown(void **state)
{
    (void)state;
    static const char *const names[] = {"min_lr", "lr_decay", "end_lr", "warmup_lr",       "xlr",
                                        "",       "///",      "l",      "best_loss_epoch", "save_batch_size_x"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fact_key(names[i])) fail_msg("%s is taken for %s", names[i], fact_key(names[i]));
    assert_null(fact_key(NULL));
}

static void a_key_of_any_length_is_judged_by_its_leaf(void **state)
{
    (void)state;
    char key[4000];
    memset(key, 'A', sizeof key);
    strcpy(key + sizeof key - 4, ".lr");
    assert_string_equal(fact_key(key), "learning_rate");
    memset(key, '/', sizeof key - 1), key[sizeof key - 1] = '\0';
    assert_null(fact_key(key));
}

static void switches_become_values(void **state)
{
    (void)state;
    const char *key = NULL, *value = NULL;
    assert_true(fact_canonical("training_args.fp16", "True", &key, &value));
    assert_string_equal(key, "precision"), assert_string_equal(value, "fp16");
    assert_false(fact_canonical("fp16", "False", &key, &value));
    assert_true(fact_canonical("mixed_precision", "bf16", &key, &value));
    assert_string_equal(value, "bf16");
    assert_true(fact_canonical("amp", "O1", &key, &value));
    assert_string_equal(value, "O1");
    assert_false(fact_canonical("what is this", "1", &key, &value));
}

static void numbers_and_words_are_read_as_settings_write_them(void **state)
{
    (void)state;
    double x = 0;
    assert_true(fact_number("3e-4", &x) && x == 3e-4);
    assert_true(fact_number(" [0.0005, 0.1]", &x) && x == 0.0005);
    assert_true(fact_number("-1", &x) && x == -1);
    static const char *const none[] = {"None", "True", "", "0x10", "12k", "nan", "1e999", "5%", "."};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (fact_number(none[i], &x)) fail_msg("'%s' is taken for the number %g", none[i], x);
    assert_true(fact_says("torch.optim.AdamW", "adam|adamw"));
    assert_true(fact_says("adamw_torch", "adamw"));
    assert_false(fact_says("adamant", "adam"));
    assert_false(fact_says("", "adam"));
    assert_false(fact_says(NULL, "adam"));
    assert_false(fact_says("x", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ratio_multiplies_the_odds),
        cmocka_unit_test(a_standstill_that_was_taken_back_speaks_for_nothing),
        cmocka_unit_test(the_words_of_an_event_decide),
        cmocka_unit_test(calibration_keeps_the_order_and_stays_short_of_certainty),
        cmocka_unit_test(a_doubtful_finding_weighs_less),
        cmocka_unit_test(a_cause_without_a_finding_for_it_is_not_told),
        cmocka_unit_test(two_clues_about_one_kind_are_one_observation),
        cmocka_unit_test(the_more_precise_clue_speaks_even_when_it_is_weaker),
        cmocka_unit_test(kinds_that_follow_from_one_another_are_not_counted_twice_in_full),
        cmocka_unit_test(nothing_is_ever_proved),
        cmocka_unit_test(what_the_first_cause_explains_speaks_less_for_the_second),
        cmocka_unit_test(a_program_ends_for_one_cause),
        cmocka_unit_test(what_cannot_be_told_from_the_best_cause_is_named_beside_it),
        cmocka_unit_test(causes_below_a_fifth_are_left_out_but_for_the_best),
        cmocka_unit_test(an_absent_finding_counts_only_where_it_could_have_been_seen),
        cmocka_unit_test(evidence_against_is_cited_as_such),
        cmocka_unit_test(a_setting_is_read_in_any_spelling_and_the_last_one_counts),
        cmocka_unit_test(a_rate_is_judged_by_its_optimizer),
        cmocka_unit_test(only_what_is_not_logged_is_asked_for),
        cmocka_unit_test(any_data_gives_ordered_bounded_cited_answers),
        cmocka_unit_test(every_trainers_spelling_of_a_setting_is_one_key),
        cmocka_unit_test(a_name_that_only_contains_a_known_one_is_unknown),
        cmocka_unit_test(a_key_of_any_length_is_judged_by_its_leaf),
        cmocka_unit_test(switches_become_values),
        cmocka_unit_test(numbers_and_words_are_read_as_settings_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
