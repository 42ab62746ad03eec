/* test_json_named - JSON lines that name their metric, as MLPerf's logging, DLLogger and ClearML write them. */
#include "format_probe.h"

static void mlperf_tells_points_settings_and_the_end(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "json_named",
        ":::MLLOG {\"namespace\": \"\", \"time_ms\": 1700000000001, \"event_type\": \"POINT_IN_TIME\", \"key\": \"opt_name\", "
        "\"value\": \"lamb\", \"metadata\": {\"file\": \"train.py\", \"lineno\": 88}}\n"
        ":::MLLOG {\"time_ms\": 1700000000002, \"event_type\": \"POINT_IN_TIME\", \"key\": \"global_batch_size\", \"value\": 64, "
        "\"metadata\": {\"lineno\": 89}}\n"
        ":::MLLOG {\"time_ms\": 1700000000003, \"event_type\": \"INTERVAL_START\", \"key\": \"run_start\", \"value\": null, "
        "\"metadata\": {}}\n"
        "loading 12 shards\n"
        "0: :::MLLOG {\"time_ms\": 1700000000004, \"event_type\": \"POINT_IN_TIME\", \"key\": \"train_loss\", \"value\": 2.5, "
        "\"metadata\": {\"lineno\": 90, \"step_num\": 10}}\n"
        ":::MLLOG {\"time_ms\": 1700000000005, \"event_type\": \"POINT_IN_TIME\", \"key\": \"tracked_stats\", \"value\": "
        "{\"throughput\": 800.5, \"loss\": 2.25}, \"metadata\": {\"step_num\": 20}}\n"
        ":::MLLOG {\"time_ms\": 1700000000006, \"event_type\": \"POINT_IN_TIME\", \"key\": \"eval_accuracy\", \"value\": 0.5, "
        "\"metadata\": {\"epoch_num\": 1}}\n"
        ":::MLLOG {\"time_ms\": 1700000000007, \"event_type\": \"INTERVAL_END\", \"key\": \"run_stop\", \"value\": null, "
        "\"metadata\": {\"status\": \"success\"}}\n");
    probe_expect(p, "fact opt_name=lamb");
    probe_expect(p, "fact global_batch_size=64");
    probe_expect(p, "series train_loss step");
    probe_expect(p, "point train_loss 10 2.5 @5 t1700000000.004");
    probe_expect(p, "point throughput 20 800.5 @6 t1700000000.005");
    probe_expect(p, "point loss 20 2.25 @6 t1700000000.005");
    probe_expect(p, "point eval_accuracy 20 0.5 @7 t1700000000.006");
    probe_refuse(p, "point lineno");
    probe_refuse(p, "fact run_start");
    assert_int_equal(p->points, 5);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void dllogger_counts_epochs_and_iterations(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "json_named",
        "DLLL {\"timestamp\": \"1700000000.5\", \"elapsedtime\": \"0.1\", \"type\": \"LOG\", \"step\": \"PARAMETER\", \"data\": "
        "{\"lr\": 0.002, \"optimizer\": \"adam\", \"depth\": 3}}\n"
        "DLLL {\"type\": \"METADATA\", \"metric\": \"train.loss\", \"metadata\": {\"unit\": \"nats\"}}\n"
        "DLLL {\"timestamp\": \"1700000001.5\", \"type\": \"LOG\", \"step\": [0, 15], \"data\": {\"train.loss\": 1.5}}\n"
        "DLLL {\"timestamp\": \"1700000002.5\", \"type\": \"LOG\", \"step\": [0, 30], \"data\": {\"train.loss\": NaN}}\n"
        "DLLL {\"timestamp\": \"1700000002.5\", \"type\": \"LOG\", \"step\": [0], \"data\": {\"val.loss\": 1.25}}\n"
        "DLLL {\"timestamp\": \"1700000003.5\", \"type\": \"LOG\", \"step\": [], \"data\": {\"val.loss\": 1}}\n");
    probe_expect(p, "fact lr=0.002");
    probe_expect(p, "fact optimizer=adam");
    probe_expect(p, "point train.loss 15 1.5 @3 t1700000001.500");
    probe_expect(p, "point train.loss 30 NaN @4 t1700000002.500");
    probe_expect(p, "point val.loss 30 1.25 @5 t1700000002.500");
    probe_refuse(p, "point depth");
    probe_refuse(p, "point elapsedtime");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void dllogger_s_iterations_of_an_epoch_go_on(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("json_named", "DLLL {\"step\": [0, 10], \"data\": {\"loss\": 4}}\n"
                                               "DLLL {\"step\": [0, 20], \"data\": {\"loss\": 3}}\n"
                                               "DLLL {\"step\": [1, 10], \"data\": {\"loss\": 2}}\n"
                                               "DLLL {\"step\": [1, 20], \"data\": {\"loss\": 1}}\n");
    probe_expect(p, "point loss 20 3 @2");
    probe_expect(p, "point loss 30 2 @3");
    probe_expect(p, "point loss 40 1 @4");
    probe_close(p);
}

static void a_line_may_hold_a_list_of_metrics(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "json_named",
        "[{\"metric\": \"loss\", \"variant\": \"train\", \"iter\": 10, \"timestamp\": 1700000000001, \"type\": "
        "\"training_stats_scalar\", \"value\": 2.5}, {\"metric\": \"loss\", \"variant\": \"val\", \"iter\": 10, \"value\": 3}]\n"
        "[{\"metric\": \"lr\", \"iter\": 20, \"value\": 0.1}]\n[{\"metric\": \"loss\", \"variant\"\n");
    probe_expect(p, "point train/loss 10 2.5 @1 t1700000000.001");
    probe_expect(p, "point val/loss 10 3 @1");
    probe_expect(p, "point lr 20 0.10000000000000001 @2");
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void the_long_form_has_a_split_beside_the_name(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("json_named", "{\"step\": 1, \"split\": \"train\", \"name\": \"loss\", \"value\": 2}\n"
                                               "{\"step\": 1, \"split\": \"val\", \"name\": \"loss\", \"value\": 3}\n");
    probe_expect(p, "point loss 1 2 @1");
    probe_expect(p, "point val/loss 1 3 @2");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mlperf_tells_points_settings_and_the_end),  cmocka_unit_test(dllogger_counts_epochs_and_iterations),
        cmocka_unit_test(dllogger_s_iterations_of_an_epoch_go_on),   cmocka_unit_test(a_line_may_hold_a_list_of_metrics),
        cmocka_unit_test(the_long_form_has_a_split_beside_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
