/* test_wandb - what a .wandb file tells, and what damage and torn ends cost. Real files are compared point by point in test_fixtures. */
#include "format_probe.h"

#include <inttypes.h>
#include <stdio.h>

#include "wandb_made.h"

enum { FILE_MAX_BYTES = 1 << 20, ARENA_BYTES = 8 << 20 };

static struct probe *read_span(struct span file)
{
    struct probe *p = probe_open(format_by_name("wandb"), ARENA_BYTES);
    probe_read(p, file, file.n, 1);
    str_add(&p->text, "");
    return p;
}

static struct probe *read_made(const char *words)
{
    struct str file = {0};
    wandb_made(&file, words);
    struct probe *p = read_span((struct span){file.p, file.n});
    str_done(&file);
    return p;
}

static struct str real_file(const char *name)
{
    char path[512];
    struct str bytes = {0};
    snprintf(path, sizeof path,
             SOURCE_DIR "/tests/fixtures/wandb/%s/wandb/offline-run-20260105_100001-ab12cd34/run-ab12cd34.wandb", name);
    FILE *f = fopen(path, "rb");
    char *all = malloc(FILE_MAX_BYTES);
    if (!f || !all) fail_msg("cannot read '%s'", path);
    str_add_span(&bytes, (struct span){all, fread(all, 1, FILE_MAX_BYTES, f)});
    fclose(f);
    free(all);
    return bytes;
}

/* --- history -------------------------------------------------------------------------------------------------------------- */

static void history_becomes_points_at_its_step_and_time(void **unused)
{
    (void)unused;
    struct probe *p =
        read_made("W\nh train/loss=2.5 _step=7 _runtime=3.5 _timestamp=1.7e9 grad|norm=1e-3 ok=true word=\"12\" no=null\n"
                  "h _step=8 train/loss=2\n");
    probe_expect(p, "series train/loss step");
    probe_expect(p, "point train/loss 7 2.5 @1 t1700000000.000");
    probe_expect(p, "point grad/norm 7 0.001 @1 t1700000000.000");
    probe_expect(p, "point train/loss 8 2 @2");
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void values_that_are_not_finite_are_points_and_null_is_none(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh _step=1 a=NaN b=\"NaN\" c=\"-Infinity\" d=Infinity e=null f=\"nanny\"\n");
    probe_expect(p, "point a 1 NaN @1");
    probe_expect(p, "point b 1 NaN @1");
    probe_expect(p, "point c 1 -inf @1");
    probe_expect(p, "point d 1 inf @1");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void nested_objects_of_older_writers_are_joined(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh _step=1 a={\"b\":{\"c\":2,\"d\\u0065\":\"NaN\"},\"e\":[1,2],\"f\":null,\"g\":{}}\n");
    probe_expect(p, "point a/b/c 1 2 @1");
    probe_expect(p, "point a/b/de 1 NaN @1");
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void histograms_become_four_series(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh w|bins=[-2,-1,0,1,2] _step=3 w|values=[0,1,2,1] w|_type=\"histogram\"\n"
                                "h _step=4 v={\"_type\":\"histogram\",\"values\":[5],\"bins\":[0,0]} loss=1\n"
                                "h _step=5 u={\"_type\":\"histogram\",\"values\":[5,1],\"bins\":[0,1]}\n");
    probe_expect(p, "point w/min 3 -1 @1");
    probe_expect(p, "point w/max 3 2 @1");
    probe_expect(p, "point w/mean 3 0.5 @1");
    probe_expect(p, "point w/zero_share 3 0.5 @1");
    probe_expect(p, "point v/zero_share 4 1 @2");
    probe_expect(p, "point loss 4 1 @2");
    assert_int_equal(p->points, 9); /* a histogram whose edges are missing gives nothing */
    probe_close(p);
}

static void images_and_tables_are_passed_over_whole(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh i|_type=\"image-file\" i|width=28 i|boxes|n=2 _step=1 loss=1\n"
                                "h _step=2 t={\"_type\":\"table-file\",\"nrows\":7,\"in\":{\"x\":1}} loss=2\n"
                                "h _step=3 i|width=5\n");
    probe_expect(p, "point loss 1 1 @1");
    probe_expect(p, "point loss 2 2 @2");
    probe_expect(p, "point i/width 3 5 @3"); /* without a _type it is a number like any */
    assert_int_equal(p->points, 3);
    probe_close(p);
}

static void the_counter_of_all_metrics_is_the_step(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nm train/global_step\nh _step=0 loss=1 train/global_step=10\nh _step=1 eval=2\n"
                                "h _step=2 train/global_step=20 loss=3\n");
    probe_expect(p, "point loss 10 1 @2");
    probe_expect(p, "point eval 10 2 @3");
    probe_expect(p, "point loss 20 3 @4");
    assert_int_equal(p->points, 3);
    probe_close(p);
    p = read_made("W\nm epoch\nh _step=5 loss=1 epoch=0.5\n"); /* many steps to one epoch: W&B's own counter stays */
    probe_expect(p, "point loss 5 1 @2");
    probe_expect(p, "point epoch 5 0.5 @2");
    probe_close(p);
}

static void system_metrics_stand_at_the_step_of_the_history(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh _step=9 loss=1\ns gpu.0.temp=61.5 cpu=\"NaN\"\n");
    probe_expect(p, "point system/gpu.0.temp 9 61.5 @2 t1700000000.000");
    probe_expect(p, "point system/cpu 9 NaN @2 t1700000000.000");
    probe_close(p);
}

static void a_value_that_is_no_json_is_bad_and_the_others_count(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh _step=1 a=1.2.3 b={\"c\":1 d=4\nh _step=2 d=5\n");
    probe_expect(p, "point d 1 4 @1");
    probe_expect(p, "point d 2 5 @2");
    assert_int_equal(p->points, 2);
    assert_int_equal(p->bad, 1);
    probe_close(p);
}

/* --- facts and events ----------------------------------------------------------------------------------------------------- */

static void config_becomes_facts(void **unused)
{
    (void)unused;
    struct probe *p =
        read_made("W\nc lr=0.001 opt={\"name\":\"adam\",\"betas\":[0.9,0.99]} note=\"a\\nb\" off=null _wandb={\"x\":1}\n");
    probe_expect(p, "fact lr=0.001");
    probe_expect(p, "fact opt/name=adam");
    probe_expect(p, "fact opt/betas/1=0.99");
    probe_expect(p, "fact note=a\nb");
    assert_int_equal(p->facts, 5);
    probe_close(p);
}

static void the_run_and_its_machine_are_facts(void **unused)
{
    (void)unused;
    struct str file = {0}, run = {0}, git = {0}, machine = {0}, gpu = {0}, telemetry = {0}, imports = {0};
    wandb_made(&file, "W\n");
    made_bytes(&git, 2, span_of("0f1e2d3c"));
    made_bytes(&run, 3, span_of("mnist"));
    made_bytes(&run, 8, span_of("brave-sun-1"));
    made_bytes(&run, 21, (struct span){git.p, git.n});
    made_wrapped(&file, 17, &run);
    made_bytes(&machine, 5, span_of("--lr"));
    made_bytes(&machine, 5, span_of("3"));
    made_bytes(&machine, 6, span_of("train.py"));
    made_bytes(&gpu, 1, span_of("H100"));
    made_bytes(&machine, 24, (struct span){gpu.p, gpu.n});
    made_number(&machine, 19, 8);
    made_wrapped(&file, 26, &machine);
    made_number(&imports, 1, 1);
    made_number(&imports, 11, 1);
    made_bytes(&telemetry, 1, (struct span){imports.p, imports.n});
    made_bytes(&telemetry, 5, span_of("0.31.0"));
    made_wrapped(&file, 11, &telemetry);
    struct probe *p = read_span((struct span){file.p, file.n});
    probe_expect(p, "fact project=mnist");
    probe_expect(p, "fact run_name=brave-sun-1");
    probe_expect(p, "fact git_commit=0f1e2d3c");
    probe_expect(p, "fact command=train.py --lr 3");
    probe_expect(p, "fact gpu=H100");
    probe_expect(p, "fact gpu_count=8");
    probe_expect(p, "fact framework=transformers");
    probe_expect(p, "fact wandb_version=0.31.0");
    probe_close(p);
    struct str *all[] = {&file, &run, &git, &machine, &gpu, &telemetry, &imports};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) str_done(all[i]);
}

static void the_summary_tells_only_what_no_series_tells(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nu loss=2 best=\"a\" _step=1\nh _step=1 loss=2\nu loss=1 best=\"step-60\" loss_type=3\nx 0\n");
    probe_expect(p, "fact summary/best=step-60");
    assert_int_equal(p->facts, 1);
    probe_close(p);
}

static void a_console_in_pieces_tells_its_traceback_once(void **unused)
{
    (void)unused;
    struct probe *p = read_made("W\nh _step=1 loss=1\np Trace\no back (most recent call last):\no   File \"x.py\", line 1, in f\n"
                                "p torch.OutOfMemoryError: CUDA out\no  of memory. Tried to allocate 2 GiB\nx 1\n");
    probe_expect(p, "event out_of_memory @6 torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB");
    assert_int_equal(p->events, 1);
    probe_close(p);
}

static void the_exit_record_says_how_the_run_ended(void **unused)
{
    (void)unused;
    static const struct {
        const char *words, *event;
    } cases[] = {{"W\nx 0\n", "event finished @1 the run ended with exit code 0"},
                 {"W\nx 3\n", "event traceback @1 the run ended with exit code 3"},
                 {"W\nx 255\n", "event interrupted @1 the run ended with exit code 255"},
                 {"W\no training is slow\nx 1\n", "event traceback @2 the run ended with exit code 1"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe *p = read_made(cases[i].words);
        probe_expect(p, cases[i].event);
        assert_int_equal(p->events, 1);
        probe_close(p);
    }
}

/* --- damage --------------------------------------------------------------------------------------------------------------- */

/* what must be told of the words, and how much was bad */
static void expect_of(const char *words, const char *const *lines, unsigned bad)
{
    struct probe *p = read_made(words);
    uint64_t points = 0;
    for (; *lines; lines++, points++) probe_expect(p, *lines);
    assert_int_equal(p->points, points);
    assert_int_equal(p->bad, bad);
    probe_close(p);
}

static void a_wrong_checksum_costs_its_record_alone(void **unused)
{
    (void)unused;
    expect_of("W\nh _step=1 a=1\nh _step=2 a=2\nflip 1\nh _step=3 a=3\nh _step=4 a=4\nflip 2\nh _step=5 a=5\n",
              (const char *const[]){"point a 1 1 @1", "point a 3 3 @2", "point a 5 5 @3", NULL}, 2);
}

static void garbage_costs_the_rest_of_its_block(void **unused)
{
    (void)unused;
    expect_of("W\nh _step=1 a=1\npad\nh _step=2 a=2\n", (const char *const[]){"point a 1 1 @1", "point a 2 2 @2", NULL}, 1);
    expect_of("W\nh _step=1 a=1\npad\npad\nh _step=2 a=2\npad\nh _step=3 a=3\n",
              (const char *const[]){"point a 1 1 @1", "point a 2 2 @2", "point a 3 3 @3", NULL}, 2);
}

static void zeros_are_damage_only_when_something_follows(void **unused)
{
    (void)unused;
    expect_of("W\nh _step=1 a=1\nzeros\nzeros\n", (const char *const[]){"point a 1 1 @1", NULL}, 0);
    expect_of("W\nh _step=1 a=1\nzeros\nzeros\nh _step=2 a=2\n", (const char *const[]){"point a 1 1 @1", "point a 2 2 @2", NULL},
              1);
}

static void records_of_many_blocks_are_read(void **unused)
{
    (void)unused;
    expect_of("W\nh _step=1 a=1\nlong 32700\nlong 200000\nh _step=2 a=2\nlong 32740\nh _step=3 a=3\n",
              (const char *const[]){"point a 1 1 @1", "point a 2 2 @4", "point a 3 3 @6", NULL}, 0);
}

static void a_record_of_more_than_a_mebibyte_is_dropped(void **unused)
{
    (void)unused;
    expect_of("W\nh _step=1 a=1\nlong 3000000\nh _step=2 a=2\n", (const char *const[]){"point a 1 1 @1", "point a 2 2 @2", NULL},
              1);
}

static void a_record_without_its_end_is_dropped(void **unused)
{
    (void)unused;
    struct str file = {0};
    wandb_made(&file, "W\nh _step=1 a=1\nlong 70000\n");
    file.n = 2 * MADE_BLOCK_BYTES;
    wandb_made(&file, "h _step=2 a=2\n");
    struct probe *p = read_span((struct span){file.p, file.n});
    probe_expect(p, "point a 1 1 @1");
    probe_expect(p, "point a 2 2 @2");
    assert_int_equal(p->bad, 1);
    probe_close(p);
    str_done(&file);
}

static void another_file_is_refused_with_one_notice(void **unused)
{
    (void)unused;
    struct probe *p = read_made("h _step=1 a=1\nlong 100000\n");
    assert_int_equal(p->bad, 1);
    assert_int_equal(p->points, 0);
    probe_close(p);
}

static void little_memory_costs_long_records_only(void **unused)
{
    (void)unused;
    struct str file = {0};
    wandb_made(&file, "W\nh _step=1 a=1\nlong 100000\nh _step=2 a=2\nlong 100000\nh _step=3 a=3\n");
    struct probe *p = probe_open(format_by_name("wandb"), 64 << 10);
    probe_read(p, (struct span){file.p, file.n}, 5000, 5000);
    str_add(&p->text, "");
    probe_expect(p, "point a 1 1 @1");
    probe_expect(p, "point a 2 2 @2");
    probe_expect(p, "point a 3 3 @3");
    assert_int_equal(p->bad, 2);
    probe_close(p);
    str_done(&file);
}

/* --- torn ends ------------------------------------------------------------------------------------------------------------ */

/* points_of - the lines of the points alone. */
static struct str points_of(const char *told)
{
    struct str points = {0};
    for (const char *p = told, *end; *p; p = end + 1) {
        end = strchr(p, '\n');
        assert_non_null(end);
        if (strncmp(p, "point ", 6) == 0) str_add_span(&points, (struct span){p, (size_t)(end - p) + 1});
    }
    str_add(&points, "");
    return points;
}

/* Every beginning of the file, ended there: nothing is bad, nothing is told that the whole file does not tell. */
static void assert_truncation(struct span file, const char *whole, size_t at)
{
    struct probe *p = read_span((struct span){file.p, at});
    struct str points = points_of(p->text.p);
    if (p->bad || strncmp(points.p, whole, points.n) != 0) fail_msg("cut at %zu of %zu:\n%s", at, file.n, p->text.p);
    str_done(&points);
    probe_close(p);
}

static void a_torn_end_waits_at_every_byte(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        size_t from, to;
    } files[] = {{"old_broken", 7, SIZE_MAX}, {"healthy", MADE_BLOCK_BYTES - 300, MADE_BLOCK_BYTES + 300}};
    bool deep = getenv("MLWATCH_DEEP") != NULL; /* then every byte of both */
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct str file = real_file(files[i].name);
        struct span all = {file.p, file.n};
        struct probe *p = read_span(all);
        struct str whole = points_of(p->text.p);
        assert_int_equal(p->bad, 0);
        size_t from = deep ? 7 : files[i].from, to = deep ? file.n : files[i].to;
        for (size_t at = from; at < file.n && at < to; at++) assert_truncation(all, whole.p, at);
        probe_close(p);
        str_done(&whole);
        str_done(&file);
    }
}

/* As many points as the blocks behind the first tell, whatever is lost in that one; it may hold what gives the others their step. */
static void damage_to_a_real_file_ends_with_its_block(void **unused)
{
    (void)unused;
    enum { POINTS_OF_A_RECORD = 30 }; /* one may begin in the first block and end in the second */
    struct str file = real_file("healthy");
    struct probe *whole = read_span((struct span){file.p, file.n}), *first = read_span((struct span){file.p, MADE_BLOCK_BYTES});
    uint64_t behind = whole->points - first->points;
    if (behind <= 2 * POINTS_OF_A_RECORD) fail_msg("%" PRIu64 " points are behind the first block", behind);
    for (size_t at = 100; at < MADE_BLOCK_BYTES - 64; at += 997) {
        char kept[64];
        memcpy(kept, file.p + at, sizeof kept);
        memset(file.p + at, 0xff, sizeof kept);
        struct probe *p = read_span((struct span){file.p, file.n});
        assert_true(p->bad > 0);
        assert_in_range(p->points, behind - POINTS_OF_A_RECORD, whole->points);
        memcpy(file.p + at, kept, sizeof kept);
        probe_close(p);
    }
    probe_close(first);
    probe_close(whole);
    str_done(&file);
}

static void an_end_that_was_none_loses_nothing(void **unused)
{
    (void)unused;
    struct str file = real_file("broken");
    struct probe *p = read_span((struct span){file.p, file.n});
    struct str whole = points_of(p->text.p);
    probe_close(p);
    p = probe_open(format_by_name("wandb"), ARENA_BYTES);
    for (size_t at = 0; at < file.n; at += 517) {
        struct span piece = {file.p + at, file.n - at < 517 ? file.n - at : 517};
        assert_true(probe_feed(p, piece, 1) == piece.n);
    }
    struct str told = points_of(p->text.p);
    assert_string_equal(told.p, whole.p);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    str_done(&told);
    str_done(&whole);
    str_done(&file);
}

/* Nothing of the file is read unseen: one wrong bit, wherever it is, is one damage. */
static void a_wrong_bit_is_told_once_wherever_it_is(void **unused)
{
    (void)unused;
    struct str file = real_file("old_broken");
    size_t n = file.n;
    wandb_made(&file, "zeros\n"); /* so that a length that became larger has its bytes */
    for (size_t at = 7; at < n; at += 5) {
        file.p[at] = (char)(file.p[at] ^ 1 << at % 8);
        struct probe *p = read_span((struct span){file.p, file.n});
        if (p->bad != 1) fail_msg("byte %zu: %" PRIu64 " bad", at, p->bad);
        file.p[at] = (char)(file.p[at] ^ 1 << at % 8);
        probe_close(p);
    }
    str_done(&file);
}

static void any_split_of_a_real_file_tells_the_same(void **unused)
{
    (void)unused;
    static const char *const names[] = {"broken", "long", "old"};
    static const size_t pieces[] = {1, 7, 4096, 32767, 32768, 40000};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str file = real_file(names[i]);
        struct probe *whole = read_span((struct span){file.p, file.n});
        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
            struct probe *p = probe_open(format_by_name("wandb"), ARENA_BYTES);
            for (size_t at = 0; at < file.n; at += pieces[k]) {
                struct span piece = {file.p + at, file.n - at < pieces[k] ? file.n - at : pieces[k]};
                assert_true(probe_feed(p, piece, 0) == piece.n);
            }
            probe_feed(p, (struct span){"", 0}, 1);
            assert_string_equal(p->text.p, whole->text.p);
            probe_close(p);
        }
        probe_close(whole);
        str_done(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_becomes_points_at_its_step_and_time),
        cmocka_unit_test(values_that_are_not_finite_are_points_and_null_is_none),
        cmocka_unit_test(nested_objects_of_older_writers_are_joined),
        cmocka_unit_test(histograms_become_four_series),
        cmocka_unit_test(images_and_tables_are_passed_over_whole),
        cmocka_unit_test(the_counter_of_all_metrics_is_the_step),
        cmocka_unit_test(system_metrics_stand_at_the_step_of_the_history),
        cmocka_unit_test(a_value_that_is_no_json_is_bad_and_the_others_count),
        cmocka_unit_test(config_becomes_facts),
        cmocka_unit_test(the_run_and_its_machine_are_facts),
        cmocka_unit_test(the_summary_tells_only_what_no_series_tells),
        cmocka_unit_test(a_console_in_pieces_tells_its_traceback_once),
        cmocka_unit_test(the_exit_record_says_how_the_run_ended),
        cmocka_unit_test(a_wrong_checksum_costs_its_record_alone),
        cmocka_unit_test(garbage_costs_the_rest_of_its_block),
        cmocka_unit_test(zeros_are_damage_only_when_something_follows),
        cmocka_unit_test(records_of_many_blocks_are_read),
        cmocka_unit_test(a_record_of_more_than_a_mebibyte_is_dropped),
        cmocka_unit_test(a_record_without_its_end_is_dropped),
        cmocka_unit_test(another_file_is_refused_with_one_notice),
        cmocka_unit_test(little_memory_costs_long_records_only),
        cmocka_unit_test(a_torn_end_waits_at_every_byte),
        cmocka_unit_test(damage_to_a_real_file_ends_with_its_block),
        cmocka_unit_test(an_end_that_was_none_loses_nothing),
        cmocka_unit_test(a_wrong_bit_is_told_once_wherever_it_is),
        cmocka_unit_test(any_split_of_a_real_file_tells_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
