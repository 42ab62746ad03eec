/* text: the lines of loops that name their losses in few words or none - build-nanogpt, Glue Factory, sums of terms - and what stands before them. */
#include "text_probe.h"

static void a_count_a_word_and_a_number_are_a_record(void **unused)
{
    (void)unused;
    WITH("0 val 10.5\n0 hella 0.25\n0 train 10.625000\n1 train 9.5\n250 val 6.25\n250 hella 0.375\n250 train nan\n", p);
    probe_expect(p, "point valid loss 0 10.5 @1");
    probe_expect(p, "point loss 1 9.5 @4");
    probe_expect(p, "point valid hella accuracy 250 0.375 @6");
    probe_expect(p, "point loss 250 NaN @7");
    assert_int_equal(p->points, 7);
    probe_close(p);
    no_points("10 train 5000\n2 val 300\n12 tests 0.5\n");
}

static void glue_factorys_losses_stand_in_braces(void **unused)
{
    (void)unused;
    WITH("[01/05/2026 10:00:01 gluefactory INFO] [E 0 | it 0] loss {total 2.500E+00, last 1.250E+00}\n"
         "[01/05/2026 10:01:01 gluefactory INFO] [E 0 | it 100] loss {total 2.250E+00, last 1.125E+00}\n"
         "[01/05/2026 10:02:01 gluefactory INFO] [Validation] {match_recall 7.500E-01, loss/total 2.375E+00}\n"
         "[01/05/2026 10:03:01 gluefactory INFO] [E 1 | it 0] loss {total 1.750E+00, last 1.500E+00}\n",
         p);
    probe_expect(p, "point loss/total 0 2.5 @1");
    probe_expect(p, "point loss/last 100 1.125 @2");
    probe_expect(p, "point valid match_recall 100 0.75 @3");
    probe_expect(p, "point valid loss/total 100 2.375 @3");
    assert_int_equal(p->points, 8);
    probe_close(p);
    no_points("[Validation] {set: val, size 100}\n[E 0 | it 100] loss {weights}\n{first 0.5, second 1.5}\n");
}

static void a_total_in_front_of_its_terms_is_the_loss(void **unused)
{
    (void)unused;
    WITH("[Adam] ep=   20  total=3.850e+00  PDE=2.600e-01 [colloc=2.500e-01, cfd=1.000e-02] (w=2.231)  BC=7.250e-01 (w=1.360)\n"
         "[Adam] ep=   40  total=1.250e+00  PDE=1.250e-01 [colloc=1.000e-01, cfd=2.500e-02] (w=1.750)  BC=1.500e-01 (w=1.250)\n",
         p);
    probe_expect(p, "point total loss 20 3.8500000000000001 @1");
    probe_expect(p, "point total loss 40 1.25 @2");
    probe_expect(p, "point BC 40 0.14999999999999999 @2");
    probe_close(p);
    struct probe *q = probe_text("text", "step 10: loss=0.5, total=1.5, aux=0.25, z=0.125\n");
    probe_refuse(q, "total");
    probe_close(q);
}

static void both_parts_of_the_data_side_by_side_are_a_record(void **unused)
{
    (void)unused;
    WITH("[    0/4000]   0.0%   train=4.9250   val=4.9375   elapsed=31s     ETA=0s      best!\n"
         "[  250/4000]   6.2%   train=2.1250   val=2.1875   elapsed=206s    ETA=3901s   best!\n",
         p);
    probe_expect(p, "point train loss 250 2.125 @2");
    probe_expect(p, "point valid loss 250 2.1875 @2");
    probe_close(p);
    no_points("[1/3] split: train=4000 val=500\n[2/3] images train: 400, val: 50\n");
}

/* A much copied loop around a BERT: what the mean below a validation loss is of, its own words say. */
static void a_mean_of_training_is_none_of_the_validation_above_it(void **unused)
{
    (void)unused;
    WITH("\n======== Epoch 1 / 4 ========\nTraining...\n  Batch    40  of    241.    Elapsed: 0:00:08.\n\n"
         "  Average training loss: 0.50\n  Training epoch took: 0:00:47\n\nRunning Validation...\n  Accuracy: 0.75\n  Validation "
         "Loss: 0.5\n"
         "\n======== Epoch 2 / 4 ========\nTraining...\n  Batch    40  of    241.    Elapsed: 0:00:08.\n\n"
         "  Average training loss: 0.25\n  Training epoch took: 0:00:47\n\nRunning Validation...\n  Accuracy: 0.75\n  Validation "
         "Loss: 0.375\n",
         p);
    probe_expect(p, "point training loss 1 0.5 @6");
    probe_expect(p, "point training loss 2 0.25 @17");
    probe_expect(p, "point Validation Loss 2 0.375 @22");
    probe_close(p);
}

static void what_counts_far_is_the_step_whatever_it_is_called(void **unused)
{
    (void)unused;
    WITH("[2026-01-05 10:00:01] Task [8/20000], Train Loss: 3.5, Train Accuracy: 0.625, Used Groups: [('a_1',), ('b_2',)]\n"
         "[2026-01-05 10:00:09] Task [16/20000], Train Loss: 3.25, Train Accuracy: 0.75, Used Groups: [('c',), ('d_4',)]\n",
         p);
    probe_expect(p, "point Train Loss 8 3.5 @1 t1767607201.000");
    probe_expect(p, "point Train Accuracy 16 0.75 @2 t1767607209.000");
    assert_int_equal(p->points, 4);
    probe_close(p);
    WITH("Fold 1/5, loss: 0.5\nFold 2/5, loss: 0.25\nFold 3/5, loss: 0.5\nFold 4/5, loss: 0.25\nFold 5/5, loss: 0.5\n", q);
    probe_expect(q, "series loss record");
    probe_close(q);
}

static void the_mark_of_utf_8_is_no_part_of_the_first_line(void **unused)
{
    (void)unused;
    WITH("\xEF\xBB\xBF"
         "Epoch 1/3 | Loss: 2.5\nEpoch 2/3 | Loss: 1.5\n",
         p);
    probe_expect(p, "point Loss 1 2.5 @1");
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void training_before_a_dash_is_told_as_validation_is(void **unused)
{
    (void)unused;
    WITH("Epoch 1/2\n  Train - Loss: 2.5, Acc: 0.25\n  Val   - Loss: 2.75, Acc: 0.125\n"
         "Epoch 2/2\n  Train - Loss: 1.5, Acc: 0.5\n  Val   - Loss: 1.75, Acc: 0.375\n",
         p);
    probe_expect(p, "point Loss 2 1.5 @5");
    probe_expect(p, "point Acc 2 0.5 @5");
    probe_expect(p, "point valid Loss 2 1.75 @6");
    assert_int_equal(p->points, 8);
    probe_close(p);
}

static void a_tab_may_part_a_name_and_its_value(void **unused)
{
    (void)unused;
    WITH("Epoch 1\nTrain loss\t2.5\nValid loss\t2.75\n\nEpoch 2\nTrain loss\t1.5\nValid loss\t1.75\n", p);
    probe_expect(p, "point Train loss 2 1.5 @6");
    probe_expect(p, "point Valid loss 2 1.75 @7");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void an_error_in_per_cent_needs_no_sign(void **unused)
{
    (void)unused;
    WITH("epoch 1  training:  loss 2.5  err 67.5%   testing: loss 2.75  err 69.5%\n", p);
    probe_expect(p, "point err 1 67.5 @1");
    probe_expect(p, "point test err 1 69.5 @1");
    probe_close(p);
}

static void the_rewards_of_the_last_episodes_stand_below_the_update(void **unused)
{
    (void)unused;
    WITH("Updates 10, num timesteps 5632, FPS 500 \n Last 10 training episodes: mean/median reward 1.5/1.0, min/max reward "
         "0.0/3.0\n\n"
         "Updates 20, num timesteps 10752, FPS 505 \n Last 10 training episodes: mean/median reward 2.5/2.0, min/max reward "
         "1.0/5.0\n\n",
         p);
    probe_expect(p, "point mean reward 5632 1.5 @2");
    probe_expect(p, "point median reward 10752 2 @5");
    probe_close(p);
}

static void an_evaluation_before_the_training_stands_at_its_first_step(void **unused)
{
    (void)unused;
    WITH("total desired batch size: 524288\nvalidation loss: 10.5\nquiz accuracy: 25/100=0.25\n"
         "step     0 | loss: 10.25 | lr 1.0e-04 | norm: 1.5\nstep     1 | loss: 10.0 | lr 1.0e-04 | norm: 1.5\n"
         "validation loss: 9.5\nquiz accuracy: 50/100=0.5\n",
         p);
    probe_expect(p, "point validation loss 0 10.5 @2");
    probe_expect(p, "point valid quiz accuracy 0 0.25 @3");
    probe_expect(p, "point valid quiz accuracy 1 0.5 @7");
    probe_close(p);
    WITH("validation loss: 1.5\nstep  5000 | loss: 1.25 | lr 1.0e-04\n", resumed); /* of the checkpoint it goes on from */
    probe_refuse(resumed, "point validation loss");
    probe_close(resumed);
}

static void a_word_between_stars_is_no_evaluation(void **unused)
{
    (void)unused;
    WITH("*Run7-2035* Steps 10, Loss 2.5\n*Run7-2035* Steps 20, Loss 1.5\n", p);
    probe_expect(p, "point Loss 20 1.5 @2");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_a_word_and_a_number_are_a_record),
        cmocka_unit_test(glue_factorys_losses_stand_in_braces),
        cmocka_unit_test(a_total_in_front_of_its_terms_is_the_loss),
        cmocka_unit_test(both_parts_of_the_data_side_by_side_are_a_record),
        cmocka_unit_test(a_mean_of_training_is_none_of_the_validation_above_it),
        cmocka_unit_test(what_counts_far_is_the_step_whatever_it_is_called),
        cmocka_unit_test(training_before_a_dash_is_told_as_validation_is),
        cmocka_unit_test(a_tab_may_part_a_name_and_its_value),
        cmocka_unit_test(an_error_in_per_cent_needs_no_sign),
        cmocka_unit_test(the_rewards_of_the_last_episodes_stand_below_the_update),
        cmocka_unit_test(an_evaluation_before_the_training_stands_at_its_first_step),
        cmocka_unit_test(a_word_between_stars_is_no_evaluation),
        cmocka_unit_test(the_mark_of_utf_8_is_no_part_of_the_first_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
