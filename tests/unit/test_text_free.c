/* test_text_free - lines that people print from loops of their own. Every variant of a line tells the same points. Numbers are made up. */
#include "format_probe.h"

static struct probe *read_log(const char *log) { return probe_text("text", log); }

static void a_count_needs_no_name(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "n=10 loss=2.5 gnorm=0.5\nn=20 loss=1.5 gnorm=0.25\nn=30 loss=1.25 gnorm=0.25\n",
        "(    10)  loss: 2.5  gnorm: 0.5\n(    20)  loss: 1.5  gnorm: 0.25\n(    30)  loss: 1.25  gnorm: 0.25\n",
        "i=10; loss=2.5; gnorm=0.5\ni=20; loss=1.5; gnorm=0.25\ni=30; loss=1.25; gnorm=0.25\n",
        "22/Nov/2026 12:16:26 [INFO]    10: loss = 2.5 - gnorm = 0.5\n22/Nov/2026 12:16:27 [INFO]    20: loss = 1.5 - gnorm = "
        "0.25\n"
        "22/Nov/2026 12:16:28 [INFO]    30: loss = 1.25 - gnorm = 0.25\n",
        "[11-22 12:16] trainer:    10: loss = 2.5, gnorm = 0.5\n[11-22 12:16] trainer:    20: loss = 1.5, gnorm = 0.25\n"
        "[11-22 12:17] trainer:    30: loss = 1.25, gnorm = 0.25\n",
        "2026-11-22 12:16 myloop:    10: loss 2.5 gnorm 0.5\n2026-11-22 12:16 myloop:    20: loss 1.5 gnorm 0.25\n"
        "2026-11-22 12:16 myloop:    30: loss 1.25 gnorm 0.25\n",
        "[12:16:26] myloop:    10: loss 2.5 gnorm 0.5\n[12:16:27] myloop:    20: loss 1.5 gnorm 0.25\n"
        "[12:16:28] myloop:    30: loss 1.25 gnorm 0.25\n",
        "Nov 22 12:16:26 INFO 10 | loss 2.5 | gnorm 0.5\nNov 22 12:16:27 INFO 20 | loss 1.5 | gnorm 0.25\n"
        "Nov 22 12:16:28 INFO 30 | loss 1.25 | gnorm 0.25\n",
        "Sun Nov 22 12:16:26 2026 n=10 | loss 2.5 | gnorm 0.5\nSun Nov 22 12:16:27 2026 n=20 | loss 1.5 | gnorm 0.25\n"
        "Sun Nov 22 12:16:28 2026 n=30 | loss 1.25 | gnorm 0.25\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct probe *p = read_log(lines[i]);
        probe_expect(p, "point loss 20 1.5 @2");
        probe_expect(p, "point loss 30 1.25 @3");
        probe_expect(p, "point gnorm 30 0.25 @3");
        probe_close(p);
    }
}

static void a_mark_in_front_does_not_hide_the_count(void **state)
{
    (void)state;
    struct probe *p = read_log("n=10 | loss=2.5\nn=20 | loss=1.5\n>>> n=20 | val loss=1.75\n* n=20 | val acc=0.5\n");
    probe_expect(p, "point loss 20 1.5 @2");
    probe_expect(p, "point val loss 20 1.75 @3");
    probe_expect(p, "point val acc 20 0.5 @4");
    probe_close(p);
}

static void a_split_in_brackets_is_of_the_name(void **state)
{
    (void)state;
    struct probe *p = read_log("step 10 | loss(train)=2.5 | loss(val)=2.25\nstep 20 | loss(train) 1.5 | loss(val) 1.25\n");
    probe_expect(p, "point loss(train) 10 2.5 @1");
    probe_expect(p, "point loss(val) 10 2.25 @1");
    probe_expect(p, "point loss(train) 20 1.5 @2");
    probe_expect(p, "point loss(val) 20 1.25 @2");
    probe_close(p);
    p = read_log("Dropout(eval)\nstep 10: run(val) of 3\n");
    probe_refuse(p, "point ");
    probe_close(p);
}

static void a_padded_step_is_no_rank(void **state)
{
    (void)state;
    struct probe *p = read_log("      4: loss: 2.5 | lr: 0.5\n  >>>      4: val loss: 2.25\n      8: loss: 1.5 | lr: 0.5\n");
    probe_expect(p, "point loss 4 2.5 @1");
    probe_expect(p, "point val loss 4 2.25 @2");
    probe_expect(p, "point loss 8 1.5 @3");
    probe_close(p);
}

static void a_short_epoch_counts(void **state)
{
    (void)state;
    struct probe *p = read_log("E01, L: 2.5, val loss: 2.25\nE02, L: 1.5, val loss: 1.75\n");
    probe_expect(p, "point L 2 1.5 @2");
    probe_expect(p, "point val loss 2 1.75 @2");
    probe_close(p);
}

static void an_epoch_with_a_colon_is_no_logger(void **state)
{
    (void)state;
    struct probe *p = read_log("[12:00:11] Epoch: 11: loss=2.5\n[12:00:12] Epoch: 12: loss=1.5\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 12 1.5 @2");
    probe_close(p);
}

static void symbols_are_names(void **state)
{
    (void)state;
    static const char *const lines[] = {"step 10 J 2.5 |g| 0.5\n", "step 10 | J: 2.5 | |g|: 0.5\n",
                                        "step 10, J = 2.5, |g| = 0.5\n", "step=10\tJ=2.5\t|g|=0.5\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct probe *p = read_log(lines[i]);
        probe_expect(p, "point J 10 2.5 @1");
        probe_expect(p, "point |g| 10 0.5 @1");
        probe_close(p);
    }
    struct probe *p = read_log("step 10 loss 2.5 ||grad|| nan\n");
    probe_expect(p, "point ||grad|| 10 NaN @1");
    probe_close(p);
}

static void a_small_eta_is_a_rate_and_another_is_a_time(void **state)
{
    (void)state;
    struct probe *p = read_log("step 10 loss 2.5 eta 2.0e-03\nstep 20 loss 1.5 eta 1.0e-03\nstep 30 loss 9.5 eta 4.0\n");
    probe_expect(p, "point lr (eta) 10 0.002 @1");
    probe_expect(p, "point lr (eta) 20 0.001 @2");
    probe_expect(p, "point lr (eta) 30 4 @3");
    probe_close(p);
    p = read_log(
        "step 10 loss 2.5 eta: 125\nstep 20 loss 1.5 eta: 0:01:05\nstep 25 loss 1.5 eta: 0.5\nstep 30 loss 1.25 ETA 0.5\n");
    probe_expect(p, "point loss 30 1.25 @4");
    probe_refuse(p, "point lr");
    probe_refuse(p, "point ETA");
    probe_close(p);
}

static void the_word_behind_the_count_speaks_for_its_line(void **state)
{
    (void)state;
    static const char *const lines[] = {"Epoch 1 TRAIN loss 2.5, lr 0.5\nEpoch 1 VAL  loss 2.25, acc 0.5, f1 0.25\n",
                                        "epoch=1 TRAIN loss=2.5 lr=0.5\nepoch=1 HOLDOUT loss=2.25 acc=0.5 f1=0.25\n",
                                        "epoch=1 TRAIN loss=2.5 lr=0.5\nepoch=1 CV loss=2.25 acc=0.5 f1=0.25\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct probe *p = read_log(lines[i]);
        probe_expect(p, "point valid acc 1 0.5 @2");
        probe_expect(p, "point valid f1 1 0.25 @2");
        probe_expect(p, "point lr 1 0.5 @1");
        probe_close(p);
    }
    struct probe *p = read_log("Epoch 1 val loss 2.25 lr 0.5\n"); /* the rate is no held-out quantity */
    probe_expect(p, "point lr 1 0.5 @1");
    probe_close(p);
}

static void what_stands_alone_below_an_epoch_is_its_own(void **state)
{
    (void)state;
    struct probe *p =
        read_log("Epoch 1/2\n  loss 2.5\n  gradnorm 0.5\n  lrate 0.25\nEpoch 2/2\n  loss 1.5\n  |g| = 0.75\n  lrate 0.125\n");
    probe_expect(p, "point loss 2 1.5 @6");
    probe_expect(p, "point gradnorm 1 0.5 @3");
    probe_expect(p, "point |g| 2 0.75 @7");
    probe_expect(p, "point lrate 2 0.125 @8");
    probe_close(p);
}

/* MATLAB's trainNetwork. */
static void a_header_may_take_two_lines(void **state)
{
    (void)state;
    struct probe *p = read_log("|=====================================================================|\n"
                               "|  Epoch  |  Iteration  |  Time Elapsed  |  Mini-batch  |  Validation  |\n"
                               "|         |             |   (hh:mm:ss)   |     Loss     |   Accuracy   |\n"
                               "|=====================================================================|\n"
                               "|       1 |           1 |       00:00:01 |       2.5000 |       12.50% |\n"
                               "|       1 |          50 |       00:00:02 |       1.2500 |       37.50% |\n");
    probe_expect(p, "point Mini-batch Loss 1 2.5 @5");
    probe_expect(p, "point Validation Accuracy 50 37.5 @6");
    probe_close(p);
}

static void a_header_that_names_no_metric_ends_the_table_above(void **state)
{
    (void)state;
    struct probe *p = read_log("epoch,loss,acc\n1,0.5,0.75\nepoch  left  right\n2,0.25,0.875\n");
    probe_expect(p, "point loss 1 0.5 @2");
    probe_refuse(p, "point left");
    probe_refuse(p, "point right");
    probe_close(p);
}

static void a_framed_table_may_have_empty_cells(void **state)
{
    (void)state;
    struct probe *p = read_log("|=========================================================|\n|  Epoch  |  Iteration  |  Loss  |  "
                               "Validation Loss  |  lr  |\n"
                               "|=========================================================|\n|      1  |         10  |   2.5  |  "
                               "                 | 0.5  |\n"
                               "|      1  |         20  |   1.5  |             1.75  | 0.5  |\n");
    probe_expect(p, "point Loss 10 2.5 @4");
    probe_expect(p, "point lr 10 0.5 @4");
    probe_expect(p, "point Validation Loss 20 1.75 @5");
    probe_refuse(p, "point Validation Loss 10");
    probe_close(p);
    p = read_log(
        "+-------+------------+\n| epoch | train loss |\n+-------+------------+\n|     1 |        2.5 |\n|     2 |        1.5 |\n"
        "+-------+------------+\n");
    probe_expect(p, "point train loss 2 1.5 @5");
    probe_close(p);
}

/* A count in thousands, with its end or without. */
static void a_count_may_be_in_thousands(void **state)
{
    (void)state;
    static const char *const lines[] = {"step 1k loss 2.5\nstep 2k loss 1.5\nstep 3k loss 1.25\n",
                                        "iter: 1k, loss: 2.5\niter: 2k, loss: 1.5\niter: 3k, loss: 1.25\n",
                                        "| step 1k/40k | loss 2.5\n| step 2k/40k | loss 1.5\n| step 3k/40k | loss 1.25\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct probe *p = read_log(lines[i]);
        probe_expect(p, "point loss 2000 1.5 @2");
        probe_expect(p, "point loss 3000 1.25 @3");
        probe_close(p);
    }
}

/* "6:39 AM" is a time of day, and a value may stand in front of what it is the value of. */
static void a_value_may_stand_before_its_name(void **state)
{
    (void)state;
    struct probe *p =
        read_log("Epoch 1 @ 06:39 AM : 1.5 C.E. Loss, 75.5% Accuracy\nEpoch 2 @ 12:07 PM : 1.25 C.E. Loss, 80% Accuracy\n");
    probe_expect(p, "point C.E. Loss 2 1.25 @2");
    probe_expect(p, "point Accuracy 1 75.5 @1");
    probe_refuse(p, "series AM");
    probe_close(p);
    p = read_log("Epoch 1: 12 images skipped, loss 1.5\nEpoch 2: 3 files, loss 1.25\n");
    probe_expect(p, "point loss 2 1.25 @2");
    probe_refuse(p, "series images");
    probe_close(p);
}

static void two_letters_are_the_players_of_a_game(void **state)
{
    (void)state;
    struct probe *p = read_log("[1/3] D: 0.625 G: 1.5\n[2/3] D: 0.5 G: 1.75\n[3/3] D: 0.25 G: 2\n");
    probe_expect(p, "point D loss 2 0.5 @2");
    probe_expect(p, "point G loss 3 2 @3");
    probe_close(p);
    p = read_log("[1/3] D: 0.625 loss: 1.5\n[2/3] D: 0.5 loss: 1.75\n"); /* some D */
    probe_refuse(p, "series D loss");
    probe_close(p);
}

/* What StyleGAN prints: columns of names and values, a time in words, an evaluation as JSON. */
static void ticks_of_stylegan_are_records(void **state)
{
    (void)state;
    struct probe *p =
        read_log("tick 0     kimg 0.0      time 17s          sec/tick 4.5     sec/kimg 140.5   maintenance 0.0    cpumem 4.5    "
                 "gpumem 9.5    "
                 "augment 0.000\nEvaluating metrics...\n"
                 "{\"results\": {\"fid50k_full\": 250.5}, \"metric\": \"fid50k_full\", \"total_time\": 80.5, \"num_gpus\": 1}\n"
                 "tick 1     kimg 4.0      time 2m 47s       sec/tick 150.5   sec/kimg 37.5    maintenance 80.5   cpumem 4.5    "
                 "gpumem 6.5    "
                 "augment 0.125\n"
                 "tick 2     kimg 8.0      time 1d 03h 06m   sec/tick 151.5   sec/kimg 37.5    maintenance 0.5    cpumem 4.5    "
                 "gpumem 6.5    "
                 "augment 0.250\n"
                 "{\"results\": {\"fid50k_full\": 60.5}, \"metric\": \"fid50k_full\", \"total_time\": 80.5, \"num_gpus\": 1}\n");
    probe_expect(p, "point augment 1 0.125 @4");
    probe_expect(p, "point sec/tick 2 151.5 @5");
    probe_expect(p, "point fid50k_full 0 250.5 @3");
    probe_expect(p, "point fid50k_full 2 60.5 @6");
    probe_refuse(p, "series time");
    probe_refuse(p, "series total_time");
    probe_close(p);
}

static void what_only_looks_alike_gives_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {"(0): Linear(in_features=10, out_features=2)\n(1): ReLU()\n",
                                        "n=1000 images were found in 12 folders\n",
                                        "E501 line too long (120 > 79)\n",
                                        "a | b | |x| and 3 more\n",
                                        "22/Nov/2026 12:16:26 server started on port 8080\n",
                                        "127.0.0.1 - - [22/Nov/2026:12:16:26 +0000] \"GET / HTTP/1.1\" 200 612\n",
                                        "[11-22 12:16] trainer: ready\n",
                                        "May 10 people join? 20 do\n",
                                        "option L 3 of 5\n",
                                        "Plan J: 12\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct probe *p = read_log(lines[i]);
        probe_refuse(p, "point ");
        probe_close(p);
    }
}

static void scores_between_the_records_are_told_where_they_stand(void **state)
{
    (void)state;
    struct probe *p =
        read_log("resume from ckpt.pt, start from epoch 2\n"
                 "Epoch: [2][10/20] Loss 2.5\nEpoch: [2][20/20] Loss 2.25\ngiou: 0.25, ciou: 0.5\n"
                 "Epoch: [3][10/20] Loss 1.5\nEpoch: [3][20/20] Loss 1.25\ngiou: 0.75, ciou: 0.625\ngiou: 0.5, ciou: 0.5\n"
                 "Epoch: [4][10/20] Loss 1.5\n");
    probe_expect(p, "point giou 40 0.25 @4");
    probe_expect(p, "point ciou 60 0.625 @7");
    probe_refuse(p, "@8"); /* once more before the next record: a sample's, or a copy */
    probe_close(p);
    p = read_log("Epoch: [1][10/20] Loss 2.5 acc 0.25\nacc: 0.75\n"); /* what the loop tells itself */
    probe_refuse(p, "@2");
    probe_close(p);
}

static void what_an_error_is_measured_in_is_no_prose(void **state)
{
    (void)state;
    struct probe *p = read_log("epoch 1\nProtocol #2 Error (P-MPJPE): 94.5 mm\nPSNR: 21.5 dB\n"
                               "epoch 2\nProtocol #2 Error (P-MPJPE): 64.5 mm\nPSNR: 24.5 dB\n");
    probe_expect(p, "point Protocol #2 Error (P-MPJPE) 2 64.5 @5");
    probe_expect(p, "point PSNR 2 24.5 @6");
    probe_close(p);
}

static void a_rate_beside_an_epoch_leaves_it_a_heading(void **state)
{
    (void)state;
    struct probe *p = read_log("=> loaded checkpoint 'c.pth' (epoch 49)\nepoch 50 lr 1.0e-03\ntrain_acc 93.5\nvalid_acc 84.5\n"
                               "epoch 51 lr 5.0e-04\ntrain_acc 94.5\nvalid_acc 85.5\n");
    probe_expect(p, "point train_acc 50 93.5 @3");
    probe_expect(p, "point valid_acc 51 85.5 @7");
    probe_close(p);
}

static void a_mean_of_what_was_tested_is_none_of_training(void **state)
{
    (void)state;
    struct probe *p = read_log("Epoch 1/2\n10/10 [====] - 1s 1ms/step - loss: 2.5 - acc: 0.25\nEpoch 2/2\n"
                               "10/10 [====] - 1s 1ms/step - loss: 1.5 - acc: 0.5\nTest loss: 1.75\nTest accuracy: 0.5\n"
                               "Summary:\nAverage loss: 1.875\nAverage accuracy: 0.5\n");
    probe_expect(p, "point loss 2 1.5 @4");
    probe_refuse(p, "@8");
    probe_refuse(p, "@9");
    probe_close(p);
}

static void values_beside_brackets_are_no_code(void **state)
{
    (void)state;
    static const char log[] = "[Update 1/2] PolicyLoss=0.75 ValueLoss=0.5 Pred(mean=0.25, std=0.5)KL=0.125 Entropy=2.5\n"
                              "[Update 2/2] PolicyLoss=0.5 ValueLoss=0.25 Pred(mean=0.25, std=0.5)KL=0.25 Entropy=1.5\n"
                              "[Update 1/2] PolicyLoss=0.25 ValueLoss=0.5 Pred(mean=0.25, std=0.5)KL=0.5 Entropy=1.25\n"
                              "[Update 2/2] PolicyLoss=0.125 ValueLoss=0.25 Pred(mean=0.25, std=0.5)KL=0.25 Entropy=0.5\n";
    struct probe *p = read_log(log);
    probe_expect(p, "point PolicyLoss 3 0.25 @3");
    probe_expect(p, "point KL 4 0.25 @4");
    probe_close(p);
    p = read_log(
        "Player[1] : Skip   cards: 2 A K J 10 9\nPlayer[2] : 5 5   cards: 2 2 A A J 10\nPlayer[0] : 6   cards: Q J 10 7\n"
        "Player[1] : Skip   cards: 2 A K J 10 9\nPlayer[2] : 7 7   cards: 2 2 J 9\nPlayer[0] : 8   cards: Q J 10\n");
    probe_refuse(p, "point ");
    probe_close(p);
}

static void a_rate_of_its_own_hides_no_section(void **state)
{
    (void)state;
    struct probe *p = read_log("- Train | Epoch 1 | 5/10 | 1.5 it/sec | Loss 2.5 | Grad 0.5\n- Train | Epoch 1 | 9/10 | 1.5 "
                               "it/sec | Loss 2.25 | Grad 0.5\n"
                               "- Valid | Epoch 1 | 1/2 | 0.5 it/sec | Loss 2.75 | Nsdr 3.5\n- Valid | Epoch 1 | 2/2 | 0.5 "
                               "it/sec | Loss 2.5 | Nsdr 3.75\n"
                               "- Train | Epoch 2 | 5/10 | 1.5 it/sec | Loss 1.5 | Grad 0.5\n");
    probe_expect(p, "point Loss 9 2.25 @2");
    probe_expect(p, "point valid Loss 9 2.5 @4");
    probe_expect(p, "point Loss 15 1.5 @5");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_needs_no_name),
        cmocka_unit_test(a_mark_in_front_does_not_hide_the_count),
        cmocka_unit_test(a_split_in_brackets_is_of_the_name),
        cmocka_unit_test(a_padded_step_is_no_rank),
        cmocka_unit_test(a_short_epoch_counts),
        cmocka_unit_test(an_epoch_with_a_colon_is_no_logger),
        cmocka_unit_test(symbols_are_names),
        cmocka_unit_test(a_small_eta_is_a_rate_and_another_is_a_time),
        cmocka_unit_test(the_word_behind_the_count_speaks_for_its_line),
        cmocka_unit_test(what_stands_alone_below_an_epoch_is_its_own),
        cmocka_unit_test(a_header_may_take_two_lines),
        cmocka_unit_test(a_header_that_names_no_metric_ends_the_table_above),
        cmocka_unit_test(a_framed_table_may_have_empty_cells),
        cmocka_unit_test(a_count_may_be_in_thousands),
        cmocka_unit_test(a_value_may_stand_before_its_name),
        cmocka_unit_test(two_letters_are_the_players_of_a_game),
        cmocka_unit_test(ticks_of_stylegan_are_records),
        cmocka_unit_test(what_only_looks_alike_gives_nothing),
        cmocka_unit_test(scores_between_the_records_are_told_where_they_stand),
        cmocka_unit_test(what_an_error_is_measured_in_is_no_prose),
        cmocka_unit_test(a_rate_beside_an_epoch_leaves_it_a_heading),
        cmocka_unit_test(a_mean_of_what_was_tested_is_none_of_training),
        cmocka_unit_test(values_beside_brackets_are_no_code),
        cmocka_unit_test(a_rate_of_its_own_hides_no_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
