/* test_text_counted - logs that count batches within epochs and tell evaluations between them: ESPnet, timm, Ignite, PaddleSeg. Every point
 * is at a step of the training, so that what was held out can be laid beside it. Numbers are made up. */
#include "format_probe.h"

static struct probe *read_log(const char *log) { return probe_text("text", log); }

/* ---- ESPnet --------------------------------------------------------------------------------------------------------------------- */

static void espnets_batches_are_steps_that_go_on_over_the_epochs(void **state)
{
    (void)state;
    struct probe *p = read_log(
        "[a1] 2026-01-05 10:00:01,500 (trainer:720) INFO: 1epoch:train:1-50batch: iter_time=0.25, loss=6.5, acc=0.125, "
        "grad_norm=2.5, clip=50.000, optim0_lr0=6.250e-02, train_time=0.5\n"
        "[a1] 2026-01-05 10:00:02,500 (trainer:720) INFO: 1epoch:train:51-100batch: iter_time=0.25, loss=nan, optim0_lr0=0.25\n"
        "[a1] 2026-01-05 10:00:04,500 (trainer:720) INFO: 2epoch:train:1-50batch: iter_time=0.25, loss=5.5, optim0_lr0=0.125\n");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 50 6.5 @1 t1767607201.500");
    probe_expect(p, "point grad_norm 50 2.5 @1 t1767607201.500");
    probe_expect(p, "point optim0_lr0 50 0.0625 @1 t1767607201.500");
    probe_expect(p, "point loss 100 NaN @2 t1767607202.500");
    probe_expect(p, "point loss 150 5.5 @3 t1767607204.500");
    probe_refuse(p, "point epoch");
    probe_close(p);
}

static void espnets_results_stand_at_the_last_step_and_are_told_by_their_part(void **state)
{
    (void)state;
    struct probe *p = read_log(
        "[a1] 2026-01-05 10:00:01 (trainer:720) INFO: 1epoch:train:1-40batch: loss=6.5\n"
        "[a1] 2026-01-05 10:00:02 (trainer:338) INFO: 1epoch results: [train] iter_time=0.25, loss=6.25, time=1 minute and 3.5 "
        "seconds, total_count=45, gpu_max_cached_mem_GB=4.5, [valid] loss=5.25, acc=0.5, time=2.5 seconds, total_count=7, "
        "[att_plot] time=12.5 seconds, total_count=0, loss=9.5\n"
        "[a1] 2026-01-05 10:00:03 (trainer:720) INFO: 2epoch:train:1-40batch: loss=5.5\n");
    probe_expect(p, "point loss 40 6.5 @1 t1767607201.000");
    probe_expect(p, "point epoch loss 40 6.25 @2 t1767607202.000");
    probe_expect(p, "point valid loss 40 5.25 @2 t1767607202.000");
    probe_expect(p, "point valid acc 40 0.5 @2 t1767607202.000");
    probe_expect(p, "point loss 85 5.5 @3 t1767607203.000"); /* five batches behind the first epoch's last line */
    probe_refuse(p, "point loss 40 9.5");
    probe_refuse(p, "point time");
    probe_refuse(p, "point valid time");
    probe_refuse(p, "point valid total");
    probe_close(p);
}

static void espnets_epochs_of_one_line_each_follow_each_other(void **state)
{
    (void)state;
    struct probe *p = read_log("[a1] 2026-01-05 10:00:01 (trainer:720) INFO: 1epoch:train:1-20batch: loss=6.5\n"
                               "[a1] 2026-01-05 10:00:02 (trainer:720) INFO: 2epoch:train:1-20batch: loss=5.5\n"
                               "[a1] 2026-01-05 10:00:03 (trainer:720) INFO: 3epoch:train:1-30batch: loss=4.5\n");
    probe_expect(p, "point loss 20 6.5 @1 t1767607201.000");
    probe_expect(p, "point loss 40 5.5 @2 t1767607202.000");
    probe_expect(p, "point loss 70 4.5 @3 t1767607203.000");
    probe_close(p);
}

static void espnets_results_alone_are_counted_by_epochs(void **state)
{
    (void)state;
    struct probe *p =
        read_log("[a1] 2026-01-05 10:00:01 (trainer:338) INFO: 1epoch results: [train] loss=6.5, [valid] loss=5.5\n"
                 "[a1] 2026-01-05 10:00:02 (trainer:338) INFO: 2epoch results: [train] loss=4.5, [valid] loss=3.5\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 2 4.5 @2 t1767607202.000");
    probe_expect(p, "point valid loss 2 3.5 @2 t1767607202.000");
    probe_close(p);
}

static void a_torn_result_of_espnet_ends(void **state)
{
    (void)state;
    struct probe *p = read_log("1epoch results: [train loss=6.5\n1epoch results: [\n1epoch:train:1-\n1epoch:train\n9epoch\n"
                               "99999999999999999999epoch:train:1-2batch: loss=1\n1epoch:train:1-20batch: \n");
    probe_refuse(p, "point");
    probe_close(p);
}

static void counts_at_the_end_of_what_fits_stay_counts(void **state)
{
    (void)state;
    struct probe *p =
        read_log("1epoch:train:1-9223372036854775807batch: loss=6.5\n2epoch:train:1-9223372036854775807batch: loss=5.5\n"
                 "2epoch results: [train] loss=4.5, total_count=5\n3epoch:train:1-5batch: loss=3.5\n");
    probe_expect(p, "point loss 9223372036854775807 6.5 @1");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

/* ---- a part and its count in front ---------------------------------------------------------------------------------------------- */

static void a_part_and_its_count_stand_in_front_of_a_bar(void **state)
{
    (void)state;
    struct probe *p =
        read_log("train      5 | loss=2.5, lr=0.25\ntrain     10 | loss=2.25, lr=0.125\neval      10 | loss=2.75, accuracy=0.5\n"
                 "train     15 | loss=nan, lr=0.125\neval      15 | loss=2.5, accuracy=0.75\n");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 5 2.5 @1");
    probe_expect(p, "point lr 10 0.125 @2");
    probe_expect(p, "point eval loss 10 2.75 @3");
    probe_expect(p, "point loss 15 NaN @4");
    probe_expect(p, "point eval accuracy 15 0.75 @5");
    probe_refuse(p, "point loss 10 2.75");
    probe_close(p);
}

/* Poutyne sums an epoch up with how many steps its parts had: they are no place in the run, and say of no loss that it was held out. */
static void how_many_steps_an_epoch_had_is_no_step(void **state)
{
    (void)state;
    struct probe *p = read_log("Epoch: 1/3 Train steps: 12 Val steps: 1 0.20s loss: 2.5 val_loss: 2.75\n"
                               "Epoch: 2/3 Train steps: 12 Val steps: 1 0.18s loss: 2.25 val_loss: 2.5\n"
                               "Epoch: 3/3 Train steps: 12 Val steps: 1 0.18s loss: 2.0 val_loss: 2.25\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 1 2.5 @1");
    probe_expect(p, "point val_loss 2 2.5 @2");
    probe_expect(p, "point loss 3 2 @3");
    probe_refuse(p, "series valid loss");
    probe_close(p);
    p = read_log("Epoch: 1/3 Train batches: 12 0.20s loss: 2.5\nEpoch: 2/3 Train batches: 12 0.18s loss: 2.25\n");
    probe_expect(p, "point loss 2 2.25 @2");
    probe_close(p);
}

static void catalysts_epochs_stand_in_brackets_behind_the_part(void **state)
{
    (void)state;
    struct probe *p =
        read_log("train (1/3) accuracy: 0.25 | loss: 2.5\nvalid (1/3) accuracy: 0.375 | loss: 2.75\n* Epoch (1/3) \n"
                 "train (2/3) accuracy: 0.5 | loss: 1.5\nvalid (2/3) accuracy: 0.625 | loss: 1.75\n* Epoch (2/3) \n"
                 "train (3/3) accuracy: 0.75 | loss: 0.5\nvalid (3/3) accuracy: 0.875 | loss: 0.75\n* Epoch (3/3) \n");
    probe_expect(p, "point loss 1 2.5 @1");
    probe_expect(p, "point accuracy 2 0.5 @4");
    probe_expect(p, "point valid loss 1 2.75 @2");
    probe_expect(p, "point valid accuracy 3 0.875 @8");
    probe_refuse(p, "series train (");
    probe_refuse(p, "series valid (");
    probe_close(p);
}

/* ---- tables without bars --------------------------------------------------------------------------------------------------------- */

static void a_table_that_blanks_part_is_one_record(void **state)
{
    (void)state;
    struct probe *p = read_log("-------------  ------\nEval/accuracy    0.5\nLoss             2.5\nTotalSteps      40\nlr        "
                               "       0.25\n-------------  ------\n"
                               "-------------  --------\nEval/accuracy    0.75\nLoss           nan\nTotalSteps      80\nlr       "
                               "        0.125\n-------------  --------\n");
    probe_expect(p, "series Loss step");
    probe_expect(p, "point Loss 40 2.5 @2");
    probe_expect(p, "point lr 40 0.25 @2");
    probe_expect(p, "point Loss 80 NaN @8");
    probe_expect(p, "point Eval/accuracy 80 0.75 @8");
    probe_refuse(p, "point TotalSteps");
    probe_close(p);
}

/* ---- two players ----------------------------------------------------------------------------------------------------------------- */

static void what_two_players_lose_is_read_without_the_word(void **state)
{
    (void)state;
    struct probe *p = read_log(
        "[20] D_total=-0.5, G_total=1.25, frechet=12.5, modes=1.0\n[40] D_total=-0.25, G_total=1.5, frechet=10.5, modes=2.0\n");
    probe_expect(p, "point D_total 20 -0.5 @1");
    probe_expect(p, "point G_total 40 1.5 @2");
    probe_expect(p, "point frechet 40 10.5 @2");
    probe_close(p);
    p = read_log("train step 20 D_total 0.5 G_total 1.25\ntrain step 40 D_total nan G_total 1.5\n");
    probe_expect(p, "point D_total 40 NaN @2");
    probe_expect(p, "point G_total 20 1.25 @1");
    probe_close(p);
}

/* ---- timm ----------------------------------------------------------------------------------------------------------------------- */

static void timms_batches_are_steps_and_its_rate_is_read(void **state)
{
    (void)state;
    struct probe *p =
        read_log("Train: 0 [   0/40 (  2%)]  Loss: 6.5 (6.75)  Time: 0.5s,  128.00/s  (0.5s,  128.00/s)  LR: 2.5e-01  Data: "
                 "0.125 (0.25)\n"
                 "Train: 0 [  20/40 ( 52%)]  Loss: 5.5 (6.25)  Time: 0.5s,  128.00/s  (0.5s,  128.00/s)  LR: 5.0e-01  Data: "
                 "0.125 (0.25)\n"
                 "Train: 1 [   0/40 (  2%)]  Loss: nan (nan)  Time: 0.5s,  128.00/s  (0.5s,  128.00/s)  LR: 7.5e-01  Data: "
                 "0.125 (0.25)\n");
    probe_expect(p, "series Loss step");
    probe_expect(p, "point Loss 0 6.5 @1");
    probe_expect(p, "point LR 0 0.25 @1");
    probe_expect(p, "point Loss 20 5.5 @2");
    probe_expect(p, "point Loss 40 NaN @3");
    probe_expect(p, "point LR 40 0.75 @3");
    probe_refuse(p, "point Train");
    probe_refuse(p, "point s ");
    probe_close(p);
}

static void timms_evaluation_is_the_mean_in_its_last_line(void **state)
{
    (void)state;
    struct probe *p = read_log("Train: 0 [  39/40 (100%)]  Loss: 6.5 (6.75)  Time: 0.5s,  128.00/s  LR: 2.5e-01\n"
                               "Test: [   0/8]  Time: 0.5 (0.5)  Loss:   9.5000 (9.5000)  Acc@1:  12.5000 (12.5000)\n"
                               "Test: [   8/8]  Time: 0.5 (0.5)  Loss:   7.5000 (5.5000)  Acc@1:  25.0000 (37.5000)\n"
                               "Train: 1 [  39/40 (100%)]  Loss: 4.5 (4.75)  Time: 0.5s,  128.00/s  LR: 2.5e-01\n"
                               "Test: [   7/8]  Time: 0.5 (0.5)  Loss:   8.5000 (8.5000)  Acc@1:  12.5000 (12.5000)\n"
                               "Test: [   8/8]  Time: 0.5 (0.5)  Loss:   7.5000 (3.5000)  Acc@1:  25.0000 (62.5000)\n");
    probe_expect(p, "point test Loss 39 5.5 @3");
    probe_expect(p, "point test Acc@1 39 37.5 @3");
    probe_expect(p, "point test Loss 79 3.5 @6");
    probe_refuse(p, "point test Loss 39 9.5");
    probe_refuse(p, "point test Loss 79 8.5");
    probe_close(p);
}

static void the_averaged_weights_evaluation_is_another_series(void **state)
{
    (void)state;
    struct probe *p = read_log("Train: 0 [  39/40 (100%)]  Loss: 6.5 (6.75)  Time: 0.5s,  128.00/s  LR: 2.5e-01\n"
                               "Test: [   8/8]  Time: 0.5 (0.5)  Loss:   7.5000 (5.5000)  Acc@1:  25.0000 (37.5000)\n"
                               "Test (EMA): [   8/8]  Time: 0.5 (0.5)  Loss:   9.5000 (8.5000)  Acc@1:  0.0000 (12.5000)\n");
    probe_expect(p, "point test Loss 39 5.5 @2");
    probe_expect(p, "point eval Loss 39 8.5 @3");
    probe_refuse(p, "point test Loss 39 8.5");
    probe_close(p);
}

static void an_evaluation_of_a_single_batch_is_whole(void **state)
{
    (void)state;
    struct probe *p = read_log("Train: 0 [  39/40 (100%)]  Loss: 6.5 (6.75)  Time: 0.5s,  128.00/s  LR: 2.5e-01\n"
                               "Test: [   0/0]  Time: 0.5 (0.5)  Loss:   5.5 ( 5.25)  Acc@1:  12.500 ( 37.500)\n"
                               "Train: 1 [  39/40 (100%)]  Loss: 4.5 (4.75)  Time: 0.5s,  128.00/s  LR: 2.5e-01\n");
    probe_expect(p, "point test Loss 39 5.25 @2");
    probe_expect(p, "point test Acc@1 39 37.5 @2");
    probe_expect(p, "point Loss 79 4.5 @3");
    probe_close(p);
}

/* ---- Ignite --------------------------------------------------------------------------------------------------------------------- */

static void a_title_before_a_dash_says_what_was_held_out(void **state)
{
    (void)state;
    struct probe *p = read_log("2026-01-05 10:00:01,500 trainer INFO: Epoch[1] Iteration[10/20] Loss: 6.5 lr: 0.25\n"
                               "2026-01-05 10:00:02,500 trainer INFO: Epoch[1] Iteration[20/20] Loss: 5.5 lr: 0.25\n"
                               "Training Results - Epoch: 1  Avg accuracy: 0.50 Avg loss: 5.25\n"
                               "Validation Results - Epoch: 1  Avg accuracy: 0.25 Avg loss: 7.5\n"
                               "2026-01-05 10:00:03,500 trainer INFO: Epoch[2] Iteration[10/20] Loss: 4.5 lr: 0.25\n");
    probe_expect(p, "point Loss 10 6.5 @1 t1767607201.500");
    probe_expect(p, "point epoch loss 20 5.25 @3");
    probe_expect(p, "point valid loss 20 7.5 @4");
    probe_expect(p, "point valid accuracy 20 0.25 @4");
    probe_expect(p, "point Loss 30 4.5 @5 t1767607203.500");
    probe_close(p);
}

static void an_evaluation_inside_an_epoch_does_not_move_its_steps(void **state)
{
    (void)state;
    struct probe *p = read_log("Epoch[1] Iteration[80/80] Loss: 6.5\nEpoch[2] Iteration[10/80] Loss: 5.5\n"
                               "Validation Results - Epoch: 1  Avg loss: 7.5\nEpoch[2] Iteration[20/80] Loss: 4.5\n"
                               "Epoch[3] Iteration[10/80] Loss: 3.5\n");
    probe_expect(p, "point Loss 90 5.5 @2");
    probe_expect(p, "point valid loss 90 7.5 @3");
    probe_expect(p, "point Loss 100 4.5 @4");
    probe_expect(p, "point Loss 170 3.5 @5");
    probe_close(p);
}

static void lines_rarer_than_epochs_count_within_them(void **state)
{
    (void)state;
    struct probe *p = read_log("Epoch[2] Iteration[18/32] Loss: 6.5\nEpoch[4] Iteration[4/32] Loss: 5.5\n"
                               "Epoch[5] Iteration[22/32] Loss: 4.5\nEpoch[7] Iteration[8/32] Loss: 3.5\n");
    probe_expect(p, "point Loss 50 6.5 @1");
    probe_expect(p, "point Loss 100 5.5 @2");
    probe_expect(p, "point Loss 150 4.5 @3");
    probe_expect(p, "point Loss 200 3.5 @4");
    probe_close(p);
}

static void a_dash_inside_a_line_is_no_title(void **state)
{
    (void)state;
    struct probe *p = read_log("step 10 - loss: 0.5\nour second test run - step 20 loss: 0.25\n");
    probe_expect(p, "point loss 10 0.5 @1");
    probe_expect(p, "point loss 20 0.25 @2");
    probe_close(p);
}

/* ---- PaddleSeg ------------------------------------------------------------------------------------------------------------------ */

static void paddlesegs_evaluations_stand_at_the_last_iteration(void **state)
{
    (void)state;
    struct probe *p =
        read_log("2026-01-05 10:00:01 [INFO]\t[TRAIN] epoch: 1, iter: 10/400, loss: 6.5000, lr: 0.250000, batch_cost: 0.5000, "
                 "reader_cost: 0.00125, ips: 8.0000 samples/sec | ETA 00:00:02\n"
                 "2026-01-05 10:00:02 [INFO]\t[EVAL] #Images: 500 mIoU: 0.5000 Acc: 0.7500 Kappa: 0.2500 Dice: 0.6250\n"
                 "2026-01-05 10:00:02 [INFO]\t[EVAL] The model with the best validation mIoU (0.5000) was saved at iter 10.\n"
                 "2026-01-05 10:00:03 [INFO]\t[TRAIN] epoch: 2, iter: 20/400, loss: 5.5000, lr: 0.125000, batch_cost: 0.5000, "
                 "reader_cost: 0.00125, ips: 8.0000 samples/sec | ETA 00:00:02\n");
    probe_expect(p, "point loss 10 6.5 @1 t1767607201.000");
    probe_expect(p, "point lr 10 0.25 @1 t1767607201.000");
    probe_expect(p, "point eval mIoU 10 0.5 @2 t1767607202.000");
    probe_expect(p, "point eval Acc 10 0.75 @2 t1767607202.000");
    probe_expect(p, "point loss 20 5.5 @4 t1767607203.000");
    probe_close(p);
}

/* ---- numbers with a rate -------------------------------------------------------------------------------------------------------- */

static void a_number_per_second_leaves_the_next_name_alone(void **state)
{
    (void)state;
    struct probe *p = read_log("step: 10 speed: 12.5/s lr: 0.5 loss: 2.5\nepoch=0/step=80 loss=1.5\n");
    probe_expect(p, "point lr 10 0.5 @1");
    probe_expect(p, "point loss 80 1.5 @2");
    probe_close(p);
}

static void both_sides_told_at_once_sum_the_epoch_above(void **state)
{
    (void)state;
    struct probe *p = read_log("Epoch1 loss = 3.5\n"
                               "Train Acc = 0.25, Validation Acc = 0.125\n"
                               "Epoch2 loss = 2.5\n"
                               "Train Acc = 0.5, Validation Acc = 0.375\n");
    probe_expect(p, "point Train Acc 1 0.25 @2");
    probe_expect(p, "point Validation Acc 1 0.125 @2");
    probe_expect(p, "point Train Acc 2 0.5 @4");
    probe_expect(p, "point Validation Acc 2 0.375 @4");
    probe_close(p);
}

static void a_count_in_brackets_may_have_its_sign(void **state)
{
    (void)state;
    struct probe *p = read_log("[22:22:36] [#00007] loss_A: 0.75, loss_B: 0.5\n"
                               "[22:22:58] [#00008] loss_A: 0.625, loss_B: 0.25\n");
    probe_expect(p, "series loss_A step");
    probe_expect(p, "point loss_A 7 0.75 @1");
    probe_expect(p, "point loss_B 8 0.25 @2");
    probe_close(p);
}

static void records_without_an_end_of_line_are_parted(void **state)
{
    (void)state;
    struct probe *p =
        read_log("step: 10 loss: 20.25 reg_loss: 5.25 batch time: 48.25step: 20 loss: 18.5 reg_loss: 4.5 batch time: "
                 "47.75step: 30 loss: 16.5 reg_loss: 3.5 batch time: 47.5\n");
    probe_expect(p, "point loss 10 20.25 @1");
    probe_expect(p, "point reg_loss 20 4.5 @1");
    probe_expect(p, "point loss 30 16.5 @1");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(espnets_batches_are_steps_that_go_on_over_the_epochs),
        cmocka_unit_test(espnets_results_stand_at_the_last_step_and_are_told_by_their_part),
        cmocka_unit_test(espnets_epochs_of_one_line_each_follow_each_other),
        cmocka_unit_test(espnets_results_alone_are_counted_by_epochs),
        cmocka_unit_test(a_torn_result_of_espnet_ends),
        cmocka_unit_test(counts_at_the_end_of_what_fits_stay_counts),
        cmocka_unit_test(a_table_that_blanks_part_is_one_record),
        cmocka_unit_test(what_two_players_lose_is_read_without_the_word),
        cmocka_unit_test(a_part_and_its_count_stand_in_front_of_a_bar),
        cmocka_unit_test(how_many_steps_an_epoch_had_is_no_step),
        cmocka_unit_test(catalysts_epochs_stand_in_brackets_behind_the_part),
        cmocka_unit_test(timms_batches_are_steps_and_its_rate_is_read),
        cmocka_unit_test(timms_evaluation_is_the_mean_in_its_last_line),
        cmocka_unit_test(the_averaged_weights_evaluation_is_another_series),
        cmocka_unit_test(an_evaluation_of_a_single_batch_is_whole),
        cmocka_unit_test(a_title_before_a_dash_says_what_was_held_out),
        cmocka_unit_test(an_evaluation_inside_an_epoch_does_not_move_its_steps),
        cmocka_unit_test(lines_rarer_than_epochs_count_within_them),
        cmocka_unit_test(a_dash_inside_a_line_is_no_title),
        cmocka_unit_test(paddlesegs_evaluations_stand_at_the_last_iteration),
        cmocka_unit_test(a_number_per_second_leaves_the_next_name_alone),
        cmocka_unit_test(both_sides_told_at_once_sum_the_epoch_above),
        cmocka_unit_test(a_count_in_brackets_may_have_its_sign),
        cmocka_unit_test(records_without_an_end_of_line_are_parted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
