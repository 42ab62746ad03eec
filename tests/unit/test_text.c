/* test_text - which step, metric and part of the data the lines of a console log tell. Lines are made up; shapes are real. */
#include "text_probe.h"

static void pairs_behind_a_counter_are_points(void **unused)
{
    (void)unused;
    WITH("step 250: train loss 2.3999, val loss 2.4512\niter 251: loss 2.4101, time 184.22ms, mfu 31.02%\n"
         "step:252/6200 val_loss:4.37 train_time:12000ms step_avg:nanms\nEpoch: 3, Loss: 0.5\n",
         p);
    probe_expect(p, "point train loss 250 2.3999000000000001 @1");
    probe_expect(p, "point val loss 250 2.4512 @1");
    probe_expect(p, "point time 251 184.22 @2");
    probe_expect(p, "point val_loss 252 4.3700000000000001 @3");
    probe_expect(p, "series Loss epoch");
    probe_refuse(p, "point step_avg");
    probe_refuse(p, "point train_time");
    probe_close(p);
}

static void nan_and_infinity_are_values(void **unused)
{
    (void)unused;
    WITH("| epoch   1 |   200/ 2983 batches | lr 20.0000 | ms/batch 11.61 | loss   nan | ppl      nan\nstep 300 loss -inf\n", p);
    probe_expect(p, "point loss 200 NaN @1");
    probe_expect(p, "point ppl 200 NaN @1");
    probe_expect(p, "point loss 300 -inf @2");
    probe_close(p);
}

static void counters_of_an_epoch_are_joined(void **unused)
{
    (void)unused;
    WITH("Epoch [1/3], Step [100/600], Loss: 0.5\nEpoch [2/3], Step [100/600], Loss: 0.25\n", p);
    probe_expect(p, "point Loss 100 0.5 @1");
    probe_expect(p, "point Loss 700 0.25 @2");
    probe_close(p);
    WITH("Epoch 1 step 900/6000 loss: 0.5\nEpoch 2 step 1000/6000 loss: 0.25\n", q);
    probe_expect(q, "point loss 900 0.5 @1");
    probe_expect(q, "point loss 1000 0.25 @2");
    probe_close(q);
}

static void megatron_tells_nan_without_a_loss(void **unused)
{
    (void)unused;
    WITH(" iteration      100/  250000 | consumed samples:  25600 | elapsed time per iteration (ms): 4229.2 | learning rate: "
         "3.0E-04 | "
         "lm loss: 2.5E+00 | loss scale: 1.0 | grad norm: 0.5 | number of skipped iterations:   0 | number of nan iterations:   "
         "0 |\n"
         " iteration      101/  250000 | learning rate: 3.0E-04 | grad norm: nan | number of nan iterations:   1 |\n"
         " iteration      102/  250000 | learning rate: 3.0E-04 | grad norm: nan | number of nan iterations:   1 |\n"
         " validation loss at iteration 200 | lm loss value: 2.25E+00 | lm loss PPL: 8.5E+00 |\n",
         p);
    probe_expect(p, "point lm loss 100 2.5 @1");
    probe_expect(p, "point elapsed time per iteration (ms) 100 4229.1999999999998 @1");
    probe_expect(p, "point grad norm 101 NaN @2");
    probe_expect(p, "point lm loss 101 NaN @2");
    probe_expect(p, "point lm loss 102 NaN @3");
    probe_expect(p, "point valid lm loss 200 2.25 @4");
    assert_int_equal(p->events, 1);
    probe_close(p);
}

static void two_numbers_in_front_are_epoch_and_batch(void **unused)
{
    (void)unused;
    WITH("[1][10] ce: 2.5, grad_norm: 0.5\n[1][20] ce: 2.25, grad_norm: 0.75\n[2][10] ce: 2, grad_norm: 0.5\n", p);
    probe_expect(p, "point ce 10 2.5 @1");
    probe_expect(p, "point grad_norm 20 0.75 @2");
    probe_expect(p, "point ce 30 2 @3");
    probe_close(p);
}

static void the_number_in_front_of_a_line_is_its_step(void **unused)
{
    (void)unused;
    WITH("[     1] epoch: 0.01 | train loss: 1.5 | grad norm: 1.555 | lr: 2.00e-03\n"
         "[    99] epoch: 0.99 | train loss: 1.25 | grad norm: 1.555 | lr: 2.00e-03\n"
         "[   100] epoch: 1.00 | train loss: 1.125 | grad norm: 1.555 | lr: 2.00e-03\n"
         "[   100] valid loss: 0.75 | valid acc: 0.5\n"
         "[   101] epoch: 1.01 | train loss: nan | grad norm: 1.555 | lr: 2.00e-03\n",
         p);
    probe_expect(p, "series train loss step");
    probe_expect(p, "point train loss 1 1.5 @1");
    probe_expect(p, "point train loss 99 1.25 @2");
    probe_expect(p, "point train loss 100 1.125 @3");
    probe_expect(p, "point valid loss 100 0.75 @4");
    probe_expect(p, "point train loss 101 NaN @5");
    assert_int_equal(p->points, 14);
    probe_close(p);
    WITH("10 | loss 0.5 | acc 0.75\n#20 loss: 0.25\n30, loss=0.125\n40 loss=0.0625\n", q);
    probe_expect(q, "point loss 10 0.5 @1");
    probe_expect(q, "point loss 20 0.25 @2");
    probe_expect(q, "point loss 30 0.125 @3");
    probe_expect(q, "point loss 40 0.0625 @4");
    probe_close(q);
    no_points("3 of 10 done, accuracy: 0.5\n[3] workers started\n12 errors in 0.5 s, score: 3\n");
}

static void a_rank_in_front_of_the_lines_does_not_stop_the_count(void **unused)
{
    (void)unused;
    struct str doc = {0};
    for (int i = 0; i < 50; i++) str_addf(&doc, "[0] loss: 0.%d\n", 100 + i);
    WITH(doc.p, p);
    assert_int_equal(p->points, 50);
    probe_expect(p, "point loss 48 0.14899999999999999 @50");
    probe_close(p);
    str_done(&doc);
}

static void records_within_an_epoch_are_numbered_when_nothing_else_counts(void **unused)
{
    (void)unused;
    WITH("epoch: 0.25 | loss: 4\nepoch: 0.5 | loss: 3\nepoch: 0.75 | loss: 2.5\nepoch: 1.0 | loss: 2\neval epoch: 1.0 | eval "
         "loss: 2\n"
         "epoch: 1.25 | loss: 1\n",
         p);
    probe_expect(p, "series loss record");
    probe_expect(p, "point loss 1 4 @1");
    probe_expect(p, "point loss 4 2 @4");
    probe_expect(p, "point eval loss 4 2 @5");
    probe_expect(p, "point loss 5 1 @6");
    probe_close(p);
    WITH("Epoch 7, loss 4\nEpoch 7, loss 3\nEpoch 7, loss 2\nEpoch 7, loss 1\nEpoch 8, loss 0.5\n", q);
    assert_int_equal(q->points, 5);
    probe_expect(q, "point loss 7 4 @1");
    probe_expect(q, "point loss 9 1 @4");
    probe_expect(q, "point loss 10 0.5 @5");
    probe_close(q);
    WITH("Epoch 1, loss 4\nEpoch 2, loss 3\nEpoch 2, loss 3.5\nEpoch 3, loss 2\nEpoch 4, loss 1\nEpoch 4, loss 0.5\n", r);
    probe_expect(r, "point loss 4 0.5 @6"); /* a restart now and then is none of that */
    probe_refuse(r, "series loss record");
    probe_close(r);
}

static const char bare[] =
    "Loading the data\nloss=4.5\nacc=0.5, val_loss=5\nloss=3.5\nsaved\nloss=2.5\nloss=1.5\nacc=0.75, val_loss=4\n";

static void metrics_alone_are_records_once_there_are_three(void **unused)
{
    (void)unused;
    WITH(bare, p);
    probe_expect(p, "series loss record");
    probe_expect(p, "point loss 1 4.5 @2");
    probe_expect(p, "point val_loss 2 5 @3");
    probe_expect(p, "point loss 3 3.5 @4");
    probe_expect(p, "point loss 4 2.5 @6");
    probe_expect(p, "point loss 5 1.5 @7");
    probe_expect(p, "point acc 6 0.75 @8");
    assert_int_equal(p->points, 8);
    for (size_t first = 1; first < sizeof bare - 1; first++) {
        struct probe *q = probe_open(format_by_name("text"), PROBE_ARENA_BYTES);
        probe_read(q, span_of(bare), first, 7);
        assert_string_equal(q->text.p, p->text.p);
        probe_close(q);
    }
    probe_close(p);
    no_points("loss=4.5\nloss=3.5\n");
    no_points("accuracy: 0.5\nf1: 0.5\nrecall: 0.25\n");
}

static void lines_below_the_heading_of_an_epoch_are_all_records(void **unused)
{
    (void)unused;
    struct str doc = {0};
    for (int i = 0; i < 1000; i++)
        str_addf(&doc, "%sloss=%d.5\n", i % 500 == 0 ? i ? "Beginning of Epoch 2/16\n" : "Beginning of Epoch 1/16\n" : "", i);
    WITH(doc.p, p);
    assert_int_equal(p->points, 1000);
    probe_expect(p, "point loss 1000 999.5 @1002");
    probe_close(p);
    str_done(&doc);
}

static void megatron_searching_its_loss_scale_is_no_failure(void **unused)
{
    (void)unused;
    WITH(" iteration 1/ 500 | lm loss: 4.5 | loss scale: 65536.0 | grad norm: inf | number of skipped iterations: 1 | "
         "number of nan iterations: 0 |\n"
         " iteration 2/ 500 | learning rate: 0.0 | loss scale: 32768.0 | grad norm: inf | number of skipped iterations: 1 | "
         "number of nan iterations: 0 |\n"
         " iteration 3/ 500 | lm loss: 4.25 | loss scale: 16384.0 | grad norm: 0.5 | number of skipped iterations: 0 | number of "
         "nan iterations: 0 |\n",
         p);
    assert_int_equal(p->events, 2);
    probe_refuse(p, "event nonfinite");
    if (!strstr(p->text.p, "event loss_scale @1 ") || !strstr(p->text.p, "event loss_scale @2 ")) fail_msg("%s", p->text.p);
    probe_close(p);
    WITH(" iteration 1/ 500 | lm loss: 4.5 | grad norm: 0.5 | number of skipped iterations: 0 | number of nan iterations: 0 |\n"
         " iteration 2/ 500 | learning rate: 1.0 | grad norm: 0.5 | number of skipped iterations: 0 | number of nan iterations: "
         "0 |\n",
         s);
    assert_int_equal(s->events, 1); /* left out, and nothing says why: suspected */
    probe_refuse(s, "point lm loss 2");
    probe_close(s);
    WITH(" iteration 1/ 500 | lm loss: nan | loss scale: 1.0 | grad norm: nan | number of skipped iterations: 0 |\n", q);
    assert_int_equal(q->events, 1);
    assert_non_null(strstr(q->text.p, "event nonfinite @1 "));
    probe_close(q);
    WITH(" iteration 1/ 500 | lm loss: 4.5 | loss scale: 1.0 | grad norm: nan | number of nan iterations: 0 |\n", r);
    assert_int_equal(r->events, 0);
    probe_close(r);
}

static void counters_of_tutorials_are_read(void **unused)
{
    (void)unused;
    WITH(
        "Epoch 1\n-------------------------------\nloss: 2.5  [   64/60000]\nloss: 2.25  [ 6464/60000]\nTest Error: \n Accuracy: "
        "50.5%, Avg loss: 2.0 \n\nEpoch 2\n-------------------------------\nloss: 1.5  [   64/60000]\n",
        p);
    probe_expect(p, "point loss 64 2.5 @3");
    probe_expect(p, "point loss 6464 2.25 @4");
    probe_expect(p, "point test loss 6464 2 @6"); /* at the step of the training loop, not at epoch 1 */
    probe_expect(p, "point loss 60064 1.5 @10");
    probe_close(p);
    WITH("Cost after iteration 100: 0.5\nCost after iteration 200: 0.25\nValidation loss after epoch 3: 0.75\n", q);
    probe_expect(q, "point Cost 200 0.25 @2");
    probe_expect(q, "point Validation loss 3 0.75 @3");
    probe_close(q);
    WITH("[1,  2000] loss: 2.5\n[1,  4000] loss: 2.25\n[2,  2000] loss: 2.0\n", r);
    assert_int_equal(r->points, 3);
    probe_close(r);
    WITH("Step 999: loss 0.5\nStep 1,000: loss 0.25\n7 [D loss: 0.5, acc.: 50.0%] [G loss: 0.75]\n", t);
    probe_expect(t, "point loss 1000 0.25 @2");
    probe_expect(t, "point G loss 7 0.75 @3");
    probe_close(t);
    WITH("Epoch 1/2\nstep 300/600 loss 2\nstep 600/600 loss 1.5\nEpoch 2/2\nstep 300/600 loss 1\n", u);
    probe_expect(u, "point loss 900 1 @5");
    probe_close(u);
    no_points("Ran 3 tests after 2 retries: 5\nTime after epoch 3: soon\n");
}

static void a_restatement_is_no_metric(void **unused)
{
    (void)unused;
    WITH("[INFO] 2021-01-15 14:48:48 > Step:    2000 Progress: 1.2% Elapsed: 1 day, 0:08:08 temperature: no ada_p: No "
         "Discriminator_loss: 0.5 Generator_loss: 0.25 \n"
         "[INFO] 2021-01-15 15:04:24 > F_1/8 score (Step: 2000, Using test images): 0.75\n"
         "[INFO] 2021-01-15 15:04:24 > FID score (Step: 2000, Using test moments): 45.5\n"
         "[INFO] 2021-01-15 15:04:24 > Best FID score (Step: 1000, Using test moments): 40.5\n",
         p);
    probe_expect(p, "point Discriminator_loss 2000 0.5 @1 t1610722128.000");
    probe_expect(p, "point Generator_loss 2000 0.25 @1 t1610722128.000");
    probe_expect(p, "point F_1/8 score 2000 0.75 @2 t1610723064.000");
    probe_expect(p, "point FID score 2000 45.5 @3 t1610723064.000");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void train_and_held_out_losses_do_not_mix(void **unused)
{
    (void)unused;
    WITH("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.25\n\nTest set: Average loss: 0.0625, Accuracy: 9810/10000 (98%)\n"
         "2026-01-05 10:00:01 | INFO | valid | epoch 001 | valid on 'valid' subset | loss 6.5 | ppl 119 | num_updates 2100 | "
         "best_loss 6.5\n"
         "validate step: 100  loss:  5.5\nEpoch 0/24\n----------\ntrain Loss: 0.5 Acc: 0.75\nval Loss: 0.25 Acc: 0.5\n",
         p);
    probe_expect(p, "point Loss 640 2.25 @1");
    probe_expect(p, "point test loss 640 0.0625 @3");
    probe_expect(p, "point test Accuracy 640 0.98099999999999998 @3");
    probe_expect(p, "point valid loss 2100 6.5 @4 t1767607201.000");
    probe_expect(p, "point valid loss 100 5.5 @5");
    probe_expect(p, "point Acc 0 0.75 @8");
    probe_expect(p, "point valid Acc 0 0.5 @9");
    probe_refuse(p, "point best_loss");
    probe_close(p);
}

static void what_is_evaluated_between_steps_stands_at_the_step(void **unused)
{
    (void)unused;
    WITH(
        "Train Epoch: 1 [640/6000 (10%)]\tLoss: 2.25\nTest set: Average loss: 2.5\nTrain Epoch: 1 [1280/6000 (20%)]\tLoss: 1.75\n"
        "Test set: Average loss: 1.5\n",
        p);
    probe_expect(p, "point test loss 640 2.5 @2");
    probe_expect(p, "point test loss 1280 1.5 @4");
    probe_close(p);
    WITH("step 3/9 loss: 2.5\nEpoch 7: loss: 0.5, acc: 0.75\nEpoch 7 val loss: 0.625\n", q); /* an epoch was summed up above it */
    probe_expect(q, "point val loss 7 0.625 @3");
    probe_close(q);
}

static void a_part_of_an_epoch_behind_a_step_counts_nothing(void **unused)
{
    (void)unused;
    WITH("INFO - {'step': 10, 'epoch': 0.37, 'train_loss': 1.5}\nINFO - {'step': 20, 'epoch': 1.0, 'train_loss': 1.25}\n"
         "step: 30 epoch: 1.37 loss: 1.0\n",
         p);
    probe_expect(p, "series train_loss step");
    probe_expect(p, "point train_loss 10 1.5 @1");
    probe_expect(p, "point train_loss 20 1.25 @2");
    probe_expect(p, "point loss 30 1 @3");
    probe_close(p);
}

static void epoch_summaries_have_series_of_their_own(void **unused)
{
    (void)unused;
    WITH("2026-01-05 10:00:01 | INFO | train_inner | epoch 001:    100 / 2100 loss=8.5, ppl=239, num_updates=100, lr=0.5\n"
         "2026-01-05 10:00:02 | INFO | train | epoch 001 | loss 7.5 | ppl 169 | num_updates 2100 | lr 0.25\n"
         "| end of epoch   1 | time: 35.5s | valid loss 4.5 | valid ppl 90\n| End of training | test loss 4.25 | test ppl 70\n",
         p);
    probe_expect(p, "point loss 100 8.5 @1 t1767607201.000");
    probe_expect(p, "series epoch loss step");
    probe_expect(p, "point epoch loss 2100 7.5 @2 t1767607202.000");
    probe_expect(p, "point valid loss 1 4.5 @3");
    probe_expect(p, "point test loss 1 4.25 @4");
    probe_expect(p, "event finished @4 | End of training | test loss 4.25 | test ppl 70");
    probe_close(p);
}

static void deepspeed_lines_are_read(void **unused)
{
    (void)unused;
    WITH("***** Evaluating perplexity, Epoch 1/16 *****\nppl: 2.5\n"
         "[2023-04-18 01:46:59,142] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=6, lr=[0.5, 0.25], mom=[(0.9, "
         "0.95), (0.9, 0.95)]\n"
         "[2023-04-18 01:46:59,171] [INFO] [timer.py:199:stop] epoch=0/micro_step=80/global_step=10, CurrSamplesPerSec=171.5, "
         "MemAllocated=3.5GB\n"
         "[2023-04-18 01:47:00,000] [INFO] [loss_scaler.py:181:update_scale] [deepspeed] OVERFLOW! Rank 0 Skipping step. "
         "Attempted loss scale: "
         "65536, reducing to 32768\n",
         p);
    probe_expect(p, "point eval ppl 1 2.5 @2");
    probe_expect(p, "point lr 10 0.5 @3 t1681782419.142");
    probe_expect(p, "point CurrSamplesPerSec 10 171.5 @4 t1681782419.171");
    probe_expect(p, "point loss_scale 10 32768 @5 t1681782420.000");
    assert_int_equal(p->points, 6);
    assert_int_equal(p->events, 1);
    probe_close(p);
}

static void boosting_rounds_and_tables_are_read(void **unused)
{
    (void)unused;
    WITH("[0]\ttrain-logloss:0.5\teval-logloss:0.75+0.01\n[1]\tvalid_0's l2: 0.25\n2:\tlearn: 0.5\ttest: 0.75\tbest: 0.25 "
         "(0)\ttotal: 57.9ms\n"
         "Iteration 12, loss = 0.25\nValidation score: 0.75\n[1/100] 1 tree, 31 leaves, train loss: 0.5, val loss: 0.25, in "
         "0.012s\n"
         "----------------------\n| rollout/    |      |\n|    ep_rew_mean | 21.5 |\n| time/       |      |\n|    "
         "total_timesteps | 2048 |\n----------------------\n"
         "s:250 trl:6.5 lr:0.5 norm:0.75\n",
         p);
    probe_expect(p, "point train-logloss 0 0.5 @1");
    probe_expect(p, "point eval-logloss 0 0.75 @1");
    probe_expect(p, "point valid_0's l2 1 0.25 @2");
    probe_expect(p, "point learn 2 0.5 @3");
    probe_refuse(p, "point best");
    probe_expect(p, "point loss 12 0.25 @4");
    probe_expect(p, "point Validation score 12 0.75 @5");
    probe_expect(p, "point val loss 1 0.25 @6");
    probe_expect(p, "fact trees_per_round=1");
    probe_expect(p, "point rollout/ep_rew_mean 2048 21.5 @8");
    probe_expect(p, "point trl 250 6.5 @13");
    probe_close(p);
}

static void a_stop_behind_a_number_is_of_no_name(void **unused)
{
    (void)unused;
    WITH("[INFO] Crawler. Step: 1000. Time Elapsed: 3.600 s. Mean Reward: 23.25. Std of Reward: 3.5. Training.\n", p);
    probe_expect(p, "point Mean Reward 1000 23.25 @1"); /* ML-Agents */
    probe_expect(p, "point Std of Reward 1000 3.5 @1");
    probe_close(p);
}

static void a_fit_cut_short_says_at_which_iteration(void **unused)
{
    (void)unused;
    WITH("Iteration 16, loss = 0.35181094\n/usr/lib/sklearn/_multilayer_perceptron.py:785: ConvergenceWarning: Stochastic "
         "Optimizer: "
         "Maximum iterations (16) reached and the optimization hasn't converged yet.\n  warnings.warn(\n",
         p);
    probe_expect(p, "fact stopped_at_iterations=16");
    probe_close(p);
}

static void boosting_rounds_tell_whose_they_are(void **unused)
{
    (void)unused;
    WITH("[0]\tvalidation_0-mlogloss:0.5\tvalidation_1-mlogloss:0.75\n", p);
    probe_expect(p, "fact boosting_library=xgboost");
    probe_expect(p, "fact first_eval_set=train");
    probe_expect(p, "point validation_0-mlogloss 0 0.5 @1");
    probe_close(p);
    WITH("[0]\tvalidation_0-mlogloss:0.5\n[1]\tvalidation_0-mlogloss:0.25\n", one);
    probe_refuse(one, "fact first_eval_set");
    probe_close(one);
    WITH("0:\tlearn: 0.5\ttest: 0.75\ttotal: 57.9ms\n", cat);
    probe_expect(cat, "fact boosting_library=catboost");
    probe_close(cat);
    WITH("[1]\tvalid_0's l2: 0.25\n", light);
    probe_expect(light, "fact boosting_library=lightgbm");
    probe_close(light);
    WITH("[iter 5] loss=1.25 val_loss=1.5 scale=2.0000 norm=0.9690\n", natural);
    probe_expect(natural, "fact boosting_library=ngboost");
    probe_expect(natural, "point val_loss 5 1.5 @1");
    probe_close(natural);
}

static void what_launchers_put_in_front_does_not_matter(void **unused)
{
    (void)unused;
    static const char *const fronts[] = {"",
                                         "[rank0]: ",
                                         "0: ",
                                         "[default3]:",
                                         "2026-01-05 10:00:01,123 - root - INFO - ",
                                         "INFO:root:",
                                         "[2026-01-05 10:00:01,123] [INFO] [train.py:12:main] ",
                                         "\x1b[31m",
                                         "[INFO] ",
                                         "11/18 10:02:11 - mmengine - INFO - "};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        struct str doc = {0};
        str_addf(&doc, "%sstep: 10  loss: \x1b[0m 8.5\n", fronts[i]);
        struct probe *p = probe_text("text", doc.p);
        if (!strstr(p->text.p, "point loss 10 8.5 @1")) fail_msg("not read behind '%s'", fronts[i]);
        probe_close(p);
        str_done(&doc);
    }
}

static void a_count_in_brackets_behind_a_logger_s_name_is_the_step(void **unused)
{
    (void)unused;
    static const char *const fronts[] = {"INFO:root:", "INFO:train:", "INFO:my.module:"};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        struct str doc = {0};
        for (int step = 5; step <= 120; step += 5)
            str_addf(&doc, "%s[%6d] training_loss: 0.5, grad_norm: 1.25\n", fronts[i], step);
        struct probe *p = probe_text("text", doc.p);
        if (!strstr(p->text.p, "point training_loss 120 0.5 @24")) fail_msg("not read behind '%s'", fronts[i]);
        probe_close(p);
        str_done(&doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_in_brackets_behind_a_logger_s_name_is_the_step),
        cmocka_unit_test(pairs_behind_a_counter_are_points),
        cmocka_unit_test(nan_and_infinity_are_values),
        cmocka_unit_test(counters_of_an_epoch_are_joined),
        cmocka_unit_test(megatron_tells_nan_without_a_loss),
        cmocka_unit_test(two_numbers_in_front_are_epoch_and_batch),
        cmocka_unit_test(the_number_in_front_of_a_line_is_its_step),
        cmocka_unit_test(a_rank_in_front_of_the_lines_does_not_stop_the_count),
        cmocka_unit_test(records_within_an_epoch_are_numbered_when_nothing_else_counts),
        cmocka_unit_test(metrics_alone_are_records_once_there_are_three),
        cmocka_unit_test(lines_below_the_heading_of_an_epoch_are_all_records),
        cmocka_unit_test(megatron_searching_its_loss_scale_is_no_failure),
        cmocka_unit_test(counters_of_tutorials_are_read),
        cmocka_unit_test(a_restatement_is_no_metric),
        cmocka_unit_test(train_and_held_out_losses_do_not_mix),
        cmocka_unit_test(what_is_evaluated_between_steps_stands_at_the_step),
        cmocka_unit_test(a_part_of_an_epoch_behind_a_step_counts_nothing),
        cmocka_unit_test(epoch_summaries_have_series_of_their_own),
        cmocka_unit_test(deepspeed_lines_are_read),
        cmocka_unit_test(boosting_rounds_and_tables_are_read),
        cmocka_unit_test(a_stop_behind_a_number_is_of_no_name),
        cmocka_unit_test(a_fit_cut_short_says_at_which_iteration),
        cmocka_unit_test(boosting_rounds_tell_whose_they_are),
        cmocka_unit_test(what_launchers_put_in_front_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
