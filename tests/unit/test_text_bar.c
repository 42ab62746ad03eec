/* test_text_bar - progress bars and lines that are drawn again: which of what they show is told, and once. Made up; shapes are real. */
#include "text_probe.h"

static void a_keras_epoch_cut_before_its_newline_counts_when_its_bar_is_complete(void **unused)
{
    (void)unused;
    static const char *const complete[] = {
        "Epoch 4/5\n\r 32/938 - 14s 16ms/step - loss: 2.5\b\b\r938/938 - 15s 16ms/step - loss: 1.5",
        "Epoch 4/5\n\r 32/938 - 14s 16ms/step - loss: 2.5\b\b\r938/938 - 15s 16ms/step - loss: 1.5\b\b\b\r",
        "Epoch 4/5\n\r938/938 - 15s 16ms/step - loss: 1.5\b\b\r938/938 \xe2\x94\x81 15s 16ms/step",
    };
    for (size_t i = 0; i < sizeof complete / sizeof *complete; i++) {
        WITH(complete[i], p);
        assert_int_equal(p->points, 1);
        probe_expect(p, "point loss 4 1.5 @2");
        probe_close(p);
    }
    no_points("Epoch 4/5\n\r 32/938 - 14s 16ms/step - loss: 2.5\b\b\r900/938 - 15s 16ms/step - loss: 1.5");
    no_points("Epoch 4/5\n\r938/938 - 15s 16ms/step");
}

static void trainer_dicts_take_their_step_from_the_bar(void **unused)
{
    (void)unused;
    WITH("\r  4%|#    | 50/1500 [00:31<12:20,  1.94it/s]{'loss': 0.0, 'grad_norm': nan, 'epoch': 0.12}   \n"
         "\r  4%|#    | 60/1500 [00:31<12:20,  1.94it/s]\n"
         "\r 8%|#    | 120/1500 [00:31<12:20, 1.94it/s]\r100%|####| 32/32 [00:03<00:00, 10.0it/s]\r{'eval_loss': '2.25', "
         "'epoch': '0.24'}\n"
         "{'train_runtime': 911.3, 'train_loss': 1.62, 'epoch': 3.0}\n",
         p);
    probe_expect(p, "point loss 60 0 @1");
    probe_expect(p, "point grad_norm 60 NaN @1");
    probe_expect(p, "point eval_loss 120 2.25 @3");
    probe_expect(p, "event nonfinite @1 {'loss': 0.0, 'grad_norm': nan, 'epoch': 0.12}"); /* NaN, as the Trainer writes it */
    assert_int_equal(p->points, 3);
    assert_int_equal(p->events, 2);
    probe_close(p);
    WITH("{'loss': 2.5, 'grad_norm': inf, 'epoch': 0.12}\n{'loss': 2.25, 'epoch': 0.24}\n",
         q); /* half precision, a step skipped */
    assert_int_equal(q->events, 0);
    probe_expect(q, "series loss record");
    probe_expect(q, "point loss 2 2.25 @2");
    probe_close(q);
}

static void only_the_complete_keras_bar_is_the_epoch(void **unused)
{
    (void)unused;
    WITH("Epoch 1/2\n\b\b\r\x1b[1m 32/938\x1b[0m \x1b[32m\xe2\x94\x81\x1b[0m \x1b[1m14s\x1b[0m 16ms/step - accuracy: 0.2910 - "
         "loss: 2.0113"
         "\b\b\b\r\x1b[1m938/938\x1b[0m \x1b[1m15s\x1b[0m 16ms/step - accuracy: 0.5 - loss: 1.5"
         "\b\b\b\r\x1b[1m938/938\x1b[0m \x1b[1m15s\x1b[0m 16ms/step - accuracy: 0.5 - loss: 1.25 - val_loss: 1.5\n"
         "Epoch 2/2\n938/938 [==============================] - 15s 16ms/step - loss: nan - val_loss: 1.75\n",
         p);
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 1 1.25 @2");
    probe_expect(p, "point val_loss 1 1.5 @2");
    probe_expect(p, "point loss 2 NaN @4");
    probe_expect(p, "point val_loss 2 1.75 @4");
    assert_int_equal(p->points, 5);
    probe_close(p);
    WITH("Epoch 1/2\n - 15s - loss: 0.5 - acc: 0.75\nEpoch 2/2\n938/938 - 15s - 16ms/step - acc: 0.75 - loss: 0.25\n", q);
    probe_expect(q, "point loss 1 0.5 @2");
    probe_expect(q, "point loss 2 0.25 @4");
    probe_close(q);
}

static void each_redraw_of_a_bar_is_a_record_once(void **unused)
{
    (void)unused;
    WITH("\r 45%|###  | 450/1000 [01:23<01:41,  5.41it/s, loss=0.5]\r 45%|###  | 450/1000 [01:24<01:41,  5.41it/s, loss=0.5]"
         "\r 46%|###  | 460/1000 [01:25<01:41,  5.25it/s, loss=0.25]\n"
         "Epoch 1:  45%|###  | 45/100 [00:12<00:15, 3.62it/s, v_num=0, train_loss=0.75]\n",
         p);
    probe_expect(p, "point loss 450 0.5 @1");
    probe_expect(p, "point loss 460 0.25 @1");
    probe_expect(p, "point it/s 460 5.25 @1");
    probe_expect(p, "point train_loss 45 0.75 @2");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void a_bar_that_was_cut_by_the_terminal_loses_what_was_cut(void **unused)
{
    (void)unused;
    WITH("\r 45%|#| 450/1000 [01:23<01:41,  5.41it/s, loss=0.5, memory=56\r 46%|#| 460/1000 [01:25<01:41,  5.41it/s, loss=0.25, "
         "memory=570, lr=1.20"
         "\r 47%|#| 470/1000 [01:25<01:41,  5.41it/s, loss=0.125, data_time=0.03125"
         "\r 48%|#| 480/1000 [01:25<01:41,  5.41it/s, loss=0.75, data_time=0.0\n",
         p);
    probe_expect(p, "point loss 450 0.5 @1");
    probe_expect(p, "point loss 460 0.25 @1");
    probe_expect(p, "point memory 460 570 @1");
    probe_expect(p, "point data_time 470 0.03125 @1");
    probe_expect(p, "point loss 480 0.75 @1");
    assert_int_equal(p->points, 9); /* with the rate of the last three */
    probe_close(p);
}

static void a_bar_tells_its_pace(void **unused)
{
    (void)unused;
    WITH("\r  1%| | 1/100 [00:00<00:00, 90000.25it/s, loss=0.5]\r  2%| | 2/100 [00:00<00:06, 16.50it/s, loss=0.25]"
         "\r  3%| | 3/100 [00:04<06:28,  4.00s/it, loss=0.125]\r  4%| | 4/100 [00:04<?, ?it/s, loss=0.75]\n",
         p);
    probe_expect(p, "point it/s 2 16.5 @1");
    probe_expect(p, "point it/s 3 0.25 @1");
    assert_int_equal(p->points, 6); /* the first batch of a bar was timed from nowhere */
    probe_close(p);
}

static void an_evaluation_below_the_bar_of_an_epoch_stands_at_its_step(void **unused)
{
    (void)unused;
    WITH("\rEpoch 0:  40%|#| 4/10 [00:00<00:00, 9.0it/s, loss=0.5]\nval_loss: 0.75\n"
         "\rEpoch 0:  80%|#| 8/10 [00:00<00:00, 9.0it/s, loss=0.25]\nval_loss: 0.625\n"
         "\rEpoch 1:  20%|#| 2/10 [00:00<00:00, 9.0it/s, loss=0.125]\nval_loss: 0.5\n",
         p);
    probe_expect(p, "point val_loss 4 0.75 @2");
    probe_expect(p, "point val_loss 8 0.625 @4");
    probe_expect(p, "point loss 12 0.125 @5");
    probe_expect(p, "point val_loss 12 0.5 @6");
    probe_close(p);
}

/* Of most epochs nothing is logged: a count that is higher in a later one does not go on from the one before. */
static void a_bar_drawn_at_0_counts_its_own_epoch(void **unused)
{
    (void)unused;
    WITH("\rEpoch 4:   0%| | 0/6 [00:00<?, ?it/s]\rEpoch 4:  17%|#| 1/6 [00:00<00:00, 9.0it/s, loss=0.5]\n"
         "\rEpoch 8:   0%| | 0/6 [00:00<?, ?it/s]\rEpoch 8:  33%|#| 2/6 [00:00<00:00, 9.0it/s, loss=0.25]\n",
         p);
    probe_expect(p, "point loss 19 0.5 @1");
    probe_expect(p, "point loss 44 0.25 @2");
    probe_close(p);
}

/* live - a log that goes on: what is told while more may come. */
static struct probe *live(const char *doc)
{
    struct probe *p = probe_open(format_by_name("text"), PROBE_ARENA_BYTES);
    probe_feed(p, span_of(doc), 0);
    str_add(&p->text, "");
    return p;
}

static void a_bar_that_ends_its_line_is_told_at_once(void **unused)
{
    (void)unused;
    struct probe *p =
        live("\r 98%|## | 59/60 [00:01<00:00, 50.0it/s, loss=0.5]\r100%|###| 60/60 [00:01<00:00, 50.0it/s, loss=0.25]\n");
    probe_expect(p, "point loss 59 0.5 @1");
    probe_expect(p, "point loss 60 0.25 @1");
    probe_close(p);
    p = live("\r100%|###| 60/60 [00:01<00:00, 50.0it/s, loss=0.25]"); /* may be drawn again */
    assert_int_equal(p->points, 0);
    probe_close(p);
}

/* Lightning leaves the line to draw the bar of its validation below it, and comes back. */
static void a_bar_that_is_come_back_to_repeats_nothing(void **unused)
{
    (void)unused;
    WITH("\rEpoch 1: 100%|##| 20/20 [00:00<00:00, 249.4it/s, loss=0.5, val_loss=0.75]\n"
         "\rValidation: |   | 0/? [00:00<?, ?it/s]\x1b[A\n\r        \x1b[A"
         "\rEpoch 1: 100%|##| 20/20 [00:00<00:00, 233.0it/s, loss=0.5, val_loss=0.75]\r\n",
         p);
    probe_expect(p, "point loss 20 0.5 @1");
    probe_expect(p, "point val_loss 20 0.75 @3");
    assert_int_equal(p->points, 3); /* the validation gave the same value: it counts */
    probe_close(p);
}

static void lines_count_newlines_only(void **unused)
{
    (void)unused;
    WITH("a\rb\rstep 1 loss 0.5\r\nstep 2 loss 0.25\rstep 3 loss 0.125", p);
    probe_expect(p, "point loss 1 0.5 @1");
    probe_expect(p, "point loss 2 0.25 @2");
    probe_expect(p, "point loss 3 0.125 @2");
    probe_close(p);
}

/* Tianshou: a bar is an epoch, and its values tell the steps of the whole run. */
static void a_bar_may_tell_the_steps_of_the_run(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("text", "Epoch #1: 1001it [00:01, 610.25it/s, env_step=1000, len=20, loss=0.5, n/ep=3, n/st=10, rew=21.5]\n"
                           "Epoch #1: test_reward: 40.500000 \xC2\xB1 4.5, best_reward: 40.5 \xC2\xB1 4.5 in #1\n"
                           "Epoch #2: 1001it [00:01, 610.25it/s, env_step=2000, len=40, loss=0.25, n/ep=2, n/st=10, rew=41.5]\n"
                           "Epoch #2: test_reward: 60.500000 \xC2\xB1 4.5, best_reward: 60.5 \xC2\xB1 4.5 in #2\n");
    probe_expect(p, "point loss 1000 0.5 @1");
    probe_expect(p, "point loss 2000 0.25 @3");
    probe_expect(p, "point rew 2000 41.5 @3");
    probe_refuse(p, "series env_step");
    probe_close(p);
}

/* tqdm's callback for Keras: the bar counts epochs, and a held-out value that stays the same is one of each of them. */
static void a_bar_of_epochs_tells_all_values_of_each(void **unused)
{
    (void)unused;
    WITH("\r  0%|    | 0/3 [00:00<?, ?epoch/s]"
         "\r 33%|#   | 1/3 [00:02<00:04,  2.25s/epoch, loss=9.25, val_loss=9.5]"
         "\r 67%|##  | 2/3 [00:04<00:02,  2.25s/epoch, loss=9.25, val_loss=9.5]"
         "\r100%|####| 3/3 [00:06<00:00,  2.25s/epoch, loss=9.25, val_loss=9.5]"
         "\r100%|####| 3/3 [00:06<00:00,  2.20s/epoch, loss=9.25, val_loss=9.5]\n",
         p);
    probe_expect(p, "series val_loss epoch");
    probe_expect(p, "point val_loss 1 9.5 @1");
    probe_expect(p, "point val_loss 2 9.5 @1");
    probe_expect(p, "point val_loss 3 9.5 @1");
    assert_int_equal(p->points, 6);
    probe_close(p);
}

/* Two trainings of two epochs each, of another number of batches. */
static void a_second_training_below_the_first_counts_from_its_beginning(void **unused)
{
    (void)unused;
#define BAR(half, n, loss)                                                                                                       \
    "\rT:  50%|##  | " half "/" n " [00:02<00:02, 2.0it/s, loss=9]\rT: 100%|####| " n "/" n " [00:04<00:00, 2.0it/s, loss=" loss \
    "]\n"
    WITH("Epoch 1/2\n" BAR("2", "4", "0.5") "Epoch 2/2\n" BAR("2", "4", "0.25") "Epoch 1/2\n" BAR(
             "3", "6", "0.625") "Epoch 2/2\n" BAR("3", "6", "0.125"),
         p);
    probe_expect(p, "point loss 8 0.25 @4");
    probe_expect(p, "point loss 6 0.625 @6");
    probe_expect(p, "point loss 12 0.125 @8");
    probe_refuse(p, "point loss 10 ");
    probe_close(p);
#undef BAR
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keras_epoch_cut_before_its_newline_counts_when_its_bar_is_complete),
        cmocka_unit_test(trainer_dicts_take_their_step_from_the_bar),
        cmocka_unit_test(only_the_complete_keras_bar_is_the_epoch),
        cmocka_unit_test(each_redraw_of_a_bar_is_a_record_once),
        cmocka_unit_test(an_evaluation_below_the_bar_of_an_epoch_stands_at_its_step),
        cmocka_unit_test(a_bar_drawn_at_0_counts_its_own_epoch),
        cmocka_unit_test(a_bar_that_was_cut_by_the_terminal_loses_what_was_cut),
        cmocka_unit_test(a_bar_tells_its_pace),
        cmocka_unit_test(a_bar_that_ends_its_line_is_told_at_once),
        cmocka_unit_test(a_bar_that_is_come_back_to_repeats_nothing),
        cmocka_unit_test(lines_count_newlines_only),
        cmocka_unit_test(a_bar_may_tell_the_steps_of_the_run),
        cmocka_unit_test(a_bar_of_epochs_tells_all_values_of_each),
        cmocka_unit_test(a_second_training_below_the_first_counts_from_its_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
