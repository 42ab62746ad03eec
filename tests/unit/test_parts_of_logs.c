/* test_parts_of_logs - what says which data a log's numbers are of, and which column counts, outside the numbers themselves: the key of a
 * JSON list, the name pandas gives an index, the hole that an emptied file begins with. Numbers are made up. */
#include "format_probe.h"

static void lists_of_records_are_of_the_part_they_are_kept_under(void **state)
{
    (void)state;
    struct probe *p = probe_text("history", "{\"train\": [{\"epoch\": 0, \"loss\": 2.5}, {\"epoch\": 1, \"loss\": 1.5}],\n"
                                            " \"val\": [{\"epoch\": 0, \"loss\": 2.75}, {\"epoch\": 1, \"loss\": 1.75}]}\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "series val/loss epoch");
    probe_expect(p, "point loss 1 1.5 @1");
    probe_expect(p, "point val/loss 1 1.75 @2");
    probe_refuse(p, "point loss 1 1.75");
    probe_close(p);
}

static void an_index_that_pandas_read_again_counts(void **state)
{
    (void)state;
    struct probe *p = probe_text("csv", "Unnamed: 0,loss,val_loss\n0,2.5,2.75\n1,1.5,1.75\n2,0.5,0.75\n");
    probe_expect(p, "series loss step");
    probe_expect(p, "point loss 2 0.5 @4");
    probe_close(p);
}

static void a_log_that_begins_with_a_hole_is_a_log(void **state)
{
    (void)state;
    static const char log[] = "\0\0\0\0\0\0\0\0step 10 | loss 2.5\nstep 20 | loss 1.5\nstep 30 | loss 0.5\n";
    struct span head = {log, sizeof log - 1};
    assert_true(format_by_name("text")->sniff("train.log", head) >= 45);
    assert_int_equal(format_by_name("text")->sniff("train.log", (struct span){log, 8}), 0); /* nothing but the hole */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_records_are_of_the_part_they_are_kept_under),
        cmocka_unit_test(an_index_that_pandas_read_again_counts),
        cmocka_unit_test(a_log_that_begins_with_a_hole_is_a_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
