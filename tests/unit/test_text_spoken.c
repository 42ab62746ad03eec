/* text: what speech toolkits, federated servers and people who write Chinese print; tables drawn with boxes; dicts behind words. */
#include "text_probe.h"

static void a_dict_behind_words_is_read_as_if_they_stood_there_without_it(void **unused)
{
    (void)unused;
    WITH("Epoch 1: {'train_loss': 0.5, 'val_loss': 0.75}\nEpoch 2: {'train_loss': 0.25, 'val_loss': nan}\n", p);
    probe_expect(p, "point train_loss 1 0.5 @1");
    probe_expect(p, "point val_loss 2 NaN @2");
    probe_close(p);
    WITH("json_stats: {\"eta\": \"1:00:00\", \"iter\": 20, \"loss\": \"1.5\", \"lr\": \"0.25\"}\n", q);
    probe_expect(q, "point loss 20 1.5 @1");
    probe_close(q);
}

static void dicts_that_count_nothing_are_numbered(void **unused)
{
    (void)unused;
    WITH("{'loss': 2.5, 'learning_rate': 0.5}\n{'loss': 2, 'learning_rate': 0.25}\n{'loss': 1.5, 'learning_rate': 0.125}\n", p);
    probe_expect(p, "point loss 1 2.5 @1");
    probe_expect(p, "point loss 3 1.5 @3");
    assert_int_equal(p->facts, 0);
    probe_close(p);
}

static void dicts_of_settings_and_answers_are_no_records(void **unused)
{
    (void)unused;
    no_points("Epoch 1 config: {'batch_size': 32, 'loss_weight': 0.5}\n");
    no_points("Response: {'message': 'done', 'code': 200}\nDownloading: {'step': 3, 'size': 200}\n");
    no_points("the model that we took had {'loss': 0.5} and was better than the others by far in epoch 3 {'x': 1}\n");
}

static void an_arrow_in_front_or_between_is_no_code(void **unused)
{
    (void)unused;
    WITH("==> Training epoch: 100, Loss: 0.5\n==> Training epoch: 200, Loss: 0.25\n", p);
    probe_expect(p, "point Loss 200 0.25 @2");
    probe_close(p);
    WITH("[1/2] loss: 1.5\n[1/2] ==> val_loss: 1.25\n[2/2] loss: 1\n[2/2] ==> val_loss: 0.75\n", q);
    probe_expect(q, "point loss 2 1 @3");
    probe_expect(q, "point val_loss 1 1.25 @2");
    probe_expect(q, "point val_loss 2 0.75 @4");
    probe_close(q);
    no_points("if loss == 0.5 and epoch == 3:\n    loss = 1\n");
    no_points("loss => see chapter 3\n");
}

static void an_evaluation_that_tells_the_global_step_does_not_stop_the_count(void **unused)
{
    (void)unused;
    WITH("INFO:tensorflow:loss = 9.5, step = 100\nINFO:tensorflow:Saving dict for global step 100: accuracy = 0.5, global_step = "
         "100, "
         "loss = 9\nINFO:tensorflow:loss = 8.5, step = 200 (12.1 sec)\nINFO:tensorflow:loss = 7.5, step = 300 (12.1 sec)\n",
         p);
    probe_expect(p, "point loss 200 8.5 @3");
    probe_expect(p, "point loss 300 7.5 @4");
    probe_expect(p, "point eval loss 100 9 @2");
    probe_close(p);
}

static void a_value_and_its_average_are_two_series(void **unused)
{
    (void)unused;
    WITH("episode 1 score 12.0 average score 12.0\nepisode 2 score 15.0 average score 13.5\n", p);
    probe_expect(p, "point episode score 2 15 @2");
    probe_expect(p, "point average score 2 13.5 @2");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void epochs_without_progress_are_no_epochs(void **unused)
{
    (void)unused;
    WITH("2021-01-05 10:00:12,123 EPOCH 1 done: loss 1.5 - lr 0.5\n2021-01-05 10:00:14,123 DEV : loss 1.25 - score 0.5\n"
         "2021-01-05 10:00:14,124 BAD EPOCHS (no improvement): 0\n2021-01-05 10:00:32,123 EPOCH 2 done: loss 1.25 - lr 0.5\n"
         "2021-01-05 10:00:34,123 DEV : loss 1 - f1-score (micro avg)  0.625\n",
         p);
    probe_expect(p, "point valid loss 1 1.25 @2 t1609840814.123");
    probe_expect(p, "point valid loss 2 1 @5 t1609840834.123");
    probe_close(p);
}

static void chinese_and_japanese_counters_count(void **unused)
{
    (void)unused;
    WITH("第1轮 训练损失: 0.5 准确率: 0.25\n第2轮 训练损失: 0.25 准确率: 0.5\n", p);
    probe_expect(p, "series 训练损失 epoch");
    probe_expect(p, "point 训练损失 2 0.25 @2");
    probe_expect(p, "point 准确率 2 0.5 @2");
    probe_close(p);
    WITH("轮次：1，训练损失：0.5，验证损失：0.75\n轮次：2，训练损失：0.25，验证损失：0.5\n", q);
    probe_expect(q, "point 验证损失 2 0.5 @2");
    probe_close(q);
    WITH("エポック 1/2 損失: 0.5\nエポック 2/2 損失: 0.25\n", r);
    probe_expect(r, "point loss 2 0.25 @2");
    probe_close(r);
    no_points("第3章 概要: 12 页\n第1次下载: 0.5 MB\n");
}

static void a_table_in_a_box_is_a_table(void **unused)
{
    (void)unused;
    WITH(
        "┌───────┬────────────┬─────┐\n│ epoch │ train loss │ lr  │\n├───────┼────────────┼─────┤\n│ 1     │ 1.5        │ 0.5 │\n"
        "│ 2     │ 1.25       │ 0.5 │\n└───────┴────────────┴─────┘\n",
        p);
    probe_expect(p, "point train loss 1 1.5 @4");
    probe_expect(p, "point train loss 2 1.25 @5");
    probe_close(p);
    WITH("┌────────┬──────┐\n│ step   │ 100  │\n│ loss   │ 1.5  │\n└────────┴──────┘\n", q);
    probe_expect(q, "point loss 100 1.5 @2");
    probe_close(q);
    WITH("┌──────────┬────────┐\n│ epoch    │ loss   │\n├──────────┼────────┤\n│ 1        │ 11     │\n└──────────┴────────┘\n",
         two);
    probe_expect(two, "point loss 1 11 @4");
    probe_close(two);
    no_points(
        "┌──────────┬────────┐\n│ layer    │ params │\n├──────────┼────────┤\n│ 1        │ 11     │\n└──────────┴────────┘\n");
    no_points(
        "┌──────────┬────────┬─────┐\n│ model    │ params │ MB  │\n├──────────┼────────┼─────┤\n│ resnet   │ 11     │ 40  │\n"
        "└──────────┴────────┴─────┘\n");
}

static void vits_lists_are_losses_step_and_rate(void **unused)
{
    (void)unused;
    WITH("2021-12-01 10:00:20,123\tbase\tINFO\tTrain Epoch: 1 [0%]\n2021-12-01 10:00:20,124\tbase\tINFO\t[3, 2, 1, 60, 1.5, 95, "
         "0, 0.5]\n"
         "2021-12-01 10:00:50,123\tbase\tINFO\tTrain Epoch: 1 [34%]\n2021-12-01 10:00:50,124\tbase\tINFO\t[2.5, 2, 1, 50, 1.5, "
         "5, 200, 0.5]\n",
         p);
    probe_expect(p, "point loss_mel 200 50 @4 t1638352850.124");
    probe_expect(p, "point loss_kl 200 5 @4 t1638352850.124");
    probe_expect(p, "point lr 200 0.5 @4 t1638352850.124");
    probe_close(p);
    WITH("2021-12-01 10:00:20,123\t44k\tINFO\tTrain Epoch: 1 [0%]\n2021-12-01 10:00:20,124\t44k\tINFO\t[200, 0.0001]\n"
         "2021-12-01 10:00:20,125\t44k\tINFO\tloss_disc=4.0, loss_gen=3.0, loss_fm=9.5,loss_mel=19.5, loss_kl=1.5\n",
         q);
    probe_expect(q, "point loss_disc 200 4 @3 t1638352820.125");
    probe_expect(q, "point loss_mel 200 19.5 @3 t1638352820.125");
    probe_close(q);
    no_points("Train Epoch: 1 [0%]\n[1, 2, 3, 4, 5, 6, 7.5, 8]\n[0.5, 0.25]\n");
    no_points("shape\n[64, 3, 224, 224, 200, 0.5]\n");
}

static void wenet_counts_epoch_and_batch(void **unused)
{
    (void)unused;
    WITH("2024-01-05 10:00:01,123 DEBUG TRAIN Batch 0/0 loss 250.5 lr 0.5 rank 0\n"
         "2024-01-05 10:00:31,123 DEBUG TRAIN Batch 0/100 loss 150.5 lr 0.5 rank 0\n"
         "2024-01-05 10:01:01,123 DEBUG CV Batch 0/0 loss 90.5 history loss 90.5 rank 0\n"
         "2024-01-05 10:01:03,123 INFO Epoch 0 CV info cv_loss 90.5\n"
         "2024-01-05 10:02:31,123 DEBUG TRAIN Batch 1/0 loss 110.5 lr 0.5 rank 0\n"
         "2024-01-05 10:03:01,123 DEBUG TRAIN Batch 1/100 loss 100.5 lr 0.5 rank 0\n",
         p);
    probe_expect(p, "point loss 100 150.5 @2 t1704448831.123");
    probe_expect(p, "point loss 200 100.5 @6 t1704448981.123");
    probe_expect(p, "point valid cv_loss 100 90.5 @4 t1704448863.123");
    assert_null(strstr(p->text.p, "@3"));
    probe_close(p);
}

/* Where the log begins at another batch than the first, its second line tells. */
static void wenet_from_the_middle_of_an_epoch_on(void **unused)
{
    (void)unused;
    WITH("2024-01-05 10:00:01,123 DEBUG TRAIN Batch 2/300 loss 250.5 lr 0.5 rank 0\n"
         "2024-01-05 10:00:31,123 DEBUG TRAIN Batch 2/400 loss 150.5 lr 0.5 rank 0\n"
         "2024-01-05 10:01:01,123 DEBUG TRAIN Batch 2/500 loss 110.5 lr 0.5 rank 0\n",
         p);
    probe_expect(p, "point loss 400 150.5 @2 t1704448831.123");
    probe_expect(p, "point loss 500 110.5 @3 t1704448861.123");
    probe_close(p);
    WITH("TRAIN Batch 1/200 loss 2.5\nTRAIN Batch 2/200 loss 1.5\nTRAIN Batch 3/200 loss 1.25\n", q); /* a part of a whole */
    probe_expect(q, "point loss 3 1.25 @3");
    probe_close(q);
}

static void kaldi_objectives_stand_at_their_last_minibatch(void **unused)
{
    (void)unused;
    WITH("LOG (nnet3-chain-train[5.5]:PrintStatsForThisPhase():nnet-training.cc:362) Average objective function for 'output' for "
         "minibatches 0-99 "
         "is -0.5 + -0.25 = -0.75 over 64000 frames.\nLOG (nnet3-train[5.5]:PrintTotalStats():nnet-training.cc:397) Overall "
         "average objective "
         "function for 'output' is -0.5 over 128000 frames.\n",
         p);
    probe_expect(p, "point output log-likelihood 100 -0.75 @1");
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void flower_tells_its_rounds(void **unused)
{
    (void)unused;
    WITH("INFO flower 2022-04-02 10:00:05,224 | server.py:116 | fit progress: (1, 1.5, {'accuracy': 0.25}, 4.1)\n"
         "INFO flower 2022-04-02 10:00:09,224 | server.py:116 | fit progress: (2, 1.25, {'accuracy': 0.5}, 8.1)\n"
         "INFO flower 2022-04-02 10:00:13,226 | app.py:180 | app_fit: losses_distributed [(1, 2.5), (2, 2.25)]\n",
         p);
    probe_expect(p, "point eval loss 2 1.25 @2 t1648893609.224");
    probe_expect(p, "point eval accuracy 2 0.5 @2 t1648893609.224");
    probe_expect(p, "point eval distributed/loss 2 2.25 @3 t1648893613.226");
    probe_close(p);
}

static void results_of_yolov5_need_no_header(void **unused)
{
    (void)unused;
    WITH("       0/299     5.67G   0.045   0.068   0.02   0.133   41   640   0.31   0.61   0.5   0.25   0.043   0.061   0.018\n"
         "       1/299     6.67G   0.044   0.067   0.02   0.131   42   640   0.32   0.62   0.75   0.5   0.042   0.060   0.017\n",
         p);
    probe_expect(p, "point valid mAP50 1 0.75 @2");
    probe_expect(p, "point loss 1 0.13100000000000001 @2");
    probe_expect(p, "point valid box_loss 0 0.042999999999999997 @1");
    probe_close(p);
    WITH("       0/299     5.67G   0.045   0.068   0.02   0.5   0.25   0.875   41   640   0.31   0.61   0.5   0.25   0.043   "
         "0.061   "
         "0.018\n"
         "       1/299     5.67G   0.035   0.058   0.02   0.375   0.125   0.75   41   640   0.41   0.71   0.625   0.375   0.043  "
         " 0.061 "
         "  0.018\n",
         poses);
    probe_expect(poses, "point kpt_loss 1 0.375 @2");
    probe_expect(poses, "point loss 0 0.875 @1");
    probe_expect(poses, "point valid mAP50 1 0.625 @2");
    probe_expect(poses, "point valid box_loss 1 0.042999999999999997 @2");
    probe_close(poses);
    no_points("       1/299     5.67G   0.045   0.068\n  3/4 12M 1 2 3 4 5 6 7 8 9 10 11 12 13\n");
}

static void a_rate_below_the_heading_of_an_epoch_is_its_own(void **unused)
{
    (void)unused;
    WITH("Epoch 0 \nCurrent learning rate: 0.5 \ntrain_loss -0.25 \nEpoch 1 \nCurrent learning rate: 0.25 \ntrain_loss -0.5 \n",
         p);
    probe_expect(p, "point Current learning rate 1 0.25 @5");
    probe_expect(p, "point train_loss 1 -0.5 @6");
    probe_close(p);
    no_points("Settings\nlearning rate: 0.5\n");
    WITH("====> Epoch: 1, cost 61.5 s\n====> Epoch: 2, cost 60.5 s\n", q);
    assert_int_equal(q->points, 0);
    probe_close(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dict_behind_words_is_read_as_if_they_stood_there_without_it),
        cmocka_unit_test(dicts_that_count_nothing_are_numbered),
        cmocka_unit_test(dicts_of_settings_and_answers_are_no_records),
        cmocka_unit_test(an_arrow_in_front_or_between_is_no_code),
        cmocka_unit_test(an_evaluation_that_tells_the_global_step_does_not_stop_the_count),
        cmocka_unit_test(a_value_and_its_average_are_two_series),
        cmocka_unit_test(epochs_without_progress_are_no_epochs),
        cmocka_unit_test(chinese_and_japanese_counters_count),
        cmocka_unit_test(a_table_in_a_box_is_a_table),
        cmocka_unit_test(vits_lists_are_losses_step_and_rate),
        cmocka_unit_test(wenet_counts_epoch_and_batch),
        cmocka_unit_test(wenet_from_the_middle_of_an_epoch_on),
        cmocka_unit_test(kaldi_objectives_stand_at_their_last_minibatch),
        cmocka_unit_test(flower_tells_its_rounds),
        cmocka_unit_test(results_of_yolov5_need_no_header),
        cmocka_unit_test(a_rate_below_the_heading_of_an_epoch_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
