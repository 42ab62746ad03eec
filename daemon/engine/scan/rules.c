/* scan_rules - which directories are a part of the run above them, which are runs of their own, which are no place for logs.
 *
 * Tools lay out a run in a few usual ways (their documentation and sources are named beside each rule). A directory that no rule knows is a run
 * of its own if it holds a source: experiments lie side by side in most projects, and two runs taken for one are worse than one taken for
 * two. The first rule that fits decides. */
#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"

enum { PATH_BYTES = 4096 };

/* ---- what a rule may ask ------------------------------------------------------------------------------------------------------- */

/* How many entries of a directory fit the pattern? */
static size_t entries(const char *directory, const char *pattern)
{
    size_t n = 0, found = 0;
    struct err ignored;
    char **names = scan_list(directory, &n, &ignored);
    for (size_t i = 0; names && i < n; i++) found += fnmatch(pattern, names[i], 0) == 0;
    scan_list_done(names, n);
    return found;
}

static bool there(const char *directory, const char *name)
{
    char path[PATH_BYTES];
    struct stat st;
    return snprintf(path, sizeof path, "%s/%s", directory, name) < (int)sizeof path && lstat(path, &st) == 0;
}

static bool always(const struct scan_place *p) { return p != NULL; }
static bool root_known(const struct scan_place *p) { return p->known; }
static bool joined(const struct scan_place *p) { return strcmp(p->root, p->parent) != 0; } /* its parent is no root */
static bool parent_is(const struct scan_place *p, const char *name) { return strcmp(path_name(p->parent), name) == 0; }
static bool holds_events(const struct scan_place *p) { return entries(p->path, "*tfevents*") > 0; }
static bool holds_stdout(const struct scan_place *p) { return there(p->path, "stdout.log") || there(p->path, "stderr.log"); }

/* The writer of one split: event files and no other log or settings. Ultralytics calls its first run `train`. */
static bool writes_split(const struct scan_place *p)
{
    size_t n = 0, events = 0, others = 0;
    struct err ignored;
    char **names = scan_list(p->path, &n, &ignored);
    for (size_t i = 0; names && i < n; i++) {
        bool event = strstr(names[i], "tfevents") != NULL;
        events += event;
        others += !event && (scan_is_log(names[i]) || scan_named(names[i], "*.yaml *.yml"));
    }
    scan_list_done(names, n);
    return events && !others;
}

/* ---- one start, or several? ---------------------------------------------------------------------------------------------------- */

/* Directories in it that hold event files themselves. */
static size_t writers_in(const char *directory)
{
    size_t n = 0, found = 0;
    char path[PATH_BYTES];
    struct err ignored;
    char **names = scan_list(directory, &n, &ignored);
    for (size_t i = 0; names && i < n; i++) {
        if (snprintf(path, sizeof path, "%s/%s", directory, names[i]) >= (int)sizeof path) continue;
        struct scan_place p = {.path = path};
        found += holds_events(&p);
    }
    scan_list_done(names, n);
    return found;
}

/* tb/ beside the log of a run: the event files themselves, or those of the only start. */
static bool events_of_known(const struct scan_place *p) { return p->known && (holds_events(p) || writers_in(p->path) == 1); }
static const char boards[] = "tensorboard tensorboard_logs tb tb_logs tblogs summaries";
static bool in_joined_board(const struct scan_place *p)
{
    return joined(p) && scan_named(path_name(p->parent), boards) && holds_events(p);
}

static const char dated[] = "[A-Z][a-z][a-z][0-9][0-9]_[0-9][0-9]-[0-9][0-9]-[0-9][0-9]_*"; /* Jan05_10-00-01_host */

/* Does an output directory of the Hugging Face Trainer hold this `runs/`? */
static bool of_trainer(const char *root)
{
    return there(root, "trainer_state.json") || there(root, "training_args.bin") || there(root, "all_results.json") ||
           entries(root, "checkpoint-[0-9]*") > 0;
}
static bool runs_of_known(const struct scan_place *p)
{
    return p->known || of_trainer(p->parent) || entries(p->path, dated) == 1;
}
static bool dated_of_one(const struct scan_place *p)
{
    return joined(p) && (of_trainer(p->root) || entries(p->parent, dated) == 1);
}

/* All starts in a wandb directory are of one run: resumed, it keeps its id, the part behind the last dash. */
static bool one_wandb_run(const char *directory)
{
    size_t n = 0;
    struct err ignored;
    const char *id = NULL;
    bool one = true;
    char **names = scan_list(directory, &n, &ignored);
    for (size_t i = 0; names && i < n; i++) {
        if (!scan_named(names[i], "run-[0-9]* offline-run-[0-9]*")) continue;
        const char *its = strrchr(names[i], '-');
        one = one && (!id || strcmp(id, its) == 0);
        id = its;
    }
    one = one && id;
    scan_list_done(names, n);
    return one;
}
static bool wandb_of_one(const struct scan_place *p) { return p->known && one_wandb_run(p->path); }
static bool in_joined_wandb(const struct scan_place *p)
{
    const char *parent = path_name(p->parent);
    return strcmp(parent + (*parent == '.'), "wandb") == 0 && joined(p);
}
static bool in_wandb_run(const struct scan_place *p) { return entries(p->parent, "*.wandb") > 0; }

/* What Hydra made is one start of one program, with all loggers of it. */
static bool of_hydra(const struct scan_place *p) { return there(p->root, ".hydra") && entries(p->path, "version_*") == 1; }
static bool version_of_hydra(const struct scan_place *p)
{
    return joined(p) && there(p->root, ".hydra") && entries(p->parent, "version_*") == 1;
}

/* MMEngine: <work_dir>/<time>/{<time>.log,vis_data/}. The directory of the only start is a part of what logs above it, its console, say. */
static const char started[] = "[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9][0-9][0-9]";
static bool only_start(const struct scan_place *p)
{
    return p->known && there(p->path, "vis_data") && entries(p->parent, started) == 1;
}

/* Lightning's TensorBoardLogger("tb", name=""): <run>/tb/version_0 beside what the console said. */
static bool only_version_of_board(const struct scan_place *p)
{
    return in_joined_board(p) && entries(p->parent, "version_*") == 1;
}

/* ---- stores -------------------------------------------------------------------------------------------------------------------- */

static bool in_mlflow_run(const struct scan_place *p)
{
    return there(p->root, "meta.yaml") && there(p->root, "metrics") && strlen(path_name(p->root)) >= 32;
}
static bool below_mlflow_run(const struct scan_place *p) { return strcmp(p->parent, p->root) == 0 && in_mlflow_run(p); }
static bool in_mlruns(const struct scan_place *p) { return parent_is(p, "mlruns"); }
static bool in_mlflow_store(const struct scan_place *p) { return there(p->parent, "meta.yaml") || in_mlruns(p); }

static bool in_plots(const struct scan_place *p) { return parent_is(p, "plots") && joined(p); }
static bool holds_plots(const struct scan_place *p) { return there(p->path, "metrics"); }
static bool in_plots_metrics(const struct scan_place *p) { return strstr(p->path, "/plots/metrics/") != NULL && joined(p); }

/* The part of an event file's name that says which process wrote it: behind "tfevents.<seconds>.", without the counter and ".v2". */
static size_t process_of(const char *name, const char **at)
{
    const char *p = strstr(name, "tfevents.");
    if (!p) return 0;
    p += strlen("tfevents.");
    p += strspn(p, "0123456789");
    if (*p++ != '.') return 0;
    size_t n = strlen(p);
    if (n > 3 && strcmp(p + n - 3, ".v2") == 0) n -= 3;
    size_t counter = n;
    while (counter && isdigit((unsigned char)p[counter - 1])) counter--;
    if (counter < 2 || p[counter - 1] != '.' || !isdigit((unsigned char)p[counter - 2])) return 0; /* no process in it */
    *at = p;
    return counter - 1;
}

/* Does a directory hold event files of a process that wrote some beside p? */
static bool holds_of_process(const struct scan_place *p, const char *directory)
{
    size_t n = 0;
    struct err ignored;
    bool same = false;
    char **below = scan_list(directory, &n, &ignored);
    for (size_t i = 0; below && i < n && !same; i++) {
        const char *a = NULL, *b = NULL;
        size_t k = process_of(below[i], &a);
        for (size_t j = 0; k && j < p->n_beside && !same; j++) same = process_of(p->beside[j], &b) == k && memcmp(a, b, k) == 0;
    }
    scan_list_done(below, n);
    return same;
}

/* SummaryWriter.add_scalars and add_hparams make directories below that of their writer, in the same process: torch's loss_train/,
 * tensorboardX's loss/train/. */
static bool same_process(const struct scan_place *p)
{
    size_t n = 0;
    struct err ignored;
    char path[PATH_BYTES];
    if (!p->n_beside) return false;
    if (holds_of_process(p, p->path)) return true;
    bool same = false;
    char **below = scan_list(p->path, &n, &ignored);
    for (size_t i = 0; below && i < n && !same; i++)
        same = snprintf(path, sizeof path, "%s/%s", p->path, below[i]) < (int)sizeof path && holds_of_process(p, path);
    scan_list_done(below, n);
    return same;
}

/* ---- the table ---------------------------------------------------------------------------------------------------------------- */

static const struct rule {
    const char *names; /* space-separated patterns */
    bool (*when)(const struct scan_place *p);
    enum scan_effect effect;
    const char *why;
} rules[] = {
    {".wandb", wandb_of_one, SCAN_JOIN, NULL},
    {".wandb", always, SCAN_OWN, NULL},
    {".hydra", always, SCAN_JOIN, NULL}, /* config.yaml: the settings of the start */
    {".aim", always, SCAN_SKIP, "is a store of Aim, which cannot be read: let the run log to a file as well"},
    {".clearml", always, SCAN_SKIP, "is a store of ClearML, which cannot be read: let the run log to a file as well"},
    {".neptune", always, SCAN_SKIP, "is a store of Neptune, which cannot be read: let the run log to a file as well"},
    {".comet*", always, SCAN_SKIP, "is a store of Comet, which cannot be read: let the run log to a file as well"},
    {".trash", in_mlruns, SCAN_SKIP, "holds what was deleted from MLflow"},
    {".* node_modules __pycache__ site-packages venv", always, SCAN_SKIP, NULL}, /* code and caches */
    /* MLflow, file store: <experiment>/<run>/{metrics,params,tags}/<key with slashes> */
    {"artifacts traces datasets models inputs outputs", below_mlflow_run, SCAN_SKIP,
     "holds what MLflow keeps of a run, not its log"},
    {"*", in_mlflow_run, SCAN_JOIN, NULL},
    {"models traces datasets tags", in_mlflow_store, SCAN_SKIP, "is no run of this MLflow store"},
    /* W&B: wandb/[offline-]run-<time>-<id>/{run-<id>.wandb,files/,logs/} */
    {"files", in_wandb_run, SCAN_JOIN, NULL},
    {"logs tmp", in_wandb_run, SCAN_SKIP, "holds the log of W&B itself"},
    {"wandb", wandb_of_one, SCAN_JOIN, NULL},
    {"run-[0-9]* offline-run-[0-9]*", in_joined_wandb, SCAN_JOIN, NULL},
    /* Hugging Face: <output_dir>/{checkpoint-N,runs/<date>_<host>}; torch's SummaryWriter() makes runs/<date>_<host> as well */
    {"checkpoint-[0-9]*", always, SCAN_JOIN, NULL},
    {"runs", runs_of_known, SCAN_JOIN, NULL},
    {dated, dated_of_one, SCAN_JOIN, NULL},
    /* Lightning: version_N is a run, whatever its parent holds; with Hydra it is a part of the start: <start>/{csv,tensorboard}/version_0 */
    {"csv tensorboard lightning_logs", of_hydra, SCAN_JOIN, NULL},
    {"version_*", version_of_hydra, SCAN_JOIN, NULL},
    {"version_*", only_version_of_board, SCAN_JOIN, NULL},
    {"version_*", always, SCAN_OWN, NULL},
    /* by common use */
    {"logs log checkpoints ckpt ckpts weights", always, SCAN_JOIN, NULL},
    {boards, events_of_known, SCAN_JOIN, NULL},
    {"*", in_joined_board, SCAN_JOIN, NULL},
    /* Keras, TensorFlow, CatBoost: one writer a split */
    {"train training validation valid val eval eval_* test learn", writes_split, SCAN_JOIN, NULL},
    {"catboost_info", root_known, SCAN_JOIN, NULL},
    /* MMEngine: <time>/vis_data */
    {started, only_start, SCAN_JOIN, NULL},
    {"vis_data", always, SCAN_JOIN, NULL},
    /* torchrun --log-dir: <id>/attempt_N/<rank>/{stdout,stderr}.log, and what people call the directories of ranks */
    {"attempt_[0-9]* rank[0-9]* rank[-_][0-9]*", always, SCAN_JOIN, NULL},
    {"[0-9] [0-9][0-9] [0-9][0-9][0-9]", holds_stdout, SCAN_JOIN, NULL},
    /* DVCLive: dvclive/{metrics.json,plots/{metrics/<key with slashes>.tsv,images,custom,sklearn}} */
    {"dvclive", root_known, SCAN_JOIN, NULL},
    {"plots", holds_plots, SCAN_JOIN, NULL},
    {"metrics", in_plots, SCAN_JOIN, NULL},
    {"images custom sklearn", in_plots, SCAN_SKIP, "holds pictures of DVCLive"},
    {"*", in_plots_metrics, SCAN_JOIN, NULL},
    {"*", same_process, SCAN_JOIN, NULL},
};

enum scan_effect scan_effect_of(const struct scan_place *p, const char **why)
{
    const char *name = path_name(p->path);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (!scan_named(name, rules[i].names) || !rules[i].when(p)) continue;
        *why = rules[i].why;
        return rules[i].effect;
    }
    *why = NULL;
    return SCAN_OWN;
}
