/* epoch_json: AllenNLP's metrics, a file an epoch. */
#include "format_probe.h"

static void a_file_is_the_record_of_its_epoch(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("epoch_json", "{\n  \"best_epoch\": 2,\n  \"peak_worker_0_memory_MB\": 3000,\n"
                                 "  \"training_duration\": \"0:01:10\",\n  \"training_epochs\": 3,\n  \"epoch\": 3,\n"
                                 "  \"training_loss\": 0.25,\n  \"validation_loss\": NaN,\n"
                                 "  \"best_validation_loss\": 0.5\n}");
    probe_expect(p, "point training_loss 3 0.25 @1");
    probe_expect(p, "point validation_loss 3 NaN @1");
    probe_refuse(p, "best_validation_loss");
    probe_refuse(p, "peak_worker");
    probe_refuse(p, "training_epochs");
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void files_that_follow_each_other_are_one_log(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("epoch_json", "{\"epoch\": 0, \"training_loss\": 2.5}{\"epoch\": 1, \"training_loss\": 1.5}\n"
                                               "{\"epoch\": 2, \"training_loss\": \n{\"epoch\": 3, \"training_loss\": 0.5}");
    probe_expect(p, "point training_loss 1 1.5 @1");
    probe_expect(p, "point training_loss 3 0.5 @3"); /* what is torn costs only itself */
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

static void only_what_is_named_by_its_epoch_is_one(void **unused)
{
    (void)unused;
    static const char metrics[] = "{\"epoch\": 3, \"training_loss\": 0.25}";
    assert_string_equal(format_sniff("run/metrics_epoch_0.json", span_of(metrics), NULL)->name, "epoch_json");
    const struct format *f = format_sniff("run/metrics.json", span_of(metrics), NULL);
    assert_true(!f || strcmp(f->name, "epoch_json") != 0);
    f = format_sniff("run/config_epoch_0.json", span_of("{\"model\": \"small\", \"depth\": 4}"), NULL);
    assert_true(!f || strcmp(f->name, "epoch_json") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_the_record_of_its_epoch),
        cmocka_unit_test(files_that_follow_each_other_are_one_log),
        cmocka_unit_test(only_what_is_named_by_its_epoch_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
