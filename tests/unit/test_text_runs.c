/* test_text_runs - several runs appended to one console log, and lines that are no records of the training loop. Made up; shapes are real. */
#include "text_probe.h"

/* epochs - a run of `n` epochs, each a heading and three bare records that fall from `top`. */
static void epochs(struct str *log, int n, double top)
{
    for (int e = 1; e <= n; e++) {
        str_addf(log, "10:00:00 INFO: Epoch %d/%d\n", e, n);
        for (int i = 0; i < 3; i++) str_addf(log, "10:00:01 INFO: Average training loss: %.4f\n", top / (3 * (e - 1) + i + 1));
    }
}

static void numbered_records_begin_again_with_the_epochs(void **unused)
{
    (void)unused;
    struct str log = {0};
    epochs(&log, 4, 2), epochs(&log, 4, 3);
    WITH(log.p, p);
    probe_expect(p, "point training loss 12 0.16669999999999999 @16");
    probe_expect(p, "point training loss 1 3 @18");
    probe_expect(p, "point training loss 12 0.25 @32");
    probe_close(p);
    str_done(&log);
}

static void a_run_that_died_early_ends_where_the_next_is_said_to_start(void **unused)
{
    (void)unused;
    struct str log = {0};
    epochs(&log, 3, 2);
    str_add(&log, "Starting training for 3 epochs\nEpoch 1/3\nAverage training loss: 4\nAverage training loss: 3\n"
                  "Starting training for 3 epochs\nEpoch 1/3\nAverage training loss: 8\n");
    WITH(log.p, p);
    probe_expect(p, "point training loss 1 4 @15");
    probe_expect(p, "point training loss 2 3 @16");
    probe_expect(p, "point training loss 1 8 @19");
    probe_close(p);
    str_done(&log);
}

static void the_epochs_of_an_inner_loop_are_no_runs(void **unused)
{
    (void)unused;
    struct str log = {0};
    for (int task = 0; task < 4; task++) epochs(&log, 2, 2);
    WITH(log.p, p);
    probe_expect(p, "point training loss 7 2 @10");
    probe_close(p);
    str_done(&log);
}

static void an_epoch_that_counts_its_batches_tells_how_many(void **unused)
{
    (void)unused;
    WITH("Epoch: [0/9] Iter:[0/78], Loss: 5.5\nEpoch: [0/9] Iter:[40/78], Loss: 4.5\nEpoch: [1/9] Iter:[0/78], Loss: 3.5\n"
         "Epoch: [2/9] Iter:[0/78], Loss: 3\n",
         p);
    probe_expect(p, "fact steps_per_epoch=78");
    assert_int_equal(p->facts, 1);
    probe_close(p);
}

static void a_score_on_the_way_through_the_images_is_none(void **unused)
{
    (void)unused;
    WITH("Epoch 3, loss: 0.5\nSample 1, validation pixAcc: 95.1%, mIoU: 33.2%\nSample 2, validation pixAcc: 93.8%, mIoU: 39.7%\n"
         "Epoch: 3 Evaluation finished! Average: validation pixAcc: 94.4%, mIoU: 60.8%\n",
         p);
    probe_refuse(p, "@2");
    probe_refuse(p, "@3");
    probe_expect(p, "point validation pixAcc 3 94.400000000000006 @4");
    probe_close(p);
}

static void what_a_name_is_stands_before_is(void **unused)
{
    (void)unused;
    WITH("[Epoch 4 640/1280][Iteration 45] Throughput is 408.4 records/second. Loss is 1.25. Current learning rate is 0.5\n"
         "Epoch 4, val loss is 0.75, val mse is 0.5\n",
         p);
    probe_expect(p, "point Loss 45 1.25 @1");
    probe_expect(p, "point val loss 4 0.75 @2");
    probe_close(p);
}

static void the_place_of_a_logger_is_no_part_of_its_message(void **unused)
{
    (void)unused;
    WITH("2031-03-04 10:00:00,100 - loop.py[line:88] - INFO: Epoch 2 --- train loss : 0.5\n", p);
    probe_expect(p, "point train loss 2 0.5 @1 t1930384800.100");
    assert_int_equal(p->n_series, 1);
    probe_close(p);
}

static void reports_of_metrics_end_a_run_in_good_order(void **unused)
{
    (void)unused;
    WITH("{'loss': 0.5, 'epoch': 1.0}\n***** predict metrics *****\n  predict_runtime = 0:01:02.0\n", p);
    probe_expect(p, "event finished @2 ***** predict metrics *****");
    probe_close(p);
    WITH("***** Running training *****\n", q);
    assert_int_equal(q->events, 0);
    probe_close(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbered_records_begin_again_with_the_epochs),
        cmocka_unit_test(a_run_that_died_early_ends_where_the_next_is_said_to_start),
        cmocka_unit_test(the_epochs_of_an_inner_loop_are_no_runs),
        cmocka_unit_test(an_epoch_that_counts_its_batches_tells_how_many),
        cmocka_unit_test(a_score_on_the_way_through_the_images_is_none),
        cmocka_unit_test(what_a_name_is_stands_before_is),
        cmocka_unit_test(the_place_of_a_logger_is_no_part_of_its_message),
        cmocka_unit_test(reports_of_metrics_end_a_run_in_good_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
