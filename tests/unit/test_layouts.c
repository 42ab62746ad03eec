/* How training tools lay out a run's directory: the files, the runs that they are, and what is passed over with which words.
 *
 * The layouts are those of the tools' own documentation and sources; the bytes are the fewest that each format is known by. */
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

static char top[] = "/tmp/mlwatch-layouts-XXXXXX";

static int enter(void **state)
{
    (void)state;
    snprintf(top, sizeof top, "/tmp/mlwatch-layouts-XXXXXX");
    return mkdtemp(top) && chdir(top) == 0 ? 0 : 1;
}
static int leave(void **state)
{
    (void)state;
    char command[128];
    if (chdir("/") != 0) return 1;
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

/* ---- files ----------------------------------------------------------------------------------------------------------------------- */

#define HUGS   "{\"global_step\": %d, \"log_history\": [{\"loss\": 2.0, \"step\": 1}]}\n"
#define EVENTS "events.out.tfevents.1700000000.host.77"
#define MLRUN  "0123456789abcdef0123456789abcdef"
#define OTHER  "fedcba9876543210fedcba9876543210"

/* What a file holds whose path contains this: the first that fits. */
static const struct content {
    const char *in_path, *text;
} contents[] = {
    {"tfevents", "xy"},
    {".wandb", ":W&B\xe1\xbe"},
    {"/metrics/loss", "1700000000123 0.5 1\n"},
    {"/metrics/lr", "1700000000123 0.5 1\n"},
    {"/metrics/train/loss", "1700000000123 0.5 1\n"},
    {"/params/seed", "7"},
    {"meta.yaml", "run_id: " MLRUN "\nstatus: 3\n"},
    {".yaml", "lr: 0.1\n"},
    {"training_metadata.json", "{\"epoch\": 3}\n"},
    {"okenizer.json", "{\"version\": 1}\n"},
    {".csv", "step,loss\n1,2\n2,1\n"},
    {".tsv", "step\tloss\n0\t0.68\n1\t0.67\n"},
    {".log", "step 1: loss 2.5, lr 0.1\nstep 2: loss 2.25, lr 0.1\n"},
    {".txt", "step 1: loss 2.5, lr 0.1\nstep 2: loss 2.25, lr 0.1\n"},
    {".out", "step 1: loss 2.5, lr 0.1\nstep 2: loss 2.25, lr 0.1\n"},
    {".err", "step 1: loss 2.5, lr 0.1\nstep 2: loss 2.25, lr 0.1\n"},
    {"", "{\"step\": 1, \"loss\": 2.0}\n{\"step\": 2, \"loss\": 1.5}\n"},
};

static void make_parents(const char *path)
{
    char parent[512];
    snprintf(parent, sizeof parent, "%s", path);
    for (char *slash = parent; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = 0;
        mkdir(parent, 0755);
    }
}

/* "<path>", "<path>@<step that the trainer state reached>", "<path>><target of a symbolic link>", "<path>/" for a directory. */
static void make_entry(const char *entry)
{
    char path[512];
    snprintf(path, sizeof path, "%s", entry);
    char *step = strchr(path, '@'), *target = strchr(path, '>');
    if (step) *step++ = 0;
    if (target) *target++ = 0;
    make_parents(path);
    if (target) assert_int_equal(symlink(target, path), 0);
    if (target || path[strlen(path) - 1] == '/') return;
    const struct content *c = contents;
    while (!strstr(path, c->in_path)) c++;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    if (strstr(path, "trainer_state.json")) fprintf(f, HUGS, step ? atoi(step) : 1);
    else fputs(c->text, f);
    if (strcmp(c->in_path, ".wandb") == 0) fputc(0, f); /* the version in its header */
    fclose(f);
}

/* ---- layouts ---------------------------------------------------------------------------------------------------------------------- */

static const struct layout {
    const char *files[14]; /* see make_entry */
    const char *runs[5];   /* root and number of sources */
    const char *passed[5]; /* what was passed over: the end of its path, a colon, words of the reason */
} layouts[] = {
    /* ---- TensorBoard ---- */
    /* Keras' callback: one writer a split */
    {{"k/logs/train/" EVENTS ".0.v2", "k/logs/validation/" EVENTS ".1.v2"}, {"k 2"}, {0}},
    {{"k/fit/a/train/" EVENTS ".0.v2", "k/fit/a/validation/" EVENTS ".1.v2", "k/fit/b/train/" EVENTS ".0.v2"},
     {"k/fit/a 2", "k/fit/b 1"},
     {0}},
    {{"k/train/log.jsonl", "k/val/log.jsonl"}, {"k/train 1", "k/val 1"}, {0}},
    {{"k/run_a/" EVENTS ".0", "k/run_b/" EVENTS ".0"}, {"k/run_a 1", "k/run_b 1"}, {0}},
    /* TensorFlow's estimators and object detection */
    {{"k/" EVENTS, "k/eval/" EVENTS}, {"k 2"}, {0}},
    {{"k/train/" EVENTS ".0.v2", "k/eval_0/" EVENTS ".1.v2"}, {"k 2"}, {0}},
    /* BackupAndRestore leaves its notes */
    {{"k/training.csv", "k/logs/train/" EVENTS ".0.v2", "k/backup/training_metadata.json"},
     {"k 2"},
     {"backup/training_metadata.json: Keras needs"}},
    /* SummaryWriter.add_scalars and add_hparams: directories of the same process below their writer's */
    {{"t/" EVENTS ".0", "t/loss_a/" EVENTS ".1", "t/1700000000.5/" EVENTS ".2"}, {"t 3"}, {0}},
    {{"t/" EVENTS ".0", "t/other/events.out.tfevents.1700000009.host.78.0"}, {"t 1", "t/other 1"}, {0}},
    {{"t/" EVENTS ".0", "t/loss/train/events.out.tfevents.1700000009.host.77.1",
      "t/loss/valid/events.out.tfevents.1700000009.host.77.2"},
     {"t 3"},
     {0}},
    {{"t/" EVENTS ".0", "t/loss/train/events.out.tfevents.1700000009.host.78.0"}, {"t 1", "t/loss 1"}, {0}},
    /* beside a log: the only start belongs to it, several are runs (torchtitan, Stable-Baselines3) */
    {{"t/train.log", "t/tb/" EVENTS ".0"}, {"t 2"}, {0}},
    {{"t/logs/rank0.log", "t/tb/20260105-1000/" EVENTS ".0", "t/tb/20260105-1000/rank_1/" EVENTS ".0"}, {"t 3"}, {0}},
    {{"t/monitor.csv", "t/tb/PPO_1/" EVENTS ".0", "t/tb/PPO_2/" EVENTS ".0"}, {"t 1", "t/tb/PPO_1 1", "t/tb/PPO_2 1"}, {0}},
    {{"t/logs/PPO_1/progress.csv", "t/logs/PPO_1/" EVENTS ".0", "t/logs/PPO_2/progress.csv"},
     {"t/logs/PPO_1 2", "t/logs/PPO_2 1"},
     {0}},
    /* ---- Hugging Face ---- */
    {{"h/trainer_state.json", "h/runs/Jan05_10-00-01_host/" EVENTS ".0", "h/runs/Jan06_10-00-01_host/" EVENTS ".0"},
     {"h 3"},
     {0}},
    {{"h/checkpoint-5/trainer_state.json", "h/runs/Jan05_10-00-01_host/" EVENTS ".0",
      "h/runs/Jan05_10-00-01_host/1700000000.5/" EVENTS ".1"},
     {"h 3"},
     {0}},
    {{"h/runs/Jan05_10-00-01_host/" EVENTS ".0"}, {"h 1"}, {0}},
    {{"h/runs/Jan05_10-00-01_host/" EVENTS ".0", "h/runs/Jan06_10-00-01_host/" EVENTS ".0"},
     {"h/runs/Jan05_10-00-01_host 1", "h/runs/Jan06_10-00-01_host 1"},
     {0}},
    {{"h/trainer_state.json", "h/logs/Jan05_10-00-01_host/" EVENTS ".0"}, {"h 2"}, {0}},
    /* the state that reached furthest holds the others' history; a run that was taken up again is ahead of its old end */
    {{"h/checkpoint-500/trainer_state.json@500", "h/checkpoint-1000/trainer_state.json@1000", "h/checkpoint-500/config.json",
      "h/tokenizer.json"},
     {"h 1"},
     {"checkpoint-500/config.json: checkpoint", "checkpoint-500/trainer_state.json: newest", "tokenizer.json: model"}},
    {{"h/checkpoint-500/trainer_state.json@500", "h/trainer_state.json@500"},
     {"h 1"},
     {"checkpoint-500/trainer_state.json: newest"}},
    {{"h/checkpoint-900/trainer_state.json@900", "h/trainer_state.json@500"}, {"h 1"}, {"h/trainer_state.json: newest"}},
    {{"h/a/trainer_state.json", "h/b/trainer_state.json", "h/b/checkpoint-5/trainer_state.json@5"},
     {"h/a 1", "h/b 1"},
     {"h/b/trainer_state.json: newest"}},
    /* ---- Lightning and Hydra ---- */
    {{"l/version_0/metrics.csv", "l/version_0/" EVENTS ".0", "l/version_0/hparams.yaml", "l/version_1/metrics.csv"},
     {"l/version_0 3", "l/version_1 1"},
     {0}},
    {{"l/lightning_logs/version_0/metrics.csv", "l/lightning_logs/version_1/metrics.csv"},
     {"l/lightning_logs/version_0 1", "l/lightning_logs/version_1 1"},
     {0}},
    {{"y/outputs/2026-01-05/10-00-01/train.log", "y/outputs/2026-01-05/10-00-01/.hydra/config.yaml",
      "y/outputs/2026-01-05/11-00-01/train.log"},
     {"y/outputs/2026-01-05/10-00-01 2", "y/outputs/2026-01-05/11-00-01 1"},
     {0}},
    {{"y/multirun/0/train.log", "y/multirun/0/.hydra/config.yaml", "y/multirun/0/csv/version_0/metrics.csv",
      "y/multirun/0/tensorboard/version_0/" EVENTS ".0", "y/multirun/1/train.log", "y/multirun/1/.hydra/config.yaml"},
     {"y/multirun/0 4", "y/multirun/1 2"},
     {0}},
    /* ---- W&B: one run beside a log belongs to it, several are runs of their own; its own logs are none ---- */
    {{"w/train.log", "w/wandb/offline-run-20260105_1-ab/run-ab.wandb", "w/wandb/offline-run-20260105_1-ab/files/output.log",
      "w/wandb/offline-run-20260105_1-ab/logs/debug.log", "w/wandb/latest-run>offline-run-20260105_1-ab",
      "w/wandb/debug.log>offline-run-20260105_1-ab/logs/debug.log"},
     {"w 3"},
     {"wandb/debug.log: itself", "wandb/latest-run: itself", "-ab/logs: W&B itself"}},
    {{"w/train.log", "w/wandb/run-20260105_1-ab/run-ab.wandb", "w/wandb/run-20260106_1-cd/run-cd.wandb"},
     {"w 1", "w/wandb/run-20260105_1-ab 1", "w/wandb/run-20260106_1-cd 1"},
     {0}},
    {{"w/train.log", "w/wandb/run-20260105_1-ab/run-ab.wandb", "w/wandb/run-20260106_1-ab/run-ab.wandb"}, {"w 3"}, {0}},
    {{"w/wandb/run-20260105_1-ab/run-ab.wandb", "w/wandb/latest-run>run-20260105_1-ab"},
     {"w/wandb/run-20260105_1-ab 1"},
     {"wandb/latest-run: itself"}},
    /* ---- MLflow: a run's metrics, also with slashes in their names, and parameters; what else its store holds is none ---- */
    {{"m/mlruns/1/" MLRUN "/meta.yaml", "m/mlruns/1/" MLRUN "/metrics/train/loss", "m/mlruns/1/" MLRUN "/metrics/lr",
      "m/mlruns/1/" MLRUN "/params/seed", "m/mlruns/1/" MLRUN "/artifacts/out.jsonl", "m/mlruns/1/meta.yaml",
      "m/mlruns/1/" OTHER "/meta.yaml", "m/mlruns/1/" OTHER "/metrics/loss"},
     {"m/mlruns/1/" MLRUN " 4", "m/mlruns/1/" OTHER " 2"},
     {MLRUN "/artifacts: MLflow keeps"}},
    {{MLRUN "/meta.yaml", MLRUN "/metrics/loss", MLRUN "/artifacts/"}, {MLRUN " 2"}, {"artifacts: MLflow keeps"}},
    {{"m/mlruns/1/meta.yaml", "m/mlruns/1/" MLRUN "/meta.yaml", "m/mlruns/1/" MLRUN "/metrics/loss",
      "m/mlruns/.trash/" OTHER "/metrics/loss", "m/mlruns/1/models/m-" OTHER "/metrics/loss", "m/mlruns/1/traces/x.jsonl",
      "m/mlruns/1/datasets/x.jsonl", "m/mlruns/models/x.jsonl"},
     {"m/mlruns/1/" MLRUN " 2"},
     {".trash: deleted", "1/datasets: no run", "1/models: no run", "1/traces: no run", "mlruns/models: no run"}},
    /* ---- CatBoost, Ultralytics, MMEngine, DVCLive, Ray Tune ---- */
    {{"c/train.log", "c/catboost_info/learn/events.out.tfevents.1", "c/catboost_info/test/events.out.tfevents.1",
      "c/catboost_info/learn_error.tsv"},
     {"c 4"},
     {0}},
    {{"u/runs/detect/train/results.csv", "u/runs/detect/train/args.yaml", "u/runs/detect/train/" EVENTS ".0",
      "u/runs/detect/train2/results.csv"},
     {"u/runs/detect/train 3", "u/runs/detect/train2 1"},
     {0}},
    {{"e/20260105_100001/vis_data/scalars.json", "e/20260105_100001/run.log"}, {"e/20260105_100001 2"}, {0}},
    {{"d/train.log", "d/dvclive/metrics.json", "d/dvclive/plots/metrics/train/loss.tsv", "d/dvclive/plots/metrics/lr.tsv",
      "d/dvclive/plots/images/x.json"},
     {"d 4"},
     {"plots/images: DVCLive"}},
    {{"r/exp/a/result.json", "r/exp/a/progress.csv", "r/exp/a/params.json", "r/exp/b/result.json"},
     {"r/exp/a 3", "r/exp/b 1"},
     {0}},
    /* ---- ranks: torchrun --log-dir, directories and files of ranks ---- */
    {{"r/job/attempt_0/0/stdout.log", "r/job/attempt_0/1/stdout.log", "r/job/attempt_1/0/stdout.log"}, {"r/job 3"}, {0}},
    {{"r/rank_0/train.log", "r/rank_1/train.log"}, {"r 2"}, {0}},
    {{"r/rank0.log", "r/rank1.log", "r/rank2.log"}, {"r 3"}, {0}},
    {{"r/log_rank_0.txt", "r/log_rank_1.txt", "r/stderr_1.log"}, {"r 3"}, {0}},
    {{"r/slurm-12.out", "r/slurm-12.err", "r/logs/slurm-13_1.out"}, {"r 3"}, {0}},
    /* ---- stores that cannot be read ---- */
    {{"a/train.log", "a/.aim/meta/x.json"}, {"a 1"}, {".aim: store of Aim"}},
    {{"a/.clearml/x.json", "a/.neptune/x.json"}, {0}, {".clearml: store of ClearML", ".neptune: store of Neptune"}},
};

/* ---- the test --------------------------------------------------------------------------------------------------------------------- */

static size_t compare_runs(const struct layout *l, const struct scan *s, size_t top_bytes)
{
    size_t wanted = 0, failed = 0;
    for (; l->runs[wanted]; wanted++) {
        char is[512] = "none";
        if (wanted < s->n_runs)
            snprintf(is, sizeof is, "%s %zu", s->runs[wanted].root + top_bytes + 1, s->runs[wanted].n_sources);
        if (strcmp(is, l->runs[wanted]) == 0) continue;
        print_error("%s: wanted '%s', found '%s'\n", l->files[0], l->runs[wanted], is);
        failed++;
    }
    if (s->n_runs != wanted) print_error("%s: %zu runs\n", l->files[0], s->n_runs), failed++;
    return failed;
}

static bool ends_in(const char *path, const char *end, size_t n)
{
    size_t have = strlen(path);
    return have >= n && memcmp(path + have - n, end, n) == 0;
}

static size_t compare_passed(const struct layout *l, const struct scan *s)
{
    size_t wanted = 0, failed = 0;
    for (; wanted < 5 && l->passed[wanted]; wanted++) {
        const char *end = l->passed[wanted], *why = strstr(end, ": ");
        const struct scan_skip *is = wanted < s->n_skips ? &s->skips[wanted] : &(struct scan_skip){(char *)"none", ""};
        if (ends_in(is->path, end, (size_t)(why - end)) && strstr(is->why, why + 2)) continue;
        print_error("%s: wanted '%s', passed over '%s': %s\n", l->files[0], end, is->path, is->why);
        failed++;
    }
    if (s->n_skips != wanted) print_error("%s: %zu passed over\n", l->files[0], s->n_skips), failed++;
    return failed;
}

static void runs_are_found_as_tools_lay_them_out(void **unused)
{
    (void)unused;
    size_t failed = 0;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        char below[64], path[512];
        struct scan s = {0};
        struct err err = {0};
        int n = snprintf(below, sizeof below, "layout%zu", i);
        for (size_t k = 0; layouts[i].files[k]; k++) {
            snprintf(path, sizeof path, "%s/%s", below, layouts[i].files[k]);
            make_entry(path);
        }
        assert_int_equal(scan_directory(below, &s, &err), OK);
        failed += compare_runs(&layouts[i], &s, (size_t)n) + compare_passed(&layouts[i], &s);
        scan_done(&s);
    }
    assert_int_equal(failed, 0);
}

/* The same directory given as it is, from its parent, and with a slash behind it: the same runs. */
static void a_run_is_the_same_from_above_and_from_within(void **unused)
{
    (void)unused;
    struct err err = {0};
    make_entry("x/out/trainer_state.json");
    make_entry("x/out/runs/Jan05_10-00-01_host/" EVENTS ".0");
    const char *const given[] = {"x", "x/out", "x/out/", "./x"};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct scan s = {0};
        assert_int_equal(scan_directory(given[i], &s, &err), OK);
        assert_int_equal(s.n_runs, 1);
        assert_int_equal(s.runs[0].n_sources, 2);
        assert_non_null(strstr(s.runs[0].root, "x/out"));
        scan_done(&s);
    }
}

static void a_store_that_cannot_be_read_is_named_where_nothing_else_is_there(void **unused)
{
    (void)unused;
    struct scan s = {0};
    struct err err = {0};
    make_entry("only/.aim/meta/x");
    assert_int_equal(scan_directory("only", &s, &err), OK);
    assert_int_equal(s.n_runs, 0);
    scan_explain(&s, "only", &err);
    assert_non_null(strstr(err.text, "'.aim' is a store of Aim"));
    scan_done(&s);
}

static void a_link_that_leads_up_is_told_and_one_beside_is_not(void **unused)
{
    (void)unused;
    struct scan s = {0};
    struct err err = {0};
    make_entry("v/run_1/log.jsonl");
    make_entry("v/latest>run_1");
    assert_int_equal(scan_directory("v", &s, &err), OK);
    assert_null(s.note);
    assert_int_equal(s.n_runs, 1);
    scan_done(&s);
    make_entry("v/run_1/up>..");
    assert_int_equal(scan_directory("v", &s, &err), OK);
    assert_non_null(strstr(s.note, "'up' is a symbolic link to a directory that holds it"));
    assert_int_equal(s.n_runs, 1);
    scan_done(&s);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(runs_are_found_as_tools_lay_them_out),
        IN_A_DIRECTORY(a_run_is_the_same_from_above_and_from_within),
        IN_A_DIRECTORY(a_store_that_cannot_be_read_is_named_where_nothing_else_is_there),
        IN_A_DIRECTORY(a_link_that_leads_up_is_told_and_one_beside_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
