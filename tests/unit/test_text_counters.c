/* test_text_counters - the forms that hand-written loops count in: glued to the word, in two brackets, between a metric and its value, on a
 * line of their own. What is counted must stand at its own step or epoch, never at the number of the record. Numbers are made up. */
#include "text_probe.h"

static void a_number_glued_to_its_counter_counts(void **state)
{
    (void)state;
    WITH("[epoch0] train_loss=2.5 valid_loss=2.75\n[epoch1] train_loss=1.5 valid_loss=2.25\n", p);
    probe_expect(p, "point train_loss 1 1.5 @2");
    probe_expect(p, "point valid_loss 1 2.25 @2");
    probe_close(p);
    WITH("Epoch-7 loss: 2.5\nEpoch-8 loss: 1.5\n", q);
    probe_expect(q, "series loss epoch");
    probe_expect(q, "point loss 8 1.5 @2");
    probe_close(q);
    WITH("epoch_3 loss: 2.5\nEpoch #4 loss: 1.5\n<epoch:5, lr:1.0e-02> loss: 0.5\n", r);
    probe_expect(r, "point loss 3 2.5 @1");
    probe_expect(r, "point loss 4 1.5 @2");
    probe_expect(r, "point loss 5 0.5 @3");
    probe_close(r);
}

static void a_word_that_only_begins_like_a_counter_counts_nothing(void **state)
{
    (void)state;
    no_points("loading epoch_3.pth\nepochs3 loss\nstep12.pt is 4.5 GB\nStepanov2 wrote 3.5 pages\n");
}

static void two_numbers_in_front_are_epoch_and_batch(void **state)
{
    (void)state;
    WITH("[1,  2000] loss: 2.5\n[1,  4000] loss: 2.25\n[2,  2000] loss: 2.0\n[2,  4000] loss: 1.75\n", p);
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 4000 2.25 @2");
    probe_expect(p, "point loss 6000 2 @3");
    probe_close(p);
    WITH("[0 :    100] loss G : 2.5 loss D : -0.5\n[0 :    200] loss G : 1.5 loss D : -0.25\n", q);
    probe_expect(q, "point loss G 200 1.5 @2");
    probe_expect(q, "point loss D 200 -0.25 @2");
    probe_close(q);
    WITH("Epoch: [4][0]\tTime 2.5 (2.5)\tLoss 2.25 (2.25)\nEpoch: [4][50]\tTime 0.5 (0.75)\tLoss 2.0 (2.125)\n"
         "Epoch: [5][0]\tTime 2.5 (2.5)\tLoss 1.75 (1.75)\nEpoch: [5][50]\tTime 2.5 (2.5)\tLoss 1.5 (1.5)\n",
         r);
    probe_expect(r, "point Loss 50 2 @2");
    probe_expect(r, "point Loss 100 1.5 @4"); /* behind the first epoch's last line */
    probe_close(r);
}

static void a_counter_between_a_metric_and_its_value_is_its_place(void **state)
{
    (void)state;
    WITH("2026-01-05 10:00:01,250:\tLoss at step 1: 8.5\n2026-01-05 10:00:02,250:\tLoss at step 2: 8.25\n", p);
    probe_expect(p, "series Loss step");
    probe_expect(p, "point Loss 2 8.25 @2 t1767607202.250");
    probe_close(p);
    WITH("Training loss for epoch 3 = 0.5\nValidation accuracy at epoch 3 is 0.75\n", q);
    probe_expect(q, "point Training loss 3 0.5 @1");
    probe_expect(q, "point Validation accuracy 3 0.75 @2");
    probe_close(q);
    no_points("Evaluating loss at step 3 took 4.5 seconds\nPatience for epoch 3: 5\nBest loss at step 3: 0.5\n");
}

static void what_stands_below_a_line_that_counts_stands_at_its_step(void **state)
{
    (void)state;
    WITH("Current step: 10th step\nbatch loss:2.5\nCurrent step: 20th step\nbatch loss:1.5\n", p);
    probe_expect(p, "series batch loss step");
    probe_expect(p, "point batch loss 20 1.5 @4");
    probe_close(p);
    WITH("   --> STEP: 25/500 -- GLOBAL_STEP: 525\n     | > loss: 2.5  (2.75)\n     | > grad_norm: 0.5  (0.5)\n"
         "   --> STEP: 50/500 -- GLOBAL_STEP: 550\n     | > loss: 2.25  (2.5)\n",
         q);
    probe_expect(q, "point loss 525 2.5 @2");
    probe_expect(q, "point grad_norm 525 0.5 @3");
    probe_expect(q, "point loss 550 2.25 @5");
    probe_close(q);
}

static void an_evaluation_may_be_announced_by_a_line_of_its_own(void **state)
{
    (void)state;
    WITH("Epoch 1/2\nstep 10/25 - loss: 2.5 - 11ms/step\nEval begin...\nstep 2/3 - loss: 9.0 - acc: 0.1 - 2ms/step\n"
         "step 3/3 - loss: 2.25 - acc: 0.5 - 2ms/step\nEval samples: 300\nstep 20/25 - loss: 1.75 - 11ms/step\n"
         "Epoch 2/2\nstep  5/25 - loss: 1.5 - 11ms/step\nstep 15/25 - loss: 1.25 - 11ms/step\n",
         p);
    probe_expect(p, "point loss 10 2.5 @2");
    probe_expect(p, "point eval loss 10 2.25 @5");
    probe_expect(p, "point eval acc 10 0.5 @5");
    probe_expect(p, "point loss 20 1.75 @7");
    probe_expect(p, "point loss 30 1.5 @9"); /* of 25 batches the last five were not logged */
    probe_expect(p, "point loss 40 1.25 @10");
    probe_refuse(p, "point eval loss 10 9");
    probe_close(p);
    WITH(" > EPOCH: 0/2\n\n > TRAINING (2026-01-05 10:00:00) \n\n   --> TIME: 2026-01-05 10:00:01 -- STEP: 25/500 -- "
         "GLOBAL_STEP: 25\n"
         "     | > loss: 2.5  (2.5)\n     | > current_lr: 0.01  (0.01)\n\n > EVALUATION \n\n   --> STEP: 0\n"
         "     | > loss: 3.5  (3.5)\n  --> EVAL PERFORMANCE\n     | > avg_loss: 2.25 (+0.00)\n\n > EPOCH: 1/2\n"
         "   --> TIME: 2026-01-05 10:00:02 -- STEP: 25/500 -- GLOBAL_STEP: 525\n     | > loss: 1.5  (1.5)\n",
         q);
    probe_expect(q, "point loss 25 2.5 @6");
    probe_expect(q, "point current_lr 25 0.01 @7");
    probe_expect(q, "point eval avg_loss 25 2.25 @14");
    probe_expect(q, "point loss 525 1.5 @18");
    probe_close(q);
    WITH("Starting epoch 1\ntrain_loss_epoch: 1.75\nStarting eval epoch\naccuracy: 0.5\neval_loss_epoch: 1.5\n"
         "Starting epoch 2\ntrain_loss_epoch: 1.25\nStarting eval epoch\naccuracy: 0.75\neval_loss_epoch: 1.0\n",
         s);
    probe_expect(s, "point train_loss_epoch 1 1.75 @2");
    probe_expect(s, "point eval accuracy 1 0.5 @4"); /* of the rows that the line above announced */
    probe_expect(s, "point train_loss_epoch 2 1.25 @7");
    probe_expect(s, "point eval_loss_epoch 2 1 @10");
    probe_close(s);
}

static void what_a_tool_puts_beside_a_name_is_no_part_of_it(void **state)
{
    (void)state;
    WITH("[01/05/2026 10:00:00 INFO 139] #quality_metric: host=algo-1, epoch=0, train loss <loss>=2.5\n"
         "[01/05/2026 10:00:00 INFO 139] #quality_metric: host=algo-1, epoch=0, validation loss <loss>=2.25\n"
         "[01/05/2026 10:00:00 INFO 139] #progress_metric: host=algo-1, completed 50 % of epochs\n"
         "[01/05/2026 10:00:01 INFO 139] #quality_metric: host=algo-1, epoch=1, train loss <loss>=1.5\n",
         p);
    probe_expect(p, "point train loss 0 2.5 @1");
    probe_expect(p, "point validation loss 0 2.25 @2");
    probe_expect(p, "point train loss 1 1.5 @4");
    assert_int_equal(p->points, 3);
    probe_close(p);
    WITH("01/05/2026 10:00:00 [INFO|DP=0|PP=0|TP=0]: iteration: 10 / 100 | tokens_per_sec: 980 | lm_loss: 2.5 | lr: 0.0003\n"
         "01/05/2026 10:00:01 [INFO|DP=0|PP=0|TP=0]: iteration: 20 / 100 | tokens_per_sec: 1.02K | lm_loss: 1.5 | lr: 0.0003\n",
         q);
    probe_expect(q, "point tokens_per_sec 10 980 @1");
    probe_expect(q, "point tokens_per_sec 20 1020 @2");
    probe_expect(q, "point lm_loss 20 1.5 @2");
    probe_refuse(q, "series TP");
    probe_close(q);
    WITH("Mon 05 Jan 2026 10:00:00 INFO  epoch 0 training [time: 1.59s, train loss: 2.5]\nMon 05 Jan 2026 10:00:00 INFO  valid "
         "result: \n"
         "recall@10 : 0.25    mrr@10 : 0.125\n",
         r);
    probe_expect(r, "point train loss 0 2.5 @1");
    probe_expect(r, "point valid recall@10 0 0.25 @3");
    probe_close(r);
    no_points("if loss <eps>= 0.5: stop at step 3\nmemory: 12K\n");
}

static void a_line_of_nothing_but_an_epochs_time_heads_what_follows(void **state)
{
    (void)state;
    WITH("Epoch: 01 | Epoch Time: 0m 12s\n\tTrain Loss: 2.5 | Train Acc: 25.50%\n\t Val. Loss: 2.25 |  Val. Acc: 30.50%\n"
         "Epoch: 02 | Epoch Time: 0m 12s\n\tTrain Loss: 1.5 | Train Acc: 45.50%\n\t Val. Loss: 1.75 |  Val. Acc: 40.50%\n",
         p);
    probe_expect(p, "point Train Loss 1 2.5 @2");
    probe_expect(p, "point Train Loss 2 1.5 @5");
    probe_expect(p, "point Val. Loss 2 1.75 @6");
    probe_close(p);
}

static void the_score_of_an_episode_is_told_as_such(void **state)
{
    (void)state;
    WITH("\rEpisode 100\tAverage Score: 1.5\rEpisode 200\tAverage Score: 2.5\n", p);
    probe_expect(p, "series episode Score episode");
    probe_expect(p, "point episode Score 200 2.5 @1");
    probe_close(p);
}

static void signs_of_full_width_part_like_their_own(void **state)
{
    (void)state;
    WITH("Epoch 3\xEF\xBC\x9Aloss\xEF\xBC\x9A"
         "0.5\xEF\xBC\x8C"
         "acc\xEF\xBC\x9A"
         "0.75\n",
         p);
    probe_expect(p, "point loss 3 0.5 @1");
    probe_expect(p, "point acc 3 0.75 @1");
    probe_close(p);
}

static void an_arrow_leads_to_a_value_or_parts(void **state)
{
    (void)state;
    WITH("epoch 3 -> train loss 0.5 -> val loss 0.75\nepoch 4 train_loss -> 0.25\n", p);
    probe_expect(p, "point train loss 3 0.5 @1");
    probe_expect(p, "point val loss 3 0.75 @1");
    probe_expect(p, "point train_loss 4 0.25 @2");
    probe_close(p);
}

static void a_bar_of_other_units_is_no_metric(void **state)
{
    (void)state;
    no_points("Map:  25%|##5       | 250/1000 [00:01<00:03, 250.50 examples/s]\n"
              "Map: 100%|##########| 1000/1000 [00:04<00:00, 251.50 examples/s]\n");
}

static void an_epochs_heading_may_stand_between_rules(void **state)
{
    (void)state;
    WITH("===== Epoch 1 =====\nTraining loss: 2.5\nValidation loss: 2.75\n===== Epoch 2 =====\nTraining loss: 1.5\n"
         "Validation loss: 1.75\n",
         p);
    probe_expect(p, "point Training loss 2 1.5 @5");
    probe_expect(p, "point Validation loss 2 1.75 @6");
    probe_close(p);
    WITH("Epoch 3 of 30 took 12.5s\n  training loss:\t\t0.5\n  validation loss:\t\t0.75\n", q);
    probe_expect(q, "point training loss 3 0.5 @2");
    probe_expect(q, "point validation loss 3 0.75 @3");
    probe_close(q);
}

static void a_dict_with_a_whole_epoch_stands_at_it(void **state)
{
    (void)state;
    WITH("{'epoch': 0, 'loss': 2.5, 'val_loss': 2.75}\n{'epoch': 1, 'loss': 1.5, 'val_loss': 1.75}\n", p);
    probe_expect(p, "point loss 1 1.5 @2");
    probe_expect(p, "point val_loss 1 1.75 @2");
    probe_close(p);
}

static void an_ended_sentence_is_no_part_of_a_name(void **state)
{
    (void)state;
    WITH("Epoch 3 completed. Average loss: 0.5\nEpoch 4 finished! Loss: 0.25\nEpoch 4 Val. Acc: 50.5%\n", p);
    probe_expect(p, "point loss 3 0.5 @1");
    probe_expect(p, "point Loss 4 0.25 @2");
    probe_expect(p, "point Val. Acc 4 50.5 @3");
    probe_close(p);
}

static void ep_is_an_episode_where_something_is_earned(void **state)
{
    (void)state;
    WITH("Ep 7 | reward 1.5\nEp 8 | reward 2.5\n", p);
    probe_expect(p, "series reward episode");
    probe_expect(p, "point reward 8 2.5 @2");
    probe_close(p);
    WITH("Ep 7 tr_loss 1.5\nEp 8 tr_loss 0.5\n", q);
    probe_expect(q, "series tr_loss epoch");
    probe_expect(q, "point tr_loss 8 0.5 @2");
    probe_close(q);
}

static void a_table_may_begin_with_a_comment_sign_and_list_the_terms_of_a_loss(void **state)
{
    (void)state;
    WITH("#  step      rmse_val    rmse_trn        lr\n      0      2.5e+00    2.25e+00   1.0e-03\n    100      1.5e+00    "
         "1.25e+00   1.0e-03\n",
         p);
    probe_expect(p, "point rmse_val 100 1.5 @3");
    probe_expect(p, "point rmse_trn 100 1.25 @3");
    probe_close(p);
    WITH("Step      Train loss              Test loss               Test metric\n"
         "0         [2.50e-01, 5.00e-01]    [7.50e-01, 1.25e-01]    []  \n"
         "1000      [1.25e-01, 2.50e-01]    [5.00e-01, 1.25e-01]    []  \n",
         q);
    probe_expect(q, "point Train loss 1000 0.375 @3");
    probe_expect(q, "point Test loss 1000 0.625 @3");
    probe_close(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_glued_to_its_counter_counts),
        cmocka_unit_test(a_word_that_only_begins_like_a_counter_counts_nothing),
        cmocka_unit_test(two_numbers_in_front_are_epoch_and_batch),
        cmocka_unit_test(a_counter_between_a_metric_and_its_value_is_its_place),
        cmocka_unit_test(an_evaluation_may_be_announced_by_a_line_of_its_own),
        cmocka_unit_test(what_a_tool_puts_beside_a_name_is_no_part_of_it),
        cmocka_unit_test(what_stands_below_a_line_that_counts_stands_at_its_step),
        cmocka_unit_test(a_line_of_nothing_but_an_epochs_time_heads_what_follows),
        cmocka_unit_test(the_score_of_an_episode_is_told_as_such),
        cmocka_unit_test(signs_of_full_width_part_like_their_own),
        cmocka_unit_test(an_arrow_leads_to_a_value_or_parts),
        cmocka_unit_test(a_bar_of_other_units_is_no_metric),
        cmocka_unit_test(an_epochs_heading_may_stand_between_rules),
        cmocka_unit_test(a_dict_with_a_whole_epoch_stands_at_it),
        cmocka_unit_test(an_ended_sentence_is_no_part_of_a_name),
        cmocka_unit_test(ep_is_an_episode_where_something_is_earned),
        cmocka_unit_test(a_table_may_begin_with_a_comment_sign_and_list_the_terms_of_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
