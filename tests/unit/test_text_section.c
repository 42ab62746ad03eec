/* test_text_section - lines that tell training and held-out data side by side. A name that stands twice in a line is two series; what
 * stands once is told as it is. Numbers are made up. */
#include "text_probe.h"

static void a_name_told_twice_is_of_the_part_it_stands_in(void **state)
{
    (void)state;
    WITH("Epoch 3 | Train Loss: 0.5 | Acc: 0.75 | Val Loss: 0.625 | Acc: 0.5\n", p);
    probe_expect(p, "point Acc 3 0.75 @1");
    probe_expect(p, "point valid Acc 3 0.5 @1");
    probe_refuse(p, "point Acc 3 0.5");
    probe_close(p);
    WITH("[003/030] Train Acc: 0.75 Loss: 0.5 | Val Acc: 0.5 loss: 0.625\n", q);
    probe_expect(q, "point Loss 3 0.5 @1");
    probe_expect(q, "point valid loss 3 0.625 @1");
    probe_close(q);
}

static void a_word_in_front_of_brackets_says_what_they_are_of(void **state)
{
    (void)state;
    WITH("Epoch: 3   Train: (loss = 0.5, acc = 75.5)   Test: (loss = 0.625, acc = 50.5)\n", p);
    probe_expect(p, "point loss 3 0.5 @1");
    probe_expect(p, "point test loss 3 0.625 @1");
    probe_expect(p, "point test acc 3 50.5 @1");
    probe_close(p);
    WITH("Epoch 3: train (loss 0.5, acc 0.75) val (loss 0.625, acc 0.5)\n", q);
    probe_expect(q, "point acc 3 0.75 @1");
    probe_expect(q, "point valid acc 3 0.5 @1");
    probe_close(q);
}

static void a_name_told_once_is_of_no_part(void **state)
{
    (void)state;
    WITH("Epoch 3 | Train Loss: 0.5 | Val Loss: 0.625 | LR: 0.25 | Acc: 0.75\n", p);
    probe_expect(p, "point LR 3 0.25 @1");
    probe_expect(p, "point Acc 3 0.75 @1");
    probe_close(p);
}

static void a_bracket_that_names_its_part_and_counts_is_a_record(void **state)
{
    (void)state;
    WITH("[ Train | 001/030 ] loss = 2.5, acc = 0.25\n[ Valid | 001/030 ] loss = 2.75, acc = 0.125\n"
         "[ Train | 002/030 ] loss = 1.5, acc = 0.5\n[ Valid | 002/030 ] loss = 1.75, acc = 0.375\n",
         p);
    probe_expect(p, "point loss 2 1.5 @3");
    probe_expect(p, "point valid loss 2 1.75 @4");
    probe_expect(p, "point valid acc 1 0.125 @2");
    probe_refuse(p, "point loss 2 1.75");
    probe_close(p);
    WITH("[ Valid | 001/030 ] loss = 2.75, acc = 0.125\n[ Valid | 002/030 ] loss = 1.75, acc = 0.375\n", q);
    probe_expect(q, "point valid loss 1 2.75 @1");
    probe_expect(q, "point valid loss 2 1.75 @2");
    probe_close(q);
}

static void parts_alone_beside_a_loss_are_its_scores(void **state)
{
    (void)state;
    WITH("Epoch: 003, Loss: 0.5, Train: 0.875, Val: 0.75, Test: 0.625\n", p);
    probe_expect(p, "point Loss 3 0.5 @1");
    probe_expect(p, "point train acc 3 0.875 @1");
    probe_expect(p, "point valid acc 3 0.75 @1");
    probe_expect(p, "point test acc 3 0.625 @1");
    probe_close(p);
}

static void a_part_that_stands_alone_in_front_is_of_the_whole_line(void **state)
{
    (void)state;
    WITH("Epoch 3 | train | loss: 0.5 | acc: 0.75\nEpoch 3 | val | loss: 0.625 | acc: 0.5\n", p);
    probe_expect(p, "point loss 3 0.5 @1");
    probe_expect(p, "point valid loss 3 0.625 @2");
    probe_expect(p, "point valid acc 3 0.5 @2");
    probe_close(p);
}

static void two_values_of_a_name_are_no_fraction(void **state)
{
    (void)state;
    WITH("Epoch 3 train/val loss: 0.5/0.75\n", p);
    probe_expect(p, "point loss 3 0.5 @1");
    probe_expect(p, "point valid loss 3 0.75 @1");
    probe_close(p);
}

static void what_training_came_to_stands_below_its_last_batch(void **state)
{
    (void)state;
    WITH("Training epoch 1:  50%|#####     | 5/10 [00:05<00:05, 1.0it/s, loss=2.5]\n"
         "Training epoch 1: 100%|##########| 10/10 [00:10<00:00, 1.0it/s, loss=1.5]\nTraining Loss: 2.0\nValidation Loss: 1.75\n",
         p);
    probe_expect(p, "point Training Loss 10 2 @3");
    probe_expect(p, "point Validation Loss 10 1.75 @4");
    probe_close(p);
}

static void evaluations_alone_follow_each_other(void **state)
{
    (void)state;
    WITH("Test set: Average loss: 2.5, Accuracy: 25/100 (25%)\nTest set: Average loss: 1.5, Accuracy: 50/100 (50%)\n"
         "Test set: Average loss: 0.5, Accuracy: 75/100 (75%)\nTest set: Average loss: 0.25, Accuracy: 75/100 (75%)\n",
         p);
    probe_expect(p, "point test loss 1 2.5 @1");
    probe_expect(p, "point test loss 3 0.5 @3");
    probe_expect(p, "point test loss 4 0.25 @4");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_told_twice_is_of_the_part_it_stands_in),
        cmocka_unit_test(a_word_in_front_of_brackets_says_what_they_are_of),
        cmocka_unit_test(a_name_told_once_is_of_no_part),
        cmocka_unit_test(a_bracket_that_names_its_part_and_counts_is_a_record),
        cmocka_unit_test(parts_alone_beside_a_loss_are_its_scores),
        cmocka_unit_test(a_part_that_stands_alone_in_front_is_of_the_whole_line),
        cmocka_unit_test(two_values_of_a_name_are_no_fraction),
        cmocka_unit_test(what_training_came_to_stands_below_its_last_batch),
        cmocka_unit_test(evaluations_alone_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
