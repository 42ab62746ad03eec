/* numbers: files of nothing but numbers, which their names explain; and tables of numbers whose names stand elsewhere. */
#include "format_probe.h"

static struct probe *read_at(const char *format, const char *path, const char *text)
{
    struct probe *p = probe_open_at(format_by_name(format), PROBE_ARENA_BYTES, path);
    probe_read(p, span_of(text), 7, 5);
    return p;
}

static const char *taken_for(const char *path, const char *text)
{
    const struct format *f = format_sniff(path, span_of(text), NULL);
    return f ? f->name : "none";
}

static void a_number_a_line_is_a_record_a_line(void **unused)
{
    (void)unused;
    struct probe *p = read_at("numbers", "run/train_loss.txt", "0.5\n0.25\nnan\n");
    probe_expect(p, "series train_loss record");
    probe_expect(p, "point train_loss 1 0.5 @1");
    probe_expect(p, "point train_loss 3 NaN @3");
    assert_int_equal(p->points, 3);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void whichever_column_grows_in_whole_numbers_counts(void **unused)
{
    (void)unused;
    struct probe *p = read_at("numbers", "run/loss.log", "1.5 0\n0.75 100\n0.5 200\n");
    probe_expect(p, "point loss 0 1.5 @1");
    probe_expect(p, "point loss 200 0.5 @3");
    probe_close(p);
    p = read_at("numbers", "run/loss.log", "0 3\n1 2\n2 1\n");
    probe_expect(p, "point loss 0 3 @1");
    probe_expect(p, "point loss 2 1 @3");
    probe_close(p);
    p = read_at("numbers", "run/train_loss.txt", "1_0.5\n2_0.25\n3_0.125\n");
    probe_expect(p, "series train_loss step");
    probe_expect(p, "point train_loss 1 0.5 @1");
    probe_expect(p, "point train_loss 3 0.125 @3");
    probe_close(p);
    p = read_at("numbers", "run/loss.txt", "epoch1\t0.5\nepoch2\t0.25\n");
    probe_expect(p, "series loss epoch");
    probe_expect(p, "point loss 2 0.25 @2");
    probe_close(p);
}

static void lists_are_read_item_by_item(void **unused)
{
    (void)unused;
    struct probe *p = read_at("numbers", "run/val_acc_history.json", "[0.5, 0.25,\n 0.125]\n");
    probe_expect(p, "point val_acc 3 0.125 @2");
    probe_close(p);
    p = read_at("numbers", "run/dev_acc.txt", "[0.5]\n[0.25]\n[0.125]\n");
    probe_expect(p, "point dev_acc 3 0.125 @3");
    assert_int_equal(p->n_series, 1);
    probe_close(p);
    p = read_at("numbers", "run/loss.txt", "[0.5, 0.25]\n[1, 2]\n");
    probe_expect(p, "point loss 2 0.25 @1");
    probe_expect(p, "point loss.2 1 1 @2");
    probe_close(p);
}

static void what_tensorboard_hands_out_is_called_by_its_tag(void **unused)
{
    (void)unused;
    struct probe *p =
        read_at("csv", "x/run-exp_train-tag-epoch_loss.csv", "Wall time,Step,Value\n1700000000.5,0,2.5\n1700000001.5,1,2\n");
    probe_expect(p, "point train/epoch_loss 1 2 @3 t1700000001.500");
    assert_int_equal(p->n_series, 1);
    probe_close(p);
    p = read_at("numbers", "x/run-.-tag-Loss_val.json", "[[1700000000.5, 0, 2.5], [1700000001.5, 100, 2]]");
    probe_expect(p, "point Loss_val 100 2 @1 t1700000001.500");
    probe_close(p);
}

static void a_table_without_a_header_is_called_by_its_file_where_that_says_a_metric(void **unused)
{
    (void)unused;
    struct probe *p = read_at("csv", "x/val_loss.csv", "0,2.5\n1,2\n");
    probe_expect(p, "point val_loss 1 2 @2");
    probe_close(p);
    p = read_at("csv", "x/points.csv", "0,2.5\n1,2\n");
    probe_expect(p, "point column_2 1 2 @2");
    probe_close(p);
}

static void blanks_part_the_cells_of_a_table_of_numbers(void **unused)
{
    (void)unused;
    assert_string_equal(taken_for("run/log.txt", "epoch loss acc\n1 0.5 0.25\n2 0.25 0.5\n"), "csv");
    assert_string_equal(taken_for("run/out.dat", "# step loss\n100 0.5\n200 0.25\n"), "csv");
    struct probe *p = read_at("csv", "run/log.txt", "epoch  loss acc\n  1 0.5   0.25\n 10 0.25  NA\n");
    probe_expect(p, "point loss 1 0.5 @2");
    probe_expect(p, "point acc 1 0.25 @2");
    probe_expect(p, "point loss 10 0.25 @3");
    assert_int_equal(p->points, 3);
    probe_close(p);
}

static void numbers_that_nothing_names_are_a_data_set(void **unused)
{
    (void)unused;
    assert_string_not_equal(taken_for("data/train_x.txt", "149.5\n13.25\n403\n"), "numbers");
    assert_string_not_equal(taken_for("data/result.txt", "1 0.5\n2 0.25\n"), "numbers");
    assert_string_not_equal(taken_for("run/loss.txt", "loss is a word\nand so are these\n"), "numbers");
    assert_string_not_equal(taken_for("run/loss.txt", "step 1: loss 0.5\nstep 2: loss 0.25\n"), "numbers");
    assert_string_equal(taken_for("run/loss_confusion.txt", "epoch:0,lr:0.001,loss:0.5,cm:[[11  2]\n [ 5 19]]\n"
                                                            "epoch:1,lr:0.001,loss:0.25,cm:[[12  1]\n [ 4 20]]\n"),
                        "text");
    assert_string_not_equal(taken_for("data/points.txt", "1 0.5 0.25\n2 0.25 0.5\n"), "csv");
    assert_string_not_equal(taken_for("data/points.txt", "# x y z\n1 0.5 0.25\n2 0.25 0.5\n"), "csv");
    assert_string_not_equal(taken_for("run/notes.txt", "epoch loss falls\nand then it stays\n"), "csv");
    assert_string_not_equal(taken_for("run/lr.py", "0.5\n0.25\n"), "numbers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_a_line_is_a_record_a_line),
        cmocka_unit_test(whichever_column_grows_in_whole_numbers_counts),
        cmocka_unit_test(lists_are_read_item_by_item),
        cmocka_unit_test(what_tensorboard_hands_out_is_called_by_its_tag),
        cmocka_unit_test(a_table_without_a_header_is_called_by_its_file_where_that_says_a_metric),
        cmocka_unit_test(blanks_part_the_cells_of_a_table_of_numbers),
        cmocka_unit_test(numbers_that_nothing_names_are_a_data_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
