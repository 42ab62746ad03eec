/* test_swanlab - what a .swanlab file tells. Its blocks are those of test_wandb; real files are compared in test_fixtures. */
#include "format_probe.h"

#include "wandb_made.h"

static struct probe *read_made(const char *words)
{
    struct str file = {0};
    wandb_made(&file, words);
    struct probe *p = probe_open(format_by_name("swanlab"), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    str_add(&p->text, "");
    str_done(&file);
    return p;
}

static void scalars_are_points_at_their_step(void **unused)
{
    (void)unused;
    struct probe *p = read_made("S\nn train/loss 5 2.5\nn train/loss 10 nan\nn __swanlab__.gpu.0.mem.pct 10 80\n");
    probe_expect(p, "series train/loss step");
    probe_expect(p, "point train/loss 5 2.5 @1");
    probe_expect(p, "point train/loss 10 NaN @2");
    probe_expect(p, "point system/gpu.0.mem.pct 10 80 @3");
    assert_int_equal(p->points, 3);
    probe_close(p);
}

static void a_field_that_is_left_out_is_zero_but_a_scalar_without_value_is_none(void **unused)
{
    (void)unused;
    struct probe *p = read_made("S\nr 6a050a01612a00\nr 6a030a0161\n");
    probe_expect(p, "point a 0 0 @1");
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void the_end_is_told_in_the_words_of_the_error_if_there_is_one(void **unused)
{
    (void)unused;
    struct probe *p = read_made("S\nf 1\n");
    probe_expect(p, "event finished @1 SwanLab calls the run finished");
    probe_close(p);
    p = read_made("S\nf 2\n");
    probe_expect(p, "event traceback @1 SwanLab calls the run crashed");
    probe_close(p);
    p = read_made("S\nl Traceback (most recent call last):\nl   File \"x.py\", line 1\nl ValueError: no\nf 2\n");
    probe_expect(p, "event traceback @3 ValueError: no");
    assert_int_equal(p->events, 1);
    probe_close(p);
    struct str file = {0}, m = {0};
    wandb_made(&file, "S\n");
    made_number(&m, 1, 2);
    made_bytes(&m, 2, span_of("Traceback (most recent call last):\n  File \"x.py\", line 1\nRuntimeError: CUDA out of memory\n"));
    made_wrapped(&file, 11, &m);
    p = probe_open(format_by_name("swanlab"), PROBE_ARENA_BYTES);
    probe_read(p, (struct span){file.p, file.n}, file.n, 1);
    probe_expect(p, "event out_of_memory @1 RuntimeError: CUDA out of memory");
    assert_int_equal(p->events, 1);
    probe_close(p);
    str_done(&m);
    str_done(&file);
}

static void each_tool_claims_its_own_log(void **unused)
{
    (void)unused;
    static const struct {
        const char *words, *format;
    } cases[] = {{"S\nn a 1 1\n", "swanlab"}, {"W\nh a=1 _step=1\n", "wandb"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str file = {0};
        int sure = 0;
        wandb_made(&file, cases[i].words);
        const struct format *f = format_sniff("dir/some.log", (struct span){file.p, file.n}, &sure);
        assert_non_null(f);
        assert_string_equal(f->name, cases[i].format);
        assert_int_equal(sure, 100);
        str_done(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars_are_points_at_their_step),
        cmocka_unit_test(a_field_that_is_left_out_is_zero_but_a_scalar_without_value_is_none),
        cmocka_unit_test(the_end_is_told_in_the_words_of_the_error_if_there_is_one),
        cmocka_unit_test(each_tool_claims_its_own_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
