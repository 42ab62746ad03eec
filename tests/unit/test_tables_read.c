/* test_tables_read - tables and lists of tools that name nothing as others do: cv() of the boosters, RLlib, Spinning Up, Sacred. */
#include "bulk_probe.h"

#include "../../analyzers/role.h"

static void is_read_as(const char *name, enum role role, const char *metric)
{
    struct role_match m = role_of(name);
    if (m.role != role) fail_msg("'%s' has the role %s, not %s", name, role_name(m.role), role_name(role));
    if (metric) assert_string_equal(m.metric, metric);
}

static void the_mean_over_folds_is_the_metric_and_its_spread_is_none(void **unused)
{
    (void)unused;
    is_read_as("train-mlogloss-mean", ROLE_LOSS_TRAIN, "logloss");
    is_read_as("test-mlogloss-mean", ROLE_LOSS_EVAL, "logloss");
    is_read_as("test-rmse-mean", ROLE_LOSS_EVAL, NULL);
    is_read_as("train-error-mean", ROLE_SCORE_TRAIN, NULL);
    is_read_as("test-merror-mean", ROLE_SCORE_EVAL, NULL);
    is_read_as("test-auc-mean", ROLE_SCORE_EVAL, NULL);
    is_read_as("test-aucpr-mean", ROLE_SCORE_EVAL, NULL);
    is_read_as("test-Logloss-mean", ROLE_LOSS_EVAL, "logloss"); /* CatBoost */
    is_read_as("valid multi_logloss-mean", ROLE_LOSS_EVAL, "logloss");
    is_read_as("train binary_logloss-mean", ROLE_LOSS_TRAIN, "logloss");
    is_read_as("valid binary_error-mean", ROLE_SCORE_EVAL, NULL);
    is_read_as("binary_logloss-mean", ROLE_LOSS_EVAL, "logloss");
    is_read_as("train-mlogloss-std", ROLE_NONE, NULL);
    is_read_as("test-auc-std", ROLE_NONE, NULL);
    is_read_as("valid auc-stdv", ROLE_NONE, NULL);
    is_read_as("valid multi_logloss-stdv", ROLE_NONE, NULL);
}

static void rllib_is_read_through_the_places_it_logs_to(void **unused)
{
    (void)unused;
    is_read_as("episode_reward_mean", ROLE_RETURN, NULL);
    is_read_as("env_runners/episode_return_mean", ROLE_RETURN, NULL);
    is_read_as("env_runners/episode_len_mean", ROLE_EPISODE_LENGTH, NULL);
    is_read_as("info/learner/default_policy/learner_stats/entropy", ROLE_ENTROPY, NULL);
    is_read_as("info/learner/shared_policy_7/learner_stats/vf_loss", ROLE_LOSS_VALUE, NULL);
    is_read_as("info/learner/default_policy/learner_stats/policy_loss", ROLE_LOSS_POLICY, NULL);
    is_read_as("info/learner/default_policy/learner_stats/total_loss", ROLE_LOSS_TRAIN, NULL);
    is_read_as("info/learner/default_policy/learner_stats/kl", ROLE_KL, NULL);
    is_read_as("info/learner/default_policy/learner_stats/cur_lr", ROLE_LEARNING_RATE, NULL);
    is_read_as("info/learner/default_policy/learner_stats/vf_explained_var", ROLE_EXPLAINED_VARIANCE, NULL);
    is_read_as("info/learner/default_policy/learner_stats/cur_kl_coeff", ROLE_NONE, NULL);
    is_read_as("learners/default_policy/vf_loss", ROLE_LOSS_VALUE, NULL);
    is_read_as("learners/default_policy/mean_kl_loss", ROLE_KL, NULL);
    is_read_as("learners/default_policy/default_optimizer_learning_rate", ROLE_LEARNING_RATE, NULL);
    is_read_as("learners/default_policy/gradients_default_optimizer_global_norm", ROLE_GRAD_NORM, NULL);
    is_read_as("learner stats", ROLE_NONE, NULL); /* nothing behind the place */
}

static void the_losses_of_two_players_are_told_apart(void **unused)
{
    (void)unused;
    is_read_as("losses/discriminator", ROLE_LOSS_DISCRIMINATOR, NULL);
    is_read_as("losses/generator", ROLE_LOSS_GENERATOR, NULL);
    is_read_as("losses/entropy", ROLE_ENTROPY, NULL);
    is_read_as("d_total_loss", ROLE_LOSS_DISCRIMINATOR, NULL);
    is_read_as("netG_loss", ROLE_LOSS_GENERATOR, NULL);
}

static void rllib_counts_steps_of_the_environment(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "num_env_steps_sampled_lifetime,training_iteration,env_runners/episode_return_mean\n"
                                        "4000,1,21.5\n8000,2,\n12000,3,nan\n");
    probe_expect(p, "point env_runners/episode_return_mean 4000 21.5 @2");
    probe_expect(p, "point env_runners/episode_return_mean 12000 NaN @4");
    probe_close(p);
}

static void spinning_up_counts_interactions(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "Epoch\tAverageEpRet\tTotalEnvInteracts\tLossPi\tLossV\tEntropy\n"
                                        "0\t20.5\t4000\t-0.01\t80.5\t0.68\n1\t31\t8000\t-0.02\tnan\t0.66\n");
    probe_expect(p, "point AverageEpRet 4000 20.5 @2");
    probe_expect(p, "point LossV 8000 NaN @3");
    probe_close(p);
    is_read_as("LossPi", ROLE_LOSS_POLICY, NULL);
    is_read_as("LossV", ROLE_LOSS_VALUE, NULL);
    is_read_as("LossQ", ROLE_LOSS_VALUE, NULL);
    is_read_as("AverageEpRet", ROLE_RETURN, NULL);
    is_read_as("StdEpRet", ROLE_NONE, NULL);
}

static void an_index_without_a_name_is_the_step(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", ",train-rmse-mean,test-rmse-mean\n0,2.5,3\n1,2,2.75\n5,1.5,2.5\n");
    probe_expect(p, "series train-rmse-mean step");
    probe_expect(p, "point train-rmse-mean 0 2.5 @2");
    probe_expect(p, "point test-rmse-mean 5 2.5 @4");
    assert_int_equal(p->points, 6);
    probe_close(p);
    p = probe_text("csv", "\"\",loss\n10,2.5\n20,2\n"); /* as R writes it */
    probe_expect(p, "point loss 20 2 @3");
    probe_close(p);
}

static void an_index_beside_a_count_is_none(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", ",loss,epoch\n0,2.5,10\n1,2,20\n");
    probe_expect(p, "point loss 10 2.5 @2");
    probe_expect(p, "point loss 20 2 @3");
    probe_close(p);
}

static void rows_of_one_index_are_counted(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", ",loss\n0,2.5\n0,2\n0,1.5\n0,1\n");
    probe_expect(p, "point loss 0 2.5 @2");
    probe_expect(p, "point loss 1 2 @3");
    probe_expect(p, "point loss 3 1 @5");
    assert_int_equal(p->n_series, 1);
    probe_close(p);
}

static void a_long_table_with_an_index_is_read_to_its_end(void **unused)
{
    (void)unused;
    struct str text = {0};
    str_add(&text, ",loss\n");
    for (int i = 0; i < 2000; i++) str_addf(&text, "%d,%d.5\n", i, 3000 - i);
    struct probe *p = probe_text("csv", text.p);
    probe_expect(p, "point loss 1999 1001.5 @2001");
    assert_int_equal(p->points, 2000);
    probe_close(p);
    str_done(&text);
}

static void the_lists_of_an_object_stand_at_its_own_steps(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("training_metrics",
                                 "{\"training.loss\": {\"steps\": [0, 10, 20], \"timestamps\": [\"2026-01-05T10:00:00.500000\", "
                                 "\"2026-01-05T10:00:02\"], \"values\": [2.5, NaN, 1.5]},\n\"val.acc\": {\"steps\": [20], "
                                 "\"timestamps\": [], \"values\": [{\"dtype\": \"float64\", \"value\": 0.25}]}}");
    probe_expect(p, "series training.loss step");
    probe_expect(p, "point training.loss 0 2.5 @1 t1767607200.500");
    probe_expect(p, "point training.loss 10 NaN @1 t1767607202.000");
    probe_expect(p, "point training.loss 20 1.5 @1");
    probe_expect(p, "point val.acc 20 0.25 @2");
    assert_int_equal(p->points, 4);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    p = probe_text("training_metrics",
                   "{\"train\": {\"epoch\": [1, 2], \"loss\": [2.5, 2]}, \"val\": {\"epoch\": [2], \"loss\": [3, 1]}}");
    probe_expect(p, "point train/loss 1 2.5 @1");
    probe_expect(p, "point val/loss 2 3 @1");
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 1); /* a value without a step */
    probe_close(p);
}

static void how_a_sacred_run_ended_is_a_fact(void **unused)
{
    (void)unused;
    static const char text[] = "{\"experiment\": {\"name\": \"digits\"}, \"heartbeat\": null, \"status\": \"FAILED\"}\n";
    const struct format *f = format_sniff("9/run.json", (struct span){text, sizeof text - 1}, NULL);
    assert_non_null(f);
    assert_string_equal(f->name, "settings");
    struct probe *p = probe_text("settings", text);
    probe_expect(p, "fact status=FAILED");
    probe_close(p);
    assert_null(format_sniff("run.json", (struct span){"{\"status\": \"FAILED\"}", 20}, NULL));
}

static void a_table_of_one_row_of_nan_is_read(void **unused)
{
    (void)unused;
    static const char text[] = "epoch;loss;val_loss\n0;nan;nan\n";
    const struct format *f = format_sniff("training.csv", (struct span){text, sizeof text - 1}, NULL);
    assert_non_null(f);
    assert_string_equal(f->name, "csv");
    struct probe *p = probe_text("csv", text);
    probe_expect(p, "point loss 0 NaN @2");
    probe_close(p);
}

static void a_table_of_cross_validation_is_known_without_its_name(void **unused)
{
    (void)unused;
    static const char text[] = ",train-auc-mean,train-auc-std\n0,0.5,0.1\n1,0.75,0.1\n2,0.8,0.1\n";
    const struct format *f = format_sniff("cv_results.csv", (struct span){text, sizeof text - 1}, NULL);
    assert_non_null(f);
    assert_string_equal(f->name, "csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_over_folds_is_the_metric_and_its_spread_is_none),
        cmocka_unit_test(rllib_is_read_through_the_places_it_logs_to),
        cmocka_unit_test(the_losses_of_two_players_are_told_apart),
        cmocka_unit_test(rllib_counts_steps_of_the_environment),
        cmocka_unit_test(spinning_up_counts_interactions),
        cmocka_unit_test(an_index_without_a_name_is_the_step),
        cmocka_unit_test(an_index_beside_a_count_is_none),
        cmocka_unit_test(rows_of_one_index_are_counted),
        cmocka_unit_test(a_long_table_with_an_index_is_read_to_its_end),
        cmocka_unit_test(the_lists_of_an_object_stand_at_its_own_steps),
        cmocka_unit_test(how_a_sacred_run_ended_is_a_fact),
        cmocka_unit_test(a_table_of_one_row_of_nan_is_read),
        cmocka_unit_test(a_table_of_cross_validation_is_known_without_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
