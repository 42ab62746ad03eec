/* test_csv - tables as training tools write them. */
#include "bulk_probe.h"

static void sparse_rows_give_the_points_they_have(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "epoch,lr-Adam,step,train_loss,val_loss\r\n0,,49,2.5,\r\n0,0.001,49,,\r\n0,,99,,2.25\r\n");
    probe_expect(p, "series train_loss step");
    probe_expect(p, "point train_loss 49 2.5 @2");
    probe_expect(p, "point lr-Adam 49 0.001 @3");
    probe_expect(p, "point val_loss 99 2.25 @4");
    assert_int_equal(p->points, 6);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void missing_words_are_no_numbers_and_nan_is_one(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "step,a,b,c,d,e\n1,NA,None,null,N/A,-\n2,nan,inf,-inf,NaN,1e-3\n3,True,False,true,false,\n");
    assert_int_equal(p->points, 5);
    probe_expect(p, "point a 2 NaN @3");
    probe_expect(p, "point c 2 -inf @3");
    probe_expect(p, "point e 2 0.001 @3");
    probe_close(p);
}

static void the_first_of_two_sets_by_number_is_told_to_be_of_training(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "round,validation_0-mlogloss,validation_1-mlogloss\n0,0.5,0.75\n1,0.25,0.5\n");
    probe_expect(p, "fact first_eval_set=train");
    probe_close(p);
    p = probe_text("csv", "round,validation_0-mlogloss\n0,0.5\n1,0.25\n");
    probe_refuse(p, "fact first_eval_set");
    probe_close(p);
}

static void an_evaluation_without_its_loss_had_one_that_was_nan(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "loss,step,eval_loss,eval_runtime,test_runtime\n2.5,10,,,\n,10,,0.25,\n2.25,20,,,\n"
                                        ",20,0.75,0.25,\n,20,,,0.5\n");
    probe_expect(p, "point eval_loss 10 NaN @3");
    probe_expect(p, "point eval_loss 20 0.75 @5");
    probe_refuse(p, "point eval_loss 20 NaN");
    probe_close(p);
    p = probe_text("csv", "epoch,val_loss,val_acc\n1,,0.5\n2,,0.75\n"); /* a table whose columns somebody chose */
    probe_refuse(p, "point val_loss");
    probe_close(p);
}

static void a_history_that_was_nan_from_the_start_is_read_as_nan(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", ",loss,val_loss\n0,,\n1,,\n2,,\n");
    probe_expect(p, "point loss 1 NaN @3");
    probe_expect(p, "point val_loss 2 NaN @4");
    probe_close(p);
    static const char *const others[] = {",loss,lr\n0,,0.5\n1,,0.5\n2,,0.5\n", ",loss,acc\n0,0.5,\n1,,\n2,,\n3,,\n",
                                         "epoch,loss\n1,\n2,\n3,\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        p = probe_text("csv", others[i]);
        probe_refuse(p, "NaN");
        probe_close(p);
    }
}

static void rows_that_were_scored_and_have_no_loss_had_one_that_was_nan(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", ",accuracy,loss,val_accuracy,val_loss\n0,0.36,,0.37,\n1,0.34,,0.37,\n2,0.34,,0.37,\n");
    probe_expect(p, "point loss 1 NaN @3");
    probe_expect(p, "point val_loss 2 NaN @4");
    probe_close(p);
    p = probe_text("csv", ",loss,val_loss,val_acc\n0,1.1,,0.51\n1,0.9,,0.52\n2,0.8,,0.53\n");
    probe_expect(p, "point val_loss 2 NaN @4");
    probe_refuse(p, "point loss 2 NaN");
    probe_close(p);
    static const char *const others[] = {
        ",loss,lr,val_loss\n0,1.1,0.5,\n1,0.9,0.5,\n2,0.8,0.5,\n", /* nobody looked at held-out rows */
        ",loss,val_loss,val_acc\n0,1.1,,\n1,0.9,,\n2,0.8,,0.5\n",  /* only now and then */
        ",accuracy,loss,val_loss\n0,0.4,1.1,\n1,0.5,0.9,\n2,0.6,0.8,\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        p = probe_text("csv", others[i]);
        probe_refuse(p, "NaN");
        probe_close(p);
    }
}

static void a_row_for_each_number_is_read_by_the_name_it_tells(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,phase,metric,value\n10,train,loss,2.5\n10,train,lr,1e-3\n20,train,loss,nan\n"
                                        "20,valid,loss,2.25\n30,train,loss,\n30,train,loss,1.5\n");
    probe_expect(p, "point loss 10 2.5 @2");
    probe_expect(p, "point lr 10 0.001 @3");
    probe_expect(p, "point loss 20 NaN @4");
    probe_expect(p, "point loss 30 1.5 @7");
    assert_int_equal(p->points, 5);
    assert_int_equal(p->bad, 0);
    probe_close(p);
    p = probe_text("csv", "epoch,value,loss\n1,3,2.5\n2,4,2.25\n"); /* wide: no column of names */
    probe_expect(p, "point value 1 3 @2");
    assert_int_equal(p->points, 4);
    probe_close(p);
}

static void a_comma_is_the_decimal_point_between_semicolons(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "Zeit;Epoch;Train Loss;Val Loss\n22.11.2026 12:14:12;1;1,5;2\n22.11.2026 12:14:13;2;-0,25;1,25e-1\n");
    probe_expect(p, "point Train Loss 1 1.5 @2");
    probe_expect(p, "point Train Loss 2 -0.25 @3");
    probe_expect(p, "point Val Loss 1 2 @2");
    probe_expect(p, "point Val Loss 2 0.125 @3");
    probe_close(p);
    p = probe_text("csv", "step,loss\n1,\"1,5\"\n2,0.5\n"); /* between commas it is none */
    probe_expect(p, "point loss 2 0.5 @3");
    assert_int_equal(p->points, 1);
    probe_close(p);
}

static void padded_cells_are_trimmed(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "     epoch,   train/box_loss,  metrics/mAP50(B)\n         1,          1.5,              0.25\n");
    probe_expect(p, "series train/box_loss epoch");
    probe_expect(p, "point train/box_loss 1 1.5 @2");
    probe_expect(p, "point metrics/mAP50(B) 1 0.25 @2");
    probe_close(p);
}

static void quotes_hold_delimiters_and_line_ends(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "step,\"loss, \"\"train\"\"\",note\n1,\"2.5\",\"a,\nb\n\"\n2,\"3.5\",\"say \"\"no\"\"\"\n");
    probe_expect(p, "point loss, \"train\" 1 2.5 @2");
    probe_expect(p, "point loss, \"train\" 2 3.5 @5");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void a_quote_that_is_never_closed_costs_its_line(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss\n1,2\n2,\"3\n3,4\n");
    probe_expect(p, "bad @3 a quote that is never closed");
    probe_expect(p, "point loss 3 4 @4");
    assert_int_equal(p->points, 2);
    probe_close(p);
}

static void a_quote_in_a_long_file_does_not_swallow_it(void **unused)
{
    (void)unused;
    struct str doc = {0};
    str_add(&doc, "step,loss,note\n1,2,\"\n");
    for (int i = 2; i < 200000; i++) str_addf(&doc, "%d,2,x\n", i);
    size_t chunks[] = {doc.n, 70000};
    for (size_t i = 0; i < 2; i++) {
        struct probe *p = probe_open(format_by_name("csv"), PROBE_ARENA_BYTES);
        p->quiet = true;
        probe_read(p, (struct span){doc.p, doc.n}, chunks[i], chunks[i]);
        assert_int_equal(p->bad, 1);
        assert_int_equal(p->points, 199998);
        probe_close(p);
    }
    str_done(&doc);
}

static void the_delimiter_is_found(void **unused)
{
    (void)unused;
    const char *const docs[] = {"step\tloss\n1\t2.5\n", "step;loss\n1;2.5\n", "step|loss\n1|2.5\n", "step,loss\n1,2.5\n"};
    for (size_t i = 0; i < 4; i++) {
        struct probe *p = probe_text("csv", docs[i]);
        probe_expect(p, "point loss 1 2.5 @2");
        probe_close(p);
    }
    struct probe *p = probe_text("csv", "\tstep\tloss\n0\t1\t2.5\n");
    probe_expect(p, "point column_1 1 0 @2");
    probe_expect(p, "point loss 1 2.5 @2");
    probe_close(p);
}

static void a_monitor_counts_episodes_and_has_a_clock(void **unused)
{
    (void)unused;
    struct probe *p =
        probe_text("csv", "#{\"t_start\": 1600000000.5, \"env_id\": \"CartPole-v1\"}\nr,l,t\r\n9.5,10,0.25\r\n12.5,13,1.5\r\n");
    probe_expect(p, "fact env_id=CartPole-v1");
    probe_expect(p, "series r episode");
    probe_expect(p, "point r 1 9.5 @3 t1600000000.750");
    probe_expect(p, "point l 2 13 @4 t1600000002.000");
    probe_refuse(p, "point t ");
    probe_close(p);
}

static void a_table_without_header_counts_by_its_first_column(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "99,0.5,0.25\n199,0.375,0.125\n99,0.5,0.25\n");
    probe_expect(p, "series column_2 step");
    probe_expect(p, "point column_2 99 0.5 @1");
    probe_expect(p, "point column_3 199 0.125 @2");
    assert_int_equal(p->points, 6);
    probe_close(p);
    p = probe_text("csv", "0.5,0.25\n0.375,0.125\n");
    probe_expect(p, "series column_1 record");
    probe_expect(p, "point column_1 2 0.375 @2");
    probe_close(p);
}

static void a_comment_names_the_columns_of_bare_numbers(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "# step, loss\n1,2.5\n");
    probe_expect(p, "point loss 1 2.5 @2");
    probe_close(p);
    p = probe_text("csv", "# made on a Monday\nstep,loss\n1,2.5\n# a pause\n2,3.5\n");
    probe_expect(p, "point loss 2 3.5 @5");
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void a_header_may_come_again_with_other_columns(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss\n1,2\n2,1\nstep,loss\n1,3\nstep,acc,loss\n2,0.5,4\n");
    probe_expect(p, "point loss 1 3 @5");
    probe_expect(p, "point acc 2 0.5 @7");
    probe_expect(p, "point loss 2 4 @7");
    assert_int_equal(p->points, 5);
    assert_int_equal(p->bad, 0);
    probe_close(p);
}

static void rows_may_be_short_but_not_long(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss,acc\n1,2\n2,3,0.5,\n3,4,0.5,7\n");
    assert_int_equal(p->points, 3);
    probe_expect(p, "bad @4 more cells than columns");
    probe_close(p);
}

/* Flair: a column without a name, which every row leaves empty. */
static void empty_cells_that_are_too_many_stand_for_nothing(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "EPOCH\tTRAIN_LOSS\tTRAIN_F\tDEV_LOSS\n0\t0.5\t\t_\t0.75\n1\t0.25\t\t_\t0.5\n");
    probe_expect(p, "point TRAIN_LOSS 0 0.5 @2");
    probe_expect(p, "point DEV_LOSS 1 0.5 @3");
    assert_int_equal(p->points, 4);
    probe_close(p);
    p = probe_text("csv", "step,loss,acc,f1\n1,,3,0.5,7,8\n");
    probe_expect(p, "bad @2 more cells than columns"); /* one empty cell for two */
    probe_close(p);
}

static void percentages_are_numbers(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "epoch,loss,acc\n1,0.5,62.5%\n2,0.25,75 %\n");
    probe_expect(p, "point acc 1 62.5 @2");
    probe_expect(p, "point acc 2 75 @3");
    probe_close(p);
}

static void a_last_row_that_is_cut_off_is_bad(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss,acc\n1,2,0.5\n2,1");
    assert_int_equal(p->points, 2);
    probe_expect(p, "bad @3 the last row is cut off");
    probe_close(p);
    p = probe_text("csv", "step,loss,acc\n1,2,0.5\n2,1,0.75");
    probe_expect(p, "point acc 2 0.75 @3");
    probe_close(p);
}

static void steps_outrank_episodes_and_rows_stand_in_for_both(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "episode,timestep,reward\n6,600,-2.5\n13,1200,-1.5\n");
    probe_expect(p, "point episode 1200 13 @3");
    probe_expect(p, "point reward 1200 -1.5 @3");
    probe_close(p);
    p = probe_text("csv", "agent acc,num episodes\n0.5,4\n0.75,9\n");
    probe_expect(p, "series agent acc episode");
    probe_expect(p, "point agent acc 9 0.75 @3");
    probe_close(p);
    p = probe_text("csv", "val_loss,loss\n1,2\n0.5,1.5\n");
    probe_expect(p, "series loss record");
    probe_expect(p, "point loss 2 1.5 @3");
    probe_close(p);
}

static void a_counter_that_wraps_in_each_epoch_goes_on(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "epoch, iters, G_GAN\n1, 100, 1.5\n1, 200, 1.25\n2, 100, 1\n2, 200, 0.5\n");
    probe_expect(p, "point G_GAN 100 1.5 @2");
    probe_expect(p, "point G_GAN 300 1 @4");
    probe_expect(p, "point G_GAN 400 0.5 @5");
    probe_close(p);
}

static void a_column_may_say_which_data_a_row_is_about(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "epoch,phase,loss,val_f1,lr\n1,train,2,,0.5\n1,val,2.5,0.25,0.5\n1,Test,3,,0.5\n"
                                        "2,train,1,,0.5\n2,val,1.5,0.5,0.5\n2,Test,2,,0.5\n");
    probe_expect(p, "point loss 2 1 @5");
    probe_expect(p, "point val/loss 1 2.5 @3");
    probe_expect(p, "point test/loss 2 2 @7");
    probe_expect(p, "point val_f1 2 0.5 @6");
    probe_expect(p, "point lr 2 0.5 @6");
    probe_refuse(p, "point val/lr");
    probe_refuse(p, "point val/val_f1");
    probe_expect(p, "series val/loss epoch");
    probe_close(p);
}

static void two_columns_of_one_name_are_kept_apart(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss,loss,\n1,2,3,4\n");
    probe_expect(p, "point loss 1 2 @2");
    probe_expect(p, "point loss.3 1 3 @2");
    probe_expect(p, "point column_4 1 4 @2");
    probe_close(p);
}

static void constant_texts_are_facts(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "step,loss,activation,sample\n1,2,relu,a cat\n2,2,relu,a dog\n3,2,relu,a dog\n");
    probe_expect(p, "fact activation=relu");
    assert_int_equal(p->facts, 1);
    assert_int_equal(p->points, 3);
    probe_close(p);
}

static int sure_of(const char *path, const char *head) { return format_by_name("csv")->sniff(path, span_of(head)); }

static void bulk_row(struct str *log, size_t step, char delimiter)
{
    static const char *const odd[] = {"# a comment",   "",  "1,2,3,4,5,6,7,8,9", "9;8;7;6;5;4;3", "step,loss,norm,name,lr",
                                      "\"1\",2,3,x,4", "7", " 1, 2 ,3,4, 5",     ",,,,",          "1,\"a\nb\",2,3,4",
                                      "-,NA,None,,1"};
    if (below(40) == 0) str_addf(log, "%s\n", odd[below(sizeof odd / sizeof *odd)]);
    str_addf(log, "%zu", step);
    for (size_t i = 0; i < 4; i++) {
        str_addf(log, "%c", delimiter);
        if (below(6)) bulk_number(log);
    }
    str_add(log, below(10) ? "\n" : "\r\n");
}

static void rows_in_bulk_are_told_as_rows_one_by_one(void **unused)
{
    (void)unused;
    for (size_t round = 0; round < 4; round++) {
        struct str log = {0};
        seed = 32 + round;
        char delimiter = ",;\t,"[round];
        str_addf(&log, "step%closs%cnorm%c%s%clr\n", delimiter, delimiter, delimiter, round == 3 ? "train_runtime" : "lr",
                 delimiter);
        for (size_t step = 0; step < 2000; step++) bulk_row(&log, step, delimiter);
        bulk_compare("csv", &log);
    }
}

/* The epochs of the runs of a search repeat themselves, so that rows are numbered: those of each run from 1. */
static void rows_below_another_header_are_numbered_anew(void **unused)
{
    (void)unused;
    struct probe *p = probe_text("csv", "epoch,loss\n0,1.5\n0,1.5\n0,1.25\n0,1.125\nepoch,loss\n0,2.5\n0,2.25\n");
    probe_expect(p, "point loss 4 1.125 @5");
    probe_expect(p, "point loss 2 2.25 @8");
    probe_close(p);
}

static void tables_are_told_from_texts(void **unused)
{
    (void)unused;
    assert_true(sure_of("a/metrics.csv", "epoch,loss\n0,1.5\n") >= 80);
    assert_true(sure_of("a/learn_error.tsv", "iter\tLogloss\n0\t0.68\n") >= 80);
    assert_true(sure_of("a/rm_log.csv", "99,0.5,0.25\n199,0.375,0.125\n") >= 80);
    assert_true(sure_of("a/log.txt", "epoch,loss\n0,1.5\n1,1.25\n2,1\n") >= 40);
    assert_true(sure_of("a/metrics.csv", "epoch,loss\n") >= 40);
    assert_true(sure_of("a/names.csv", "name,city\nAnn,Oslo\nBob,Rome\n") < 20);
    assert_true(
        sure_of("a/results.csv", "dataset,method,seed,train_acc,test_acc\ncats,ours,2,0.9,0.5\ncats,theirs,2,0.8,0.25\n") < 20);
    assert_true(sure_of("a/results.csv", "model,epoch,train_acc,test_acc\nours,1,0.9,0.5\nours,2,0.8,0.25\n") >= 80);
    assert_true(sure_of("a/data.csv", "width,height,label\n1,2,0\n3,4,1\n") < 20);
    const char *const texts[] = {"step 1: loss 2.5, acc 0.5\nstep 2: loss 2.25, acc 0.75\n",
                                 "{\"loss\": 1, \"step\": 2}\n",
                                 "2026-01-05 10:00:01,123 - INFO - start\n2026-01-05 10:00:02,456 - INFO - loss 2\n",
                                 "Hello, world\n",
                                 "[0]\ttrain-logloss:0.48\n[1]\ttrain-logloss:0.47\n",
                                 "{'loss': 2.5, 'epoch': 0.5}\n",
                                 "",
                                 "\n\n",
                                 "| loss | 2.5 |\n| step | 10 |\n| acc | high |\n| lr | low |\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (sure_of("a/train.log", texts[i]) >= 20) fail_msg("a text sniffed as a table: %s", texts[i]);
}

/* What a person wrote without .item(). */
static void a_number_in_what_holds_it_is_a_number(void **unused)
{
    (void)unused;
    struct probe *p = probe_text(
        "csv", "epoch,loss,val_loss,norms\n1,\"tensor(0.5, device='cuda:0', grad_fn=<DivBackward0>)\",[0.75],\"[1, 2]\"\n"
               "2,tensor(0.25),np.float32(0.5),[3]\n");
    probe_expect(p, "point loss 1 0.5 @2");
    probe_expect(p, "point val_loss 1 0.75 @2");
    probe_expect(p, "point loss 2 0.25 @3");
    probe_expect(p, "point val_loss 2 0.5 @3");
    probe_refuse(p, "point norms 1");
    probe_close(p);
    p = probe_text("csv", "epoch;1;loss;2.5;acc;0.5\nepoch;2;loss;1.5;acc;0.75\n"); /* each number behind its name */
    probe_expect(p, "point loss 1 2.5 @1");
    probe_expect(p, "point acc 2 0.75 @2");
    probe_close(p);
    assert_true(sure_of("a/train.log", "epoch;1;loss;2.5\nepoch;2;loss;1.5\n") >= 46);
    assert_true(sure_of("a/losses.csv", ",critic,maker\n0,0.5,12.5\n1,0.25,11.5\n") >=
                46); /* the file's name says what they are */
    assert_true(sure_of("a/houses.csv", ",critic,maker\n0,0.5,12.5\n1,0.25,11.5\n") < 20);
    struct str array = {0};
    for (int i = 0; i < 3 * 100; i++) str_addf(&array, "0.%d%s", i, i % 100 == 99 ? "\n" : ",");
    assert_true(sure_of("a/rewards.csv", array.p) < 20); /* an array, a row an experiment */
    str_done(&array);
}

static struct probe *read_at(const char *path, const char *text)
{
    struct probe *p = probe_open_at(format_by_name("csv"), PROBE_ARENA_BYTES, path);
    probe_read(p, span_of(text), strlen(text), 1);
    return p;
}

static void the_files_place_names_what_the_header_leaves_out(void **unused)
{
    (void)unused;
    struct probe *p = read_at("a/catboost_info/learn_error.tsv", "iter\tRMSE\n0\t2.5\n");
    probe_expect(p, "point learn/RMSE 0 2.5 @2");
    probe_close(p);
    p = read_at("a/test_error.tsv", "iter\tAUC\tQuantile:alpha=0.5\n0\t0.5\t0.25\n");
    probe_expect(p, "point test/AUC 0 0.5 @2");
    probe_expect(p, "point test/Quantile:alpha=0.5 0 0.25 @2");
    probe_close(p);
    p = read_at("a/test_error.tsv", "iter\tAUC:0\tAUC:1\tAUC\n0\t0.5\t0.25\t0.75\n");
    probe_expect(p, "point test/AUC 0 0.5 @2");
    probe_expect(p, "point test1/AUC 0 0.25 @2");
    probe_expect(p, "point test2/AUC 0 0.75 @2");
    probe_close(p);
    p = read_at("dvclive/plots/metrics/train/a/loss.tsv", "timestamp\tstep\tloss\n1700000000000\t3\t0.5\n");
    probe_expect(p, "point train/a/loss 3 0.5 @2 t1700000000.000");
    probe_close(p);
    p = read_at("plots/metrics/lr.tsv", "step\tlr\n3\t0.5\n");
    probe_expect(p, "point lr 3 0.5 @2");
    probe_close(p);
    p = read_at("neat/fitness_history.csv", "1.5 0.25\n2.5 0.75\n"); /* a generation a row */
    probe_expect(p, "point best fitness 1 1.5 @1");
    probe_expect(p, "point mean fitness 2 0.75 @2");
    probe_close(p);
    assert_true(sure_of("neat/fitness_history.csv", "1.5 0.25\n2.5 0.75\n") >= 40);
    assert_true(sure_of("heights/ground_history.csv", "1.5 0.25\n2.5 0.75\n") < 40);
    p = read_at("my-plots/metrics/train/loss.csv", "step,loss\n3,0.5\n"); /* somebody's own */
    probe_expect(p, "point loss 3 0.5 @2");
    probe_close(p);
}

static void a_score_beside_a_held_out_loss_is_of_held_out_rows(void **unused)
{
    (void)unused;
    struct probe *p = read_at("training_log.txt", "Step\tTraining Loss\tValidation Loss\tAccuracy\n120\t1.25\t1.5\t0.25\n");
    probe_expect(p, "point Training Loss 120 1.25 @2");
    probe_expect(p, "point val/Accuracy 120 0.25 @2");
    probe_close(p);
    p = read_at("log.csv", "epoch,train_loss,val_loss,acc,val_acc\n3,1.25,1.5,0.25,0.5\n"); /* both are told */
    probe_expect(p, "point acc 3 0.25 @2");
    probe_close(p);
    p = read_at("log.csv", "epoch,accuracy,loss,val_loss\n3,0.25,1.25,1.5\n"); /* Keras: its own are of training */
    probe_expect(p, "point accuracy 3 0.25 @2");
    probe_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparse_rows_give_the_points_they_have),
        cmocka_unit_test(missing_words_are_no_numbers_and_nan_is_one),
        cmocka_unit_test(the_first_of_two_sets_by_number_is_told_to_be_of_training),
        cmocka_unit_test(an_evaluation_without_its_loss_had_one_that_was_nan),
        cmocka_unit_test(a_history_that_was_nan_from_the_start_is_read_as_nan),
        cmocka_unit_test(rows_that_were_scored_and_have_no_loss_had_one_that_was_nan),
        cmocka_unit_test(a_row_for_each_number_is_read_by_the_name_it_tells),
        cmocka_unit_test(a_comma_is_the_decimal_point_between_semicolons),
        cmocka_unit_test(padded_cells_are_trimmed),
        cmocka_unit_test(quotes_hold_delimiters_and_line_ends),
        cmocka_unit_test(a_quote_that_is_never_closed_costs_its_line),
        cmocka_unit_test(a_quote_in_a_long_file_does_not_swallow_it),
        cmocka_unit_test(the_delimiter_is_found),
        cmocka_unit_test(a_monitor_counts_episodes_and_has_a_clock),
        cmocka_unit_test(a_table_without_header_counts_by_its_first_column),
        cmocka_unit_test(a_comment_names_the_columns_of_bare_numbers),
        cmocka_unit_test(a_header_may_come_again_with_other_columns),
        cmocka_unit_test(rows_may_be_short_but_not_long),
        cmocka_unit_test(empty_cells_that_are_too_many_stand_for_nothing),
        cmocka_unit_test(percentages_are_numbers),
        cmocka_unit_test(a_last_row_that_is_cut_off_is_bad),
        cmocka_unit_test(steps_outrank_episodes_and_rows_stand_in_for_both),
        cmocka_unit_test(a_counter_that_wraps_in_each_epoch_goes_on),
        cmocka_unit_test(a_column_may_say_which_data_a_row_is_about),
        cmocka_unit_test(a_score_beside_a_held_out_loss_is_of_held_out_rows),
        cmocka_unit_test(two_columns_of_one_name_are_kept_apart),
        cmocka_unit_test(constant_texts_are_facts),
        cmocka_unit_test(rows_in_bulk_are_told_as_rows_one_by_one),
        cmocka_unit_test(rows_below_another_header_are_numbered_anew),
        cmocka_unit_test(tables_are_told_from_texts),
        cmocka_unit_test(a_number_in_what_holds_it_is_a_number),
        cmocka_unit_test(the_files_place_names_what_the_header_leaves_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
