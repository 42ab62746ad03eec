/* test_text_lines - records that take several lines: dicts that are printed broken, metrics below a line that counts; and a count in the
 * middle of a line. Made up; shapes are those of pprint, json.dumps, MosaicML's Composer and PyTorch's first tutorial. */
#include "text_probe.h"

static void a_dict_printed_over_several_lines_is_one_record(void **unused)
{
    (void)unused;
    WITH("{'epoch': 0.5,\n 'grad_norm': 1.5,\n 'lr': 0.002,\n 'step': 40,\n 'train_loss': 0.75}\n{'step': 40, 'valid_loss': "
         "0.875}\n",
         p);
    probe_expect(p, "series train_loss step");
    probe_expect(p, "point train_loss 40 0.75 @1");
    probe_expect(p, "point grad_norm 40 1.5 @1");
    probe_expect(p, "point lr 40 0.002 @1");
    probe_expect(p, "point valid_loss 40 0.875 @6");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void so_is_an_indented_object(void **unused)
{
    (void)unused;
    WITH("{\n  \"step\": 8,\n  \"loss\": 2.5\n}\n{\n  \"step\": 16,\n  \"loss\": NaN\n}\n", p);
    probe_expect(p, "point loss 8 2.5 @1");
    probe_expect(p, "point loss 16 NaN @5");
    probe_close(p);
}

static void a_list_among_the_values_does_not_end_it(void **unused)
{
    (void)unused;
    WITH("{'betas': [0.9,\n           0.95],\n 'name': 'a } in quotes',\n 'step': 4,\n 'loss': 1.5}\n", p);
    probe_expect(p, "point loss 4 1.5 @1");
    probe_close(p);
}

static void settings_over_several_lines_stay_settings(void **unused)
{
    (void)unused;
    WITH("{\n  \"learning_rate\": 0.003,\n  \"model\": {\n    \"width\": 64\n  }\n}\nstep 1 loss 2.5\n", p);
    probe_expect(p, "fact learning_rate=0.003");
    probe_expect(p, "fact model/width=64");
    probe_expect(p, "point loss 1 2.5 @7");
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void what_breaks_off_hides_no_line(void **unused)
{
    (void)unused;
    WITH("{'step': 4,\nstep 5 loss 2.5\n{'step': 6,\n{'step': 7,\n 'loss': 1.5}\nstep 8 loss 1\n", p);
    probe_expect(p, "point loss 5 2.5 @2");
    probe_expect(p, "point loss 7 1.5 @4");
    probe_expect(p, "point loss 8 1 @6");
    probe_close(p);
}

static void a_dict_without_end_is_given_up(void **unused)
{
    (void)unused;
    struct str log = {0};
    str_add(&log, "{'step': 1,\n");
    for (int i = 0; i < 200; i++) str_addf(&log, " 'value %d': %d,\n", i, i);
    str_add(&log, "step 9 loss 0.5\n");
    WITH(log.p, p);
    probe_expect(p, "point loss 9 0.5 @202");
    probe_close(p);
    str_done(&log);
}

static void metrics_stand_below_the_batch_that_counts_them(void **unused)
{
    (void)unused;
    WITH("[batch=20/90]:\n\t Train time/batch: 19.0000\n\t Train loss/train/total: 1.5000\n\t Train lr-AdamW/group0: 1.0000e-03\n"
         "[Eval batch=1/4] Eval on eval data\n[Eval batch=4/4] Eval on eval data:\n\t Eval metrics/eval/CrossEntropy: 1.7500\n"
         "[batch=40/90]:\n\t Train time/batch: 39.0000\n\t Train loss/train/total: nan\n",
         p);
    probe_expect(p, "series loss/train/total step");
    probe_expect(p, "point loss/train/total 20 1.5 @3");
    probe_expect(p, "point lr-AdamW/group0 20 0.001 @4");
    probe_expect(p, "point metrics/eval/CrossEntropy 20 1.75 @7");
    probe_expect(p, "point loss/train/total 40 NaN @10");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void batches_of_an_epoch_go_on_in_the_next(void **unused)
{
    (void)unused;
    WITH("[epoch=1][batch=10/10]:\n\t Train loss/train/total: 1.5\n[epoch=2][batch=5/10]:\n\t Train loss/train/total: 1.25\n", p);
    probe_expect(p, "point loss/train/total 10 1.5 @2");
    probe_expect(p, "point loss/train/total 15 1.25 @4");
    probe_close(p);
}

static void a_training_may_be_as_long_as_its_tokens(void **unused)
{
    (void)unused;
    WITH("[token=2048/90000]:\n\t Train loss/train/total: 1.5\n[token=4096/90000]:\n\t Train loss/train/total: 1.25\n", p);
    probe_expect(p, "point loss/train/total 4096 1.25 @4");
    probe_close(p);
}

static void a_step_may_be_a_heading_too(void **unused)
{
    (void)unused;
    WITH("Step 200:\n  loss: 1.5\n  lr: 0.01\nStep 400:\n  loss: 1.25\n  lr: 0.005\n", p);
    probe_expect(p, "point loss 200 1.5 @2");
    probe_expect(p, "point lr 400 0.0050000000000000001 @6");
    probe_close(p);
}

static void a_heading_without_metrics_counts_nothing(void **unused)
{
    (void)unused;
    WITH("Step 3:\nrun the program\nloss: 2.5 acc: 0.25\nloss: 2 acc: 0.5\nloss: 1.5 acc: 0.75\n", p);
    probe_expect(p, "point loss 1 2.5 @3");
    probe_expect(p, "point loss 3 1.5 @5");
    probe_close(p);
}

static void a_count_in_brackets_may_stand_in_the_middle(void **unused)
{
    (void)unused;
    WITH("Epoch 1\n-------------------------------\nloss: 2.500000  [   64/  192]  grad_norm: 0.5  lr: 0.01\n"
         "loss: 2.250000  [  192/  192]  grad_norm: 0.25  lr: 0.01\nTest Error: \n Accuracy: 34.0%, Avg loss: 1.875000 \n\n"
         "Epoch 2\n-------------------------------\nloss: 2.000000  [   64/  192]  grad_norm: 0.5  lr: 0.01\n",
         p);
    probe_expect(p, "point loss 64 2.5 @3");
    probe_expect(p, "point grad_norm 192 0.25 @4");
    probe_expect(p, "point test loss 192 1.875 @6");
    probe_expect(p, "point test Accuracy 192 34 @6");
    probe_expect(p, "point loss 256 2 @10");
    probe_expect(p, "point lr 256 0.01 @10");
    probe_close(p);
}

static void a_heading_may_count_behind_what_a_logger_puts_in_front(void **state)
{
    (void)state;
    WITH("2026-01-05 10:00:00.388\thost:0\tolmo.train:987\tINFO\t[step=15/900,epoch=0]\n    train/CrossEntropyLoss=2.5\n"
         "    optim/total_grad_norm=1.5\n2026-01-05 10:00:01.388\thost:0\tolmo.train:987\tINFO\t[step=15/900,epoch=0]\n"
         "    eval/validation/CrossEntropyLoss=2.25\n2026-01-05 "
         "10:00:02.388\thost:0\tolmo.train:987\tINFO\t[step=30/900,epoch=0]\n"
         "    train/CrossEntropyLoss=nan\n",
         p);
    probe_expect(p, "series train/CrossEntropyLoss step");
    probe_expect(p, "point train/CrossEntropyLoss 15 2.5 @2");
    probe_expect(p, "point optim/total_grad_norm 15 1.5 @3");
    probe_expect(p, "point eval/validation/CrossEntropyLoss 15 2.25 @5");
    probe_expect(p, "point train/CrossEntropyLoss 30 NaN @7");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void what_is_in_a_dict_within_has_its_name_in_front(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("text", "{'epoch': 1, 'train': {'loss': 2.5, 'acc': 0.25}, 'val': {'loss': 2.25}}\n"
                                         "{'epoch': 2, 'train': {'loss': 1.5, 'acc': 0.5}, 'val': {'loss': 1.75}}\n");
    probe_expect(p, "point train/loss 1 2.5 @1");
    probe_expect(p, "point train/acc 2 0.5 @2");
    probe_expect(p, "point val/loss 2 1.75 @2");
    probe_close(p);
}

static void settings_within_a_dict_are_no_record(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("text", "{'epoch': 0, 'optim': {'lr': 0.5, 'batch_size': 32}, 'model': {'loss': 0.5}}\n"
                                         "Epoch 1: {'loss': 0.5, 'data': {'batch_size': 8}}\n"
                                         "{'epoch': 2, 'a': {'b': {'c': {'loss': 0.5}}}}\n");
    probe_refuse(p, "point");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_in_a_dict_within_has_its_name_in_front),
        cmocka_unit_test(settings_within_a_dict_are_no_record),
        cmocka_unit_test(a_dict_printed_over_several_lines_is_one_record),
        cmocka_unit_test(so_is_an_indented_object),
        cmocka_unit_test(a_list_among_the_values_does_not_end_it),
        cmocka_unit_test(settings_over_several_lines_stay_settings),
        cmocka_unit_test(what_breaks_off_hides_no_line),
        cmocka_unit_test(a_dict_without_end_is_given_up),
        cmocka_unit_test(metrics_stand_below_the_batch_that_counts_them),
        cmocka_unit_test(batches_of_an_epoch_go_on_in_the_next),
        cmocka_unit_test(a_training_may_be_as_long_as_its_tokens),
        cmocka_unit_test(a_step_may_be_a_heading_too),
        cmocka_unit_test(a_heading_without_metrics_counts_nothing),
        cmocka_unit_test(a_count_in_brackets_may_stand_in_the_middle),
        cmocka_unit_test(a_heading_may_count_behind_what_a_logger_puts_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
