/* Which runs a directory holds, and that nothing in it fools the walk. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../daemon/engine/scan.h"

static char top[] = "/tmp/mlwatch-scan-XXXXXX";
static char *here;

static int enter(void **state)
{
    (void)state;
    snprintf(top, sizeof top, "/tmp/mlwatch-scan-XXXXXX");
    here = mkdtemp(top);
    return here && chdir(here) == 0 && chmod(here, 0755) == 0 ? 0 : 1;
}
static int leave(void **state)
{
    (void)state;
    char command[128];
    if (chdir("/") != 0) return 1;
    snprintf(command, sizeof command, "chmod -R u+rwx %s && rm -rf %s", here, here);
    return system(command);
}

static void make_file(const char *path, const char *text)
{
    char parent[512];
    snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = parent; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(parent, 0755);
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    if (strncmp(text, ":W&B", 4) == 0) fputc(0, f); /* the version in its header */
    fclose(f);
}
#define LOG  "{\"step\": 1, \"loss\": 2.0}\n{\"step\": 2, \"loss\": 1.5}\n"
#define HUGS "{\"log_history\": [{\"loss\": 2.0, \"step\": 1}], \"global_step\": 1}\n"

static struct scan scan_ok(const char *dir)
{
    struct scan s = {0};
    struct err err = {0};
    if (scan_directory(dir, &s, &err)) fail_msg("%s", err.text);
    return s;
}

static void assert_root(const struct scan *s, size_t run, const char *root, size_t sources)
{
    assert_true(run < s->n_runs);
    assert_string_equal(s->runs[run].root, root);
    assert_int_equal(s->runs[run].n_sources, sources);
}

static void sources_in_one_directory_are_one_run(void **unused)
{
    (void)unused;
    make_file("r/train.jsonl", LOG);
    make_file("r/eval.jsonl", LOG);
    make_file("r/logs/more.jsonl", LOG);
    make_file("r/checkpoints/state.jsonl", LOG);
    struct scan s = scan_ok("r");
    assert_int_equal(s.n_runs, 1);
    assert_root(&s, 0, "r", 4);
    scan_done(&s);
}

static void siblings_and_versions_are_runs_of_their_own(void **unused)
{
    (void)unused;
    make_file("all/b/log.jsonl", LOG);
    make_file("all/a/log.jsonl", LOG);
    make_file("all/pl/version_0/metrics.csv", "step,loss\n1,2\n2,1\n");
    make_file("all/pl/version_1/metrics.csv", "step,loss\n1,2\n2,1\n");
    struct scan s = scan_ok("all/");
    assert_int_equal(s.n_runs, 4);
    assert_root(&s, 0, "all/a", 1);
    assert_root(&s, 1, "all/b", 1);
    assert_root(&s, 2, "all/pl/version_0", 1);
    assert_root(&s, 3, "all/pl/version_1", 1);
    scan_done(&s);
}

static void the_only_start_below_its_console_is_a_part_of_it(void **unused)
{
    (void)unused;
    make_file("mm/stderr.log", "step 1 loss 2\nstep 2 loss 1\n");
    make_file("mm/20260105_101112/vis_data/scalars.json", LOG);
    make_file("mms/stderr.log", "step 1 loss 2\nstep 2 loss 1\n");
    make_file("mms/20260105_101112/vis_data/scalars.json", LOG);
    make_file("mms/20260106_101112/vis_data/scalars.json", LOG);
    struct scan s = scan_ok("mm");
    assert_int_equal(s.n_runs, 1);
    assert_root(&s, 0, "mm", 2);
    scan_done(&s);
    s = scan_ok("mms");
    assert_int_equal(s.n_runs, 3);
    scan_done(&s);
}

static void runs_belongs_to_a_parent_with_a_source_only(void **unused)
{
    (void)unused;
    make_file("hf/trainer_state.json", HUGS);
    make_file("hf/runs/scalars.jsonl", LOG);
    make_file("tb/runs/one/log.jsonl", LOG);
    make_file("tb/runs/two/log.jsonl", LOG);
    struct scan s = scan_ok("hf");
    assert_int_equal(s.n_runs, 1);
    assert_root(&s, 0, "hf", 2);
    scan_done(&s);
    s = scan_ok("tb");
    assert_int_equal(s.n_runs, 2);
    assert_root(&s, 0, "tb/runs/one", 1);
    scan_done(&s);
}

static void checkpoints_belong_to_their_parent_and_only_the_newest_state_counts(void **unused)
{
    (void)unused;
    make_file("out/checkpoint-500/trainer_state.json", HUGS);
    make_file("out/checkpoint-1000/trainer_state.json", HUGS);
    make_file("out/checkpoint-1000/model.safetensors", "x");
    make_file("out/checkpoint-x/trainer_state.json", HUGS);
    struct scan s = scan_ok("out");
    assert_true(s.n_runs >= 1);
    assert_root(&s, 0, "out", 1);
    assert_non_null(strstr(s.runs[0].sources[0].path, "checkpoint-1000/trainer_state.json"));
    assert_true(s.runs[0].n_checkpoints >= 2);
    bool first = false;
    for (size_t i = 0; i < s.runs[0].n_checkpoints; i++) first |= s.runs[0].checkpoints[i].step == 500;
    assert_true(first);
    assert_int_equal(s.runs[0].checkpoints[s.runs[0].n_checkpoints - 1].step, 1000);
    scan_done(&s);
}

static void a_file_is_a_run_of_its_own(void **unused)
{
    (void)unused;
    make_file("one.jsonl", LOG);
    struct scan s = scan_ok("one.jsonl");
    assert_int_equal(s.n_runs, 1);
    assert_int_equal(s.runs[0].n_sources, 1);
    scan_done(&s);
}

static void what_is_no_regular_file_is_noted_and_never_opened(void **unused)
{
    (void)unused;
    make_file("odd/real.jsonl", LOG);
    assert_int_equal(mkfifo("odd/train.log", 0644), 0);
    assert_int_equal(symlink("loop.log", "odd/loop.log"), 0);
    assert_int_equal(symlink("/etc/passwd", "odd/out.log"), 0);
    assert_int_equal(symlink(".", "odd/again"), 0);
    assert_int_equal(symlink("real.jsonl", "odd/same.jsonl"), 0);
    struct scan s = scan_ok("odd");
    assert_int_equal(s.n_runs, 1);
    assert_true(s.runs[0].n_sources >= 1 && s.runs[0].n_sources <= 2);
    assert_true(s.skipped >= 4);
    assert_non_null(s.note);
    assert_non_null(strstr(s.note, "'train.log' is a FIFO"));
    assert_non_null(strstr(s.note, "leaves the directory"));
    for (size_t i = 0; i < s.runs[0].n_sources; i++) assert_null(strstr(s.runs[0].sources[i].path, "again"));
    scan_done(&s);
}

static void depth_is_bounded(void **unused)
{
    (void)unused;
    make_file("deep/1/2/3/4/5/6/7/near.jsonl", LOG);
    make_file("deep/1/2/3/4/5/6/7/8/9/10/11/far.jsonl", LOG);
    struct scan s = scan_ok("deep");
    assert_int_equal(s.n_runs, 1);
    assert_non_null(strstr(s.runs[0].sources[0].path, "near"));
    scan_done(&s);
}

static void what_trainings_do_not_write_is_passed_by(void **unused)
{
    (void)unused;
    make_file("p/.git/log.jsonl", LOG);
    make_file("p/node_modules/a/log.jsonl", LOG);
    make_file("p/__pycache__/log.jsonl", LOG);
    make_file("p/train.py", "print('loss: 1.0')\n");
    make_file("p/empty.log", "");
    struct scan s = scan_ok("p");
    struct err err = {0};
    assert_int_equal(s.n_runs, 0);
    scan_explain(&s, "p", &err);
    assert_non_null(strstr(err.text, "no training log found in 'p'"));
    scan_done(&s);
}

static void missing_and_empty_are_told_apart(void **unused)
{
    (void)unused;
    struct scan s = {0};
    struct err err = {0};
    assert_int_equal(scan_directory("missing", &s, &err), E_IO);
    assert_non_null(strstr(err.text, "cannot read 'missing': no such file"));
    assert_int_equal(mkdir("empty", 0755), 0);
    s = scan_ok("empty");
    scan_explain(&s, "empty", &err);
    assert_int_equal(err.status, E_ABSENT);
    assert_non_null(strstr(err.text, "'empty' is empty"));
    scan_done(&s);
    assert_int_equal(scan_directory("/dev/null", &s, &err), E_IO);
}

static void a_closed_directory_says_so(void **unused)
{
    (void)unused;
    struct scan s = {0};
    struct err err = {0};
    make_file("closed/log.jsonl", LOG);
    make_file("open/log.jsonl", LOG);
    make_file("open/inner/log.jsonl", LOG);
    assert_int_equal(chmod("closed", 0) | chmod("open/inner", 0), 0);
    bool root = geteuid() == 0;
    if (root) assert_int_equal(seteuid(65534), 0);
    enum status closed = scan_directory("closed", &s, &err);
    struct scan seen = scan_ok("open");
    if (root) assert_int_equal(seteuid(0), 0);
    assert_int_equal(closed, E_IO);
    assert_non_null(strstr(err.text, "permission denied"));
    assert_int_equal(seen.n_runs, 1);
    assert_non_null(strstr(seen.note, "'inner' may not be listed"));
    scan_done(&seen);
}

static void hostile_names_do_not_reach_the_note(void **unused)
{
    (void)unused;
    assert_int_equal(mkdir("n", 0755) | mkfifo("n/\x1b[31mred", 0644), 0);
    struct scan s = scan_ok("n");
    assert_non_null(s.note);
    assert_null(strchr(s.note, '\x1b'));
    scan_done(&s);
}

/* ---- rotated logs ------------------------------------------------------------------------------------------------------------------ */

static void make_log(const char *path, int from, int to)
{
    char text[4096];
    size_t n = 0;
    for (int i = from; i < to; i++) n += (size_t)snprintf(text + n, sizeof text - n, "{\"step\": %d, \"loss\": 2.5}\n", i);
    make_file(path, text);
}

static void pack(const char *command)
{
    if (system(command) != 0) skip();
}

static void assert_order(const struct scan_source *s, const char *path, const char *older)
{
    char is[512] = "";
    assert_string_equal(s->path, path);
    for (size_t i = 0; i < s->n_older; i++) {
        strcat(is, i ? " " : "");
        strcat(is, strrchr(s->older[i], '/') + 1);
    }
    assert_string_equal(is, older);
}

static void rotated_parts_are_one_source_oldest_first(void **unused)
{
    (void)unused;
    make_log("by-number/log.jsonl", 90, 99);
    make_log("by-number/log.jsonl.1", 80, 90);
    make_log("by-number/log.jsonl.2", 70, 80);
    make_log("by-number/log.jsonl.10", 1, 10);
    make_log("by-number/other.jsonl", 1, 10);
    pack("gzip by-number/log.jsonl.2");
    struct scan s = scan_ok("by-number");
    assert_root(&s, 0, "by-number", 2);
    assert_order(&s.runs[0].sources[0], "by-number/log.jsonl", "log.jsonl.10 log.jsonl.2.gz log.jsonl.1");
    assert_int_equal(s.runs[0].sources[1].n_older, 0);
    scan_done(&s);
    make_log("by-date/log.jsonl", 90, 99);
    make_log("by-date/log.jsonl.2026-01-04", 80, 90);
    make_log("by-date/log.jsonl-20260103", 70, 80);
    make_log("by-date/log-20260102.jsonl", 60, 70);
    s = scan_ok("by-date");
    assert_root(&s, 0, "by-date", 1);
    assert_order(&s.runs[0].sources[0], "by-date/log.jsonl", "log-20260102.jsonl log.jsonl-20260103 log.jsonl.2026-01-04");
    scan_done(&s);
}

static void seconds_and_months_are_dates_too(void **unused)
{
    (void)unused;
    make_log("seconds/log.jsonl", 90, 99);
    make_log("seconds/log.jsonl-1767312000", 70, 80);
    make_log("seconds/log.jsonl-1767398400", 80, 90);
    make_log("months/log.jsonl", 90, 99);
    make_log("months/log.jsonl-202512", 70, 80);
    make_log("months/log.jsonl-202601", 80, 90);
    struct scan s = scan_ok("seconds");
    assert_root(&s, 0, "seconds", 1);
    assert_order(&s.runs[0].sources[0], "seconds/log.jsonl", "log.jsonl-1767312000 log.jsonl-1767398400");
    scan_done(&s);
    s = scan_ok("months");
    assert_root(&s, 0, "months", 1);
    assert_order(&s.runs[0].sources[0], "months/log.jsonl", "log.jsonl-202512 log.jsonl-202601");
    scan_done(&s);
}

static void what_is_left_of_a_rotated_log_is_read_too(void **unused)
{
    (void)unused;
    make_log("gone/log.jsonl.1", 80, 90);
    make_log("gone/log.jsonl.2", 70, 80);
    make_log("emptied/log.jsonl.1", 80, 90);
    make_file("emptied/log.jsonl", "");
    make_log("alone/log.jsonl", 1, 20);
    pack("gzip alone/log.jsonl");
    struct scan s = scan_ok("gone");
    assert_root(&s, 0, "gone", 1);
    assert_order(&s.runs[0].sources[0], "gone/log.jsonl.1", "log.jsonl.2");
    scan_done(&s);
    s = scan_ok("emptied");
    assert_root(&s, 0, "emptied", 1);
    assert_order(&s.runs[0].sources[0], "emptied/log.jsonl", "log.jsonl.1");
    scan_done(&s);
    s = scan_ok("alone");
    assert_root(&s, 0, "alone", 1);
    assert_string_equal(s.runs[0].sources[0].format->name, "jsonl");
    scan_done(&s);
}

static void a_packed_log_that_is_named_by_its_process_is_one(void **unused)
{
    (void)unused;
    make_log("paddle/workerlog.0", 1, 20);
    make_log("paddle/part.0", 1, 20); /* nothing says that this one is a log */
    pack("gzip paddle/workerlog.0 paddle/part.0");
    struct scan s = scan_ok("paddle");
    assert_root(&s, 0, "paddle", 1);
    assert_non_null(strstr(s.runs[0].sources[0].path, "workerlog.0.gz"));
    scan_done(&s);
}

static void a_packed_log_of_googles_logging_is_one(void **unused)
{
    (void)unused;
    make_log("glog/main.INFO", 1, 20);
    make_log("glog/trainer.node7.root.log.INFO.20261122-115416.4711", 1, 20);
    pack("gzip glog/main.INFO glog/trainer.node7.root.log.INFO.20261122-115416.4711");
    struct scan s = scan_ok("glog");
    assert_int_equal(s.n_runs, 1);
    assert_int_equal(s.runs[0].n_sources, 2);
    scan_done(&s);
}

static void a_packed_table_in_markdown_is_read_as_the_table_is(void **unused)
{
    (void)unused;
    make_file("md/results.md", "| step | train loss |\n|---|---|\n| 2 | 0.9 |\n| 4 | 0.8 |\n| 6 | 0.7 |\n");
    pack("gzip md/results.md");
    struct scan s = scan_ok("md");
    assert_root(&s, 0, "md", 1);
    assert_non_null(strstr(s.runs[0].sources[0].path, "results.md.gz"));
    scan_done(&s);
}

static void packed_files_of_a_tracker_are_read_as_they_are(void **unused)
{
    (void)unused;
    mkdir("tracker", 0755);
    assert_int_equal(system("printf ':W&B\\341\\276\\000' >tracker/run-a.wandb"), 0); /* how each of them begins */
    pack("gzip tracker/run-a.wandb");
    struct scan s = scan_ok("tracker");
    assert_root(&s, 0, "tracker", 1);
    assert_string_equal(s.runs[0].sources[0].format->name, "wandb");
    scan_done(&s);
}

static void a_copied_part_is_not_read_twice(void **unused)
{
    (void)unused;
    make_log("copied/log.jsonl", 1, 60); /* copied at 40, not truncated */
    make_log("copied/log.jsonl.1", 1, 40);
    make_log("copied/log.jsonl~", 1, 20);
    struct scan s = scan_ok("copied");
    assert_root(&s, 0, "copied", 1);
    assert_int_equal(s.runs[0].sources[0].n_older, 0);
    scan_done(&s);
}

static void a_number_behind_a_name_is_not_always_a_rotation(void **unused)
{
    (void)unused;
    make_file("n/events.out.tfevents.1700000000.host.1.0", "xy"); /* two writers of one process */
    make_file("n/events.out.tfevents.1700000000.host.1.1", "xy");
    make_log("n/start-20260102.jsonl", 1, 20); /* a log for each start */
    make_log("n/start-20260103.jsonl", 1, 20);
    make_log("n/train.jsonl", 1, 20);
    make_log("n/train2.jsonl", 1, 20);
    struct scan s = scan_ok("n");
    assert_root(&s, 0, "n", 6);
    for (size_t i = 0; i < 6; i++) assert_int_equal(s.runs[0].sources[i].n_older, 0);
    scan_done(&s);
}

static void what_was_passed_over_is_listed_with_the_reason(void **unused)
{
    (void)unused;
    make_file("p/log.jsonl", LOG);
    make_file("p/empty.log", "");
    make_file("p/data.csv", "a,b\nx,y\nz,w\n");
    assert_int_equal(mkfifo("p/pipe.log", 0644) | symlink("log.jsonl", "p/latest.jsonl"), 0);
    struct scan s = scan_ok("p");
    const char *const wanted[] = {"data.csv", "data set", "empty.log", "is empty", "latest.jsonl", "itself", "pipe.log", "FIFO"};
    assert_int_equal(s.n_skips, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(strstr(s.skips[i].path, wanted[2 * i]));
        assert_non_null(strstr(s.skips[i].why, wanted[2 * i + 1]));
    }
    assert_root(&s, 0, "p", 1);
    assert_non_null(strstr(s.runs[0].sources[0].why, "JSON lines"));
    scan_done(&s);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(sources_in_one_directory_are_one_run),
        IN_A_DIRECTORY(siblings_and_versions_are_runs_of_their_own),
        IN_A_DIRECTORY(the_only_start_below_its_console_is_a_part_of_it),
        IN_A_DIRECTORY(runs_belongs_to_a_parent_with_a_source_only),
        IN_A_DIRECTORY(checkpoints_belong_to_their_parent_and_only_the_newest_state_counts),
        IN_A_DIRECTORY(a_file_is_a_run_of_its_own),
        IN_A_DIRECTORY(what_is_no_regular_file_is_noted_and_never_opened),
        IN_A_DIRECTORY(depth_is_bounded),
        IN_A_DIRECTORY(what_trainings_do_not_write_is_passed_by),
        IN_A_DIRECTORY(missing_and_empty_are_told_apart),
        IN_A_DIRECTORY(a_closed_directory_says_so),
        IN_A_DIRECTORY(hostile_names_do_not_reach_the_note),
        IN_A_DIRECTORY(rotated_parts_are_one_source_oldest_first),
        IN_A_DIRECTORY(seconds_and_months_are_dates_too),
        IN_A_DIRECTORY(what_is_left_of_a_rotated_log_is_read_too),
        IN_A_DIRECTORY(a_packed_log_that_is_named_by_its_process_is_one),
        IN_A_DIRECTORY(a_packed_log_of_googles_logging_is_one),
        IN_A_DIRECTORY(a_packed_table_in_markdown_is_read_as_the_table_is),
        IN_A_DIRECTORY(packed_files_of_a_tracker_are_read_as_they_are),
        IN_A_DIRECTORY(a_copied_part_is_not_read_twice),
        IN_A_DIRECTORY(a_number_behind_a_name_is_not_always_a_rotation),
        IN_A_DIRECTORY(what_was_passed_over_is_listed_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
