/* text: tables by split and by comma, scores of several classes, and the small ways in which people mark a name, a count or a section. */
#include "text_probe.h"

/* expect_part - was something told that holds these words? */
static void expect_part(const struct probe *p, const char *words)
{
    if (!strstr(p->text.p, words)) fail_msg("not told: %s\nbut:\n%s", words, p->text.p);
}

static void a_table_of_one_split_a_column_is_read_under_its_epoch(void **unused)
{
    (void)unused;
    WITH("2024-03-02 10:00:00,100 - INFO - mytool.trainer - Epoch 0/2\n"
         "2024-03-02 10:00:09,100 - INFO - mytool.writer -               Training |  Validation\n"
         "2024-03-02 10:00:09,101 - INFO - mytool.writer - loss       |     0.500  |     0.750\n"
         "2024-03-02 10:00:09,102 - INFO - mytool.writer - gpu_MB     |  1500.000  |       N/A\n"
         "2024-03-02 10:00:09,200 - INFO - mytool.trainer - Epoch 1/2\n"
         "2024-03-02 10:00:19,100 - INFO - mytool.writer -               Training |  Validation\n"
         "2024-03-02 10:00:19,101 - INFO - mytool.writer - loss       |     0.250  |     0.625\n",
         p);
    expect_part(p, "point loss 0 0.5 @3");
    expect_part(p, "point valid loss 1 0.625 @7");
    assert_int_equal(p->points, 5);
    probe_close(p);
}

static void a_table_between_commas_is_read_where_it_stands(void **unused)
{
    (void)unused;
    WITH("Model: \"small\"\n_________\n,loss,acc,val_loss\n0,0.5,0.75,0.625\n1,0.25,0.875,0.5\ndone\n", p);
    probe_expect(p, "point loss 0 0.5 @4");
    probe_expect(p, "point val_loss 1 0.5 @5");
    probe_close(p);
    no_points("name,size,colour\na,3,red\nb,4,blue\n");
}

static void a_logged_line_behind_a_bar_is_read_without_its_time(void **unused)
{
    (void)unused;
    WITH("2026-01-05 10:00:01,000 - INFO - Epoch 1/2\n"
         "Training: 100%|##########| 3/3 [00:00<00:00, 12.19it/s]2026-01-05 10:00:28,125 - INFO - Train Loss: 1.5, Train Acc: "
         "60.5%\n"
         "\n"
         "2026-01-05 10:00:29,000 - INFO - Epoch 2/2\n"
         "Training: 100%|##########| 3/3 [00:00<00:00, 12.19it/s][2026-01-05 10:00:48,000][INFO] - Train Loss: 1.25, Train Acc: "
         "64.5%\n",
         p);
    expect_part(p, "point Train Loss 1 1.5 @2 t1767607228.125");
    expect_part(p, "point Train Acc 2 64.5 @5");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void what_a_caffe_net_gives_out_stands_at_its_iteration(void **unused)
{
    (void)unused;
    WITH("I0105 10:00:00.000001  77 solver.cpp:337] Iteration 0, Testing net (#0)\n"
         "I0105 10:00:01.000001  77 solver.cpp:404]     Test net output #0: accuracy = 0.125\n"
         "I0105 10:00:01.000002  77 solver.cpp:404]     Test net output #1: loss = 2.5 (* 1 = 2.5 loss)\n"
         "I0105 10:00:02.000001  77 solver.cpp:228] Iteration 0, loss = 4.5\n"
         "I0105 10:00:02.000002  77 solver.cpp:244]     Train net output #0: accuracy_top5 = 0.5\n"
         "I0105 10:00:02.000003  77 solver.cpp:244]     Train net output #1: center_loss = 81.25 (* 0.008 = 0.65 loss)\n"
         "I0105 10:00:02.000004  77 solver.cpp:244]     Train net output #2: loss = 3.25 (* 1 = 3.25 loss)\n"
         "I0105 10:00:12.000001  77 solver.cpp:228] Iteration 100, loss = 3.5\n"
         "I0105 10:00:12.000002  77 solver.cpp:244]     Train net output #0: accuracy_top5 = 0.625\n",
         p);
    probe_expect(p, "point test accuracy 0 0.125 @2");
    probe_expect(p, "point test loss 0 2.5 @3");
    probe_expect(p, "point center_loss 0 81.25 @6");
    probe_expect(p, "point accuracy_top5 100 0.625 @9");
    probe_expect(p, "point loss 100 3.5 @8");
    assert_int_equal(p->points, 7);
    probe_close(p);
}

static void what_slowfast_says_in_json_is_read_at_its_epoch(void **unused)
{
    (void)unused;
    WITH("[01/05 10:00:00][INFO] logging.py:  97: json_stats: {\"_type\": \"train_iter\", \"epoch\": \"1/40\", \"eta\": "
         "\"0:10:00\", "
         "\"gpu_mem\": \"7.5G\", \"iter\": \"10/60\", \"loss\": 3.5, \"lr\": 0.0625, \"top1_err\": 87.5}\n",
         p);
    probe_expect(p, "point loss 10 3.5 @1");
    probe_expect(p, "point lr 10 0.0625 @1");
    probe_close(p);
    WITH("json_stats: {\"_type\": \"train_epoch\", \"epoch\": \"1/40\", \"loss\": 3.25, \"top1_err\": 81.25}\n"
         "json_stats: {\"_type\": \"val_epoch\", \"epoch\": \"1/40\", \"top1_err\": 75.5, \"top5_err\": 50.5}\n"
         "json_stats: {\"_type\": \"train_epoch\", \"epoch\": \"2/40\", \"loss\": 2.25, \"top1_err\": 61.25}\n",
         q);
    probe_expect(q, "point loss 2 2.25 @3");
    expect_part(q, "point valid top1_err 1 75.5 @2");
    probe_close(q);
}

static void a_meter_may_be_called_by_two_words(void **unused)
{
    (void)unused;
    WITH("Epoch: [0][10/400]\tTime 0.625 (0.750)\tLoss 2.5 (2.75)\tLoss box 1.5 (1.625)\tgap far 0.25 (0.375)\n"
         "Epoch: [0][20/400]\tTime 0.625 (0.750)\tLoss 2.25 (2.5)\tLoss box 1.25 (1.5)\tgap far 0.125 (0.25)\n",
         p);
    probe_expect(p, "point Loss box 20 1.25 @2");
    probe_expect(p, "point gap far 20 0.125 @2");
    probe_close(p);
}

static void scores_whose_bars_went_elsewhere_are_of_the_epoch_of_their_header(void **unused)
{
    (void)unused;
    WITH("\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
         "                   all       4146      20410      0.500      0.750      0.625      0.375\n"
         "\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
         "                   all       4146      20410      0.750      0.875      0.750      0.500\n",
         p);
    expect_part(p, "point valid mAP50-95 1 0.375 @3");
    expect_part(p, "point valid recall 2 0.875 @6");
    assert_int_equal(p->points, 8);
    probe_close(p);
}

static void what_a_mean_is_taken_over_is_no_part_of_its_name(void **unused)
{
    (void)unused;
    WITH("Episode 100: average reward over the last 100 episodes: 11.5, epsilon: 0.5\n"
         "Episode 200: average reward over the last 100 episodes: 12.5, epsilon: 0.25\n",
         p);
    expect_part(p, "reward 100 11.5 @1");
    probe_expect(p, "point epsilon 200 0.25 @2");
    assert_int_equal(p->points, 4);
    probe_close(p);
    WITH("Mean reward over 20 games: 1.5\nMean reward over 20 games: 2.5\nMean reward over 20 games: 3.5\n"
         "Mean reward over 20 games: 4.5\nMean reward over 20 games: 5.5\n",
         q);
    probe_expect(q, "point Mean reward 5 5.5 @5");
    probe_close(q);
    WITH("Epoch 3 of 10 epochs, loss: 0.5\nEpoch 4 of 10 epochs, loss: 0.25\n", e);
    probe_expect(e, "point loss 4 0.25 @2");
    probe_close(e);
}

static void the_losses_of_pytorchs_introduction_stand_behind_their_batches(void **unused)
{
    (void)unused;
    WITH("EPOCH 1:\n  batch 1000 loss: 1.75\n  batch 2000 loss: 1.5\nLOSS train 1.5 valid 1.25\n"
         "EPOCH 2:\n  batch 1000 loss: 1.25\n  batch 2000 loss: 1.0\nLOSS train 1.0 valid 1.125\n",
         p);
    probe_expect(p, "point loss 4000 1 @7");
    probe_expect(p, "point train loss 2000 1.5 @4");
    probe_expect(p, "point valid loss 4000 1.125 @8");
    probe_close(p);
    WITH("EPOCH 1:\nLOSS train 1.5 valid 1.25\nEPOCH 2:\nLOSS train 1.0 valid 1.125\n", q);
    probe_expect(q, "point valid loss 2 1.125 @4");
    probe_close(q);
}

static void dots_part_what_stands_beside_them(void **unused)
{
    (void)unused;
    WITH("Epoch: 1/30..  Training Loss: 0.75..  Test Loss: 0.875..  Test Accuracy: 0.5\n"
         "Epoch: 2/30..  Training Loss: 0.5..  Test Loss: 0.625..  Test Accuracy: 0.75\n",
         p);
    probe_expect(p, "point Training Loss 1 0.75 @1");
    probe_expect(p, "point Test Loss 2 0.625 @2");
    probe_expect(p, "point Test Accuracy 2 0.75 @2");
    assert_int_equal(p->points, 6);
    probe_close(p);
    WITH("Epoch: 1/20... Step: 100... Loss: 2.5... Val Loss: 2.75\nEpoch: 1/20... Step: 200... Loss: 2.25... Val Loss: 2.5\n", q);
    probe_expect(q, "point Loss 200 2.25 @2");
    probe_expect(q, "point Val Loss 100 2.75 @1");
    probe_close(q);
}

static void a_loss_after_so_many_iterations_is_read(void **unused)
{
    (void)unused;
    WITH("Loss after 100 iterations: 2.5\nLoss after 200 iterations: 1.5\n", p);
    probe_expect(p, "point Loss 200 1.5 @2");
    assert_int_equal(p->points, 2);
    probe_close(p);
    no_points("time after 3 attempts: 4\n");
}

static void a_loss_of_an_iteration_is_read(void **unused)
{
    (void)unused;
    WITH("loss of iteration 20 : 1.5\naccuracy is: 0.75\nloss of iteration 40 : 1.25\naccuracy is: 0.875\n", p);
    probe_expect(p, "point loss 20 1.5 @1");
    probe_expect(p, "point loss 40 1.25 @3");
    probe_close(p);
    no_points("a list of iteration 20 : 1.5\nthe size of step 3 : 4\n");
}

static void scores_of_classes_in_a_list_are_series(void **unused)
{
    (void)unused;
    WITH("Epoch 0\ntrain_loss -0.25\nPseudo dice [np.float32(0.5), np.float32(0.25)]\n"
         "Epoch 1\ntrain_loss -0.5\nPseudo dice [0.75, 0.5]\nIoU: [0.5 0.25 0.125]\n",
         p);
    probe_expect(p, "point Pseudo dice/0 0 0.5 @3");
    probe_expect(p, "point Pseudo dice/1 1 0.5 @6");
    probe_expect(p, "point IoU/2 1 0.125 @7");
    probe_close(p);
    no_points("Epoch 0\nshape [3, 224, 224]\nsizes: [1, 2]\n");
}

static void two_words_that_name_a_split_head_a_section(void **unused)
{
    (void)unused;
    WITH("- Train Summary | Epoch 1 | Loss=0.5 | Reco=0.25\n- Valid Summary | Epoch 1 | Loss=0.75 | Reco=0.5\n"
         "- Train Summary | Epoch 2 | Loss=0.25 | Reco=0.25\n- Valid Summary | Epoch 2 | Loss=0.625 | Reco=0.5\n",
         p);
    probe_expect(p, "point Loss 2 0.25 @3");
    probe_expect(p, "point valid Loss 2 0.625 @4");
    probe_close(p);
}

static void overall_validation_speaks_for_the_whole_line(void **unused)
{
    (void)unused;
    WITH("Iters: 10/200 || Task Loss: 2.5\nOverall validation pixAcc: 0.5, mIoU: 0.25\nIters: 20/200 || Task Loss: 2.25\n", p);
    probe_expect(p, "point valid mIoU 10 0.25 @2");
    probe_close(p);
}

static void who_keeps_the_best_of_a_score_has_evaluated(void **unused)
{
    (void)unused;
    WITH("Epoch: [0/9] Iter:[10/20], Loss: 2.5, Acc:0.25\nEpoch: [0/9] Iter:[20/20], Loss: 2.25, Acc:0.375\n"
         "Loss: 2.75, MeanIU:  0.125, Best_mIoU:  0.125\n",
         p);
    expect_part(p, "valid Loss");
    expect_part(p, "valid MeanIU");
    probe_close(p);
}

static void a_total_beside_counters_alone_is_the_loss(void **unused)
{
    (void)unused;
    WITH("[epoch: 1/20, iter: 0/80] total: 1.5\n[epoch: 1/20, iter: 40/80] total: 1.25\n", p);
    probe_expect(p, "point total loss 40 1.25 @2");
    probe_close(p);
    no_points("[epoch: 1/20, iter: 0/80] total: 300\n");
}

static void what_stands_in_brackets_behind_a_name_is_a_remark(void **unused)
{
    (void)unused;
    WITH("Step 1 loss: 0.5 step time [ms]: 31.5\nStep 2 loss: 0.25 step time [ms]: 30.5\n", p);
    probe_expect(p, "point step time [ms] 2 30.5 @2");
    probe_close(p);
    WITH("LOG (rbm-train[5.5]:Eval():nnet-loss.cc:269) ProgressLoss[last 5h of 5h]: 4.5\n"
         "LOG (rbm-train[5.5]:Eval():nnet-loss.cc:269) ProgressLoss[last 5h of 10h]: 3.5\n"
         "LOG (rbm-train[5.5]:Eval():nnet-loss.cc:269) ProgressLoss[last 5h of 15h]: 3.25\n"
         "LOG (rbm-train[5.5]:Eval():nnet-loss.cc:269) ProgressLoss[last 5h of 20h]: 3.125\n"
         "LOG (rbm-train[5.5]:Eval():nnet-loss.cc:269) ProgressLoss[last 5h of 25h]: 3\n",
         q);
    expect_part(q, "ProgressLoss 5 3 @5");
    probe_close(q);
}

static void a_count_may_be_told_in_thousands(void **unused)
{
    (void)unused;
    WITH("step 1k | loss 0.5\nstep 2k | loss 0.25\n", p);
    probe_expect(p, "point loss 2000 0.25 @2");
    probe_close(p);
}

static void dicts_of_another_training_are_numbered_anew(void **unused)
{
    (void)unused;
    WITH("{'loss': 2.5, 'epoch': 0.5}\n{'loss': 2, 'epoch': 1.0}\n{'eval_loss': 2.25, 'epoch': 1.0}\n"
         "{'train_runtime': 3.5, 'train_samples_per_second': 2.5, 'train_loss': 2.25, 'epoch': 1.0}\n"
         "{'loss': 4.5, 'epoch': 0.5}\n{'loss': 4, 'epoch': 1.0}\n",
         p);
    probe_expect(p, "point loss 2 2 @2");
    probe_expect(p, "point loss 1 4.5 @5");
    probe_close(p);
}

static void what_spacy_scores_is_held_out(void **unused)
{
    (void)unused;
    WITH("E    #       LOSS NER  ENTS_F  SCORE\n---  ------  --------  ------  ------\n"
         "  0       0     45.50    0.00    0.00\n  1     400    845.25   50.50    0.50\n",
         p);
    probe_expect(p, "point valid SCORE 400 0.5 @4");
    probe_expect(p, "point LOSS NER 400 845.25 @4");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_logged_line_behind_a_bar_is_read_without_its_time),
        cmocka_unit_test(what_a_caffe_net_gives_out_stands_at_its_iteration),
        cmocka_unit_test(a_loss_of_an_iteration_is_read),
        cmocka_unit_test(the_losses_of_pytorchs_introduction_stand_behind_their_batches),
        cmocka_unit_test(dots_part_what_stands_beside_them),
        cmocka_unit_test(a_loss_after_so_many_iterations_is_read),
        cmocka_unit_test(what_a_mean_is_taken_over_is_no_part_of_its_name),
        cmocka_unit_test(what_slowfast_says_in_json_is_read_at_its_epoch),
        cmocka_unit_test(a_meter_may_be_called_by_two_words),
        cmocka_unit_test(scores_whose_bars_went_elsewhere_are_of_the_epoch_of_their_header),
        cmocka_unit_test(a_table_of_one_split_a_column_is_read_under_its_epoch),
        cmocka_unit_test(a_table_between_commas_is_read_where_it_stands),
        cmocka_unit_test(scores_of_classes_in_a_list_are_series),
        cmocka_unit_test(two_words_that_name_a_split_head_a_section),
        cmocka_unit_test(overall_validation_speaks_for_the_whole_line),
        cmocka_unit_test(who_keeps_the_best_of_a_score_has_evaluated),
        cmocka_unit_test(a_total_beside_counters_alone_is_the_loss),
        cmocka_unit_test(what_stands_in_brackets_behind_a_name_is_a_remark),
        cmocka_unit_test(a_count_may_be_told_in_thousands),
        cmocka_unit_test(dicts_of_another_training_are_numbered_anew),
        cmocka_unit_test(what_spacy_scores_is_held_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
